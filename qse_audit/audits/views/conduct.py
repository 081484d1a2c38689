"""The pages where an audit is conducted: the whole checklist, and one question at a time."""

from typing import Any

from flask import flash, jsonify, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import ngettext

from qse_audit.accounts.models import Person
from qse_audit.audits import queries, services
from qse_audit.audits.forms import AnswerForm, ShareForm
from qse_audit.audits.models import Audit, ChecklistItem
from qse_audit.audits.queries import ChecklistRow, ChecklistSection
from qse_audit.audits.rules import NONCONFORMING, AuditStatus, Verdict
from qse_audit.audits.views.blueprint import AUDIT, ITEM, bp, picture, requires_question
from qse_audit.core.clock import now
from qse_audit.core.errors import EDITED_MEANWHILE, Conflict, Refused
from qse_audit.core.permissions import Permission
from qse_audit.evidence.rules import ACCEPT_ATTRIBUTE
from qse_audit.web.conflicts import conflict_page
from qse_audit.web.database import commits, session
from qse_audit.web.errors import wants_json
from qse_audit.web.guards import can, requires
from qse_audit.web.i18n import locale, translate
from qse_audit.web.sign_in import identity

P = Permission


@bp.get("/<int:audit_id>/checklist")
@requires(P.AUDIT_READ, on=AUDIT)
def conduct(audit: Audit) -> ResponseReturnValue:
    """Show the whole checklist, to be answered in place."""
    sections = queries.checklist(session(), audit.id, locale())
    show = request.args.get("show", "")
    gathered = queries.evidence_counts(session(), audit.id, identity())
    return render_template(
        "audits/conduct.html",
        audit=audit,
        sections=[(section, shown_rows(section, show)) for section in sections],
        show=show,
        nonconforming=sum(section.nonconforming_count for section in sections),
        has_own=any(section.assignee_id == identity().user_id for section in sections),
        may_answer=may_answer(audit),
        labels={verdict: translate(verdict.label) for verdict in Verdict},
        verdicts=list(Verdict),
        gathered=gathered,
        gathered_words={n: counted(n) for n in set(gathered.values())},
        accept=ACCEPT_ATTRIBUTE,
    )


def counted(number: int) -> str:
    """Return how many files were gathered, in words."""
    return str(ngettext("%(num)d preuve", "%(num)d preuves", number))


def may_answer(audit: Audit) -> bool:
    """Say whether the visitor may answer the questions now."""
    return audit.status is AuditStatus.IN_PROGRESS and can(P.AUDIT_CONDUCT, audit)


def shown_rows(section: ChecklistSection, show: str) -> list[ChecklistRow]:
    """Return the rows of a section that the filter ``show`` keeps."""
    if show == "unanswered":
        return [row for row in section.rows if row.verdict is None]
    if show == "nonconforming":
        return [row for row in section.rows if row.verdict in NONCONFORMING]
    if show == "mine" and section.assignee_id != identity().user_id:
        return []
    return section.rows


@bp.get("/<int:audit_id>/checklist/<int:position>")
@requires_question(P.AUDIT_READ)
def question(item: ChecklistItem) -> ResponseReturnValue:
    """Show one question, its help and its answer; to a script, what a row leaves out."""
    if wants_json():
        return jsonify(
            guidance=queries.worded(item.guidance, {}, locale()),
            expected=queries.worded(item.expected_evidence, {}, locale()),
            evidence=pictures_at(item),
            **_stored(item),
        )
    form = AnswerForm(formdata=None, data=_stored(item))
    return _question_page(item, form)


@bp.post("/<int:audit_id>/checklist/<int:position>")
@requires_question(P.AUDIT_CONDUCT, to_change=True)
@commits
def answer(item: ChecklistItem) -> ResponseReturnValue:
    """Save the answer to one question as it is given."""
    form = AnswerForm()
    if not form.validate():
        return _wrong(item, form)
    delta = (form.verdict.data is not None) - (item.verdict is not None)
    try:
        services.answer(
            session(),
            item,
            verdict=form.verdict.data,
            observation=form.observation.data or "",
            version=form.stored_version,
            actor=identity(),
            now=now(),
        )
    except Conflict as conflict:
        return _conflict(item, form, conflict)
    except Refused as refused:
        form.refuse(refused, "observation")
        return _wrong(item, form)
    session().flush()
    if wants_json():
        return jsonify(**_stored(item), answered=item.audit.answered_count + delta)
    return redirect(_after(item), code=303)


