"""The pages about coherence: anomalies, the X-matrix, the frozen reports."""

from collections.abc import Sequence
from typing import Any

from flask import Response, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from markupsafe import Markup

from qse_audit.core.clock import day_in_paris, now
from qse_audit.core.errors import NotFound
from qse_audit.core.permissions import Permission
from qse_audit.documents.names import MEDIA_TYPES
from qse_audit.objectives import queries, reports, services
from qse_audit.objectives.forms import FreezeForm, ReasonForm
from qse_audit.objectives.models import CoherenceReport
from qse_audit.objectives.queries import Before, Check, MatrixFilter, ReportLine
from qse_audit.objectives.rules import AnomalyCode, Judged, Line, Matrix, Side
from qse_audit.objectives.views.blueprint import REPORT, bp
from qse_audit.objectives.views.parts import given, said, shown_anomalies
from qse_audit.referentials.rules import Domain
from qse_audit.web.database import commits, session
from qse_audit.web.forms import accepted, choices_of
from qse_audit.web.guards import requires
from qse_audit.web.i18n import locale, translate
from qse_audit.web.listing import listing
from qse_audit.web.paging import page as paged
from qse_audit.web.sign_in import identity

P = Permission
SHOWS = ("open", "accepted", "mended")


def check_now() -> Check:
    """Judge the cascade of the organisation where the person now acts."""
    return queries.check_of(session(), identity().organisation_id, day_in_paris(now()))


@bp.get("/coherence")
@requires(P.OBJECTIVE_READ)
def coherence() -> ResponseReturnValue:
    """Show what does not hold together: to be dealt with, accepted, mended since the report."""
    check = check_now()
    since = queries.since_last_report(session(), identity().organisation_id, check.judged)
    show = request.args.get("show", "")
    show = show if show in SHOWS else "open"
    code = request.args.get("check", "")
    wanted = AnomalyCode(code) if code in set(AnomalyCode) else None
    mended = _only(since.comparison.mended + since.comparison.ended if since else (), wanted)
    some = {"open": check.open, "accepted": check.accepted}.get(show, ())
    return render_template(
        "objectives/coherence.html",
        show=show,
        wanted=wanted,
        listing=listing((), ""),
        anomalies=shown_anomalies(
            [j for j in some if wanted in (None, j.anomaly.code)], check.cascade
        ),
        mended=[shown_line(line) for line in mended] if show == "mended" else (),
        counts=_counts(check, since),
        since=since,
        checks=[(each.value, f"{each} {translate(each.label)}") for each in AnomalyCode],
        form=FreezeForm(),
        objective_count=len(check.cascade.live),
    )


@bp.route("/coherence/accept", methods=["GET", "POST"])
@requires(P.COHERENCE_JUDGE)
@commits
def accept() -> ResponseReturnValue:
    """Accept an anomaly, by name and for a reason."""
    check = check_now()
    found, form = asked_anomaly(check), ReasonForm()
    key, seen = found.anomaly.key, request.form.get("figures", "")[:64]

    def word() -> Any:
        return services.accept_anomaly(
            session(), key, seen, form.reason.data or "", actor=identity(), now=now()
        )

    if accepted(form, word):
        flash(_("Anomalie acceptée, avec votre nom. Elle revient si ses chiffres changent."))
        return redirect(url_for("objectives.coherence"), code=303)
    (shown,) = shown_anomalies([found], check.cascade)
    return _reason_page(form, shown, _("Accepter l’anomalie"))


@bp.route("/coherence/withdraw", methods=["GET", "POST"])
@requires(P.COHERENCE_JUDGE)
@commits
def withdraw() -> ResponseReturnValue:
    """Take an acceptance back."""
    check = check_now()
    found, form = asked_anomaly(check), ReasonForm()
    if found.acceptance is None:
        raise NotFound(found.anomaly.key)

    def word() -> Any:
        key, reason = found.anomaly.key, form.reason.data or ""
        return services.withdraw_acceptance(session(), key, reason, actor=identity(), now=now())

    if accepted(form, word):
        flash(_("L’acceptation est retirée : l’anomalie est de nouveau à traiter."))
        return redirect(url_for("objectives.coherence"), code=303)
    (shown,) = shown_anomalies([found], check.cascade)
    return _reason_page(form, shown, _("Retirer l’acceptation"))


@bp.get("/matrix")
@requires(P.OBJECTIVE_READ)
def matrix() -> ResponseReturnValue:
    """Show the X-matrix as a drawing and as a table."""
    domain = request.args.get("domain", "")
    wanted = MatrixFilter(
        domain=Domain(domain) if domain in set(Domain) else None, year=given("year")
    )
    here = identity().organisation_id
    cascade = queries.cascade_of(session(), here, day_in_paris(now()))
    drawn = queries.matrix_of(session(), identity(), cascade, wanted)
    return render_template(
        "objectives/matrix.html",
        drawn=drawn,
        wanted=wanted,
        domains=choices_of(Domain),
        svg=Markup(reports.matrix_svg(drawn.matrix, translate)),  # it escapes every text itself
        rows=matrix_rows(drawn.matrix),
        means=matrix_rows(drawn.matrix, Side.SOUTH),
        orphans=[
            (translate(side.label), [i for i in items if i.key in drawn.matrix.orphans])
            for side, items in drawn.matrix.sides.items()
        ],
    )


