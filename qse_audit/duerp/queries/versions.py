"""Reading the versions of a DUERP: lists, one with what it says, which was in force when."""

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, Select, exists, or_, select
from sqlalchemy.orm import Session, contains_eager, joinedload, selectinload

from qse_audit.accounts.models import Organisation, Person
from qse_audit.core.canonical import canonical_json
from qse_audit.core.errors import NotFound
from qse_audit.core.permissions import Link, Permission
from qse_audit.duerp.models import (
    DuerpContribution,
    DuerpEvent,
    DuerpRecord,
    DuerpTransmission,
    DuerpVersion,
)
from qse_audit.duerp.queries.assessment import assessment_of
from qse_audit.duerp.queries.registers import duties_of, measures_of
from qse_audit.duerp.rules import (
    Content,
    Contribution,
    Duties,
    InForce,
    Recipient,
    VersionFacts,
    VersionStatus,
    in_force_on,
    lines_document,
    read_document,
    spans,
)
from qse_audit.policies import Access, Identity, allows
from qse_audit.risks.models import RiskAnalysis
from qse_audit.risks.queries.versions import last_version_number
from qse_audit.risks.rules import RiskMethod


@dataclass(frozen=True, slots=True, kw_only=True)
class VersionLine:
    """One version, in a list."""

    id: int
    analysis_id: int
    reference: str
    title: str
    number: int
    status: VersionStatus
    reason: str
    approved_on: date | None
    approved_by: str | None
    is_sent: bool
    """Whether the occupational health service has it."""


def get_version(session: Session, version_id: int) -> DuerpVersion:
    """Return a version with its DUERP, its people and its contributions.

    :raises NotFound: if there is none.
    """
    found = session.scalars(
        select(DuerpVersion)
        .where(DuerpVersion.id == version_id)
        .options(
            joinedload(DuerpVersion.analysis),
            joinedload(DuerpVersion.prepared_by),
            joinedload(DuerpVersion.approved_by),
            selectinload(DuerpVersion.contributions),
        )
    ).first()
    if found is None:
        raise NotFound(f"DUERP version {version_id}")
    return found


def get_contribution(session: Session, contribution_id: int) -> DuerpContribution:
    """Return a contribution with its version.

    :raises NotFound: if there is none.
    """
    found = session.scalars(
        select(DuerpContribution)
        .join(DuerpContribution.version)
        .where(DuerpContribution.id == contribution_id)
        .options(contains_eager(DuerpContribution.version))
    ).first()
    if found is None:
        raise NotFound(f"DUERP contribution {contribution_id}")
    return found


def readable_by(who: Identity) -> ColumnElement[bool]:
    """Return DUERP_READ in SQL; ``test_scopes`` holds it and the policy together."""
    here = DuerpVersion.organisation_id == who.organisation_id
    own = frozenset({who.organisation_id})
    if allows(who, Permission.DUERP_READ, Access(own, VersionStatus.PREPARED)):
        return here
    mine = Access(own, VersionStatus.PREPARED, {Link.AUTHOR: frozenset({who.user_id})})
    known: list[ColumnElement[bool]] = []
    if allows(who, Permission.DUERP_READ, Access(own, VersionStatus.APPROVED)):
        known.append(DuerpVersion.status == VersionStatus.APPROVED)
    if allows(who, Permission.DUERP_READ, mine):
        known.append(DuerpVersion.prepared_by_id == who.user_id)
    return here & or_(*known) if known else here & DuerpVersion.id.is_(None)


def version_lines(session: Session, who: Identity) -> tuple[VersionLine, ...]:
    """Return the versions that ``who`` may read, the newest of each DUERP first: one statement.

    A version a year makes a few dozen in a lifetime: the list has no pages.
    """
    rows = session.execute(
        _version_lines()
        .where(readable_by(who))
        .order_by(RiskAnalysis.reference, DuerpVersion.number.desc())
    )
    return tuple(VersionLine(**row._mapping) for row in rows)


def _version_lines() -> Select[Any]:
    sent = exists().where(
        DuerpTransmission.version_id == DuerpVersion.id,
        DuerpTransmission.recipient == Recipient.HEALTH_SERVICE,
    )
    columns: list[Any] = [
        DuerpVersion.id,
        DuerpVersion.analysis_id,
        RiskAnalysis.reference,
        RiskAnalysis.title,
        DuerpVersion.number,
        DuerpVersion.status,
        DuerpVersion.reason,
        DuerpVersion.approved_on,
        Person.name.label("approved_by"),
        sent.label("is_sent"),
    ]
    return (
        select(*columns)
        .join(RiskAnalysis, RiskAnalysis.id == DuerpVersion.analysis_id)
        .outerjoin(Person, Person.id == DuerpVersion.approved_by_id)
    )


def spans_of(session: Session, organisation_id: int) -> dict[int, tuple[InForce, ...]]:
    """Return the days of each approved version, by the id of its DUERP: one statement."""
    rows = session.execute(
        select(
            DuerpVersion.id,
            DuerpVersion.analysis_id,
            DuerpVersion.number,
            DuerpVersion.approved_on,
        ).where(
            DuerpVersion.organisation_id == organisation_id,
            DuerpVersion.status == VersionStatus.APPROVED,
        )
    )
    found: dict[int, list[tuple[int, int, date]]] = {}
    for row in rows:
        found.setdefault(row.analysis_id, []).append((row.id, row.number, row.approved_on))
    return {key: spans(versions) for key, versions in found.items()}


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """The version of a DUERP in force on a day, as the command line lists it."""

    organisation: str
    reference: str
    title: str
    number: int | None = None
    """``None``: there was none yet."""
    from_on: date | None = None
    until_on: date | None = None
    sha256: str | None = None


