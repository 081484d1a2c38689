"""What people type beside a chart: a baseline, a dated event, the explanation of a signal."""

from collections.abc import Sequence
from typing import Any, Self

from flask_babel import lazy_gettext as _
from wtforms import DateField, SelectField, StringField, TextAreaField
from wtforms.validators import InputRequired, Length

from qse_audit.core.periods import Frequency, Period
from qse_audit.core.text import Message
from qse_audit.indicators.rules.cards import NAME_MAX, TEXT_MAX
from qse_audit.indicators.services import BaselineDraft, Explanation
from qse_audit.web.forms import REQUIRED, Form, VersionedForm
from qse_audit.web.i18n import translate

FULL_YEAR = 12
"""Values that a first baseline is offered, when there are so many."""


class BaselineForm(Form):
    """Choose the stretch that the limits are computed from."""

    first = SelectField(_("De"), [InputRequired(REQUIRED)])
    last = SelectField(_("À"), [InputRequired(REQUIRED)])
    cause = TextAreaField(
        _("Ce qui a changé"),
        [Length(max=TEXT_MAX)],
        description=_("À dire quand la référence ne part pas de la première valeur."),
    )

    def offer(self, periods: Sequence[tuple[str, Message]]) -> Self:
        """Offer the periods that have values; at first the first year."""
        choices = [(iso, translate(label)) for iso, label in periods]
        self.first.choices = self.last.choices = choices
        if not self.is_submitted() and choices:
            self.first.data = choices[0][0]
            self.last.data = choices[min(FULL_YEAR, len(choices)) - 1][0]
        return self

    def draft(self, frequency: Frequency) -> BaselineDraft:
        """Return what was chosen."""
        first, last = (Period.from_iso(str(field.data)) for field in (self.first, self.last))
        return BaselineDraft(first=first, last=last, cause=self.cause.data or "")


class EventForm(Form):
    """Date a rare event."""

    happened_on = DateField(_("Jour de l’événement"), [InputRequired(REQUIRED)])
    note = StringField(
        _("En quelques mots"),
        [Length(max=NAME_MAX)],
        description=_("Ce qui est arrivé, sans nommer personne."),
    )


class WithdrawEventForm(Form):
    """Take an event out of the series."""

    reason = TextAreaField(_("Raison"), [InputRequired(REQUIRED), Length(max=TEXT_MAX)])


class ExplainForm(VersionedForm):
    """Explain a signal."""

    cause = TextAreaField(
        _("Cause"),
        [InputRequired(REQUIRED), Length(max=TEXT_MAX)],
        description=_("Ce qui a changé, ou ce que vous avez cherché sans le trouver."),
    )
    analysis = TextAreaField(
        _("Ce qui est fait"),
        [InputRequired(REQUIRED), Length(max=TEXT_MAX)],
        description=_("Corriger, garder, surveiller ; ou pourquoi rien n’est à faire."),
    )
    finding = StringField(
        _("Constat lié"),
        [Length(max=NAME_MAX)],
        description=_("Sa référence, s’il y en a un : CST-2026-031."),
    )

    def told(self) -> Explanation:
        """Return what was typed."""
        values: dict[str, Any] = {
            name: self[name].data or "" for name in ("cause", "analysis", "finding")
        }
        return Explanation(**values)
