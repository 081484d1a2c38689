"""How a version is made: prepared, contributors consulted, approved; every reason at once. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date

from qse_audit.core.errors import Refusal
from qse_audit.core.permissions import Permission
from qse_audit.core.text import N_
from qse_audit.core.workflow import Transition, Workflow
from qse_audit.duerp.rules.codes import (
    CONTRIBUTORS,
    HOUSE,
    IN_THE_FUTURE,
    INVENTORY,
    VersionStatus,
)
from qse_audit.duerp.rules.content import UNRATED, Contribution
from qse_audit.duerp.rules.headcount import Duties
from qse_audit.duerp.rules.programme import Measure, listed, programme_refusals

NO_LINE = Refusal(
    "no_line",
    N_("Le document unique ne contient aucun risque : évaluez au moins une unité de travail."),
    INVENTORY,
)
NO_HEADCOUNT = Refusal(
    "no_headcount",
    N_("Renseignez l’effectif : il dit qui consulter et si un programme annuel est dû."),
    HOUSE,
)
CHANGED_SINCE = Refusal(
    "changed_since_consulted",
    N_(
        "Le document a changé depuis que les contributeurs ont été consultés : reprenez la "
        "préparation, consultez-les de nouveau."
    ),
    CONTRIBUTORS,
)

NOT_SAID = Refusal(
    "reason", N_("Dites ce qui est à reprendre : qui prépare la version le lira."), HOUSE
)


@dataclass(frozen=True, slots=True, kw_only=True)
class VersionFacts:
    """All that the workflow may know of a version."""

    duties: Duties
    line_count: int
    contributions: Sequence[Contribution] = ()
    measures: Sequence[Measure] = field(default=())
    is_unchanged: bool = True
    """Whether the assessment is the one that the contributors saw."""
    unrated_count: int = 0
    """Risks that nobody rated."""
    reason: str = ""
    """What the person says of the move."""


def has_lines(facts: VersionFacts) -> Refusal | None:
    """Refuse an inventory of nothing."""
    return None if facts.line_count else NO_LINE


def has_headcount(facts: VersionFacts) -> Refusal | None:
    """Refuse to go on when nobody can say what is due."""
    return None if facts.duties.is_known else NO_HEADCOUNT


def is_consulted(facts: VersionFacts) -> Refusal | None:
    """Refuse while somebody whom the law names was not asked, nor said to be absent."""
    asked = {each.part for each in facts.contributions}
    missing = [part for part in facts.duties.parts if part not in asked]
    if not missing:
        return None
    told = N_(
        "Notez la consultation, ou pourquoi il n’y en a pas : %(parts)s.",
        parts=listed([part.label for part in missing]),
    )
    return Refusal("not_consulted", told, CONTRIBUTORS)


def is_what_they_saw(facts: VersionFacts) -> Refusal | None:
    """Refuse to approve something else than what contributors were consulted on."""
    return None if facts.is_unchanged else CHANGED_SINCE


def has_whole_programme(facts: VersionFacts) -> Refusal | None:
    """Refuse while a measure of the programme lacks something: the first of them."""
    return next(iter(programme_refusals(facts.measures, facts.duties)), None)


def says_why_unrated(facts: VersionFacts) -> Refusal | None:
    """Refuse to approve risks that nobody rated without saying why, and what follows.

    A risk that is known and not rated yet is better written than left out, or rated at random.
    """
    if not facts.unrated_count or facts.reason.strip():
        return None
    told = N_(
        "Risques non cotés : %(count)d. Dites pourquoi la version est approuvée sans leur "
        "cotation, et quand ils seront cotés.",
        count=facts.unrated_count,
    )
    return Refusal(UNRATED, told, INVENTORY)


def says_why(facts: VersionFacts) -> Refusal | None:
    """Refuse to send back without a word."""
    return None if facts.reason.strip() else NOT_SAID


def approval_refusals(status: VersionStatus, facts: VersionFacts) -> tuple[Refusal, ...]:
    """Return every reason why a version cannot be approved, each measure with what it lacks."""
    measures = programme_refusals(facts.measures, facts.duties)
    others = DUERP_WORKFLOW.refusals(status, "approve", facts)
    return (*(each for each in others if each not in measures), *measures)


def before_approval(status: VersionStatus, facts: VersionFacts) -> tuple[Refusal, ...]:
    """Return what is to be done before a version can be approved; the approver says the rest."""
    return tuple(each for each in approval_refusals(status, facts) if each.code != UNRATED)


S, P = VersionStatus, Permission
DUERP_WORKFLOW: Workflow[VersionStatus, VersionFacts] = Workflow(
    initial=S.PREPARED,
    transitions=(
        Transition(
            name="consult",
            label=N_("Les contributeurs ont été consultés"),
            sources=frozenset({S.PREPARED}),
            target=S.CONSULTED,
            permission=P.DUERP_EDIT,
            guards=(has_lines, has_headcount, is_consulted),
        ),
        Transition(
            name="resume",
            label=N_("Reprendre la préparation"),
            sources=frozenset({S.CONSULTED}),
            target=S.PREPARED,
            permission=P.DUERP_EDIT,
        ),
        Transition(
            name="send-back",
            label=N_("Renvoyer en préparation"),
            sources=frozenset({S.CONSULTED}),
            target=S.PREPARED,
            permission=P.DUERP_APPROVE,
            guards=(says_why,),
            asks_reason=True,
        ),
        Transition(
            name="approve",
            label=N_("Approuver la version"),
            sources=frozenset({S.CONSULTED}),
            target=S.APPROVED,
            permission=P.DUERP_APPROVE,
            guards=(
                has_lines,
                has_headcount,
                is_consulted,
                is_what_they_saw,
                has_whole_programme,
                says_why_unrated,
            ),
        ),
    ),
)


def contribution_refusals(draft: Contribution, today: date) -> list[Refusal]:
    """Return what keeps a contribution from being noted."""
    refusals = []
    if not draft.who.strip() and not draft.is_absent:
        refusals.append(Refusal("who_missing", N_("Dites qui a été consulté : fonction ou nom.")))
    if draft.consulted_on > today:
        refusals.append(IN_THE_FUTURE)
    if draft.is_absent and not draft.opinion.strip():
        told = N_("Dites pourquoi il n’y a personne à consulter : carence, pas de désigné…")
        refusals.append(Refusal("absence_unexplained", told, CONTRIBUTORS))
    return refusals
