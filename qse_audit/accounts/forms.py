"""What people type about themselves and their organisations."""

from flask_babel import lazy_gettext as _l
from wtforms import EmailField, HiddenField, PasswordField
from wtforms.validators import InputRequired, Length

from qse_audit.web.forms import REQUIRED, Form


class SignInForm(Form):
    """Sign in with an address and a password."""

    email = EmailField(
        _l("Adresse électronique"),
        [InputRequired(REQUIRED), Length(max=254)],
        render_kw={"autocomplete": "username", "autofocus": True},
    )
    password = PasswordField(
        _l("Mot de passe"),
        [InputRequired(REQUIRED), Length(max=200)],
        render_kw={"autocomplete": "current-password"},
    )
    next = HiddenField()
