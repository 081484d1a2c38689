"""Assembling the facts of a balance from the records of its perimeter. Pure."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from typing import Any

from qse_audit.balances.rules.catalogue import CATALOGUE, Counted
from qse_audit.balances.rules.codes import Absence, BalanceDomain, Drift, Section
from qse_audit.balances.rules.counting import (
    held,
    nonconformities,
    planned,
    recurring,
    stated,
)
from qse_audit.balances.rules.figures import (
    Breakdown,
    Figure,
    Outcome,
    breakdown_json,
    figure_json,
    figure_of,
    read_breakdown,
    read_figure,
)
from qse_audit.balances.rules.measuring import indicator_figures
from qse_audit.balances.rules.records import Perimeter, Record, Records, within
from qse_audit.balances.rules.spans import Span
from qse_audit.core.text import N_, Message
from qse_audit.findings.rules import Grade

NO_SITE = N_("Sans site")
NO_PROCESS = N_("Sans processus")
NO_DOMAIN_KNOWN = N_("Sans domaine")


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """What the records say of a period: all that a balance shows besides what its author wrote."""

    span: Span
    """The period of the balance."""
    now: Span
    """What is over of it: the figures are of these days."""
    before: Span
    """The days that they are compared with."""
    figures: tuple[Figure, ...]
    breakdowns: tuple[Breakdown, ...]
    left_out: Mapping[str, int]
    """How many records of each kind nothing says whether they belong to the perimeter."""
    since: Mapping[Section, date]
    """The first day that each section knows of."""

    def of(self, section: Section) -> tuple[Figure, ...]:
        """Return the figures of one section, in order."""
        return tuple(each for each in self.figures if each.section is section)

    def figure(self, key: str) -> Figure | None:
        """Return one figure."""
        return next((each for each in self.figures if each.key == key), None)

    def breakdown(self, key: str) -> Breakdown | None:
        """Return one breakdown."""
        return next((each for each in self.breakdowns if each.key == key), None)

    def worse(self, section: Section) -> tuple[Figure, ...]:
        """Return the figures of a section that moved the wrong way."""
        return tuple(each for each in self.of(section) if each.drift is Drift.WORSE)

    def is_silent(self, section: Section) -> bool:
        """Say whether nothing was ever recorded for a section."""
        return all(each.value is None for each in self.of(section))

    def is_compared(self, section: Section) -> bool:
        """Say whether anything is known of a section in the period before."""
        return any(each.before is not None for each in self.of(section))


def assemble(records: Records, span: Span, perimeter: Perimeter, *, today: date) -> Facts:
    """Return the facts of ``span``, beside those of the period of the same length before it.

    While it is not over, those of the days passed, beside as many days of the period before.
    """
    kept, left_out = within(records, perimeter)
    now, before = span.seen(today)
    counted = tuple(_figure(each, kept, now, before) for each in CATALOGUE)
    return Facts(
        span=span,
        now=now,
        before=before,
        figures=(*counted, *indicator_figures(kept, now, before)),
        breakdowns=tuple(_breakdowns(kept, now, before)),
        left_out=left_out,
        since=records.since,
    )


def _figure(counted: Counted, records: Records, now: Span, before: Span) -> Figure:
    since = records.since.get(counted.definition.section)
    return figure_of(
        counted.definition,
        _known(counted, records, now, since),
        _known(counted, records, before, since),
        is_comparable=since is not None and since <= before.from_on,
    )


def _known(counted: Counted, records: Records, span: Span, since: date | None) -> Outcome:
    """Return what is counted in a period, unless nothing was recorded by then."""
    if since is None:
        return Outcome(None, Absence.NO_RECORD)
    if since > span.until_on:
        return Outcome(None, Absence.BEFORE)
    return counted.count(records, span)


def _breakdowns(records: Records, span: Span, before: Span) -> Iterable[Breakdown]:
    """Give how the sections fall apart; none of what was never recorded."""
    if _is_known(records, Section.AUDITS, span):
        columns = (N_("Prévus"), N_("Réalisés"))
        lists = (planned(records, span), held(records, span))
        title = N_("Audits par référentiel")
        yield _table("audits-by-referential", Section.AUDITS, title, columns=columns,
                     rows=_rows(lists, lambda each: each.labels))  # fmt: skip
        title = N_("Audits par site")
        yield _table("audits-by-site", Section.AUDITS, title, columns=columns,
                     rows=_rows(lists, lambda each: _sites(each, records)))  # fmt: skip
    if _is_known(records, Section.FINDINGS, span):
        yield _by_grade(records, span, before)
        heads = (N_("Constats"), N_("Non-conformités"), N_("Récidives"))
        found = (stated(records, span), nonconformities(records, span), recurring(records, span))
        title = N_("Constats par domaine")
        yield _table("findings-by-domain", Section.FINDINGS, title, columns=heads,
                     rows=_rows(found, _domains))  # fmt: skip
        title = N_("Constats par processus")
        rows = _rows(found, lambda each: [each.process or NO_PROCESS.msgid])
        yield _table("findings-by-process", Section.FINDINGS, title, columns=heads, rows=rows)


def _is_known(records: Records, section: Section, span: Span) -> bool:
    since = records.since.get(section)
    return since is not None and since <= span.until_on


def _by_grade(records: Records, span: Span, before: Span) -> Breakdown:
    is_known = _is_known(records, Section.FINDINGS, before)
    earlier = stated(records, before)
    rows = []
    for grade in reversed(Grade):
        then = sum(each.grade == grade for each in earlier) if is_known else None
        now = sum(each.grade == grade for each in stated(records, span))
        rows.append((grade.label.msgid, (then, now)))
    columns = (N_("Période précédente"), N_("Période"))
    title = N_("Constats par gravité")
    return _table("findings-by-grade", Section.FINDINGS, title, columns=columns, rows=rows)


def _table(
    key: str,
    section: Section,
    title: Message,
    *,
    columns: Iterable[Message],
    rows: Iterable[tuple[str, tuple[int | None, ...]]],
) -> Breakdown:
    heads = tuple(each.msgid for each in columns)
    return Breakdown(key=key, section=section, title=title.msgid, columns=heads, rows=tuple(rows))


def _rows(lists: Iterable[Iterable[Any]], labels: Any) -> list[tuple[str, tuple[int | None, ...]]]:
    """Return a row a label with how many of each list have it, the most frequent first."""
    counts: dict[str, list[int]] = {}
    columns = [list(each) for each in lists]
    for place, column in enumerate(columns):
        for record in column:
            for label in labels(record):
                counts.setdefault(label, [0] * len(columns))[place] += 1
    ordered = sorted(counts.items(), key=lambda each: (-each[1][0], each[0]))
    return [(label, tuple(each)) for label, each in ordered]


def _sites(record: Record, records: Records) -> list[str]:
    names = [records.sites[key] for key in sorted(record.sites) if key in records.sites]
    return names or [NO_SITE.msgid]


def _domains(record: Record) -> list[str]:
    found = [each.label.msgid for each in BalanceDomain if each.value in record.domains]
    return found or [NO_DOMAIN_KNOWN.msgid]


def facts_json(facts: Facts) -> dict[str, Any]:
    """Return facts as JSON, exact."""
    return {
        "period": _written(facts.span),
        "counted": _written(facts.now),
        "before": _written(facts.before),
        "figures": [figure_json(each) for each in facts.figures],
        "breakdowns": [breakdown_json(each) for each in facts.breakdowns],
        "left_out": dict(facts.left_out),
        "since": {section.value: day.isoformat() for section, day in facts.since.items()},
    }


def _written(span: Span) -> list[str]:
    return [span.from_on.isoformat(), span.until_on.isoformat()]


def _read(days: list[str]) -> Span:
    return Span(*(date.fromisoformat(day) for day in days))


def read_facts(found: Mapping[str, Any]) -> Facts:
    """Return the facts that :func:`facts_json` wrote."""
    return Facts(
        span=_read(found["period"]),
        now=_read(found["counted"]),
        before=_read(found["before"]),
        figures=tuple(read_figure(each) for each in found["figures"]),
        breakdowns=tuple(read_breakdown(each) for each in found["breakdowns"]),
        left_out=found["left_out"],
        since={
            Section(section): date.fromisoformat(day) for section, day in found["since"].items()
        },
    )


@dataclass(frozen=True, slots=True)
class Pair:
    """One figure in two balances; ``None`` where one of them has none of that name."""

    figure: Figure
    other: Figure | None
    is_same_definition: bool

    @property
    def gap(self) -> Fraction | None:
        """Return this one less the other; ``None`` unless both are known and mean the same."""
        if self.other is None or not self.is_same_definition:
            return None
        if self.figure.value is None or self.other.value is None:
            return None
        return self.figure.value - self.other.value


def side_by_side(facts: Facts, others: Facts, section: Section) -> list[Pair]:
    """Return the figures of a section in two balances, with whether they mean the same."""
    theirs = {each.key: each for each in others.of(section)}
    pairs = []
    for figure in facts.of(section):
        other = theirs.get(figure.key)
        same = other is not None and (other.text, other.unit) == (figure.text, figure.unit)
        pairs.append(Pair(figure, other, same))
    return pairs
