"""The pages about the whole tree: to read, to put in order, to add to."""

from typing import Any

from flask import flash, jsonify, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from qse_audit.accounts.queries import people_of, sites_of
from qse_audit.core.clock import now
from qse_audit.core.errors import BadInput
from qse_audit.core.permissions import Permission
from qse_audit.core.text import N_
from qse_audit.objectives import queries, services
from qse_audit.objectives.forms import ObjectiveForm, ids_and_labels
from qse_audit.objectives.queries import Node, TreeFilter
from qse_audit.objectives.rules import Level, RollUp
from qse_audit.objectives.views.blueprint import bp
from qse_audit.objectives.views.parts import figure, given, offered
from qse_audit.referentials.rules import Domain, Place
from qse_audit.web.database import commits, session
from qse_audit.web.errors import wants_json
from qse_audit.web.forms import accepted, choices_of, only_digits
from qse_audit.web.guards import requires
from qse_audit.web.listing import listing
from qse_audit.web.sign_in import identity


@bp.get("/")
@requires(Permission.OBJECTIVE_READ)
def index() -> ResponseReturnValue:
    """Show the objectives as a tree, axis by axis."""
    here, wanted = identity().organisation_id, asked_for()
    axes = queries.axes_of(session(), here)
    roots = queries.tree_of(session(), here, wanted)
    return render_template(
        "objectives/index.html",
        groups=grouped(roots, axes),
        count=counted(roots),
        wanted=wanted,
        listing=listing((), ""),
        axis_choices=ids_and_labels(axes, "title"),
        site_choices=ids_and_labels(sites_of(session(), here), "name"),
        people_choices=ids_and_labels(people_of(session(), here), "name"),
        domains=choices_of(Domain),
        levels=dict(choices_of(Level)),
        figure=figure,
    )


@bp.get("/arrange")
@requires(Permission.CASCADE_EDIT)
def arrange() -> ResponseReturnValue:
    """Show the tree to put in another order, by drag or by the keyboard."""
    roots = queries.tree_of(session(), identity().organisation_id, TreeFilter())
    return render_template("objectives/arrange.html", roots=roots)


@bp.post("/order")
@requires(Permission.CASCADE_EDIT)
@commits
def order() -> ResponseReturnValue:
    """Put the tree in another order: all at once, or one step."""
    if request.is_json:
        services.reorder(session(), sent_places(), actor=identity(), now=now())
        return jsonify(saved=True)
    services.step(
        session(),
        request.form.get("id", 0, type=int),
        direction=request.form.get("direction", ""),
        actor=identity(),
        now=now(),
    )
    if wants_json():
        return jsonify(saved=True)
    return redirect(url_for("objectives.arrange"), code=303)


@bp.route("/new", methods=["GET", "POST"])
@requires(Permission.OBJECTIVE_CREATE)
@commits
def new() -> ResponseReturnValue:
    """Begin an objective."""
    form = offered(ObjectiveForm(**begun()))

    def create() -> Any:
        return services.create_objective(session(), form.draft(), actor=identity(), now=now())

    if made := accepted(form, create):
        flash(_("Objectif %(reference)s créé.", reference=made.reference), "success")
        return redirect(url_for("objectives.detail", objective_id=made.id), code=303)
    page = render_template("objectives/edit.html", form=form, objective=None)
    return page, 422 if form.is_submitted() else 200


# --- what the views are made of ---


def asked_for() -> TreeFilter:
    """Return what the address asks for; words that mean nothing are left out."""
    domain = request.args.get("domain", "")
    return TreeFilter(
        axis_id=given("axis"),
        domain=Domain(domain) if domain in set(Domain) else None,
        site_id=given("site"),
        owner_id=given("owner"),
        closed=request.args.get("closed") == "1",
    )


def grouped(roots: list[Node], axes: Any) -> list[dict[str, Any]]:
    """Return the roots by axis, in the order of the axes; those without one come last."""
    known = {axis.id: axis for axis in axes}
    groups: dict[int | None, list[Node]] = {axis.id: [] for axis in axes}
    for root in roots:
        groups.setdefault(root.axis_id if root.axis_id in known else None, []).append(root)
    return [{"axis": known.get(key or 0), "nodes": nodes} for key, nodes in groups.items() if nodes]


def counted(roots: list[Node]) -> int:
    """Return how many objectives a tree holds."""
    return sum(1 + counted(root.children) for root in roots)


def begun() -> dict[str, Any]:
    """Return what a new objective begins with: what the address says of its place."""
    domain, commitment = request.args.get("domain", ""), request.args.get("commitment", "")
    site = given("site")
    parent = given("parent")
    level = Level.SITE if site else Level.PROCESS if parent else Level.COMPANY
    return {
        "parent_id": parent,
        "axis_id": given("axis"),
        "site_id": site,
        "level": level,
        "domain": Domain(domain) if domain in set(Domain) else Domain.QUALITY,
        "commitments": [commitment[:36]] if commitment else [],
        "roll_up": RollUp.NONE,
    }


def sent_places() -> list[Place]:
    """Return the order that a script sent.

    :raises BadInput: for anything else than a list of ids with their parents.
    """
    sent = request.get_json(silent=True)
    rows = sent.get("order") if isinstance(sent, dict) else None
    if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
        raise BadInput(N_("attendu : une liste d’identifiants avec leur parent"), place="order")
    places = [(only_digits(row.get("id")), only_digits(row.get("parent"))) for row in rows]
    return [Place(key or 0, parent) for key, parent in places]
