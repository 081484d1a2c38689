"""Writing many lines of an analysis at once: all, or none."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import bindparam, insert, select, update
from sqlalchemy.orm import Session

from qse_audit.core.errors import Refusal, refuse_all
from qse_audit.core.permissions import Kind
from qse_audit.core.text import N_
from qse_audit.db.notes import note
from qse_audit.policies import Identity
from qse_audit.risks import queries
from qse_audit.risks.models import Risk, RiskAnalysis, RiskRating
from qse_audit.risks.rules import (
    LineDraft,
    RatingStage,
    Scale,
    line_refusals,
    rate,
    rating_refusals,
    scale_from,
)
from qse_audit.risks.rules.analyses import HOUSE, RatingDraft
from qse_audit.risks.services.analyses import still_open
from qse_audit.risks.services.lines import COMMON, Notes, columns_of, next_position
from qse_audit.risks.services.ratings import as_rating, held_columns, overrides_of, rated_columns
from qse_audit.risks.services.sections import ensure_sections

TOLD_AT_MOST = 20
"""Refusals of a batch that are told at once."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One line of a batch."""

    draft: LineDraft
    notes: Notes | None = None
    """Net; ``None``: as it was, or not rated."""
    planned: Notes | None = None
    """Expected after the actions of a line that has some; ``None``: as it was."""
    number: int | None = None
    """Of the line that it replaces; ``None`` for a new one."""
    place: str = ""
    """Where it stands in what was given, for refusals: “ligne 12”."""
    reason: str = ""
    """Why its notes change."""


@dataclass(frozen=True, slots=True)
class Written:
    """What a batch came to."""

    added: int
    changed: int
    rated: int
    planned: int = 0
    """Lines whose expected notes are others now."""


def write_lines(
    session: Session,
    analysis: RiskAnalysis,
    lines: Sequence[Line],
    *,
    actor: Identity,
    now: datetime,
) -> Written:
    """Add and replace lines, and rate them net where notes are given; all or nothing.

    Facts that count whatever the notes rate a line again, at the stage where it stands.

    A constant number of statements whatever the number of lines, besides those of new sections.

    :raises Refused: with up to 20 reasons, each with the place of its line.
    """
    scale = scale_from(analysis.scale)
    known = queries.lines_by_number(session, analysis.id)
    refuse_all((*still_open(analysis), *_batch_refusals(analysis, scale, lines, known)))
    places = ensure_sections(session, analysis, (line.draft.section for line in lines))
    fresh = [line for line in lines if line.number is None]
    numbers = range(analysis.last_number + 1, analysis.last_number + 1 + len(fresh))
    added = _insert(session, analysis, zip(numbers, fresh, strict=True), places, now=now)
    analysis.last_number += len(fresh)
    changed = _replace(session, lines, known, places)
    old = [(known[line.number], line) for line in lines if line.number is not None]
    rated = [
        (key, line, anew)
        for key, line, stored in (
            *((key, line, None) for key, line in zip(added, fresh, strict=True)),
            *((stored.id, line, stored) for stored, line in old),
        )
        if (anew := _rated_anew(line, stored))
    ]
    _rate(session, scale, rated, actor=actor, now=now)
    plans = [
        (stored.id, line, (RatingStage.PLANNED, line.planned))
        for stored, line in old
        if line.planned and stored.planned_notes != dict(line.planned)
    ]
    _rate(session, scale, plans, actor=actor, now=now)
    done = Written(len(fresh), changed, len(rated), len(plans))
    if done != Written(0, 0, 0):
        _note(session, analysis, done, actor=actor, now=now)
    session.flush()
    session.expire_all()
    return done


def _note(
    session: Session, analysis: RiskAnalysis, done: Written, *, actor: Identity, now: datetime
) -> None:
    """Record what a batch came to."""
    analysis.changed_at = now
    data = {
        "reference": analysis.reference,
        "added": done.added,
        "changed": done.changed,
        "rated": done.rated,
        "planned": done.planned,
    }
    note(session, (Kind.RISK_ANALYSIS, analysis), "write-lines", actor=actor, now=now, data=data)


