"""What a version freezes, the versions of an analysis, and what lies between two."""

import json
from collections.abc import Mapping, Sequence
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
from qse_audit.risks.models import Risk, RiskAnalysis, RiskSection, RiskVersion
from qse_audit.risks.queries.lines import RiskLine, lines_of

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
        selectinload(RiskVersion.participations),
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
    return contents_of(session, [analysis])[analysis.id]


def contents_of(session: Session, analyses: Sequence[RiskAnalysis]) -> dict[int, dict[str, Any]]:
    """Return analyses as versions keep them, by id: three statements, whatever their number."""
    ids = [analysis.id for analysis in analyses]
    sections, lines = _sections(session, ids), _lines(session, ids)
    actions = _actions(session, ids)
    return {
        analysis.id: {
            **_about(analysis),
            "sections": list(sections.get(analysis.id, {}).values()),
            "lines": [
                _line(line, sections.get(analysis.id, {})) for line in lines.get(analysis.id, ())
            ],
            "actions": actions.get(analysis.id, []),
        }
        for analysis in analyses
    }


def _about(analysis: RiskAnalysis) -> dict[str, Any]:
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
    }


def _sections(session: Session, ids: Sequence[int]) -> dict[int, dict[int, dict[str, Any]]]:
    """Return the sections of analyses by id, in the order of their tree: one statement."""
    rows = session.scalars(
        select(RiskSection)
        .where(RiskSection.analysis_id.in_(ids))
        .order_by(RiskSection.analysis_id, RiskSection.position, RiskSection.id)
    )
    found: dict[int, dict[int, dict[str, Any]]] = {}
    for row in rows:
        found.setdefault(row.analysis_id, {})[row.id] = {
            "id": row.id,
            "parent": row.parent_id,
            "title": row.title,
            "description": row.description,
        }
    return found


def _lines(session: Session, ids: Sequence[int]) -> dict[int, list[RiskLine]]:
    """Return the lines of analyses: one statement."""
    found: dict[int, list[RiskLine]] = {}
    for line in lines_of(session, *ids):
        found.setdefault(line.analysis_id, []).append(line)
    return found


def _path(section_id: int | None, sections: Mapping[int, Mapping[str, Any]]) -> list[str]:
    """Return the titles from the root down to a section."""
    path: list[str] = []
    while section_id is not None:
        path.insert(0, sections[section_id]["title"])
        section_id = sections[section_id]["parent"]
    return path


def _line(line: RiskLine, sections: Mapping[int, Mapping[str, Any]]) -> dict[str, Any]:
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
        "path": _path(line.section_id, sections),
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


def _actions(session: Session, ids: Sequence[int]) -> dict[int, list[dict[str, Any]]]:
    """Return the actions of the lines of analyses, cancelled ones left out: one statement."""
    columns: list[Any] = [
        Risk.analysis_id, Risk.number, Action.reference, Action.title, Action.principle,
        Action.status, Action.due_on, Person.name, Action.criterion,
    ]  # fmt: skip
    rows = session.execute(
        select(*columns)
        .join(Risk, Risk.id == Action.origin_id)
        .join(Person, Person.id == Action.owner_id)
        .where(
            Action.origin_kind == Kind.RISK,
            Risk.analysis_id.in_(ids),
            Action.status != ActionStatus.CANCELLED,
        )
        .order_by(Risk.number, Action.due_on, Action.id)
    )
    found: dict[int, list[dict[str, Any]]] = {}
    for row in rows:
        found.setdefault(row.analysis_id, []).append(_action(row))
    return found


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
