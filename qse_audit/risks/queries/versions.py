"""What a version freezes, the versions of an analysis, and what lies between two."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import Row, func, select
from sqlalchemy.orm import Session, selectinload

from qse_audit.accounts.models import Person
from qse_audit.actions.models import Action
from qse_audit.actions.rules import ActionStatus
from qse_audit.core.permissions import Kind
from qse_audit.db.loading import loaded
from qse_audit.risks.models import Risk, RiskAnalysis, RiskVersion
from qse_audit.risks.queries.lines import RiskLine, lines_of, section_paths, sections_of

FORMAT = "qse-audit/risk-analysis/1"


@dataclass(frozen=True, slots=True, kw_only=True)
class VersionLine:
    """One version, in a list."""

    id: int
    number: int
    approved_at: datetime
    approved_by: str
    reason: str
    sha256: str
    kept_until: date | None


def get_version(session: Session, version_id: int) -> RiskVersion:
    """Return a version with its analysis and who approved it.

    :raises NotFound: if there is none.
    """
    return loaded(
        session,
        RiskVersion,
        version_id,
        selectinload(RiskVersion.analysis).selectinload(RiskAnalysis.participations),
        selectinload(RiskVersion.approved_by),
    )


def versions_of(session: Session, analysis_id: int) -> tuple[VersionLine, ...]:
    """Return the versions of an analysis, the newest first."""
    v = RiskVersion
    rows = session.execute(
        select(
            v.id, v.number, v.approved_at, Person.name.label("approved_by"), v.reason, v.sha256,
            v.kept_until,
        )
        .join(Person, Person.id == v.approved_by_id)
        .where(v.analysis_id == analysis_id)
        .order_by(v.number.desc())
    )  # fmt: skip
    return tuple(VersionLine(**row._mapping) for row in rows)


def last_version_number(session: Session, analysis_id: int) -> int:
    """Return the number of the newest version, 0 before the first."""
    newest = select(func.max(RiskVersion.number)).where(RiskVersion.analysis_id == analysis_id)
    return session.scalar(newest) or 0


def read_document(version: RiskVersion) -> dict[str, Any]:
    """Return what a version says."""
    found: dict[str, Any] = json.loads(version.document)
    return found


def content_of(session: Session, analysis: RiskAnalysis) -> dict[str, Any]:
    """Return an analysis as a version keeps it: a constant number of statements."""
    lines = lines_of(session, analysis.id)
    paths = section_paths(session, analysis.id)
    return {
        "format": FORMAT,
        "reference": analysis.reference,
        "title": analysis.title,
        "method": analysis.method.value,
        "domains": list(analysis.domains),
        "question": analysis.question,
        "scope": analysis.scope,
        "process": analysis.process.name if analysis.process else "",
        "site": analysis.site.name if analysis.site else "",
        "owner": analysis.owner.name if analysis.owner else "",
        "review_on": analysis.review_on.isoformat() if analysis.review_on else "",
        "triggers": analysis.triggers,
        "scale": analysis.scale,
        "team": [
            {"name": each.person.name if each.person else each.name, "function": each.function}
            for each in analysis.members
        ],
        "sections": [
            {
                "id": node.id,
                "parent": node.parent_id,
                "title": node.title,
                "description": node.description,
            }
            for node in sections_of(session, analysis.id)
        ],
        "lines": [_line(line, paths) for line in lines],
        "actions": _actions(session, analysis.id),
    }


def _line(line: RiskLine, paths: dict[int, tuple[str, ...]]) -> dict[str, Any]:
    held = None
    if line.notes is not None and line.stage is not None:
        held = {
            "stage": line.stage.value,
            "notes": dict(line.notes),
            "score": line.score,
            "band": line.band,
            "rank": line.risk_rank,
        }
    return {
        "number": line.number,
        "section": line.section_id,
        "path": list(paths.get(line.section_id or 0, ())),
        "situation": line.situation,
        "event": line.event,
        "effect": line.effect,
        "cause": line.cause,
        "prevention": line.prevention,
        "detection": line.detection,
        "family": line.family,
        "details": dict(line.details),
        "gross": _pair(line.gross_score, line.gross_band),
        "rating": held,
        "planned": _pair(line.planned_score, line.planned_band),
    }


def _pair(score: int | None, band: str | None) -> dict[str, Any] | None:
    return None if band is None else {"score": score, "band": band}


def _actions(session: Session, analysis_id: int) -> list[dict[str, Any]]:
    """Return the actions of the lines of an analysis, cancelled ones left out: one statement."""
    columns: list[Any] = [
        Risk.number, Action.reference, Action.title, Action.principle, Action.status,
        Action.due_on, Person.name, Action.criterion,
    ]  # fmt: skip
    rows = session.execute(
        select(*columns)
        .join(Risk, Risk.id == Action.origin_id)
        .join(Person, Person.id == Action.owner_id)
        .where(
            Action.origin_kind == Kind.RISK,
            Risk.analysis_id == analysis_id,
            Action.status != ActionStatus.CANCELLED,
        )
        .order_by(Risk.number, Action.due_on, Action.id)
    )
    return [_action(row) for row in rows]


def _action(row: Row[Any]) -> dict[str, Any]:
    return {
        "line": row.number,
        "reference": row.reference,
        "title": row.title,
        "principle": row.principle.value if row.principle else "",
        "status": row.status.value,
        "due_on": row.due_on.isoformat(),
        "owner": row.name,
        "criterion": row.criterion,
    }


def versions_named(session: Session, ids: Sequence[int]) -> dict[int, RiskVersion]:
    """Return versions by id: one statement."""
    found = session.scalars(select(RiskVersion).where(RiskVersion.id.in_(ids)))
    return {version.id: version for version in found}
