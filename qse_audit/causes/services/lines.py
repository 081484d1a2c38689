"""Writing the lines of an analysis: added, changed, put elsewhere, deleted."""

from dataclasses import replace
from datetime import datetime
from fractions import Fraction
from typing import Any

from sqlalchemy import bindparam, delete, func, select, update
from sqlalchemy.orm import Session

from qse_audit.accounts.queries import is_member
from qse_audit.causes.models import CauseAnalysis, CauseNode
from qse_audit.causes.rules import (
    HOUSE,
    Landing,
    Node,
    NodeDraft,
    NodeKind,
    Slot,
    Spot,
    Tree,
    as_amount,
    bare,
    content_refusals,
    deletion_refusals,
    line_refusals,
    move_refusals,
    slot_there,
    stepped,
    takes_slot,
    under,
)
from qse_audit.causes.services.analyses import STRANGER, held, still_written
from qse_audit.causes.services.noting import changes, note
from qse_audit.core.clock import utc_text
from qse_audit.core.errors import NotFound, Refusal, Refused, refuse_all
from qse_audit.core.text import N_
from qse_audit.policies import Identity

STUCK = Refusal("stuck", N_("Cette ligne ne peut pas aller plus loin de ce côté."), HOUSE)


def spot_of(
    analysis: CauseAnalysis,
    tree: Tree,
    kind: NodeKind,
    *,
    parent_id: int | None,
    now: datetime,
    node_id: int | None = None,
) -> Spot:
    """Return where a line of an analysis stands, as the rules know it."""
    return Spot(
        tool=analysis.tool,
        tree=tree,
        kind=kind,
        parent_id=parent_id,
        node_id=node_id,
        families=analysis.families,
        started_at=analysis.started_at,
        now=now,
    )


def found(session: Session, node: CauseNode) -> tuple[CauseAnalysis, Tree, Node]:
    """Hold the analysis of a line; return it, its lines, and this one as it stands in them.

    :raises NotFound: if the line was deleted in between.
    """
    tree = held(session, node.analysis)
    here = tree.by_id.get(node.id)
    if here is None:
        raise NotFound(f"line {node.id}")
    return node.analysis, tree, here


def add_node(
    session: Session,
    analysis: CauseAnalysis,
    kind: NodeKind,
    draft: NodeDraft,
    *,
    parent_id: int | None,
    actor: Identity,
    now: datetime,
) -> CauseNode:
    """Add a line behind its siblings and return it.

    :raises Refused: with every reason.
    """
    tree = held(session, analysis)
    spot = spot_of(analysis, tree, kind, parent_id=parent_id, now=now)
    wanted = _bare(spot, draft)
    refuse_all(
        (
            *still_written(analysis),
            *line_refusals(spot, wanted),
            *_strange_owner(session, wanted, analysis.organisation_id),
        )
    )
    last = session.scalar(
        select(func.max(CauseNode.position)).where(CauseNode.analysis_id == analysis.id)
    )
    node = CauseNode(
        analysis_id=analysis.id, kind=kind, parent_id=parent_id, position=(last or 0) + 1
    )
    _write(node, wanted)
    session.add(node)
    data = {"kind": kind.value, "under": parent_id}
    note(session, analysis, "add", actor=actor, now=now, data=data, texts={"line": node.text})
    return node


def edit_node(
    session: Session,
    node: CauseNode,
    draft: NodeDraft,
    *,
    version: int | None,
    actor: Identity,
    now: datetime,
) -> None:
    """Change what a line says; the same again changes nothing.

    :raises Conflict: if ``version`` is not the stored one any more; with both texts.
    :raises Refused: with every reason.
    """
    analysis, tree, _ = found(session, node)
    spot = spot_of(analysis, tree, node.kind, parent_id=node.parent_id, node_id=node.id, now=now)
    wanted, stored = _bare(spot, draft), as_texts(draft_of(node))
    changed = changes(stored, as_texts(wanted), seen=version, stored=node.version)
    if not changed:
        return
    refuse_all(
        (
            *still_written(analysis),
            *content_refusals(spot, wanted),
            *_strange_owner(session, wanted, analysis.organisation_id),
        )
    )
    _write(node, wanted)
    data: dict[str, object] = {"line": node.id, "fields": changed}
    note(session, analysis, "change", actor=actor, now=now, data=data, texts={"line": node.text})


