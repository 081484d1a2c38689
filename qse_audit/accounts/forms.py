"""What people type about themselves and their organisations."""

from typing import Any

from flask_babel import lazy_gettext as _l
from wtforms import (
    BooleanField,
    EmailField,
    Field,
    HiddenField,
    IntegerField,
    PasswordField,
    RadioField,
    SelectChoice,
    StringField,
)
from wtforms.validators import (
    DataRequired,
    EqualTo,
    InputRequired,
    Length,
    NumberRange,
    ValidationError,
)

from qse_audit.accounts.models import Organisation, Site
from qse_audit.accounts.rules import (
    MOST_PER_OWNER,
    MOST_REVIEW_MONTHS,
    NO_ROLE,
    PASSWORD_MIN,
    ROLES_OF,
    OrganisationKind,
    one_line,
)
from qse_audit.accounts.services import Limits
from qse_audit.core.permissions import Role
from qse_audit.web.forms import REQUIRED, CheckboxesField, CodeField, Form, VersionedForm
from qse_audit.web.i18n import translate

LANGUAGES = (SelectChoice("fr", "Français"), SelectChoice("en", "English"))


def line(value: str | None) -> str | None:
    """Make one clean line of what was typed."""
    return one_line(value) if value else value


def line_field(label: Any, limit: int, *, required: bool = True, **kwargs: Any) -> StringField:
    """Return a field for one line of text of at most ``limit`` characters."""
    checks: list[Any] = [DataRequired(REQUIRED)] if required else []
    return StringField(label, [*checks, Length(max=limit)], filters=[line], **kwargs)


def email_field(**attributes: Any) -> EmailField:
    """Return a field for a mail address."""
    return EmailField(
        _l("Adresse électronique"),
        [InputRequired(REQUIRED), Length(max=254)],
        filters=[line],
        render_kw=attributes,
    )


def old_password_field(label: Any = None) -> PasswordField:
    """Return a field for the password that one has."""
    return PasswordField(
        label or _l("Mot de passe"),
        [InputRequired(REQUIRED), Length(max=200)],
        render_kw={"autocomplete": "current-password"},
    )


def new_password_field(label: Any) -> PasswordField:
    """Return a field for a password to choose."""
    return PasswordField(
        label,
        [InputRequired(REQUIRED), Length(max=200)],
        description=_l(
            "%(least)d caractères au moins ; une phrase convient très bien.", least=PASSWORD_MIN
        ),
        render_kw={"autocomplete": "new-password"},
    )


def again_field() -> PasswordField:
    """Return a field for the same password once more."""
    return PasswordField(
        _l("Le même, encore une fois"),
        [
            InputRequired(REQUIRED),
            EqualTo("password", _l("Les deux mots de passe ne sont pas pareils.")),
        ],
        render_kw={"autocomplete": "new-password"},
    )


class SignInForm(Form):
    """Sign in with an address and a password."""

    email = email_field(autocomplete="username", autofocus=True)
    password = old_password_field()
    next = HiddenField()


class ConfirmForm(Form):
    """Prove again who one is."""

    password = old_password_field()
    next = HiddenField()


class NewPassword(Form):
    """Choose a password, typed twice."""

    password = new_password_field(_l("Nouveau mot de passe"))
    again = again_field()


class PasswordForm(Form):
    """Replace one’s own password."""

    old = old_password_field(_l("Mot de passe actuel"))
    password = new_password_field(_l("Nouveau mot de passe"))
    again = again_field()


class ProfileForm(Form):
    """One’s own name and language."""

    name = line_field(_l("Nom"), 120, render_kw={"autocomplete": "name"})
    locale = RadioField(_l("Langue"), choices=LANGUAGES, default="fr")


class ResetRequestForm(Form):
    """Ask for a link to choose a new password."""

    email = email_field(autocomplete="username", autofocus=True)


class AcceptForm(ProfileForm):
    """Make one’s account from an invitation."""

    password = new_password_field(_l("Mot de passe"))
    again = again_field()


class RolesForm(Form):
    """The roles of a person in one organisation."""

    roles = CheckboxesField(_l("Rôles"))

    def offer(self, kind: OrganisationKind) -> "RolesForm":
        """Offer the roles that exist in this kind of organisation; return the form."""
        self.roles.choices = [(r.value, translate(r.label)) for r in ROLES_OF[kind]]
        return self

    def validate_roles(self, field: Field) -> None:
        """Ask for one role at least; whoever has none is taken out instead."""
        if not field.data:
            raise ValidationError(translate(NO_ROLE.message))

    def chosen(self) -> frozenset[Role]:
        """Return the roles that are ticked."""
        return frozenset(Role(value) for value in self.roles.data or ())


class InviteForm(RolesForm):
    """Whom to invite, and to be what."""

    name = line_field(_l("Nom"), 120)
    email = email_field(autocomplete="off")
    roles = CheckboxesField(_l("Rôles"))


class OrganisationForm(VersionedForm):
    """The name of an organisation."""

    name = line_field(_l("Nom de l’organisation"), 120)

    @classmethod
    def of(cls, stored: Organisation) -> "OrganisationForm":
        """Return the form as the database would fill it."""
        return cls(formdata=None, name=stored.name, version=str(stored.version))


class LimitsForm(VersionedForm):
    """What the checks of coherence hold an organisation to."""

    objectives_per_owner = IntegerField(
        _l("Objectifs en cours par personne, au plus"),
        description=_l("Au-delà, le contrôle de cohérence le signale (K10)."),
        validators=[InputRequired(), NumberRange(1, MOST_PER_OWNER)],
    )
    objective_review_months = IntegerField(
        _l("Mois entre deux revues d’un objectif, au plus"),
        description=_l("Au-delà, l’objectif est à revoir (K13) et son pilote en est prévenu."),
        validators=[InputRequired(), NumberRange(1, MOST_REVIEW_MONTHS)],
    )

    @classmethod
    def of(cls, stored: Organisation) -> "LimitsForm":
        """Return the form as the database would fill it."""
        return cls(formdata=None, obj=stored, version=str(stored.version))

    def limits(self) -> Limits:
        """Return what was chosen."""
        return Limits(
            objectives_per_owner=self.objectives_per_owner.data,
            objective_review_months=self.objective_review_months.data,
        )


class SiteForm(Form):
    """A place where the organisation works."""

    name = line_field(_l("Nom du site"), 120)
    address = line_field(_l("Adresse"), 300, required=False)

    @classmethod
    def of(cls, stored: Site) -> "SiteForm":
        """Return the form filled with a site, or with what was sent about it."""
        return cls(name=stored.name, address=stored.address)


class NewOrganisationForm(Form):
    """An organisation to open."""

    organisation = line_field(_l("Nom de l’organisation"), 120)
    kind = CodeField(_l("Type d’organisation"), OrganisationKind, [InputRequired(REQUIRED)])


class FirstRunForm(NewOrganisationForm):
    """The first organisation and its first administrator."""

    name = line_field(_l("Votre nom"), 120, render_kw={"autocomplete": "name"})
    email = email_field(autocomplete="username")
    password = new_password_field(_l("Mot de passe"))
    again = again_field()
    coordinates = BooleanField(
        _l("Je suis aussi coordinateur QSE"),
        description=_l("Pour préparer des audits et suivre leurs suites dès maintenant."),
        default=True,
    )
