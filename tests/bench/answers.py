"""Saving one answer, as the checklist page does while somebody types."""

import itertools
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

from tests.bench.floors import bare_client
from tests.bench.measuring import Act, Line, against, count_sql, side_by_side
from tests.bench.stage import Stage

TYPED = {"verdict": "conforming", "observation": "Vu au poste 3.", "version": "1"}


def lines(folder: Path, small: Stage, large: Stage) -> Iterator[Line]:
    audits = [stage.live_audit(1200, answered=False) for stage in (small, large)]
    copy = folder / "floor.sqlite3"
    with closing(sqlite3.connect(small.path)) as source, closing(sqlite3.connect(copy)) as db:
        source.backup(db)
        db.execute("PRAGMA journal_mode = WAL")
    bare = bare_client(copy)
    few, many = (saver(stage, audit) for stage, audit in zip((small, large), audits, strict=True))
    positions = itertools.count(1)

    def floor() -> None:
        assert bare.post(f"/checklist/{audits[0]}/{next(positions)}", data=TYPED).status_code == 200

    sql = count_sql(small.engine, few)
    slow, slower, least = side_by_side(few, many, floor, repeat=40)
    yield against("save one answer among 12,000", slow, least, most=8, sql=sql, most_sql=8)
    yield against("  among 135,000 / 12,000", slower, slow, most=1.2, unit="growth")


def saver(stage: Stage, audit: int) -> Act:
    """Return the act that answers the next question."""
    client, positions = stage.client(stage.cast.alice), itertools.count(1)

    def save() -> None:
        address = f"/audits/{audit}/checklist/{next(positions)}"
        response = client.post(address, data=TYPED, headers={"Accept": "application/json"})
        assert response.status_code == 200, response.text

    return save
