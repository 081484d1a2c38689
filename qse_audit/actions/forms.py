"""What people type about actions. Shape only: rules that need facts live in ``rules``."""

from collections.abc import Sequence
from typing import Any

from flask_babel import lazy_gettext as _
from wtforms import DateField, SelectField, StringField, TextAreaField
from wtforms.validators import InputRequired, Length, Optional

from qse_audit.accounts.queries import PersonChoice
from qse_audit.actions.rules import PREVENTING, TITLE_MAX, ActionDraft, ActionKind, Move
from qse_audit.core.permissions import Kind
from qse_audit.core.prevention import PreventionPrinciple
from qse_audit.web.forms import REQUIRED, CodeField, Form, VersionedForm, only_digits

LONG = 10_000


class ActionForm(VersionedForm):
    """Ask for an action."""

    title = StringField(
        _("Action"),
        [InputRequired(REQUIRED), Length(max=TITLE_MAX)],
        description=_("Ce qui est à faire, en une ligne qui commence par un verbe."),
    )
    kind = CodeField(_("Nature"), ActionKind, [InputRequired(REQUIRED)])
    owner_id = SelectField(
        _("Responsable"),
        [InputRequired(REQUIRED)],
        coerce=only_digits,
        description=_("Cette personne est prévenue, puis rappelée avant l’échéance."),
    )
    due_on = DateField(_("Échéance"), [InputRequired(REQUIRED)])
    verify_on = DateField(
        _("Efficacité à vérifier à partir du"),
        [Optional()],
        description=_("Laissez vide si l’effet se voit tout de suite."),
    )
    cause = TextAreaField(
        _("Cause à supprimer"),
        [Length(max=LONG)],
        description=_("Pour une action corrective : pourquoi l’écart s’est produit."),
    )
    principle = CodeField(
        _("Principe de prévention"),
        PreventionPrinciple,
        [InputRequired(REQUIRED)],
        empty="",
        description=_("Le plus haut possible : supprimer le risque vaut mieux que s’en protéger."),
    )
    description = TextAreaField(_("Précisions"), [Length(max=LONG)])
    criterion = TextAreaField(
        _("Critère d’efficacité"),
        [InputRequired(REQUIRED), Length(max=LONG)],
        description=_("Ce qui montrera que l’action a marché ; il est fixé avant de commencer."),
    )

    def offer(self, people: Sequence[PersonChoice], *, origin: Kind) -> None:
        """Offer the people who may be asked; ask for the principle where a risk is answered."""
        if origin not in PREVENTING:
            del self.principle
        self.owner_id.choices = [("", ""), *((p.id, p.name) for p in people)]

    def draft(self, *, due_on: Any = None) -> ActionDraft:
        """Return what was typed; ``due_on`` stands for the field where it is not asked."""
        return ActionDraft(
            kind=self.kind.data,
            title=self.title.data or "",
            description=self.description.data or "",
            cause=self.cause.data or "",
            principle=self.principle.data if "principle" in self else None,
            owner_id=self.owner_id.data or 0,
            due_on=due_on or self.due_on.data,
            criterion=self.criterion.data or "",
            verify_on=self.verify_on.data,
        )


class EditActionForm(ActionForm):
    """Change what is asked; the due date has an act of its own, with its reason."""

    due_on = None


class MoveForm(Form):
    """One sentence, and a date where the move asks for one."""

    note = TextAreaField(validators=[Length(max=LONG)])
    due_on = DateField(_("Nouvelle échéance"), [Optional()])
    cause = TextAreaField(_("Cause revue"), [Length(max=LONG)])

    def move(self) -> Move:
        """Return what was typed."""
        return Move(note=self.note.data or "", due_on=self.due_on.data, cause=self.cause.data or "")


NOTE_LABELS = {
    "do": _("Ce qui a été fait"),
    "verify-effective": _("Ce que vous avez constaté"),
    "verify-ineffective": _("Ce que vous avez constaté"),
    "change-due-date": _("Raison"),
    "cancel": _("Raison"),
}
"""What the one sentence is, for each move."""
