"""The pages that write the lines of an analysis: add, change, put elsewhere, delete."""

from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import ngettext

from qse_audit.accounts.queries import people_of
from qse_audit.causes import queries, services
from qse_audit.causes.forms import NodeForm, PlaceForm
from qse_audit.causes.models import CauseAnalysis, CauseNode
from qse_audit.causes.reports import Wording
from qse_audit.causes.rules import (
    GRAMMARS,
    CauseTool,
    Node,
    NodeField,
    NodeKind,
    Shape,
    Slot,
    Spot,
    Tree,
    move_refusals,
    next_slot,
    slots_of,
    takes_slot,
)
from qse_audit.causes.views.blueprint import CAUSE, LINE, bp, chosen
from qse_audit.core.clock import now
from qse_audit.core.errors import NotFound
from qse_audit.core.permissions import Permission
from qse_audit.web.conflicts import conflict_page
from qse_audit.web.database import commits, session
from qse_audit.web.forms import accepted
from qse_audit.web.guards import requires
from qse_audit.web.i18n import locale, translate
from qse_audit.web.sign_in import identity

P = Permission
SHORT = 80
"""Letters of a line in a list of choices."""


@bp.route("/<int:cause_id>/add", methods=["GET", "POST"])
@requires(P.CAUSE_EDIT, on=CAUSE)
@commits
def add(analysis: CauseAnalysis) -> ResponseReturnValue:
    """Add a line under another one, or under none."""
    tree = queries.tree_of(session(), analysis.id)
    shape, parent = asked_for(analysis, tree)
    form = line_form(analysis, tree, shape, parent=parent, node=None)

    def write() -> Any:
        under = None if parent is None else parent.id
        return services.add_node(
            session(), analysis, shape.kind, form.draft(),
            parent_id=under, actor=identity(), now=now(),
        )  # fmt: skip

    if made := accepted(form, write):
        session().flush()
        return redirect(onward(analysis, shape, made), 303)
    body = render_template(
        "causes/line.html",
        analysis=analysis,
        form=form,
        node=None,
        shape=shape,
        heading=heading_of(shape, parent),
        parent=parent and Wording(analysis.tool, tree, locale()).text(parent),
    )
    return body, 422 if form.is_submitted() else 200


@bp.route("/lines/<int:cause_node_id>/edit", methods=["GET", "POST"])
@requires(P.CAUSE_EDIT, on=LINE)
@commits
def edit_line(node: CauseNode) -> ResponseReturnValue:
    """Change what a line says."""
    form = stored_form(node)
    back = at_line(node.analysis_id, node.id)
    if form.is_submitted() and form.validate() and form.stored_version != node.version:
        theirs = stored_form(node, stored=True)
        if form.draft() != theirs.draft():
            return conflict_page(form, theirs, version=node.version, back_url=back)

    def change() -> Any:
        seen = form.stored_version
        return services.edit_node(
            session(), node, form.draft(), version=seen, actor=identity(), now=now()
        )

    if accepted(form, change):
        return redirect(back, 303)
    return line_page(node, form)


@bp.post("/lines/<int:cause_node_id>/step")
@requires(P.CAUSE_EDIT, on=LINE)
@commits
def step(node: CauseNode) -> ResponseReturnValue:
    """Move a line one step: up, down, under the one before it, behind the one above it."""
    services.step_node(
        session(), node, request.form.get("direction", ""), actor=identity(), now=now()
    )
    return redirect(at_line(node.analysis_id, node.id), 303)


@bp.route("/lines/<int:cause_node_id>/place", methods=["GET", "POST"])
@requires(P.CAUSE_EDIT, on=LINE)
@commits
def place(node: CauseNode) -> ResponseReturnValue:
    """Put a line, with all below it, somewhere else."""
    tree = queries.tree_of(session(), node.analysis_id)
    form = PlaceForm()
    form.under.choices = spots_of(node, tree)

    def put() -> Any:
        parent_id, slot = as_spot(form.under.data)
        return services.place_node(
            session(), node, parent_id, slot=slot, actor=identity(), now=now()
        )

    if accepted(form, put):
        return redirect(at_line(node.analysis_id, node.id), 303)
    body = render_template("causes/place.html", node=node, analysis=node.analysis, form=form)
    return body, 422 if form.is_submitted() else 200


