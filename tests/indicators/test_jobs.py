"""The nightly job: it counts, what follows from its counts follows, each signal is asked once."""

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import select

from qse_audit.core.clock import day_in_paris, now
from qse_audit.core.errors import BadInput
from qse_audit.db.outbox import Notice
from qse_audit.db.trail import Event
from qse_audit.indicators import services
from qse_audit.indicators.models import Indicator, LoggedSignal, Measurement
from qse_audit.indicators.rules import AutomaticSource, Chart, Definition, VariableDraft
from tests.actions.factories import make_action, make_audit, make_finding
from tests.factories import today
from tests.indicators.factories import MONTH, make_indicator
from tests.spawned import begin, spawning

DUE = Definition(
    formula="echues",
    unit="actions",
    code="ECHUES",
    variables=(
        VariableDraft(name="echues", label="Échues", unit="n", definition="Compté.",
                      automatic=AutomaticSource.ACTIONS_DUE),
    ),
)  # fmt: skip
TWICE = Definition(formula="ECHUES * 2", unit="actions")
LAST = MONTH.previous


@pytest.fixture
def due(session, cast):
    """Bob’s count of the actions due each month: one, five times, then eight."""
    made = make_indicator(
        session, cast, definition=DUE, title="Actions échues", starts_on=MONTH.shift(-6).starts_on
    )
    finding = make_finding(session, cast)
    for n in range(1, 7):
        for _ in range(8 if n == 1 else 1):
            make_action(session, cast, finding=finding, due_on=MONTH.shift(-n).starts_on, at=now())
    return made


@pytest.fixture
def twice(session, cast, due):
    """Claire’s indicator, whose formula names Bob’s."""
    return make_indicator(session, cast, definition=TWICE, title="Le double", owner=cast.claire)


def signals(session):
    session.expire_all()
    return session.scalars(select(LoggedSignal).order_by(LoggedSignal.indicator_id)).all()


def asked(session):
    """Return who was asked to explain a signal."""
    return sorted(session.scalars(
        select(Notice.person_id).where(Notice.msgid.startswith("Signal à expliquer"))
    ))  # fmt: skip


def test_what_names_a_counted_indicator_is_computed_again(session, due, twice):
    services.count_all(session, now())
    session.commit()
    found = session.scalars(
        select(Measurement.value)
        .where(Measurement.indicator_id == twice.id)
        .order_by(Measurement.period_on)
    ).all()
    assert found == [2] * 5 + [16]


def test_the_owners_of_both_are_asked_once(session, cast, due, twice):
    for _ in range(2):
        services.count_all(session, now())
        session.commit()
    assert [(each.indicator_id, each.rule, each.from_on) for each in signals(session)] == [
        (due.id, "W1", LAST.starts_on),
        (twice.id, "W1", LAST.starts_on),
    ]
    assert asked(session) == sorted([cast.bob.user_id, cast.claire.user_id])


def test_two_processes_count_and_ask_once(session, cast, database, due, twice):
    with spawning("tests.indicators.workers") as spawn:
        processes = [spawn(database) for _ in range(2)]
        begin(*processes)
        for process in processes:
            assert process.wait(60) == 0, process.stderr.read()
        done = sorted(int(process.stdout.read()) for process in processes)
    assert done == [0, 6]
    assert [each.rule for each in signals(session)] == ["W1", "W1"]
    assert asked(session) == sorted([cast.bob.user_id, cast.claire.user_id])
    verbs = session.scalars(select(Event.verb).where(Event.actor_id.is_(None))).all()
    assert sorted(verbs) == ["indicator.compute", "indicator.signal", "indicator.signal"]


def test_a_formula_out_of_all_proportion_does_not_keep_the_others_from_being_counted(
    session, cast, due
):
    for name, formula in (("Fou", f"echues * {10**29} * 10"), ("Suite", f"ECHUES * {10**29} * 10")):
        kept = DUE.variables if name == "Fou" else ()
        make_indicator(session, cast, title=name, starts_on=MONTH.shift(-6).starts_on,
                       definition=replace(DUE, formula=formula, code="",
                                          variables=kept))  # fmt: skip
    assert services.count_all(session, now()) == 12
    session.commit()
    values = session.execute(
        select(Indicator.title, Measurement.value)
        .join(Measurement, Measurement.indicator_id == Indicator.id)
        .where(Measurement.period_on == LAST.starts_on)
    )
    assert {title: value for title, value in values if title != "Suite"} == {
        "Actions échues": 8, "Fou": None,
    }  # fmt: skip
    mad = session.scalars(select(Indicator).where(Indicator.title == "Fou")).one()
    make_action(session, cast, finding=make_finding(session, cast, make_audit(
        session, cast, reference="AUD-2026-002")), due_on=LAST.starts_on, at=now())  # fmt: skip
    with pytest.raises(BadInput):
        services.count_now(session, mad, actor=cast.claire, now=now())


def test_signals_of_many_are_looked_for_in_as_many_statements(session, cast, statements):
    def sent() -> int:
        services.count_all(session, now())
        session.commit()
        session.expunge_all()
        statements.clear()
        services.watch_events(session, now())
        return len(statements)

    for _ in range(2):
        make_indicator(session, cast, chart=Chart.G)
    two = sent()
    for _ in range(5):
        make_indicator(session, cast, chart=Chart.G)
    assert sent() == two


def test_a_quiet_time_becomes_a_signal_though_nothing_is_entered(session, cast):
    made = make_indicator(session, cast, chart=Chart.G)
    for n in range(8):
        day = today() - timedelta(days=20 + 30 * n + n % 3)
        services.date_event(session, made, day, "", actor=cast.bob, now=now())
    session.commit()
    assert signals(session) == []
    assert services.watch_events(session, now()) == 0
    assert services.watch_events(session, now() + timedelta(days=300)) == 1
    version = signals(session)[0].version
    later = now() + timedelta(days=301)
    assert services.watch_events(session, later) == 0
    session.commit()
    (signal,) = signals(session)
    assert signal.is_favourable
    assert signal.until_on == day_in_paris(later)  # the clocks may have changed meanwhile
    assert signal.version == version, "whoever explains it meanwhile is not disturbed"
    assert asked(session) == [cast.bob.user_id]
