"""The people of an organisation and the roles that they have."""

from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask import session as cookie
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from qse_audit.accounts import queries, services
from qse_audit.accounts.forms import RolesForm
from qse_audit.accounts.models import Organisation, Person
from qse_audit.accounts.rules import ROLE_NOTES, ROLES_OF
from qse_audit.accounts.views.blueprint import bp, flash_refusals, page
from qse_audit.core.clock import now
from qse_audit.core.errors import Refused
from qse_audit.core.permissions import Permission, Role
from qse_audit.web import paging
from qse_audit.web.database import commits, session
from qse_audit.web.guards import Target, can, requires, requires_elevation
from qse_audit.web.i18n import translate
from qse_audit.web.security_log import note
from qse_audit.web.sign_in import identity

PERSON = Target(queries.get_member, "person_id", read=Permission.PERSON_LIST)
SHOWN_ONCE = "reset-link"


def here() -> Organisation:
    """Return the organisation where the visitor acts."""
    return queries.get_organisation(session(), identity().organisation_id)


@bp.get("/people")
@requires(Permission.PERSON_LIST)
def people() -> ResponseReturnValue:
    """List the people of the organisation and the invitations that wait."""
    organisation, search, role = here(), request.args.get("q", "").strip(), _role()
    found = paging.page(
        session(),
        queries.people_page(organisation.id, search=search, role=role),
        queries.PEOPLE_ORDER,
        cursor=request.args.get("after"),
        make=lambda row: row,
    )
    return render_template(
        "accounts/people.html",
        lines=queries.people_lines(session(), organisation.id, found.rows),
        previous_url=_list_url(after=found.previous) if found.previous else None,
        next_url=_list_url(after=found.next) if found.next else None,
        count=queries.count_people(session(), organisation.id, search=search, role=role),
        invitations=queries.pending_invitations(session(), organisation.id, at=now()),
        roles=[(r.value, translate(r.label)) for r in ROLES_OF[organisation.kind]],
        search=search,
        role=role,
        removable=_removable(search, role),
    )


def _list_url(**changed: str | None) -> str:
    """Return the address of the list with some of its values changed."""
    kept = {name: request.args.get(name) for name in ("q", "role")}
    values: dict[str, Any] = {k: v for k, v in {**kept, **changed}.items() if v}
    return url_for("accounts.people", **values)


def _removable(search: str, role: Role | None) -> list[tuple[str, str]]:
    """Return the filters that hold, each with the address of the list without it."""
    chips = [(f"« {search} »", _list_url(q=None))] if search else []
    return [*chips, (translate(role.label), _list_url(role=None))] if role else chips


def _role() -> Role | None:
    given = request.args.get("role", "")
    return Role(given) if given in set(Role) else None


@bp.get("/people/<int:person_id>")
@requires(Permission.PERSON_LIST, on=PERSON)
def person(person: Person) -> ResponseReturnValue:
    """Show one person and, to administrators, what they may change."""
    held = queries.roles_in(session(), person.id, identity().organisation_id)
    form = RolesForm(formdata=None, roles=sorted(held)).offer(here().kind)
    return _person_page(person, form)


@bp.post("/people/<int:person_id>/roles")
@requires(Permission.ORGANISATION_MANAGE, on=PERSON)
@commits
def change_roles(person: Person) -> ResponseReturnValue:
    """Change the roles of a person; their browsers must sign in again."""
    organisation = here()
    form = RolesForm().offer(organisation.kind)
    if not form.validate():
        return _person_page(person, form)
    try:
        changed = services.change_roles(
            session(), person, organisation, roles=form.chosen(), actor=identity(), now=now()
        )
    except Refused as refused:
        form.refuse(refused, "roles")
        return _person_page(person, form)
    if changed:
        note("roles.changed", subject=person.id, organisation=organisation.id)
        flash(_("Les rôles de %(name)s sont changés.", name=person.name), "success")
    return redirect(url_for("accounts.person", person_id=person.id), code=303)


@bp.post("/people/<int:person_id>/remove")
@requires(Permission.ORGANISATION_MANAGE, on=PERSON)
@commits
def remove_person(person: Person) -> ResponseReturnValue:
    """Take a person out of the organisation; their access ends at once."""
    organisation = here()
    try:
        services.remove_person(session(), person, organisation, actor=identity(), now=now())
    except Refused as refused:
        flash_refusals(refused)
        return redirect(url_for("accounts.person", person_id=person.id), code=303)
    note("person.removed", subject=person.id, organisation=organisation.id)
    flash(_("%(name)s n’a plus accès à l’organisation.", name=person.name), "success")
    return redirect(url_for("accounts.people"), code=303)


@bp.post("/people/<int:person_id>/reset-link")
@requires(Permission.ORGANISATION_MANAGE, on=PERSON)
@requires_elevation
@commits
def give_reset_link(person: Person) -> ResponseReturnValue:
    """Make a link to hand over to somebody who forgot their password and gets no mail."""
    back = redirect(url_for("accounts.person", person_id=person.id), code=303)
    try:
        token = services.give_reset_link(session(), person, here(), actor=identity(), now=now())
    except Refused as refused:
        flash_refusals(refused)
        return back
    note("reset.given", subject=person.id)
    cookie[SHOWN_ONCE] = [person.id, token]
    return back


def _shown_once(person: Person) -> str:
    """Return the address of the reset link that was just made, once."""
    person_id, token = cookie.pop(SHOWN_ONCE, None) or (None, "")
    if person_id != person.id:
        return ""
    return url_for("accounts.password_choose", token=token, _external=True)


def _person_page(person: Person, form: RolesForm) -> ResponseReturnValue:
    held = queries.roles_in(session(), person.id, identity().organisation_id)
    return page(
        "accounts/person.html",
        form,
        shown=person,
        held=[role for role in Role if role in held],
        since=queries.membership_since(session(), person.id, identity().organisation_id),
        notes=ROLE_NOTES,
        manages=can(Permission.ORGANISATION_MANAGE),
        is_me=person.id == identity().user_id,
        reset_url=_shown_once(person),
    )
