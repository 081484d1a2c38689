"""Frequency and severity rates, exactly, month by month and over twelve months. Pure.

TF1 accidents with stop x 1,000,000 / hours; TF2 adds those without stop; TF3 adds those cared for
on the spot; TG calendar days of stop x 1,000 / hours; IF accidents with stop x 1,000 / headcount;
IG permanent-incapacity rates x 1,000,000 / hours. Commuting and occupational diseases stay out, by
convention. A temporary worker’s accident counts in the months whose hours cover temporary workers;
one of another company’s people never does.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from fractions import Fraction

from qse_audit.accidents.rules.codes import Category, EventKind
from qse_audit.accidents.rules.stops import Span
from qse_audit.core.periods import Frequency, Period
from qse_audit.core.text import N_, Coded, Message

SWINGING_HOURS = 200_000
"""Below these hours one accident makes a rate leap."""
YEAR_OF_MONTHS = 12


class RateCode(Coded):
    """The rates of the trade."""

    TF1 = "tf1", N_("TF1 : accidents avec arrêt")
    TF2 = "tf2", N_("TF2 : avec et sans arrêt")
    TF3 = "tf3", N_("TF3 : avec aussi les soins sur place")
    TG = "tg", N_("TG : jours d’arrêt")
    IF = "if", N_("IF : indice de fréquence")
    IG = "ig", N_("IG : indice de gravité")


UNITS: Mapping[RateCode, Message] = {
    RateCode.TF1: N_("par million d’heures"),
    RateCode.TF2: N_("par million d’heures"),
    RateCode.TF3: N_("par million d’heures"),
    RateCode.TG: N_("jours par millier d’heures"),
    RateCode.IF: N_("pour mille salariés"),
    RateCode.IG: N_("par million d’heures"),
}
FORMULAS: Mapping[RateCode, Message] = {
    RateCode.TF1: N_("accidents avec arrêt × 1 000 000 / heures travaillées"),
    RateCode.TF2: N_("accidents avec et sans arrêt × 1 000 000 / heures travaillées"),
    RateCode.TF3: N_("tous les accidents du travail × 1 000 000 / heures travaillées"),
    RateCode.TG: N_("jours calendaires d’arrêt × 1 000 / heures travaillées"),
    RateCode.IF: N_("accidents avec arrêt × 1 000 / effectif moyen"),
    RateCode.IG: N_("somme des taux d’incapacité permanente × 1 000 000 / heures travaillées"),
}
COUNTED: Mapping[RateCode, tuple[EventKind, ...]] = {
    RateCode.TF1: (EventKind.STOP,),
    RateCode.TF2: (EventKind.STOP, EventKind.NO_STOP),
    RateCode.TF3: (EventKind.STOP, EventKind.NO_STOP, EventKind.FIRST_AID),
    RateCode.IF: (EventKind.STOP,),
}
PER_MILLION, PER_THOUSAND = 1_000_000, 1_000


@dataclass(frozen=True, slots=True)
class Reference:
    """A published figure of a past year: context, never a target."""

    label: Message
    figures: Mapping[RateCode, Fraction]


REFERENCES = (
    Reference(
        N_("France, tous secteurs, 2015"),
        {
            RateCode.IF: Fraction(339, 10),
            RateCode.TF1: Fraction(2285, 100),
            RateCode.TG: Fraction(145, 100),
        },
    ),
    Reference(N_("Métallurgie (CTN A), 2013"), {RateCode.IF: Fraction(32)}),
    Reference(N_("France, tous secteurs, 2021"), {RateCode.IF: Fraction(301, 10)}),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Occurrence:
    """An event as the rates see it."""

    id: int
    kind: EventKind
    happened_on: date
    category: Category | None = None
    site_id: int | None = None
    reference: str = ""
    spans: Sequence[Span] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Worked:
    """What was worked in one month, in one place."""

    hours: Fraction | None = None
    """``None``: not entered."""
    headcount: Fraction | None = None
    covers_temporary: bool = False
    incapacity_pct: Fraction | None = None
    """The permanent-incapacity rates notified in the month, added up; never one person’s."""


NOT_ENTERED = Worked()


@dataclass(frozen=True, slots=True, kw_only=True)
class Rate:
    """One rate over some months."""

    code: RateCode
    value: Fraction | None
    over: Fraction
    """The numerator, before the factor."""
    under: Fraction | None
    """Hours, or people."""
    why: Message | None = None
    """Why it is not computable."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Rates:
    """Every rate over the same months."""

    months: Sequence[Period]
    rates: Mapping[RateCode, Rate]
    hours: Fraction | None
    missing: Sequence[Period] = field(default=())

    @property
    def swings(self) -> bool:
        """Say whether one accident more or less would change everything."""
        return self.hours is not None and 0 < self.hours < SWINGING_HOURS


