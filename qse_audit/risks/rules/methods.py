"""A method is data: what each of the common columns of a line means there, and what else it asks.

A line has the same columns whatever the method; a card names them, says which are needed, and adds
details of its own. A work unit, a step and an activity are one thing: the section of a line.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum

from qse_audit.core.domains import Domain
from qse_audit.core.text import N_, Coded, Message
from qse_audit.risks.rules.codes import (
    Condition,
    HazardFamily,
    Influence,
    LifeCycleStage,
    Receptor,
    RiskMethod,
    SpecialCharacteristic,
)

TEXT_MAX, LONG_MAX, COUNT_MAX = 200, 4000, 99_999


class Kind(StrEnum):
    """What a column holds."""

    TEXT = "text"
    LONG = "long"
    CHOICE = "choice"
    COUNT = "count"
    FLAGS = "flags"
    """Any number of codes."""


class OverrideReason(Coded):
    """A fact that makes an aspect significant whatever its notes are."""

    LEGAL_BREACH = "legal_breach", N_("Exigence légale non respectée")
    COMPLAINT = "complaint", N_("Plainte d’une partie intéressée")
    ACCIDENT_POTENTIAL = "accident_potential", N_("Potentiel d’accident majeur")


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """One column of the lines of a method."""

    code: str
    """``event`` for a common one, else the key of a detail."""
    label: Message
    kind: Kind = Kind.LONG
    choices: type[Coded] | None = None
    required: bool = False
    width: int = 24
    """In letters, where lines are printed."""
    hint: Message | None = None

    @property
    def most(self) -> int:
        """Return how many letters its text may have."""
        return TEXT_MAX if self.kind is Kind.TEXT else LONG_MAX


@dataclass(frozen=True, slots=True, kw_only=True)
class MethodCard:
    """What one method asks of a line, in the order in which it is asked."""

    method: RiskMethod
    purpose: Message
    domains: tuple[Domain, ...]
    """The domains in which it is usual, the first by default."""
    section: Column
    """What groups lines: a tree."""
    common: tuple[Column, ...]
    """Stored in columns of their own."""
    details: tuple[Column, ...] = ()
    """Stored together."""

    @property
    def columns(self) -> tuple[Column, ...]:
        """Return all columns of a line, without its section."""
        return (*self.common, *self.details)

    def column(self, code: str) -> Column | None:
        """Return the column called ``code``, if the method has it."""
        return next((each for each in (self.section, *self.columns) if each.code == code), None)


Detail = str | int | Sequence[str]
"""A text or code, a number, or several codes."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LineDraft:
    """A line as somebody writes it; its notes are a rating of its own."""

    section: tuple[str, ...] = ()
    """The titles from the root of the tree down; empty: beside all sections."""
    situation: str = ""
    event: str = ""
    effect: str = ""
    cause: str = ""
    prevention: str = ""
    detection: str = ""
    family: str = ""
    """A code of the choices of the method; ``""`` for none."""
    details: Mapping[str, Detail] = field(default_factory=dict)


FMEA_DETAILS = (
    Column(code="control_plan", label=N_("Ligne du plan de surveillance"), kind=Kind.TEXT,
           width=14, hint=N_("Le repère de la ligne qui surveille ce mode de défaillance.")),
    Column(code="indicator", label=N_("Indicateur"), kind=Kind.TEXT, width=12,
           hint=N_("Sa référence ou son nom court : c’est lui qui dira si la note baisse.")),
)  # fmt: skip

FMEA_PROCESS = MethodCard(
    method=RiskMethod.FMEA_PROCESS,
    purpose=N_("Chercher, opération par opération, comment le procédé peut livrer un défaut."),
    domains=(Domain.QUALITY, Domain.SAFETY, Domain.ENVIRONMENT),
    section=Column(code="section", label=N_("Étape, opération"), kind=Kind.TEXT, required=True),
    common=(
        Column(code="situation", label=N_("Fonction, exigence"), required=True),
        Column(code="event", label=N_("Mode de défaillance"), required=True),
        Column(code="effect", label=N_("Effet"), required=True),
        Column(code="cause", label=N_("Cause"), required=True),
        Column(code="prevention", label=N_("Maîtrise : prévention")),
        Column(code="detection", label=N_("Maîtrise : détection")),
        Column(code="family", label=N_("Caractéristique spéciale"), kind=Kind.CHOICE,
               choices=SpecialCharacteristic, width=14),
    ),
    details=FMEA_DETAILS,
)  # fmt: skip

FMEA_PRODUCT = replace(
    FMEA_PROCESS,
    method=RiskMethod.FMEA_PRODUCT,
    purpose=N_("Chercher, dès la conception, comment le produit peut ne pas tenir sa fonction."),
    section=Column(code="section", label=N_("Sous-ensemble, composant"), kind=Kind.TEXT,
                   required=True),
)  # fmt: skip

