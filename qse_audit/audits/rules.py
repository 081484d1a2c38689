"""What makes an audit acceptable, how it moves, and what its report must say. Pure."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from fractions import Fraction

from qse_audit.core.errors import Refusal
from qse_audit.core.permissions import Permission
from qse_audit.core.text import N_, Coded, Message
from qse_audit.core.workflow import Guard, Transition, Workflow
from qse_audit.findings.rules import Grade


class AuditStatus(Coded):
    """Where an audit stands."""

    DRAFT = "draft", N_("Brouillon")
    PLANNED = "planned", N_("Planifié")
    IN_PROGRESS = "in_progress", N_("En cours")
    REPORTED = "reported", N_("Rapport émis")
    CLOSED = "closed", N_("Clos")
    CANCELLED = "cancelled", N_("Annulé")


class AuditMethod(Coded):
    """Where the auditors are while they audit (ISO 19011, 5.5.3)."""

    ON_SITE = "on_site", N_("Sur site")
    REMOTE = "remote", N_("À distance")
    HYBRID = "hybrid", N_("Mixte")


class Verdict(Coded):
    """The answer to one checklist question."""

    CONFORMING = "conforming", N_("Conforme")
    STRENGTH = "strength", N_("Point fort")
    IMPROVEMENT_OPPORTUNITY = "improvement_opportunity", N_("Piste de progrès")
    AREA_OF_CONCERN = "area_of_concern", N_("Point sensible")
    MINOR_NONCONFORMITY = "minor_nonconformity", N_("Non-conformité mineure")
    MAJOR_NONCONFORMITY = "major_nonconformity", N_("Non-conformité majeure")
    NOT_APPLICABLE = "not_applicable", N_("Non applicable")


NONCONFORMING = frozenset({Verdict.MINOR_NONCONFORMITY, Verdict.MAJOR_NONCONFORMITY})
"""The verdicts that say a requirement is not met; each asks for a finding."""
GRADE_OF: Mapping[Verdict, Grade] = {Verdict(grade.value): grade for grade in Grade}
"""The grade of the finding that a verdict leads to; a plain conformity leads to none."""


def conformity(verdicts: Mapping[Verdict, int] | Iterable[Verdict]) -> Fraction | None:
    """Return the share of applicable answers that are no nonconformity, from 0 to 1.

    Strengths, opportunities and areas of concern are met requirements with a remark. Questions
    that do not apply, or have no answer, count nowhere; ``None`` when nothing was applicable.

    Source: the toolkit’s definition of the indicator ``audit.conformity``.
    """
    if isinstance(verdicts, Mapping):
        counts = dict(verdicts)
    else:
        counts = {}
        for verdict in verdicts:
            counts[verdict] = counts.get(verdict, 0) + 1
    applicable = sum(n for verdict, n in counts.items() if verdict is not Verdict.NOT_APPLICABLE)
    if not applicable:
        return None
    return Fraction(applicable - sum(counts.get(v, 0) for v in NONCONFORMING), applicable)


@dataclass(frozen=True, slots=True)
class Tie:
    """Somebody of the audit team who has a stake in an audited process."""

    person: str
    process: str
    owns: bool
    """Whether they answer for the process; else they work in it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditFacts:
    """All that the rules may know of an audit; ``queries.audit_facts`` builds it."""

    starts_on: date | None = None
    ends_on: date | None = None
    has_lead: bool = False
    auditee_count: int = 0
    site_count: int = 0
    process_count: int = 0
    criteria_count: int = 0
    question_count: int = 0
    answered_count: int = 0
    ties: tuple[Tie, ...] = ()
    objectives: str = ""
    virtual_places: str = ""
    client: str = ""
    participants: str = ""
    conclusions: str = ""
    fulfilment: str = ""
    divergences: str = ""
    sampling: str = ""
    draft_findings: tuple[str, ...] = ()
    """References of the findings that are not final yet."""
    unwritten_nonconformities: int = 0
    """Nonconforming answers that no finding states."""
    untreated_nonconformities: tuple[str, ...] = ()
    """References of the nonconformities without any action."""
    open_majors: tuple[str, ...] = ()
    """References of the major nonconformities that are not closed."""

    @property
    def has_places(self) -> bool:
        """Say whether the audit is held somewhere, virtual places included."""
        return self.site_count > 0 or bool(self.virtual_places.strip())


