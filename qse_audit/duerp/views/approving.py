"""The page where the employer approves a version: what it says in brief, what is not rated."""

from typing import Any

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from qse_audit.core.clock import day_in_paris, now
from qse_audit.core.permissions import Permission
from qse_audit.duerp import queries, services
from qse_audit.duerp.forms import ApproveForm
from qse_audit.duerp.models import DuerpRecord, DuerpVersion
from qse_audit.duerp.rules import Content, VersionStatus, before_approval
from qse_audit.duerp.views.blueprint import VERSION, bp, wording_of
from qse_audit.web.database import commits, session
from qse_audit.web.forms import accepted
from qse_audit.web.guards import requires, requires_elevation
from qse_audit.web.sign_in import identity

P = Permission
MOST_NAMED = 12
"""Lines that nobody rated and that the page names; it counts the others."""


@bp.route("/versions/<int:duerp_id>/approve", methods=["GET", "POST"])
@requires(P.DUERP_APPROVE, on=VERSION)
@requires_elevation
@commits
def approve(version: DuerpVersion) -> ResponseReturnValue:
    """Read what comes into force and what nobody rated; approve it."""
    here = url_for("duerp.show", duerp_id=version.id)
    if version.status is not VersionStatus.CONSULTED:
        return redirect(here, 303)
    content = queries.live_content(session(), version, day_in_paris(now()))
    form = _form(content)

    def act() -> DuerpRecord | None:
        note = form.unrated_note.data or "" if form.unrated_note else ""
        return services.move_version(
            session(), version, "approve", reason=note, actor=identity(), now=now()
        )

    if accepted(form, act):
        flash(_("La version est approuvée : elle ne change plus."), "success")
        return redirect(here, 303)
    page = render_template("duerp/approve.html", form=form, **_to_approve(version, content))
    return page, 422 if form.errors else 200


def _form(content: Content) -> ApproveForm:
    """Ask for a reason only where something is not rated."""
    form = ApproveForm()
    if not content.unrated_count:
        del form.unrated_note
    return form


def _to_approve(version: DuerpVersion, content: Content) -> dict[str, Any]:
    facts, wording = queries.facts_of(content, version), wording_of(content)
    unrated = [
        line for unit in content.units for line in content.by_unit[unit.key] if line.rating is None
    ]
    return {
        "version": version,
        "content": content,
        "counted": wording.counted(content),
        "against": before_approval(version.status, facts),
        "unrated": [
            (line.hazard, line.unit_key, wording.units[line.unit_key])
            for line in unrated[:MOST_NAMED]
        ],
        "unnamed_count": max(0, len(unrated) - MOST_NAMED),
    }
