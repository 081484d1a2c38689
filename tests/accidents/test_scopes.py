"""The scope of the list says in SQL what the policy says, for everybody."""

from datetime import timedelta
from itertools import product

from sqlalchemy import select
from sqlalchemy.orm import Session

from qse_audit.accidents import queries
from qse_audit.accidents.models import Accident
from qse_audit.accidents.queries import AccidentFilter, Show
from qse_audit.accidents.rules import EventKind, EventStatus
from qse_audit.core.permissions import Kind, Link, Permission
from qse_audit.db.participation import write_links
from qse_audit.policies import allows
from tests.accidents.conftest import Declare
from tests.factories import NOW, Cast, make_process


def test_the_events_that_a_list_shows_are_those_that_the_policy_opens(
    session: Session, cast: Cast, declare: Declare
) -> None:
    makers = (cast.claire, cast.bob, cast.emma, cast.ines, cast.david)
    for maker, status, owner in product(makers, EventStatus, (None, cast.alice, cast.gaelle)):
        event = declare(actor=maker)
        event.status = status
        event.closed_at = NOW if status is EventStatus.CLOSED else None
        session.flush()
        if owner is not None:
            write_links(session, Kind.ACCIDENT, event.id, {Link.OWNER: [owner.user_id]})
    session.commit()
    events = session.scalars(select(Accident)).all()
    for name, who in cast.everyone().items():
        scope = set(session.scalars(select(Accident.id).where(queries.readable_by(who))))
        policy = {e.id for e in events if allows(who, Permission.ACCIDENT_READ, e.access())}
        assert scope == policy, name
        rows = session.execute(queries.list_statement(who, AccidentFilter())).all()
        assert {row.id for row in rows} == policy, name
        counts = queries.count_shown(session, who, AccidentFilter())
        assert counts[Show.ALL] == len(policy), name


def test_each_filter_narrows_the_list(session: Session, cast: Cast, declare: Declare) -> None:
    process = make_process(session, cast)
    one = declare(facts_text="Flaque d’huile", place="Presse n° 2", process_id=process.id)
    two = declare(kind=EventKind.DANGEROUS, site_id=cast.site, actor=cast.bob)
    old = declare(happened_at=NOW - timedelta(days=400))
    old.status, old.closed_at = EventStatus.CLOSED, NOW
    session.commit()
    for wanted, expected in (
        (AccidentFilter(), {one, two, old}),
        (AccidentFilter(search="huile presse"), {one}),
        (AccidentFilter(search=two.reference), {two}),
        (AccidentFilter(search="%"), set()),
        (AccidentFilter(kind=EventKind.DANGEROUS), {two}),
        (AccidentFilter(status=EventStatus.CLOSED), {old}),
        (AccidentFilter(process_id=process.id), {one}),
        (AccidentFilter(site_id=cast.site), {two}),
        (AccidentFilter(year=2025), {old}),
        (AccidentFilter(year=9999), set()),
        (AccidentFilter(show=Show.OPEN), {one, two}),
        (AccidentFilter(show=Show.MINE), {one, old}),
    ):
        rows = session.execute(queries.list_statement(cast.claire, wanted)).all()
        assert {row.id for row in rows} == {event.id for event in expected}, wanted


def test_the_register_walks_its_index_and_sorts_nothing(session: Session, cast: Cast) -> None:
    if session.get_bind().dialect.name != "sqlite":
        return
    statement = (
        queries.list_statement(cast.claire, AccidentFilter())
        .order_by(Accident.happened_at.desc(), Accident.id.desc())
        .limit(51)
        .compile(session.get_bind(), compile_kwargs={"literal_binds": True})
    )
    plan = session.connection().exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}").all()
    told = "\n".join(row[-1] for row in plan)
    assert "ix_accident_list" in told
    assert "TEMP B-TREE" not in told
