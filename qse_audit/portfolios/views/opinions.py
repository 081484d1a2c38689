"""The company’s opinion: written by the tutor, signed, printed."""

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from qse_audit.core.clock import now
from qse_audit.core.errors import Conflict, NotFound, Refused
from qse_audit.core.permissions import Permission
from qse_audit.portfolios.forms import OpinionForm, SignForm
from qse_audit.portfolios.guidance import FACTS_TO_RECALL
from qse_audit.portfolios.models import Candidacy
from qse_audit.portfolios.queries.opinions import draft_opinion, exhibits
from qse_audit.portfolios.queries.portfolio import (
    opinions_in_progress,
    read_portfolio,
    signed_opinions,
    structure_of,
)
from qse_audit.portfolios.rules import Observation
from qse_audit.portfolios.services import opinions as services
from qse_audit.portfolios.views.blueprint import CANDIDACY, bp, conflicting, saved, wrong
from qse_audit.web.database import commits, session
from qse_audit.web.errors import wants_json
from qse_audit.web.guards import requires, requires_elevation
from qse_audit.web.sign_in import identity


@bp.get("/<int:candidacy_id>/opinion")
@requires(Permission.OPINION_GIVE, on=CANDIDACY)
def opinion(candidacy: Candidacy) -> ResponseReturnValue:
    """Show the tutor each capability, what to look at, and where to answer."""
    portfolio = read_portfolio(session(), candidacy)
    written = opinions_in_progress(session(), candidacy.id)
    return render_template(
        "portfolios/opinion.html",
        candidacy=candidacy,
        portfolio=portfolio,
        written=written,
        answered=sum(row.observation is not None for row in written.values()),
        exhibits=exhibits(session(), candidacy),
        observations=list(Observation),
        facts_to_recall=FACTS_TO_RECALL,
    )


@bp.post("/<int:candidacy_id>/opinion/<code>")
@requires(Permission.OPINION_GIVE, on=CANDIDACY)
@commits
def save_opinion(candidacy: Candidacy, code: str) -> ResponseReturnValue:
    """Keep what the tutor says of one capability, as it is given."""
    form = OpinionForm()
    if not form.validate_on_submit():
        return wrong(form)
    try:
        kept = services.save_opinion(
            session(),
            candidacy,
            _capability_id(candidacy, code),
            observation=form.observation.data,
            comment=form.comment.data or "",
            version=form.stored_version,
            actor=identity(),
            now=now(),
        )
    except Conflict as conflict:
        return conflicting(conflict.theirs, _stored_version(candidacy, code))
    if wants_json():
        return saved(kept.version)
    return redirect(url_for("portfolios.opinion", candidacy_id=candidacy.id, _anchor=code), 303)


@bp.route("/<int:candidacy_id>/opinion/sign", methods=["GET", "POST"])
@requires(Permission.OPINION_GIVE, on=CANDIDACY)
@requires_elevation
@commits
def sign(candidacy: Candidacy) -> ResponseReturnValue:
    """Show the exact text to the tutor, then sign it."""
    form = SignForm()
    if form.validate_on_submit():
        try:
            return _signed(candidacy, form)
        except Refused as refused:
            form.refuse(refused)
        except Conflict:
            form.form_errors.append(_("L’avis a changé entre-temps : relisez-le avant de signer."))
    draft = draft_opinion(
        session(), candidacy, read_portfolio(session(), candidacy), actor=identity()
    )
    form.shown_sha256.data = draft.sha256
    body = render_template("portfolios/sign.html", candidacy=candidacy, draft=draft, form=form)
    return body, 422 if form.errors else 200


@bp.get("/<int:candidacy_id>/opinion/signed/<int:number>")
@requires(Permission.OPINION_READ, on=CANDIDACY)
def signed(candidacy: Candidacy, number: int) -> ResponseReturnValue:
    """Show an opinion as it was signed, to read, to check and to print."""
    versions = signed_opinions(session(), candidacy.id)
    found = next((each for each in versions if each.number == number), None)
    if found is None:
        raise NotFound(f"opinion {number}")
    return render_template(
        "portfolios/signed.html", candidacy=candidacy, opinion=found, versions=versions
    )


def _signed(candidacy: Candidacy, form: SignForm) -> ResponseReturnValue:
    signature = services.sign_opinion(
        session(),
        candidacy,
        shown_sha256=form.shown_sha256.data or "",
        consents=bool(form.consents.data),
        actor=identity(),
        now=now(),
    )
    flash(_("Avis signé. Votre exemplaire est ci-dessous."), "success")
    address = url_for("portfolios.signed", candidacy_id=candidacy.id, number=signature.number)
    return redirect(address, 303)


def _capability_id(candidacy: Candidacy, code: str) -> int:
    for block in structure_of(session(), candidacy.certification_version_id):
        for capability in block.capabilities:
            if capability.code == code:
                return capability.id
    raise NotFound(code)


def _stored_version(candidacy: Candidacy, code: str) -> int:
    return opinions_in_progress(session(), candidacy.id)[_capability_id(candidacy, code)].version
