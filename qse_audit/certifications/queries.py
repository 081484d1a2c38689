"""Reading certifications. Nothing here writes."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import func, select
from sqlalchemy.orm import Session, selectinload

from qse_audit.certifications.models import Block, Capability, CertificationVersion, Criterion
from qse_audit.core.errors import NotFound
from qse_audit.core.text import Localized


def get_certification(session: Session, certification_id: int) -> CertificationVersion:
    """Return a certification version with its blocks, capabilities and criteria.

    :raises NotFound: if there is none.
    """
    found = session.get(
        CertificationVersion,
        certification_id,
        options=[
            selectinload(CertificationVersion.blocks)
            .selectinload(Block.capabilities)
            .selectinload(Capability.criteria)
        ],
    )
    if found is None:
        raise NotFound(f"certification {certification_id}")
    return found


@dataclass(frozen=True, slots=True, kw_only=True)
class CertificationLine:
    """One certification, in a list."""

    id: int
    code: str
    title: Localized
    authority: str
    starts_on: date
    ends_on: date
    blocks: int
    capabilities: int
    criteria: int


def certifications(session: Session) -> Sequence[CertificationLine]:
    """Return the newest content of each certification; they belong to nobody, all may read them."""
    newest = (
        select(func.max(CertificationVersion.id))
        .group_by(CertificationVersion.identifier)
        .scalar_subquery()
    )
    rows = session.execute(
        select(
            CertificationVersion.id,
            CertificationVersion.code,
            CertificationVersion.title,
            CertificationVersion.authority,
            CertificationVersion.starts_on,
            CertificationVersion.ends_on,
            func.count(Block.id.distinct()).label("blocks"),
            func.count(Capability.id.distinct()).label("capabilities"),
            func.count(Criterion.id.distinct()).label("criteria"),
        )
        .outerjoin(Block, Block.certification_version_id == CertificationVersion.id)
        .outerjoin(Capability, Capability.block_id == Block.id)
        .outerjoin(Criterion, Criterion.capability_id == Capability.id)
        .where(CertificationVersion.id.in_(newest))
        .group_by(CertificationVersion.id)
        .order_by(CertificationVersion.ends_on.desc(), CertificationVersion.code)
    )
    return [CertificationLine(**row._mapping) for row in rows]
