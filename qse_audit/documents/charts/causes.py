"""Charts of causes and shares: Pareto and stacked bars."""

from collections.abc import Mapping, Sequence

from qse_audit.core.series import Pareto, Place
from qse_audit.core.text import N_
from qse_audit.documents.charts.control import Subject, axis_of
from qse_audit.documents.charts.spec import Axis, Bars, ChartSpec, Ranking, Values
from qse_audit.documents.charts.words import worded
from qse_audit.documents.text import percent

MOST_CAUSES = 12


def pareto_chart(found: Pareto, *, subject: Subject, reading: str = "") -> ChartSpec:
    """Return Pareto; without a reading of your own it says how few causes make how much."""
    shares = found.shares[:MOST_CAUSES]
    return ChartSpec(
        title=subject.title,
        reading=reading or pareto_reading(found, subject),
        axis=Axis([share.label for share in shares], subject.say(N_("Cause"))),
        scale=subject.scale,
        locale=subject.locale,
        ranking=Ranking(
            name=subject.name,
            amounts=[share.amount for share in shares],
            cumulative=[share.cumulative for share in shares],
            cumulative_name=subject.say(N_("Part cumulée")),
            vital=sum(share.is_vital for share in shares),
        ),
    )


def pareto_reading(found: Pareto, subject: Subject) -> str:
    """Return how few causes make how much, or that there is nothing to rank."""
    vital = found.vital
    if not vital:
        return subject.say(N_("Rien à classer : le total est nul."))
    part = sum(share.ratio or 0 for share in vital)
    sentence = N_(
        "Causes à traiter d’abord : %(count)s sur %(all)s font %(part)s du total.",
        count=len(vital),
        all=len(found.shares),
        part=percent(part, subject.locale, digits=0),
    )
    return worded(sentence, subject.scale, subject.locale)


def stacked_chart(
    places: Sequence[Place], parts: Mapping[str, Values], *, subject: Subject, reading: str
) -> ChartSpec:
    """Return stacked bars over time, the first part lowest."""
    return ChartSpec(
        title=subject.title,
        reading=reading,
        axis=axis_of(places, subject),
        scale=subject.scale,
        locale=subject.locale,
        bars=[Bars(name, values) for name, values in parts.items()],
    )
