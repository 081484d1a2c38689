"""Submitting a portfolio: what is missing, the declaration, the sealed dossier."""

from flask import render_template
from flask.typing import ResponseReturnValue

from qse_audit.core.clock import day_in_paris, now
from qse_audit.core.errors import Refused
from qse_audit.core.permissions import Permission
from qse_audit.portfolios.forms import SubmitForm
from qse_audit.portfolios.guidance import AUTHENTICITY, CONFIDENTIALITY, RELEASE_SENTENCE
from qse_audit.portfolios.models import Candidacy
from qse_audit.portfolios.queries.portfolio import read_portfolio
from qse_audit.portfolios.rules import CANDIDACY_WORKFLOW, CandidacyFacts, late_days
from qse_audit.portfolios.services.submissions import ask_submission
from qse_audit.portfolios.views.blueprint import CANDIDACY, bp
from qse_audit.portfolios.views.leaving import edits_of, frozen_now
from qse_audit.web.database import commits, files, session
from qse_audit.web.guards import requires
from qse_audit.web.sign_in import identity
from qse_audit.web.work import follow_work, starts_work


@bp.route("/<int:candidacy_id>/submit", methods=["GET", "POST"])
@requires(Permission.CANDIDACY_EDIT, on=CANDIDACY)
@starts_work
@commits
def submit(candidacy: Candidacy) -> ResponseReturnValue:
    """Show what would be submitted; freeze and seal it."""
    form = SubmitForm()
    if form.validate_on_submit():
        try:
            return _submitted(candidacy, form)
        except Refused as refused:
            form.refuse(refused)
    portfolio, frozen = read_portfolio(session(), candidacy), frozen_now(candidacy)
    form.release_sha256.data = frozen.model["release"]["sha256"]  # what this page shows
    facts = CandidacyFacts(
        has_exam_centre=candidacy.exam_centre_id is not None,
        complete_situations=portfolio.complete_count,
        is_declared_authentic=True,
    )
    body = render_template(
        "portfolios/submit.html",
        candidacy=candidacy,
        portfolio=portfolio,
        form=form,
        refusals=[
            *CANDIDACY_WORKFLOW.refusals(candidacy.status, "submit", facts),
            *frozen.refusals,
        ],
        release=frozen.model["release"],
        edits=edits_of(candidacy, frozen),
        released=RELEASE_SENTENCE,
        late_days=late_days(candidacy.report_due_on, day_in_paris(now())),
        declaration=AUTHENTICITY,
        confidentiality=CONFIDENTIALITY,
    )
    return body, 422 if form.errors else 200


def _submitted(candidacy: Candidacy, form: SubmitForm) -> ResponseReturnValue:
    work_id = ask_submission(
        session(),
        candidacy,
        files=files(),
        actor=identity(),
        now=now(),
        is_declared_authentic=bool(form.declares.data),
        release_sha256=(form.release_sha256.data or "") if form.releases.data else None,
    )
    return follow_work(work_id)
