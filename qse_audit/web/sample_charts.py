"""The charts of the style guide: invented figures of a metal workshop, one chart of each kind."""

from datetime import date, timedelta
from decimal import Decimal

from qse_audit.core.periods import Frequency, Period
from qse_audit.core.series import (
    Count,
    CountChart,
    Direction,
    Phase,
    RareEvents,
    Series,
    count_limits,
    count_signals,
    pareto,
    rare_events,
    read,
    rolling_rate,
    signals,
    xmr,
)
from qse_audit.documents.charts import ChartSpec
from qse_audit.documents.charts.causes import pareto_chart, stacked_chart
from qse_audit.documents.charts.control import (
    Subject,
    between_chart,
    count_chart,
    range_chart,
    run_chart,
    xmr_chart,
)
from qse_audit.documents.charts.spec import Axis, Cell, Heat, Scale, Tone

JANUARY = Period.nth(Frequency.MONTH, 2025)
DELIVERY = (
    "91,2 92,4 90,8 93,1 91,9 92,6 91,4 93,0 92,2 91,7 92,9 91,5 92,8 92,0 94,6 95,1 94,8 95,4 "
    "94,9 95,6 95,0 95,2 94,7 95,3"
)
SCRAP = "2,4 2,1 2,6 2,2 2,5 2,3 2,7 2,2 2,4 2,6 2,3 2,5 2,2 2,6 4,1 2,4 2,5 2,3"
REFUSED = "7/212 5/190 9/240 6/205 4/120 8/233 6/198 21/226 5/204 7/215 6/180 8/221"
CAUSES = (
    ("Référence absente du bon de livraison", 46),
    ("Cote hors tolérance", 31),
    ("Retard de sous-traitance", 12),
    ("Rayure au conditionnement", 9),
    ("Certificat matière manquant", 5),
    ("Autres causes", 6),
)
HOURS = 8_150
ACCIDENTS = (0, 1, 0, 0, 2, 0, 0, 1, 0, 0, 0, 1, 0, 0, 1, 0, 0, 0, 0, 1, 0, 0, 0, 0)


def months(text: str) -> Series:
    """Return monthly values from January 2025."""
    values = [Decimal(value.replace(",", ".")) for value in text.split()]
    return Series.of((JANUARY.shift(n), value) for n, value in enumerate(values))


def sample_charts(locale: str) -> list[ChartSpec]:
    """Return one chart of each kind in the language of the page."""
    return [
        delivery(locale),
        scrap(locale),
        scrap_ranges(locale),
        causes(locale),
        refused(locale),
        accident_rate(locale),
        days_between(locale),
        findings(locale),
        risks(locale),
    ]


def delivery(locale: str) -> ChartSpec:
    """Return a process that was changed, a new baseline, and a target that grows."""
    series = months(DELIVERY)
    phases = [
        Phase(baseline=(JANUARY, JANUARY.shift(11))),
        Phase(JANUARY.shift(14), "Kanban chez le sous-traitant"),
    ]
    chart = xmr(series, phases)
    targets = [93] * 12 + [96] * 12
    found = signals(chart)
    told = read(chart, found, direction=Direction.UP, target=targets[-1])
    subject = Subject(
        "Livraisons à l’heure, chaque mois", "À l’heure", Scale("%", 1), locale, Direction.UP
    )
    return xmr_chart(chart, found, told, subject=subject, targets=targets)


def scrap_subject(title: str, locale: str) -> Subject:
    """Return what the charts of scrap are about."""
    return Subject(title, "Rebut", Scale("%", 1, low=0), locale, Direction.DOWN)


def scrap(locale: str) -> ChartSpec:
    """Return a signal for the worse."""
    chart = xmr(months(SCRAP), non_negative=True)
    found = signals(chart)
    told = read(chart, found, direction=Direction.DOWN, target=2)
    subject = scrap_subject("Taux de rebut de l’atelier d’usinage", locale)
    return xmr_chart(chart, found, told, subject=subject, targets=[2] * len(chart.series))


def scrap_ranges(locale: str) -> ChartSpec:
    """Return the companion of the chart of scrap."""
    subject = scrap_subject("Taux de rebut, d’un mois à l’autre", locale)
    reading = "Deux sauts inhabituels autour de mars 2026."
    return range_chart(xmr(months(SCRAP)), subject=subject, reading=reading)


