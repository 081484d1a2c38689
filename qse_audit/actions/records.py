"""Actions in a portfolio: whose they are, who verified them, and what a dossier keeps of each."""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import Select, case, or_, select
from sqlalchemy.orm import Session

from qse_audit.actions.models import Action
from qse_audit.actions.rules import VERBS
from qse_audit.core.involvement import Involvement
from qse_audit.core.permissions import Kind
from qse_audit.core.text import N_
from qse_audit.documents.text import day, moment
from qse_audit.records import Candidate, RecordKind, Snapshot, Telling, as_code, state_of, taken


def taken_part(who: Candidate) -> Select[Any]:
    """Return the actions that a candidate owns or verified."""
    owned = Action.owner_id == who.person_id
    return taken(
        Kind.ACTION,
        Action.id,
        reference=Action.reference,
        title=Action.title,
        happened_on=Action.due_on,
        involvement=case((owned, Involvement.OWNER.value), else_=Involvement.VERIFIER.value),
        detail=as_code(Action.status),
    ).where(
        Action.organisation_id == who.organisation_id,
        or_(owned, Action.verified_by_id == who.person_id),
    )


def snapshots(session: Session, ids: Sequence[int], telling: Telling) -> Mapping[int, Snapshot]:
    """Return actions as they are now."""
    rows = session.scalars(select(Action).where(Action.id.in_(ids)))
    return {each.id: _action(each, telling) for each in rows}


def _action(action: Action, telling: Telling) -> Snapshot:
    words = telling.words
    fields = (
        "reference", "title", "kind", "status", "description", "cause", "principle", "due_on",
        "criterion", "verify_on", "done_at", "done_note", "verified_at", "verification_note",
        "reopened_count",
    )  # fmt: skip
    roles = {"owned": action.owner_id, "verified": action.verified_by_id}
    mine = {f"{name}_by_candidate": key == telling.candidate_id for name, key in roles.items()}
    facts = [
        (N_("Nature"), words.translate(action.kind.label)),
        (N_("Statut"), words.translate(action.status.label)),
        (N_("Échéance"), day(action.due_on, words.locale)),
        (
            N_("Principe de prévention"),
            words.translate(action.principle.label) if action.principle else "",
        ),
        (N_("Cause"), action.cause),
        (N_("Critère d’efficacité"), action.criterion),
        (N_("Réalisée le"), moment(action.done_at, words.locale) if action.done_at else ""),
        (N_("Réalisation"), action.done_note),
        (N_("Vérifiée le"), moment(action.verified_at, words.locale) if action.verified_at else ""),
        (N_("Vérification"), action.verification_note),
    ]
    state = {**state_of(action, *fields), **mine}
    return Snapshot(action.reference, action.title, action.due_on, state, facts)


ACTION = RecordKind(
    kind=Kind.ACTION,
    word=N_("Action"),
    icon="check2-square",
    taken_part=taken_part,
    snapshots=snapshots,
    verbs=VERBS,
)
