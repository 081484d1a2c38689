"""Beginning an analysis, about a record or about something told in its title."""

from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from qse_audit.accounts.queries import people_of
from qse_audit.causes import queries, services
from qse_audit.causes.forms import AnalysisForm
from qse_audit.causes.rules import CHOICES, SUBJECTS, CauseTool
from qse_audit.causes.views.blueprint import bp, chosen
from qse_audit.core.clock import now
from qse_audit.core.errors import NotFound
from qse_audit.core.permissions import Kind, Permission
from qse_audit.web.database import commits, session
from qse_audit.web.forms import accepted
from qse_audit.web.guards import requires
from qse_audit.web.origins import OriginPage, requires_on_origin
from qse_audit.web.sign_in import identity


@bp.route("/new", methods=["GET", "POST"])
@requires(Permission.CAUSE_CREATE)
@commits
def new() -> ResponseReturnValue:
    """Begin an analysis of something that is not stored."""
    return begun(url_for("causes.new"), None, None)


@bp.route("/new/<kind>/<int:origin_id>", methods=["GET", "POST"])
@requires_on_origin(Permission.CAUSE_CREATE)
@commits
def about(origin: Any, page: OriginPage) -> ResponseReturnValue:
    """Begin an analysis of a record: a finding, an accident, a risk."""
    kind = Kind(request.view_args["kind"] if request.view_args else "")
    if kind not in SUBJECTS:
        raise NotFound(kind)
    here = url_for("causes.about", kind=kind.value, origin_id=origin.id)
    place = (page.label(origin), page.url(origin))
    return begun(here, (kind, origin.id), place, title=page.title(origin))


def begun(
    here: str,
    subject: tuple[Kind, int] | None,
    origin: tuple[str, str] | None,
    *,
    title: str = "",
) -> ResponseReturnValue:
    """Let the person choose a tool, then write what the analysis is about."""
    tool = chosen(CauseTool, request.args.get("tool"))
    if tool is None:
        return render_template("causes/tools.html", choices=CHOICES, begin_url=here, origin=origin)
    form = AnalysisForm(title=title, **_start(tool)).offer(_people(), tool)

    def create() -> Any:
        return services.create_analysis(
            session(), form.draft(), subject=subject, actor=identity(), now=now()
        )

    if made := accepted(form, create):
        flash(_("Analyse %(reference)s commencée.", reference=made.reference), "success")
        return redirect(url_for("causes.detail", cause_id=made.id), 303)
    advice = next(each for each in CHOICES if each.tool is tool)
    body = render_template(
        "causes/edit.html", form=form, analysis=None, advice=advice, origin=origin, back=here
    )
    return body, 422 if form.is_submitted() else 200


def _start(tool: CauseTool) -> dict[str, Any]:
    """Return what the form begins with: the choices that the organisation made last."""
    values: dict[str, Any] = {"owner_id": identity().user_id}
    here = identity().organisation_id
    if tool is CauseTool.ISHIKAWA:
        values["families"] = queries.last_families(session(), here)
    if tool is CauseTool.EIGHT_D:
        last = queries.delays_of_last(session(), here)
        values |= {
            "started_at": now(),
            "contain_hours": last.contain_hours,
            "cause_days": last.cause_days,
            "close_days": last.close_days,
        }
    return values


def _people() -> list[tuple[int, str]]:
    found = people_of(session(), identity().organisation_id)
    return [(each.id, each.name) for each in found]
