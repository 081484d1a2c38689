"""Registering a candidacy, correcting it, and naming its panel."""

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from qse_audit.accounts.queries import people_of
from qse_audit.accounts.rules import OrganisationKind
from qse_audit.certifications.rules import Route
from qse_audit.core.clock import day_in_paris, now
from qse_audit.core.errors import Conflict, Refused
from qse_audit.core.permissions import Link, Permission, Role
from qse_audit.core.text import pick
from qse_audit.portfolios.forms import PanelForm, RegistrationForm
from qse_audit.portfolios.models import Candidacy
from qse_audit.portfolios.queries.candidacies import (
    certification_versions,
    organisations_of_kind,
    panel_version,
)
from qse_audit.portfolios.rules import registration_ended, route_is_open
from qse_audit.portfolios.services import candidacies as services
from qse_audit.portfolios.services.candidacies import Registration
from qse_audit.portfolios.views.blueprint import CANDIDACY, bp
from qse_audit.web.conflicts import conflict_page
from qse_audit.web.database import commits, session
from qse_audit.web.guards import requires
from qse_audit.web.i18n import locale
from qse_audit.web.sign_in import identity


@bp.route("/register", methods=["GET", "POST"])
@requires(Permission.CANDIDACY_REGISTER)
@commits
def register() -> ResponseReturnValue:
    """Register a candidate of the company."""
    form = _with_choices(RegistrationForm())
    if request.method == "GET":
        form.starts_on.data = day_in_paris(now())
    if form.validate_on_submit():
        try:
            candidacy = services.register_candidacy(
                session(),
                _registration(form),
                candidate_id=form.candidate_id.data,
                certification_version_id=form.certification_version_id.data,
                actor=identity(),
                now=now(),
            )
            flash(_("Candidature inscrite. Le candidat et son tuteur y ont accès."), "success")
            return redirect(url_for("portfolios.show", candidacy_id=candidacy.id), 303)
        except Refused as refused:
            form.refuse(refused)
    return _page(form), 422 if form.errors or form.form_errors else 200


@bp.route("/<int:candidacy_id>/edit", methods=["GET", "POST"])
@requires(Permission.CANDIDACY_REGISTER, on=CANDIDACY)
@commits
def edit(candidacy: Candidacy) -> ResponseReturnValue:
    """Correct the people, the route, the organisations or the dates."""
    form = _stored(candidacy) if request.method == "GET" else _fixed(RegistrationForm(), candidacy)
    here = url_for("portfolios.show", candidacy_id=candidacy.id)
    if form.validate_on_submit():
        try:
            services.correct_registration(
                session(),
                candidacy,
                _registration(form),
                version=form.stored_version,
                actor=identity(),
                now=now(),
            )
            return redirect(here, 303)
        except Refused as refused:
            form.refuse(refused)
        except Conflict:
            return conflict_page(form, _stored(candidacy), version=candidacy.version, back_url=here)
    return _page(form, candidacy), 422 if form.errors or form.form_errors else 200


@bp.route("/<int:candidacy_id>/panel", methods=["GET", "POST"])
@requires(Permission.CANDIDACY_ASSIGN, on=CANDIDACY)
@commits
def panel(candidacy: Candidacy) -> ResponseReturnValue:
    """Name the evaluators and the jury among the people of the exam centre."""
    form = _sitting(candidacy) if request.method == "GET" else _named(PanelForm(), candidacy)
    here = url_for("portfolios.show", candidacy_id=candidacy.id)
    if form.validate_on_submit():
        try:
            services.assign_panel(
                session(),
                candidacy,
                evaluator_ids=form.evaluator_ids.data or [],
                jury_ids=form.jury_ids.data or [],
                seen=form.version.data,
                actor=identity(),
                now=now(),
            )
            flash(*_panel_news(form))
            return redirect(here, 303)
        except Refused as refused:
            form.refuse(refused)
        except Conflict:
            theirs = _sitting(candidacy)
            return conflict_page(form, theirs, version=theirs.version.data, back_url=here)
    body = render_template("portfolios/panel.html", form=form, candidacy=candidacy)
    return body, 422 if form.errors or form.form_errors else 200


