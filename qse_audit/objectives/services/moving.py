"""Talking about an objective and moving it through its states."""

from datetime import date, datetime
from decimal import Decimal
from fractions import Fraction

from sqlalchemy.orm import Session

from qse_audit.core.clock import day_in_paris
from qse_audit.core.errors import refuse_all
from qse_audit.core.numbers import decimal_text
from qse_audit.core.text import N_, Message
from qse_audit.objectives.models import Objective, Talk
from qse_audit.objectives.queries import as_fraction, move_facts, turns_of
from qse_audit.objectives.rules import (
    LIVE,
    OBJECTIVE_WORKFLOW,
    ObjectiveStatus,
    TalkKind,
    Turn,
    turn_refusals,
)
from qse_audit.objectives.services.noting import note_objective, tell
from qse_audit.policies import Identity

REVIEWED = {"start", "review", "reopen"}
"""The moves by which somebody has looked at the objective."""


def say(
    session: Session,
    objective: Objective,
    kind: TalkKind,
    *,
    text: str,
    target: Fraction | None = None,
    due_on: date | None = None,
    actor: Identity,
    now: datetime,
) -> Talk:
    """Take a turn of the talk; an agreement is on the figures of the turn before, and sets them.

    :raises Refused: with every reason.
    """
    before = turns_of(objective)
    turn = _turn(objective, kind, before, target=target, due_on=due_on, actor=actor)
    refuse_all(turn_refusals(turn, text, before))
    talk = _talk(session, objective, turn, text, now=now)
    if kind is TalkKind.AGREEMENT:
        objective.target, objective.due_on = talk.target, talk.due_on
    head = note_objective(
        session,
        objective,
        "talk",
        actor=actor,
        now=now,
        data={
            "kind": kind.value,
            "target": "" if turn.target is None else str(turn.target),
            "due_on": "" if turn.due_on is None else turn.due_on.isoformat(),
        },
        note_text=text,
    )
    people, message = (objective.owner_id, objective.created_by_id), _heard(objective, kind)
    tell(session, objective, message, people=people, head=head, actor=actor, now=now)
    session.expire(objective, ["talks"])
    return talk


def _turn(
    objective: Objective,
    kind: TalkKind,
    before: tuple[Turn, ...],
    *,
    target: Fraction | None,
    due_on: date | None,
    actor: Identity,
) -> Turn:
    """Return a turn with the figures it is about: those given, else those of the turn before."""
    last = before[-1] if before else None
    known = (
        (last.target, last.due_on)
        if last is not None
        else (as_fraction(objective.target), objective.due_on)
    )
    if kind is TalkKind.AGREEMENT:
        target, due_on = known
    return Turn(
        kind=kind,
        person_id=actor.user_id,
        target=known[0] if target is None else target,
        due_on=due_on or known[1],
    )


def _talk(session: Session, objective: Objective, turn: Turn, text: str, *, now: datetime) -> Talk:
    talk = Talk(
        objective_id=objective.id,
        kind=turn.kind,
        text=text.strip(),
        target=None if turn.target is None else Decimal(decimal_text(turn.target)),
        due_on=turn.due_on,
        said_at=now,
        said_by_id=turn.person_id,
    )
    session.add(talk)
    session.flush()
    return talk


def _heard(objective: Objective, kind: TalkKind) -> Message:
    words = {"title": objective.title, "reference": objective.reference}
    if kind is TalkKind.AGREEMENT:
        return N_("Accord donné sur l’objectif %(title)s (%(reference)s)", **words)
    return N_("Nouvelle proposition sur l’objectif %(title)s (%(reference)s)", **words)


def move_objective(
    session: Session, objective: Objective, name: str, note: str, *, actor: Identity, now: datetime
) -> None:
    """Apply the transition ``name`` and tell its owner.

    :raises TransitionRefused: with every unmet condition; ``objective`` is then unchanged.
    """
    before = objective.status
    facts = move_facts(session, objective, note)
    objective.status = OBJECTIVE_WORKFLOW.decide(before, name, facts)
    if objective.status in LIVE:
        objective.closed_at, objective.closing_note = None, ""
    elif objective.closed_at is None:
        objective.closed_at, objective.closing_note = now, note.strip()
    if name in REVIEWED:
        objective.reviewed_on = day_in_paris(now)
    head = note_objective(
        session,
        objective,
        name,
        actor=actor,
        now=now,
        data={"before": before.value, "after": objective.status.value},
        note_text=note,
    )
    if name == "propose":
        _open_talk(session, objective, note, actor=actor, now=now)
    message = _moved(objective, name)
    people = [objective.owner_id] if message else []
    if message:
        tell(session, objective, message, people=people, head=head, actor=actor, now=now)
    session.expire(objective, ["talks"])


def _open_talk(
    session: Session, objective: Objective, note: str, *, actor: Identity, now: datetime
) -> None:
    """Put what is proposed as the first words of the talk."""
    turn = Turn(
        kind=TalkKind.PROPOSAL,
        person_id=actor.user_id,
        target=as_fraction(objective.target),
        due_on=objective.due_on,
    )
    _talk(session, objective, turn, note, now=now)


def _moved(objective: Objective, name: str) -> Message | None:
    """Return what the owner hears of a move."""
    words = {"title": objective.title, "reference": objective.reference}
    if name == "propose":
        return N_("Un objectif vous est proposé : %(title)s (%(reference)s)", **words)
    if name == "start":
        return N_("L’objectif est lancé : %(title)s (%(reference)s)", **words)
    if objective.status is ObjectiveStatus.REACHED:
        return N_("L’objectif est déclaré atteint : %(title)s (%(reference)s)", **words)
    if name in {"miss", "drop", "reopen", "take-back"}:
        return N_("L’objectif a changé d’état : %(title)s (%(reference)s)", **words)
    return None
