"""The few charts of a balance, each with one sentence of reading."""

from collections.abc import Sequence

from qse_audit.balances.reports.words import Wording
from qse_audit.balances.rules import Breakdown, Content, Facts, Section
from qse_audit.core.text import N_, Message
from qse_audit.documents.charts import ChartSpec
from qse_audit.documents.charts.spec import Axis, Bars, Tone

GRADES = (Tone.DANGER, Tone.WARNING, Tone.NEUTRAL, Tone.INFO, Tone.SUCCESS)
"""From the gravest grade to the strengths."""
MOST_PLACES = 8


def charts_of(content: Content, wording: Wording) -> dict[Section, ChartSpec]:
    """Return the chart of each section that has one and something to draw."""
    found = {
        Section.AUDITS: _audits(content.facts, wording),
        Section.FINDINGS: _findings(content.facts, wording),
    }
    return {section: spec for section, spec in found.items() if spec and not spec.is_empty}


def _chart(
    title: Message, reading: Message, wording: Wording, *, axis: Axis, bars: Sequence[Bars]
) -> ChartSpec:
    return ChartSpec(
        title=wording.say(title),
        reading=wording.say(reading),
        axis=axis,
        locale=wording.locale,
        bars=bars,
    )


def _audits(facts: Facts, wording: Wording) -> ChartSpec | None:
    """Return the audits of each referential: held, and not."""
    table = facts.breakdown("audits-by-referential")
    if table is None or not table.rows:
        return None
    rows = table.rows[:MOST_PLACES]
    held = [counts[1] or 0 for _, counts in rows]
    rest = [(counts[0] or 0) - done for (_, counts), done in zip(rows, held, strict=True)]
    missing = [label for (label, _), count in zip(rows, rest, strict=True) if count]
    said = (
        N_("Il reste des audits à faire pour : %(names)s.", names=", ".join(missing))
        if missing
        else N_("Tous les audits prévus ont eu lieu.")
    )
    bars = [
        Bars(wording.say(N_("Réalisés")), held, Tone.SUCCESS),
        Bars(wording.say(N_("Non réalisés")), rest, Tone.WARNING),
    ]
    axis = Axis([label for label, _ in rows], wording.say(N_("Référentiel")))
    return _chart(N_("Audits prévus, par référentiel"), said, wording, axis=axis, bars=bars)


def _findings(facts: Facts, wording: Wording) -> ChartSpec | None:
    """Return the findings by grade, in both periods, or in this one where nothing else is known."""
    table = facts.breakdown("findings-by-grade")
    if table is None:
        return None
    first = 0 if all(counts[0] is not None for _, counts in table.rows) else 1
    bars = [
        Bars(wording.named(label), list(counts[first:]), tone)
        for (label, counts), tone in zip(table.rows, GRADES, strict=True)
    ]
    places = [wording.say(each) for each in table.columns[first:]]
    axis = Axis(places, wording.say(N_("Période")))
    return _chart(N_("Constats par gravité"), _read(table), wording, axis=axis, bars=bars)


def _read(table: Breakdown) -> Message:
    """Return the sentence under the findings: how many of them are nonconformities."""
    before = [counts[0] for _, counts in table.rows]
    now = [counts[1] or 0 for _, counts in table.rows]
    gaps, total = sum(now[:2]), sum(now)
    if any(count is None for count in before):
        return N_(
            "Non-conformités : %(gaps)s sur %(total)s constats ; la période précédente n’est pas "
            "enregistrée.",
            gaps=gaps,
            total=total,
        )
    then = [count or 0 for count in before]
    return N_(
        "Non-conformités : %(gaps)s sur %(total)s constats, contre %(earlier)s sur %(before)s "
        "à la période précédente.",
        gaps=gaps,
        total=total,
        earlier=sum(then[:2]),
        before=sum(then),
    )
