"""Writing the lines of an analysis, one by one or many at once."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import bindparam, func, insert, select, update
from sqlalchemy.orm import Session

from qse_audit.core.errors import Refusal, refuse_all
from qse_audit.core.permissions import Kind
from qse_audit.core.text import N_
from qse_audit.db.notes import change, note
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
from qse_audit.risks.rules.analyses import HOUSE, LIVE, RatingDraft
from qse_audit.risks.services.ratings import (
    as_rating,
    keep_rating,
    overrides_of,
    rated_columns,
)
from qse_audit.risks.services.sections import ensure_sections

Notes = Mapping[str, int]
COMMON = ("situation", "event", "effect", "cause", "prevention", "detection", "family")
TOLD_AT_MOST = 20
"""Refusals of a batch that are told at once."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One line of a batch."""

    draft: LineDraft
    notes: Notes | None = None
    """Net; ``None``: as it was, or not rated."""
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


def add_risk(
    session: Session,
    analysis: RiskAnalysis,
    draft: LineDraft,
    *,
    notes: Notes | None = None,
    actor: Identity,
    now: datetime,
) -> Risk:
    """Add a line at the end of its section, with its net rating if one is given, and return it.

    :raises Refused: with every reason.
    """
    scale = scale_from(analysis.scale)
    refuse_all(
        (
            *_writable(analysis),
            *line_refusals(analysis.method, draft),
            *rating_refusals(scale, notes or {}, overrides_of(draft.details)),
        )
    )
    places = ensure_sections(session, analysis, [draft.section])
    analysis.last_number += 1
    risk = Risk(
        organisation_id=analysis.organisation_id,
        analysis_id=analysis.id,
        number=analysis.last_number,
        position=_next_position(session, analysis),
        created_at=now,
        **_columns(draft, places),
    )
    session.add(risk)
    session.flush()
    data = {"reference": analysis.reference, "number": risk.number}
    _note(session, analysis, risk, "create", actor=actor, now=now, data=data)
    if notes:
        keep_rating(session, risk, RatingStage.NET, notes=notes, scale=scale, actor=actor, now=now)
    session.flush()
    session.expire(risk)
    return risk


def edit_risk(
    session: Session,
    risk: Risk,
    draft: LineDraft,
    *,
    version: int | None = None,
    actor: Identity,
    now: datetime,
) -> None:
    """Say a line anew; facts that count whatever the notes rate it again.

    :raises Refused: with every reason.
    :raises Conflict: when ``version`` is no longer the stored one.
    """
    analysis = risk.analysis
    refuse_all((*_writable(analysis), *line_refusals(analysis.method, draft)))
    places = ensure_sections(session, analysis, [draft.section])
    before = overrides_of(risk.details)
    changed = change(risk, _columns(draft, places), version=version)
    if not changed:
        return
    session.flush()
    data = {"reference": analysis.reference, "number": risk.number, "changed": changed}
    _note(session, analysis, risk, "edit", actor=actor, now=now, data=data)
    if risk.notes and risk.stage and overrides_of(draft.details) != before:
        scale = scale_from(analysis.scale)
        keep_rating(session, risk, risk.stage, notes=risk.notes, scale=scale, actor=actor, now=now)
    session.flush()
    session.expire(risk)


def withdraw_risk(
    session: Session, risk: Risk, reason: str, *, actor: Identity, now: datetime
) -> None:
    """Take a line out of the analysis; it stays readable, with the reason.

    :raises Refused: without a reason, or when it is out already.
    """
    refusals = list(_writable(risk.analysis))
    if risk.withdrawn_at is not None:
        refusals.append(Refusal("withdrawn", N_("Cette ligne est déjà retirée."), HOUSE))
    if not reason.strip():
        told = N_("Dites pourquoi ce risque n’existe plus : la raison reste au journal.")
        refusals.append(Refusal("reason", told, HOUSE))
    refuse_all(refusals)
    risk.withdrawn_at, risk.withdrawn_reason = now, reason.strip()
    data = {"reference": risk.analysis.reference, "number": risk.number}
    texts = {"note": reason.strip()}
    _note(session, risk.analysis, risk, "withdraw", actor=actor, now=now, data=data, texts=texts)


def restore_risk(session: Session, risk: Risk, *, actor: Identity, now: datetime) -> None:
    """Put a withdrawn line back where it was; one that is not withdrawn stays as it is."""
    refuse_all(_writable(risk.analysis))
    if risk.withdrawn_at is None:
        return
    risk.withdrawn_at, risk.withdrawn_reason = None, ""
    data = {"reference": risk.analysis.reference, "number": risk.number}
    _note(session, risk.analysis, risk, "restore", actor=actor, now=now, data=data)


