"""One’s own account: name, language, password, and where one is signed in."""

from flask import flash, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from qse_audit.accounts import queries, services
from qse_audit.accounts.forms import PasswordForm, ProfileForm
from qse_audit.accounts.models import Person
from qse_audit.accounts.rules import SESSION_ABSOLUTE, account_key, address_key
from qse_audit.accounts.views.blueprint import address, bp, check_throttle
from qse_audit.core.clock import now
from qse_audit.core.errors import Refused
from qse_audit.core.permissions import Permission
from qse_audit.web.database import commits, session
from qse_audit.web.guards import requires
from qse_audit.web.security_log import note
from qse_audit.web.sign_in import clear_cookie, identity, set_cookie, visitor_session_id


@bp.get("/me")
@requires(Permission.OWN_SPACE)
def me() -> ResponseReturnValue:
    """Show one’s own account."""
    return _page()


@bp.post("/me")
@requires(Permission.OWN_SPACE)
@commits
def edit_me() -> ResponseReturnValue:
    """Change one’s own name and language; nothing else that may be sent counts."""
    form = ProfileForm()
    if not form.validate():
        return _page(profile=form), 422
    services.rename_person(session(), _myself(), form.name.data, now=now())
    services.set_locale(session(), identity().user_id, form.locale.data)
    flash(_("Votre compte est à jour."), "success")
    return redirect(url_for("accounts.me"), code=303)


@bp.post("/me/password")
@requires(Permission.OWN_SPACE)
@commits
def change_password() -> ResponseReturnValue:
    """Replace one’s own password; other browsers are signed out."""
    form = PasswordForm()
    if not form.validate():
        return _page(password=form), 422
    email = _myself().email
    check_throttle(email)
    try:
        services.change_password(
            session(),
            _myself(),
            old=form.old.data,
            new=form.password.data,
            keep_session_id=visitor_session_id(),
            now=now(),
        )
    except Refused as refused:
        wrong = any(r.code == "password_wrong" for r in refused.refusals)
        form.refuse(refused, "old" if wrong else "password")
        return _page(password=form), 422
    services.forgive(session(), account=account_key(email), address=address_key(address()))
    note("password.changed")
    flash(_("Votre mot de passe est changé ; les autres appareils sont déconnectés."), "success")
    token = services.rotate_session(session(), visitor_session_id())
    return set_cookie(
        make_response(redirect(url_for("accounts.me"), code=303)), token, SESSION_ABSOLUTE
    )


@bp.post("/me/sessions/end")
@requires(Permission.OWN_SPACE)
@commits
def end_session() -> ResponseReturnValue:
    """Sign one of one’s browsers out; this one too, if it is the one chosen."""
    session_id = request.form.get("session_id", 0, type=int)
    services.end_session(session(), identity().user_id, session_id, now=now())
    note("session.ended", session=session_id)
    if session_id == visitor_session_id():
        return clear_cookie(make_response(redirect(url_for("accounts.sign_in"), code=303)))
    flash(_("Cet appareil est déconnecté."), "success")
    return redirect(url_for("accounts.me"), code=303)


def _myself() -> Person:
    return session().get_one(Person, identity().user_id)


def _page(*, profile: ProfileForm | None = None, password: PasswordForm | None = None) -> str:
    person = _myself()
    own = ProfileForm(formdata=None, name=person.name, locale=person.locale)
    return render_template(
        "accounts/me.html",
        profile=profile or own,
        password=password or PasswordForm(formdata=None),
        sessions=queries.sessions_of(
            session(), person.id, current_id=visitor_session_id(), at=now()
        ),
    )
