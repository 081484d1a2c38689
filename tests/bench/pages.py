"""Pages: an audit and its checklist, lists of 50, the home page."""

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing

from flask.testing import FlaskClient

from tests.bench.floors import bare_client
from tests.bench.measuring import Line, against, count_sql, side_by_side
from tests.bench.stage import Stage

GROUPS = (
    "SELECT status, count(*) FROM audit WHERE organisation_id = 1 GROUP BY status",
    "SELECT grade, status, count(*) FROM finding WHERE organisation_id = 1 GROUP BY grade, status",
    "SELECT status, due_on < '2026-03-02', count(*) FROM action WHERE organisation_id = 1 "
    "GROUP BY status, due_on < '2026-03-02'",
)


def lines(small: Stage, large: Stage) -> Iterator[Line]:
    yield from audit_pages(small)
    for path in ("/audits/", "/findings/", "/actions/"):
        yield from lists(small, large, path)
    yield home(small, "1,200", most=None)
    yield home(large, "100,000", most=1)


def getter(client: FlaskClient, path: str) -> Callable[[], bytes]:
    def get() -> bytes:
        response = client.get(path)
        assert response.status_code == 200, f"{path}: {response.status}"
        return response.data

    return get


def audit_pages(stage: Stage) -> Iterator[Line]:
    client, bare = stage.client(stage.cast.alice), bare_client(stage.path)
    details = []
    for questions, most in ((100, 8), (1200, 6)):
        audit = stage.live_audit(questions, answered=True)
        ours = getter(client, f"/audits/{audit}/checklist")
        size, sql = len(ours()), count_sql(stage.engine, ours)
        times = side_by_side(ours, getter(bare, f"/checklist/{audit}?size={size}"), repeat=20)
        yield against(
            f"checklist page, {questions:,} questions", *times, most=most, sql=sql, most_sql=12
        )
        details.append(getter(client, f"/audits/{audit}"))
    sql = count_sql(stage.engine, details[1])
    few, many = side_by_side(*details, repeat=15)
    yield against(
        "audit page, 1,200 / 100 questions", many, few, unit="growth", sql=sql, most_sql=12
    )


def lists(small: Stage, large: Stage, path: str) -> Iterator[Line]:
    name = path.strip("/")
    acts = [getter(stage.client(stage.cast.claire), path) for stage in (small, large)]
    sql, size = count_sql(large.engine, acts[1]), len(acts[1]())
    bare = getter(bare_client(small.path), f"/audits?size={size}")
    few, many, floor = side_by_side(*acts, bare, repeat=15)
    yield against(f"list of 50 {name}, 1,200 rows", few, floor, most=12, sql=sql, most_sql=8)
    yield against("  100,000 / 1,200 rows", many, few, most=1.5, unit="growth")
    linked = [getter(stage.client(stage.cast.bob), path) for stage in (small, large)]
    few, many = side_by_side(*linked, repeat=6)
    yield against("  seen by an auditee of 2,000 / of 24", many, few, most=1.5, unit="growth")


def home(stage: Stage, rows: str, *, most: float | None) -> Line:
    ours = getter(stage.client(stage.cast.claire), "/")
    sql = count_sql(stage.engine, ours)
    with closing(sqlite3.connect(stage.path)) as db:
        groups = lambda: [db.execute(each).fetchall() for each in GROUPS]  # noqa: E731  # one line
        times = side_by_side(ours, groups, repeat=6)
    work = f"home page, {rows} audits and findings / GROUP BY"
    return against(work, *times, most=most, sql=sql, most_sql=10)