FMEA_EQUIPMENT = replace(
    FMEA_PROCESS,
    method=RiskMethod.FMEA_EQUIPMENT,
    purpose=N_("Chercher comment un moyen peut tomber en panne, et que prévoir pour l’entretenir."),
    section=Column(code="section", label=N_("Machine, organe"), kind=Kind.TEXT, required=True),
    details=(
        *FMEA_DETAILS,
        Column(code="downtime_hours", label=N_("Arrêt probable, en heures"), kind=Kind.COUNT,
               width=10),
        Column(code="spare", label=N_("Pièce de rechange"), kind=Kind.TEXT, width=14),
    ),
)  # fmt: skip

OCCUPATIONAL = MethodCard(
    method=RiskMethod.OCCUPATIONAL,
    purpose=N_("Inventorier, unité de travail par unité de travail, ce qui peut atteindre les "
               "personnes."),
    domains=(Domain.SAFETY,),
    section=Column(code="section", label=N_("Unité de travail"), kind=Kind.TEXT, required=True),
    common=(
        Column(code="family", label=N_("Famille de dangers"), kind=Kind.CHOICE,
               choices=HazardFamily, required=True, width=18),
        Column(code="situation", label=N_("Activité, situation"), required=True),
        Column(code="event", label=N_("Danger"), required=True),
        Column(code="effect", label=N_("Dommage possible"), required=True),
        Column(code="cause", label=N_("Circonstances")),
        Column(code="prevention", label=N_("Mesures existantes")),
        Column(code="detection", label=N_("Surveillance, vérifications")),
    ),
    details=(
        Column(code="exposed_women", label=N_("Femmes exposées"), kind=Kind.COUNT, width=9),
        Column(code="exposed_men", label=N_("Hommes exposés"), kind=Kind.COUNT, width=9),
        Column(code="exposure_note", label=N_("Exposition différente selon le sexe"),
               hint=N_("Ce qui change : poste, équipement à la taille, grossesse, horaires… "
                       "« aucune différence » se dit aussi.")),
    ),
)  # fmt: skip

ENVIRONMENTAL = MethodCard(
    method=RiskMethod.ENVIRONMENTAL,
    purpose=N_("Trouver, sur tout le cycle de vie, ce qui touche l’environnement, et ce qui y est "
               "significatif."),
    domains=(Domain.ENVIRONMENT,),
    section=Column(code="section", label=N_("Activité, produit, service"), kind=Kind.TEXT,
                   required=True),
    common=(
        Column(code="situation", label=N_("Ce qui est fait")),
        Column(code="event", label=N_("Aspect"), required=True,
               hint=N_("Ce qui entre ou sort : consommation, rejet, déchet, bruit.")),
        Column(code="effect", label=N_("Impact"), required=True),
        Column(code="family", label=N_("Situation de marche"), kind=Kind.CHOICE,
               choices=Condition, required=True, width=10),
        Column(code="cause", label=N_("Origine")),
        Column(code="prevention", label=N_("Maîtrise opérationnelle")),
        Column(code="detection", label=N_("Surveillance et mesure")),
    ),
    details=(
        Column(code="stage", label=N_("Étape du cycle de vie"), kind=Kind.CHOICE,
               choices=LifeCycleStage, required=True, width=14),
        Column(code="influence", label=N_("Influence"), kind=Kind.CHOICE, choices=Influence,
               required=True, width=12),
        Column(code="receptors", label=N_("Milieux récepteurs"), kind=Kind.FLAGS,
               choices=Receptor, width=14),
        Column(code="overrides", label=N_("Significatif d’office"), kind=Kind.FLAGS,
               choices=OverrideReason, width=16),
    ),
)  # fmt: skip

PRELIMINARY = MethodCard(
    method=RiskMethod.PRELIMINARY,
    purpose=N_("Repérer tôt, avant tout détail, les événements redoutés d’un projet ou d’une "
               "installation."),
    domains=(Domain.SAFETY, Domain.ENVIRONMENT, Domain.QUALITY),
    section=Column(code="section", label=N_("Système, phase"), kind=Kind.TEXT, required=True),
    common=(
        Column(code="situation", label=N_("Situation dangereuse"), required=True),
        Column(code="event", label=N_("Événement redouté"), required=True),
        Column(code="effect", label=N_("Conséquences"), required=True),
        Column(code="cause", label=N_("Causes")),
        Column(code="prevention", label=N_("Barrières de prévention")),
        Column(code="detection", label=N_("Barrières de protection, détection")),
        Column(code="family", label=N_("Famille de dangers"), kind=Kind.CHOICE,
               choices=HazardFamily, width=18),
    ),
)  # fmt: skip

METHODS: Mapping[RiskMethod, MethodCard] = {
    card.method: card
    for card in (
        FMEA_PROCESS,
        FMEA_PRODUCT,
        FMEA_EQUIPMENT,
        OCCUPATIONAL,
        ENVIRONMENTAL,
        PRELIMINARY,
    )
}
