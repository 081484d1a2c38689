"""The pages about the team of an analysis."""

from typing import Any

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from qse_audit.accounts.queries import people_of
from qse_audit.causes import services
from qse_audit.causes.forms import MemberForm
from qse_audit.causes.models import CauseAnalysis, CauseMember
from qse_audit.causes.views.blueprint import CAUSE, MEMBER, bp
from qse_audit.core.clock import now
from qse_audit.core.permissions import Permission
from qse_audit.web.database import commits, session
from qse_audit.web.forms import accepted
from qse_audit.web.guards import requires
from qse_audit.web.sign_in import identity


@bp.route("/<int:cause_id>/team", methods=["GET", "POST"])
@requires(Permission.CAUSE_EDIT, on=CAUSE)
@commits
def team(analysis: CauseAnalysis) -> ResponseReturnValue:
    """Show who looks for the causes, and add somebody."""
    form = MemberForm()
    inside = {member.person_id for member in analysis.members}
    found = people_of(session(), analysis.organisation_id)
    offered = [(each.id, each.name) for each in found if each.id not in inside]
    form.person_id.choices = [("", "—"), *offered]

    def join() -> Any:
        return services.add_member(session(), analysis, form.draft(), actor=identity(), now=now())

    if member := accepted(form, join):
        flash(_("%(name)s est de l’équipe.", name=member.shown_name), "success")
        return redirect(url_for("causes.team", cause_id=analysis.id), 303)
    body = render_template("causes/team.html", analysis=analysis, form=form)
    return body, 422 if form.is_submitted() else 200


@bp.post("/members/<int:cause_member_id>/leave")
@requires(Permission.CAUSE_EDIT, on=MEMBER)
@commits
def leave(member: CauseMember) -> ResponseReturnValue:
    """Take somebody out of the team."""
    cause_id, name = member.analysis_id, member.shown_name
    services.remove_member(session(), member, actor=identity(), now=now())
    flash(_("%(name)s n’est plus de l’équipe.", name=name), "success")
    return redirect(url_for("causes.team", cause_id=cause_id), 303)
