"""Reading workshops. Nothing here writes."""

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Row, Select, func, or_, select
from sqlalchemy.orm import Session, joinedload

from qse_audit.accounts.models import Person
from qse_audit.causes.queries import tree_of
from qse_audit.causes.rules import NodeKind
from qse_audit.core.errors import Refusal
from qse_audit.core.permissions import Kind, Permission
from qse_audit.core.studies import Study
from qse_audit.core.workflow import Transition
from qse_audit.db.loading import loaded
from qse_audit.policies import Access, Identity, allows
from qse_audit.workshops.models import (
    Workshop,
    WorkshopParticipant,
    WorkshopProposal,
    WorkshopResult,
    WorkshopVote,
)
from qse_audit.workshops.rules import (
    MAX_PROPOSAL,
    WORKSHOP_WORKFLOW,
    MoveFacts,
    Standing,
    WorkshopStatus,
    standings,
)


def digest(secret: str) -> str:
    """Return what is stored of a link or of a participant’s secret."""
    return hashlib.sha256(secret.encode()).hexdigest()


def get_workshop(session: Session, workshop_id: int) -> Workshop:
    """Return a workshop with who leads it.

    :raises NotFound: if there is none.
    """
    return loaded(session, Workshop, workshop_id, joinedload(Workshop.owner))


def get_proposal(session: Session, workshop_proposal_id: int) -> WorkshopProposal:
    """Return a proposal with its workshop.

    :raises NotFound: if there is none.
    """
    return loaded(
        session, WorkshopProposal, workshop_proposal_id, joinedload(WorkshopProposal.workshop)
    )


def workshop_at(session: Session, token: str) -> Workshop | None:
    """Return the workshop that a link leads to, ``None`` for a link that leads nowhere."""
    found = select(Workshop).where(Workshop.token_sha256 == digest(token))
    return session.scalars(found.options(joinedload(Workshop.owner))).first()


def participant_of(session: Session, workshop_id: int, secret: str) -> WorkshopParticipant | None:
    """Return the participant that a browser is, ``None`` for one that is not known here."""
    return session.scalars(
        select(WorkshopParticipant).where(
            WorkshopParticipant.workshop_id == workshop_id,
            WorkshopParticipant.secret_sha256 == digest(secret),
        )
    ).first()


def participants_of(session: Session, workshop_id: int) -> Sequence[WorkshopParticipant]:
    """Return who came, in order."""
    return session.scalars(
        select(WorkshopParticipant)
        .where(WorkshopParticipant.workshop_id == workshop_id)
        .order_by(WorkshopParticipant.id)
    ).all()


def proposals_of(session: Session, workshop_id: int) -> Sequence[WorkshopProposal]:
    """Return the proposals on which one votes, in order."""
    return session.scalars(
        select(WorkshopProposal)
        .where(WorkshopProposal.workshop_id == workshop_id, WorkshopProposal.withdrawn_at.is_(None))
        .order_by(WorkshopProposal.id)
    ).all()


def causes_not_proposed(session: Session, workshop_id: int, cause_id: int) -> list[str]:
    """Return the causes of an analysis that are not ruled out and not proposed yet, in order."""
    proposed = {each.text for each in proposals_of(session, workshop_id)}
    causes = (
        node.text.strip()[:MAX_PROPOSAL]
        for node in tree_of(session, cause_id).of(NodeKind.CAUSE)
        if not node.is_discarded
    )
    return [text for text in dict.fromkeys(causes) if text not in proposed]


def ballot_of(session: Session, participant_id: int) -> dict[int, int]:
    """Return what a participant gave: proposal → points or rating; empty before they voted."""
    v = WorkshopVote
    found = select(v.proposal_id, v.value).where(v.participant_id == participant_id)
    return {row.proposal_id: row.value for row in session.execute(found)}


@dataclass(frozen=True, slots=True)
class Count:
    """How far a workshop is: what its screens look at to know whether to read it again."""

    people: int
    proposals: int
    ballots: int


