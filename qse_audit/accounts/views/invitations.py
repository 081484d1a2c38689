"""Inviting people, and accepting an invitation."""

from flask import flash, redirect, render_template, request, url_for
from flask import session as cookie
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from qse_audit.accounts import queries, services
from qse_audit.accounts.forms import AcceptForm, InviteForm
from qse_audit.accounts.models import OneTimeToken, Person
from qse_audit.accounts.rules import ROLE_NOTES, TokenPurpose, link_problem, password_problem
from qse_audit.accounts.services import InvitationDraft
from qse_audit.accounts.views.blueprint import bp, enter, flash_refusals, page
from qse_audit.accounts.views.mails import address_of, send_link
from qse_audit.accounts.views.people import here
from qse_audit.accounts.views.reset import refuse_link
from qse_audit.core.clock import now
from qse_audit.core.errors import NotSignedIn, Refused, refuse_all
from qse_audit.core.permissions import Permission, Role
from qse_audit.web.database import commits, session
from qse_audit.web.guards import Target, public, requires
from qse_audit.web.i18n import locale
from qse_audit.web.security_log import note
from qse_audit.web.sign_in import identity, visitor

INVITATION = Target(queries.get_invitation, "invitation_id", read=Permission.PERSON_LIST)
SHOWN_ONCE = "invitation-link"


@bp.route("/people/invite", methods=["GET", "POST"])
@requires(Permission.ORGANISATION_MANAGE)
@commits
def invite() -> ResponseReturnValue:
    """Invite somebody to the organisation."""
    organisation = here()
    form = InviteForm()
    form.offer(organisation.kind)
    if form.validate_on_submit():
        draft = InvitationDraft(form.name.data, form.email.data, form.chosen())
        try:
            link, token = services.invite(
                session(), organisation, draft, actor=identity(), now=now()
            )
            return _sent(link, token)
        except Refused as refused:
            _tell(form, refused)
    return page("accounts/invite.html", form, notes=ROLE_NOTES)


def _tell(form: InviteForm, refused: Refused) -> None:
    for refusal in refused.refusals:
        place = "email" if refusal.code in {"email", "already_member"} else "roles"
        form.refuse(Refused([refusal]), place)


def _sent(link: OneTimeToken, token: str) -> ResponseReturnValue:
    """Mail an invitation, and show its link once to who invited."""
    person = queries.get_person_by_email(session(), link.email)
    send_link(
        "invitation",
        link,
        person=person,
        locale=person.locale if person else locale(),
        url=address_of("accounts.accept_invitation", token=token),
        organisation=here(),
        invited_by=session().get_one(Person, identity().user_id).name,
    )
    note("invitation.created", invitation=link.id, organisation=link.organisation_id)
    cookie[SHOWN_ONCE] = [link.id, token]
    return redirect(url_for("accounts.invitation", invitation_id=link.id), code=303)


@bp.get("/people/invitations/<int:invitation_id>")
@requires(Permission.ORGANISATION_MANAGE, on=INVITATION)
def invitation(link: OneTimeToken) -> ResponseReturnValue:
    """Show an invitation; its link only once, just after it was made."""
    fresh_id, token = cookie.pop(SHOWN_ONCE, None) or (None, "")
    url = ""
    if fresh_id == link.id:
        url = url_for("accounts.accept_invitation", token=token, _external=True)
    facts = queries.link_facts(link)
    return render_template(
        "accounts/invitation.html",
        link=link,
        url=url,
        roles=[Role(role) for role in link.payload["roles"]],
        problem=link_problem(facts, TokenPurpose.INVITATION, now()),
    )


@bp.post("/people/invitations/<int:invitation_id>/renew")
@requires(Permission.ORGANISATION_MANAGE, on=INVITATION)
@commits
def renew_invitation(link: OneTimeToken) -> ResponseReturnValue:
    """Send an invitation again, with a new link; the old one dies."""
    try:
        return _sent(*services.renew_invitation(session(), link, actor=identity(), now=now()))
    except Refused as refused:
        flash_refusals(refused)
        return redirect(url_for("accounts.people"), code=303)


@bp.post("/people/invitations/<int:invitation_id>/revoke")
@requires(Permission.ORGANISATION_MANAGE, on=INVITATION)
@commits
def revoke_invitation(link: OneTimeToken) -> ResponseReturnValue:
    """Make the link of an invitation worthless."""
    try:
        services.revoke_invitation(session(), link, actor=identity(), now=now())
    except Refused as refused:
        flash_refusals(refused)
    else:
        note("invitation.revoked", invitation=link.id)
        flash(_("L’invitation est annulée : son lien n’ouvre plus rien."), "success")
    return redirect(url_for("accounts.people"), code=303)


@bp.route("/invitations/<string:token>", methods=["GET", "POST"])
@public("the single-use link is the proof; reading the page does not use it")
@commits
def accept_invitation(token: str) -> ResponseReturnValue:
    """Accept an invitation: make one’s account, or join with the account that one has."""
    link = queries.get_link(session(), token)
    if problem := link_problem(queries.link_facts(link), TokenPurpose.INVITATION, now()):
        return refuse_link(problem, TokenPurpose.INVITATION)
    assert link is not None  # an unknown link has a problem
    guest = queries.get_person_by_email(session(), link.email)
    return _register(link) if guest is None else _join(link, guest)


def _register(link: OneTimeToken) -> ResponseReturnValue:
    """Let somebody new choose their name and password, and come in."""
    form = AcceptForm(name=link.payload["name"], locale=locale())
    if form.validate_on_submit():
        try:
            return _registered(link, form)
        except Refused as refused:
            form.refuse(refused, "password")
    return _accept_page(link, form)


def _registered(link: OneTimeToken, form: AcceptForm) -> ResponseReturnValue:
    problem = password_problem(form.password.data, email=link.email)
    refuse_all([problem] if problem else [])
    person = services.create_person(
        session(),
        name=form.name.data,
        email=link.email,
        password=form.password.data,
        locale=form.locale.data,
        now=now(),
    )
    return _welcome(link, person)


def _join(link: OneTimeToken, guest: Person) -> ResponseReturnValue:
    """Let somebody who has an account join, once they are signed in as themselves."""
    found = visitor()
    if request.method == "POST":
        if found is None or found.identity.user_id != guest.id:
            raise NotSignedIn
        return _welcome(link, guest)
    return _accept_page(link, None, guest=guest)


def _welcome(link: OneTimeToken, person: Person) -> ResponseReturnValue:
    organisation = services.accept_invitation(session(), link, person, now=now())
    note("invitation.accepted", person_id=person.id, invitation=link.id)
    flash_text = _("Bienvenue dans %(organisation)s.", organisation=organisation.name)
    entered = enter(
        person, url_for("dashboard.home"), event="sign-in.ok", organisation_id=organisation.id
    )
    assert entered is not None  # an invitation always gives a role
    flash(flash_text, "success")
    return entered


def _accept_page(
    link: OneTimeToken, form: AcceptForm | None, *, guest: Person | None = None
) -> ResponseReturnValue:
    assert link.organisation_id is not None  # an invitation belongs to an organisation
    found = visitor()
    return page(
        "accounts/accept_invitation.html",
        form,
        link=link,
        host=queries.get_organisation(session(), link.organisation_id),
        roles=[Role(role) for role in link.payload["roles"]],
        notes=ROLE_NOTES,
        guest=guest,
        is_guest=bool(guest and found and found.identity.user_id == guest.id),
    )
