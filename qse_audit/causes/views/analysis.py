"""The pages about one analysis: to read, to change, to conclude, to print."""

from io import BytesIO
from typing import Any

from flask import flash, redirect, render_template, send_file, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from qse_audit.accounts.queries import get_organisation, history, people_of
from qse_audit.causes import queries, reports, services
from qse_audit.causes.forms import AnalysisForm, MoveForm
from qse_audit.causes.models import CauseAnalysis
from qse_audit.causes.rules import (
    CAUSE_WORKFLOW,
    MOVED,
    VERBS,
    CauseTool,
    Clock,
    Delays,
    Tree,
    advice,
    clocks_of,
)
from qse_audit.causes.views.blueprint import CAUSE, bp
from qse_audit.causes.views.shown import page_of
from qse_audit.core.clock import day_in_paris, now
from qse_audit.core.permissions import Kind, Permission
from qse_audit.documents.names import MEDIA_TYPES, safe_name
from qse_audit.documents.text import moment
from qse_audit.web.conflicts import conflict_page
from qse_audit.web.database import commits, session
from qse_audit.web.forms import accepted
from qse_audit.web.guards import can, requires, requires_move
from qse_audit.web.i18n import locale, translate
from qse_audit.web.origins import may_do, origin_link
from qse_audit.web.sign_in import identity
from qse_audit.web.timeline import timeline

TONES = {"cause_analysis.conclude": "success", "cause_analysis.reopen": "warning"}
"""What stands out in the history."""
REPEATED = frozenset(
    f"cause_analysis.{act}" for act in ("add", "change", "place", "remove", "join")
)
"""Acts that a history shows once when one person does them in a row."""


@bp.get("/<int:cause_id>")
@requires(Permission.CAUSE_READ, on=CAUSE)
def detail(analysis: CauseAnalysis) -> ResponseReturnValue:
    """Show an analysis: its drawing, its lines, what it lacks, its actions."""
    today, tree = day_in_paris(now()), queries.tree_of(session(), analysis.id)
    may_edit = can(Permission.CAUSE_EDIT, analysis)
    return render_template(
        "causes/detail.html",
        analysis=analysis,
        **page_of(analysis, tree, may_edit=may_edit),
        subject=subject_of(analysis),
        further_url=further_of(analysis),
        offers=queries.offers(analysis, tree, identity()),
        advice=advice(analysis.tool, tree) if may_edit else (),
        clocks=shown_clocks(clocks(analysis, tree)),
        actions=queries.actions_readable(session(), analysis.id, identity(), today),
        action_url=url_for("actions.create", kind="cause_analysis", origin_id=analysis.id),
        may_plan=can(Permission.ACTION_PLAN, analysis),
        history=timeline(
            history(session(), Kind.CAUSE_ANALYSIS, analysis.id, repeated=REPEATED), VERBS, TONES
        ),
    )


@bp.get("/<int:cause_id>/analysis.pdf")
@requires(Permission.CAUSE_READ, on=CAUSE)
def paper(analysis: CauseAnalysis) -> ResponseReturnValue:
    """Print an analysis, A4 landscape."""
    tree, at = queries.tree_of(session(), analysis.id), now()
    organisation = get_organisation(session(), analysis.organisation_id)
    content = reports.analysis_pdf(
        analysis,
        reports.Paper(
            tree=tree,
            organisation=organisation.name,
            actions=queries.actions_readable(session(), analysis.id, identity(), day_in_paris(at)),
            clocks=clocks(analysis, tree),
            made_at=at,
            locale=locale(),
        ),
    )
    return send_file(
        BytesIO(content),
        mimetype=MEDIA_TYPES["pdf"],
        as_attachment=True,
        download_name=safe_name(analysis.reference, ".pdf"),
    )


