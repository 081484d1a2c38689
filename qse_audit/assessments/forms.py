"""The form of an evaluator’s working note."""

from flask_babel import lazy_gettext as _l
from wtforms import SelectField, TextAreaField
from wtforms.validators import Length, Optional

from qse_audit.assessments.rules import LEVELS, TEXT_MAX
from qse_audit.web.forms import VersionedForm, only_digits
from qse_audit.web.i18n import translate


class NoteForm(VersionedForm):
    """What one evaluator notes on one capability."""

    level = SelectField(
        _l("Niveau"),
        [Optional()],
        coerce=only_digits,
        choices=lambda: [("", _l("Aucun niveau")), *((n, translate(w)) for n, w in LEVELS.items())],
    )
    text = TextAreaField(_l("Notes"), [Optional(), Length(max=TEXT_MAX)])

    def stand_at(self, code: str) -> "NoteForm":
        """Give the fields the ids that they have in the page of all capabilities."""
        self.level.id, self.text.id = f"{code}-0", f"note-{code}"
        return self