IMPARTIALITY = N_("ISO 9001:2015, 9.2.2 c ; ISO 19011:2018, 4 e")
HOUSE = N_("règle de la maison")


def impartiality(ties: Iterable[Tie]) -> tuple[Refusal, ...]:
    """Return one refusal for each stake that a member of the team has in what is audited."""
    owns = N_("%(person)s pilote le processus audité « %(process)s » et ne peut pas l’auditer.")
    works = N_(
        "%(person)s travaille dans le processus audité « %(process)s » et ne peut pas l’auditer."
    )
    return tuple(
        Refusal(
            "team_not_impartial",
            Message(
                (owns if tie.owns else works).msgid, {"person": tie.person, "process": tie.process}
            ),
            IMPARTIALITY,
        )
        for tie in ties
    )


def is_scheduled(facts: AuditFacts) -> Refusal | None:
    """A planned audit has its dates and somebody who answers for it."""
    if facts.starts_on is None or facts.ends_on is None or not facts.has_lead:
        message = N_("Choisissez les dates de l’audit et son responsable.")
        return Refusal("not_scheduled", message, N_("ISO 19011:2018, 5.5.2 et 5.5.5"))
    return None


def criteria_are_chosen(facts: AuditFacts) -> Refusal | None:
    """An audit judges against something."""
    if not facts.criteria_count:
        message = N_("Choisissez au moins un référentiel comme critère d’audit.")
        return Refusal("no_criteria", message, "ISO 9001:2015, 9.2.2 b")
    return None


def scope_is_given(facts: AuditFacts) -> Refusal | None:
    """An audit looks at named processes in named places."""
    if not facts.has_places or not facts.process_count:
        message = N_("Donnez le champ de l’audit : au moins un lieu et un processus.")
        return Refusal("no_scope", message, "ISO 9001:2015, 9.2.2 b")
    return None


def auditee_is_named(facts: AuditFacts) -> Refusal | None:
    """Somebody speaks for what is audited."""
    if not facts.auditee_count:
        return Refusal("no_auditee", N_("Désignez au moins un audité."), "ISO 19011:2018, 6.2.2")
    return None


def team_is_impartial(facts: AuditFacts) -> Refusal | None:
    """Nobody of the team owns, or works in, an audited process."""
    found = impartiality(facts.ties)
    return found[0] if found else None


def checklist_is_made(facts: AuditFacts) -> Refusal | None:
    """The questions are ready before the audit starts."""
    if not facts.question_count:
        message = N_("La grille est vide : préparez-la à partir des critères.")
        return Refusal("no_checklist", message, "ISO 19011:2018, 6.3.4")
    return None


def nonconformities_are_treated(facts: AuditFacts) -> Refusal | None:
    """Every nonconformity has at least one action."""
    if facts.untreated_nonconformities:
        message = N_(
            "Non-conformité sans action : %(references)s.",
            references=", ".join(facts.untreated_nonconformities),
        )
        return Refusal("untreated_nonconformities", message, "ISO 9001:2015, 9.2.2 e")
    return None


def majors_are_closed(facts: AuditFacts) -> Refusal | None:
    """No audit is closed over an open major nonconformity."""
    if facts.open_majors:
        message = N_(
            "Non-conformité majeure encore ouverte : %(references)s.",
            references=", ".join(facts.open_majors),
        )
        return Refusal("open_majors", message, HOUSE)
    return None


@dataclass(frozen=True, slots=True)
class ReportItem:
    """One thing that a report must say (ISO 19011:2018, 6.5.1), and where it is written."""

    letter: str
    label: Message
    place: str
    """Which page, and which field of it: ``plan#objectives``."""
    message: Message
    """What to do when it is missing."""
    is_there: Callable[[AuditFacts], bool]

    def refusal(self, facts: AuditFacts) -> Refusal | None:
        """Return why the report cannot be issued for want of this, if so."""
        if self.is_there(facts):
            return None
        return Refusal(
            f"report_{self.letter}", self.message, f"ISO 19011:2018, 6.5.1 {self.letter}"
        )