@bp.route("/<int:cause_id>/edit", methods=["GET", "POST"])
@requires(Permission.CAUSE_EDIT, on=CAUSE)
@commits
def edit(analysis: CauseAnalysis) -> ResponseReturnValue:
    """Change what an analysis says of itself."""
    form, back = filled(analysis), url_for("causes.detail", cause_id=analysis.id)
    if form.is_submitted() and form.validate() and form.stored_version != analysis.version:
        theirs = filled(analysis, stored=True)
        if form.draft() != theirs.draft():
            return conflict_page(form, theirs, version=analysis.version, back_url=back)

    def change() -> Any:
        seen = form.stored_version
        return services.edit_analysis(
            session(), analysis, form.draft(), version=seen, actor=identity(), now=now()
        )

    if accepted(form, change):
        flash(_("L’analyse est à jour."), "success")
        return redirect(back, 303)
    body = render_template(
        "causes/edit.html", form=form, analysis=analysis, advice=None, origin=None, back=back
    )
    return body, 422 if form.is_submitted() else 200


@bp.route("/<int:cause_id>/<name>", methods=["GET", "POST"])
@requires_move(CAUSE_WORKFLOW, on=CAUSE)
@commits
def move(analysis: CauseAnalysis, name: str) -> ResponseReturnValue:
    """Show one move on a page of its own, or apply it."""
    form = MoveForm(note=analysis.conclusion if name == "conclude" else "")
    if name == "conclude":
        form.note.label.text = _("Conclusion")

    def apply() -> Any:
        words = form.note.data or ""
        return services.move_analysis(session(), analysis, name, words, actor=identity(), now=now())

    if accepted(form, apply):
        flash(translate(MOVED[name]), "success")
        return redirect(url_for("causes.detail", cause_id=analysis.id), 303)
    tree = queries.tree_of(session(), analysis.id)
    body = render_template(
        "causes/move.html",
        analysis=analysis,
        form=form,
        transition=CAUSE_WORKFLOW.named(name),
        offer=queries.offers(analysis, tree, identity()).get(name),
    )
    return body, 422 if form.is_submitted() else 200


# --- what the views are made of ---


def filled(analysis: CauseAnalysis, *, stored: bool = False) -> AnalysisForm:
    """Return the form of an analysis: as sent if it was, as ``stored`` if that is asked."""
    given: dict[str, Any] = {"formdata": None} if stored else {}
    form = AnalysisForm(obj=analysis, **given)
    people = {each.id: each.name for each in people_of(session(), analysis.organisation_id)}
    people.setdefault(analysis.owner_id, analysis.owner.name)
    return form.offer(people.items(), analysis.tool)


def further_of(analysis: CauseAnalysis) -> str:
    """Return where another tool goes on with the same record; ``""``: not for the visitor."""
    kind, key = analysis.subject_kind, analysis.subject_id
    if kind is None or key is None:
        return url_for("causes.new") if can(Permission.CAUSE_CREATE) else ""
    if not may_do(Permission.CAUSE_CREATE, kind, key):
        return ""
    return url_for("causes.about", kind=kind.value, origin_id=key)


def subject_of(analysis: CauseAnalysis) -> tuple[str, str] | None:
    """Return (label, address) of the record, where the visitor may know of it."""
    if analysis.subject_kind is None or analysis.subject_id is None:
        return None
    return origin_link(analysis.subject_kind, analysis.subject_id)


def clocks(analysis: CauseAnalysis, tree: Tree) -> tuple[Clock, ...]:
    """Return the clocks of an 8D; none for another tool."""
    if analysis.tool is not CauseTool.EIGHT_D or analysis.started_at is None:
        return ()
    delays = Delays(analysis.contain_hours, analysis.cause_days, analysis.close_days)
    return clocks_of(tree, delays, started_at=analysis.started_at, now=now())


def shown_clocks(found: tuple[Clock, ...]) -> list[dict[str, Any]]:
    """Return clocks as the page shows them."""
    return [
        {
            "step": translate(each.step.label),
            "due": moment(each.due_at, locale()),
            "done": moment(each.done_at, locale()),
            "told": reports.clock_text(each, locale()),
            "tone": reports.TONES[each.state],
        }
        for each in found
    ]
