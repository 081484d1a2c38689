"""Reading the lines that the grid of a section shows."""

from collections.abc import Collection, Sequence
from typing import Any

from sqlalchemy import Row, select
from sqlalchemy.orm import Session

from qse_audit.risks.models import Risk
from qse_audit.risks.queries.lines import LIVE_LINE

ROWS = 25
"""Lines of one page of the grid."""
GRID: tuple[Any, ...] = (
    Risk.id, Risk.number, Risk.position, Risk.version, Risk.situation, Risk.event, Risk.effect,
    Risk.cause, Risk.prevention, Risk.detection, Risk.family, Risk.details, Risk.notes,
    Risk.score, Risk.band, Risk.stage,
)  # fmt: skip


def grid_page(
    session: Session, analysis_id: int, section_id: int | None, *, after: int
) -> Sequence[Row[Any]]:
    """Return one line more than a page of a section, from a position on: one statement."""
    statement = (
        select(*GRID)
        .where(Risk.analysis_id == analysis_id, Risk.section_id == section_id, LIVE_LINE)
        .where(Risk.position > after)
        .order_by(Risk.position, Risk.id)
        .limit(ROWS + 1)
    )
    return session.execute(statement).all()


def grid_lines(session: Session, analysis_id: int, numbers: Collection[int]) -> dict[int, Row[Any]]:
    """Return lines by their number, held until the end of the transaction: one statement."""
    statement = (
        select(*GRID)
        .where(Risk.analysis_id == analysis_id, Risk.number.in_(numbers))
        .with_for_update()
    )
    return {row.number: row for row in session.execute(statement)} if numbers else {}