def count_of(session: Session, workshop_id: int) -> Count:
    """Return how many came, proposed and voted: one statement."""
    p, v = WorkshopProposal, WorkshopVote
    came = select(func.count()).where(WorkshopParticipant.workshop_id == workshop_id)
    proposed = select(func.count()).where(p.workshop_id == workshop_id, p.withdrawn_at.is_(None))
    voted = select(func.count(v.participant_id.distinct())).where(v.workshop_id == workshop_id)
    row = session.execute(
        select(came.scalar_subquery(), proposed.scalar_subquery(), voted.scalar_subquery())
    ).one()
    return Count(row[0], row[1], row[2])


def result_of(session: Session, workshop_id: int) -> WorkshopResult | None:
    """Return the frozen result, ``None`` before."""
    return session.scalars(
        select(WorkshopResult).where(WorkshopResult.workshop_id == workshop_id)
    ).first()


def document_of(result: WorkshopResult) -> dict[str, Any]:
    """Return what was frozen."""
    found: dict[str, Any] = json.loads(result.document)
    return found


def standings_of(session: Session, workshop: Workshop) -> tuple[Standing, ...]:
    """Return how the proposals stand now."""
    v, proposals = WorkshopVote, proposals_of(session, workshop.id)
    votes = session.execute(select(v.proposal_id, v.value).where(v.workshop_id == workshop.id))
    named = [(each.id, each.text) for each in proposals]
    return standings(named, [(row.proposal_id, row.value) for row in votes], workshop.method)


# --- lists ---


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkshopLine:
    """One workshop of a list."""

    id: int
    reference: str
    title: str
    status: WorkshopStatus
    owner_name: str
    created_at: datetime


def readable_by(who: Identity) -> ColumnElement[bool]:
    """Return WORKSHOP_READ in SQL; a test holds it and the policy together."""
    w, own = Workshop, frozenset({who.organisation_id})
    here = w.organisation_id == who.organisation_id
    if allows(who, Permission.WORKSHOP_READ, Access(own, "prepared", is_restricted=True)):
        return here
    mine = here & (w.owner_id == who.user_id)
    if not allows(who, Permission.WORKSHOP_READ, Access(own, "frozen")):
        return mine
    shared = (w.status == WorkshopStatus.FROZEN) & w.is_restricted.is_(False)
    return or_(mine, here & shared)


def list_statement(who: Identity) -> Select[Any]:
    """Return the workshops that ``who`` may read, unordered."""
    w: Any = Workshop
    return (
        select(w.id, w.reference, w.title, w.status, w.created_at, Person.name.label("owner_name"))
        .join(Person, Person.id == w.owner_id)
        .where(readable_by(who))
    )


def as_line(row: Row[Any]) -> WorkshopLine:
    """Return a row of :func:`list_statement` as a line."""
    return WorkshopLine(**row._mapping)


def studies_about(session: Session, subject: tuple[Kind, int], who: Identity) -> tuple[Study, ...]:
    """Return the workshops about a record that ``who`` may read, the newest first."""
    w = Workshop
    rows = session.execute(
        select(w.id, w.reference, w.title, w.method, w.status)
        .where(w.subject_kind == subject[0], w.subject_id == subject[1], readable_by(who))
        .order_by(w.id.desc())
    )
    return tuple(
        Study(row.id, row.reference, row.title, note=row.method.label, status=row.status)
        for row in rows
    )


# --- what can be done next ---


@dataclass(frozen=True, slots=True, kw_only=True)
class Offer:
    """A move that this person may make, and what already stands in its way."""

    transition: Transition[WorkshopStatus, MoveFacts]
    refusals: Sequence[Refusal]


def offers(workshop: Workshop, count: Count, who: Identity) -> dict[str, Offer]:
    """Return the moves open to ``who`` by name; what they still have to type is taken as given."""
    typed = MoveFacts(proposals=count.proposals, ballots=count.ballots, note="…")
    status = workshop.status
    return {
        t.name: Offer(transition=t, refusals=WORKSHOP_WORKFLOW.refusals(status, t.name, typed))
        for t in WORKSHOP_WORKFLOW.available(status)
        if allows(who, t.permission, workshop.access())
    }
