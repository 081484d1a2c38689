"""Indicators among 1,000,000 measurements: a chart, a dashboard, an import of 50,000 values."""

import csv
import io
import itertools
import json
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from datetime import date, timedelta
from pathlib import Path
from statistics import median

from sqlalchemy.orm import Session

from qse_audit.core.clock import day_in_paris, now
from qse_audit.core.periods import Frequency, Period
from qse_audit.core.permissions import Role
from qse_audit.indicators import services
from qse_audit.indicators.models import Audience, Indicator, Measurement, Variable
from tests.bench.floors import bare_client
from tests.bench.measuring import Act, Line, against, count_sql, side_by_side
from tests.bench.pages import getter
from tests.bench.stage import INSTANT, Stage, fill, open_stage
from tests.indicators.factories import make_indicator

MONTHS = 240
"""Twenty years of each indicator."""
FEW, MANY = 100, 4_167
"""Indicators: 24,000 measurements, and 1,000,080."""
SHOWN = 24
SEED = 20261125
CHANCE = f"((i * 2654435761 + {SEED}) % 1000003)"
"""A number that only the rank of a row sets: every bench measures the same values."""
DAYS = 25_000
FIRST_DAY = date(1950, 1, 1)


def lines(folder: Path) -> Iterator[Line]:
    with (
        open_stage(folder / "few-values") as few,
        open_stage(folder / "million-values") as many,
    ):
        for stage, count in ((few, FEW), (many, MANY)):
            fill_series(stage, count)
        yield from chart(few, many)
        yield from dashboard(few, many)
        yield importing(folder, many)


def chart(few: Stage, many: Stage) -> Iterator[Line]:
    path = f"/indicators/{FEW // 2}/chart"
    acts = [getter(stage.client(stage.cast.alice), path) for stage in (few, many)]
    sql, size = count_sql(many.engine, acts[1]), len(acts[1]())
    bare = getter(bare_client(many.path), f"/series?first={FEW // 2}&size={size}")
    less, more, floor = side_by_side(*acts, bare, repeat=15)
    yield against("chart of 240 values among 1,000,000", more, floor, sql=sql, most_sql=8)
    yield against("  1,000,000 / 24,000 measurements", more, less, most=1.2, unit="growth")


def dashboard(few: Stage, many: Stage) -> Iterator[Line]:
    path = "/indicators/dashboard"
    acts = [getter(stage.client(stage.cast.claire), path) for stage in (few, many)]
    assert acts[1]().count(b'class="board__card') == SHOWN
    sql, size = count_sql(many.engine, acts[1]), len(acts[1]())
    bare = getter(bare_client(many.path), f"/series?first=1&count={SHOWN}&size={size}")
    less, more, floor = side_by_side(*acts, bare, repeat=15)
    fast = median(more.cpu) <= 0.06
    told = against(f"dashboard of {SHOWN} indicators", more, floor, sql=sql, most_sql=10)
    goal = f"{told.goal}, ≤ 60 ms CPU ({median(more.cpu) * 1000:.0f})"
    yield Line(told.work, told.ours, told.floor, told.ratio, told.cpu_ratio, told.sql, goal,
               bool(told.met) and fast)  # fmt: skip
    yield against("  1,000,000 / 24,000 measurements", more, less, most=1.2, unit="growth")


def importing(folder: Path, stage: Stage) -> Line:
    """Import two values a day of seventy years, each time for an indicator of its own."""
    content = written()
    days, copy = day_in_paris(now()), folder / "floor-values.sqlite3"
    with Session(stage.engine) as session:
        made = [
            make_indicator(
                session, stage.cast, title=f"Jour {n}", frequency=Frequency.DAY,
                starts_on=FIRST_DAY,
            ).id
            for n in range(5)
        ]  # fmt: skip
    waiting = iter(made)

    def ours() -> None:
        with Session(stage.engine) as session:
            indicator = session.get_one(Indicator, next(waiting))
            read = services.read_values(content, "banc.csv", indicator, today=days)
            services.import_values(
                session, indicator, read, source="banc.csv", actor=stage.cast.bob, now=now()
            )
            session.commit()

    with closing(sqlite3.connect(stage.path)) as source, closing(sqlite3.connect(copy)) as db:
        source.backup(db)
        db.execute("PRAGMA journal_mode = WAL")
    sql = count_sql(stage.engine, ours)
    times = side_by_side(ours, storing(copy, content, stage), repeat=3, warm=False)
    return against("import of 50,000 values (CSV)", *times, sql=sql, most_sql=30)


