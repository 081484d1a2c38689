"""What people type about values: cells, pastes, files."""

from flask_babel import lazy_gettext as _l
from flask_wtf.file import FileField, FileRequired
from wtforms import BooleanField, StringField, TextAreaField
from wtforms.validators import DataRequired, Length

from qse_audit.indicators.rules import MAX_PASTED, REASON_MAX, SOURCE_MAX
from qse_audit.web.forms import REQUIRED, TABLES, Form


class ValuesForm(Form):
    """What goes with the cells of the grid, which have names of their own."""

    source = StringField(
        _l("Source"), [Length(max=SOURCE_MAX)],
        description=_l("D’où viennent ces chiffres : paie, registre, logiciel."),
    )  # fmt: skip
    reason = TextAreaField(
        _l("Raison d’une correction"), [Length(max=REASON_MAX)],
        description=_l("Demandée quand un chiffre déjà saisi change ; l’ancien reste à "
                       "l’historique."),
    )  # fmt: skip
    paste = TextAreaField(
        _l("Coller depuis un tableur"), [Length(max=MAX_PASTED)],
        description=_l("Copiez les cellules dans le tableur, collez-les ici : une ligne par "
                       "période, une colonne par grandeur."),
    )  # fmt: skip
    with_periods = BooleanField(
        _l("La première colonne donne les périodes"),
        description=_l("Sinon, la première ligne va dans la première période du tableau."),
    )


class ImportForm(Form):
    """A file of values."""

    file = FileField(
        _l("Fichier CSV ou XLSX"), [FileRequired(_l("Choisissez un fichier."))],
        description=_l("Une ligne de titres : période, le nom de chaque grandeur, commentaire."),
        render_kw={"accept": TABLES},
    )  # fmt: skip


class ReasonForm(Form):
    """Why an import corrects what was there."""

    reason = TextAreaField(_l("Raison des corrections"), [Length(max=REASON_MAX)])

    def ask(self) -> None:
        """Make the reason needed."""
        self.reason.validators = [DataRequired(REQUIRED), Length(max=REASON_MAX)]
