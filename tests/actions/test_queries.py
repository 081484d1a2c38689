"""Lists of actions: the right ones, in order, in few statements, with an index."""

from datetime import timedelta

import pytest
from sqlalchemy import insert, text

from qse_audit.actions import queries
from qse_audit.actions.models import Action
from qse_audit.actions.queries import ActionFilter, Show
from qse_audit.core.clock import now
from qse_audit.core.permissions import Kind, Permission
from qse_audit.policies import allows
from qse_audit.web.paging import page
from tests.actions.factories import make_action, make_audit, make_done, make_finding
from tests.factories import today


def titles(session, who, **wanted):
    lines = queries.export_lines(session, who, ActionFilter(**wanted), today())
    return [line.title for line in lines]


@pytest.fixture
def several(session, cast):
    """Actions of two audits: of Bob, of Emma who audits nothing, of Claire."""
    first = make_finding(session, cast)
    second = make_finding(
        session, cast, make_audit(session, cast, reference="AUD-2026-002", auditees=[cast.emma])
    )
    late = today() - timedelta(days=5)
    make_action(session, cast, finding=first, title="Retard de Bob", due_on=late)
    make_done(session, cast, finding=first, title="Faite par Bob")
    make_action(session, cast, finding=second, title="Pour Emma", owner=cast.emma)
    make_action(session, cast, finding=second, title="Pour Farid", owner=cast.farid)
    make_done(session, cast, finding=second, title="Faite par Claire", owner=cast.claire)


def test_the_list_and_the_policy_agree_for_the_whole_cast(session, cast, several):
    everything = [queries.get_action(session, key) for key in range(1, 6)]
    for name, who in cast.everyone().items():
        listed = set(titles(session, who, show=Show.ALL))
        here = [a for a in everything if a.organisation_id == who.organisation_id]
        allowed = {a.title for a in here if allows(who, Permission.ACTION_READ, a.access())}
        assert listed == allowed, name


def test_what_awaits_verification_and_the_policy_agree(session, cast, several):
    everything = [queries.get_action(session, key) for key in range(1, 6)]
    for name, who in cast.everyone().items():
        listed = set(titles(session, who, show=Show.VERIFY))
        allowed = {
            a.title
            for a in everything
            if a.status == "done" and allows(who, Permission.ACTION_VERIFY, a.access())
        }
        assert listed == allowed, name


def test_each_word_of_the_address_shows_its_actions(session, cast, several):
    assert titles(session, cast.bob, show=Show.MINE) == ["Retard de Bob"]
    assert titles(session, cast.claire, show=Show.LATE) == ["Retard de Bob"]
    assert titles(session, cast.claire, show=Show.VERIFY) == ["Faite par Bob"]
    assert set(titles(session, cast.claire)) == {"Retard de Bob", "Pour Emma", "Pour Farid"}


@pytest.mark.parametrize(
    ("search", "expected"),
    [("retard", 1), ("Haddad", 1), ("ACT-", 5), ("bob retard", 1), ("100%", 0), ("_", 0)],
)
def test_the_search_looks_at_titles_references_and_owners(session, cast, several, search, expected):
    assert len(titles(session, cast.claire, show=Show.ALL, search=search)) == expected


def test_the_counts_are_those_of_the_lists(session, cast, several):
    for who in (cast.claire, cast.alice, cast.bob, cast.emma):
        counts = queries.count_shown(session, who, ActionFilter(), today())
        assert counts == {show: len(titles(session, who, show=show)) for show in Show}


def test_a_late_line_says_by_how_many_days(session, cast, several):
    lines = queries.export_lines(session, cast.claire, ActionFilter(show=Show.LATE), today())
    assert [line.late for line in lines] == [5]


def test_pages_of_a_long_list_follow_each_other_and_use_an_index(session, cast):
    action = make_action(session, cast)
    row = {
        name: getattr(action, name)
        for name in Action.__table__.columns.keys()  # noqa: SIM118  # columns are not a mapping
        if name not in {"id", "reference", "due_on"}
    }
    session.execute(
        insert(Action),
        [
            {**row, "reference": f"A-{n}", "due_on": today() + timedelta(days=n % 700)}
            for n in range(5_000)
        ],
    )
    session.execute(text("ANALYZE"))
    statement = queries.list_statement(cast.claire, ActionFilter(), today())
    seen, cursor = [], None
    for _ in range(4):
        found = page(
            session,
            statement,
            queries.by_due_date(),
            cursor=cursor,
            make=queries.line_maker(today()),
        )
        seen += [(line.due_on, line.id) for line in found.rows]
        cursor = found.next
    assert len(set(seen)) == 200
    assert seen == sorted(seen)
    plan = explain(session, statement.order_by(Action.due_on, Action.id).limit(51))
    assert "ix_action_" in plan, plan


def explain(session, statement):
    bound = session.get_bind()
    compiled = statement.compile(bound, compile_kwargs={"literal_binds": True})
    verb = "EXPLAIN QUERY PLAN" if bound.dialect.name == "sqlite" else "EXPLAIN"
    rows = session.connection().exec_driver_sql(f"{verb} {compiled}".replace("%", "%%"))
    return "\n".join(str(row) for row in rows)


def test_the_order_of_arrival_never_matters(session, cast):
    finding = make_finding(session, cast)
    for days in (20, 5, 12):
        make_action(session, cast, finding=finding, due_on=today() + timedelta(days=days), at=now())
    lines = queries.actions_of(session, Kind.FINDING, finding.id, today())
    assert [(line.due_on - today()).days for line in lines] == [5, 12, 20]
    assert [line.soon for line in lines] == [True, False, False]
