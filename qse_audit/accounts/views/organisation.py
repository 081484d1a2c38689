"""The organisation: its name and its sites; another one; where one acts."""

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from qse_audit.accounts import queries, services
from qse_audit.accounts.forms import LimitsForm, NewOrganisationForm, OrganisationForm, SiteForm
from qse_audit.accounts.models import Person, Site
from qse_audit.accounts.views.blueprint import bp, page
from qse_audit.accounts.views.people import here
from qse_audit.core.clock import now
from qse_audit.core.errors import Refused
from qse_audit.core.permissions import Permission
from qse_audit.web.conflicts import conflict_page
from qse_audit.web.database import commits, session
from qse_audit.web.errors import local_path
from qse_audit.web.guards import Target, requires
from qse_audit.web.security_log import note
from qse_audit.web.sign_in import identity, visitor_session_id

SITE = Target(queries.get_site, "site_id", read=Permission.ORGANISATION_READ)


@bp.get("/organisation")
@requires(Permission.ORGANISATION_READ)
def organisation() -> ResponseReturnValue:
    """Show the organisation and its sites."""
    shown = here()
    return render_template(
        "accounts/organisation.html",
        shown=shown,
        sites=queries.all_sites_of(session(), shown.id),
        people_count=queries.count_people(session(), shown.id),
    )


@bp.route("/organisation/edit", methods=["GET", "POST"])
@requires(Permission.ORGANISATION_MANAGE)
@commits
def edit_organisation() -> ResponseReturnValue:
    """Change the name of the organisation."""
    stored, back = here(), url_for("accounts.organisation")
    form = OrganisationForm(name=stored.name, version=str(stored.version))
    if not form.validate_on_submit():
        return page("accounts/organisation_edit.html", form)
    if form.stored_version != stored.version:
        theirs = OrganisationForm.of(stored)
        return conflict_page(form, theirs, version=stored.version, back_url=back)
    services.rename_organisation(session(), stored, form.name.data, actor=identity(), now=now())
    flash(_("Le nom de l’organisation est changé."), "success")
    return redirect(back, code=303)


@bp.route("/organisation/limits", methods=["GET", "POST"])
@requires(Permission.ORGANISATION_MANAGE)
@commits
def edit_limits() -> ResponseReturnValue:
    """Change what the checks of coherence hold the organisation to."""
    stored, back = here(), url_for("accounts.organisation")
    form = LimitsForm(obj=stored, version=str(stored.version))
    if not form.validate_on_submit():
        return page("accounts/limits.html", form)
    if form.stored_version != stored.version:
        theirs = LimitsForm.of(stored)
        return conflict_page(form, theirs, version=stored.version, back_url=back)
    services.limit_objectives(session(), stored, form.limits(), actor=identity(), now=now())
    flash(_("Les seuils sont enregistrés."), "success")
    return redirect(back, code=303)


@bp.route("/organisation/sites/new", methods=["GET", "POST"])
@requires(Permission.ORGANISATION_MANAGE)
@commits
def new_site() -> ResponseReturnValue:
    """Add a place where the organisation works."""
    form = SiteForm()
    if form.validate_on_submit():
        try:
            services.add_site(
                session(),
                here(),
                name=form.name.data,
                address=form.address.data or "",
                actor_id=identity().user_id,
                now=now(),
            )
            return redirect(url_for("accounts.organisation"), code=303)
        except Refused as refused:
            form.refuse(refused, "name")
    return page("accounts/site.html", form, site=None)


@bp.route("/organisation/sites/<int:site_id>", methods=["GET", "POST"])
@requires(Permission.ORGANISATION_MANAGE, on=SITE)
@commits
def edit_site(site: Site) -> ResponseReturnValue:
    """Change the name and the address of a site."""
    form = SiteForm.of(site)
    if form.validate_on_submit():
        try:
            services.edit_site(
                session(),
                site,
                name=form.name.data,
                address=form.address.data or "",
                actor=identity(),
                now=now(),
            )
            return redirect(url_for("accounts.organisation"), code=303)
        except Refused as refused:
            form.refuse(refused, "name")
    return page("accounts/site.html", form, site=site)


@bp.post("/organisation/sites/<int:site_id>/archive")
@requires(Permission.ORGANISATION_MANAGE, on=SITE)
@commits
def archive_site(site: Site) -> ResponseReturnValue:
    """Take a site out of the choices."""
    services.archive_site(session(), site, actor=identity(), now=now())
    flash(_("Le site « %(name)s » est archivé.", name=site.name), "success")
    return redirect(url_for("accounts.organisation"), code=303)


@bp.post("/organisation/sites/<int:site_id>/restore")
@requires(Permission.ORGANISATION_MANAGE, on=SITE)
@commits
def restore_site(site: Site) -> ResponseReturnValue:
    """Offer an archived site again."""
    services.restore_site(session(), site, actor=identity(), now=now())
    flash(_("Le site « %(name)s » est de nouveau proposé.", name=site.name), "success")
    return redirect(url_for("accounts.organisation"), code=303)


@bp.route("/organisations/new", methods=["GET", "POST"])
@requires(Permission.ORGANISATION_MANAGE)
@commits
def new_organisation() -> ResponseReturnValue:
    """Open another organisation (an exam centre, a training provider) and act in it."""
    form = NewOrganisationForm()
    if not form.validate_on_submit():
        return page("accounts/new_organisation.html", form)
    founder = session().get_one(Person, identity().user_id)
    made = services.found_organisation(
        session(), founder, name=form.organisation.data, kind=form.kind.data, now=now()
    )
    services.switch_organisation(session(), visitor_session_id(), made.id)
    note("organisation.created", organisation=made.id)
    flash(_("%(name)s est ouverte : vous l’administrez.", name=made.name), "success")
    return redirect(url_for("accounts.organisation"), code=303)


@bp.post("/switch-organisation")
@requires(Permission.OWN_SPACE)
@commits
def switch_organisation() -> ResponseReturnValue:
    """Act in another of one’s organisations, at home there or at the page that asked for it."""
    services.switch_organisation(
        session(), visitor_session_id(), request.form.get("organisation_id", 0, type=int)
    )
    return redirect(local_path(request.form.get("next"), url_for("dashboard.home")), code=303)
