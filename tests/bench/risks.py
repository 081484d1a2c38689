"""An FMEA of 2,000 lines: the pages of a section, and 500 lines that are pasted."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

from sqlalchemy.orm import Session

from qse_audit.core.clock import now
from qse_audit.risks import services
from qse_audit.risks.files import PASTED
from qse_audit.risks.models import RiskAnalysis
from tests.bench.measuring import Act, Line, against, count_sql, side_by_side
from tests.bench.pages import getter
from tests.bench.stage import INSTANT, Stage, open_stage
from tests.risks.factories import make_analysis, make_lines

FEW, MANY, PASTE = 1_200, 2_000, 500
"""Lines over forty sections: each page shows as many in both."""
HEAD = "Étape\tFonction\tMode de défaillance\tEffet\tCause\tS\tO\tD"
ROWS = [f"Étape {n % 50}\tØ 20 h6\tMode {n}\tRebut\tUsure\t7\t4\t5" for n in range(PASTE)]


def lines(folder: Path) -> Iterator[Line]:
    with open_stage(folder / "few-risks") as few, open_stage(folder / "many-risks") as many:
        keys = [fill(stage, count) for stage, count in ((few, FEW), (many, MANY))]
        for name, path in (
            ("lines", "/risks/{}/lines?section=1"),
            ("grid", "/risks/{}/grid?section=1"),
            ("map", "/risks/{}/map"),
        ):
            acts = [
                getter(stage.client(stage.cast.claire), path.format(key))
                for stage, key in zip((few, many), keys, strict=True)
            ]
            sql = count_sql(many.engine, acts[1])
            less, more = side_by_side(*acts, repeat=15)
            most = 1.3 if name != "map" else None  # it reads every rating
            work = f"FMEA of {MANY:,} lines / {FEW:,}: {name}"
            yield against(work, more, less, sql=sql, most_sql=10, most=most, unit="growth")
        yield pasting(folder, many, keys[1])


def fill(stage: Stage, count: int) -> int:
    with Session(stage.engine) as session:
        analysis = make_analysis(session, stage.cast.claire)
        make_lines(session, analysis, stage.cast.claire, count)
        return analysis.id


def pasting(folder: Path, stage: Stage, key: int) -> Line:
    """Read and store 500 lines, each time beside the same rows written without a check."""
    content, copy = "\n".join([HEAD, *ROWS]).encode(), folder / "floor-risks.sqlite3"

    def ours() -> None:
        with Session(stage.engine) as session:
            analysis = session.get_one(RiskAnalysis, key)
            read = services.read_for(analysis, content, PASTED)
            services.import_lines(session, analysis, read, actor=stage.cast.claire, now=now())
            session.commit()

    with closing(sqlite3.connect(stage.path)) as source, closing(sqlite3.connect(copy)) as db:
        source.backup(db)
        db.execute("PRAGMA journal_mode = WAL")
    sql = count_sql(stage.engine, ours)
    times = side_by_side(ours, storing(copy, content, stage, key=key), repeat=5, warm=False)
    return against(f"paste of {PASTE} lines", *times, sql=sql, most_sql=30)


def storing(copy: Path, content: bytes, stage: Stage, *, key: int) -> Act:
    """Return the floor of a paste: split the rows and write them with their notes."""
    numbers = iter(range(100_000, 10**6, PASTE))

    def floor() -> None:
        first = next(numbers)
        rows = [row.split("\t") for row in content.decode().split("\n")[1:]]
        with closing(sqlite3.connect(copy)) as db, db:
            db.executemany(
                "INSERT INTO risk (organisation_id, analysis_id, number, position, situation, "
                "event, effect, cause, prevention, detection, family, details, withdrawn_reason, "
                "created_at, version) "
                f"VALUES (?, ?, ?, ?, ?, ?, ?, ?, '', '', '', '{{}}', '', {INSTANT}, 1)",
                [(stage.cast.company, key, first + n, first + n, *row[1:5])
                 for n, row in enumerate(rows)],
            )  # fmt: skip
            db.executemany(
                "UPDATE risk SET notes = ?, score = ?, band = 'M', risk_rank = 2, stage = 'net', "
                f"rated_at = {INSTANT} WHERE analysis_id = ? AND number = ?",
                [("{}", 140, key, first + n) for n in range(len(rows))],
            )

    return floor
