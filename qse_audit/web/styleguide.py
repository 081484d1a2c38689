"""What the page /styleguide shows: invented records and a form with one field of each kind."""

from datetime import date
from typing import Any

from flask import request
from flask_wtf import FlaskForm
from flask_wtf.file import FileField
from wtforms import (
    BooleanField,
    DateField,
    IntegerField,
    RadioField,
    SelectField,
    SelectMultipleField,
    StringField,
    TextAreaField,
)
from wtforms.validators import DataRequired, Length, Optional
from wtforms.widgets import CheckboxInput, ListWidget

from qse_audit.core.errors import Refusal
from qse_audit.core.text import N_, Coded


class Grade(Coded):
    """Verdicts as the checklist offers them."""

    CONFORMING = "conforming", N_("Conforme")
    STRENGTH = "strength", N_("Point fort")
    IMPROVEMENT_OPPORTUNITY = "improvement_opportunity", N_("Piste de progrès")
    AREA_OF_CONCERN = "area_of_concern", N_("Point sensible")
    MINOR_NONCONFORMITY = "minor_nonconformity", N_("NC mineure")
    MAJOR_NONCONFORMITY = "major_nonconformity", N_("NC majeure")
    NOT_APPLICABLE = "not_applicable", N_("Non applicable")


class SampleForm(FlaskForm):
    """One field of each kind."""

    title = StringField(
        N_("Titre de l’audit"),
        [DataRequired(N_("Donnez un titre à l’audit.")), Length(max=120)],
        description=N_("Court et parlant : le processus et l’occasion."),
    )
    starts_on = DateField(N_("Date de début"), [DataRequired(N_("Choisissez une date."))])
    days = IntegerField(N_("Durée (jours)"), [Optional()])
    referential = SelectField(
        N_("Référentiel"),
        choices=[
            ("9001", "ISO 9001:2015"),
            ("14001", "ISO 14001:2026"),
            ("45001", "ISO 45001:2018"),
        ],
    )
    method = RadioField(
        N_("Méthode"),
        [DataRequired(N_("Choisissez une méthode."))],
        choices=[
            ("on_site", N_("Sur place")),
            ("remote", N_("À distance")),
            ("hybrid", N_("Mixte")),
        ],
        description=N_("À distance : indiquez l’outil dans le plan d’audit."),
    )
    sites = SelectMultipleField(
        N_("Sites"),
        choices=[("a", "Atelier de Vénissieux"), ("b", "Magasin de Corbas")],
        option_widget=CheckboxInput(),
        widget=ListWidget(prefix_label=False),
    )
    objectives = TextAreaField(
        N_("Objectifs"),
        [DataRequired(N_("Écrivez au moins un objectif."))],
        description=N_("Ce que l’audit doit permettre de décider."),
    )
    announced = BooleanField(N_("Audit annoncé aux audités"))
    plan = FileField(N_("Plan d’audit"), description=N_("PDF ou DOCX, 20 Mo au plus."))


class Sorting:
    """A list sorted by its date, newest first."""

    def url(self, key: str) -> str:
        """Return the address of the list sorted by ``key``."""
        return f"?sort={key}"

    def direction(self, key: str) -> str | None:
        """Return how the list is sorted by ``key``."""
        return "desc" if key == "planned_on" else None


AUDITS: list[dict[str, Any]] = [
    {"reference": "AI-2026-014", "title": "Achats et sous-traitance", "lead": "Alice Moreau", "on": "lun. 23 nov. 2026", "status": ("in_progress", "En cours"), "answered": 42, "total": 120, "findings": 3},
    {"reference": "AI-2026-013", "title": "Maintenance des presses", "lead": "Alice Moreau", "on": "mar. 3 nov. 2026", "status": ("reported", "Rapport émis"), "answered": 64, "total": 64, "findings": 5},
    {"reference": "AI-2026-012", "title": "Gestion des déchets et des produits chimiques de l’atelier de traitement de surface", "lead": "Karim Benali", "on": "jeu. 15 oct. 2026", "status": ("closed", "Clos"), "answered": 88, "total": 88, "findings": 2},
    {"reference": "AI-2026-011", "title": "Accueil sécurité des intérimaires", "lead": "Alice Moreau", "on": "ven. 2 oct. 2026", "status": ("cancelled", "Annulé"), "answered": 0, "total": 37, "findings": 0},
]  # fmt: skip

REFUSALS = (
    Refusal("checklist_incomplete", N_("78 questions sur 120 n’ont pas encore de réponse."), "ISO 19011:2018, 6.4.7"),
    Refusal("finding_without_evidence", N_("La NC majeure « Étalonnage du pied à coulisse PC-07 » n’a pas de preuve."), "ISO 9001:2015, 9.2.2 f"),
    Refusal("lead_not_independent", N_("Le responsable d’audit travaille dans le processus audité."), "Règle de la maison"),
)  # fmt: skip


def context() -> dict[str, Any]:
    """Return the values that ``styleguide/index.html`` needs; ``?errors`` shows the form refused."""
    form = SampleForm(
        formdata=None, starts_on=date(2026, 11, 23), days=2, method="hybrid", sites=["a"]
    )
    if "errors" in request.args:
        form = SampleForm(formdata=None, meta={"csrf": False})
        form.validate()
    return {
        "audits": AUDITS,
        "form": form,
        "grades": list(Grade),
        "refusals_shown": REFUSALS,
        "sorting": Sorting(),
    }
