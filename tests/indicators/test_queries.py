"""What reading costs among many values: by an index, and the same however many there are."""

import re
from datetime import timedelta

import pytest
from sqlalchemy import select

from qse_audit.indicators import queries
from qse_audit.indicators.models import Indicator, LoggedSignal, Measurement
from qse_audit.indicators.queries import boards, readings
from qse_audit.objectives.queries import cascade_of
from tests.factories import today
from tests.indicators.factories import MONTH, make_indicator, measure
from tests.rows import copy_row, look_at_tables, plan_of, selects, work_of

MORE_WORK = {"sqlite": 25, "postgresql": 150}
"""What twenty more indicators may cost: PostgreSQL reads small tables whole."""
OTHERS = 59_000
"""Values of other indicators, 3,000 each."""


@pytest.fixture
def three(session, cast):
    """Three indicators with a year of values each, one of them with a signal."""
    made = [make_indicator(session, cast, title=f"Taux {n}") for n in range(3)]
    for each in made:
        rows = {MONTH.shift(-n): {"accidents": n % 3 + 30 * (n == 1), "heures": 1_000_000}
                for n in range(1, 13)}  # fmt: skip
        measure(session, each, rows, by=cast.bob)
    assert session.scalars(select(LoggedSignal)).all()
    return [each.id for each in made]


READS = {
    "one chart": lambda s, found, _: readings.reading_of(s, found[0], today()),
    "a dashboard": lambda s, found, _: readings.readings_of(s, found, today()),
    "recent values": lambda s, found, _: readings.readings_of(
        s, found, today(), since=today() - timedelta(days=200)
    ),
    "signals": lambda s, found, _: readings.signals_of(s, found[0]),
    "the grid": lambda s, found, _: queries.measured(s, found[0], most=6),
    "what entry compares": lambda s, found, _: queries.stored_rows(s, found[0].id, MONTH.frequency),
    "last values": lambda s, found, _: queries.latest_values(s, [each.id for each in found]),
    "a cascade": lambda s, _, cast: cascade_of(s, cast.company, today()),
    "new signals": lambda s, _, cast: boards.board_for(s, cast.bob, today()),
}  # fmt: skip


@pytest.mark.parametrize("read", READS.values(), ids=READS)
def test_a_reading_costs_the_same_among_many_values(session, cast, engine, three, read):
    def asked():
        session.expunge_all()
        found = [session.get_one(Indicator, key) for key in three]
        with selects(engine) as sent:
            read(session, found, cast)
        return sent

    look_at_tables(session)
    few = work_of(session, asked())
    copy_row(session, Indicator, 1_000, 1_020, reference="'AUTRE-' || {i}",
             owner_id=str(cast.jean.user_id))  # fmt: skip
    copy_row(session, Measurement, 1_000, 1_000 + OTHERS, indicator_id="1000 + {i} / 3000",
             period_on="{day}")  # fmt: skip
    copy_row(session, LoggedSignal, 1_000, 9_000, indicator_id="1000 + {i} / 3000",
             from_on="{day}")  # fmt: skip
    session.commit()
    look_at_tables(session)
    sent = asked()
    assert work_of(session, sent) <= few * 1.2 + MORE_WORK[engine.dialect.name]
    plans = "\n".join(plan_of(session, each) for each in sent)
    for table in ("measurement", "indicator_signal"):
        assert not re.search(rf"(SCAN|Seq Scan on) {table}\b", plans), plans


@pytest.mark.parametrize("values", [6, 60])
def test_a_chart_sends_as_many_statements_for_any_number_of_values(
    session, cast, client_of, statements, values
):
    made = make_indicator(session, cast, starts_on=MONTH.shift(-values).starts_on)
    rows = {MONTH.shift(-n): {"accidents": n % 3, "heures": 1_000_000} for n in range(1, values)}
    measure(session, made, rows, by=cast.bob)
    client, path = client_of(cast.alice), f"/indicators/{made.id}/chart"
    statements.clear()
    assert client.get(path).status_code == 200
    assert len(statements) == 8, "\n".join(statements)