_OBJECTIVES, _SCOPE = N_("Objectifs"), N_("Champ")
_TEAM, _DATES = N_("Équipe et participants"), N_("Dates et lieux")
_FINDINGS = N_("Constats et preuves")

REPORT_ITEMS: tuple[ReportItem, ...] = tuple(
    ReportItem(*row)
    for row in (
        ("a", _OBJECTIVES, "plan#objectives", N_("Écrivez les objectifs de l’audit."),
         lambda f: bool(f.objectives.strip())),
        ("b", _SCOPE, "plan#processes", N_("Nommez les processus audités."),
         lambda f: f.process_count > 0),
        ("b", _SCOPE, "plan#sites", N_("Nommez les sites ou les lieux virtuels audités."),
         lambda f: f.has_places),
        ("b", _SCOPE, "team", N_("Désignez au moins un audité."), lambda f: f.auditee_count > 0),
        ("c", N_("Commanditaire"), "plan#client", N_("Dites qui a commandé l’audit."),
         lambda f: bool(f.client.strip())),
        ("d", _TEAM, "team", N_("Désignez le responsable d’audit."), lambda f: f.has_lead),
        ("d", _TEAM, "report#participants", N_("Nommez les personnes rencontrées."),
         lambda f: bool(f.participants.strip())),
        ("e", _DATES, "plan#starts_on", N_("Donnez les dates de l’audit."),
         lambda f: f.starts_on is not None and f.ends_on is not None),
        ("e", _DATES, "plan#sites", N_("Donnez les lieux de l’audit."), lambda f: f.has_places),
        ("f", N_("Critères"), "criteria", N_("Choisissez les critères d’audit."),
         lambda f: f.criteria_count > 0),
        ("g", _FINDINGS, "checklist", N_("Répondez à toutes les questions de la grille."),
         lambda f: 0 < f.question_count == f.answered_count),
        ("g", _FINDINGS, "findings", N_("Rendez définitifs les constats encore en brouillon."),
         lambda f: not f.draft_findings),
        ("g", _FINDINGS, "nonconformities",
         N_("Écrivez un constat pour chaque réponse non conforme."),
         lambda f: not f.unwritten_nonconformities),
        ("h", N_("Conclusions"), "report#conclusions", N_("Écrivez les conclusions de l’audit."),
         lambda f: bool(f.conclusions.strip())),
        ("i", N_("Degré de satisfaction des critères"), "report#fulfilment",
         N_("Dites à quel degré les critères d’audit sont satisfaits."),
         lambda f: bool(f.fulfilment.strip())),
        ("j", N_("Divergences non résolues"), "report#divergences",
         N_("Notez les divergences non résolues, ou dites qu’il n’y en a pas."),
         lambda f: bool(f.divergences.strip())),
        ("k", N_("Limites de l’échantillonnage"), "report#sampling",
         N_("Rappelez qu’un audit par échantillon peut ne pas être représentatif."),
         lambda f: bool(f.sampling.strip())),
    )
)  # fmt: skip
"""What ISO 19011:2018, 6.5.1 a) to k) asks for; a letter may need several things."""
REPORT_LETTERS = tuple(dict.fromkeys(item.letter for item in REPORT_ITEMS))


def missing_items(facts: AuditFacts) -> tuple[ReportItem, ...]:
    """Return exactly what the report still lacks, in the order of the letters."""
    return tuple(item for item in REPORT_ITEMS if not item.is_there(facts))


S, P = AuditStatus, Permission
PLAN_GUARDS: tuple[Guard[AuditFacts], ...] = (
    is_scheduled,
    criteria_are_chosen,
    scope_is_given,
    auditee_is_named,
    team_is_impartial,
)
"""What a plan owes, when it is made and whenever it changes afterwards."""

