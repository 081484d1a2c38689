"""What makes a portfolio acceptable, and when it is ready. Pure."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from qse_audit.certifications.rules import Modality, Route
from qse_audit.certifications.rules import Readiness as Requirement
from qse_audit.certifications.rules import missing as unmet
from qse_audit.core.errors import Refusal
from qse_audit.core.permissions import Permission
from qse_audit.core.text import N_, Coded, Message
from qse_audit.core.workflow import Transition, Workflow

TEXT_MAX = 10_000
"""Characters of one field of a situation."""


class CandidacyStatus(Coded):
    """Where a candidacy stands (domain.md 1.5; the later phases come with the assessments)."""

    REGISTERED = "registered", N_("Inscrite")
    EVIDENCING = "evidencing", N_("Dossier en cours")
    SUBMITTED = "submitted", N_("Dossier remis")
    WITHDRAWN = "withdrawn", N_("Abandonnée")


OPEN = frozenset({CandidacyStatus.REGISTERED, CandidacyStatus.EVIDENCING})
"""While the candidate still works on the portfolio."""


class Observation(Coded):
    """What the company saw of a capability."""

    OBSERVED = "observed", N_("Observé")
    PARTLY = "partly", N_("Partiellement observé")
    NOT_OBSERVED = "not_observed", N_("Non observé")


class Way(Coded):
    """How a file goes out with the dossier."""

    WHOLE = "whole", N_("Tel quel")
    COPY = "copy", N_("Copie masquée")
    MENTION = "mention", N_("Mention seule")


FICHE = N_("fiche RNCP, modalités d’évaluation")
HOUSE = N_("règle de la maison")


# Readiness -------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class SituationFacts:
    """What readiness needs to know of one situation."""

    id: int
    title: str
    modality: Modality
    capabilities: frozenset[str]
    """Codes of the capabilities that it claims to show, as a whole or by a criterion."""
    is_dated: bool
    has_context: bool
    has_own_role: bool
    has_deeds: bool
    has_result: bool
    record_count: int


_GAPS: tuple[tuple[str, str, Message], ...] = (
    ("date_missing", "is_dated", N_("la date de la situation n’est pas indiquée")),
    ("context_empty", "has_context", N_("le contexte n’est pas décrit")),
    ("own_role_empty", "has_own_role", N_("votre propre rôle (« je ») n’est pas décrit")),
    ("deeds_empty", "has_deeds", N_("ce que vous avez fait n’est pas décrit")),
    ("result_empty", "has_result", N_("le résultat n’est pas décrit")),
)


def situation_gaps(facts: SituationFacts) -> tuple[Refusal, ...]:
    """Return what one situation still lacks, named; empty when it is complete.

    A reconstituted situation is played before the panel: no record has to prove it beforehand.
    """
    gaps = [Refusal(code, text) for code, field, text in _GAPS if not getattr(facts, field)]
    if not facts.record_count and facts.modality is not Modality.SIMULATED_SITUATION:
        gaps.append(Refusal("record_missing", N_("aucun enregistrement n’y est rattaché")))
    if not facts.capabilities:
        gaps.append(Refusal("capability_missing", N_("aucune capacité n’est cochée")))
    return tuple(gaps)


@dataclass(frozen=True, slots=True, kw_only=True)
class CapabilityReadiness:
    """Whether one capability can be shown to the evaluators, and what it lacks."""

    code: str
    claimed: tuple[int, ...]
    """Ids of the situations that claim it."""
    complete: tuple[int, ...]
    """Those that are complete and in an allowed modality."""
    observation: Observation | None
    """What the signed company opinion says; ``None`` when it does not cover the capability."""
    missing: tuple[Refusal, ...]

    @property
    def is_ready(self) -> bool:
        """Say whether nothing is missing."""
        return not self.missing


@dataclass(frozen=True, slots=True, kw_only=True)
class BlockReadiness:
    """Whether a block can be shown: all of its capabilities, never an average."""

    code: str
    capabilities: tuple[CapabilityReadiness, ...]

    @property
    def is_ready(self) -> bool:
        """Say whether every capability is ready."""
        return all(capability.is_ready for capability in self.capabilities)

    @property
    def ready_count(self) -> int:
        """Count the capabilities that are ready."""
        return sum(capability.is_ready for capability in self.capabilities)


@dataclass(frozen=True, slots=True, kw_only=True)
class Readiness:
    """Whether the whole certification can be shown: all of its blocks."""

    blocks: tuple[BlockReadiness, ...]

    @property
    def is_ready(self) -> bool:
        """Say whether every block is ready."""
        return all(block.is_ready for block in self.blocks)

    @property
    def capabilities(self) -> tuple[CapabilityReadiness, ...]:
        """Return the capabilities of every block, in order."""
        return tuple(capability for block in self.blocks for capability in block.capabilities)

    def of(self, code: str) -> CapabilityReadiness:
        """Return the readiness of one capability."""
        return next(capability for capability in self.capabilities if capability.code == code)


def capability_readiness(
    code: str,
    situations: Sequence[SituationFacts],
    opinion: Mapping[str, Observation],
    *,
    requirement: Requirement,
) -> CapabilityReadiness:
    """Judge one capability by the rule of its record: a complete situation in an allowed modality.

    And the company’s opinion: “not observed” is one too, it is shown and does not decide.
    """
    claimed = [s for s in situations if code in s.capabilities]
    fitting = [s for s in claimed if s.modality.value in requirement.any_of | requirement.all_of]
    complete = [s for s in fitting if not situation_gaps(s)]
    shown = frozenset(s.modality for s in complete)
    missing: list[Refusal] = []
    for refusal in unmet(requirement, shown, opinion_signed_covers=code in opinion):
        if refusal.code == "modality_missing" and claimed:
            missing += _named(claimed, fitting)
        else:
            missing.append(refusal)
    return CapabilityReadiness(
        code=code,
        claimed=tuple(s.id for s in claimed),
        complete=tuple(s.id for s in complete),
        observation=opinion.get(code),
        missing=tuple(missing),
    )


def readiness(
    structure: Iterable[tuple[str, Sequence[str]]],
    situations: Sequence[SituationFacts],
    opinion: Mapping[str, Observation],
    *,
    requirement: Requirement,
) -> Readiness:
    """Judge a portfolio against (block, capability codes) pairs."""
    return Readiness(
        blocks=tuple(
            BlockReadiness(
                code=block,
                capabilities=tuple(
                    capability_readiness(code, situations, opinion, requirement=requirement)
                    for code in codes
                ),
            )
            for block, codes in structure
        )
    )


def _named(
    claimed: Sequence[SituationFacts], fitting: Sequence[SituationFacts]
) -> Iterable[Refusal]:
    """Say what the situations that claim a capability still lack."""
    if not fitting:
        return [
            Refusal(
                "modality_not_allowed",
                N_("La modalité choisie n’est pas admise pour cette capacité."),
                FICHE,
            )
        ]
    return [_incomplete(s, gap) for s in fitting for gap in situation_gaps(s)]


def _incomplete(situation: SituationFacts, gap: Refusal) -> Refusal:
    return Refusal(
        gap.code,
        N_("« %(title)s » : %(gap)s.", title=situation.title, gap=gap.message),
    )


class NextAct(Coded):
    """The one thing to do now."""

    START = "start", N_("Commencer le dossier")
    WRITE = "write", N_("Écrire une situation")
    COMPLETE = "complete", N_("Compléter la situation")
    ASK_OPINION = "ask_opinion", N_("Demander l’avis de l’entreprise")
    SUBMIT = "submit", N_("Remettre le dossier")
    NONE = "none", N_("Rien ne vous attend ici")


@dataclass(frozen=True, slots=True)
class Advice:
    """The one next act, and what it is about: a capability’s code, a situation’s id."""

    act: NextAct
    capability: str = ""
    situation_id: int | None = None


def advise(
    status: CandidacyStatus, state: Readiness, situations: Sequence[SituationFacts]
) -> Advice:
    """Return the one thing that the candidate should do now."""
    if status not in OPEN:
        return Advice(NextAct.NONE)
    if status is CandidacyStatus.REGISTERED:
        return Advice(NextAct.START)
    unfinished = next((s for s in situations if situation_gaps(s)), None)
    if unfinished:
        return Advice(NextAct.COMPLETE, situation_id=unfinished.id)
    bare = next((c.code for c in state.capabilities if not c.complete), "")
    if bare:
        return Advice(NextAct.WRITE, capability=bare)
    silent = next((c.code for c in state.capabilities if c.observation is None), "")
    return Advice(NextAct.ASK_OPINION, capability=silent) if silent else Advice(NextAct.SUBMIT)


# Registration, people, dates -------------------------------------------------------------------


def registration_refusals(
    candidate_id: int, tutor_ids: Iterable[int], *, starts_on: date, report_due_on: date | None
) -> tuple[Refusal, ...]:
    """Return why a candidacy cannot be registered like this."""
    tutors = set(tutor_ids)
    found: list[Refusal] = []
    if not tutors:
        found.append(
            Refusal("tutor_missing", N_("Désignez au moins un tuteur : il donne l’avis."), FICHE)
        )
    if candidate_id in tutors:
        found.append(
            Refusal(
                "tutor_is_candidate",
                N_("Le candidat ne peut pas être son propre tuteur."),
                N_("règle de la maison : nul ne donne un avis sur soi-même"),
            )
        )
    if report_due_on is not None and report_due_on < starts_on:
        found.append(
            Refusal("due_before_start", N_("La remise du dossier ne peut pas précéder le début."))
        )
    return tuple(found)


def panel_refusals(
    panel: Mapping[int, str], *, candidate_id: int, tutor_ids: Iterable[int]
) -> tuple[Refusal, ...]:
    """Return why people (id → name) cannot sit on this candidate’s panel or jury (rule R7)."""
    tied = {candidate_id, *tutor_ids}
    return tuple(
        Refusal(
            "panel_conflict",
            N_("%(name)s est candidat ou tuteur de cette candidature : incompatible.", name=name),
            N_("dispositif paritaire : évaluateur sans lien avec le candidat"),
        )
        for key, name in panel.items()
        if key in tied
    )


def registration_ended(ends_on: date, *, starts_on: date) -> bool:
    """Say whether a candidacy starts after the end of the registration (rule R2)."""
    return starts_on > ends_on


def route_is_open(record: Mapping[str, Any], route: Route) -> bool:
    """Say whether the record of the certification describes a jury for this route."""
    return any(r.get("code") == route and r.get("open") for r in record.get("routes", ()))


def late_days(report_due_on: date | None, submitted_on: date) -> int:
    """Return how many days after its due date a dossier comes; 0 in time or without a date."""
    return max(0, (submitted_on - report_due_on).days) if report_due_on else 0


# The states of a candidacy ---------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class CandidacyFacts:
    """What the transitions of a candidacy look at."""

    has_exam_centre: bool
    complete_situations: int
    is_declared_authentic: bool = False
    """Whether the candidate accepted the declaration of authenticity."""


def _has_exam_centre(facts: CandidacyFacts) -> Refusal | None:
    if facts.has_exam_centre:
        return None
    return Refusal(
        "exam_centre_missing",
        N_("Aucun centre d’examen n’est désigné : demandez-le à votre coordinateur QSE."),
        FICHE,
    )


def _has_a_situation(facts: CandidacyFacts) -> Refusal | None:
    if facts.complete_situations:
        return None
    return Refusal(
        "no_complete_situation", N_("Aucune situation n’est complète : il n’y a rien à évaluer.")
    )


def _is_declared(facts: CandidacyFacts) -> Refusal | None:
    if facts.is_declared_authentic:
        return None
    return Refusal("not_declared", N_("Acceptez la déclaration d’authenticité."), HOUSE)


S, P = CandidacyStatus, Permission
CANDIDACY_WORKFLOW: Workflow[CandidacyStatus, CandidacyFacts] = Workflow(
    initial=S.REGISTERED,
    transitions=(
        Transition(
            name="start",
            label=N_("Commencer le dossier"),
            sources=frozenset({S.REGISTERED}),
            target=S.EVIDENCING,
            permission=P.CANDIDACY_EDIT,
        ),
        Transition(
            name="submit",
            label=N_("Remettre le dossier"),
            sources=frozenset({S.EVIDENCING}),
            target=S.SUBMITTED,
            permission=P.CANDIDACY_EDIT,
            guards=(_has_exam_centre, _has_a_situation, _is_declared),
        ),
        Transition(
            name="reopen",
            label=N_("Rouvrir le dossier"),
            sources=frozenset({S.SUBMITTED}),
            target=S.EVIDENCING,
            permission=P.CANDIDACY_ASSIGN,
            asks_reason=True,
        ),
        Transition(
            name="withdraw",
            label=N_("Abandonner la candidature"),
            sources=OPEN,
            target=S.WITHDRAWN,
            permission=P.CANDIDACY_EDIT,
            asks_reason=True,
        ),
    ),
)
