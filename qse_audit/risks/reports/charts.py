"""The pictures of an analysis as charts: heat maps, and ranks over time."""

from collections.abc import Mapping, Sequence
from datetime import date

from qse_audit.core.periods import Frequency, Period
from qse_audit.core.text import N_, Message, pick
from qse_audit.documents.charts import ChartSpec
from qse_audit.documents.charts.control import Subject, axis_of
from qse_audit.documents.charts.spec import Axis, Bars, Cell, Heat, Tone
from qse_audit.documents.text import Texts
from qse_audit.risks.queries.pictures import Drawn
from qse_audit.risks.rules import UNRATED, Criterion, Formula, RiskRank, Scale
from qse_audit.risks.rules.pictures import HeatMap, Rated, heat_map, ranks_over_time

MONTHS = 13
"""This one, and back to the same a year ago."""
TONES = {
    RiskRank.LOW: Tone.SUCCESS,
    RiskRank.MEDIUM: Tone.WARNING,
    RiskRank.HIGH: Tone.DANGER,
}


def charts_of(found: Drawn, scale: Scale, *, today: date, locale: str) -> list[ChartSpec]:
    """Return what there is to see: today, as planned, gross, and over the last months."""
    texts = Texts(locale)
    maps: list[tuple[Message, Sequence[Rated], bool]] = [
        (N_("aujourd’hui"), found.now, True),
        (N_("après les actions prévues"), found.planned, bool(found.plan_count)),
        (N_("sans les maîtrises (cotation brute)"), found.gross, bool(found.gross)),
    ]
    charts = [
        _heat(title, heat_map(scale, rated, unrated=found.unrated), scale, texts)
        for title, rated, is_shown in maps
        if is_shown
    ]
    return [*charts, _evolution(found, today, texts)]


def _heat(when: Message, found: HeatMap, scale: Scale, texts: Texts) -> ChartSpec:
    locale = texts.locale
    title = N_("%(rows)s × %(columns)s : %(when)s", rows=pick(found.rows.label, locale),
               columns=pick(found.columns.label, locale), when=when)  # fmt: skip
    total = sum(spot.count for row in found.spots for spot in row)
    return ChartSpec(
        title=texts.translate(title),
        reading=texts.translate(_reading(found, scale, total)),
        axis=Axis(_places(found.columns, locale), pick(found.rows.label, locale)),
        locale=locale,
        heat=Heat(
            list(reversed(_places(found.rows, locale))),
            [
                [Cell(str(spot.count), TONES[spot.rank] if spot.rank else None) for spot in row]
                for row in found.spots
            ],
        ),
        description=texts.translate(
            N_("En lignes : %(rows)s, la plus grave en haut. En colonnes : %(columns)s.",
               rows=pick(found.rows.label, locale), columns=pick(found.columns.label, locale))
        ),
    )  # fmt: skip


def _reading(found: HeatMap, scale: Scale, total: int) -> Message:
    """Return what a heat map says in a sentence or two."""
    if scale.formula is Formula.MATRIX:
        return N_("Lignes cotées : %(total)d ; non cotées : %(unrated)d. La couleur d’une case est "
                  "celle de la matrice.", total=total, unrated=found.unrated)  # fmt: skip
    return N_("Lignes cotées : %(total)d ; non cotées : %(unrated)d. La couleur d’une case est "
              "celle de sa ligne la plus grave : le critère qui n’est pas sur les axes compte "
              "aussi.", total=total, unrated=found.unrated)  # fmt: skip


def _places(criterion: Criterion, locale: str) -> list[str]:
    """Return the levels of a criterion; a long scale by its notes alone."""
    if len(criterion.levels) > 5:
        return [f"{criterion.letter} {level.value}" for level in criterion.levels]
    return [f"{level.value} {pick(level.label, locale)}" for level in criterion.levels]


def _evolution(found: Drawn, today: date, texts: Texts) -> ChartSpec:
    last = Period.of(Frequency.MONTH, today)
    months = [last.shift(-n) for n in reversed(range(MONTHS))]
    days = [min(month.ends_on, today) for month in months]
    counts = ranks_over_time(found.lives, days)
    say = texts.translate
    parts = [
        (say(UNRATED), None, Tone.NEUTRAL),
        *((say(rank.label), rank, TONES[rank]) for rank in RiskRank),
    ]
    subject = Subject(say(N_("Lignes par niveau, mois par mois")), "", locale=texts.locale)
    return ChartSpec(
        title=subject.title,
        reading=say(_told(counts[0], counts[-1])),
        axis=axis_of(months, subject, title=N_("Mois")),
        locale=texts.locale,
        bars=[
            Bars(name, [count[rank] for count in counts], tone=tone) for name, rank, tone in parts
        ]
        if found.lives
        else (),
    )


def _told(first: Mapping[RiskRank | None, int], now: Mapping[RiskRank | None, int]) -> Message:
    """Return what changed in a year; nothing is said of a year ago when there was no line."""
    plan = N_("Une cotation prévue ne compte pas tant qu’elle n’est pas vérifiée.")
    high = now.get(RiskRank.HIGH, 0)
    if not first:
        return N_("Risques élevés : %(now)d aujourd’hui. %(plan)s", now=high, plan=plan)
    before = first.get(RiskRank.HIGH, 0)
    return N_("Risques élevés : %(now)d aujourd’hui, %(first)d il y a un an. %(plan)s", now=high,
              first=before, plan=plan)  # fmt: skip
