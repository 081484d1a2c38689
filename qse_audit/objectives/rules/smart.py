"""The SMART test of one objective: five letters, each with what is missing."""

from dataclasses import dataclass

from qse_audit.core.text import N_, Coded, Message
from qse_audit.objectives.rules.codes import Level
from qse_audit.objectives.rules.contents import target_problem
from qse_audit.objectives.rules.facts import Cascade, ObjectiveFacts

WORDS_MIN = 3
"""Words under which a title says no more than a wish."""


class Letter(Coded):
    """The five letters."""

    SPECIFIC = "S", N_("Spécifique")
    MEASURABLE = "M", N_("Mesurable")
    ACHIEVABLE = "A", N_("Atteignable et accepté")
    RELEVANT = "R", N_("Relié à la politique")
    TIMED = "T", N_("Daté")


@dataclass(frozen=True, slots=True)
class Verdict:
    """One letter of the test."""

    letter: Letter
    missing: tuple[Message, ...]
    """What is missing, as sentences; empty: it holds."""

    @property
    def holds(self) -> bool:
        """Say whether nothing is missing."""
        return not self.missing


def smart(objective: ObjectiveFacts, cascade: Cascade) -> tuple[Verdict, ...]:
    """Return the five verdicts on ``objective``, in the order of the letters."""
    found = {
        Letter.SPECIFIC: _specific(objective),
        Letter.MEASURABLE: _measurable(objective, cascade),
        Letter.ACHIEVABLE: _achievable(objective),
        Letter.RELEVANT: _relevant(objective, cascade),
        Letter.TIMED: _timed(objective, cascade),
    }
    return tuple(Verdict(letter, tuple(m for m in found[letter] if m)) for letter in Letter)


def _specific(objective: ObjectiveFacts) -> list[Message | None]:
    where = {
        Level.COMPANY: True,
        Level.SITE: objective.site_id is not None,
        Level.PROCESS: objective.process_id is not None,
        Level.UNIT: bool(objective.unit_name.strip()),
    }
    return [
        None
        if len(objective.title.split()) >= WORDS_MIN
        else N_("Dites en une phrase ce qui change : un verbe, et sur quoi il porte."),
        None if where[objective.level] else N_("Dites où : le site, le processus ou l’unité."),
    ]


def _measurable(objective: ObjectiveFacts, cascade: Cascade) -> list[Message | None]:
    problem = target_problem(objective, cascade)
    told = None
    if problem is not None:
        told = N_(problem[0].msgid, **{**problem[0].values, "objective": objective.reference})
    return [
        told,
        None if objective.indicator_id in cascade.indicators else N_("Choisissez un indicateur."),
        None if objective.baseline is not None else N_("Donnez la valeur de départ."),
    ]


def _achievable(objective: ObjectiveFacts) -> list[Message | None]:
    return [
        None if objective.owner_id is not None else N_("Nommez un responsable."),
        None if objective.resources.strip() else N_("Dites avec quels moyens."),
        None if objective.is_agreed else N_("Son responsable n’a pas encore donné son accord."),
    ]


def _relevant(objective: ObjectiveFacts, cascade: Cascade) -> list[Message | None]:
    served = cascade.served.get(objective.id, frozenset()) & cascade.in_force
    return [
        None if served else N_("Reliez-le à un engagement de la politique en vigueur."),
    ]


def _timed(objective: ObjectiveFacts, cascade: Cascade) -> list[Message | None]:
    parent = cascade.by_id.get(objective.parent_id or 0)
    is_late = (
        parent is not None
        and parent.due_on is not None
        and objective.due_on is not None
        and objective.due_on > parent.due_on
    )
    return [
        None if objective.due_on is not None else N_("Donnez une échéance."),
        N_("Il finit après l’objectif qu’il sert.") if is_late else None,
    ]