# --- many at once ---


def write_lines(
    session: Session,
    analysis: RiskAnalysis,
    lines: Sequence[Line],
    *,
    actor: Identity,
    now: datetime,
) -> Written:
    """Add and replace lines, and rate them net where notes are given; all or nothing.

    A constant number of statements whatever the number of lines, besides those of new sections.

    :raises Refused: with up to 20 reasons, each with the place of its line.
    """
    scale = scale_from(analysis.scale)
    known = queries.lines_by_number(session, analysis.id)
    refuse_all((*_writable(analysis), *_batch_refusals(analysis, scale, lines, known)))
    places = ensure_sections(session, analysis, (line.draft.section for line in lines))
    fresh = [line for line in lines if line.number is None]
    numbers = range(analysis.last_number + 1, analysis.last_number + 1 + len(fresh))
    added = _insert(session, analysis, zip(numbers, fresh, strict=True), places, now=now)
    analysis.last_number += len(fresh)
    changed = _replace(session, lines, known, places)
    keys = {line.number: known[line.number].id for line in lines if line.number is not None}
    rated = [
        (key, line)
        for key, line in (
            *zip(added, fresh, strict=True),
            *((keys[line.number], line) for line in lines if line.number is not None),
        )
        if line.notes and (line.number is None or known[line.number].notes != dict(line.notes))
    ]
    _rate(session, scale, rated, actor=actor, now=now)
    done = Written(len(fresh), changed, len(rated))
    if done != Written(0, 0, 0):
        analysis.changed_at = now
        note(
            session,
            (Kind.RISK_ANALYSIS, analysis),
            "write-lines",
            actor=actor,
            now=now,
            data={
                "reference": analysis.reference,
                "added": done.added,
                "changed": done.changed,
                "rated": done.rated,
            },
        )
    session.flush()
    session.expire_all()
    return done


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
    at = _next_position(session, analysis)
    rows = [
        {
            "organisation_id": analysis.organisation_id,
            "analysis_id": analysis.id,
            "number": number,
            "position": at + place,
            "created_at": now,
            "withdrawn_reason": "",
            "version": 1,
            **_columns(line.draft, places),
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
        stored, wanted = known[line.number], _columns(line.draft, places)
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


def _rate(
    session: Session,
    scale: Scale,
    rated: Sequence[tuple[int, Line]],
    *,
    actor: Identity,
    now: datetime,
) -> None:
    """Keep the net ratings of many lines: two statements."""
    ratings, columns = [], []
    for key, line in rated:
        notes, overrides = dict(line.notes or {}), overrides_of(line.draft.details)
        result = rate(scale, notes, overrides)
        assert result is not None  # checked before anything is written
        draft = RatingDraft(stage=RatingStage.NET, notes=notes, reason=line.reason)
        ratings.append(
            as_rating(
                key, draft.stage, notes, result, overrides=overrides, draft=draft, actor=actor,
                now=now,
            )
        )  # fmt: skip
        columns.append({"row_id": key, **rated_columns(RatingStage.NET, notes, result, now=now)})
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


def _columns(draft: LineDraft, places: Mapping[tuple[str, ...], int]) -> dict[str, Any]:
    texts = {name: getattr(draft, name).strip() for name in COMMON}
    details = {
        name: value
        for name, value in sorted(draft.details.items())
        if value not in ("", None, [], ())
    }
    section = places[draft.section] if draft.section else None
    return {"section_id": section, **texts, "details": _plain(details)}


def _plain(details: Mapping[str, Any]) -> dict[str, Any]:
    """Return details as JSON gives them back: codes as texts, sets as lists."""
    return {
        name: value if isinstance(value, str | int) else [str(each) for each in value]
        for name, value in details.items()
    }


def _next_position(session: Session, analysis: RiskAnalysis) -> int:
    last = session.scalar(select(func.max(Risk.position)).where(Risk.analysis_id == analysis.id))
    return (last or 0) + 1


def _writable(analysis: RiskAnalysis) -> tuple[Refusal, ...]:
    if analysis.status in LIVE:
        return ()
    over = N_("Une analyse archivée ne se modifie plus : reprenez-la d’abord.")
    return (Refusal("archived", over, HOUSE),)


def _note(
    session: Session,
    analysis: RiskAnalysis,
    risk: Risk,
    act: str,
    *,
    actor: Identity,
    now: datetime,
    data: Mapping[str, object],
    texts: Mapping[str, str] | None = None,
) -> None:
    analysis.changed_at = now
    words = {"title": risk.event, **(texts or {})}
    note(session, (Kind.RISK, risk), act, actor=actor, now=now, data=data, texts=words)
