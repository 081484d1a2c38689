"""What makes a risk analysis acceptable, how it moves, and who hears that it is due."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from qse_audit.core.domains import Domain
from qse_audit.core.errors import Refusal
from qse_audit.core.permissions import Permission
from qse_audit.core.text import N_, Coded, Message
from qse_audit.core.workflow import Transition, Workflow
from qse_audit.risks.rules.codes import RatingStage, RiskMethod

HOUSE = N_("règle de la maison")
PLANNING = "ISO 9001:2015, 6.1 ; ISO 14001:2015, 6.1.2 ; ISO 45001:2018, 6.1.2"
TITLE_MAX, NAME_MAX, TEXT_MAX = 200, 120, 4000
TEAM_MAX = 30
"""People of one team."""


class AnalysisStatus(Coded):
    """Where an analysis stands."""

    DRAFT = "draft", N_("En préparation")
    IN_FORCE = "in_force", N_("En vigueur")
    ARCHIVED = "archived", N_("Archivée")


LIVE = frozenset({AnalysisStatus.DRAFT, AnalysisStatus.IN_FORCE})
"""The analyses on which people work."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AnalysisDraft:
    """What an analysis is about, as somebody writes it."""

    title: str
    method: RiskMethod
    domains: tuple[Domain, ...]
    scale: str
    """The key of a scale; it is copied when the analysis begins, and stays."""
    question: str = ""
    """What one wants to know, and why this tool answers it."""
    scope: str = ""
    process_id: int | None = None
    site_id: int | None = None
    owner_id: int | None = None
    review_on: date | None = None
    triggers: str = ""
    """What makes one look again before that day."""


@dataclass(frozen=True, slots=True)
class MemberDraft:
    """Somebody of the team: a person of the organisation, or a function."""

    function: str
    """What they bring: “opérateur tour”, “infirmière du SPST”."""
    name: str = ""
    person_id: int | None = None

    @property
    def is_empty(self) -> bool:
        """Say whether it says nothing: a line of the form left as it was."""
        return self.person_id is None and not self.name.strip() and not self.function.strip()


@dataclass(frozen=True, slots=True, kw_only=True)
class RatingDraft:
    """A rating as somebody gives it."""

    stage: RatingStage
    notes: Mapping[str, int]
    """By criterion."""
    reason: str = ""
    proof: str = ""
    """What shows it, for a verified rating: a measure, a test, a photo’s reference."""
    design_change: str = ""
    """What changed in the design, when the harm itself becomes milder."""


def analysis_refusals(draft: AnalysisDraft) -> tuple[Refusal, ...]:
    """Return everything that is wrong with a draft, each named after its field."""
    found: list[Refusal] = []
    if not draft.title.strip():
        told = N_("Donnez un titre : ce que l’on analyse, en une ligne.")
        found.append(Refusal("title", told, HOUSE))
    elif len(draft.title) > TITLE_MAX:
        found.append(_long("title", len(draft.title), TITLE_MAX))
    if not draft.domains:
        told = N_("Choisissez au moins un domaine : qualité, sécurité, environnement.")
        found.append(Refusal("domains", told, HOUSE))
    for name in ("question", "scope", "triggers"):
        text: str = getattr(draft, name)
        if len(text) > TEXT_MAX:
            found.append(_long(name, len(text), TEXT_MAX))
    return tuple(found)


def team_refusals(members: Sequence[MemberDraft]) -> tuple[Refusal, ...]:
    """Return everything that is wrong with a team."""
    found = []
    if len(members) > TEAM_MAX:
        told = N_(
            "%(count)d personnes ; une équipe en compte au plus %(most)d.",
            count=len(members), most=TEAM_MAX,
        )  # fmt: skip
        found.append(Refusal("team", told, HOUSE))
    for place, member in enumerate(members, start=1):
        if member.is_empty:
            told = N_("Ligne %(place)d de l’équipe : donnez un nom ou une fonction.", place=place)
            found.append(Refusal("team", told, HOUSE))
        if max(len(member.name), len(member.function)) > NAME_MAX:
            told = N_(
                "Ligne %(place)d de l’équipe : au plus %(most)d caractères.",
                place=place, most=NAME_MAX,
            )  # fmt: skip
            found.append(Refusal("team", told, HOUSE))
    return tuple(found)


def section_refusals(title: str) -> tuple[Refusal, ...]:
    """Return what is wrong with the title of a section."""
    if not title.strip():
        return (Refusal("title", N_("Donnez un nom."), HOUSE),)
    if len(title) > TITLE_MAX:
        return (_long("title", len(title), TITLE_MAX),)
    return ()


def _long(name: str, count: int, most: int) -> Refusal:
    told = N_("%(count)d caractères : au plus %(most)d.", count=count, most=most)
    return Refusal(name, told, HOUSE)


# --- how it moves ---