def causes(locale: str) -> ChartSpec:
    """Return a Pareto."""
    subject = Subject("Réclamations de 2026 par cause", "Réclamations", locale=locale)
    return pareto_chart(pareto(CAUSES, other="Autres causes"), subject=subject)


def refused(locale: str) -> ChartSpec:
    """Return a proportion whose limits follow the size of the month."""
    pairs = [pair.split("/") for pair in REFUSED.split()]
    counts = [
        Count(JANUARY.shift(n), int(events), int(size)) for n, (events, size) in enumerate(pairs)
    ]
    chart = count_limits(CountChart.PROPORTION, counts)
    subject = Subject(
        "Lots refusés au contrôle final, part des lots", "Part refusée", Scale("", 3, low=0),
        locale, Direction.DOWN,
    )  # fmt: skip
    reading = "Août est hors de ses limites : ce mois n’est pas comme les autres."
    return count_chart(chart, count_signals(chart), subject=subject, reading=reading)


def accident_rate(locale: str) -> ChartSpec:
    """Return a monthly rate that jumps, and its rolling year beside."""
    places = [JANUARY.shift(n) for n in range(len(ACCIDENTS))]
    accidents = Series.of(zip(places, ACCIDENTS, strict=True))
    hours = Series.of((place, HOURS) for place in places)
    subject = Subject(
        "Taux de fréquence des accidents avec arrêt", "Par mois", Scale("", 1), locale
    )
    return run_chart(
        rolling_rate(accidents, hours, per=1_000_000, length=1),
        subject=subject,
        reading="Trop peu d’heures pour lire le taux du mois : regardez les douze mois glissants.",
        rolling=rolling_rate(accidents, hours, per=1_000_000),
    )


def accidents() -> RareEvents:
    """Return the accidents by their dates."""
    gaps = (41, 78, 95, 63, 120, 54, 102, 88)
    days = [date(2024, 9, 3)]
    for gap in gaps:
        days.append(days[-1] + timedelta(gap))
    return rare_events(days, days[-1] + timedelta(231))


def days_between(locale: str) -> ChartSpec:
    """Return the days between accidents."""
    told = accidents()
    subject = Subject(
        "Jours entre deux accidents avec arrêt", "Jours", Scale("jours"), locale, Direction.UP
    )
    reading = "231 jours sans accident : c’est le plus long intervalle connu."
    return between_chart(
        told.gaps_days, told.limits, subject=subject, reading=reading, open_days=told.open_days
    )


def findings(locale: str) -> ChartSpec:
    """Return stacked bars."""
    quarters = [Period.nth(Frequency.QUARTER, 2025).shift(n) for n in range(8)]
    parts = {
        "NC majeures": (2, 1, 1, 0, 1, 0, 0, 0),
        "NC mineures": (6, 7, 5, 6, 4, 5, 4, 3),
        "Points sensibles": (4, 5, 7, 6, 8, 7, 9, 8),
    }
    subject = Subject("Constats d’audit par trimestre", "Constats", locale=locale)
    reading = "Les non-conformités reculent ; les points sensibles, signalés plus tôt, augmentent."
    return stacked_chart(quarters, parts, subject=subject, reading=reading)


def risks(locale: str) -> ChartSpec:
    """Return a heat map."""
    levels = {0: Tone.SUCCESS, 1: Tone.WARNING, 2: Tone.DANGER}
    grid = (("Très probable", "1 2 2 2"), ("Probable", "0 1 2 2"), ("Possible", "0 1 1 2"),
            ("Rare", "0 0 1 1"))  # fmt: skip
    words = {0: "faible", 1: "moyen", 2: "fort"}
    cells = [[Cell(words[int(n)], levels[int(n)]) for n in row.split()] for _, row in grid]
    return ChartSpec(
        title="Niveaux de risque par gravité et probabilité",
        reading="Six combinaisons appellent une action avant la poursuite du travail.",
        axis=Axis(["Bénin", "Sérieux", "Grave", "Très grave"], "Probabilité"),
        locale=locale,
        heat=Heat([name for name, _ in grid], cells),
    )