@bp.post("/lines/<int:cause_node_id>/delete")
@requires(P.CAUSE_EDIT, on=LINE)
@commits
def delete_line(node: CauseNode) -> ResponseReturnValue:
    """Delete a line and all that stands below it."""
    cause_id = node.analysis_id
    count = services.delete_node(session(), node, actor=identity(), now=now())
    flash(ngettext("%(num)s ligne supprimée.", "%(num)s lignes supprimées.", count), "success")
    return redirect(url_for("causes.detail", cause_id=cause_id, _anchor="lines"), 303)


# --- what the views are made of ---


def at_line(cause_id: int, node_id: int) -> str:
    """Return the address of a line on the page of its analysis."""
    return url_for("causes.detail", cause_id=cause_id, _anchor=f"line-{node_id}")


def asked_for(analysis: CauseAnalysis, tree: Tree) -> tuple[Shape, Node | None]:
    """Return which kind of line the address asks for, and under which line.

    :raises NotFound: for a kind that the tool does not know there.
    """
    under = request.args.get("under", "")
    parent = tree.by_id.get(int(under)) if under.isdecimal() and len(under) < 10 else None
    kind = chosen(NodeKind, request.args.get("kind"))
    shape = GRAMMARS[analysis.tool].of(kind) if kind else None
    fits = shape is not None and (None if parent is None else parent.kind) in shape.under
    if shape is None or not fits or shape.is_given or (under and parent is None):
        raise NotFound(f"{kind} under {under}")
    return shape, parent


def heading_of(shape: Shape, parent: Node | None) -> str:
    """Return the act that adds a line, with the fixed place that the address asks for."""
    act = translate((shape.begins or shape.adds) if parent is None else shape.adds)
    slot = chosen(Slot, request.args.get("slot"))
    if slot not in shape.slots:
        return act
    return str(_("%(label)s : %(text)s", label=act, text=translate(slot.label)))


def onward(analysis: CauseAnalysis, shape: Shape, made: CauseNode) -> str:
    """Return where one goes on after a new line: below it, beside it, or where it now stands."""
    then, key = request.form.get("then"), analysis.id
    if then not in {"next", "below"}:
        return at_line(key, made.id)
    flash(_("Ligne ajoutée."), "success")
    if then == "below" and shape.goes_on and made.same_as_id is None:
        return url_for("causes.add", cause_id=key, kind=shape.goes_on[0].value, under=made.id)
    if not shape.is_round or made.slot is None:
        return request.full_path
    slot = next_slot(queries.tree_of(session(), key), shape, made.slot)
    if slot is None:
        return at_line(key, made.id)
    return url_for("causes.add", cause_id=key, kind=shape.kind.value, slot=slot.value)


def line_form(
    analysis: CauseAnalysis,
    tree: Tree,
    shape: Shape,
    *,
    parent: Node | None,
    node: CauseNode | None,
    stored: bool = False,
) -> NodeForm:
    """Return the form of a line: as sent, as stored, or new."""
    given: dict[str, Any] = {"formdata": None} if stored else {}
    start = {"slot": request.args.get("slot")} if node is None else {}
    form = NodeForm(obj=node, **start, **given)
    slots: tuple[Slot, ...] = ()
    if takes_slot(shape, None if parent is None else parent.kind) and not shape.is_given:
        slots = slots_of(shape, analysis.families)
    return form.take(
        shape,
        slots=slots,
        people=people(analysis, shape, node),
        others=other_facts(analysis, tree, node),
    )