def _batch_refusals(
    analysis: RiskAnalysis, scale: Scale, lines: Sequence[Line], known: Mapping[int, Any]
) -> list[Refusal]:
    found: list[Refusal] = []
    for line in lines:
        faults = [
            *line_refusals(analysis.method, line.draft),
            *rating_refusals(scale, line.notes or {}, overrides_of(line.draft.details)),
        ]
        if line.number is not None and line.number not in known:
            told = N_("la ligne n° %(number)d n’existe pas dans l’analyse", number=line.number)
            faults.append(Refusal("number", told, HOUSE))
        elif line.number is not None and known[line.number].withdrawn_at is not None:
            told = N_("la ligne n° %(number)d est retirée", number=line.number)
            faults.append(Refusal("withdrawn", told, HOUSE))
        found += [_placed(line.place, fault) for fault in faults]
        if len(found) >= TOLD_AT_MOST:
            break
    return found[:TOLD_AT_MOST]


def _placed(place: str, fault: Refusal) -> Refusal:
    if not place:
        return fault
    told = N_("%(place)s, %(message)s", place=place, message=fault.message)
    return Refusal(fault.code, told, fault.source)


def _insert(
    session: Session,
    analysis: RiskAnalysis,
    numbered: Iterable[tuple[int, Line]],
    places: Mapping[tuple[str, ...], int],
    *,
    now: datetime,
) -> list[int]:
    """Insert new lines at the end and return their ids in order."""
    at = next_position(session, analysis)
    rows = [
        {
            "organisation_id": analysis.organisation_id,
            "analysis_id": analysis.id,
            "number": number,
            "position": at + place,
            "created_at": now,
            "withdrawn_reason": "",
            "version": 1,
            **columns_of(line.draft, places),
        }
        for place, (number, line) in enumerate(numbered)
    ]
    if not rows:
        return []
    session.execute(insert(Risk), rows)
    numbers = [row["number"] for row in rows]
    of_these = Risk.analysis_id == analysis.id, Risk.number.between(numbers[0], numbers[-1])
    return list(session.scalars(select(Risk.id).where(*of_these).order_by(Risk.number)))


def _replace(
    session: Session,
    lines: Sequence[Line],
    known: Mapping[int, Any],
    places: Mapping[tuple[str, ...], int],
) -> int:
    """Write the lines that differ from what is stored, and return how many."""
    rows = []
    for line in lines:
        if line.number is None:
            continue
        stored, wanted = known[line.number], columns_of(line.draft, places)
        if any(getattr(stored, name) != value for name, value in wanted.items()):
            rows.append({"row_id": stored.id, **{f"new_{k}": v for k, v in wanted.items()}})
    if rows:
        table: Any = Risk.__table__
        names = ("section_id", *COMMON, "details")
        session.execute(
            update(table)
            .where(table.c.id == bindparam("row_id"))
            .values(
                version=table.c.version + 1,
                **{name: bindparam(f"new_{name}", type_=table.c[name].type) for name in names},
            ),
            rows,
        )
    return len(rows)


def _rated_anew(line: Line, stored: Any) -> tuple[RatingStage, Notes] | None:
    """Return the stage and the notes that a line is rated at now, ``None`` for none."""
    if line.notes and (stored is None or stored.notes != dict(line.notes)):
        return RatingStage.NET, line.notes
    if stored is None or stored.notes is None:
        return None
    same = overrides_of(line.draft.details) == overrides_of(stored.details)
    return None if same else (stored.stage, stored.notes)


def _rate(
    session: Session,
    scale: Scale,
    rated: Sequence[tuple[int, Line, tuple[RatingStage, Notes]]],
    *,
    actor: Identity,
    now: datetime,
) -> None:
    """Keep the ratings of many lines, all planned or none: two statements.

    What holds leaves plans as they are.
    """
    ratings, columns = [], []
    for key, line, (stage, given) in rated:
        notes, overrides = dict(given), overrides_of(line.draft.details)
        result = rate(scale, notes, overrides)
        assert result is not None  # checked before anything is written
        draft = RatingDraft(stage=stage, notes=notes, reason=line.reason)
        ratings.append(
            as_rating(
                key, stage, notes, result, overrides=overrides, draft=draft, actor=actor, now=now
            )
        )
        left = rated_columns if stage is RatingStage.PLANNED else held_columns
        columns.append({"row_id": key, **left(stage, notes, result, now=now)})
    if not ratings:
        return
    session.execute(insert(RiskRating), ratings)
    table: Any = Risk.__table__
    names = [name for name in columns[0] if name != "row_id"]
    session.execute(
        update(table)
        .where(table.c.id == bindparam("row_id"))
        .values(
            version=table.c.version + 1,
            **{name: bindparam(f"new_{name}", type_=table.c[name].type) for name in names},
        ),
        [{k if k == "row_id" else f"new_{k}": v for k, v in row.items()} for row in columns],
    )