@dataclass(frozen=True, slots=True, kw_only=True)
class MoveFacts:
    """All that the rules may know of an analysis that moves."""

    method: RiskMethod
    risk_count: int
    unrated_count: int
    team_count: int
    has_owner: bool
    review_on: date | None
    today: date
    note: str


def it_is_no_duerp(facts: MoveFacts) -> Refusal | None:
    """The law asks more of a DUERP than of another analysis: contributors, programme, employer."""
    if facts.method is not RiskMethod.OCCUPATIONAL:
        return None
    told = N_("Un document unique s’approuve sur sa page, où la loi est vérifiée.")
    return Refusal("duerp", told, N_("Code du travail, R4121-1 à R4121-4"))


def it_says_something(facts: MoveFacts) -> Refusal | None:
    """A version without a line would say that there is no risk."""
    if facts.risk_count:
        return None
    return Refusal("empty", N_("Aucune ligne : il n’y a rien à approuver."), HOUSE)


def everything_is_rated(facts: MoveFacts) -> Refusal | None:
    """What nobody rated is no low risk."""
    if not facts.unrated_count:
        return None
    told = N_(
        "Lignes non cotées : %(count)d. Une ligne non cotée n’est pas un risque faible.",
        count=facts.unrated_count,
    )
    return Refusal("unrated", told, HOUSE)


def several_looked(facts: MoveFacts) -> Refusal | None:
    """A risk analysis is the work of a team."""
    if facts.team_count >= 2:
        return None
    told = N_("Nommez l’équipe : au moins deux personnes ont regardé le terrain.")
    return Refusal("team", told, HOUSE)


def somebody_answers(facts: MoveFacts) -> Refusal | None:
    """An analysis that nobody owns is never looked at again."""
    if facts.has_owner:
        return None
    return Refusal("owner_id", N_("Nommez le responsable de l’analyse."), HOUSE)


def next_review_is_fixed(facts: MoveFacts) -> Refusal | None:
    """What is in force says when it will be looked at again."""
    if facts.review_on is not None and facts.review_on > facts.today:
        return None
    told = N_("Fixez la prochaine revue à un jour à venir.")
    return Refusal("review_on", told, PLANNING)


def reason_is_told(facts: MoveFacts) -> Refusal | None:
    """Why stays on record."""
    if facts.note.strip():
        return None
    return Refusal("note", N_("Dites pourquoi : la raison reste au journal."), HOUSE)


S, P = AnalysisStatus, Permission
ANALYSIS_WORKFLOW: Workflow[AnalysisStatus, MoveFacts] = Workflow(
    initial=S.DRAFT,
    transitions=(
        Transition(
            name="approve",
            label=N_("Approuver et figer une version"),
            sources=LIVE,
            target=S.IN_FORCE,
            permission=P.RISK_APPROVE,
            guards=(
                it_is_no_duerp,
                it_says_something,
                everything_is_rated,
                several_looked,
                somebody_answers,
                next_review_is_fixed,
                reason_is_told,
            ),
            asks_reason=True,
        ),
        Transition(
            name="archive",
            label=N_("Archiver"),
            sources=LIVE,
            target=S.ARCHIVED,
            permission=P.RISK_APPROVE,
            guards=(reason_is_told,),
            asks_reason=True,
        ),
        Transition(
            name="resume",
            label=N_("Reprendre"),
            sources=frozenset({S.ARCHIVED}),
            target=S.DRAFT,
            permission=P.RISK_APPROVE,
            guards=(reason_is_told,),
            asks_reason=True,
        ),
    ),
)

VERBS: dict[str, Message] = {
    "risk_analysis.create": N_("Analyse commencée"),
    "risk_analysis.copy": N_("Analyse copiée d’une autre"),
    "risk_analysis.family": N_("Analyse proposée comme modèle d’une famille"),
    "risk_analysis.no-family": N_("Analyse retirée des modèles de famille"),
    "risk_analysis.model-seen": N_("Changements du modèle regardés"),
    "risk_analysis.edit": N_("Analyse modifiée"),
    "risk_analysis.team": N_("Équipe modifiée"),
    "risk_analysis.sections": N_("Sections modifiées"),
    "risk_analysis.thresholds": N_("Seuils réglés"),
    "risk_analysis.write-lines": N_("Lignes écrites"),
    "risk_analysis.approve": N_("Version approuvée et figée"),
    "risk_analysis.archive": N_("Analyse archivée"),
    "risk_analysis.resume": N_("Analyse reprise"),
    "risk.create": N_("Ligne ajoutée"),
    "risk.edit": N_("Ligne modifiée"),
    "risk.rate": N_("Risque coté"),
    "risk.withdraw": N_("Ligne retirée"),
    "risk.restore": N_("Ligne remise"),
}
"""What each verb of the event chain says to people."""

MOVED: dict[str, Message] = {
    "approve": N_("Version figée : l’analyse est en vigueur."),
    "archive": N_("Analyse archivée, avec sa raison."),
    "resume": N_("Analyse reprise, avec sa raison."),
}
"""What is said to the person who has just moved an analysis."""
