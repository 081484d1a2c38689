"""How the figures of a balance are worded: one way for pages, paper and spreadsheets."""

from dataclasses import dataclass
from datetime import date
from fractions import Fraction

from qse_audit.balances.rules import (
    Absence,
    Content,
    Drift,
    Figure,
    Section,
    Unit,
)
from qse_audit.core.text import N_, Message
from qse_audit.documents.text import NOTHING, Texts, day, number, percent


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """A figure as people read it."""

    key: str
    label: str
    definition: str
    value: str
    """Its number with its unit, or why there is none."""
    number: str
    """Its number alone, or why there is none."""
    unit: str
    detail: str
    """“2 sur 3”, the target, how many values: empty when there is nothing to add."""
    before: str
    drift: Drift
    drift_label: str
    is_known: bool
    source_count: int


class Wording:
    """The words of figures in one language."""

    def __init__(self, locale: str) -> None:
        self.texts = Texts(locale)
        self.locale = self.texts.locale

    def say(self, message: Message | str) -> str:
        """Return a text of ours in the language."""
        return self.texts.translate(message)

    def figure(self, figure: Figure) -> Shown:
        """Return a figure as people read it."""
        return Shown(
            key=figure.key,
            label=self.label(figure),
            definition=self.say(figure.text),
            value=self.value(figure, figure.value, figure.absence),
            number=self._number(figure, figure.value, figure.absence),
            unit=figure.line.measure_unit if figure.line and figure.value is not None else "",
            detail=self._detail(figure),
            before=self.value(figure, figure.before, figure.before_absence),
            drift=figure.drift,
            drift_label=self.say(figure.drift.label),
            is_known=figure.value is not None,
            source_count=figure.source_count,
        )

    def label(self, figure: Figure) -> str:
        """Return the name of a figure; the title of an indicator is shown as it was typed."""
        return figure.label if figure.line else self.say(figure.label)

    def named(self, text: str) -> str:
        """Return the label of a row: a text of ours is translated, a name is not known to us."""
        return self.say(text)

    def value(self, figure: Figure, value: Fraction | None, absence: Absence | None) -> str:
        """Return a number with its unit, or why there is none."""
        text = self._number(figure, value, absence)
        unit = figure.line.measure_unit if figure.line and value is not None else ""
        return f"{text}\N{NO-BREAK SPACE}{unit}" if unit else text

    def gap(self, figure: Figure, gap: Fraction | None) -> str:
        """Return a difference with its sign: shares differ by points, not by percents."""
        if not gap:
            return NOTHING if gap is None else "0"
        sign = "+" if gap > 0 else ""
        is_share = figure.unit is Unit.RATIO
        if is_share or (figure.line and figure.line.measure_unit == "%"):
            digits = 0 if is_share else self._digits(figure, gap)
            points = number(gap * 100 if is_share else gap, self.locale, digits=digits)
            return self.say(N_("%(number)s pts", number=f"{sign}{points}"))
        return f"{sign}{self.value(figure, gap, None)}"

    def _number(self, figure: Figure, value: Fraction | None, absence: Absence | None) -> str:
        if value is None:
            return self.say(absence.label) if absence else NOTHING
        if figure.unit is Unit.RATIO:
            return percent(value, self.locale, digits=0)
        text = number(value, self.locale, digits=self._digits(figure, value))
        if figure.unit is Unit.DAYS:
            return self.say(N_("%(number)s jours", number=text))
        return text

    def _digits(self, figure: Figure, value: Fraction) -> int:
        if figure.unit is Unit.DAYS:
            return 0 if value.denominator == 1 else 1
        return figure.digits

    def _detail(self, figure: Figure) -> str:
        if figure.of is not None and figure.unit is Unit.MEASURE:
            some, among = figure.of
            return self.say(N_("%(some)s pour %(all)s audits", some=some, all=among))
        if figure.of is not None:
            return self.say(N_("%(some)s sur %(all)s", some=figure.of[0], all=figure.of[1]))
        return " · ".join(self._parts(figure)) if figure.line else ""

    def _parts(self, figure: Figure) -> list[str]:
        line = figure.line
        if line is None:
            return []
        parts = [self._aim(figure)] if line.target is not None else []
        parts.append(
            self.say(N_("relevés : %(known)s sur %(all)s", known=line.known, all=line.expected))
        )
        for label, unit, total in line.totals:
            digits = 0 if total.denominator == 1 else 1
            text = number(total, self.locale, digits=digits)
            parts.append(f"{label} : {text} {unit}".strip())
        if line.signals:
            parts.append(self.say(N_("signaux : %(count)s", count=line.signals)))
        return parts

    def _aim(self, figure: Figure) -> str:
        line = figure.line
        if line is None:
            return ""
        target = number(line.target, self.locale, digits=line.decimals)
        said = {
            True: N_("cible %(target)s : atteinte", target=target),
            False: N_("cible %(target)s : non atteinte", target=target),
            None: N_("cible %(target)s", target=target),
        }
        return self.say(said[line.is_met])

    def period(self, content: Content) -> str:
        """Return the days of the balance."""
        return self.days(content.facts.span.from_on, content.facts.span.until_on)

    def days(self, from_on: date, until_on: date) -> str:
        """Return two days, both included."""
        return self.texts.days(from_on, until_on)

    def sites(self, content: Content) -> str:
        """Return the sites of the perimeter."""
        return ", ".join(content.sites) or self.say(N_("Tous les sites"))

    def domains(self, content: Content) -> str:
        """Return the domains of the perimeter."""
        return ", ".join(self.say(each.label) for each in content.domains)

    def notes(self, content: Content, section: Section) -> list[str]:
        """Return what must be known to read a section: since when, what was left out."""
        facts, found = content.facts, []
        since = facts.since.get(section)
        if since is not None and since > facts.before.from_on:
            said = N_("Enregistré depuis le %(day)s : ce qui précède n’est pas connu.",
                      day=day(since, self.locale))  # fmt: skip
            found.append(self.say(said))
        if count := facts.left_out.get(section.value):
            said = N_(
                "Enregistrements laissés de côté, car rien ne dit leur site ou leur domaine : "
                "%(count)s.",
                count=count,
            )
            found.append(self.say(said))
        return found
