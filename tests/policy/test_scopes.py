"""The scopes of lists say in SQL what the policy says, for everybody."""

from datetime import date
from itertools import product
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from qse_audit.core.permissions import Kind, Link, Permission
from qse_audit.db.participation import write_links
from qse_audit.policies import allows
from qse_audit.policy import queries, services
from qse_audit.policy.models import ContextIssue, InterestedParty, Policy, Proposal
from qse_audit.policy.queries import IssueFilter, PartyFilter, ProposalFilter
from qse_audit.policy.rules import (
    Domain,
    IssueDraft,
    IssueKind,
    PartyDraft,
    PartyKind,
    PolicyStatus,
    ProposalDraft,
    Swot,
)
from tests.factories import NOW, Cast

REVIEW = date(2099, 1, 1)


def test_the_versions_that_a_list_shows_are_those_that_the_policy_opens(
    session: Session, cast: Cast
) -> None:
    makers = (cast.claire, cast.emma, cast.david)
    others = [None, cast.bob, cast.alice, cast.gaelle]
    for number, (maker, status, other) in enumerate(product(makers, PolicyStatus, others), 1):
        if status is PolicyStatus.IN_FORCE and other is not None:
            continue  # one is in force
        if status is PolicyStatus.IN_FORCE and maker is cast.emma:
            continue
        policy = Policy(
            organisation_id=maker.organisation_id,
            number=number,
            title=f"Version {number}",
            status=status,
            submitted_at=NOW,
            decided_at=NOW,
            superseded_at=NOW if status is PolicyStatus.SUPERSEDED else None,
            created_at=NOW,
            created_by_id=maker.user_id,
        )
        session.add(policy)
        session.flush()
        if other is not None:
            write_links(session, Kind.POLICY, policy.id, {Link.AUTHOR: [other.user_id]})
    session.commit()
    versions = session.scalars(select(Policy)).all()
    for name, who in cast.everyone().items():
        shown = {row.id for row in session.execute(queries.version_lines(who))}
        opened = {p.id for p in versions if allows(who, Permission.POLICY_TEXT_READ, p.access())}
        assert shown == opened, name


def test_what_the_policy_rests_on_is_listed_to_those_who_may_read_it(
    session: Session, cast: Cast
) -> None:
    for who in (cast.claire, cast.david):
        issue = IssueDraft(
            title="Enjeu",
            kind=IssueKind.INTERNAL,
            swot=Swot.STRENGTH,
            pestel=None,
            domains=(Domain.QUALITY,),
            fact="Vu",
            review_on=REVIEW,
        )
        services.add_issue(session, issue, actor=who, now=NOW)
        party = PartyDraft(name="Clients", kind=PartyKind.CUSTOMER, review_on=REVIEW)
        services.add_party(session, party, actor=who, now=NOW)
        words = ProposalDraft(title="Proposition", domains=(Domain.QUALITY,))
        services.add_proposal(session, words, actor=who, now=NOW)
    session.commit()
    today = NOW.date()
    for name, who in cast.everyone().items():
        lists: tuple[tuple[Any, Any], ...] = (
            (ContextIssue, queries.listed_issues(who, IssueFilter(), today)),
            (InterestedParty, queries.listed_parties(who, PartyFilter(), today)),
            (Proposal, queries.listed_proposals(who, ProposalFilter())),
        )
        for model, conditions in lists:
            shown = set(session.scalars(select(model.id).where(*conditions)))
            opened = {
                row.id
                for row in session.scalars(select(model))
                if allows(who, Permission.POLICY_READ, row.access())
            }
            assert shown == opened, (name, model)


def test_the_facts_on_offer_are_those_that_one_may_read(session: Session, cast: Cast) -> None:
    party = PartyDraft(name="Clients", kind=PartyKind.CUSTOMER, review_on=REVIEW)
    services.add_party(session, party, actor=cast.david, now=NOW)
    issue = IssueDraft(
        title="Enjeu d’ailleurs",
        kind=IssueKind.INTERNAL,
        swot=Swot.STRENGTH,
        pestel=None,
        domains=(Domain.QUALITY,),
        fact="Vu",
        review_on=REVIEW,
    )
    services.add_issue(session, issue, actor=cast.david, now=NOW)
    session.commit()
    assert queries.facts_on_offer(session, cast.claire) == ()
    assert [fact.label for fact in queries.facts_on_offer(session, cast.david)] == [
        "Enjeu d’ailleurs"
    ]
