"""What a workshop, a participant and a proposal may say. Pure."""

from collections.abc import Iterator
from dataclasses import dataclass

from qse_audit.core.errors import Refusal
from qse_audit.core.text import N_
from qse_audit.workshops.rules.codes import OPEN, VoteMethod, WorkshopStatus
from qse_audit.workshops.rules.voting import FEWEST_POINTS, HOUSE, MOST_POINTS

MAX_TITLE, MAX_TEXT, MAX_NAME, MAX_PROPOSAL = 200, 5_000, 120, 500
MOST_PEOPLE, MOST_PROPOSALS, MOST_EACH = 80, 200, 20


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkshopDraft:
    """What people type of a workshop."""

    title: str
    question: str
    agenda: str = ""
    method: VoteMethod = VoteMethod.POINTS
    points_each: int = 5


def draft_refusals(draft: WorkshopDraft) -> tuple[Refusal, ...]:
    """Return every reason why a workshop cannot be written so."""
    return tuple(_faults(draft))


def _faults(draft: WorkshopDraft) -> Iterator[Refusal]:
    for name, most in (("title", MAX_TITLE), ("question", MAX_TEXT)):
        if not getattr(draft, name).strip():
            yield Refusal(f"{name}_missing", N_("Ce champ est obligatoire."), HOUSE)
        if len(getattr(draft, name)) > most:
            long = N_("Pas plus de %(count)d caractères.", count=most)
            yield Refusal(f"{name}_long", long, HOUSE)
    if not FEWEST_POINTS <= draft.points_each <= MOST_POINTS:
        told = N_("De %(least)d à %(most)d points.", least=FEWEST_POINTS, most=MOST_POINTS)
        yield Refusal("points_range", told, HOUSE)


def join_refusals(
    name: str, function: str, *, status: WorkshopStatus, people: int
) -> tuple[Refusal, ...]:
    """Return every reason why somebody cannot come in."""
    if status not in OPEN:
        return (not_open(status),)
    found = []
    if not name.strip():
        found.append(Refusal("name_missing", N_("Écrivez votre nom."), HOUSE))
    if not function.strip():
        found.append(Refusal("function_missing", N_("Écrivez votre fonction."), HOUSE))
    if people >= MOST_PEOPLE:
        told = N_("Pas plus de %(count)d participants.", count=MOST_PEOPLE)
        found.append(Refusal("full", told, HOUSE))
    return tuple(found)


def not_open(status: WorkshopStatus) -> Refusal:
    """Return why nobody comes in."""
    if status is WorkshopStatus.FROZEN:
        return Refusal("over", N_("L’atelier est terminé : son résultat est figé."), HOUSE)
    return Refusal("not_open", N_("L’atelier n’a pas encore commencé."), HOUSE)


def proposal_refusals(
    text: str, *, status: WorkshopStatus, total: int, own: int
) -> tuple[Refusal, ...]:
    """Return every reason why a proposal cannot be added; ``own``: those of the same person."""
    if status is not WorkshopStatus.GATHERING:
        if status is WorkshopStatus.VOTING:
            told = N_("Le vote est ouvert : on n’ajoute plus de proposition.")
            return (Refusal("voting", told, HOUSE),)
        return (not_open(status),)
    if not text.strip():
        return (Refusal("text_missing", N_("Écrivez votre proposition."), HOUSE),)
    if len(text) > MAX_PROPOSAL:
        long = N_("Pas plus de %(count)d caractères.", count=MAX_PROPOSAL)
        return (Refusal("text_long", long, HOUSE),)
    if total >= MOST_PROPOSALS or own >= MOST_EACH:
        told = N_("Il y a déjà beaucoup de propositions : regroupez-les.")
        return (Refusal("too_many", told, HOUSE),)
    return ()
