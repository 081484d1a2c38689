"""The charts of the register: what happened each month, the rolling rates, the time between."""

from collections.abc import Mapping, Sequence
from datetime import date
from fractions import Fraction

from qse_audit.accidents.rules import EventKind
from qse_audit.accidents.rules.rates import NOT_ENTERED as NOTHING
from qse_audit.accidents.rules.rates import (
    UNITS,
    Occurrence,
    RateCode,
    Worked,
    is_counted,
    rolling,
)
from qse_audit.core.periods import Frequency, Period
from qse_audit.core.series import Direction, rare_events
from qse_audit.core.text import N_, Message
from qse_audit.documents.charts import ChartSpec
from qse_audit.documents.charts.causes import stacked_chart
from qse_audit.documents.charts.control import Subject, axis_of, between_chart
from qse_audit.documents.charts.spec import Line, Scale, Tone
from qse_audit.documents.text import number

SHOWN_MONTHS = 24


def rolling_charts(
    months: Sequence[Period],
    events: Sequence[Occurrence],
    worked: Mapping[Period, Worked],
    *,
    locale: str,
) -> list[ChartSpec]:
    """Return TF1 and TG over the twelve months that end each month."""
    return [
        _rolling(code, months, rolling(code, months, events, worked), locale=locale)
        for code in (RateCode.TF1, RateCode.TG)
    ]


def _rolling(
    code: RateCode, months: Sequence[Period], values: Sequence[Fraction | None], *, locale: str
) -> ChartSpec:
    said = Subject("", "", locale=locale).say
    label = said(code.label)
    title = said(N_("%(rate)s, douze mois glissants", rate=label))
    subject = Subject(title, label, Scale(said(UNITS[code]), 2, low=0), locale)
    return ChartSpec(
        title=title,
        reading=said(_read(values, locale)),
        axis=axis_of(months, subject),
        scale=subject.scale,
        locale=locale,
        lines=[Line(label, list(values), tone=Tone.ACCENT)],
    )


def _read(values: Sequence[Fraction | None], locale: str) -> Message:
    """Return the sentence under a rolling rate; neighbours share eleven months of twelve."""
    known = [value for value in values if value is not None]
    if not known:
        return N_("Il faut douze mois d’heures pour calculer ce taux.")
    last, first = known[-1], known[0]
    words = {"now": number(last, locale, digits=2), "then": number(first, locale, digits=2)}
    if last == first:
        return N_("%(now)s, comme au premier mois affiché.", now=words["now"])
    if last < first:
        return N_("%(now)s, contre %(then)s au premier mois affiché : en baisse.", **words)
    return N_("%(now)s, contre %(then)s au premier mois affiché : en hausse.", **words)


GROUPS: tuple[tuple[Message, tuple[EventKind, ...]], ...] = (
    (N_("Accidents avec arrêt"), (EventKind.STOP,)),
    (
        N_("Autres accidents"),
        (EventKind.NO_STOP, EventKind.FIRST_AID, EventKind.COMMUTING, EventKind.DISEASE),
    ),
    (N_("Presque accidents et situations dangereuses"), (EventKind.NEAR_MISS, EventKind.DANGEROUS)),
    (N_("Incidents environnementaux"), (EventKind.ENVIRONMENTAL,)),
)
"""What a bar tells apart: few enough to be told by colour and place."""


def monthly_chart(
    months: Sequence[Period], events: Sequence[Occurrence], *, locale: str
) -> ChartSpec:
    """Return what happened each month, by group of kinds."""
    say = Subject("", "", Scale(), locale).say
    counts = {
        say(label): [_count(kinds, month, events) for month in months] for label, kinds in GROUPS
    }
    hurt, other, told, spilt = (sum(series) for series in counts.values())
    title = say(N_("Événements par mois"))
    reading = N_(
        "%(told)s événements dits avant que quelqu’un soit touché, pour %(hurt)s où quelqu’un "
        "l’a été.",
        told=told + spilt,
        hurt=hurt + other,
    )
    return stacked_chart(
        list(months),
        counts,
        subject=Subject(title, title, Scale(), locale),
        reading=say(reading),
    )


def _count(kinds: Sequence[EventKind], month: Period, events: Sequence[Occurrence]) -> int:
    return sum(event.kind in kinds and event.happened_on in month for event in events)


def between(
    events: Sequence[Occurrence],
    worked: Mapping[Period, Worked],
    today: date,
    *,
    locale: str,
) -> ChartSpec:
    """Return the days between accidents with stop; a ring shows those since the last."""
    days = [
        event.happened_on
        for event in events
        if event.kind is EventKind.STOP and is_counted(event, worked.get(_month(event), NOTHING))
    ]
    told = rare_events(days, today)
    subject = Subject("", "", locale=locale)
    title, unit = subject.say(N_("Jours entre deux accidents avec arrêt")), subject.say(N_("jours"))
    words: Message = N_("Aucun accident avec arrêt au registre.")
    if told.open_days is not None:
        words = N_("%(days)s jours depuis le dernier accident avec arrêt.", days=told.open_days)
        if told.is_record and told.gaps_days:
            words = N_(
                "%(days)s jours depuis le dernier accident avec arrêt : le plus long intervalle "
                "du registre.",
                days=told.open_days,
            )
    return between_chart(
        told.gaps_days,
        told.limits,
        subject=Subject(title, subject.say(N_("Jours")), Scale(unit), locale, Direction.UP),
        reading=subject.say(words),
        open_days=told.open_days,
    )


def _month(event: Occurrence) -> Period:
    return Period.of(Frequency.MONTH, event.happened_on)
