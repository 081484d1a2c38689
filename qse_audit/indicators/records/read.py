"""Many indicators read at once, as their charts show them on one day."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from qse_audit.accounts.models import Site
from qse_audit.actions.models import Action
from qse_audit.core.periods import Period
from qse_audit.core.permissions import Kind, Role
from qse_audit.core.text import N_, Message
from qse_audit.documents.charts import ChartSpec, to_svg, to_table
from qse_audit.documents.text import Texts
from qse_audit.findings.models import Finding
from qse_audit.indicators.models import Audience, Correction, Indicator, LoggedSignal, Measurement
from qse_audit.indicators.queries.cards import calendar_of
from qse_audit.indicators.queries.readings import CHARTED, Reading, readings_of
from qse_audit.indicators.queries.values import completeness_of
from qse_audit.indicators.reports.charts import face_of, main_chart
from qse_audit.indicators.rules import Completeness
from qse_audit.processes.models import Process
from qse_audit.records import Drawing, Rows

FIGURES = 36
"""How many places of a chart a dossier lists as figures: the last ones; the drawing has all."""

AFTERWARDS = 6
"""How many periods after a signal are listed as figures: what became of it."""
ENTERED = 12
"""How many values a dossier lists with their source and comment: the last ones."""


@dataclass(frozen=True, slots=True)
class Around:
    """What stands around indicators on one day, each by the id of the indicator."""

    readings: Mapping[int, Reading]
    entered: Mapping[int, Sequence[Any]]
    """The last values with their source and comment, the newest first."""
    counts: Mapping[int, int]
    """How many values there are in all."""
    complete: Mapping[int, Completeness]
    places: Mapping[int, str]
    shown_to: Mapping[int, Sequence[Role]]
    signals: Mapping[int, Sequence[LoggedSignal]]
    answers: "Answers"


@dataclass(frozen=True, slots=True)
class Answers:
    """What was done about signals: actions by the id of the signal, findings by their own."""

    actions: Mapping[int, Sequence[Any]]
    findings: Mapping[int, str]

    def words(self, signal: LoggedSignal) -> str:
        """Return the references of what answers a signal; empty for nothing."""
        told = [row.reference for row in self.actions.get(signal.id, ())]
        if signal.answer_kind == Kind.FINDING and (
            found := self.findings.get(signal.answer_id or 0)
        ):
            told.insert(0, found)
        return ", ".join(told)


def charted(session: Session, ids: Iterable[int]) -> Sequence[Indicator]:
    """Return indicators with what their charts need."""
    return session.scalars(
        select(Indicator).where(Indicator.id.in_(list(ids))).options(*CHARTED)
    ).all()


def read(session: Session, indicators: Sequence[Indicator], today: date) -> Around:
    """Return what stands around ``indicators``: a constant number of statements."""
    ids = [each.id for each in indicators]
    signals = signals_of(session, ids)
    readings = readings_of(session, indicators, today)
    return Around(
        readings={reading.indicator.id: reading for reading in readings},
        entered=last_values(session, ids),
        counts={reading.indicator.id: len(reading.entries) for reading in readings},
        complete=completeness_of(session, {i.id: calendar_of(i) for i in indicators}, today),
        places=_places(session, ids),
        shown_to=audiences(session, ids),
        signals=grouped(signals, "indicator_id"),
        answers=answers_to(session, signals),
    )


def signals_of(session: Session, ids: Sequence[int]) -> Sequence[LoggedSignal]:
    """Return the logged signals of indicators, the first first."""
    return session.scalars(
        select(LoggedSignal)
        .where(LoggedSignal.indicator_id.in_(ids))
        .order_by(LoggedSignal.from_on, LoggedSignal.id)
    ).all()


def grouped(rows: Iterable[Any], name: str) -> dict[int, list[Any]]:
    """Return rows by the id that each holds under ``name``."""
    found: dict[int, list[Any]] = {}
    for row in rows:
        found.setdefault(getattr(row, name), []).append(row)
    return found


def last_values(session: Session, ids: Sequence[int]) -> Mapping[int, Sequence[Any]]:
    """Return the last values of each indicator with source and comment, the newest first."""
    t = Measurement
    corrections = (
        select(func.count()).where(Correction.measurement_id == t.id).correlate(t).scalar_subquery()
    )
    rank = func.row_number().over(partition_by=t.indicator_id, order_by=t.period_on.desc())
    ranked = (
        select(
            t.indicator_id, t.period_on, t.inputs, t.value, t.is_complete, t.late_days, t.source,
            t.comment, corrections.label("correction_count"), rank.label("rank"),
        )
        .where(t.indicator_id.in_(ids))
        .subquery()
    )  # fmt: skip
    last = select(ranked).where(ranked.c.rank <= ENTERED).order_by(ranked.c.period_on.desc())
    return grouped(session.execute(last), "indicator_id")


def _places(session: Session, ids: Sequence[int]) -> dict[int, str]:
    rows = session.execute(
        select(Indicator.id, Process.name.label("process"), Site.name.label("site"))
        .outerjoin(Process, Process.id == Indicator.process_id)
        .outerjoin(Site, Site.id == Indicator.site_id)
        .where(Indicator.id.in_(ids))
    )
    return {row.id: ", ".join(filter(None, (row.process, row.site))) for row in rows}


def audiences(session: Session, ids: Sequence[int]) -> Mapping[int, Sequence[Role]]:
    """Return on whose dashboards each indicator stands."""
    rows = session.execute(
        select(Audience.indicator_id, Audience.role)
        .where(Audience.indicator_id.in_(ids))
        .order_by(Audience.role)
    )
    found: dict[int, list[Role]] = {}
    for key, role in rows:
        found.setdefault(key, []).append(role)
    return found


def answers_to(session: Session, signals: Sequence[LoggedSignal]) -> Answers:
    """Return what was done about ``signals``: two statements."""
    actions = session.execute(
        select(Action.origin_id, Action.reference, Action.title, Action.status, Action.due_on)
        .where(
            Action.origin_kind == Kind.SIGNAL, Action.origin_id.in_([each.id for each in signals])
        )
        .order_by(Action.id)
    )
    findings = session.execute(
        select(Finding.id, Finding.reference).where(
            Finding.id.in_([s.answer_id for s in signals if s.answer_kind == Kind.FINDING])
        )
    )
    return Answers(grouped(actions, "origin_id"), {row.id: row.reference for row in findings})


# As people see it ------------------------------------------------------------------------------


def drawn(
    reading: Reading, words: Texts, *, until: date | None = None
) -> tuple[Sequence[Drawing], Sequence[Rows]]:
    """Return the chart of a reading and its last figures; nothing where there is no value.

    ``until``: the figures end some periods after this day; the drawing has all.
    """
    spec = main_chart(reading.analysis, face_of(reading, words.locale))
    if spec.is_empty:
        return (), ()
    return (Drawing(spec.title, spec.reading, to_svg(spec)),), (
        _figures(spec, words, _places_until(reading, until)),
    )


def _places_until(reading: Reading, day: date | None) -> int | None:
    """Return how many places of a series begin by ``day``, and some more; ``None`` for all."""
    if day is None:
        return None
    begun = sum(
        isinstance(point.period, Period) and point.period.starts_on <= day
        for point in reading.analysis.series
    )
    return begun + AFTERWARDS


def _figures(spec: ChartSpec, words: Texts, places: int | None) -> Rows:
    table = to_table(spec)
    rows = table.rows[:places][-FIGURES:]
    note = N_("%(shown)d points de la carte sur %(count)d.", shown=len(rows),
              count=len(table.rows))  # fmt: skip
    return Rows(
        N_("Les chiffres de la carte"),
        [Message(head, {}) for head in table.heads],
        rows,
        words.translate(note),
    )
