"""What people say about an evidence file. Shape only: rules that need facts live in ``rules``."""

from flask_babel import lazy_gettext as _l
from flask_wtf.file import FileField
from wtforms import DateField, StringField, TextAreaField
from wtforms.validators import InputRequired, Length, Optional

from qse_audit.evidence.rules import (
    ACCEPT_ATTRIBUTE,
    MAX_PLACE_LETTERS,
    MAX_REASON_LETTERS,
    MAX_TITLE_LETTERS,
    EvidenceType,
)
from qse_audit.web.forms import REQUIRED, CodeField, Form, VersionedForm

TITLE, TYPE = _l("Ce que la preuve montre"), _l("Nature")
HAPPENED_ON, PLACE = _l("Date du fait"), _l("Lieu")


class UploadForm(Form):
    """Add a file; what is left empty is read from the file."""

    file = FileField(
        _l("Photo ou document"),
        description=_l(
            "Photo JPEG, PNG ou WebP, PDF, Word, Excel, PowerPoint, OpenDocument, texte ou CSV. "
            "Les photos perdent leur position GPS."
        ),
        render_kw={"accept": ACCEPT_ATTRIBUTE},
    )
    title = StringField(
        TITLE,
        [Optional(), Length(max=MAX_TITLE_LETTERS)],
        description=_l("Vide : le nom du fichier."),
    )
    type = CodeField(TYPE, EvidenceType, [Optional()], empty=_l("D’après le fichier"))
    happened_on = DateField(
        HAPPENED_ON,
        [Optional()],
        description=_l("Le jour de ce qui est montré, pas celui de l’envoi."),
    )
    place = StringField(PLACE, [Optional(), Length(max=MAX_PLACE_LETTERS)])


class FactsForm(VersionedForm):
    """Correct what is said of a file."""

    title = StringField(TITLE, [InputRequired(REQUIRED), Length(max=MAX_TITLE_LETTERS)])
    type = CodeField(TYPE, EvidenceType, [InputRequired(REQUIRED)])
    happened_on = DateField(HAPPENED_ON, [InputRequired(REQUIRED)])
    place = StringField(PLACE, [Optional(), Length(max=MAX_PLACE_LETTERS)])


class WithdrawForm(Form):
    """Say why a file is withdrawn."""

    reason = TextAreaField(
        _l("Motif"),
        [InputRequired(REQUIRED), Length(max=MAX_REASON_LETTERS)],
        description=_l(
            "Il reste affiché à la place du fichier : n’y répétez pas ce que la photo ne devait "
            "pas montrer. Par exemple : « Le visage d’une personne était visible. »"
        ),
    )
