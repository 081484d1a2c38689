"""An analysis as a spreadsheet that can be brought back in, with its scale beside it."""

from collections.abc import Iterator

from qse_audit.core.text import N_, pick
from qse_audit.documents.sheets import Cell, Column, Sheet, xlsx
from qse_audit.risks.queries.exports import Exported
from qse_audit.risks.queries.lines import RiskLine
from qse_audit.risks.reports.words import Wording
from qse_audit.risks.rules import SHORT_STAGES, UNRATED
from qse_audit.risks.rules.headings import (
    ACTIONS,
    LEVEL,
    LINE_NUMBER,
    PLANNED_LEVEL,
    SCORE,
    STAGE,
)


def lines_xlsx(found: Exported, locale: str) -> bytes:
    """Return the lines, one a row, and what the notes of the scale mean."""
    wording = Wording(found, locale)
    rows = (_row(line, found, wording) for line in found.lines)
    lines = Sheet(wording.say(N_("Lignes")), _columns(found, wording), rows)
    scale = Sheet(
        wording.say(N_("Échelle")),
        [
            Column(wording.say(N_("Critère")), 24),
            Column(wording.say(N_("Note")), 8),
            Column(wording.say(N_("Niveau")), 24),
            Column(wording.say(N_("Ce que cela veut dire")), 80),
        ],
        _scale_rows(found, locale),
    )
    return xlsx([lines, scale], title=f"{found.reference} {found.title}")


def _columns(found: Exported, wording: Wording) -> list[Column]:
    card, say = found.card, wording.say
    return [
        Column(say(LINE_NUMBER), 8),
        Column(say(card.section.label), 28),
        *(Column(say(column.label), max(column.width, 10)) for column in card.columns),
        *(Column(each.letter, 5) for each in found.scale.criteria),
        Column(say(SCORE), 10),
        Column(say(LEVEL), 16),
        Column(say(STAGE), 12),
        Column(say(PLANNED_LEVEL), 16),
        Column(say(ACTIONS), 50),
    ]


def _row(line: RiskLine, found: Exported, wording: Wording) -> list[Cell]:
    notes = line.notes or {}
    return [
        line.number,
        wording.section(line),
        *(wording.cell(line, column) for column in found.card.columns),
        *(notes.get(each.code) for each in found.scale.criteria),
        line.score,
        wording.band(line.band) or wording.say(UNRATED),
        wording.say(SHORT_STAGES[line.stage]) if line.stage else "",
        wording.band(line.planned_band),
        wording.actions(line),
    ]


def _scale_rows(found: Exported, locale: str) -> Iterator[list[Cell]]:
    for criterion in found.scale.criteria:
        label = f"{criterion.letter} – {pick(criterion.label, locale)}"
        for level in criterion.levels:
            yield [label, level.value, pick(level.label, locale), pick(level.meaning, locale)]
