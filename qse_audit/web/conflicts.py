"""The page of a form that somebody else saved in between: both texts, nothing overwritten."""

from collections.abc import Sequence
from dataclasses import dataclass

from flask import render_template, request
from flask.typing import ResponseReturnValue
from wtforms import Field, SelectField, StringField

from qse_audit.web.forms import VersionedForm
from qse_audit.web.i18n import translate


@dataclass(frozen=True, slots=True)
class Difference:
    """One field with what is stored and what the person wants."""

    name: str
    label: str
    theirs: str
    mine: str
    values: Sequence[str] | None
    """What to send for ``mine`` when it was chosen rather than written; ``None`` for a text."""


@dataclass(frozen=True, slots=True)
class Kept:
    """The values that both agree on; a name may come several times."""

    pairs: tuple[tuple[str, str], ...]

    def items(self) -> tuple[tuple[str, str], ...]:
        """Return (name, value) pairs, as the page wants them."""
        return self.pairs


def conflict_page(
    form: VersionedForm, stored: VersionedForm, *, version: int | str, back_url: str
) -> ResponseReturnValue:
    """Answer 409 with each field where ``form`` (sent) differs from ``stored`` (of the database).

    Sending the page again saves the person’s texts over ``version``, knowingly.
    """
    differences, kept = [], []
    for field in form:
        if field.short_name in {"csrf_token", "version"}:
            continue
        theirs, mine = _shown(stored[field.short_name]), _shown(field)
        values = _values(field)
        if theirs == mine:
            kept += [(field.name, value) for value in values]
        else:
            label, text = translate(str(field.label.text)), isinstance(field, StringField)
            differences.append(
                Difference(field.name, label, theirs, mine, None if text else values)
            )
    page = render_template(
        "errors/conflict.html",
        action=request.path,
        version=version,
        fields=differences,
        kept=Kept(tuple(kept)),
        back_url=back_url,
    )
    return page, 409


def _shown(field: Field) -> str:
    """Return a field’s value in words."""
    if isinstance(field, SelectField):
        return ", ".join(str(c[1]) for c in field.iter_choices() if c[2])
    return "" if field.data is None else str(field.data).replace("\r\n", "\n").strip()


def _values(field: Field) -> Sequence[str]:
    """Return a field’s value as a browser sends it."""
    if isinstance(field, SelectField):
        return [str(c[0]) for c in field.iter_choices() if c[2]]
    if isinstance(field.data, bool):
        return ["y"] if field.data else []
    return [str(field._value())]
