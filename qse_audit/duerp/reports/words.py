"""How a DUERP is worded: one way for pages, paper, spreadsheets and posters."""

from datetime import date
from decimal import Decimal

from qse_audit.core.text import N_, Message, pick
from qse_audit.documents.text import NOTHING, Texts, day, number
from qse_audit.duerp.rules import UNRATED, Content, Level, Measure, RiskLine

UNRATED_LABEL = N_("Non coté")
PAPER_TONES = {
    "danger": "major",
    "warning": "watch",
    "success": "good",
    "info": "idea",
    "neutral": "plain",
}
"""What the colours of a scale are called in ``_base.typ``."""


class Wording:
    """The words of one version in one language; lookups are made once."""

    def __init__(self, content: Content, locale: str) -> None:
        self.texts = Texts(locale)
        self.locale = self.texts.locale
        self.families = {each.code: pick(each.label, self.locale) for each in content.families}
        self.levels = {each.code: pick(each.label, self.locale) for each in content.levels}
        self.tones = {each.code: each.tone for each in content.levels}
        self.axes = [pick(each.label, self.locale) for each in content.axes]
        self.units = {each.key: each.name for each in content.units}
        self.unrated = self.say(UNRATED_LABEL)

    def say(self, text: Message | str) -> str:
        """Return a text in this language."""
        return self.texts.translate(text)

    def day(self, value: date | None) -> str:
        """Return a day in words."""
        return day(value, self.locale)

    def family(self, line: RiskLine) -> str:
        """Return the family of a line; its code where the method no longer knows it."""
        return self.families.get(line.family, line.family)

    def level(self, line: RiskLine) -> str:
        """Return the level of a line, or that it is not rated."""
        return self.unrated if line.rating is None else self.levels.get(line.level, line.level)

    def tone(self, line: RiskLine) -> str:
        """Return how the level of a line looks on a page: what is not rated has no colour."""
        return "neutral" if line.rating is None else self.tones.get(line.level, "neutral")

    def paper_tone(self, line: RiskLine) -> str:
        """Return how the level of a line looks on paper."""
        return UNRATED if line.rating is None else PAPER_TONES[self.tone(line)]

    def score(self, line: RiskLine) -> str:
        """Return the score of a line with what it is made of: ``36 (4 × 3 × 3)``."""
        if line.rating is None:
            return NOTHING
        parts = " × ".join(line.rating.values)
        return f"{line.rating.score} ({parts})" if parts else line.rating.score

    def exposed(self, line: RiskLine) -> str:
        """Return how many women and men are exposed: ``2 F · 5 H``; ``—`` where nobody said."""
        found = [
            f"{count} {self.say(letter)}"
            for count, letter in ((line.women, N_("F")), (line.men, N_("H")))
            if count is not None
        ]
        return " · ".join(found) or NOTHING

    def cost(self, value: Decimal | None) -> str:
        """Return an amount in euros; ``—`` for what is not estimated."""
        if value is None:
            return NOTHING
        digits = 0 if value == value.to_integral_value() else 2
        return f"{number(value, self.locale, digits=digits)}\u00a0€"

    def calendar(self, measure: Measure) -> str:
        """Return from when to when a measure is taken."""
        if measure.starts_on and measure.due_on:
            return self.texts.days(measure.starts_on, measure.due_on)
        if measure.due_on:
            return self.say(N_("au plus tard le %(day)s", day=self.day(measure.due_on)))
        return NOTHING

    def counted(self, content: Content) -> list[tuple[str, str, int]]:
        """Return (level, tone, how many lines): what is not rated comes last, and is said."""
        counts: dict[str, int] = {}
        for line in content.lines:
            counts[line.level] = counts.get(line.level, 0) + 1
        levels = [*content.levels, Level(UNRATED, {}, "neutral")]
        return [
            (self.levels.get(each.code, self.unrated), each.tone, counts.get(each.code, 0))
            for each in levels
        ]
