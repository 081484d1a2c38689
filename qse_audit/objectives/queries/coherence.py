"""Reading the anomalies with what people decided, and the frozen reports."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session, selectinload

from qse_audit.accounts.models import Person
from qse_audit.core.clock import day_in_paris
from qse_audit.db.loading import loaded
from qse_audit.objectives.models import AnomalyAcceptance, CoherenceReport
from qse_audit.objectives.queries.facts import cascade_of
from qse_audit.objectives.rules import (
    Acceptance,
    AnomalyCode,
    Cascade,
    Comparison,
    Judged,
    Line,
    anomalies,
    compare,
    judge,
    line_of,
    read_line,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Check:
    """The cascade of one day and everything that does not hold together in it."""

    cascade: Cascade
    judged: tuple[Judged, ...]

    @property
    def open(self) -> tuple[Judged, ...]:
        """Return those that wait for somebody."""
        return tuple(each for each in self.judged if each.is_open)

    @property
    def accepted(self) -> tuple[Judged, ...]:
        """Return those that somebody accepted, for a reason that still holds."""
        return tuple(each for each in self.judged if not each.is_open)

    def of(self, kind: str, key: int) -> tuple[Judged, ...]:
        """Return the anomalies that are about one object."""
        name = f"{kind}/{key}"
        return tuple(j for j in self.judged if any(s.key == name for s in j.anomaly.subjects))

    def named(self, key: str) -> Judged | None:
        """Return the anomaly of this key, ``None`` when it is not there any more."""
        return next((each for each in self.judged if each.anomaly.key == key), None)


def check_of(session: Session, organisation_id: int, today: date) -> Check:
    """Judge the cascade of an organisation as it is now: ten statements at any size."""
    cascade = cascade_of(session, organisation_id, today)
    words = acceptances_of(session, organisation_id)
    return Check(cascade=cascade, judged=judge(anomalies(cascade), words))


def acceptances_of(session: Session, organisation_id: int) -> Mapping[str, Acceptance]:
    """Return the acceptances that stand, by the key of their anomaly."""
    last = (
        select(func.max(AnomalyAcceptance.id))
        .where(AnomalyAcceptance.organisation_id == organisation_id)
        .group_by(AnomalyAcceptance.key)
    )
    rows = session.execute(
        select(
            AnomalyAcceptance.key,
            AnomalyAcceptance.figures_sha256,
            AnomalyAcceptance.reason,
            AnomalyAcceptance.said_at,
            Person.name,
        )
        .join(Person, Person.id == AnomalyAcceptance.said_by_id)
        .where(AnomalyAcceptance.id.in_(last), AnomalyAcceptance.is_withdrawn.is_(False))
    )
    return {
        row.key: Acceptance(
            key=row.key,
            figures_sha256=row.figures_sha256,
            reason=row.reason,
            name=row.name,
            on=day_in_paris(row.said_at),
        )
        for row in rows
    }


# --- reports ---


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportLine:
    """One report of a list."""

    id: int
    reference: str
    made_at: datetime
    made_by: str
    open_count: int
    accepted_count: int
    note: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Frozen:
    """A report as it was made: what its page and its PDF show."""

    reference: str
    organisation: str
    made_at: datetime
    made_by: str
    note: str
    sha256: str
    objective_count: int
    lines: tuple[Line, ...]
    before: "Before | None" = None
    """The report before it."""

    @property
    def counts(self) -> Mapping[AnomalyCode, int]:
        """Return how many anomalies each check found, those found alone."""
        found: dict[AnomalyCode, int] = {}
        for line in self.lines:
            found[line.code] = found.get(line.code, 0) + 1
        return found


@dataclass(frozen=True, slots=True, kw_only=True)
class Before:
    """The report before another, and what became of its anomalies."""

    id: int
    reference: str
    made_at: datetime
    comparison: Comparison


def get_report(session: Session, report_id: int) -> CoherenceReport:
    """Return a report with who made it.

    :raises NotFound: if there is none.
    """
    return loaded(session, CoherenceReport, report_id, selectinload(CoherenceReport.made_by))


def report_lines(organisation_id: int) -> Select[Any]:
    """Return the reports of an organisation, unordered."""
    columns: list[Any] = [
        CoherenceReport.id,
        CoherenceReport.reference,
        CoherenceReport.made_at,
        Person.name.label("made_by"),
        CoherenceReport.open_count,
        CoherenceReport.accepted_count,
        CoherenceReport.note,
    ]
    return (
        select(*columns)
        .join(Person, Person.id == CoherenceReport.made_by_id)
        .where(CoherenceReport.organisation_id == organisation_id)
    )


def last_report(
    session: Session, organisation_id: int, *, before: int | None = None
) -> CoherenceReport | None:
    """Return the newest report, or the newest under the number ``before``."""
    statement = select(CoherenceReport).where(CoherenceReport.organisation_id == organisation_id)
    if before is not None:
        statement = statement.where(CoherenceReport.number < before)
    return session.scalars(statement.order_by(CoherenceReport.number.desc()).limit(1)).first()


def lines_of(report: CoherenceReport) -> tuple[Line, ...]:
    """Return the anomalies that a report holds."""
    return tuple(read_line(each) for each in json.loads(report.document)["lines"])


def frozen_report(session: Session, report: CoherenceReport) -> Frozen:
    """Return a report with its comparison to the one before: one statement."""
    document = json.loads(report.document)
    lines = lines_of(report)
    earlier = last_report(session, report.organisation_id, before=report.number)
    before = None
    if earlier is not None:
        before = Before(
            id=earlier.id,
            reference=earlier.reference,
            made_at=earlier.made_at,
            comparison=compare(lines_of(earlier), lines),
        )
    return Frozen(
        reference=report.reference,
        organisation=document["organisation"],
        made_at=report.made_at,
        made_by=document["made_by"],
        note=report.note,
        sha256=report.sha256,
        objective_count=document["objectives"],
        lines=lines,
        before=before,
    )


def since_last_report(
    session: Session, organisation_id: int, judged: Sequence[Judged]
) -> Before | None:
    """Return what changed since the last report, ``None`` when there is none yet."""
    last = last_report(session, organisation_id)
    if last is None:
        return None
    return Before(
        id=last.id,
        reference=last.reference,
        made_at=last.made_at,
        comparison=compare(lines_of(last), [line_of(each) for each in judged]),
    )
