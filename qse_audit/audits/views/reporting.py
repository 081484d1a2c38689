"""The pages about reports: their words, their issue, their revisions, their files."""

from flask import flash, redirect, render_template, request, send_file, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from qse_audit.audits import queries, services
from qse_audit.audits.forms import ReportForm, RevisionForm, stored_words
from qse_audit.audits.models import Audit, Report
from qse_audit.audits.rules import REPORT_LETTERS, SAMPLING_STATEMENT, missing_items, report_is_open
from qse_audit.audits.views.blueprint import AUDIT, REPORT, bp
from qse_audit.core.clock import now
from qse_audit.core.errors import Conflict, NotFound, Refused, refuse_all
from qse_audit.core.permissions import Permission
from qse_audit.documents.names import MEDIA_TYPES, safe_name
from qse_audit.web.conflicts import conflict_page
from qse_audit.web.database import commits, files, session
from qse_audit.web.guards import requires
from qse_audit.web.i18n import translate
from qse_audit.web.sign_in import identity
from qse_audit.web.work import follow_work, starts_work

P = Permission


@bp.route("/<int:audit_id>/report", methods=["GET", "POST"])
@requires(P.AUDIT_REPORT, on=AUDIT)
@commits
def write(audit: Audit) -> ResponseReturnValue:
    """Write the words of the report."""
    refuse_all([r for r in [report_is_open(audit.status)] if r])
    form = ReportForm(data=stored_words(audit))
    if request.method == "GET" and not audit.sampling:
        form.sampling.data = translate(SAMPLING_STATEMENT)
    if form.validate_on_submit():
        try:
            services.write_report(
                session(),
                audit,
                form.words(),
                version=form.stored_version,
                actor=identity(),
                now=now(),
            )
        except Conflict:
            return words_conflict(audit, form)
        except Refused as refused:
            session().rollback()
            form.refuse(refused)
        else:
            flash(_("Texte du rapport enregistré."), "success")
            return redirect(url_for("audits.detail", audit_id=audit.id), code=303)
    facts = queries.audit_facts(session(), audit)
    lacking = {item.letter: item for item in missing_items(facts)}
    page = render_template(
        "audits/report.html", audit=audit, form=form, lacking=lacking, letters=REPORT_LETTERS
    )
    return page, 422 if form.errors else 200


def words_conflict(audit: Audit, form: ReportForm) -> ResponseReturnValue:
    """Show both texts of a report that somebody else saved in between."""
    session().rollback()
    stored = ReportForm(formdata=None, data=stored_words(audit))
    back_url = url_for("audits.write", audit_id=audit.id)
    return conflict_page(form, stored, version=audit.version, back_url=back_url)


def publish(audit: Audit, reason: str = "", number: int | None = None) -> ResponseReturnValue:
    """Ask for a version of the report, which is then made into files and issued."""
    work_id = services.ask_report(
        session(), audit, number=number, reason=reason, actor=identity(), now=now()
    )
    return follow_work(work_id)


@bp.route("/<int:audit_id>/report/revise", methods=["GET", "POST"])
@requires(P.AUDIT_REPORT, on=AUDIT)
@starts_work
@commits
def revise(audit: Audit) -> ResponseReturnValue:
    """Issue a new version of an issued report, with its reason."""
    form = RevisionForm(number=services.next_number(session(), audit))
    if not form.validate_on_submit():
        status = 422 if form.errors else 200
        return render_template("audits/revise.html", audit=audit, form=form), status
    return publish(audit, form.reason.data or "", form.number.data)


@bp.get("/reports/<int:report_id>")
@requires(P.AUDIT_READ, on=REPORT)
def report_version(report: Report) -> ResponseReturnValue:
    """Lead from an issued report to its place on the page of its audit."""
    address = url_for("audits.detail", audit_id=report.audit_id, _anchor=f"report-{report.number}")
    return redirect(address, code=303)


@bp.get("/reports/<int:report_id>/<name>")
@requires(P.AUDIT_READ, on=REPORT)
def download(report: Report, name: str) -> ResponseReturnValue:
    """Send one file of an issued report: ``pdf-fr``, ``docx-en``."""
    address = report.files.get(name)
    if address is None:
        raise NotFound(name)
    extension, language = name.split("-")
    title = f"{report.audit.reference} v{report.number} {language} - {report.audit.title}"
    return send_file(
        files().sound(address),
        mimetype=MEDIA_TYPES[extension],
        as_attachment=True,
        download_name=safe_name(title, f".{extension}"),
    )
