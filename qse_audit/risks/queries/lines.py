"""Reading the lines of an analysis: one, those of a section, the tree of sections."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Row, Select, and_, exists, func, or_, select
from sqlalchemy.orm import Session, aliased, selectinload

from qse_audit.actions.models import Action
from qse_audit.actions.queries import treatment_of
from qse_audit.actions.rules import ActionStatus
from qse_audit.core.domains import Domain
from qse_audit.core.errors import NotFound, Refusal
from qse_audit.core.permissions import Kind
from qse_audit.core.prevention import PreventionPrinciple
from qse_audit.db.loading import loaded
from qse_audit.indicators.models import Indicator
from qse_audit.policies import Access
from qse_audit.referentials.rules import Place
from qse_audit.risks.models import Risk, RiskAnalysis, RiskRating, RiskSection
from qse_audit.risks.rules import RatingStage, RiskMethod, RiskRank
from qse_audit.risks.rules.analyses import RatingDraft
from qse_audit.risks.rules.aspects import AspectFacts, aspect_warnings
from qse_audit.risks.rules.prevention import prevention_warnings
from qse_audit.risks.rules.rerating import ReratingFacts

LIVE_LINE = Risk.withdrawn_at.is_(None)


def get_risk(session: Session, risk_id: int) -> Risk:
    """Return a line with its analysis, its section and its ratings.

    :raises NotFound: if there is none.
    """
    return loaded(
        session,
        Risk,
        risk_id,
        selectinload(Risk.analysis).selectinload(RiskAnalysis.participations),
        selectinload(Risk.section),
        selectinload(Risk.ratings).selectinload(RiskRating.rated_by),
    )


def get_section(session: Session, section_id: int) -> "SectionOf":
    """Return a section with its analysis.

    :raises NotFound: if there is none.
    """
    section = loaded(session, RiskSection, section_id)
    analysis = loaded(
        session, RiskAnalysis, section.analysis_id, selectinload(RiskAnalysis.participations)
    )
    return SectionOf(section.id, section, analysis)


def section_in(session: Session, analysis_id: int, section_id: int) -> RiskSection:
    """Return a section of an analysis.

    :raises NotFound: if the analysis has none such.
    """
    section = loaded(session, RiskSection, section_id)
    if section.analysis_id != analysis_id:
        raise NotFound(f"risk_section {section_id}")
    return section


@dataclass(frozen=True, slots=True)
class SectionOf:
    """A section as the policy judges it: by its analysis."""

    id: int
    section: RiskSection
    analysis: RiskAnalysis

    def access(self) -> Access:
        """Return what the policy may know: what it knows of the analysis."""
        return self.analysis.access()


def indicator_of(session: Session, risk: Risk) -> tuple[int, str] | None:
    """Return the id and the title of the indicator that a line names, if it is one of its firm."""
    name = str(risk.details.get("indicator", "")).strip()
    if not name:
        return None
    found = session.execute(
        select(Indicator.id, Indicator.title)
        .where(Indicator.organisation_id == risk.organisation_id)
        .where(or_(Indicator.reference == name, Indicator.short_name == name))
        .order_by(Indicator.id)
    ).first()
    return (found.id, found.title) if found else None


# --- the tree of sections ---


@dataclass(slots=True, kw_only=True)
class SectionNode:
    """A section in its tree, with the counts of its own lines."""

    id: int
    parent_id: int | None
    title: str
    description: str
    depth: int = 0
    risk_count: int = 0
    high_count: int = 0
    unrated_count: int = 0
    path: tuple[str, ...] = field(default=())


def sections_of(session: Session, analysis_id: int) -> list[SectionNode]:
    """Return the sections in the order of the tree, with depth and counts: two statements."""
    rows = session.execute(
        select(RiskSection.id, RiskSection.parent_id, RiskSection.title, RiskSection.description)
        .where(RiskSection.analysis_id == analysis_id)
        .order_by(RiskSection.position, RiskSection.id)
    )
    nodes = {row.id: SectionNode(**row._mapping) for row in rows}
    for node in nodes.values():
        above = nodes.get(node.parent_id or 0)
        node.depth = above.depth + 1 if above else 0
        node.path = (*(above.path if above else ()), node.title)
    for row in _counts(session, analysis_id):
        if row.section_id in nodes:
            node = nodes[row.section_id]
            node.risk_count, node.high_count = row.total, row.high
            node.unrated_count = row.unrated
    return list(nodes.values())


def _counts(session: Session, analysis_id: int) -> Sequence[Row[Any]]:
    columns: list[Any] = [
        Risk.section_id,
        func.count().label("total"),
        func.count().filter(Risk.risk_rank == int(RiskRank.HIGH)).label("high"),
        func.count().filter(Risk.risk_rank.is_(None)).label("unrated"),
    ]
    return session.execute(
        select(*columns).where(Risk.analysis_id == analysis_id, LIVE_LINE).group_by(Risk.section_id)
    ).all()


def places_of(session: Session, analysis_id: int) -> list[Place]:
    """Return every section in order with its parent."""
    rows = session.execute(
        select(RiskSection.id, RiskSection.parent_id)
        .where(RiskSection.analysis_id == analysis_id)
        .order_by(RiskSection.position, RiskSection.id)
    )
    return [Place(row.id, row.parent_id) for row in rows]


def section_paths(session: Session, analysis_id: int) -> dict[int, tuple[str, ...]]:
    """Return the titles from the root down to each section, in the order of the tree."""
    rows = session.execute(
        select(RiskSection.id, RiskSection.parent_id, RiskSection.title)
        .where(RiskSection.analysis_id == analysis_id)
        .order_by(RiskSection.position, RiskSection.id)
    ).all()
    paths: dict[int, tuple[str, ...]] = {}
    for row in rows:
        paths[row.id] = (*paths.get(row.parent_id or 0, ()), row.title)
    return paths


# --- lines ---


@dataclass(frozen=True, slots=True, kw_only=True)
class RiskLine:
    """One line as a page of lines shows it."""

    id: int
    analysis_id: int
    number: int
    position: int
    section_id: int | None
    place: int
    """Of its section in the tree; 0 without one."""
    situation: str
    event: str
    effect: str
    cause: str
    prevention: str
    detection: str
    family: str
    details: Mapping[str, Any]
    notes: Mapping[str, int] | None
    score: int | None
    band: str | None
    risk_rank: int | None
    stage: RatingStage | None
    planned_score: int | None
    planned_band: str | None
    gross_score: int | None
    gross_band: str | None
    withdrawn_at: datetime | None
    open_count: int
    """Actions still to be done or verified."""
    to_rate: bool
    """Whether an action was verified since it was rated: it is to be rated again."""


PLACE_IN_TREE: ColumnElement[int] = func.coalesce(RiskSection.position, 0).label("place")


def lines_statement(
    analysis_ids: Sequence[int], *, section_id: int | None = None, withdrawn: bool = False
) -> Select[Any]:
    """Return the lines of analyses, or of one section, unordered; or those that were withdrawn."""
    gross, latest = aliased(RiskRating), aliased(RiskRating)
    last_gross = (
        select(func.max(latest.id))
        .where(latest.risk_id == Risk.id, latest.stage == RatingStage.GROSS)
        .scalar_subquery()
    )
    columns: list[Any] = [
        Risk.id, Risk.analysis_id, Risk.number, Risk.position, Risk.section_id,
        PLACE_IN_TREE, Risk.situation, Risk.event,
        Risk.effect, Risk.cause, Risk.prevention, Risk.detection, Risk.family, Risk.details,
        Risk.notes,
        Risk.score, Risk.band, Risk.risk_rank, Risk.stage, Risk.planned_score,
        Risk.planned_band, gross.score.label("gross_score"), gross.band.label("gross_band"),
        Risk.withdrawn_at, _open_count().label("open_count"), is_to_rate().label("to_rate"),
    ]  # fmt: skip
    statement = (
        select(*columns)
        .select_from(Risk)
        .outerjoin(gross, gross.id == last_gross)
        .outerjoin(RiskSection, RiskSection.id == Risk.section_id)
        .where(Risk.analysis_id.in_(analysis_ids))
    )
    if section_id is not None:
        statement = statement.where(Risk.section_id == section_id)
    return statement.where(~LIVE_LINE if withdrawn else LIVE_LINE)


def lines_of(session: Session, *analysis_ids: int) -> list[RiskLine]:
    """Return the lines of analyses in the order of their tree: one statement."""
    order = (Risk.analysis_id, PLACE_IN_TREE, Risk.position, Risk.id)
    statement = lines_statement(analysis_ids).order_by(*order)
    return [as_risk_line(row) for row in session.execute(statement)]


def as_risk_line(row: Row[Any]) -> RiskLine:
    """Return a row of :func:`lines_statement` as a line."""
    return RiskLine(**row._mapping)


def lines_by_number(session: Session, analysis_id: int) -> dict[int, Row[Any]]:
    """Return what is written on every line, by its number: what a batch is compared with."""
    columns: list[Any] = [
        Risk.id, Risk.number, Risk.section_id, Risk.situation, Risk.event, Risk.effect,
        Risk.cause, Risk.prevention, Risk.detection, Risk.family, Risk.details,
        Risk.notes, Risk.stage, Risk.planned_notes, Risk.withdrawn_at,
    ]  # fmt: skip
    rows = session.execute(select(*columns).where(Risk.analysis_id == analysis_id))
    return {row.number: row for row in rows}


def is_to_rate() -> ColumnElement[bool]:
    """Return the condition that an action was verified since the line was rated."""
    return exists().where(*_verified_since(Risk))


def is_unanswered() -> ColumnElement[bool]:
    """Return the condition that a line is high and nobody was asked to act on it."""
    asked = exists().where(
        Action.origin_kind == Kind.RISK,
        Action.origin_id == Risk.id,
        Action.status != ActionStatus.CANCELLED,
    )
    return and_(Risk.risk_rank == int(RiskRank.HIGH), ~asked)


def _verified_since(risk: Any) -> tuple[ColumnElement[bool], ...]:
    since = and_(risk.rated_at.is_not(None), Action.verified_at > risk.rated_at)
    return (
        Action.origin_kind == Kind.RISK,
        Action.origin_id == risk.id,
        Action.status == ActionStatus.EFFECTIVE,
        since,
    )


def _open_count() -> Any:
    waiting = (ActionStatus.OPEN, ActionStatus.DONE)
    return (
        select(func.count(Action.id))
        .where(
            Action.origin_kind == Kind.RISK,
            Action.origin_id == Risk.id,
            Action.status.in_(waiting),
        )
        .correlate(Risk)
        .scalar_subquery()
    )


@dataclass(frozen=True, slots=True)
class Treated:
    """How far the actions of a line are."""

    standing: int = 0
    waiting: int = 0
    effective_since: int = 0


def treated_lines(session: Session, analysis_id: int) -> dict[int, Treated]:
    """Return how far the actions of each line of an analysis are: one statement."""
    waiting = Action.status.in_((ActionStatus.OPEN, ActionStatus.DONE))
    columns: list[Any] = [
        Risk.id,
        func.count(Action.id),
        func.count(Action.id).filter(waiting),
        func.count(Action.id).filter(and_(*_verified_since(Risk))),
    ]
    rows = session.execute(
        select(*columns)
        .join(Action, and_(Action.origin_kind == Kind.RISK, Action.origin_id == Risk.id))
        .where(Risk.analysis_id == analysis_id, Action.status != ActionStatus.CANCELLED)
        .group_by(Risk.id)
    )
    return {key: Treated(*counts) for key, *counts in rows}


def effective_since(session: Session, risk: Risk) -> list[int]:
    """Return the actions of a line that were verified as effective since it was rated."""
    found = session.scalars(
        select(Action.id)
        .join(Risk, Risk.id == Action.origin_id)
        .where(Risk.id == risk.id, *_verified_since(Risk))
        .order_by(Action.id)
    )
    return list(found)


def rating_facts(session: Session, risk: Risk, draft: RatingDraft) -> ReratingFacts:
    """Return what the rules may know of a line that is rated so."""
    treated = treatment_of(session, Kind.RISK, risk.id)
    return ReratingFacts(
        stage=draft.stage,
        values=draft.notes,
        before=risk.notes if risk.notes and risk.stage is not RatingStage.GROSS else {},
        standing_actions=treated.total,
        open_actions=treated.unverified,
        effective_since=len(effective_since(session, risk)),
        has_proof=bool(draft.proof.strip()),
        design_change=draft.design_change,
        reason=draft.reason,
    )


def principles_of(session: Session, risk_id: int) -> list[PreventionPrinciple | None]:
    """Return the principle of prevention of each action of a line, cancelled ones left out."""
    found = session.scalars(
        select(Action.principle).where(
            Action.origin_kind == Kind.RISK,
            Action.origin_id == risk_id,
            Action.status != ActionStatus.CANCELLED,
        )
    )
    return list(found)


def prevention_warnings_of(session: Session, risk: Risk) -> tuple[Refusal, ...]:
    """Return what is said of how far up the actions attack a high risk of the people at work."""
    if risk.risk_rank is None or Domain.SAFETY not in risk.analysis.domains:
        return ()
    return prevention_warnings(RiskRank(risk.risk_rank), principles_of(session, risk.id))


def aspect_warnings_of(session: Session, risk: Risk) -> tuple[Refusal, ...]:
    """Return what a significant environmental aspect calls for and does not say."""
    if risk.risk_rank is None or risk.analysis.method is not RiskMethod.ENVIRONMENTAL:
        return ()
    facts = AspectFacts(
        rank=RiskRank(risk.risk_rank),
        condition=risk.family,
        control=risk.prevention,
        monitoring=risk.detection,
        has_action=bool(principles_of(session, risk.id)),
    )
    return aspect_warnings(facts)