def months_to(last: Period, count: int = YEAR_OF_MONTHS) -> tuple[Period, ...]:
    """Return ``count`` months that end with ``last``."""
    return tuple(last.shift(1 - count).to(last))


def is_counted(event: Occurrence, worked: Worked) -> bool:
    """Say whether an accident counts with the hours of its month."""
    if event.category is Category.SUBCONTRACTOR:
        return False
    return event.category is not Category.TEMPORARY or worked.covers_temporary


def rates(
    months: Sequence[Period], events: Sequence[Occurrence], worked: Mapping[Period, Worked]
) -> Rates:
    """Return every rate over ``months``; hours that are not entered are not zero hours."""
    missing = [month for month in months if worked.get(month, NOT_ENTERED).hours is None]
    found = [worked.get(month, NOT_ENTERED) for month in months]
    hours = None if missing else sum((w.hours or Fraction(0) for w in found), Fraction(0))
    unknown = _unknown_hours(missing)
    return Rates(
        months=months,
        hours=hours,
        missing=missing,
        rates={
            code: _rate(code, months, events, worked=worked, hours=hours, unknown=unknown)
            for code in RateCode
        },
    )


def _rate(
    code: RateCode,
    months: Sequence[Period],
    events: Sequence[Occurrence],
    *,
    worked: Mapping[Period, Worked],
    hours: Fraction | None,
    unknown: Message,
) -> Rate:
    if code is RateCode.IG:
        return _incapacity(months, worked, hours, unknown=unknown)
    if code is RateCode.TG:
        over = Fraction(days_lost(months, events, worked))
        return _over(code, over, hours, factor=PER_THOUSAND, unknown=unknown, none=NO_HOURS)
    over = Fraction(count(COUNTED[code], months, events, worked))
    if code is RateCode.IF:
        people = _headcount(months, worked)
        return _over(code, over, people, factor=PER_THOUSAND, unknown=NO_PEOPLE, none=NO_PEOPLE)
    return _over(code, over, hours, factor=PER_MILLION, unknown=unknown, none=NO_HOURS)


def _over(
    code: RateCode,
    over: Fraction,
    under: Fraction | None,
    *,
    factor: int,
    unknown: Message,
    none: Message,
) -> Rate:
    """Divide; ``unknown`` is said where there is no denominator, ``none`` where it is zero."""
    if not under:
        return Rate(code=code, value=None, over=over, under=under,
                    why=unknown if under is None else none)  # fmt: skip
    return Rate(code=code, value=over * factor / under, over=over, under=under)


def _incapacity(
    months: Sequence[Period],
    worked: Mapping[Period, Worked],
    hours: Fraction | None,
    *,
    unknown: Message,
) -> Rate:
    told = [worked.get(month, NOT_ENTERED).incapacity_pct for month in months]
    if any(each is None for each in told):
        return Rate(code=RateCode.IG, value=None, over=Fraction(0), under=hours, why=NO_INCAPACITY)
    over = sum((each or Fraction(0) for each in told), Fraction(0))
    return _over(RateCode.IG, over, hours, factor=PER_MILLION, unknown=unknown, none=NO_HOURS)


def _headcount(months: Sequence[Period], worked: Mapping[Period, Worked]) -> Fraction | None:
    """Return the mean headcount of a whole year; ``None`` while a month lacks it."""
    told = [worked.get(month, NOT_ENTERED).headcount for month in months]
    if len(months) < YEAR_OF_MONTHS or any(each is None for each in told):
        return None
    return sum((each or Fraction(0) for each in told), Fraction(0)) / len(told)


def count(
    kinds: Sequence[EventKind],
    months: Sequence[Period],
    events: Sequence[Occurrence],
    worked: Mapping[Period, Worked],
) -> int:
    """Return how many events of ``kinds`` count in ``months``."""
    wanted = set(months)
    return sum(
        event.kind in kinds
        and (month := Period.of(Frequency.MONTH, event.happened_on)) in wanted
        and is_counted(event, worked.get(month, NOT_ENTERED))
        for event in events
    )


