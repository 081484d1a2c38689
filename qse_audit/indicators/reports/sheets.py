"""Indicators and their values as spreadsheets: lines in, bytes out."""

from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal

from qse_audit.core.text import N_
from qse_audit.documents.sheets import Cell, Column, Sheet, csv_bytes, xlsx
from qse_audit.documents.text import Texts
from qse_audit.indicators.queries import IndicatorLine, Latest, Measured

COLUMNS = (
    (N_("Référence"), 14),
    (N_("Indicateur"), 44),
    (N_("Nom court"), 12),
    (N_("Domaine"), 24),
    (N_("Statut"), 12),
    (N_("Responsable"), 24),
    (N_("Fréquence"), 12),
    (N_("Sens voulu"), 20),
    (N_("Dernière période"), 18),
    (N_("Dernière valeur"), 14),
    (N_("Unité"), 18),
    (N_("Valeurs attendues"), 18),
    (N_("Échéance"), 12),
    (N_("Jours de retard"), 10),
)


def listed(
    lines: Sequence[IndicatorLine], latest: Mapping[int, Latest], extension: str, *, locale: str
) -> bytes:
    """Return a list of indicators as a ``csv`` or ``xlsx`` file in one language."""
    texts = Texts(locale)
    title = texts.translate(N_("Indicateurs"))
    columns = [Column(texts.translate(name), width) for name, width in COLUMNS]
    sheet = Sheet(title, columns, _rows(lines, latest, texts))
    return csv_bytes(sheet, locale=locale) if extension == "csv" else xlsx([sheet], title=title)


def valued(
    title: str,
    columns: Sequence[tuple[str, str]],
    rows: Sequence[Measured],
    extension: str,
    *,
    locale: str,
) -> bytes:
    """Return every value of an indicator; the file can be imported again as it is."""
    texts = Texts(locale)
    heads = [Column(texts.translate(N_("période")), 14)]
    heads += [Column(name, max(14, len(label) // 2)) for name, label in columns]
    ours = (N_("Résultat"), N_("Source"), N_("Saisie par"), N_("Saisie le"), N_("Corrections"))
    heads += [Column(texts.translate(N_("commentaire")), 30)]
    heads += [Column(texts.translate(name), 16) for name in ours]
    sheet = Sheet(title, heads, _valued_rows(rows, [name for name, _ in columns]))
    return csv_bytes(sheet, locale=locale) if extension == "csv" else xlsx([sheet], title=title)


def _valued_rows(rows: Iterable[Measured], names: Sequence[str]) -> Iterable[Sequence[Cell]]:
    for row in rows:
        inputs = (row.inputs.get(name) for name in names)
        yield (
            row.period.iso,
            *(None if text is None else Decimal(text) for text in inputs),
            row.comment,
            row.value,
            row.source,
            row.entered_by,
            row.entered_at,
            row.correction_count or None,
        )


def _rows(
    lines: Iterable[IndicatorLine], latest: Mapping[int, Latest], texts: Texts
) -> Iterable[Sequence[Cell]]:
    for line in lines:
        last, awaited = latest.get(line.id), line.awaited
        yield (
            line.reference,
            line.title,
            line.short_name,
            texts.translate(line.domain.label),
            texts.translate(line.status.label),
            line.owner_name,
            texts.translate(line.frequency.label),
            texts.translate(line.direction.label),
            texts.translate(last.period.label) if last else None,
            last.value if last else None,
            line.measure_unit,
            texts.translate(awaited.label) if awaited else None,
            line.due_on,
            line.late or None,
        )
