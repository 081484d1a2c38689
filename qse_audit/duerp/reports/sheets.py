"""The register of risks as a spreadsheet."""

from collections.abc import Iterator

from qse_audit.core.text import N_
from qse_audit.documents.sheets import Cell, Column, Sheet, xlsx
from qse_audit.duerp.reports.parts import contributor_row
from qse_audit.duerp.reports.words import Wording
from qse_audit.duerp.rules import Content

BEFORE = (
    (N_("Unité de travail"), 26),
    (N_("Famille"), 22),
    (N_("Danger"), 30),
    (N_("Situation"), 36),
    (N_("Dommage"), 28),
    (N_("Femmes exposées"), 10),
    (N_("Hommes exposés"), 10),
    (N_("Exposition différente selon le sexe"), 24),
    (N_("Mesures existantes"), 40),
)
AFTER = ((N_("Score"), 10), (N_("Priorité"), 16), (N_("Mesures à venir"), 40))
MEASURES = (
    (N_("Référence"), 16),
    (N_("Mesure de prévention"), 40),
    (N_("Conditions d’exécution"), 40),
    (N_("Indicateur de résultat"), 34),
    (N_("Coût estimé (€)"), 14),
    (N_("Du"), 12),
    (N_("Au"), 12),
    (N_("Responsable"), 24),
)
CONTRIBUTORS = (
    (N_("À quel titre"), 30),
    (N_("Qui"), 30),
    (N_("Consulté le"), 20),
    (N_("Avis ou observation"), 60),
)


def register_xlsx(content: Content, locale: str) -> bytes:
    """Return the risks, the measures to come and the contributors."""
    wording = Wording(content, locale)
    axes = tuple((label, 12) for label in wording.axes)
    sheets = [
        _sheet(N_("Risques"), (*BEFORE, *axes, *AFTER), _lines(content, wording), wording),
        _sheet(N_("Mesures à venir"), MEASURES, _measures(content), wording),
        _sheet(N_("Contributeurs"), CONTRIBUTORS,
               (tuple(contributor_row(each, wording)) for each in content.contributions), wording),
    ]  # fmt: skip
    return xlsx(sheets, title=f"{content.reference} v{content.number} {content.title}")


def _sheet(
    title: str,
    columns: tuple[tuple[str, int], ...],
    rows: Iterator[tuple[Cell, ...]],
    wording: Wording,
) -> Sheet:
    heads = [Column(wording.say(name), width) for name, width in columns]
    return Sheet(wording.say(title), heads, rows)


def _lines(content: Content, wording: Wording) -> Iterator[tuple[Cell, ...]]:
    blank = (None,) * len(content.axes)
    for unit in content.units:
        for line in content.by_unit[unit.key]:
            rating = line.rating
            yield (
                unit.name,
                wording.family(line),
                line.hazard,
                line.situation,
                line.harm,
                line.women,
                line.men,
                line.exposure_note,
                line.existing,
                *(map(_figure, rating.values) if rating else blank),
                _figure(rating.score) if rating else None,
                wording.level(line),
                "\n".join(f"{m.reference} {m.title}" for m in content.by_line.get(line.key, ())),
            )


def _measures(content: Content) -> Iterator[tuple[Cell, ...]]:
    for each in content.measures:
        yield (
            each.reference,
            each.title,
            each.conditions,
            each.result_indicator,
            each.cost_euros,
            each.starts_on,
            each.due_on,
            each.responsible,
        )


def _figure(text: str) -> Cell:
    """Return a rating as a number where it is one."""
    try:
        return float(text)
    except ValueError:
        return text
