"""Signing in and out, the language, and proving again who one is."""

from flask import make_response, redirect, request, url_for
from flask import session as cookie
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from qse_audit.accounts import queries, services
from qse_audit.accounts.forms import ConfirmForm, SignInForm
from qse_audit.accounts.queries import DemoAccount, Visitor
from qse_audit.accounts.rules import ROLE_NOTES, SESSION_ABSOLUTE
from qse_audit.accounts.views.blueprint import bp, enter, offers_demo, page, proven
from qse_audit.core.clock import now
from qse_audit.core.errors import NotFound
from qse_audit.core.permissions import Permission
from qse_audit.core.text import LOCALES
from qse_audit.web.database import commits, session
from qse_audit.web.errors import local_path
from qse_audit.web.guards import public, requires
from qse_audit.web.security_log import note
from qse_audit.web.sign_in import clear_cookie, set_cookie, visitor, visitor_session_id

NOWHERE = _l(
    "Vous n’appartenez plus à aucune organisation. Demandez une invitation à l’administrateur de "
    "la vôtre."
)
"""What only the right password tells."""


@bp.route("/sign-in", methods=["GET", "POST"])
@public("nobody is signed in yet")
@commits
def sign_in() -> ResponseReturnValue:
    """Sign a person in."""
    form = SignInForm(next=request.args.get("next", "/"))
    if request.method == "GET" and visitor() is not None:
        return redirect(local_path(form.next.data), code=303)
    if form.validate_on_submit():
        person = proven(form.email.data, form.password.data)
        url = local_path(form.next.data)
        if person and (entered := enter(person, url, event="sign-in.ok")):
            return entered
        form.form_errors.append(NOWHERE if person else _("Adresse ou mot de passe inconnu."))
    accounts = queries.demo_accounts(session()) if offers_demo() else ()
    form.email.render_kw = {"autocomplete": "username", "autofocus": not accounts}
    return page("accounts/sign_in.html", form, accounts=accounts, notes=ROLE_NOTES)


@bp.post("/demo/sign-in/<int:person_id>")
@public("one click in the demo company, on this machine only; 404 anywhere else")
@commits
def demo_sign_in(person_id: int) -> ResponseReturnValue:
    """Sign in as somebody of the demo company."""
    account = _demo_account(person_id)
    person = queries.get_member(session(), account.person_id)
    url = local_path(request.form.get("next"))
    entered = enter(person, url, event="demo.sign-in", organisation_id=account.organisation_id)
    if entered is None:
        raise NotFound
    return entered


def _demo_account(person_id: int) -> DemoAccount:
    """Return one of the accounts that the sign-in page offers; elsewhere there is none."""
    offered = queries.demo_accounts(session()) if offers_demo() else ()
    wanted = request.form.get("role")
    for account in offered:
        if account.person_id == person_id and wanted in {None, account.role}:
            return account
    raise NotFound(f"demo account {person_id}")


@bp.post("/sign-out")
@requires(Permission.OWN_SPACE)
@commits
def sign_out() -> ResponseReturnValue:
    """End this browser’s session, in the table and in the browser."""
    found = _visitor()
    services.end_session(session(), found.id, found.session_id, now=now())
    note("sign-out")
    cookie.clear()
    cookie["locale"] = found.identity.locale
    return clear_cookie(make_response(redirect(url_for("accounts.sign_in"), code=303)))


@bp.post("/locale")
@public("the sign-in page offers both languages")
@commits
def set_locale() -> ResponseReturnValue:
    """Choose the language of the interface; someone signed in keeps it everywhere."""
    if (chosen := request.form.get("locale")) in LOCALES:
        cookie["locale"] = chosen
        if found := visitor():
            services.set_locale(session(), found.identity.user_id, chosen)
    return redirect(local_path(request.form.get("next")), code=303)


@bp.route("/confirm", methods=["GET", "POST"])
@requires(Permission.OWN_SPACE)
@commits
def confirm() -> ResponseReturnValue:
    """Ask for the password again before a signature, and go back."""
    form = ConfirmForm(next=request.args.get("next", "/"))
    if form.validate_on_submit():
        if proven(_visitor().email, form.password.data):
            return _elevated(form.next.data)
        form.password.errors = [_("Ce n’est pas votre mot de passe.")]
    return page("accounts/confirm.html", form, demo=offers_demo())


@bp.post("/demo/confirm")
@requires(Permission.OWN_SPACE)
@commits
def demo_confirm() -> ResponseReturnValue:
    """Prove nothing, in the demo company and on this machine only."""
    if not offers_demo():
        raise NotFound
    return _elevated(request.form.get("next"))


def _elevated(url: str | None) -> ResponseReturnValue:
    token = services.elevate_session(session(), visitor_session_id(), now=now())
    note("elevation")
    response = make_response(redirect(local_path(url), code=303))
    return set_cookie(response, token, SESSION_ABSOLUTE)


def _visitor() -> Visitor:
    found = visitor()
    assert isinstance(found, Visitor)  # the guard let them in
    return found
