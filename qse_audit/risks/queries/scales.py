"""Reading the scales of a firm’s own, and those that an analysis may begin with."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session, selectinload

from qse_audit.db.loading import loaded
from qse_audit.risks.library import scale_named, scales_for, shipped
from qse_audit.risks.models import RiskAnalysis, RiskScale, RiskScaleVersion
from qse_audit.risks.rules import RiskMethod, Scale, scale_from
from qse_audit.risks.rules.own_scales import Prospect, prospect


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnScale:
    """A scale of the firm in the version that is in force."""

    id: int
    key: str
    number: int
    data: Mapping[str, Any]
    taken_at: datetime
    withdrawn_at: datetime | None


def own_scales(session: Session, organisation_id: int) -> list[OwnScale]:
    """Return the scales of a firm, those in force first: one statement."""
    last = (
        select(func.max(RiskScaleVersion.number))
        .where(RiskScaleVersion.scale_id == RiskScale.id)
        .correlate(RiskScale)
        .scalar_subquery()
    )
    rows = session.execute(
        select(
            RiskScale.id, RiskScale.key, RiskScaleVersion.number, RiskScaleVersion.data,
            RiskScaleVersion.taken_at, RiskScale.withdrawn_at,
        )
        .join(RiskScaleVersion, RiskScaleVersion.scale_id == RiskScale.id)
        .where(RiskScale.organisation_id == organisation_id, RiskScaleVersion.number == last)
        .order_by(RiskScale.withdrawn_at.is_not(None), RiskScale.key)
    )  # fmt: skip
    return [OwnScale(**row._mapping) for row in rows]


def own_scales_for(session: Session, organisation_id: int, method: RiskMethod) -> list[Scale]:
    """Return the scales of a firm that ``method`` may be rated on."""
    return [
        scale_from(each.data)
        for each in own_scales(session, organisation_id)
        if each.withdrawn_at is None and method in each.data["methods"]
    ]


def scales_to_begin(
    session: Session, organisation_id: int, method: RiskMethod
) -> tuple[tuple[Scale, ...], tuple[Scale, ...]]:
    """Return the scales that an analysis may begin with: the firm’s own, and the delivered ones."""
    own = own_scales_for(session, organisation_id, method)
    keys = {scale.key for scale in own}
    return tuple(own), tuple(scale for scale in scales_for(method) if scale.key not in keys)


def scale_to_begin(session: Session, organisation_id: int, key: str) -> Scale:
    """Return the scale called ``key`` as it is in force, the firm’s own or a delivered one.

    :raises NotFound: when there is none, or it was withdrawn.
    """
    row = scale_called(session, organisation_id, key)
    if row is not None and row.withdrawn_at is None:
        return scale_from(row.versions[0].data)
    return scale_named(key)


def scale_called(session: Session, organisation_id: int, key: str) -> RiskScale | None:
    """Return the scale of a firm called ``key`` with its versions, withdrawn or not."""
    return session.scalars(
        select(RiskScale)
        .where(RiskScale.organisation_id == organisation_id, RiskScale.key == key)
        .options(selectinload(RiskScale.versions))
    ).first()


def get_scale(session: Session, scale_id: int) -> RiskScale:
    """Return a scale of a firm with its versions and who took them.

    :raises NotFound: if there is none.
    """
    versions = selectinload(RiskScale.versions).selectinload(RiskScaleVersion.taken_by)
    return loaded(session, RiskScale, scale_id, versions)


def prospect_of(session: Session, organisation_id: int, scale: Scale) -> Prospect:
    """Return what taking ``scale`` would make of the scales of a firm."""
    return prospect_on(scale_called(session, organisation_id, scale.key), scale)


def prospect_on(row: RiskScale | None, scale: Scale) -> Prospect:
    """Return what taking ``scale`` makes of ``row``."""
    if row is None or not row.versions:
        return prospect(scale, None, is_delivered=scale in shipped())
    before = scale_from(row.versions[0].data)
    return prospect(scale, before, scale_id=row.id, is_withdrawn=row.withdrawn_at is not None)


def analyses_by_version(session: Session, organisation_id: int, key: str) -> dict[int, int]:
    """Return how many analyses hold each version of a scale: one statement."""
    version = RiskAnalysis.scale["version"].as_integer()
    rows = session.execute(
        select(version, func.count())
        .where(RiskAnalysis.organisation_id == organisation_id)
        .where(RiskAnalysis.scale["key"].as_string() == key)
        .group_by(version)
    )
    return {int(number): count for number, count in rows}