def people(analysis: CauseAnalysis, shape: Shape, node: CauseNode | None) -> list[tuple[int, str]]:
    """Return who may be named in a line; nobody is looked up where nobody is named."""
    if NodeField.OWNER not in shape.fields:
        return []
    found = {each.id: each.name for each in people_of(session(), analysis.organisation_id)}
    if node is not None and node.owner is not None:
        found.setdefault(node.owner.id, node.owner.name)
    return list(found.items())


def other_facts(
    analysis: CauseAnalysis, tree: Tree, node: CauseNode | None
) -> list[tuple[int, str]]:
    """Return the facts that a line may be the same as."""
    if analysis.tool is not CauseTool.CAUSE_TREE:
        return []
    own = node.id if node is not None else None
    found = [
        (tree.numbers[each.id], each)
        for each in tree.nodes
        if each.same_as_id is None and each.parent_id is not None and each.id != own
    ]
    return [(each.id, f"{rank}. {short(each.text)}") for rank, each in sorted(found, key=_rank)]


def _rank(numbered: tuple[int, Node]) -> int:
    return numbered[0]


def short(text: str) -> str:
    """Return the beginning of a line, for a list of choices."""
    whole = " ".join(text.split())
    return whole if len(whole) <= SHORT else f"{whole[: SHORT - 1]}…"


def stored_form(node: CauseNode, *, stored: bool = False) -> NodeForm:
    """Return the form of a stored line."""
    tree = queries.tree_of(session(), node.analysis_id)
    shape = GRAMMARS[node.analysis.tool].of(node.kind)
    assert shape is not None  # no line is stored that its tool does not know
    parent = tree.by_id.get(node.parent_id or 0)
    return line_form(node.analysis, tree, shape, parent=parent, node=node, stored=stored)


def line_page(node: CauseNode, form: NodeForm) -> ResponseReturnValue:
    """Return the page of one line: its form, and what can be done with it."""
    tree = queries.tree_of(session(), node.analysis_id)
    analysis, here = node.analysis, tree.by_id[node.id]
    wording = Wording(analysis.tool, tree, locale())
    parent = tree.by_id.get(here.parent_id or 0)
    body = render_template(
        "causes/line.html",
        analysis=analysis,
        form=form,
        node=node,
        heading=wording.slot(here) or translate(here.kind.label),
        parent=parent and wording.text(parent),
        below=len(tree.below(node.id)),
        is_given=wording.shape(here).is_given,
    )
    return body, 422 if form.is_submitted() else 200


def spots_of(node: CauseNode, tree: Tree) -> list[tuple[str, str]]:
    """Return where a line may be put, as (code, label), in the order of reading."""
    analysis = node.analysis
    shape = GRAMMARS[analysis.tool].of(node.kind)
    wording = Wording(analysis.tool, tree, locale())
    found: list[tuple[str, str]] = []
    if shape is not None and None in shape.under:
        slots = slots_of(shape, analysis.families)
        found += [(f"slot-{slot.value}", translate(slot.label)) for slot in slots]
        if not slots and _fits(node, tree, None):
            found.append(("top", _("Rien : tout en haut")))
    for each, depth in tree.walk():
        if each.id != node.parent_id and _fits(node, tree, each.id):
            indent = "\u2003" * depth
            found.append((str(each.id), f"{indent}{short(wording.text(each))}"))
    return found


def _fits(node: CauseNode, tree: Tree, parent_id: int | None) -> bool:
    analysis = node.analysis
    spot = Spot(
        tool=analysis.tool,
        tree=tree,
        kind=node.kind,
        parent_id=parent_id,
        node_id=node.id,
        families=analysis.families,
    )
    return not move_refusals(spot)


def as_spot(code: str) -> tuple[int | None, Slot | None]:
    """Return the line, or the fixed place, that a choice names."""
    if code.startswith("slot-"):
        return None, Slot(code.removeprefix("slot-"))
    return (None if code == "top" else int(code)), None
