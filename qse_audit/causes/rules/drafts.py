"""What an analysis says of itself, and its team: every reason to refuse. Pure."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from qse_audit.causes.rules.clocks import MOST_DAYS, MOST_HOURS, USUAL, Delays
from qse_audit.causes.rules.codes import (
    FAMILIES,
    FEWEST_FAMILIES,
    MOST_FAMILIES,
    CauseTool,
)
from qse_audit.causes.rules.lines import HOUSE, METHOD
from qse_audit.causes.rules.tree import Tree
from qse_audit.core.errors import Refusal
from qse_audit.core.text import N_

MAX_TITLE, MAX_QUESTION, MAX_NAME = 200, 2_000, 120
MAX_TEAM = 40


@dataclass(frozen=True, slots=True, kw_only=True)
class AnalysisDraft:
    """What people type of an analysis."""

    title: str
    tool: CauseTool
    question: str = ""
    owner_id: int | None = None
    families: int | None = None
    """How many families an Ishikawa takes: 5, 6 or 7."""
    started_at: datetime | None = None
    """When the clocks of an 8D start: the claim was received."""
    delays: Delays = USUAL


@dataclass(frozen=True, slots=True, kw_only=True)
class MemberDraft:
    """Somebody of the team: a person of the organisation, or a free name."""

    person_id: int | None = None
    name: str = ""
    function: str = ""


def draft_refusals(
    draft: AnalysisDraft, *, now: datetime, tree: Tree | None = None
) -> tuple[Refusal, ...]:
    """Return every reason why an analysis cannot be written so; ``tree``: what it holds already."""
    return (
        *_words(draft),
        *(_families(draft, tree or Tree()) if draft.tool is CauseTool.ISHIKAWA else ()),
        *(_clocks(draft, tree or Tree(), now) if draft.tool is CauseTool.EIGHT_D else ()),
    )


def _words(draft: AnalysisDraft) -> Iterator[Refusal]:
    if not draft.title.strip():
        yield Refusal("title_missing", N_("Donnez un titre à cette analyse."), HOUSE)
    if len(draft.title) > MAX_TITLE:
        long = N_("Pas plus de %(count)d caractères.", count=MAX_TITLE)
        yield Refusal("title_long", long, HOUSE)
    if len(draft.question) > MAX_QUESTION:
        long = N_("Pas plus de %(count)d caractères.", count=MAX_QUESTION)
        yield Refusal("question_long", long, HOUSE)


def _families(draft: AnalysisDraft, tree: Tree) -> Iterator[Refusal]:
    count = draft.families or 0
    if not FEWEST_FAMILIES <= count <= MOST_FAMILIES:
        yield Refusal("families_range", N_("Choisissez 5M, 6M ou 7M."), METHOD)
        return
    for slot in FAMILIES[count:]:
        if tree.in_slot(slot):
            told = N_(
                "La famille « %(family)s » contient des causes : rangez-les ailleurs d’abord.",
                family=slot.label,
            )
            yield Refusal("family_used", told, METHOD)


def _clocks(draft: AnalysisDraft, tree: Tree, now: datetime) -> Iterator[Refusal]:
    if draft.started_at is None:
        told = N_("Dites quand le 8D a commencé : ses délais courent de là.")
        yield Refusal("start_missing", told, METHOD)
    elif draft.started_at > now:
        yield Refusal("start_later", N_("Un 8D ne commence pas dans l’avenir."), HOUSE)
    elif any(n.done_at and n.done_at < draft.started_at for n in tree.nodes):
        told = N_("Une étape est notée comme terminée avant ce moment.")
        yield Refusal("start_after_step", told, HOUSE)
    delays = draft.delays
    if not 1 <= delays.contain_hours <= MOST_HOURS:
        told = N_("De 1 à %(most)d heures.", most=MOST_HOURS)
        yield Refusal("contain_hours_range", told, HOUSE)
    for name in ("cause_days", "close_days"):
        if not 1 <= getattr(delays, name) <= MOST_DAYS:
            told = N_("De 1 à %(most)d jours.", most=MOST_DAYS)
            yield Refusal(f"{name}_range", told, HOUSE)


def member_refusals(draft: MemberDraft, size: int) -> tuple[Refusal, ...]:
    """Return every reason why somebody cannot join a team of ``size``."""
    found = []
    if draft.person_id is None and not draft.name.strip():
        told = N_("Choisissez une personne, ou écrivez un nom.")
        found.append(Refusal("name_missing", told, HOUSE))
    if draft.person_id is None and draft.name.strip() and not draft.function.strip():
        told = N_("Écrivez la fonction de cette personne.")
        found.append(Refusal("function_missing", told, HOUSE))
    if size >= MAX_TEAM:
        told = N_("Pas plus de %(count)d personnes dans une équipe.", count=MAX_TEAM)
        found.append(Refusal("team_full", told, HOUSE))
    return tuple(found)
