"""One analysis with its lines, the list, what is about a record, what can be done next."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, Row, Select, or_, select
from sqlalchemy.orm import Session, joinedload, selectinload

from qse_audit.accounts.models import Person
from qse_audit.actions.models import Action
from qse_audit.actions.queries import ActionFilter, ActionLine, Show, line_maker
from qse_audit.actions.queries import list_statement as action_statement
from qse_audit.causes.models import (
    RESTRICTED,
    CauseAnalysis,
    CauseMember,
    CauseNode,
    as_tree,
)
from qse_audit.causes.rules import (
    CAUSE_WORKFLOW,
    AnalysisFacts,
    CauseStatus,
    CauseTool,
    Delays,
    MoveFacts,
    Tree,
    missing,
)
from qse_audit.core.errors import Refusal
from qse_audit.core.permissions import Kind, Link, Permission
from qse_audit.core.studies import Study
from qse_audit.core.workflow import Transition
from qse_audit.db.loading import loaded
from qse_audit.db.participation import linked_to
from qse_audit.policies import Access, Identity, allows


def get_analysis(session: Session, cause_id: int) -> CauseAnalysis:
    """Return an analysis with its people.

    :raises NotFound: if there is none.
    """
    return loaded(
        session,
        CauseAnalysis,
        cause_id,
        selectinload(CauseAnalysis.owner),
        selectinload(CauseAnalysis.created_by),
        selectinload(CauseAnalysis.members).selectinload(CauseMember.person),
        selectinload(CauseAnalysis.participations),
    )


def get_node(session: Session, cause_node_id: int) -> CauseNode:
    """Return a line with its analysis.

    :raises NotFound: if there is none.
    """
    of_analysis = joinedload(CauseNode.analysis)
    return loaded(
        session,
        CauseNode,
        cause_node_id,
        joinedload(CauseNode.owner),
        of_analysis.selectinload(CauseAnalysis.participations),
        of_analysis.selectinload(CauseAnalysis.owner),
    )


def get_member(session: Session, cause_member_id: int) -> CauseMember:
    """Return somebody of a team with the analysis.

    :raises NotFound: if there is none.
    """
    of_analysis = joinedload(CauseMember.analysis)
    return loaded(
        session,
        CauseMember,
        cause_member_id,
        joinedload(CauseMember.person),
        of_analysis.selectinload(CauseAnalysis.participations),
    )


def tree_of(session: Session, cause_id: int) -> Tree:
    """Return the lines of an analysis, in order: one statement."""
    rows = session.scalars(
        select(CauseNode)
        .where(CauseNode.analysis_id == cause_id)
        .options(joinedload(CauseNode.owner))
        .order_by(CauseNode.position, CauseNode.id)
        .execution_options(populate_existing=True)
    )
    return as_tree(list(rows))


def facts_of(analysis: CauseAnalysis, tree: Tree) -> AnalysisFacts:
    """Return what its tool judges; ``members`` must be loaded."""
    return AnalysisFacts(
        tool=analysis.tool,
        question=analysis.question,
        tree=tree,
        team_size=len(analysis.members),
    )


# --- lists ---


@dataclass(frozen=True, slots=True, kw_only=True)
class CauseFilter:
    """What the list is asked to show."""

    search: str = ""
    tool: CauseTool | None = None
    status: CauseStatus | None = None
    owner_id: int | None = None

    @property
    def is_set(self) -> bool:
        """Say whether anything is left out."""
        return any((self.search, self.tool, self.status, self.owner_id))


@dataclass(frozen=True, slots=True, kw_only=True)
class CauseLine:
    """One analysis of a list."""

    id: int
    reference: str
    title: str
    tool: CauseTool
    status: CauseStatus
    owner_name: str
    created_at: datetime
    concluded_at: datetime | None


def readable_by(who: Identity) -> ColumnElement[bool]:
    """Return CAUSE_READ in SQL; ``test_scopes`` holds it and the policy together."""
    here = CauseAnalysis.organisation_id == who.organisation_id
    own = frozenset({who.organisation_id})
    if allows(who, Permission.CAUSE_READ, Access(own, is_restricted=True)):
        return here
    mine = or_(
        CauseAnalysis.created_by_id == who.user_id,
        CauseAnalysis.owner_id == who.user_id,
        linked_to(Kind.CAUSE_ANALYSIS, CauseAnalysis.id, who.user_id, [Link.MEMBER]),
    )
    if not allows(who, Permission.CAUSE_READ, Access(own)):
        return here & mine
    kind = CauseAnalysis.subject_kind
    return here & or_(kind.is_(None), kind.not_in(list(RESTRICTED)), mine)


def list_statement(who: Identity, wanted: CauseFilter) -> Select[Any]:
    """Return the analyses that ``who`` may read and asked for, unordered."""
    a: Any = CauseAnalysis
    statement: Select[Any] = (
        select(
            a.id, a.reference, a.title, a.tool, a.status, a.created_at, a.concluded_at,
            Person.name.label("owner_name"),
        )
        .join(Person, Person.id == a.owner_id)
        .where(readable_by(who))
    )  # fmt: skip
    for column, value in (
        (a.tool, wanted.tool),
        (a.status, wanted.status),
        (a.owner_id, wanted.owner_id),
    ):
        if value is not None:
            statement = statement.where(column == value)
    if wanted.search:
        found = (
            text.icontains(wanted.search, autoescape=True)
            for text in (a.title, a.reference, a.question, Person.name)
        )
        statement = statement.where(or_(*found))
    return statement


def as_line(row: Row[Any]) -> CauseLine:
    """Return a row of :func:`list_statement` as a line."""
    return CauseLine(**row._mapping)


def studies_about(session: Session, subject: tuple[Kind, int], who: Identity) -> tuple[Study, ...]:
    """Return the analyses about a record that ``who`` may read, the newest first."""
    a = CauseAnalysis
    rows = session.execute(
        select(a.id, a.reference, a.title, a.tool, a.status)
        .where(a.subject_kind == subject[0], a.subject_id == subject[1], readable_by(who))
        .order_by(a.id.desc())
    )
    return tuple(
        Study(row.id, row.reference, row.title, note=row.tool.label, status=row.status)
        for row in rows
    )


def actions_readable(
    session: Session, cause_id: int, who: Identity, today: date
) -> tuple[ActionLine, ...]:
    """Return the actions that an analysis asked for and ``who`` may read, by due date."""
    wanted = ActionFilter(show=Show.ALL, origin=(Kind.CAUSE_ANALYSIS, cause_id))
    statement = action_statement(who, wanted, today).order_by(Action.due_on, Action.id)
    make = line_maker(today)
    return tuple(make(row) for row in session.execute(statement))


# --- what a new one starts with ---


def _last(organisation_id: int, tool: CauseTool) -> Select[Any]:
    return (
        select(CauseAnalysis)
        .where(CauseAnalysis.organisation_id == organisation_id, CauseAnalysis.tool == tool)
        .order_by(CauseAnalysis.id.desc())
        .limit(1)
    )


def delays_of_last(session: Session, organisation_id: int) -> Delays:
    """Return the delays of the last 8D of the organisation; those of the trade before the first."""
    last = session.scalars(_last(organisation_id, CauseTool.EIGHT_D)).first()
    if last is None:
        return Delays()
    return Delays(last.contain_hours, last.cause_days, last.close_days)


def last_families(session: Session, organisation_id: int) -> int:
    """Return how many families the last Ishikawa of the organisation took; 5 before the first."""
    last = session.scalars(_last(organisation_id, CauseTool.ISHIKAWA)).first()
    return 5 if last is None else last.families or 5


# --- what can be done next ---


@dataclass(frozen=True, slots=True, kw_only=True)
class Offer:
    """A move that this person may make, and what already stands in its way."""

    transition: Transition[CauseStatus, MoveFacts]
    refusals: Sequence[Refusal]


def offers(analysis: CauseAnalysis, tree: Tree, who: Identity) -> dict[str, Offer]:
    """Return the moves open to ``who`` by name; what they still have to type is taken as given."""
    typed = MoveFacts(missing(facts_of(analysis, tree)), note="…")
    return {
        t.name: Offer(
            transition=t, refusals=CAUSE_WORKFLOW.refusals(analysis.status, t.name, typed)
        )
        for t in CAUSE_WORKFLOW.available(analysis.status)
        if allows(who, t.permission, analysis.access())
    }
