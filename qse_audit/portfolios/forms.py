"""The forms about candidacies, situations, opinions and dossiers."""

from flask_babel import lazy_gettext as _l
from flask_wtf.file import FileField
from werkzeug.datastructures import MultiDict
from wtforms import BooleanField, DateField, HiddenField, SelectField, StringField, TextAreaField
from wtforms.validators import DataRequired, InputRequired, Length, Optional

from qse_audit.certifications.rules import Modality, Route
from qse_audit.evidence.rules import ACCEPT_ATTRIBUTE, Hiding, Zone
from qse_audit.portfolios.rules import TEXT_MAX, Observation, Way
from qse_audit.web.forms import (
    REQUIRED,
    CheckboxesField,
    CodeField,
    Form,
    VersionedForm,
    only_digits,
)

TEXT = [Optional(), Length(max=TEXT_MAX)]


class RegistrationForm(VersionedForm):
    """Registers a candidacy, or corrects it."""

    places = {
        "tutor_missing": "tutor_ids",
        "tutor_is_candidate": "tutor_ids",
        "due_before_start": "report_due_on",
    }

    candidate_id = SelectField(
        _l("Candidat"), coerce=only_digits, validators=[InputRequired(REQUIRED)]
    )
    certification_version_id = SelectField(
        _l("Certification"), coerce=only_digits, validators=[InputRequired(REQUIRED)]
    )
    tutor_ids = CheckboxesField(
        _l("Tuteur"),
        coerce=only_digits,
        description=_l("La personne de l’entreprise qui donnera l’avis. Jamais le candidat."),
    )
    route = CodeField(_l("Voie d’accès"), Route, [InputRequired(REQUIRED)], empty=_l("Choisir…"))
    exam_centre_id = SelectField(_l("Centre d’examen"), coerce=only_digits, validators=[Optional()])
    training_provider_id = SelectField(
        _l("Organisme de formation"), coerce=only_digits, validators=[Optional()]
    )
    starts_on = DateField(_l("Début du parcours"), [InputRequired(REQUIRED)])
    report_due_on = DateField(
        _l("Remise du dossier au plus tard le"),
        [Optional()],
        description=_l(
            "Fixée par le centre d’examen. Une remise tardive est notée, jamais cachée."
        ),
    )


class FrameForm(VersionedForm):
    """What the candidate says of the company and of the mission."""

    company_context = TextAreaField(
        _l("L’entreprise et son contexte QSE"),
        TEXT,
        description=_l("Activité, taille, certificats, enjeux : quelques lignes suffisent."),
    )
    mission = TextAreaField(
        _l("Ma mission et mon autonomie"),
        TEXT,
        description=_l("Ce qui m’est confié, à qui je rends compte, ce que je décide seul."),
    )


class SituationForm(VersionedForm):
    """What the candidate writes of a situation; check boxes are read beside it."""

    title = StringField(_l("Titre"), [DataRequired(REQUIRED), Length(max=200)])
    modality = CodeField(
        _l("Modalité"),
        Modality,
        [InputRequired(REQUIRED)],
        description=_l("Une situation réelle suffit le plus souvent."),
    )
    starts_on = DateField(_l("Du"), [Optional()])
    ends_on = DateField(_l("Au"), [Optional()])
    context = TextAreaField(validators=TEXT)
    own_role = TextAreaField(validators=TEXT)
    team_part = TextAreaField(validators=TEXT)
    what_i_did = TextAreaField(validators=TEXT)
    result = TextAreaField(validators=TEXT)
    otherwise = TextAreaField(validators=TEXT)


class OwnPartForm(VersionedForm):
    """What in a tied record is the candidate’s own work."""

    own_part = TextAreaField(_l("Ma part dans cet enregistrement"), TEXT)


class OpinionForm(VersionedForm):
    """What the tutor saw of one capability."""

    observation = CodeField(_l("Observation"), Observation, [Optional()], empty="")
    comment = TextAreaField(_l("Faits constatés"), TEXT)


class SignForm(Form):
    """Accepts and signs exactly what was shown."""

    places = {"consent": "consents"}

    shown_sha256 = HiddenField(validators=[DataRequired()])
    consents = BooleanField(_l("J’accepte"))


class PanelForm(VersionedForm):
    """Names the evaluators and the jury; its version is ``panel_version``."""

    places = {"panel_conflict": "evaluator_ids"}

    evaluator_ids = CheckboxesField(_l("Évaluateurs"), coerce=only_digits)
    jury_ids = CheckboxesField(_l("Membres du jury"), coerce=only_digits)


class ReasonForm(Form):
    """Says why."""

    reason = TextAreaField(_l("Motif"), [DataRequired(REQUIRED), Length(max=2000)])


class LeavingForm(Form):
    """Decides how a file goes out; the zones of a photo are read beside it."""

    way = CodeField(_l("Ce qui part"), Way, [InputRequired(REQUIRED)])
    file = FileField(
        _l("Copie masquée"),
        description=_l(
            "Le même document, où les noms, les visages et les secrets sont masqués. L’original "
            "reste en entreprise ; seule son empreinte part avec le dossier."
        ),
        render_kw={"accept": ACCEPT_ATTRIBUTE},
    )
    people = StringField(
        _l("Qui peut y être reconnu"),
        [Optional(), Length(max=200)],
        description=_l(
            "Une fonction, pas un nom, et son accord : « deux opérateurs, d’accord », « personne »."
        ),
    )


def read_zones(given: MultiDict[str, str]) -> list[Zone]:
    """Return the zones of a form; a line left empty is none, one that is no number is out of place.

    Decimals take a comma or a point.
    """
    names = ("x", "y", "width", "height")
    columns = [given.getlist(f"zone-{name}") for name in names]
    hidings = given.getlist("zone-hiding")
    zones = []
    for place, texts in enumerate(zip(*columns, strict=False)):
        if not any(text.strip() for text in texts):
            continue
        hiding = hidings[place] if place < len(hidings) else Hiding.BLACK.value
        values = dict(zip(names, map(_percent, texts), strict=True))
        zones.append(Zone(**values, hiding=Hiding.BLUR if hiding == "blur" else Hiding.BLACK))
    return zones


def _percent(text: str) -> float:
    try:
        return round(float(text.replace(",", ".")), 2)
    except (ValueError, OverflowError):
        return -1.0


class SubmitForm(Form):
    """Declares the portfolio authentic, confirms what leaves, and submits it."""

    places = {"not_declared": "declares", "not_released": "releases", "other_list": "releases"}

    declares = BooleanField(_l("Je le déclare"))
    releases = BooleanField(_l("Je le confirme"))
    release_sha256 = HiddenField()
