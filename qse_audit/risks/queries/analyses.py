"""Reading analyses: one, the list, the choices of forms."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, Row, Select, case, func, or_, select
from sqlalchemy.orm import Session, joinedload, selectinload

from qse_audit.accounts.models import Membership, Person, Site
from qse_audit.core.permissions import Kind, Link, Permission
from qse_audit.db.loading import loaded
from qse_audit.db.participation import linked_to
from qse_audit.policies import Access, Identity, allows
from qse_audit.processes.models import Process
from qse_audit.risks.models import Risk, RiskAnalysis, RiskMember
from qse_audit.risks.rules import RiskMethod, RiskRank
from qse_audit.risks.rules.analyses import AnalysisStatus

WORKING = (Link.OWNER, Link.AUTHOR, Link.MEMBER)
"""The links of people who read an analysis before it is in force."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AnalysisFilter:
    """What a list is asked to show."""

    search: str = ""
    method: RiskMethod | None = None
    status: AnalysisStatus | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class AnalysisLine:
    """One analysis of a list."""

    id: int
    reference: str
    title: str
    method: RiskMethod
    status: AnalysisStatus
    owner_name: str | None
    review_on: date | None
    risk_count: int
    high_count: int
    unrated_count: int


def get_analysis(session: Session, analysis_id: int) -> RiskAnalysis:
    """Return an analysis with the people and the places that it names.

    :raises NotFound: if there is none.
    """
    return loaded(
        session,
        RiskAnalysis,
        analysis_id,
        selectinload(RiskAnalysis.owner),
        selectinload(RiskAnalysis.created_by),
        selectinload(RiskAnalysis.process),
        selectinload(RiskAnalysis.site),
        selectinload(RiskAnalysis.members).selectinload(RiskMember.person),
        selectinload(RiskAnalysis.participations),
        joinedload(RiskAnalysis.origin),
    )


def readable_by(who: Identity) -> ColumnElement[bool]:
    """Return RISK_READ in SQL; ``test_scopes`` holds it and the policy together."""
    here = RiskAnalysis.organisation_id == who.organisation_id
    own = frozenset({who.organisation_id})
    if allows(who, Permission.RISK_READ, Access(own, AnalysisStatus.DRAFT)):
        return here
    known: list[ColumnElement[bool]] = []
    if allows(who, Permission.RISK_READ, Access(own, AnalysisStatus.IN_FORCE)):
        known.append(RiskAnalysis.status == AnalysisStatus.IN_FORCE)
    mine = Access(own, AnalysisStatus.DRAFT, {Link.MEMBER: frozenset({who.user_id})})
    if allows(who, Permission.RISK_READ, mine):
        known.append(linked_to(Kind.RISK_ANALYSIS, RiskAnalysis.id, who.user_id, WORKING))
    return here & or_(*known) if known else here & RiskAnalysis.id.is_(None)


def list_statement(who: Identity, wanted: AnalysisFilter) -> Select[Any]:
    """Return the analyses that ``who`` may read, unordered, with their counts."""
    live = Risk.withdrawn_at.is_(None)
    counts = (
        select(
            Risk.analysis_id,
            func.count().label("risk_count"),
            func.sum(case((Risk.risk_rank == RiskRank.HIGH, 1), else_=0)).label("high_count"),
            func.sum(case((Risk.risk_rank.is_(None), 1), else_=0)).label("unrated_count"),
        )
        .where(live, Risk.organisation_id == who.organisation_id)
        .group_by(Risk.analysis_id)
        .subquery()
    )
    columns: list[Any] = [
        RiskAnalysis.id,
        RiskAnalysis.reference,
        RiskAnalysis.title,
        RiskAnalysis.method,
        RiskAnalysis.status,
        Person.name.label("owner_name"),
        RiskAnalysis.review_on,
        func.coalesce(counts.c.risk_count, 0).label("risk_count"),
        func.coalesce(counts.c.high_count, 0).label("high_count"),
        func.coalesce(counts.c.unrated_count, 0).label("unrated_count"),
    ]
    return (
        select(*columns)
        .outerjoin(Person, Person.id == RiskAnalysis.owner_id)
        .outerjoin(counts, counts.c.analysis_id == RiskAnalysis.id)
        .where(readable_by(who), *_kept(wanted))
    )


def as_line(row: Row[Any]) -> AnalysisLine:
    """Return a row of :func:`list_statement` as a line."""
    return AnalysisLine(**row._mapping)


def _kept(wanted: AnalysisFilter) -> list[ColumnElement[bool]]:
    conditions: list[ColumnElement[bool]] = []
    if text := wanted.search.strip():
        conditions.append(
            or_(
                RiskAnalysis.title.icontains(text, autoescape=True),
                RiskAnalysis.reference.icontains(text, autoescape=True),
            )
        )
    if wanted.method:
        conditions.append(RiskAnalysis.method == wanted.method)
    if wanted.status:
        conditions.append(RiskAnalysis.status == wanted.status)
    else:
        conditions.append(RiskAnalysis.status != AnalysisStatus.ARCHIVED)
    return conditions


# --- is it of here? ---


def strangers(session: Session, people: Iterable[int], organisation_id: int) -> frozenset[int]:
    """Return which of ``people`` are not of the organisation: at most one statement."""
    wanted = frozenset(people)
    if not wanted:
        return frozenset()
    here = session.scalars(
        select(Membership.person_id).where(
            Membership.organisation_id == organisation_id, Membership.person_id.in_(wanted)
        )
    )
    return wanted.difference(here)


def are_here(
    session: Session, organisation_id: int, wanted: Mapping[str, int | None]
) -> frozenset[str]:
    """Return which of ``wanted`` (owner_id, site_id, process_id) are of the organisation."""
    found = set()
    owner = wanted.get("owner_id")
    if owner is not None and not strangers(session, [owner], organisation_id):
        found.add("owner_id")
    models: Sequence[tuple[str, Any]] = (("site_id", Site), ("process_id", Process))
    for name, model in models:
        key = wanted.get(name)
        if key is None:
            continue
        here = select(model.id).where(model.organisation_id == organisation_id, model.id == key)
        if session.scalar(here) is not None:
            found.add(name)
    return frozenset(found)
