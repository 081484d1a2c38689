"""What the page /styleguide shows: invented records and a form with one field of each kind."""

from datetime import date
from typing import Any, NamedTuple

from flask import Blueprint, render_template, request
from flask.typing import ResponseReturnValue
from flask_wtf.file import FileField
from wtforms import (
    BooleanField,
    DateField,
    IntegerField,
    RadioField,
    SelectField,
    StringField,
    TextAreaField,
)
from wtforms.validators import DataRequired, Length, Optional

from qse_audit.core.errors import Refusal
from qse_audit.core.permissions import Permission
from qse_audit.core.text import N_, Coded
from qse_audit.web.forms import CheckboxesField, Form
from qse_audit.web.guards import requires
from qse_audit.web.i18n import locale
from qse_audit.web.listing import Listing
from qse_audit.web.sample_charts import sample_charts


class Grade(Coded):
    """Verdicts as a checklist offers them."""

    CONFORMING = "conforming", N_("Conforme")
    STRENGTH = "strength", N_("Point fort")
    IMPROVEMENT_OPPORTUNITY = "improvement_opportunity", N_("Piste de progrès")
    AREA_OF_CONCERN = "area_of_concern", N_("Point sensible")
    MINOR_NONCONFORMITY = "minor_nonconformity", N_("NC mineure")
    MAJOR_NONCONFORMITY = "major_nonconformity", N_("NC majeure")
    NOT_APPLICABLE = "not_applicable", N_("Non applicable")


class SampleForm(Form):
    """One field of each kind, worded in French as sample content."""

    title = StringField(
        "Titre de l’audit",
        [DataRequired("Donnez un titre à l’audit."), Length(max=120)],
        description="Court et parlant : le processus et l’occasion.",
    )
    starts_on = DateField("Date de début", [DataRequired("Choisissez une date.")])
    days = IntegerField("Durée (jours)", [Optional()])
    referential = SelectField(
        "Référentiel",
        choices=[("9001", "ISO 9001:2015"), ("14001", "ISO 14001:2026")],
    )
    method = RadioField(
        "Méthode",
        [DataRequired("Choisissez une méthode.")],
        choices=[("on_site", "Sur place"), ("remote", "À distance"), ("hybrid", "Mixte")],
        description="À distance : indiquez l’outil dans le plan d’audit.",
    )
    sites = CheckboxesField(
        "Sites", choices=[("a", "Atelier de Vénissieux"), ("b", "Magasin de Corbas")]
    )
    objectives = TextAreaField(
        "Objectifs",
        [DataRequired("Écrivez au moins un objectif.")],
        description="Ce que l’audit doit permettre de décider.",
    )
    announced = BooleanField("Audit annoncé aux audités")
    plan = FileField("Plan d’audit", description="PDF ou DOCX, 20 Mo au plus.")


class Line(NamedTuple):
    """One audit of the sample list."""

    reference: str
    title: str
    lead: str
    on: str
    status: tuple[str, str]
    answered: int
    total: int
    findings: int


LONG_TITLE = "Gestion des déchets et des produits chimiques de l’atelier de traitement de surface"
OPEN, ISSUED = ("in_progress", "En cours"), ("reported", "Rapport émis")
CLOSED, CANCELLED = ("closed", "Clos"), ("cancelled", "Annulé")
ALICE, KARIM = "Alice Moreau", "Karim Benali"
AUDITS = (
    Line("AI-2026-014", "Achats et sous-traitance", ALICE, "lun. 23 nov. 2026", OPEN, 42, 120, 3),
    Line("AI-2026-013", "Maintenance des presses", ALICE, "mar. 3 nov. 2026", ISSUED, 64, 64, 5),
    Line("AI-2026-012", LONG_TITLE, KARIM, "jeu. 15 oct. 2026", CLOSED, 88, 88, 2),
    Line("AI-2026-011", "Accueil des intérimaires", ALICE, "ven. 2 oct. 2026", CANCELLED, 0, 37, 0),
)
REFUSALS = (
    Refusal(
        "checklist_incomplete",
        N_("%(count)s questions n’ont pas encore de réponse.", count=78),
        "ISO 19011:2018, 6.4.7",
    ),
    Refusal(
        "finding_without_evidence",
        N_("La NC majeure « %(title)s » n’a pas de preuve.", title="Étalonnage du pied PC-07"),
        "ISO 9001:2015, 9.2.2 f",
    ),
)


bp = Blueprint("styleguide", __name__, url_prefix="/styleguide")


@bp.get("/")
@requires(Permission.OWN_SPACE)
def index() -> ResponseReturnValue:
    """Show every part that pages are made of, together."""
    return render_template("styleguide/index.html", **context())


def context() -> dict[str, Any]:
    """Return the values of ``styleguide/index.html``; ``?errors`` shows the form refused."""
    form = SampleForm(
        formdata=None, starts_on=date(2026, 11, 23), days=2, method="hybrid", sites=["a"]
    )
    if "errors" in request.args:
        form = SampleForm(formdata=None)
        form.validate()
    return {
        "audits": AUDITS,
        "charts": sample_charts(locale()),
        "form": form,
        "grades": list(Grade),
        "refusals_shown": REFUSALS,
        "sorting": Listing(request.path, {}, ("title", "status", "planned_on"), "-planned_on"),
    }
