"""The first page of an empty database."""

from flask import current_app, flash, g, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from qse_audit.accounts import queries, services
from qse_audit.accounts.forms import FirstRunForm
from qse_audit.accounts.rules import BAD_EMAIL, is_email, normal_email, password_problem
from qse_audit.accounts.views.blueprint import bp, enter, page
from qse_audit.core.clock import now
from qse_audit.core.errors import NotFound, Refused, refuse_all
from qse_audit.db.lease import take_lease
from qse_audit.web.database import commits, session
from qse_audit.web.guards import public
from qse_audit.web.security_log import note

HAS_PEOPLE = "accounts.has_people"
OPEN_WHEN_EMPTY = frozenset({"accounts.first_run", "accounts.set_locale"})


@bp.before_app_request
def send_to_first_run() -> ResponseReturnValue | None:
    """Send every page of an empty database here; ask the database only until it is not empty."""
    if current_app.extensions.get(HAS_PEOPLE) or g.get("visitor"):
        return None
    open_endpoints = current_app.config["ENDPOINTS_WITHOUT_VISITOR"] | OPEN_WHEN_EMPTY
    if request.endpoint is None or request.endpoint in open_endpoints:
        return None
    if queries.is_empty(session()):
        return redirect(url_for("accounts.first_run"), code=303)
    current_app.extensions[HAS_PEOPLE] = True
    return None


@bp.route("/first-run", methods=["GET", "POST"])
@public("nobody has an account yet; 404 as soon as somebody has")
@commits
def first_run() -> ResponseReturnValue:
    """Create the organisation and its first administrator."""
    if current_app.extensions.get(HAS_PEOPLE) or not queries.is_empty(session()):
        raise NotFound
    form = FirstRunForm()
    if form.validate_on_submit():
        try:
            return _founded(form)
        except Refused as refused:
            for refusal in refused.refusals:
                field = "email" if refusal is BAD_EMAIL else "password"
                form.refuse(Refused([refusal]), field)
    return page("accounts/first_run.html", form)


def _founded(form: FirstRunForm) -> ResponseReturnValue:
    email = normal_email(form.email.data)
    problems = [
        None if is_email(email) else BAD_EMAIL,
        password_problem(form.password.data, email=email),
    ]
    refuse_all([problem for problem in problems if problem])
    # The row lock of the lease lets one of two simultaneous first runs see the other’s people.
    take_lease(session(), "first-run", holder="first-run", now=now(), seconds=0)
    if not queries.is_empty(session()):
        raise NotFound
    founder = services.create_person(
        session(), name=form.name.data, email=email, password=form.password.data, now=now()
    )
    made = services.found_organisation(
        session(),
        founder,
        name=form.organisation.data,
        kind=form.kind.data,
        coordinates=form.coordinates.data,
        now=now(),
    )
    note("first-run", person_id=founder.id, organisation=made.id)
    entered = enter(founder, url_for("dashboard.home"), event="sign-in.ok")
    assert entered is not None  # the founder administers the organisation
    flash(_("%(name)s est prête. Invitez maintenant votre équipe.", name=made.name), "success")
    return entered
