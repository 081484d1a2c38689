"""What people type about objectives. Shape only: rules that need facts live in ``rules``."""

from collections.abc import Iterable, Sequence
from fractions import Fraction
from typing import Any

from flask_babel import lazy_gettext as _
from wtforms import DateField, IntegerField, SelectField, StringField, TextAreaField
from wtforms.validators import InputRequired, Length, Optional

from qse_audit.core.errors import BadInput
from qse_audit.core.numbers import decimal_text, parse_number
from qse_audit.core.series import Direction
from qse_audit.objectives.models import Axis, Priority
from qse_audit.objectives.rules import (
    AxisDraft,
    Level,
    ObjectiveDraft,
    PriorityDraft,
    PriorityKind,
    RollUp,
    TalkKind,
)
from qse_audit.referentials.rules import Domain
from qse_audit.web.forms import (
    REQUIRED,
    CheckboxesField,
    CodeField,
    Form,
    VersionedForm,
    only_digits,
)
from qse_audit.web.i18n import locale, translate

LONG, LINE, UNIT, SHORT = 10_000, 200, 60, 120
Choices = Iterable[tuple[Any, str]]


PLACES = {
    "title_missing": "title",
    "title_long": "title",
    "title_taken": "title",
    "due_before_start": "due_on",
    "weight_range": "weight",
    "target_backwards": "target",
    "unit_long": "unit",
    "cycle": "parent_id",
    "parent_unknown": "parent_id",
    "too_deep": "parent_id",
    "owner_foreign": "owner_id",
    "owner_missing": "owner_id",
    "site_foreign": "site_id",
    "process_foreign": "process_id",
    "indicator_foreign": "indicator_id",
    "axis_foreign": "axis_id",
    "objective_foreign": "objectives",
    "same_objective": "other_id",
    "conflict_known": "other_id",
    "conflict_missing": "conflict",
    "reason_missing": "reason",
    "text_missing": "text",
    "own_proposal": "kind",
    "already_agreed": "kind",
    "nothing_proposed": "kind",
    "note_missing": "note",
}
"""Which field a refusal is about, whatever the form; the others are about the whole form."""


class NumberField(StringField):
    """A number as people write it: ``data`` is the text, ``number`` its exact value."""

    number: Fraction | None = None

    def process_data(self, value: Any) -> None:
        """Word an exact number in the language of the page."""
        text = "" if value is None else decimal_text(Fraction(value))
        self.data = text.replace(".", ",") if locale() == "fr" else text
        self.number = None if value is None else Fraction(value)

    def process_formdata(self, valuelist: list[Any]) -> None:
        """Read what was typed; the character that is wrong is named."""
        self.data, self.number = str(valuelist[0]) if valuelist else "", None
        if self.data.strip():
            try:
                self.number = parse_number(self.data, locale())
            except BadInput as error:
                raise ValueError(translate(error.message)) from error


def _chosen(label: Any, *, hint: Any = "") -> SelectField:
    return SelectField(label, [Optional()], coerce=only_digits, description=hint)


class ObjectiveForm(VersionedForm):
    """What is to be reached, by how much, by when, by whom."""

    places = PLACES
    title = StringField(
        _("Objectif"),
        [InputRequired(REQUIRED), Length(max=LINE)],
        description=_("Une phrase qui commence par un verbe : ce qui change, et où."),
    )
    level = CodeField(_("Niveau"), Level, [InputRequired(REQUIRED)])
    domain = CodeField(_("Domaine"), Domain, [InputRequired(REQUIRED)])
    parent_id = _chosen(_("Contribue à l’objectif"))
    axis_id = _chosen(_("Axe stratégique"))
    commitments = CheckboxesField(
        _("Engagements servis"),
        description=_("Sans choix, ce sont ceux de l’axe, sinon ceux de l’objectif parent."),
    )
    site_id = _chosen(_("Site"))
    process_id = _chosen(_("Processus"))
    unit_name = StringField(_("Unité de travail"), [Length(max=SHORT)])
    description = TextAreaField(_("Précisions"), [Length(max=LONG)])

    indicator_id = _chosen(_("Indicateur"), hint=_("Ses valeurs diront si l’objectif est atteint."))
    direction = CodeField(
        _("Sens voulu"), Direction, [Optional()], empty=_("Comme la cible le montre")
    )
    baseline = NumberField(_("Valeur de départ"), [Length(max=UNIT)])
    target = NumberField(_("Cible"), [Length(max=UNIT)])
    unit = StringField(
        _("Unité de mesure"),
        [Length(max=UNIT)],
        description=_("Laissez vide : celle de l’indicateur."),
    )
    roll_up = CodeField(
        _("Les sous-objectifs donnent la cible par"), RollUp, [InputRequired(REQUIRED)]
    )
    weight = IntegerField(
        _("Poids dans la moyenne du parent"), [InputRequired(REQUIRED)], default=1
    )

    owner_id = _chosen(_("Responsable"))
    starts_on = DateField(_("Début"), [Optional()])
    due_on = DateField(_("Échéance"), [Optional()])
    resources = TextAreaField(
        _("Moyens accordés"),
        [Length(max=LONG)],
        description=_("Personnes, temps, argent, matériel : ce qui est accordé."),
    )

    def offer(self, **choices: Choices) -> "ObjectiveForm":
        """Offer what can be chosen, by field; ids are offered after an empty choice."""
        for name, offered in choices.items():
            head = [] if name == "commitments" else [("", "—")]
            self[name].choices = [*head, *offered]
        return self

    def draft(self) -> ObjectiveDraft:
        """Return what was typed."""
        return ObjectiveDraft(
            title=self.title.data or "",
            level=self.level.data,
            domain=self.domain.data,
            description=self.description.data or "",
            parent_id=self.parent_id.data,
            axis_id=self.axis_id.data,
            commitments=frozenset(self.commitments.data or ()),
            site_id=self.site_id.data,
            process_id=self.process_id.data,
            unit_name=self.unit_name.data or "",
            owner_id=self.owner_id.data,
            resources=self.resources.data or "",
            starts_on=self.starts_on.data,
            due_on=self.due_on.data,
            indicator_id=self.indicator_id.data,
            direction=self.direction.data,
            unit=self.unit.data or "",
            baseline=self.baseline.number,
            target=self.target.number,
            roll_up=self.roll_up.data,
            weight=self.weight.data or 0,
        )


