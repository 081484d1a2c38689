"""The scopes of lists say in SQL what the policy says, for everybody."""

import itertools
from collections.abc import Callable

from sqlalchemy import select
from sqlalchemy.orm import Session

from qse_audit.core.permissions import Kind, Link, Permission
from qse_audit.db.participation import write_links
from qse_audit.findings import queries
from qse_audit.findings.models import Finding
from qse_audit.findings.queries import FindingFilter
from qse_audit.findings.rules import FindingStatus
from qse_audit.policies import allows
from tests.factories import NOW, Cast, make_process

Draft = Callable[..., Finding]


def make_every_case(session: Session, cast: Cast, draft: Draft) -> None:
    """Every link of everybody to an audit, every status, with and without Bob’s process."""
    process = make_process(session, cast)
    for number, link in enumerate(Link, 100):
        origin = (Kind.AUDIT, number)
        people = [p.user_id for p in cast.everyone().values()][number % 2 :: 2]
        write_links(session, *origin, {link: people})
        for status, process_id in itertools.product(FindingStatus, [None, process.id]):
            finding = draft(origin=origin, process_id=process_id)
            finding.evidence_text = "Vu"
            finding.status = status
            finding.finalised_at = None if status is FindingStatus.DRAFT else NOW
            finding.closed_at = NOW if status is FindingStatus.CLOSED else None
            session.flush()
            answering = [cast.farid.user_id] if number % 3 == 0 else []
            write_links(session, Kind.FINDING, finding.id, {Link.OWNER: answering})
    other = draft(organisation_id=cast.other_company, origin=(Kind.AUDIT, 1), actor=cast.david)
    assert other.organisation_id == cast.other_company
    session.commit()


def test_the_scope_agrees_with_the_policy_for_everybody(
    session: Session, cast: Cast, draft: Draft
) -> None:
    make_every_case(session, cast, draft)
    findings = session.scalars(select(Finding)).all()
    assert len(findings) == len(Link) * 6 + 1
    for name, who in cast.everyone().items():
        scope = set(session.scalars(select(Finding.id).where(queries.readable_by(who))))
        policy = {f.id for f in findings if allows(who, Permission.FINDING_READ, f.access())}
        assert scope == policy, name
        here = {f.id for f in findings if f.organisation_id == who.organisation_id}
        rows = session.execute(queries.list_statement(who, FindingFilter())).all()
        assert {row.id for row in rows} == policy & here, name
        total = queries.count_listed(session, who, FindingFilter()).total
        assert total == len(policy & here), name


def test_each_filter_narrows_the_list(session: Session, cast: Cast, draft: Draft) -> None:
    process = make_process(session, cast)
    one = draft(title="Étiquette échue", process_id=process.id, clause_ref="7.1.5")
    two = draft(title="100 % des bennes_triées", clause_ref="8.1", origin=(Kind.AUDIT, 9))
    for wanted, expected in [
        (FindingFilter(), {one.id, two.id}),
        (FindingFilter(search="tiquette 7.1"), {one.id}),
        (FindingFilter(search="100 %"), {two.id}),
        (FindingFilter(search="s_t"), {two.id}),
        (FindingFilter(search="_%"), set()),
        (FindingFilter(search=two.reference), {two.id}),
        (FindingFilter(process_id=process.id), {one.id}),
        (FindingFilter(year=2026), {one.id, two.id}),
        (FindingFilter(year=2025), set()),
        (FindingFilter(origin=(Kind.AUDIT, 9)), {two.id}),
        (FindingFilter(status=FindingStatus.CLOSED), set()),
    ]:
        rows = session.execute(queries.list_statement(cast.claire, wanted)).all()
        assert {row.id for row in rows} == expected, wanted


def test_the_list_walks_its_index_and_sorts_nothing(session: Session, cast: Cast) -> None:
    statement = queries.list_statement(cast.claire, FindingFilter()).order_by(Finding.id.desc())
    if session.get_bind().dialect.name != "sqlite":
        return
    compiled = statement.limit(51).compile(
        session.get_bind(), compile_kwargs={"literal_binds": True}
    )
    plan = session.connection().exec_driver_sql(f"EXPLAIN QUERY PLAN {compiled}").all()
    text = "\n".join(row[-1] for row in plan)
    assert "ix_finding_list" in text
    assert "TEMP B-TREE" not in text
