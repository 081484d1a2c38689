"""The form of an evaluator’s working note."""

from flask_babel import lazy_gettext as _l
from wtforms import IntegerField, TextAreaField
from wtforms.validators import Length, NumberRange, Optional

from qse_audit.assessments.rules import LEVELS, TEXT_MAX
from qse_audit.web.forms import VersionedForm


class NoteForm(VersionedForm):
    """What one evaluator notes on one capability."""

    level = IntegerField(_l("Niveau"), [Optional(), NumberRange(min(LEVELS), max(LEVELS))])
    text = TextAreaField(_l("Notes"), [Optional(), Length(max=TEXT_MAX)])