def standings(session: Session, day: date, organisation_id: int | None) -> tuple[Standing, ...]:
    """Return the version in force on ``day`` of each DUERP: one statement.

    ``organisation_id``: of one organisation alone.
    """
    statement = (
        select(
            Organisation.name,
            RiskAnalysis.id.label("analysis_id"),
            RiskAnalysis.reference,
            RiskAnalysis.title,
            DuerpVersion.id,
            DuerpVersion.number,
            DuerpVersion.approved_on,
            DuerpRecord.sha256,
        )
        .select_from(RiskAnalysis)
        .join(Organisation, Organisation.id == RiskAnalysis.organisation_id)
        .outerjoin(
            DuerpVersion,
            (DuerpVersion.analysis_id == RiskAnalysis.id)
            & (DuerpVersion.status == VersionStatus.APPROVED),
        )
        .outerjoin(DuerpRecord, DuerpRecord.version_id == DuerpVersion.id)
        .where(RiskAnalysis.method == RiskMethod.OCCUPATIONAL)
        .order_by(Organisation.name, RiskAnalysis.reference, DuerpVersion.number)
    )
    if organisation_id is not None:
        statement = statement.where(RiskAnalysis.organisation_id == organisation_id)
    rows: dict[int, list[Any]] = {}
    for row in session.execute(statement):
        rows.setdefault(row.analysis_id, []).append(row)
    return tuple(_standing(each, day) for each in rows.values())


def _standing(rows: Sequence[Any], day: date) -> Standing:
    approved = [(row.id, row.number, row.approved_on) for row in rows if row.id is not None]
    found = in_force_on(spans(approved), day)
    first = rows[0]
    standing = Standing(organisation=first.name, reference=first.reference, title=first.title)
    if found is None:
        return standing
    return replace(
        standing,
        number=found.number,
        from_on=found.from_on,
        until_on=found.until_on,
        sha256=next(row.sha256 for row in rows if row.id == found.id),
    )


def record_of(session: Session, version_id: int) -> DuerpRecord | None:
    """Return what was approved; ``None`` before."""
    return session.scalars(select(DuerpRecord).where(DuerpRecord.version_id == version_id)).first()


def content_of(session: Session, version: DuerpVersion, today: date) -> Content:
    """Return what a version says: as it was approved, or as the assessment is now."""
    record = record_of(session, version.id)
    return live_content(session, version, today) if record is None else frozen_content(record)


def frozen_content(record: DuerpRecord) -> Content:
    """Return a version as it was approved."""
    return read_document(json.loads(record.document))


def live_content(session: Session, version: DuerpVersion, today: date) -> Content:
    """Return what a version being prepared would say now: eight statements at any size."""
    organisation = select(Organisation.name).where(Organisation.id == version.organisation_id)
    assessment = assessment_of(session, version.analysis_id)
    events = session.execute(
        select(DuerpEvent.what, DuerpEvent.happened_on)
        .where(DuerpEvent.version_id == version.id)
        .order_by(DuerpEvent.happened_on, DuerpEvent.id)
    )
    return Content(
        organisation=session.scalars(organisation).one(),
        title=version.analysis.title,
        reference=version.analysis.reference,
        number=version.number,
        reason=version.reason,
        employees=duties_of(session, version.organisation_id, today).employees,
        prepared_by=version.prepared_by.name,
        axes=assessment.axes,
        levels=assessment.levels,
        families=assessment.families,
        units=assessment.units,
        lines=assessment.lines,
        contributions=tuple(_contribution(each) for each in version.contributions),
        measures=measures_of(session, version.analysis_id),
        answers=tuple(f"{row.happened_on:%d/%m/%Y} : {row.what}" for row in events),
    )


def _contribution(row: DuerpContribution) -> Contribution:
    return Contribution(
        part=row.part,
        who=row.who,
        consulted_on=row.consulted_on,
        opinion=row.opinion,
        is_absent=row.is_absent,
    )


def lines_digest(content: Content) -> str:
    """Return the SHA-256 of the assessment alone: it says whether it changed."""
    return hashlib.sha256(canonical_json(lines_document(content))).hexdigest()


def next_number(session: Session, analysis_id: int) -> int:
    """Return the number of the next version of a DUERP: that of its frozen assessment."""
    return last_version_number(session, analysis_id) + 1


def prepared_id(session: Session, analysis_id: int) -> int | None:
    """Return the version of a DUERP that is being prepared, if there is one."""
    return session.scalar(
        select(DuerpVersion.id).where(
            DuerpVersion.analysis_id == analysis_id,
            DuerpVersion.status != VersionStatus.APPROVED,
        )
    )


def transmissions_of(session: Session, version_id: int) -> Sequence[DuerpTransmission]:
    """Return to whom a version was handed over, the newest first."""
    return session.scalars(
        select(DuerpTransmission)
        .where(DuerpTransmission.version_id == version_id)
        .options(joinedload(DuerpTransmission.noted_by))
        .order_by(DuerpTransmission.sent_on.desc(), DuerpTransmission.id.desc())
    ).all()


def facts_of(content: Content, version: DuerpVersion) -> VersionFacts:
    """Return what the workflow may know of a version whose live content is ``content``."""
    return VersionFacts(
        duties=Duties(content.employees),
        line_count=len(content.lines),
        contributions=content.contributions,
        measures=content.measures,
        is_unchanged=version.lines_sha256 in {None, lines_digest(content)},
        unrated_count=content.unrated_count,
    )