AUDIT_WORKFLOW: Workflow[AuditStatus, AuditFacts] = Workflow(
    initial=S.DRAFT,
    transitions=(
        Transition(
            name="plan",
            label=N_("Planifier l’audit"),
            sources=frozenset({S.DRAFT}),
            target=S.PLANNED,
            permission=P.AUDIT_PLAN,
            guards=PLAN_GUARDS,
        ),
        Transition(
            name="start",
            label=N_("Démarrer l’audit"),
            sources=frozenset({S.PLANNED}),
            target=S.IN_PROGRESS,
            permission=P.AUDIT_CONDUCT,
            guards=(checklist_is_made, team_is_impartial),
        ),
        Transition(
            name="report",
            label=N_("Émettre le rapport"),
            sources=frozenset({S.IN_PROGRESS}),
            target=S.REPORTED,
            permission=P.AUDIT_REPORT,
            guards=(*(item.refusal for item in REPORT_ITEMS), team_is_impartial),
        ),
        Transition(
            name="close",
            label=N_("Clore l’audit"),
            sources=frozenset({S.REPORTED}),
            target=S.CLOSED,
            permission=P.AUDIT_CLOSE,
            guards=(nonconformities_are_treated, majors_are_closed),
        ),
        Transition(
            name="cancel",
            label=N_("Annuler l’audit"),
            sources=frozenset({S.DRAFT, S.PLANNED, S.IN_PROGRESS}),
            target=S.CANCELLED,
            permission=P.AUDIT_PLAN,
            asks_reason=True,
        ),
    ),
)

PLANNABLE = frozenset({S.DRAFT, S.PLANNED, S.IN_PROGRESS})
"""While the plan may still change."""
WRITABLE = frozenset({S.IN_PROGRESS, S.REPORTED})
"""While the words of the report may change; once it is issued, only for a revision."""


def plan_is_open(status: AuditStatus) -> Refusal | None:
    """A plan changes until the report is issued."""
    if status in PLANNABLE:
        return None
    message = N_("Le plan ne change plus à l’état « %(state)s ».", state=status.label)
    return Refusal("plan_is_settled", message, HOUSE)


def criteria_are_open(status: AuditStatus, answered_count: int) -> Refusal | None:
    """Criteria and checklist change until a first answer is given."""
    if status in PLANNABLE and not answered_count:
        return None
    message = N_("Les critères et la grille ne changent plus dès qu’une réponse est donnée.")
    return Refusal("checklist_is_frozen", message, HOUSE)


def answers_are_open(status: AuditStatus) -> Refusal | None:
    """Answers are given while the audit is in progress."""
    if status is S.IN_PROGRESS:
        return None
    message = N_("On répond à la grille d’un audit en cours ; celui-ci est à l’état « %(state)s ».",
                 state=status.label)  # fmt: skip
    return Refusal("answers_are_closed", message, HOUSE)


def report_is_open(status: AuditStatus) -> Refusal | None:
    """The words of a report change while the audit is in progress, or before a revision."""
    if status in WRITABLE:
        return None
    message = N_("Le texte du rapport ne change pas à l’état « %(state)s ».", state=status.label)
    return Refusal("report_is_closed", message, HOUSE)


def dates_are_in_order(starts_on: date | None, ends_on: date | None) -> Refusal | None:
    """An audit ends on the day it starts, or later."""
    if starts_on is None or ends_on is None or starts_on <= ends_on:
        return None
    return Refusal("dates_out_of_order", N_("L’audit se termine avant d’avoir commencé."), "")


def answer_is_justified(verdict: Verdict | None, observation: str) -> Refusal | None:
    """What does not apply says why."""
    if verdict is Verdict.NOT_APPLICABLE and not observation.strip():
        message = N_("Écrivez pourquoi cette question ne s’applique pas.")
        return Refusal("not_applicable_unjustified", message, "ISO 9001:2015, 4.3")
    return None


SAMPLING_STATEMENT = N_(
    "L’audit repose sur un échantillon des informations disponibles au moment où il a été mené. "
    "Les éléments examinés peuvent ne pas être représentatifs de l’ensemble : l’absence de "
    "non-conformité sur un point ne prouve pas que tout y est conforme."
)
"""Offered for 6.5.1 k; the lead auditor confirms it by saving it."""
