"""The blueprint of the accounts, and what its pages share."""

from typing import Any

from flask import Blueprint, current_app, flash, make_response, redirect, render_template, request
from flask import session as cookie
from flask.typing import ResponseReturnValue

from qse_audit.accounts import services
from qse_audit.accounts.models import Person
from qse_audit.accounts.rules import (
    SESSION_ABSOLUTE,
    account_key,
    address_key,
    throttle_keys,
)
from qse_audit.core.clock import now
from qse_audit.core.errors import Refused, TooManyTries
from qse_audit.settings import Settings
from qse_audit.web.database import engine, session
from qse_audit.web.forms import Form
from qse_audit.web.i18n import translate
from qse_audit.web.security_log import note
from qse_audit.web.sign_in import is_loopback, set_cookie, visitor

bp = Blueprint("accounts", __name__)


def settings() -> Settings:
    """Return the settings of the application."""
    found: Settings = current_app.config["SETTINGS"]
    return found


def offers_demo() -> bool:
    """Say whether one click may sign in: in the demo, from this machine, for this machine."""
    return settings().demo and is_loopback()


def page(template: str, form: Form | None = None, **values: Any) -> ResponseReturnValue:
    """Return a page; 422 when its form was sent and is not acceptable."""
    wrong = form is not None and form.is_submitted()
    return render_template(template, form=form, **values), 422 if wrong else 200


def flash_refusals(refused: Refused) -> None:
    """Say every reason for a refusal on the next page."""
    for refusal in refused.refusals:
        flash(translate(refusal.message), "error")


def address() -> str:
    """Return the network address of the browser."""
    return request.remote_addr or ""


def check_throttle(email: str) -> None:
    """Count one try for this account and this address.

    :raises TooManyTries: when there were too many.
    """
    session().rollback()  # SQLite has one writer: the count is a transaction of its own
    wait = services.claim_try(engine(), throttle_keys(email, address()), now=now())
    if wait:
        note("sign-in.throttled", account=account_key(email)[-16:])
        raise TooManyTries(wait)


def proven(email: str, password: str) -> Person | None:
    """Return the person whose password this is, counting failures."""
    check_throttle(email)
    person = services.check_password(session(), email, password)
    if person is None:
        note("sign-in.failed", account=account_key(email)[-16:])
        return None
    services.forgive(session(), account=account_key(email), address=address_key(address()))
    return person


def enter(
    person: Person, url: str, *, event: str, organisation_id: int | None = None
) -> ResponseReturnValue | None:
    """Sign ``person`` in on this browser and go to ``url``; ``None`` when they have no role.

    Whoever was signed in here before is signed out: a session never changes hands.
    """
    token = services.open_session(
        session(),
        person,
        organisation_id=organisation_id,
        address=address(),
        agent=request.user_agent.string,
        now=now(),
    )
    if token is None:
        return None
    if (before := visitor()) is not None:
        services.end_session(session(), before.identity.user_id, before.session_id, now=now())
    note(event, person_id=person.id)
    cookie.clear()
    return set_cookie(make_response(redirect(url, code=303)), token, SESSION_ABSOLUTE)
