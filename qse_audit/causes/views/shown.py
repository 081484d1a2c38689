"""What the page of an analysis shows of its lines: groups, lines, where one more goes."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from flask import url_for
from markupsafe import Markup

from qse_audit.causes import reports
from qse_audit.causes.models import CauseAnalysis
from qse_audit.causes.reports import Wording
from qse_audit.causes.rules import (
    GRAMMARS,
    WORN,
    CauseTool,
    Node,
    NodeKind,
    Shape,
    Slot,
    Tree,
    slots_of,
)
from qse_audit.web.i18n import locale, translate


@dataclass(slots=True, kw_only=True)
class Line:
    """One line as the page shows it, with those below it."""

    id: int
    text: str
    number: int | None
    kind: str
    badges: Sequence[str]
    details: Sequence[tuple[str, str]]
    adds: Sequence[tuple[str, str]]
    """(act, query of the page that does it)."""
    is_given: bool
    is_struck: bool
    is_strong: bool
    asks_action: bool
    children: list["Line"] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Group:
    """The lines of one fixed place, or all of them where the tool has none."""

    label: str
    lines: Sequence[Line]
    adds: Sequence[tuple[str, str]]


def page_of(analysis: CauseAnalysis, tree: Tree, *, may_edit: bool) -> dict[str, Any]:
    """Return the lines of an analysis, its drawing and its charts."""
    wording = Wording(analysis.tool, tree, locale())
    problem = analysis.question or analysis.title
    svg = reports.drawing(wording, problem, analysis.families)
    return {
        "groups": list(_groups(analysis, wording)),
        "svg": Markup(svg),  # it escapes every text itself
        "charts": reports.charts(wording),
        "may_edit": may_edit,
        "is_nested": GRAMMARS[analysis.tool].is_nested,
        "lines_url": url_for("causes.index") + "lines/",
        "add_url": url_for("causes.add", cause_id=analysis.id),
        "is_empty": not any(node.text or node.same_as_id for node in tree.nodes),
    }


def _groups(analysis: CauseAnalysis, wording: Wording) -> Iterator[Group]:
    tool, tree = analysis.tool, wording.tree
    if tool is CauseTool.EIGHT_D:
        yield Group("", [_line(wording, node) for node in tree.roots], ())
        return
    shapes = GRAMMARS[tool].under(None)
    slotted = [shape for shape in shapes if shape.slots]
    for shape in slotted:
        for slot in slots_of(shape, analysis.families):
            lines = [_line(wording, node) for node in tree.in_slot(slot)]
            adds = [(translate(shape.adds), _query(shape, None, slot))]
            yield Group(translate(slot.label), lines, adds)
    if not slotted:
        lines = [_line(wording, node) for node in tree.roots]
        adds = [
            (_first(shape), _query(shape, None, None))
            for shape in shapes
            if not (shape.is_only_one and tree.roots)
        ]
        yield Group("", lines, adds)


def _first(shape: Shape) -> str:
    """Return the act that writes the first line of a tool."""
    return translate(shape.begins or shape.adds)


def _query(shape: Shape, under: int | None, slot: Slot | None) -> str:
    parts = [f"kind={shape.kind.value}"]
    if under is not None:
        parts.append(f"under={under}")
    if slot is not None:
        parts.append(f"slot={slot.value}")
    return "?" + "&".join(parts)


def _line(wording: Wording, node: Node) -> Line:
    shape = wording.shape(node)
    return Line(
        id=node.id,
        text=wording.text(node),
        number=wording.number(node),
        kind=_kind(wording, node),
        badges=wording.badges(node),
        details=wording.details(node),
        adds=list(_adds(wording, node)),
        is_given=shape.is_given,
        is_struck=node.is_discarded,
        is_strong=node.is_verified or node.is_root,
        asks_action=_calls_for_action(wording.tool, node),
        children=[_line(wording, child) for child in wording.tree.children(node.id)],
    )


def _kind(wording: Wording, node: Node) -> str:
    """Return what a line is, where its tool has lines of several sorts."""
    if wording.tool is CauseTool.EIGHT_D:
        return wording.slot(node) or translate(node.kind.label)
    return translate(node.kind.label) if wording.tool is CauseTool.BOW_TIE else ""


def _adds(wording: Wording, node: Node) -> Iterator[tuple[str, str]]:
    """Yield what may be added under a line."""
    if node.same_as_id is not None:
        return
    for shape in GRAMMARS[wording.tool].under(node.kind, node.slot):
        if shape.kind is NodeKind.CAUSE and node.slot is Slot.D4:
            for slot in shape.slots:
                act = f"{translate(shape.adds)} ({translate(slot.label).lower()})"
                yield act, _query(shape, node.id, slot)
        else:
            yield translate(shape.adds), _query(shape, node.id, None)


def _calls_for_action(tool: CauseTool, node: Node) -> bool:
    """Say whether a line is a cause that was shown, or a barrier that does not hold."""
    if tool is CauseTool.BOW_TIE:
        return node.kind is NodeKind.BARRIER and node.health in WORN
    return node.is_verified or node.is_root
