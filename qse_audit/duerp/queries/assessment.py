"""The assessment of a DUERP, read from the engine of risk analyses: the only place that knows it.

Three statements at any size: its scale, its units, its lines.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Row, select
from sqlalchemy.orm import Session

from qse_audit.core.text import LOCALES, Message
from qse_audit.documents.text import NOTHING, Texts
from qse_audit.duerp.rules import Axis, Family, Level, Rating, RiskLine, Unit
from qse_audit.risks.models import Risk, RiskAnalysis, RiskSection
from qse_audit.risks.rules import HazardFamily, RiskMethod, Scale, scale_from

BESIDE = "0"
"""The key of what stands in no work unit."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Assessment:
    """The units, the lines and the scale of a DUERP as they are now."""

    axes: tuple[Axis, ...]
    levels: tuple[Level, ...]
    families: tuple[Family, ...]
    units: tuple[Unit, ...]
    lines: tuple[RiskLine, ...]


@dataclass(frozen=True, slots=True)
class DuerpLine:
    """One DUERP, in a choice: an analysis of occupational risks."""

    id: int
    reference: str
    title: str


def duerps_of(session: Session, organisation_id: int) -> tuple[DuerpLine, ...]:
    """Return the DUERPs of an organisation: usually one."""
    rows = session.execute(
        select(RiskAnalysis.id, RiskAnalysis.reference, RiskAnalysis.title)
        .where(*_is_duerp(organisation_id))
        .order_by(RiskAnalysis.reference)
    )
    return tuple(DuerpLine(*row) for row in rows)


def duerp_of(session: Session, organisation_id: int, analysis_id: int) -> RiskAnalysis | None:
    """Return a DUERP of an organisation, if it is one."""
    return session.scalars(
        select(RiskAnalysis).where(RiskAnalysis.id == analysis_id, *_is_duerp(organisation_id))
    ).first()


def _is_duerp(organisation_id: int) -> tuple[ColumnElement[bool], ...]:
    return (
        RiskAnalysis.organisation_id == organisation_id,
        RiskAnalysis.method == RiskMethod.OCCUPATIONAL,
    )


def assessment_of(session: Session, analysis_id: int) -> Assessment:
    """Return the assessment as it is now."""
    kept = session.scalars(select(RiskAnalysis.scale).where(RiskAnalysis.id == analysis_id)).one()
    scale = scale_from(kept)
    units = tuple(_units(session, analysis_id))
    lines = tuple(_lines(session, analysis_id, scale))
    if any(line.unit_key == BESIDE for line in lines):
        units = (*units, Unit(key=BESIDE, name=NOTHING))
    return Assessment(
        axes=tuple(Axis(each.code, each.label) for each in scale.criteria),
        levels=tuple(Level(each.code, each.label, each.colour) for each in reversed(scale.bands)),
        families=families(),
        units=units,
        lines=lines,
    )


def _units(session: Session, analysis_id: int) -> Iterator[Unit]:
    """Give the units in the order of the tree, each named after those that it stands in."""
    rows = session.execute(
        select(RiskSection.id, RiskSection.parent_id, RiskSection.title, RiskSection.description)
        .where(RiskSection.analysis_id == analysis_id)
        .order_by(RiskSection.position, RiskSection.id)
    )
    found: dict[int, Unit] = {}
    for row in rows:
        above = found.get(row.parent_id or 0)
        found[row.id] = Unit(
            key=str(row.id),
            name=f"{above.name} / {row.title}" if above else row.title,
            parent_key=above.key if above else "",
            depth=above.depth + 1 if above else 0,
            description=row.description,
        )
    yield from found.values()


def _lines(session: Session, analysis_id: int, scale: Scale) -> Iterator[RiskLine]:
    columns: list[Any] = [
        Risk.id, Risk.number, Risk.section_id, Risk.family, Risk.situation, Risk.event,
        Risk.effect, Risk.prevention, Risk.details, Risk.notes, Risk.score, Risk.band,
    ]  # fmt: skip
    rows = session.execute(
        select(*columns)
        .where(Risk.analysis_id == analysis_id, Risk.withdrawn_at.is_(None))
        .order_by(Risk.section_id, Risk.position, Risk.id)
    )
    codes = [each.code for each in scale.criteria]
    for row in rows:
        yield RiskLine(
            key=str(row.id),
            number=row.number,
            unit_key=str(row.section_id or BESIDE),
            hazard=row.event,
            situation=row.situation,
            family=row.family,
            harm=row.effect,
            existing=row.prevention,
            women=row.details.get("exposed_women"),
            men=row.details.get("exposed_men"),
            exposure_note=row.details.get("exposure_note", ""),
            rating=_rating(row, codes),
        )


def _rating(row: Row[Any], codes: Sequence[str]) -> Rating | None:
    if row.notes is None:
        return None
    return Rating(tuple(str(row.notes[code]) for code in codes), str(row.score), row.band)


def families() -> tuple[Family, ...]:
    """Return the families of hazards, worded in every language: a version keeps its words."""
    texts = [Texts(locale) for locale in LOCALES]
    return tuple(Family(each.value, _worded(each.label, texts)) for each in HazardFamily)


def _worded(message: Message, texts: Iterable[Texts]) -> dict[str, str]:
    return {each.locale: each.translate(message) for each in texts}