def days_lost(
    months: Sequence[Period], events: Sequence[Occurrence], worked: Mapping[Period, Worked]
) -> int:
    """Return the days of stop that fall in ``months``, also for earlier work accidents."""
    return sum(
        span.within(month.starts_on, month.ends_on)
        for event in events
        if event.kind is EventKind.STOP and is_counted(event, _worked_at(event, worked))
        for month in months
        for span in event.spans
    )


def _worked_at(event: Occurrence, worked: Mapping[Period, Worked]) -> Worked:
    return worked.get(Period.of(Frequency.MONTH, event.happened_on), NOT_ENTERED)


@dataclass(frozen=True, slots=True, kw_only=True)
class Register:
    """What the register of an organisation knows, and since when."""

    events: Sequence[Occurrence] = ()
    worked: Mapping[Period, Worked] = field(default_factory=dict)
    since: date | None = None
    """The first day from which it is kept; ``None``: it is not."""

    def knows(self, period: Period) -> bool:
        """Say whether nothing recorded in ``period`` means that nothing happened."""
        return self.since is not None and self.since.replace(day=1) <= period.starts_on

    def count(self, kinds: Sequence[EventKind], period: Period) -> Fraction | None:
        """Return how many events of ``kinds`` happened; ``None`` before the register was kept."""
        if not self.knows(period):
            return None
        found = (e for e in self.events if e.kind in kinds and e.happened_on in period)
        return Fraction(sum(is_counted(each, self._of(each.happened_on)) for each in found))

    def counted(self) -> tuple[Occurrence, ...]:
        """Return the events that count with the hours of their month."""
        return tuple(e for e in self.events if is_counted(e, self._of(e.happened_on)))

    def days_lost(self, period: Period) -> Fraction | None:
        """Return the days of stop that fall in ``period``; ``None`` before it was kept."""
        if not self.knows(period):
            return None
        return Fraction(
            sum(
                span.within(period.starts_on, period.ends_on)
                for event in self.events
                if event.kind is EventKind.STOP and is_counted(event, self._of(event.happened_on))
                for span in event.spans
            )
        )

    def hours(self, period: Period) -> Fraction | None:
        """Return the hours worked; ``None`` while a month lacks them, and for less than one."""
        return _total([self._of(month.starts_on).hours for month in self._months(period)])

    def headcount(self, period: Period) -> Fraction | None:
        """Return the mean headcount, to the thousandth; ``None`` while a month lacks it."""
        months = self._months(period)
        total = _total([self._of(month.starts_on).headcount for month in months])
        return None if total is None else Fraction(round(total * 1_000 / len(months)), 1_000)

    def _of(self, day: date) -> Worked:
        return self.worked.get(Period.of(Frequency.MONTH, day), NOT_ENTERED)

    def _months(self, period: Period) -> tuple[Period, ...]:
        """Return the months of a period; none for a day or a week."""
        if not period.frequency.months:
            return ()
        first, last = (Period.of(Frequency.MONTH, d) for d in (period.starts_on, period.ends_on))
        return tuple(first.to(last))


def _total(values: Sequence[Fraction | None]) -> Fraction | None:
    if not values or any(value is None for value in values):
        return None
    return sum((value or Fraction(0) for value in values), Fraction(0))


def _unknown_hours(missing: Sequence[Period]) -> Message:
    if len(missing) > 1:
        return N_(
            "Non calculable : heures non saisies pour %(count)s mois, à partir de %(month)s.",
            count=len(missing),
            month=missing[0].label,
        )
    month: Message | str = missing[0].label if missing else ""
    return N_("Non calculable : heures non saisies pour %(month)s.", month=month)


NO_HOURS = N_("Non calculable : aucune heure travaillée.")
NO_PEOPLE = N_("Non calculable : il faut l’effectif de chacun des douze mois.")
NO_INCAPACITY = N_("Non calculable : taux d’incapacité non renseignés pour chaque mois.")


def rolling(
    code: RateCode,
    months: Sequence[Period],
    events: Sequence[Occurrence],
    worked: Mapping[Period, Worked],
) -> list[Fraction | None]:
    """Return a rate over the twelve months that end with each of ``months``."""
    return [rates(months_to(month), events, worked).rates[code].value for month in months]