@bp.get("/reports")
@requires(P.OBJECTIVE_READ)
def report_list() -> ResponseReturnValue:
    """List the frozen reports, the newest first."""
    shown = listing((), "")
    return render_template(
        "objectives/reports.html",
        form=FreezeForm(),
        listing=shown,
        page=paged(
            session(),
            queries.report_lines(identity().organisation_id),
            [(CoherenceReport.id.expression, True)],
            cursor=shown.cursor,
            make=lambda row: ReportLine(**row._mapping),
        ),
    )


@bp.post("/reports/new")
@requires(P.COHERENCE_FREEZE)
@commits
def freeze() -> ResponseReturnValue:
    """Keep the anomalies as they are now."""
    note = (FreezeForm().note.data or "")[:200]
    made = services.freeze_report(session(), note, actor=identity(), now=now())
    flash(_("Rapport %(reference)s figé.", reference=made.reference), "success")
    return redirect(url_for("objectives.report", coherence_id=made.id), code=303)


@bp.get("/reports/<int:coherence_id>")
@requires(P.OBJECTIVE_READ, on=REPORT)
def report(found: CoherenceReport) -> ResponseReturnValue:
    """Show a frozen report and what changed since the one before."""
    frozen = queries.frozen_report(session(), found)
    return render_template(
        "objectives/report.html",
        report=found,
        frozen=frozen,
        open=[shown_line(each) for each in frozen.lines if each.state != "accepted"],
        accepted=[shown_line(each) for each in frozen.lines if each.state == "accepted"],
        changes=changes_of(frozen.before),
    )


@bp.get("/reports/<int:coherence_id>/report.pdf")
@requires(P.OBJECTIVE_READ, on=REPORT)
def report_pdf(found: CoherenceReport) -> ResponseReturnValue:
    """Send a frozen report as PDF."""
    frozen = queries.frozen_report(session(), found)
    name = f"{found.reference}.pdf"
    return Response(
        reports.report_pdf(frozen, found.document, locale()),
        content_type=MEDIA_TYPES["pdf"],
        headers={"Content-Disposition": f"attachment; filename={name}"},
    )


# --- what the views are made of ---


def asked_anomaly(check: Check) -> Judged:
    """Return the anomaly that the address names.

    :raises NotFound: when it is not there any more.
    """
    found = check.named(request.args.get("key", "")[:120])
    if found is None:
        raise NotFound("anomaly")
    return found


def _reason_page(form: ReasonForm, anomaly: dict[str, Any], title: str) -> ResponseReturnValue:
    page = render_template("objectives/reason.html", form=form, title=title, anomaly=anomaly)
    return page, 422 if form.is_submitted() else 200


def _counts(check: Check, since: Before | None) -> dict[str, int]:
    told = since.comparison if since else None
    return {
        "open": len(check.open),
        "accepted": len(check.accepted),
        "mended": len(told.mended) + len(told.ended) if told else 0,
    }


def _only(lines: Sequence[Line], wanted: AnomalyCode | None) -> list[Line]:
    return [line for line in lines if wanted in (None, line.code)]


def shown_line(line: Line) -> dict[str, Any]:
    """Return a line of a report as pages show it."""
    return {
        "code": line.code.value,
        "label": translate(line.code.label),
        "sentence": said(line.sentence),
        "state": line.state,
        "reason": line.reason,
        "accepted_by": line.accepted_by,
        "accepted_on": line.accepted_on,
    }


def changes_of(before: Before | None) -> list[dict[str, Any]]:
    """Return what became of each anomaly since the report before."""
    if before is None:
        return []
    told = before.comparison
    return [
        {"title": title, "code": code, "lines": [shown_line(line) for line in lines]}
        for title, code, lines in (
            (_("Corrigées depuis"), "complete", told.mended),
            (_("Acceptées depuis"), "final", told.accepted),
            (_("Acceptées avant, disparues depuis"), "closed", told.ended),
            (_("Apparues depuis"), "missing", told.appeared),
        )
        if lines
    ]


def matrix_rows(matrix: Matrix, of: Side = Side.NORTH) -> list[dict[str, Any]]:
    """Return one side of the matrix as rows, with what each goes with to the west and the east."""
    return [
        {
            "item": item,
            "key": item.key.split("/")[1],
            "sides": [
                [
                    (other, strength)
                    for other in matrix.sides[side]
                    if (strength := matrix.dot(item.key, other.key))
                ]
                for side in (Side.WEST, Side.EAST)
            ],
        }
        for item in matrix.sides[of]
    ]
