"""Reading the issues of the context and the decisions on climate. Nothing here writes."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, TypeVar

from sqlalchemy import ColumnElement, Row, Select, String, cast, false, or_, select
from sqlalchemy.orm import Session, aliased, joinedload

from qse_audit.accounts.models import Person
from qse_audit.core.permissions import Permission
from qse_audit.db.loading import loaded
from qse_audit.policies import Identity, allows
from qse_audit.policy.models import ClimateDecision, ContextIssue, InterestedParty, Proposal
from qse_audit.policy.rules import Domain, IssueKind, Pestel, Standing, Swot
from qse_audit.web.paging import counted

M = TypeVar("M", ContextIssue, InterestedParty, Proposal)
ON_BOARDS = 120
"""How many issues the boards show, the weightiest first: more would not be read."""


@dataclass(frozen=True, slots=True, kw_only=True)
class IssueLine:
    """One issue, on a board or in a list."""

    id: int
    title: str
    kind: IssueKind
    swot: Swot
    pestel: Pestel | None
    domains: Sequence[str]
    fact: str
    effect: str
    weight: int
    review_on: date
    created_at: datetime
    created_by: str
    reviewed_at: datetime
    reviewed_by: str
    withdrawn_at: datetime | None
    withdrawal_reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class IssueFilter:
    """What a list of issues is narrowed to."""

    search: str = ""
    swot: Swot | None = None
    pestel: Pestel | None = None
    domain: Domain | None = None
    standing: Standing = Standing.CURRENT


@dataclass(frozen=True, slots=True, kw_only=True)
class ClimateLine:
    """One decision on climate."""

    is_relevant: bool
    reason: str
    review_on: date
    decided_at: datetime
    decided_by: str


def readable(model: type[M], who: Identity) -> ColumnElement[bool]:
    """Return POLICY_READ in SQL for what the policy rests on."""
    if not allows(who, Permission.POLICY_READ):
        return false()
    return model.organisation_id == who.organisation_id


def touches(model: type[Any], domain: Domain) -> ColumnElement[bool]:
    """Return the condition that a row names ``domain`` among its domains."""
    return cast(model.domains, String).contains(f'"{domain}"')


def standing_of(
    model: type[ContextIssue] | type[InterestedParty], wanted: Standing, today: date
) -> Sequence[ColumnElement[bool]]:
    """Return the conditions of the rows that stand as wanted."""
    if wanted is Standing.WITHDRAWN:
        return [model.withdrawn_at.is_not(None)]
    due = [model.review_on <= today] if wanted is Standing.DUE else []
    return [model.withdrawn_at.is_(None), *due]


def holds(search: str, *columns: Any) -> Sequence[ColumnElement[bool]]:
    """Return one condition a word of ``search``: one of ``columns`` holds it."""
    return [
        or_(*(column.icontains(word, autoescape=True) for column in columns))
        for word in search.split()[:8]
    ]


def get_issue(session: Session, issue_id: int) -> ContextIssue:
    """Return an issue with who wrote it and who looked at it last.

    :raises NotFound: if there is none.
    """
    return loaded(
        session,
        ContextIssue,
        issue_id,
        joinedload(ContextIssue.created_by),
        joinedload(ContextIssue.reviewed_by),
    )


def issue_lines() -> Select[Any]:
    """Return the statement that selects every issue as a line."""
    writer, reviewer = aliased(Person), aliased(Person)
    lines: Select[Any] = (
        select(  # type: ignore[assignment]  # its columns are those of IssueLine
            ContextIssue.id,
            ContextIssue.title,
            ContextIssue.kind,
            ContextIssue.swot,
            ContextIssue.pestel,
            ContextIssue.domains,
            ContextIssue.fact,
            ContextIssue.effect,
            ContextIssue.weight,
            ContextIssue.review_on,
            ContextIssue.created_at,
            writer.name.label("created_by"),
            ContextIssue.reviewed_at,
            reviewer.name.label("reviewed_by"),
            ContextIssue.withdrawn_at,
            ContextIssue.withdrawal_reason,
        )
        .join(writer, writer.id == ContextIssue.created_by_id)
        .join(reviewer, reviewer.id == ContextIssue.reviewed_by_id)
    )
    return lines


def as_issue_line(row: Row[Any]) -> IssueLine:
    """Return a row of :func:`issue_lines` as a line."""
    return IssueLine(**dict(row._mapping))


def issues_on_boards(session: Session, who: Identity) -> tuple[IssueLine, ...]:
    """Return the issues that hold, the weightiest first, one more than the boards show."""
    rows = session.execute(
        issue_lines()
        .where(readable(ContextIssue, who), ContextIssue.withdrawn_at.is_(None))
        .order_by(ContextIssue.weight.desc(), ContextIssue.id)
        .limit(ON_BOARDS + 1)
    )
    return tuple(map(as_issue_line, rows))


def listed_issues(who: Identity, wanted: IssueFilter, today: date) -> Sequence[ColumnElement[bool]]:
    """Return the conditions of the issues that a list shows."""
    conditions = [
        readable(ContextIssue, who),
        *standing_of(ContextIssue, wanted.standing, today),
        *holds(wanted.search, ContextIssue.title, ContextIssue.fact, ContextIssue.effect),
    ]
    if wanted.swot is not None:
        conditions.append(ContextIssue.swot == wanted.swot)
    if wanted.pestel is not None:
        conditions.append(ContextIssue.pestel == wanted.pestel)
    if wanted.domain is not None:
        conditions.append(touches(ContextIssue, wanted.domain))
    return conditions


def count_issues(session: Session, who: Identity, wanted: IssueFilter, today: date) -> int:
    """Return how many issues a list shows, as far as counting goes."""
    rows = select(ContextIssue.id).where(*listed_issues(who, wanted, today))
    return session.scalar(select(counted(rows))) or 0


def all_issues(
    session: Session, who: Identity, wanted: IssueFilter, today: date
) -> Iterator[IssueLine]:
    """Give every issue that a list shows, for an export."""
    statement = (
        issue_lines()
        .where(*listed_issues(who, wanted, today))
        .order_by(ContextIssue.weight.desc(), ContextIssue.id)
        .execution_options(yield_per=1_000)
    )
    for row in session.execute(statement):
        yield as_issue_line(row)


def climate_decisions(session: Session, who: Identity) -> tuple[ClimateLine, ...]:
    """Return the last decisions on climate, the one that holds first; ten at most."""
    if not allows(who, Permission.POLICY_READ):
        return ()
    rows = session.execute(
        select(
            ClimateDecision.is_relevant,
            ClimateDecision.reason,
            ClimateDecision.review_on,
            ClimateDecision.decided_at,
            Person.name.label("decided_by"),
        )
        .join(Person, Person.id == ClimateDecision.decided_by_id)
        .where(ClimateDecision.organisation_id == who.organisation_id)
        .order_by(ClimateDecision.id.desc())
        .limit(10)
    )
    return tuple(ClimateLine(**dict(row._mapping)) for row in rows)