def _sitting(candidacy: Candidacy) -> PanelForm:
    """Return the form as the panel now stands."""
    links = candidacy.access().links
    form = PanelForm(
        formdata=None,
        evaluator_ids=sorted(links.get(Link.EVALUATOR, ())),
        jury_ids=sorted(links.get(Link.JURY, ())),
        version=panel_version(links),
    )
    return _named(form, candidacy)


def _named(form: PanelForm, candidacy: Candidacy) -> PanelForm:
    """Offer the people of the exam centre."""
    centre = candidacy.exam_centre_id or 0
    form.evaluator_ids.choices = _people(centre, Role.EVALUATOR)
    form.jury_ids.choices = _people(centre, Role.JURY)
    return form


def _panel_news(form: PanelForm) -> tuple[str, str]:
    if form.evaluator_ids.data:
        return _(
            "Évaluateurs et jury enregistrés : ils sont prévenus dans leurs messages."
        ), "success"
    return _("Enregistré, mais personne n’évalue encore ce dossier."), "warning"


def _page(form: RegistrationForm, candidacy: Candidacy | None = None) -> str:
    chosen = form.certification_version_id.data
    versions = {version.id: version for version in certification_versions(session())}
    version = versions.get(chosen) or next(iter(versions.values()), None)
    starts_on = form.starts_on.data
    return render_template(
        "portfolios/register.html",
        form=form,
        candidacy=candidacy,
        version=version,
        has_ended=bool(
            version and starts_on and registration_ended(version.ends_on, starts_on=starts_on)
        ),
        closed_routes=[
            choice.label
            for choice in Route
            if version and not route_is_open(version.record, choice)
        ],
    )


def _with_choices(form: RegistrationForm) -> RegistrationForm:
    company = identity().organisation_id
    choose = ("", _("Choisir…"))
    none = ("", _("Aucun pour l’instant"))
    form.candidate_id.choices = [choose, *_people(company, Role.CANDIDATE)]
    form.tutor_ids.choices = _people(company, Role.TUTOR)
    form.certification_version_id.choices = [
        (version.id, f"{version.code} – {pick(version.title, locale())}")
        for version in certification_versions(session())
    ]
    centres = organisations_of_kind(session(), OrganisationKind.EXAM_CENTRE)
    providers = organisations_of_kind(session(), OrganisationKind.TRAINING_PROVIDER)
    form.exam_centre_id.choices = [none, *centres]
    form.training_provider_id.choices = [none, *providers]
    return form


def _fixed(form: RegistrationForm, candidacy: Candidacy) -> RegistrationForm:
    """Give choices; the candidate and the certification stay what they are (rule R1)."""
    form = _with_choices(form)
    form.candidate_id.choices = [(candidacy.candidate_id, candidacy.candidate.name)]
    form.certification_version_id.choices = [
        (candidacy.certification_version_id, candidacy.certification.code)
    ]
    form.candidate_id.data = candidacy.candidate_id
    form.certification_version_id.data = candidacy.certification_version_id
    return form


def _stored(candidacy: Candidacy) -> RegistrationForm:
    tutors = sorted(candidacy.access().links.get(Link.TUTOR, ()))
    form = RegistrationForm(formdata=None, obj=candidacy, tutor_ids=tutors)
    form.tutor_ids.data = tutors
    return _fixed(form, candidacy)


def _people(organisation_id: int, role: Role) -> list[tuple[int, str]]:
    return [(p.id, p.name) for p in people_of(session(), organisation_id, [role])]


def _registration(form: RegistrationForm) -> Registration:
    return Registration(
        tutor_ids=tuple(key for key in form.tutor_ids.data or [] if key),
        route=form.route.data,
        starts_on=form.starts_on.data,
        report_due_on=form.report_due_on.data,
        exam_centre_id=form.exam_centre_id.data,
        training_provider_id=form.training_provider_id.data,
    )
