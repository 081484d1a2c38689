"""Choosing a new password by a single-use link."""

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from qse_audit.accounts import queries, services
from qse_audit.accounts.forms import NewPassword, ResetRequestForm
from qse_audit.accounts.models import OneTimeToken
from qse_audit.accounts.rules import (
    RESET_LIFE,
    THROTTLE_ADDRESS,
    THROTTLE_RESET,
    TokenPurpose,
    account_key,
    address_key,
    link_problem,
)
from qse_audit.accounts.views.blueprint import address, bp, page
from qse_audit.accounts.views.mails import address_of, compose, send_link
from qse_audit.core.clock import now
from qse_audit.core.errors import Refusal, Refused, TooManyTries
from qse_audit.web.database import commits, engine, session
from qse_audit.web.guards import public
from qse_audit.web.i18n import locale
from qse_audit.web.security_log import note


@bp.route("/password-reset", methods=["GET", "POST"])
@public("people who forgot their password cannot sign in")
@commits
def password_reset() -> ResponseReturnValue:
    """Ask for a link by mail; the answer is the same for everyone."""
    form = ResetRequestForm()
    if not form.validate_on_submit():
        return page("accounts/password_reset.html", form)
    session().rollback()  # SQLite has one writer: the counts are transactions of their own
    if wait := services.claim_try(engine(), {address_key(address()): THROTTLE_ADDRESS}, now=now()):
        raise TooManyTries(wait)
    often = {account_key(form.email.data, "reset"): THROTTLE_RESET}
    if not services.claim_try(engine(), often, now=now()):
        _send(form.email.data)
    return redirect(url_for("accounts.password_reset_sent"), code=303)


def _send(email: str) -> None:
    link, token = services.new_reset_link(session(), email, now=now())
    person = queries.get_person_by_email(session(), link.email)
    note("reset.requested", person_id=person.id if person else None)
    values = {
        "url": address_of("accounts.password_choose", token=token),
        "hours": int(RESET_LIFE.total_seconds() // 3600),
    }
    language = person.locale if person else locale()
    if person is None or link.revoked_at is not None:
        compose("reset", language, {"link": link, **values})  # the same work, for nobody
        return
    send_link("reset", link, person=person, locale=language, **values)


@bp.get("/password-reset/sent")
@public("people who forgot their password cannot sign in")
def password_reset_sent() -> ResponseReturnValue:
    """Say what happens next, whether an account exists or not."""
    return render_template("accounts/password_reset_sent.html")


@bp.route("/password-reset/<string:token>", methods=["GET", "POST"])
@public("the single-use link is the proof; reading the page does not use it")
@commits
def password_choose(token: str) -> ResponseReturnValue:
    """Choose a new password with a link; only sending the form uses it."""
    link = queries.get_link(session(), token)
    if problem := link_problem(queries.link_facts(link), TokenPurpose.RESET, now()):
        return refuse_link(problem, TokenPurpose.RESET)
    assert link is not None  # an unknown link has a problem
    form = NewPassword()
    if form.validate_on_submit():
        try:
            return _chosen(link, form.password.data)
        except Refused as refused:
            form.refuse(refused, "password")
    return page("accounts/password_choose.html", form, email=link.email)


def _chosen(link: OneTimeToken, password: str) -> ResponseReturnValue:
    person = services.reset_password(session(), link, password, now=now())
    services.forgive(session(), account=account_key(person.email))
    note("reset.done", person_id=person.id)
    flash(_("Votre mot de passe est changé. Connectez-vous."), "success")
    return redirect(url_for("accounts.sign_in"), code=303)


def refuse_link(problem: Refusal, purpose: TokenPurpose) -> ResponseReturnValue:
    """Say why a link opens nothing and what to do: 404 for no link of ours, 410 otherwise."""
    note("link.refused", reason=problem.code, purpose=purpose)
    text = render_template("accounts/link_refused.html", problem=problem, purpose=purpose)
    return text, 404 if problem.code == "link_unknown" else 410
