"""The form that every form starts from."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, ClassVar

from flask_babel import lazy_gettext
from flask_wtf import FlaskForm
from wtforms import (
    FieldList,
    FormField,
    HiddenField,
    SelectField,
    SelectMultipleField,
    widgets,
)
from wtforms.validators import Optional

from qse_audit.core.domains import SHORT_DOMAINS, Domain
from qse_audit.core.errors import BadInput, Refusal, Refused
from qse_audit.core.text import N_, Coded
from qse_audit.web.errors import wants_json
from qse_audit.web.i18n import locale, translate


def without_nul(value: Any) -> Any:
    """Return a text without NUL characters, and anything else as it is."""
    return value.replace("\0", "") if type(value) is str else value  # a code stays a member


class Form(FlaskForm):
    """A form in the language of the page; CSRF comes from Flask-WTF."""

    class Meta(FlaskForm.Meta):
        """Ask WTForms for its own messages in our language."""

        @property
        def locales(self) -> list[str]:
            """Return the languages of WTForms’ built-in messages."""
            return [locale()]

        def get_translations(self, form: Any) -> Any:
            """Use WTForms’ own catalogue: Flask-WTF would ask a domain that we do not fill."""
            from wtforms.i18n import get_translations  # heavy only if used

            return get_translations(self.locales)

        def bind_field(self, form: Any, unbound_field: Any, options: Any) -> Any:
            """Take NUL out of every text: no database stores it, nobody means it."""
            if not issubclass(unbound_field.field_class, FieldList | FormField):
                given = unbound_field.kwargs.get("filters", ())
                options = {**options, "filters": [*given, without_nul]}
            return super().bind_field(form, unbound_field, options)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if token := self._fields.get("csrf_token"):
            token.id = f"csrf-{type(self).__name__.lower()}"  # a page may hold several forms

    places: ClassVar[Mapping[str, str]] = {}
    """Code of a refusal → the field that it is about, where the code is not the field’s name."""

    def place_of(self, code: str) -> str:
        """Return the name of the field that a refusal is about."""
        return self.places.get(code, code)

    def refuse(self, error: Refused | BadInput, field: str | None = None) -> None:
        """Show every reason of a refusal at its field, so that nothing typed is lost."""
        for refusal in self._reasons(error):
            target = self._fields.get(field or self.place_of(refusal.code))
            source = translate(refusal.source)
            message = translate(refusal.message)
            text = f"{message} ({source})" if source else message
            if target is not None:
                target.errors = [*target.errors, text]
            else:
                self.form_errors.append(text)

    def _reasons(self, error: Refused | BadInput) -> Sequence[Refusal]:
        """Return the reasons; of what cannot be read, the one, with its place if no field is it."""
        if isinstance(error, Refused):
            return error.refusals
        if not error.place or error.place in self._fields:
            return [Refusal(error.place, error.message)]
        told = N_("%(place)s : %(message)s", place=error.place, message=error.message)
        return [Refusal("bad_input", told)]


def accepted(form: Form, act: Callable[[], Any]) -> Any:
    """Return what ``act`` made of a valid form, ``True`` if it makes nothing, ``None`` if refused.

    The reasons go onto the form, with all that was typed; a script gets them as an error.
    """
    if not form.validate_on_submit():
        return None
    try:
        return act() or True
    except (Refused, BadInput) as error:
        if wants_json():
            raise
        form.refuse(error)
        return None


class VersionedForm(Form):
    """A form made from a stored version: a newer one in the database is a conflict."""

    version = HiddenField(validators=[Optional()])

    @property
    def stored_version(self) -> int | None:
        """Return the version that the person saw, ``None`` if it was not sent."""
        text = self.version.data
        return int(text) if text and str(text).isdecimal() else None


def choices_of(enum: type[Coded], only: Sequence[Coded] | None = None) -> list[tuple[str, str]]:
    """Return the choices of a select field, worded in the language of the page."""
    return [(m.value, translate(m.label)) for m in (only or list(enum))]


class CodeField(SelectField):
    """Choose one member of a :class:`Coded`; ``data`` is the member, or ``None``."""

    def __init__(
        self,
        label: Any,
        enum: type[Coded],
        validators: Sequence[Any] = (),
        *,
        only: Sequence[Coded] | None = None,
        empty: Any = None,
        **kwargs: Any,
    ) -> None:
        self.enum, self.only, self.empty = enum, only, empty
        super().__init__(
            label,
            list(validators),
            choices=self._worded,
            coerce=self._member,
            **kwargs,
        )

    def _worded(self) -> list[tuple[str, str]]:
        head = [("", str(self.empty))] if self.empty is not None else []
        return head + choices_of(self.enum, self.only)

    def _member(self, value: Any) -> Coded | None:
        return self.enum(value) if value else None


class CheckboxesField(SelectMultipleField):
    """Choose several by check boxes, which hands with gloves hit better than a list."""

    widget = widgets.ListWidget(prefix_label=False)
    option_widget = widgets.CheckboxInput()


class DomainsField(CheckboxesField):
    """Choose among the three domains; ``data`` are members."""

    def __init__(
        self, label: Any, validators: Any = (), *, is_short: bool = False, **kwargs: Any
    ) -> None:
        self.is_short = is_short
        super().__init__(label, validators, coerce=Domain, choices=self._worded, **kwargs)

    def _worded(self) -> list[tuple[str, str]]:
        if self.is_short:
            return [(code.value, translate(label)) for code, label in SHORT_DOMAINS.items()]
        return choices_of(Domain)

    def members(self) -> tuple[Domain, ...]:
        """Return what was chosen, in the usual order."""
        return tuple(domain for domain in Domain if domain in (self.data or ()))


def only_digits(value: Any) -> int | None:
    """Coerce the value of a select of ids or numbers; ``None`` for the empty choice."""
    text = "" if value is None else str(value)
    return int(text) if text.isdecimal() else None


REQUIRED = lazy_gettext("Ce champ est obligatoire.")
TABLES = ".xlsx,.csv,.tsv,.txt"
"""What a file of a table is called, for the ``accept`` of its field."""
