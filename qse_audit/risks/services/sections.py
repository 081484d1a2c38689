"""The tree of sections of an analysis: steps, work units, activities."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import bindparam, func, insert, select, update
from sqlalchemy.orm import Session

from qse_audit.core.errors import Refusal, refuse_all
from qse_audit.core.permissions import Kind
from qse_audit.core.text import N_
from qse_audit.db.notes import change, note
from qse_audit.policies import Identity
from qse_audit.referentials.rules import Place, in_tree_order, moved, places_refusal
from qse_audit.risks import queries
from qse_audit.risks.models import Risk, RiskAnalysis, RiskSection
from qse_audit.risks.rules.analyses import HOUSE, section_refusals

Path = tuple[str, ...]
"""The titles from the root of the tree down."""


def add_section(
    session: Session,
    analysis: RiskAnalysis,
    title: str,
    *,
    parent_id: int | None = None,
    description: str = "",
    actor: Identity,
    now: datetime,
) -> RiskSection:
    """Add a section at the end of its parent, and return it.

    :raises Refused: without a title.
    :raises NotFound: for a parent of another analysis.
    """
    refuse_all(section_refusals(title))
    if parent_id is not None:
        queries.section_in(session, analysis.id, parent_id)
    last = session.scalar(
        select(func.max(RiskSection.position)).where(RiskSection.analysis_id == analysis.id)
    )
    section = RiskSection(
        analysis_id=analysis.id,
        parent_id=parent_id,
        position=(last or 0) + 1,
        title=title.strip(),
        description=description.strip(),
    )
    session.add(section)
    session.flush()
    _renumber(session, analysis, queries.places_of(session, analysis.id))
    _note(session, analysis, actor=actor, now=now, section=section.id, act="add")
    return section


def edit_section(
    session: Session,
    section: RiskSection,
    title: str,
    description: str,
    *,
    version: int | None = None,
    actor: Identity,
    now: datetime,
) -> None:
    """Rename a section.

    :raises Refused: without a title.
    :raises Conflict: when ``version`` is no longer the stored one.
    """
    refuse_all(section_refusals(title))
    wanted = {"title": title.strip(), "description": description.strip()}
    if change(section, wanted, version=version):
        analysis = session.get_one(RiskAnalysis, section.analysis_id)
        _note(session, analysis, actor=actor, now=now, section=section.id, act="edit")


def step_section(
    session: Session, section: RiskSection, direction: str, *, actor: Identity, now: datetime
) -> None:
    """Move a section one step: ``up``, ``down``, ``in`` or ``out``, with all that is below it."""
    analysis = session.get_one(RiskAnalysis, section.analysis_id)
    places = moved(queries.places_of(session, analysis.id), section.id, direction)
    _place(session, analysis, places, actor=actor, now=now)


def place_section(
    session: Session,
    section: RiskSection,
    parent_id: int | None,
    *,
    actor: Identity,
    now: datetime,
) -> None:
    """Put a section, with all that is below it, at the end of another one.

    :raises Refused: for a section that would stand below itself.
    :raises NotFound: for a parent of another analysis.
    """
    analysis = session.get_one(RiskAnalysis, section.analysis_id)
    if parent_id is not None:
        queries.section_in(session, analysis.id, parent_id)
    before = queries.places_of(session, analysis.id)
    parents = {place.id: place.parent_id for place in before}
    above: int | None = parent_id
    while above is not None:
        if above == section.id:
            told = N_("Une section ne peut pas être placée sous elle-même.")
            refuse_all([Refusal("parent_id", told, HOUSE)])
        above = parents[above]
    places = [Place(place.id, parent_id) if place.id == section.id else place for place in before]
    _place(session, analysis, in_tree_order(places), actor=actor, now=now)


def remove_section(
    session: Session, section: RiskSection, *, actor: Identity, now: datetime
) -> None:
    """Remove an empty section.

    :raises Refused: while it holds lines, even withdrawn ones, or sections.
    """
    held = session.scalar(
        select(func.count()).select_from(Risk).where(Risk.section_id == section.id)
    )
    below = session.scalar(
        select(func.count()).select_from(RiskSection).where(RiskSection.parent_id == section.id)
    )
    if held or below:
        told = N_("Cette section n’est pas vide : déplacez d’abord ce qu’elle contient.")
        refuse_all([Refusal("not_empty", told, HOUSE)])
    analysis = session.get_one(RiskAnalysis, section.analysis_id)
    session.delete(section)
    session.flush()
    _note(session, analysis, actor=actor, now=now, section=section.id, act="remove")


def ensure_sections(
    session: Session, analysis: RiskAnalysis, paths: Iterable[Path]
) -> dict[Path, int]:
    """Return the id of each section that ``paths`` name, those that miss made first.

    Two statements a level, whatever the number of paths; titles are compared without their case.
    """
    wanted = list(dict.fromkeys(path for path in paths if path))
    ids = _ids(session, analysis)
    before, last = len(ids), len(ids)
    for depth in range(1, max((len(path) for path in wanted), default=0) + 1):
        heads: dict[Path, Path] = {}
        for path in wanted:
            if len(path) >= depth:
                heads.setdefault(_folded(path[:depth]), path[:depth])
        missing = [head for folded, head in heads.items() if folded not in ids]
        if missing:
            rows = [
                {
                    "analysis_id": analysis.id,
                    "parent_id": ids[_folded(head[:-1])] if depth > 1 else None,
                    "position": last + place,
                    "title": head[-1].strip(),
                    "description": "",
                    "version": 1,
                }
                for place, head in enumerate(missing, start=1)
            ]
            last += len(rows)
            session.execute(insert(RiskSection), rows)
            ids = _ids(session, analysis)
    if last > before:
        _renumber(session, analysis, queries.places_of(session, analysis.id))
    return {path: ids[_folded(path)] for path in wanted}


def _ids(session: Session, analysis: RiskAnalysis) -> dict[Path, int]:
    """Return the id of each section by its path, whatever the case."""
    paths = queries.section_paths(session, analysis.id)
    return {_folded(path): key for key, path in paths.items()}


def _folded(path: Path) -> Path:
    return tuple(title.strip().casefold() for title in path)


def _place(
    session: Session,
    analysis: RiskAnalysis,
    places: Sequence[Place],
    *,
    actor: Identity,
    now: datetime,
) -> None:
    before = queries.places_of(session, analysis.id)
    refusal = places_refusal(before, places)
    refuse_all([refusal] if refusal else [])
    if list(places) != list(before):
        _renumber(session, analysis, places)
        _note(session, analysis, actor=actor, now=now, section=0, act="place")


def _renumber(session: Session, analysis: RiskAnalysis, places: Sequence[Place]) -> None:
    """Write the position and the parent of every section: one statement."""
    table: Any = RiskSection.__table__
    rows = [
        {"row_id": place.id, "rank": rank, "parent": place.parent_id}
        for rank, place in enumerate(in_tree_order(places), start=1)
    ]
    if rows:
        session.execute(
            update(table)
            .where(table.c.id == bindparam("row_id"))
            .values(position=bindparam("rank"), parent_id=bindparam("parent")),
            rows,
        )
    session.flush()
    session.expire_all()


def _note(
    session: Session,
    analysis: RiskAnalysis,
    *,
    actor: Identity,
    now: datetime,
    section: int,
    act: str,
) -> None:
    analysis.changed_at = now
    data = {"reference": analysis.reference, "section": section, "act": act}
    note(session, (Kind.RISK_ANALYSIS, analysis), "sections", actor=actor, now=now, data=data)
