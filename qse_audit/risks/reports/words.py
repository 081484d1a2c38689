"""How the lines of an analysis are worded in files."""

from qse_audit.core.text import pick
from qse_audit.documents.text import Texts
from qse_audit.risks.queries.exports import Exported
from qse_audit.risks.queries.lines import RiskLine
from qse_audit.risks.rules import Column, Kind, RiskRank
from qse_audit.risks.rules.tables import SECTION_MARK


class Wording:
    """The words of one analysis in one language."""

    def __init__(self, found: Exported, locale: str) -> None:
        self.found, self.texts = found, Texts(locale)
        self.say = self.texts.translate
        self.bands = {band.code: pick(band.label, locale) for band in found.scale.bands}
        self.ranks = {band.code: band.rank for band in found.scale.bands}
        self.labels = {
            (column.code, str(choice)): self.say(choice.label)
            for column in found.card.columns
            for choice in column.choices or ()
        }

    def section(self, line: RiskLine) -> str:
        """Return the path of a line in the tree; ``""`` beside all sections."""
        return SECTION_MARK.join(self.found.paths.get(line.section_id or 0, ()))

    def cell(self, line: RiskLine, column: Column) -> str | int:
        """Return what a line has in a column, codes as their labels."""
        value = line.details.get(column.code, getattr(line, column.code, ""))
        if column.kind is Kind.FLAGS:
            return " ; ".join(self.labels.get((column.code, each), each) for each in value or ())
        if column.kind is Kind.COUNT:
            return value if isinstance(value, int) else ""
        return self.labels.get((column.code, str(value)), str(value or ""))

    def band(self, code: str | None) -> str:
        """Return the label of a band; ``""`` for none."""
        return self.bands.get(code or "", "")

    def rank(self, code: str | None) -> RiskRank | None:
        """Return the rank of a band; ``None`` for what is not rated."""
        return self.ranks.get(code or "")

    def actions(self, line: RiskLine) -> str:
        """Return the actions of a line, one a row of the cell."""
        return "\n".join(
            f"{each.reference} {each.title} ({each.owner}, {each.due_on:%d/%m/%Y}, "
            f"{self.say(each.status.label)})"
            for each in self.found.actions.get(line.id, ())
        )