def storing(copy: Path, content: bytes, stage: Stage) -> Act:
    """Return the floor of an import: read the rows, divide, write them, without a check."""
    numbers = itertools.count(1_000_000)

    def floor() -> None:
        key, found = next(numbers), csv.reader(io.StringIO(content.decode()), delimiter=";")
        next(found)
        rows = (
            (stage.cast.company, key, day, json.dumps({"accidents": a, "heures": h}),
             str(int(a) * 1_000_000 / int(h)))
            for day, a, h in found
        )  # fmt: skip
        with closing(sqlite3.connect(copy)) as db, db:
            db.executemany(
                "INSERT INTO measurement (organisation_id, indicator_id, period_on, inputs, value, "
                "is_complete, late_days, source, comment, entered_at, version) "
                f"VALUES (?, ?, ?, ?, ?, 1, 0, 'banc.csv', '', {INSTANT}, 1)",
                rows,
            )

    return floor


def written() -> bytes:
    """Return a file of 25,000 days with two numbers each."""
    rows = (
        f"{FIRST_DAY + timedelta(days=n)};{n * 7919 % 5};{8000 + n * 104729 % 97}"
        for n in range(DAYS)
    )
    return "\n".join(["période;accidents;heures", *rows]).encode()


def fill_series(stage: Stage, count: int) -> None:
    """Write so many indicators that Jean follows, with twenty years of months each."""
    first = Period.of(Frequency.MONTH, day_in_paris(now())).shift(-MONTHS).starts_on
    company, jean = stage.cast.company, stage.cast.jean.user_id
    with closing(sqlite3.connect(stage.path)) as db:
        for pragma in ("synchronous = OFF", "foreign_keys = OFF", "cache_size = -200000"):
            db.execute(f"PRAGMA {pragma}")
        fill(
            db, Indicator, count, organisation_id=company, owner_id=jean, created_by_id=jean,
            created_at=INSTANT, reference="printf('IND-2006-%05d', i)",
            title="'Fréquence des accidents, atelier ' || i", status="'active'",
            domain="'safety'", timing="'lagging'", frequency="'month'", direction="'down'",
            chart="'xmr'", formula="'accidents * 1000000 / heures'",
            measure_unit="'par million d’heures'", starts_on=f"'{first}'",
            decision="'Renforcer la prévention à l’atelier.'",
        )  # fmt: skip
        fill(
            db, Variable, 2 * count, indicator_id="(i + 1) / 2", position="1 - i % 2",
            name="CASE i % 2 WHEN 1 THEN 'accidents' ELSE 'heures' END",
            label="CASE i % 2 WHEN 1 THEN 'Accidents' ELSE 'Heures' END",
            aggregation="'sum'", minimum="'0'",
        )  # fmt: skip
        fill(
            db, Audience, SHOWN, organisation_id=company, indicator_id="i",
            role=f"'{Role.COORDINATOR.value}'",
        )  # fmt: skip
        fill_months(db, company, first, count)
        db.commit()
        db.execute("ANALYZE")


def fill_months(db: sqlite3.Connection, company: int, first: date, count: int) -> None:
    """Write the measurements: a few accidents a month in one of four numbers of hours."""
    accidents = f"({CHANCE} % 7)"
    hours = f"(CASE {CHANCE} / 7 % 4 WHEN 0 THEN 80000 WHEN 1 THEN 100000 WHEN 2 THEN 125000 " \
            "ELSE 160000 END)"  # fmt: skip
    fill(
        db, Measurement, count * MONTHS, organisation_id=company,
        indicator_id=f"(i - 1) / {MONTHS} + 1",
        period_on=f"date('{first}', ((i - 1) % {MONTHS}) || ' months')",
        inputs=f"""printf('{{"accidents": "%d", "heures": "%d"}}', {accidents}, {hours})""",
        value=f"printf('%.2f', {accidents} * 1000000.0 / {hours})", is_complete="1",
        late_days="0", source="'paie'", comment="''", entered_at=INSTANT,
    )  # fmt: skip
