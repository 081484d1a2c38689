"""Reading actions. Nothing here writes."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, Row, Select, and_, case, func, or_, select
from sqlalchemy.orm import Session, selectinload

from qse_audit.accounts.models import Membership, Person
from qse_audit.actions.models import Action, action_proof
from qse_audit.actions.rules import (
    ACTION_WORKFLOW,
    DUE_SOON_DAYS,
    ActionFacts,
    ActionKind,
    ActionStatus,
    Move,
    late_days,
)
from qse_audit.core.errors import NotFound, Refusal
from qse_audit.core.permissions import AUDIT_TEAM, Kind, Link, Permission, Role
from qse_audit.core.text import N_, Coded
from qse_audit.core.workflow import Transition
from qse_audit.db.participation import Participation, either, linked_to
from qse_audit.evidence.models import Evidence
from qse_audit.policies import Identity, allows
from qse_audit.web.paging import counted

READERS = (*sorted(AUDIT_TEAM), Link.AUDITEE, Link.VERIFIER, Link.MEMBER)
"""The links to what is behind an action whose people may read it."""


def get_action(session: Session, action_id: int) -> Action:
    """Return an action with its owner, its proofs and the people of the audit behind it.

    :raises NotFound: if there is none.
    """
    action = session.get(
        Action,
        action_id,
        options=[
            selectinload(Action.owner),
            selectinload(Action.verified_by),
            selectinload(Action.proofs).selectinload(Evidence.participations),
            selectinload(Action.proofs).selectinload(Evidence.answerers),
            selectinload(Action.participations),
        ],
    )
    if action is None:
        raise NotFound(f"action {action_id}")
    return action


def action_facts(action: Action, move: Move, *, actor_id: int, today: date) -> ActionFacts:
    """Return what the rules may know of ``action`` as this person moves it."""
    return ActionFacts(
        owner_id=action.owner_id,
        actor_id=actor_id,
        criterion=action.criterion,
        proof_count=sum(proof.withdrawal is None for proof in action.proofs),
        due_on=action.due_on,
        verify_on=action.verify_on,
        today=today,
        note=move.note,
        new_due_on=move.due_on,
    )


# --- lists ---


class Show(Coded):
    """Which actions a list shows: one word of the address."""

    MINE = "mine", N_("Les miennes")
    OPEN = "open", N_("À faire")
    LATE = "late", N_("En retard")
    VERIFY = "verify", N_("À vérifier")
    ALL = "all", N_("Toutes")


@dataclass(frozen=True, slots=True, kw_only=True)
class ActionFilter:
    """What a list is asked to show."""

    show: Show = Show.OPEN
    search: str = ""
    kind: ActionKind | None = None
    status: ActionStatus | None = None
    owner_id: int | None = None
    origin: tuple[Kind, int] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ActionLine:
    """One action of a list."""

    id: int
    reference: str
    title: str
    kind: ActionKind
    status: ActionStatus
    due_on: date
    verify_on: date | None
    owner_id: int
    owner_name: str
    reopened_count: int
    late: int
    """Days late; 0 for what is not."""
    soon: bool
    """Whether it is due within days."""


def readable_by(who: Identity) -> ColumnElement[bool]:
    """Return ``ACTION_READ`` said in SQL, inside the organisation where ``who`` now acts."""
    here = Action.organisation_id == who.organisation_id
    if {Role.COORDINATOR, Role.MANAGEMENT} & who.roles:
        return here
    tied = linked_to(Action.context_kind, Action.context_id, who.user_id, READERS)
    return and_(here, either(Action.id.expression, Action.owner_id == who.user_id, tied))


def verifiable_by(who: Identity) -> ColumnElement[bool]:
    """Return ``ACTION_VERIFY`` said in SQL, for actions that are done and await it."""
    awaits = and_(
        Action.organisation_id == who.organisation_id,
        Action.status == ActionStatus.DONE,
        Action.owner_id != who.user_id,
    )
    if Role.COORDINATOR in who.roles:
        return awaits
    links = (Link.LEAD_AUDITOR, Link.VERIFIER)
    return and_(awaits, linked_to(Action.context_kind, Action.context_id, who.user_id, links))


def shown(show: Show, who: Identity, today: date) -> ColumnElement[bool]:
    """Return the condition of one word of the address."""
    is_open = Action.status == ActionStatus.OPEN
    return {
        Show.MINE: and_(is_open, Action.owner_id == who.user_id),
        Show.OPEN: is_open,
        Show.LATE: and_(is_open, Action.due_on < today),
        Show.VERIFY: verifiable_by(who),
        Show.ALL: Action.id.is_not(None),
    }[show]


def lines() -> Select[Any]:
    """Return what every list of actions shows, unfiltered and unordered."""
    return select(  # type: ignore[return-value]  # its columns are those of ActionLine
        Action.id,
        Action.reference,
        Action.title,
        Action.kind,
        Action.status,
        Action.due_on,
        Action.verify_on,
        Action.owner_id,
        Action.reopened_count,
        Person.name.label("owner_name"),
    ).join(Person, Person.id == Action.owner_id)


def list_statement(who: Identity, wanted: ActionFilter, today: date) -> Select[Any]:
    """Return the actions that ``who`` may read and asked for, unordered."""
    return lines().where(*_narrowed(who, wanted), shown(wanted.show, who, today))


def _narrowed(who: Identity, wanted: ActionFilter) -> list[ColumnElement[bool]]:
    """Return the conditions of a list whatever it shows."""
    conditions = [readable_by(who)]
    for column, value in (
        (Action.kind, wanted.kind),
        (Action.status, wanted.status),
        (Action.owner_id, wanted.owner_id),
    ):
        if value is not None:
            conditions.append(column == value)
    if wanted.origin is not None:
        kind, key = wanted.origin
        conditions += [Action.origin_kind == kind, Action.origin_id == key]
    if wanted.search:
        conditions.append(_holds(wanted.search))
    return conditions


def by_due_date(descends: bool = False) -> list[tuple[ColumnElement[Any], bool]]:
    """Return the order of lists, for keyset paging: due date, then id."""
    return [(Action.due_on.expression, descends), (Action.id.expression, descends)]


def _holds(search: str) -> ColumnElement[bool]:
    """Return the condition that the title, the reference or the owner holds every word."""
    return and_(
        *(
            or_(
                Action.title.icontains(word, autoescape=True),
                Action.reference.icontains(word, autoescape=True),
                Person.name.icontains(word, autoescape=True),
            )
            for word in search.split()[:8]
        )
    )


def line_maker(today: date) -> Callable[[Row[Any]], ActionLine]:
    """Return the function that makes an :class:`ActionLine` of a row."""

    def make(row: Row[Any]) -> ActionLine:
        is_open = row.status is ActionStatus.OPEN
        late = late_days(row.due_on, today) if is_open else 0
        soon = is_open and not late and (row.due_on - today).days <= DUE_SOON_DAYS
        return ActionLine(**row._mapping, late=late, soon=soon)

    return make


def count_shown(
    session: Session, who: Identity, wanted: ActionFilter, today: date
) -> Mapping[Show, int]:
    """Return how many actions each word of the address would show, as far as counting goes."""
    found = select(Action.id).where(*_narrowed(who, wanted))
    if wanted.search:
        found = found.join(Person, Person.id == Action.owner_id)
    counts = (counted(found.where(shown(each, who, today))).label(each) for each in Show)
    return dict(zip(Show, session.execute(select(*counts)).one(), strict=True))


def export_lines(
    session: Session, who: Identity, wanted: ActionFilter, today: date
) -> Sequence[ActionLine]:
    """Return all that the list shows, for an export."""
    statement = list_statement(who, wanted, today).order_by(Action.due_on, Action.id)
    return [line_maker(today)(row) for row in session.execute(statement)]


def actions_of(session: Session, kind: Kind, origin_id: int, today: date) -> tuple[ActionLine, ...]:
    """Return the actions that one object asks for, by due date; who may read it may read them."""
    statement = (
        lines()
        .where(Action.origin_kind == kind, Action.origin_id == origin_id)
        .order_by(Action.due_on, Action.id)
    )
    return tuple(line_maker(today)(row) for row in session.execute(statement))


def actions_readable(
    session: Session, origin: tuple[Kind, int], who: Identity, today: date
) -> tuple[ActionLine, ...]:
    """Return the actions that one object asks for and ``who`` may read, by due date."""
    wanted = ActionFilter(show=Show.ALL, origin=origin)
    statement = list_statement(who, wanted, today).order_by(Action.due_on, Action.id)
    return tuple(line_maker(today)(row) for row in session.execute(statement))


# --- people ---


def verifier_ids(session: Session, action: Action) -> tuple[int, ...]:
    """Return who may verify ``action``: coordinators, lead auditor, verifiers; never its owner."""
    coordinators = select(Membership.person_id).where(
        Membership.organisation_id == action.organisation_id,
        Membership.role == Role.COORDINATOR,
    )
    tied = select(Participation.person_id).where(
        Participation.subject_kind == action.context_kind,
        Participation.subject_id == action.context_id,
        Participation.link.in_([Link.LEAD_AUDITOR, Link.VERIFIER]),
    )
    people = session.scalars(
        select(Person.id)
        .where(
            Person.id.in_(coordinators.union(tied)),
            Person.id != action.owner_id,
            Person.disabled_at.is_(None),
        )
        .order_by(Person.id)
    )
    return tuple(people)


# --- what other features ask ---


@dataclass(frozen=True, slots=True, kw_only=True)
class Treatment:
    """Where the actions asked for by one object stand, for the rules of that object."""

    total: int = 0
    """Cancelled ones left out."""
    unverified: int = 0
    """Those not yet verified effective."""
    corrective: int = 0


def treatment_of(session: Session, kind: Kind, origin_id: int) -> Treatment:
    """Return where the actions of one object stand: what closing a finding depends on."""
    counted = Action.status != ActionStatus.CANCELLED

    def total(*conditions: ColumnElement[bool]) -> Any:
        return func.coalesce(func.sum(case((and_(counted, *conditions), 1), else_=0)), 0)

    row = session.execute(
        select(
            total(),
            total(Action.status != ActionStatus.EFFECTIVE),
            total(Action.kind == ActionKind.CORRECTIVE),
        ).where(Action.origin_kind == kind, Action.origin_id == origin_id)
    ).one()
    return Treatment(total=row[0], unverified=row[1], corrective=row[2])


def actions_relying_on(
    session: Session, evidence_id: int, who: Identity
) -> tuple[tuple[int, str], ...]:
    """Return (id, reference) of the actions that an evidence file proves and ``who`` may read."""
    rows = session.execute(
        select(Action.id, Action.reference)
        .join(action_proof, action_proof.c.action_id == Action.id)
        .where(action_proof.c.evidence_id == evidence_id, readable_by(who))
        .order_by(Action.id)
    )
    return tuple((row.id, row.reference) for row in rows)


def proofs_readable(proofs: Sequence[Evidence], who: Identity) -> tuple[Evidence, ...]:
    """Return the proofs that this person may open (each by the policy of evidence)."""
    return tuple(p for p in proofs if allows(who, Permission.EVIDENCE_READ, p.access()))


# --- what can be done next ---


@dataclass(frozen=True, slots=True, kw_only=True)
class Offer:
    """A move that this person may make, and what already stands in its way."""

    transition: Transition[ActionStatus, ActionFacts]
    refusals: tuple[Refusal, ...]


def offers(action: Action, who: Identity, today: date) -> dict[str, Offer]:
    """Return the moves open to ``who`` by name; what they still have to type is taken as given."""
    typed = action_facts(action, Move(note="…", due_on=date.max), actor_id=who.user_id, today=today)
    return {
        t.name: Offer(transition=t, refusals=ACTION_WORKFLOW.refusals(action.status, t.name, typed))
        for t in ACTION_WORKFLOW.available(action.status)
        if allows(who, t.permission, action.access())
    }