def pictures_at(item: ChecklistItem) -> list[dict[str, str | None]]:
    """Return the files gathered at a question, as thumbnails show them."""
    return [picture(line) for line in queries.photos_at(session(), item, identity())]


def _stored(item: ChecklistItem) -> dict[str, Any]:
    return {
        "version": item.version,
        "verdict": item.verdict or "",
        "observation": item.observation,
    }


def _after(item: ChecklistItem) -> str:
    """Return the page that follows an answer: the next question, or the same."""
    last = item.position >= item.audit.question_count
    step = 1 if request.form.get("go") == "next" and not last else 0
    return url_for("audits.question", audit_id=item.audit_id, position=item.position + step)


def _wrong(item: ChecklistItem, form: AnswerForm) -> ResponseReturnValue:
    """Answer 422 with what is wrong; nothing was saved."""
    if wants_json():
        errors = {name: [str(text) for text in texts] for name, texts in form.errors.items()}
        return jsonify(status=422, errors=errors), 422
    return _question_page(item, form), 422


def _conflict(item: ChecklistItem, form: AnswerForm, conflict: Conflict) -> ResponseReturnValue:
    """Answer 409 with both answers."""
    who = session().get(Person, item.answered_by_id) if item.answered_by_id else None
    if wants_json():
        return jsonify(
            status=409,
            error=translate(EDITED_MEANWHILE),
            theirs=conflict.theirs,
            yours=conflict.yours,
            version=item.version,
            who=who.name if who else None,
        ), 409
    stored = AnswerForm(formdata=None, data=_stored(item))
    return conflict_page(form, stored, version=item.version, back_url=request.path)


def _question_page(item: ChecklistItem, form: AnswerForm) -> str:
    around = queries.neighbours(session(), item, item.audit.question_count)
    return render_template(
        "audits/question.html",
        audit=item.audit,
        item=item,
        asked=queries.worded(item.question, item.clause_title, locale()) or item.clause_ref,
        form=form,
        around=around,
        may_answer=may_answer(item.audit),
        verdicts=list(Verdict),
        pictures=pictures_at(item),
        accept=ACCEPT_ATTRIBUTE,
    )


@bp.post("/<int:audit_id>/checklist/<int:position>/finding")
@requires_question(P.AUDIT_CONDUCT)
@commits
def state_finding(item: ChecklistItem) -> ResponseReturnValue:
    """Draft a finding from an answer, to be completed on its own page."""
    finding = services.state_finding(session(), item, locale=locale(), actor=identity(), now=now())
    flash(_("Constat %(reference)s à compléter.", reference=finding.reference), "success")
    return redirect(url_for("findings.edit", finding_id=finding.id), code=303)


@bp.get("/checklist-items/<int:item_id>")
@requires(P.AUDIT_READ, on=ITEM)
def checklist_item(item: ChecklistItem) -> ResponseReturnValue:
    """Lead from a question’s own number to its page."""
    address = url_for("audits.question", audit_id=item.audit_id, position=item.position)
    return redirect(address, code=303)


@bp.route("/<int:audit_id>/sections", methods=["GET", "POST"])
@requires(P.AUDIT_PLAN, on=AUDIT)
@commits
def share(audit: Audit) -> ResponseReturnValue:
    """Share the sections of the checklist out among the team."""
    form = ShareForm()
    sections = queries.checklist(session(), audit.id, locale())
    if form.validate_on_submit():
        people = {
            (section.referential_label, section.ref): request.form.get(
                f"section-{section.number}", type=int
            )
            for section in sections
        }
        services.share_sections(session(), audit, people, actor=identity(), now=now())
        flash(_("Sections réparties."), "success")
        return redirect(url_for("audits.conduct", audit_id=audit.id), code=303)
    parts = queries.audit_parts(session(), audit.id)
    return render_template(
        "audits/share.html", audit=audit, form=form, sections=sections, parts=parts
    )
