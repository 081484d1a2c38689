"""What people call the columns of an analysis, in their spreadsheets and in ours."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

from qse_audit.core.tables import plain_title
from qse_audit.core.text import N_, Message
from qse_audit.risks.rules.methods import Column, MethodCard
from qse_audit.risks.rules.scales import Criterion, Scale

Said = Callable[[Message], Iterable[str]]
"""The ways in which a message is said: one a language."""

SYNONYMS: Mapping[str, tuple[str, ...]] = {
    "section": ("section", "etape", "operation", "etape du procede", "process step", "step",
                "phase", "poste", "composant", "element", "item", "organe", "machine",
                "unite de travail", "work unit", "activite", "activity", "systeme"),
    "situation": ("situation", "fonction", "function", "exigence", "requirement", "tache", "task",
                  "situation de travail", "detail", "situation dangereuse"),
    "event": ("evenement", "event", "mode de defaillance", "defaillance", "mode",
              "failure mode", "danger", "hazard", "aspect", "aspect environnemental",
              "evenement redoute"),
    "effect": ("effet", "effets", "effect", "effects", "dommage", "dommages", "harm", "impact",
               "consequence", "consequences", "effet client"),
    "cause": ("cause", "causes", "causes possibles", "origine", "circonstances", "mecanisme"),
    "prevention": ("prevention", "maitrise preventive", "mesures de prevention", "preventif",
                   "prevention controls", "prevention control", "mesures existantes",
                   "mesures en place", "existing measures", "maitrise operationnelle", "moyens"),
    "detection": ("moyens de detection", "controle", "controles", "maitrise de detection",
                  "detection controls", "detection control", "surveillance", "verification"),
    "family": ("famille", "family", "classe", "class", "classification", "cs",
               "caracteristique speciale", "special characteristic", "famille de dangers",
               "condition", "situation de fonctionnement", "mode de fonctionnement"),
    "control_plan": ("plan de surveillance", "control plan", "ligne pds", "pds"),
    "indicator": ("indicateur", "indicator", "kpi"),
    "exposed_women": ("femmes", "women", "nombre de femmes", "f exposees"),
    "exposed_men": ("hommes", "men", "nombre d’hommes", "h exposes"),
    "exposure_note": ("exposition selon le sexe", "difference selon le sexe", "impact differencie"),
    "stage": ("etape du cycle de vie", "cycle de vie", "life cycle", "life-cycle stage"),
    "influence": ("influence", "maitrise ou influence", "direct/indirect"),
    "receptors": ("recepteurs", "milieux", "milieu", "milieu recepteur", "receptors", "receptor"),
    "overrides": ("significatif d’office", "motif", "overrides"),
}  # fmt: skip
"""Plain titles by the code of the column, beside its own label."""
NOTES: Mapping[str, tuple[str, ...]] = {
    "severity": ("s", "g", "gravite", "severite", "severity", "sev", "note g", "note s"),
    "occurrence": ("o", "f", "frequence", "occurrence", "occ", "note f", "note o"),
    "detection": ("d", "nd", "non-detection", "non detection", "detectabilite", "det", "note d",
                  "detection"),
    "gravity": ("g", "gravite", "gravity", "severity", "severite"),
    "probability": ("p", "probabilite", "probability", "frequence", "frequence d’exposition"),
    "frequency": ("f", "frequence", "frequency", "probabilite"),
    "likelihood": ("v", "p", "vraisemblance", "probabilite", "likelihood"),
    "mastery": ("m", "maitrise", "mastery", "control"),
}  # fmt: skip
PASSED_OVER = frozenset(
    {"n°", "no", "n", "num", "numero", "id", "ref", "reference", "ipr", "rpn", "c", "criticite",
     "criticality", "score", "risque", "ap", "pa", "priorite", "priorite d'action",
     "action priority", "cotation", "rating", "niveau", "band", "zone", "rang", "action", "actions",
     "action recommandee", "actions recommandees", "recommended action", "recommended actions",
     "responsable", "pilote", "owner", "responsible", "delai", "echeance", "date", "due",
     "due date", "statut", "status", "etat", "avancement", "actions realisees", "actions taken",
     "ipr'", "ipr apres", "rpn after", "criticite apres", "stade", "cote par", "cote le"}
)  # fmt: skip
"""Columns that say nothing we store from a file: numbers we compute, actions that need an owner."""
LINE_NUMBER = N_("Ligne")
"""Heads the numbers of our own lines; a « N° » of theirs says nothing of ours."""
SCORE, LEVEL, STAGE = N_("Criticité"), N_("Niveau"), N_("Stade")
PLANNED_LEVEL, ACTIONS = N_("Niveau prévu"), N_("Actions")
OURS = (SCORE, LEVEL, STAGE, PLANNED_LEVEL, ACTIONS)
"""Columns of our own export that say nothing to store."""
AFTER = ("’", "'", " apres", " prevue", " prevu", " after", " planned", "2")
BEFORE = ("nouveau ", "nouvelle ", "new ", "apres ")
"""What marks the note that is hoped for after the actions."""


@dataclass(frozen=True, slots=True)
class Heading:
    """What one column of a table holds."""

    place: int
    """Counted from 0."""
    title: str
    """As it is written there."""
    column: Column | None = None
    criterion: Criterion | None = None
    is_planned: bool = False
    """Whether its note is the one hoped for after the actions."""
    is_number: bool = False
    """Whether it names the lines of the analysis that are written anew."""

    @property
    def key(self) -> tuple[str, str, bool]:
        """Return what no other column may hold too."""
        column = self.column.code if self.column else "number" if self.is_number else ""
        return column, self.criterion.code if self.criterion else "", self.is_planned


class Names:
    """Which title names which column, for one method and one scale."""

    def __init__(self, card: MethodCard, scale: Scale, said: Said) -> None:
        self.columns: dict[str, Column] = {}
        self.criteria: dict[str, Criterion] = {}
        self.numbers = {_plain(title) for title in said(LINE_NUMBER)}
        self.passed_over = PASSED_OVER | {_plain(title) for each in OURS for title in said(each)}
        for column in (card.section, *card.columns):
            for title in (column.code, *said(column.label), *SYNONYMS.get(column.code, ())):
                self.columns.setdefault(_plain(title), column)
        for criterion in scale.criteria:
            own = (criterion.letter, criterion.code, *criterion.label.values())
            for title in (*own, *NOTES.get(criterion.code, ())):
                self.criteria.setdefault(_plain(title), criterion)

    def find(self, title: str, place: int) -> Heading | None:
        """Return what a column called ``title`` holds; ``None`` for an unknown title.

        A title that may be a text or a note is settled by :meth:`headings`.
        """
        plain = _plain(title)
        if plain in self.numbers:
            return Heading(place, title, is_number=True)
        if plain in self.columns:
            return Heading(place, title, column=self.columns[plain])
        if plain in self.criteria:
            return Heading(place, title, criterion=self.criteria[plain])
        for bare in _bare(plain):
            if bare in self.criteria:
                return Heading(place, title, criterion=self.criteria[bare], is_planned=True)
        return Heading(place, title) if plain in self.passed_over else None

    def note(self, title: str, place: int) -> Heading | None:
        """Return the note that ``title`` may also name."""
        criterion = self.criteria.get(_plain(title))
        return Heading(place, title, criterion=criterion) if criterion else None


def _bare(plain: str) -> Iterable[str]:
    """Give a title without what marks the note that is hoped for."""
    for end in AFTER:
        if plain.endswith(_plain_mark(end)):
            yield plain.removesuffix(_plain_mark(end)).strip()
    for start in BEFORE:
        if plain.startswith(start):
            yield plain.removeprefix(start).strip()


def _plain(title: str) -> str:
    """Return a title without case, accents, line breaks, and what stands in brackets."""
    text = plain_title(" ".join(title.replace("’", "'").split()))
    return text.partition("(")[0].strip(" :.*")


def _plain_mark(mark: str) -> str:
    return mark.replace("’", "'")
