"""The pages about signing in, one’s own account and the people of an organisation."""

from flask import Blueprint, make_response, redirect, render_template, request, url_for
from flask import session as cookie
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from qse_audit.accounts import services
from qse_audit.accounts.forms import SignInForm
from qse_audit.accounts.rules import SESSION_ABSOLUTE
from qse_audit.core.clock import now
from qse_audit.core.permissions import Permission
from qse_audit.core.text import LOCALES
from qse_audit.web.database import commits, session
from qse_audit.web.errors import local_path
from qse_audit.web.guards import public, requires
from qse_audit.web.sign_in import clear_cookie, set_cookie, visitor_session_id

bp = Blueprint("accounts", __name__)


@bp.route("/sign-in", methods=["GET", "POST"])
@public("nobody is signed in yet")
@commits
def sign_in() -> ResponseReturnValue:
    """Sign a person in."""
    form = SignInForm(next=request.args.get("next", "/"))
    if not form.validate_on_submit():
        return render_template("accounts/sign_in.html", form=form)
    person = services.check_password(session(), form.email.data or "", form.password.data or "")
    token = person and services.open_session(
        session(),
        person,
        address=request.remote_addr or "",
        agent=request.user_agent.string,
        now=now(),
    )
    if not token:
        form.form_errors.append(_("Adresse ou mot de passe inconnu."))
        return render_template("accounts/sign_in.html", form=form), 422
    cookie.clear()
    response = make_response(redirect(local_path(form.next.data), code=303))
    return set_cookie(response, token, SESSION_ABSOLUTE)


@bp.post("/sign-out")
@requires(Permission.OWN_SPACE)
@commits
def sign_out() -> ResponseReturnValue:
    """End this browser’s session."""
    cookie.clear()
    return clear_cookie(make_response(redirect(url_for("accounts.sign_in"), code=303)))


@bp.post("/locale")
@public("the sign-in page offers both languages")
@commits
def set_locale() -> ResponseReturnValue:
    """Choose the language of the interface."""
    if (chosen := request.form.get("locale")) in LOCALES:
        cookie["locale"] = chosen
    return redirect(local_path(request.form.get("next")), code=303)


@bp.get("/me")
@requires(Permission.OWN_SPACE)
def me() -> ResponseReturnValue:
    """Show one’s own account."""
    return render_template("accounts/me.html")


@bp.get("/people")
@requires(Permission.PERSON_LIST)
def people() -> ResponseReturnValue:
    """List the people of the organisation."""
    return render_template("accounts/people.html")


@bp.get("/organisation")
@requires(Permission.ORGANISATION_READ)
def organisation() -> ResponseReturnValue:
    """Show the organisation and its sites."""
    return render_template("accounts/organisation.html")


@bp.post("/switch-organisation")
@requires(Permission.OWN_SPACE)
@commits
def switch_organisation() -> ResponseReturnValue:
    """Act in another of one’s organisations."""
    services.switch_organisation(
        session(), visitor_session_id(), request.form.get("organisation_id", 0, type=int)
    )
    return redirect(url_for("dashboard.home"), code=303)
