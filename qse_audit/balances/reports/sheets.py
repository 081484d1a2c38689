"""The facts of a balance as a spreadsheet."""

from collections.abc import Iterator

from qse_audit.balances.reports.words import Wording
from qse_audit.balances.rules import Content, Section
from qse_audit.core.text import N_
from qse_audit.documents.sheets import Cell, Column, Sheet, xlsx

FIGURES = (
    (N_("Partie"), 24),
    (N_("Chiffre"), 40),
    (N_("Définition"), 60),
    (N_("Valeur"), 14),
    (N_("Unité"), 16),
    (N_("Combien"), 10),
    (N_("Sur"), 10),
    (N_("Pourquoi sans valeur"), 30),
    (N_("Période précédente"), 14),
    (N_("Pourquoi sans valeur avant"), 30),
    (N_("Évolution"), 20),
    (N_("Cible"), 12),
    (N_("Moyenne des relevés"), 14),
    (N_("Fait marquant"), 10),
)
READINGS = (
    (N_("Partie"), 24),
    (N_("Ce que l’on en lit"), 60),
    (N_("Points forts"), 50),
    (N_("Points faibles"), 50),
)
SOURCES = ((N_("Chiffre"), 40), (N_("Enregistrement"), 30))


def facts_xlsx(content: Content, locale: str) -> bytes:
    """Return the figures, their reading, how they fall apart, and the records behind them."""
    wording = Wording(locale)
    sheets = [
        _sheet(N_("Chiffres"), FIGURES, _figures(content, wording), wording),
        _sheet(N_("Lecture"), READINGS, _readings(content, wording), wording),
        *_breakdowns(content, wording),
        _sheet(N_("Enregistrements"), SOURCES, _sources(content, wording), wording),
    ]
    return xlsx(sheets, title=f"{content.reference} {content.title}")


def _sheet(
    title: str,
    columns: tuple[tuple[str, int], ...],
    rows: Iterator[tuple[Cell, ...]],
    wording: Wording,
) -> Sheet:
    heads = [Column(wording.say(name), width) for name, width in columns]
    return Sheet(wording.say(title), heads, rows)


def _figures(content: Content, wording: Wording) -> Iterator[tuple[Cell, ...]]:
    salient = {each.key for each in content.salient}
    yes = wording.say(N_("oui"))
    for section in Section:
        for each in content.facts.of(section):
            line = each.line
            some, among = each.of or (None, None)
            yield (
                wording.say(section.label),
                wording.label(each),
                wording.say(each.text),
                each.value,
                line.measure_unit if line else wording.say(each.unit.label),
                some,
                among,
                wording.say(each.absence.label) if each.absence else None,
                each.before,
                wording.say(each.before_absence.label) if each.before_absence else None,
                wording.say(each.drift.label),
                line.target if line else None,
                line.mean if line else None,
                yes if each.key in salient else None,
            )


def _readings(content: Content, wording: Wording) -> Iterator[tuple[Cell, ...]]:
    for section in Section:
        reading = content.reading(section)
        yield (
            wording.say(section.label),
            reading.comment,
            reading.strengths,
            reading.weaknesses,
        )
    yield wording.say(N_("Conclusion")), content.conclusion, None, None


def _breakdowns(content: Content, wording: Wording) -> Iterator[Sheet]:
    for each in content.facts.breakdowns:
        heads = ["", *each.columns]
        columns = [Column(wording.say(name), 30 if not place else 16)
                   for place, name in enumerate(heads)]  # fmt: skip
        rows = ((wording.named(label), *counts) for label, counts in each.rows)
        yield Sheet(wording.say(each.title), columns, rows)


def _sources(content: Content, wording: Wording) -> Iterator[tuple[Cell, ...]]:
    for each in content.facts.figures:
        for source in each.sources:
            yield wording.label(each), source.label