def values_of(draft: ObjectiveDraft) -> dict[str, Any]:
    """Return what a form is filled with."""
    values = {name: getattr(draft, name) for name in ObjectiveDraft.__slots__}
    return {**values, "commitments": sorted(draft.commitments)}


class AxisForm(VersionedForm):
    """A strategic axis."""

    places = PLACES
    title = StringField(_("Axe"), [InputRequired(REQUIRED), Length(max=LINE)])
    horizon = StringField(
        _("Horizon"), [Length(max=SHORT)], description=_("Jusqu’à quand : « 2029 ».")
    )
    commitments = CheckboxesField(_("Engagements portés"))

    def draft(self) -> AxisDraft:
        """Return what was typed."""
        return AxisDraft(
            title=self.title.data or "",
            horizon=self.horizon.data or "",
            commitments=frozenset(self.commitments.data or ()),
        )


def axis_values(axis: Axis, commitments: Iterable[str]) -> dict[str, Any]:
    """Return what the form of an axis is filled with."""
    return {
        "title": axis.title,
        "horizon": axis.horizon,
        "commitments": sorted(commitments),
        "version": axis.version,
    }


class PriorityForm(VersionedForm):
    """A priority, and what answers it."""

    places = PLACES
    kind = CodeField(_("Nature"), PriorityKind, [InputRequired(REQUIRED)])
    title = StringField(_("Priorité"), [InputRequired(REQUIRED), Length(max=LINE)])
    fact = TextAreaField(
        _("Ce qui le montre"),
        [Length(max=LONG)],
        description=_("Une cotation, un constat, un texte : le fait derrière la priorité."),
    )
    objectives = CheckboxesField(_("Objectifs qui y répondent"), coerce=int)

    def draft(self) -> PriorityDraft:
        """Return what was typed."""
        return PriorityDraft(
            kind=self.kind.data,
            title=self.title.data or "",
            fact=self.fact.data or "",
            objectives=frozenset(self.objectives.data or ()),
        )


def priority_values(priority: Priority) -> dict[str, Any]:
    """Return what the form of a priority is filled with."""
    return {
        "kind": priority.kind,
        "title": priority.title,
        "fact": priority.fact,
        "objectives": [objective.id for objective in priority.objectives],
        "version": priority.version,
    }


class TalkForm(Form):
    """One turn of the talk."""

    places = PLACES
    kind = CodeField(
        _("Vous voulez"),
        TalkKind,
        [InputRequired(REQUIRED)],
        only=(TalkKind.ANSWER, TalkKind.AGREEMENT),
    )
    text = TextAreaField(_("Votre message"), [Length(max=LONG)])
    target = NumberField(
        _("Cible proposée"),
        [Length(max=UNIT)],
        description=_("Vide : la même. Un accord porte sur les derniers chiffres proposés."),
    )
    due_on = DateField(_("Échéance proposée"), [Optional()])


class MoveForm(Form):
    """One sentence."""

    places = PLACES
    note = TextAreaField(_("Ce qui a été vu ou décidé"), [Length(max=LONG)])


class ConflictForm(Form):
    """Another objective, and how it pulls the other way."""

    places = PLACES
    other_id = SelectField(_("Se contredit avec"), [InputRequired(REQUIRED)], coerce=only_digits)
    conflict = TextAreaField(
        _("En quoi"),
        [InputRequired(REQUIRED), Length(max=LONG)],
        description=_("Ce que l’un fait perdre à l’autre, si possible en chiffres."),
    )


class ReasonForm(Form):
    """Why, with a name."""

    places = PLACES
    reason = TextAreaField(
        _("Raison"),
        [InputRequired(REQUIRED), Length(max=LONG)],
        description=_("Elle reste au dossier avec votre nom et la date."),
    )


class SettleForm(Form):
    """How a conflict is settled."""

    places = PLACES
    reason = TextAreaField(
        _("Arbitrage"),
        [InputRequired(REQUIRED), Length(max=LONG)],
        description=_("Ce qui passe d’abord, dans quelle limite, et pourquoi."),
    )


class FreezeForm(Form):
    """A word on a report."""

    places = PLACES
    note = StringField(
        _("Mot sur ce rapport"),
        [Length(max=LINE)],
        description=_("Par exemple : « avant la revue de direction »."),
    )


def ids_and_labels(items: Sequence[Any], label: str = "label") -> list[tuple[int, str]]:
    """Return the choices of a select from rows with an id and a label."""
    return [(item.id, getattr(item, label)) for item in items]
