"""Changing actions. Each function is one act: it checks, changes, records, tells; none commits."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from qse_audit.accounts.queries import is_member
from qse_audit.actions.models import Action
from qse_audit.actions.queries import action_facts, verifier_ids
from qse_audit.actions.rules import (
    ACTION_WORKFLOW,
    HOUSE,
    ActionDraft,
    ActionStatus,
    Move,
    draft_refusals,
)
from qse_audit.core.clock import day_in_paris
from qse_audit.core.errors import Conflict, Refusal, refuse_all
from qse_audit.core.permissions import Kind, Link
from qse_audit.core.text import N_, Message
from qse_audit.db.numbering import next_reference
from qse_audit.db.outbox import notify
from qse_audit.db.participation import write_links
from qse_audit.db.trail import Act, Head, record
from qse_audit.evidence.models import Evidence
from qse_audit.evidence.services import seal_evidence
from qse_audit.policies import Identity


@dataclass(frozen=True, slots=True, kw_only=True)
class Origin:
    """What asks for an action, and whose people may read it."""

    kind: Kind
    id: int
    context_kind: Kind
    context_id: int
    organisation_id: int


def plan_action(
    session: Session, draft: ActionDraft, *, origin: Origin, actor: Identity, now: datetime
) -> Action:
    """Ask someone for an action, tell them, and return it.

    :raises Refused: with every reason.
    """
    today = day_in_paris(now)
    refuse_all(
        (*draft_refusals(draft, today=today), *_owner(session, draft, origin.organisation_id))
    )
    action = Action(
        organisation_id=origin.organisation_id,
        reference=next_reference(
            session, "ACT", organisation_id=origin.organisation_id, year=today.year
        ),
        origin_kind=origin.kind,
        origin_id=origin.id,
        context_kind=origin.context_kind,
        context_id=origin.context_id,
        status=ACTION_WORKFLOW.initial,
        due_on=draft.due_on,
        due_set_on=today,
        created_at=now,
    )
    _write(action, draft)
    session.add(action)
    session.flush()
    _open_origin(session, action)
    head = _record(
        session,
        action,
        "plan",
        actor=actor,
        now=now,
        data={"origin": f"{origin.kind}/{origin.id}", "owner": draft.owner_id},
    )
    _tell(
        session, action, _given(action), people=[action.owner_id], head=head, actor=actor, now=now
    )
    return action


def edit_action(
    session: Session,
    action: Action,
    draft: ActionDraft,
    *,
    version: int | None,
    actor: Identity,
    now: datetime,
) -> None:
    """Change what is asked, while nobody has done it; the due date changes by its own move.

    :raises Conflict: if ``version`` is not the stored one any more; with both texts.
    :raises Refused: with every reason.
    """
    if version is not None and version != action.version:
        raise Conflict(theirs=as_texts(draft_of(action)), yours=as_texts(draft))
    refuse_all((*still_open(action), *draft_refusals(draft)))
    if draft.owner_id != action.owner_id:
        refuse_all(_owner(session, draft, action.organisation_id))
    given_to = draft.owner_id if draft.owner_id != action.owner_id else None
    changed = sorted(
        name for name, text in as_texts(draft).items() if text != as_texts(draft_of(action))[name]
    )
    if not changed:
        return
    _write(action, draft)
    head = _record(
        session,
        action,
        "edit",
        actor=actor,
        now=now,
        data={"fields": changed, "owner": action.owner_id},
    )
    session.expire(action, ["owner"])
    if given_to is not None:
        _open_origin(session, action)
        _tell(session, action, _given(action), people=[given_to], head=head, actor=actor, now=now)


def _open_origin(session: Session, action: Action) -> None:
    """Tie the owners of the actions that a finding asks for to it: they read what they answer."""
    if action.origin_kind is not Kind.FINDING:
        return
    session.flush()
    owners = session.scalars(
        select(Action.owner_id).where(
            Action.origin_kind == action.origin_kind,
            Action.origin_id == action.origin_id,
            Action.status != ActionStatus.CANCELLED,
        )
    )
    write_links(session, action.origin_kind, action.origin_id, {Link.OWNER: set(owners)})


def move_action(
    session: Session, action: Action, name: str, move: Move, *, actor: Identity, now: datetime
) -> None:
    """Apply the transition ``name`` and tell the people whom it concerns.

    :raises TransitionRefused: with every unmet condition; ``action`` is then unchanged.
    """
    before, today = action.status, day_in_paris(now)
    facts = action_facts(action, move, actor_id=actor.user_id, today=today)
    action.status = ACTION_WORKFLOW.decide(before, name, facts)
    _apply(session, action, name, move, actor=actor, now=now)
    if action.status is ActionStatus.CANCELLED:
        _open_origin(session, action)
    head = _record(
        session,
        action,
        name,
        actor=actor,
        now=now,
        data={"before": before.value, "after": action.status.value, "due_on": _iso(action)},
        note=move.note.strip(),
    )
    message, people = _heard(session, action, name)
    _tell(session, action, message, people=people, head=head, actor=actor, now=now)


def _apply(
    session: Session, action: Action, name: str, move: Move, *, actor: Identity, now: datetime
) -> None:
    """Write what a move leaves on the action besides its status."""
    note = move.note.strip()
    if name == "do":
        action.done_at, action.done_note = now, note
    elif name == "verify-effective":
        action.verified_at, action.verified_by_id = now, actor.user_id
        action.verification_note = note
        seal_evidence(session, [proof.id for proof in action.proofs], now=now)
    elif name == "verify-ineffective":
        action.verification_note = note
        action.reopened_count += 1
        action.done_at = None
        action.cause = move.cause.strip() or action.cause
    _new_due_date(action, move, today=day_in_paris(now))


def attach_proof(
    session: Session, action: Action, evidence: Evidence, *, actor: Identity, now: datetime
) -> None:
    """Tie an evidence file to an action as a proof, while it is done or judged.

    :raises Refused: once it is verified or cancelled.
    """
    if action.status in {ActionStatus.EFFECTIVE, ActionStatus.CANCELLED}:
        over = N_("Cette action est terminée : on n’y ajoute plus de preuve.")
        refuse_all([Refusal("action_over", over, HOUSE)])
    if evidence in action.proofs:
        return
    action.proofs.append(evidence)
    data = {"evidence": evidence.id, "sha256": evidence.sha256}
    _record(session, action, "attach", actor=actor, now=now, data=data)


def draft_of(action: Action) -> ActionDraft:
    """Return what is asked, as it is stored now."""
    return ActionDraft(
        kind=action.kind,
        title=action.title,
        description=action.description,
        cause=action.cause,
        principle=action.principle,
        owner_id=action.owner_id,
        due_on=action.due_on,
        criterion=action.criterion,
        verify_on=action.verify_on,
    )


def as_texts(draft: ActionDraft) -> dict[str, str]:
    """Return the fields of a draft that people edit, as texts to compare."""
    return {
        "kind": draft.kind.value,
        "title": draft.title.strip(),
        "description": draft.description.strip(),
        "cause": draft.cause.strip(),
        "principle": draft.principle.value if draft.principle else "",
        "owner_id": str(draft.owner_id),
        "criterion": draft.criterion.strip(),
        "verify_on": draft.verify_on.isoformat() if draft.verify_on else "",
    }


def _write(action: Action, draft: ActionDraft) -> None:
    action.kind = draft.kind
    action.title = draft.title.strip()
    action.description = draft.description.strip()
    action.cause = draft.cause.strip()
    action.principle = draft.principle
    action.owner_id = draft.owner_id
    action.criterion = draft.criterion.strip()
    action.verify_on = draft.verify_on


def _new_due_date(action: Action, move: Move, *, today: date) -> None:
    """Set the due date that the move gives; a check planned before it would come too early."""
    if move.due_on is None or action.status is not ActionStatus.OPEN:
        return
    action.due_on, action.due_set_on = move.due_on, today
    if action.verify_on is not None and action.verify_on < action.due_on:
        action.verify_on = None


def _owner(session: Session, draft: ActionDraft, organisation_id: int) -> tuple[Refusal, ...]:
    if is_member(session, draft.owner_id, organisation_id):
        return ()
    stranger = N_("Choisissez un responsable parmi les personnes de l’organisation.")
    return (Refusal("owner_foreign", stranger, HOUSE),)


def still_open(action: Action) -> tuple[Refusal, ...]:
    """Return why what is asked cannot be changed any more."""
    if action.status is ActionStatus.OPEN:
        return ()
    over = N_("Une action réalisée, vérifiée ou annulée ne se modifie plus.")
    return (Refusal("not_open", over, HOUSE),)


def _record(
    session: Session,
    action: Action,
    name: str,
    *,
    actor: Identity,
    now: datetime,
    data: dict[str, object],
    note: str = "",
) -> Head:
    texts = {"title": action.title, **({"note": note} if note else {})}
    act = Act(
        verb=f"action.{name}",
        kind=Kind.ACTION,
        subject_id=action.id,
        data={"reference": action.reference, **data},
        texts=texts,
    )
    return record(
        session, act, organisation_id=action.organisation_id, actor_id=actor.user_id, now=now
    )


# --- who hears of it ---


def _iso(action: Action) -> str:
    return action.due_on.isoformat()


def _given(action: Action) -> Message:
    return N_(
        "Une action vous est demandée pour le %(due_on)s : %(title)s (%(reference)s)",
        due_on=_iso(action),
        title=action.title,
        reference=action.reference,
    )


def _heard(session: Session, action: Action, name: str) -> tuple[Message, tuple[int, ...]]:
    """Return what is said of a move, and to whom."""
    words = {"title": action.title, "reference": action.reference}
    owner = (action.owner_id,)
    if name == "do":
        return (
            N_("Action réalisée, à vérifier : %(title)s (%(reference)s)", **words),
            verifier_ids(session, action),
        )
    if name == "verify-effective":
        return N_("Action vérifiée efficace : %(title)s (%(reference)s)", **words), owner
    if name == "cancel":
        return N_("Action annulée : %(title)s (%(reference)s)", **words), owner
    words["due_on"] = _iso(action)
    if name == "verify-ineffective":
        message = N_(
            "Action jugée non efficace, à reprendre pour le %(due_on)s : %(title)s (%(reference)s)",
            **words,
        )
        return message, owner
    return N_("Nouvelle échéance, %(due_on)s : %(title)s (%(reference)s)", **words), owner


def _tell(
    session: Session,
    action: Action,
    message: Message,
    *,
    people: Iterable[int],
    head: Head,
    actor: Identity,
    now: datetime,
) -> None:
    """Put ``message`` in the inbox of ``people``; nobody is told of their own act."""
    for person_id in people:
        if person_id != actor.user_id:
            notify(
                session,
                message,
                key=f"action/{action.organisation_id}/{head.seq}/{person_id}",
                person_id=person_id,
                organisation_id=action.organisation_id,
                subject=(Kind.ACTION, action.id),
                now=now,
            )