def delete_node(session: Session, node: CauseNode, *, actor: Identity, now: datetime) -> int:
    """Delete a line and all that stands below it; return how many lines are gone.

    :raises Refused: with every reason.
    """
    analysis, tree, here = found(session, node)
    refuse_all(
        (
            *still_written(analysis),
            *deletion_refusals(tree, here, analysis.tool),
        )
    )
    gone = [node.id, *tree.below(node.id)]
    data: dict[str, object] = {"line": node.id, "count": len(gone)}
    note(session, analysis, "remove", actor=actor, now=now, data=data, texts={"line": node.text})
    session.expunge(node)
    table: Any = CauseNode.__table__
    session.execute(
        update(table).where(table.c.id.in_(gone)).values(parent_id=None, same_as_id=None)
    )
    session.execute(delete(table).where(table.c.id.in_(gone)))
    session.expire_all()
    return len(gone)


# --- places ---


def step_node(
    session: Session, node: CauseNode, direction: str, *, actor: Identity, now: datetime
) -> None:
    """Move a line one step: ``up``, ``down``, ``in`` (under the one before it) or ``out``.

    :raises Refused: where it cannot go.
    """
    _, tree, here = found(session, node)
    landing = stepped(tree, here, direction)
    if landing is None:
        raise Refused([STUCK])
    _put(session, node, tree, landing, slot=None, actor=actor, now=now)


def place_node(
    session: Session,
    node: CauseNode,
    parent_id: int | None,
    *,
    slot: Slot | None = None,
    actor: Identity,
    now: datetime,
) -> None:
    """Put a line, with all below it, under another one, or in another fixed place.

    :raises Refused: under itself, or where such a line has no place.
    """
    _, tree, here = found(session, node)
    landing = under(tree, here, parent_id)
    _put(session, node, tree, landing, slot=slot, actor=actor, now=now)


def _put(
    session: Session,
    node: CauseNode,
    tree: Tree,
    landing: Landing,
    *,
    slot: Slot | None,
    actor: Identity,
    now: datetime,
) -> None:
    analysis, here = node.analysis, tree.by_id[node.id]
    parent_id = landing.parent_id
    spot = spot_of(analysis, tree, node.kind, parent_id=parent_id, node_id=node.id, now=now)
    refuse_all((*still_written(analysis), *move_refusals(spot)))
    node.parent_id = parent_id
    node.slot = slot_there(tree, analysis.tool, here, parent_id=parent_id, wanted=slot)
    session.flush()
    table: Any = CauseNode.__table__
    session.execute(
        update(table).where(table.c.id == bindparam("row_id")).values(position=bindparam("rank")),
        [{"row_id": key, "rank": rank} for rank, key in enumerate(landing.order, start=1)],
    )
    data = {"line": node.id, "under": parent_id, "slot": node.slot and node.slot.value}
    note(session, analysis, "place", actor=actor, now=now, data=data, texts={"line": node.text})
    session.expire(node, ["position"])


# --- what a line is made of ---


def draft_of(node: CauseNode) -> NodeDraft:
    """Return what a line says, as it is stored now."""
    values = {name: getattr(node, name) for name in NodeDraft.__slots__}
    return NodeDraft(**{**values, "cost": None if node.cost is None else Fraction(node.cost)})


def as_texts(draft: NodeDraft) -> dict[str, str]:
    """Return what people edit as texts to compare."""
    return {name: _as_text(getattr(draft, name)) for name in NodeDraft.__slots__}


def _as_text(value: object) -> str:
    if value is None or value is False:
        return ""
    return utc_text(value) if isinstance(value, datetime) else str(value).strip()


def _bare(spot: Spot, draft: NodeDraft) -> NodeDraft:
    """Return a draft without what this kind of line does not hold; a pointer says nothing else."""
    shape, parent = spot.shape, spot.parent
    if shape is None:
        return draft
    if shape.is_given and spot.node_id is not None:
        return replace(bare(draft, shape), slot=spot.tree.by_id[spot.node_id].slot)
    held = bare(draft, shape)
    if not takes_slot(shape, None if parent is None else parent.kind):
        held = replace(held, slot=None)
    return NodeDraft(same_as_id=held.same_as_id) if held.same_as_id is not None else held


def _write(node: CauseNode, draft: NodeDraft) -> None:
    node.text, node.fact = draft.text.strip(), draft.fact.strip()
    node.note, node.slot = draft.note.strip(), draft.slot
    node.gate, node.votes = draft.gate, draft.votes
    node.is_verified, node.is_root = draft.is_verified, draft.is_root
    node.is_discarded = draft.is_discarded
    node.count, node.cost = draft.count, as_amount(draft.cost)
    node.owner_id, node.health = draft.owner_id, draft.health
    node.same_as_id, node.done_at = draft.same_as_id, draft.done_at


def _strange_owner(session: Session, draft: NodeDraft, organisation_id: int) -> tuple[Refusal, ...]:
    if draft.owner_id is None or is_member(session, draft.owner_id, organisation_id):
        return ()
    return (Refusal("owner_foreign", STRANGER, HOUSE),)
