"""What people type of an analysis. Shape only: rules that need facts live in ``rules``."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from fractions import Fraction
from typing import Any

from flask_babel import lazy_gettext as _
from wtforms import (
    BooleanField,
    DateTimeLocalField,
    IntegerField,
    SelectField,
    StringField,
    TextAreaField,
)
from wtforms.validators import InputRequired, Length, Optional

from qse_audit.causes.rules import (
    MAX_LETTERS,
    MAX_NAME,
    MAX_QUESTION,
    MAX_TITLE,
    AnalysisDraft,
    CauseTool,
    Delays,
    Gate,
    Health,
    MemberDraft,
    NodeDraft,
    NodeField,
    Shape,
    Slot,
)
from qse_audit.core.clock import PARIS
from qse_audit.core.errors import BadInput
from qse_audit.core.numbers import decimal_text, parse_number
from qse_audit.web.forms import REQUIRED, CodeField, Form, VersionedForm, choices_of, only_digits
from qse_audit.web.i18n import locale, translate

Choices = Iterable[tuple[Any, str]]
FORMATS = ["%Y-%m-%dT%H:%M", "%Y-%m-%d %H:%M", "%Y-%m-%dT%H:%M:%S"]


class MomentField(DateTimeLocalField):
    """A day and an hour as read on a wall in France; ``moment`` is the instant."""

    def __init__(self, label: Any, validators: Sequence[Any] = (), **kwargs: Any) -> None:
        super().__init__(label, list(validators), format=FORMATS, **kwargs)

    def process_data(self, value: datetime | None) -> None:
        """Show an instant at its hour in France."""
        self.data = None if value is None else value.astimezone(PARIS).replace(tzinfo=None)

    @property
    def moment(self) -> datetime | None:
        """The instant that was typed."""
        return None if self.data is None else self.data.replace(tzinfo=PARIS)


class AmountField(StringField):
    """An amount as people write it: ``data`` is the text, ``number`` its exact value."""

    number: Fraction | None = None

    def process_data(self, value: Any) -> None:
        """Word an exact amount in the language of the page."""
        self.number = None if value is None else Fraction(value)
        text = "" if value is None else decimal_text(Fraction(value))
        self.data = text.replace(".", ",") if locale() == "fr" else text

    def process_formdata(self, valuelist: list[Any]) -> None:
        """Read what was typed; the character that is wrong is named."""
        self.data, self.number = str(valuelist[0]) if valuelist else "", None
        if self.data.strip():
            try:
                self.number = parse_number(self.data, locale(), unit="€")
            except BadInput as error:
                raise ValueError(translate(error.message)) from error


class AnalysisForm(VersionedForm):
    """What an analysis says of itself; only what its tool needs is asked for."""

    tool: CauseTool

    title = StringField(
        _("Titre"),
        [InputRequired(REQUIRED), Length(max=MAX_TITLE)],
        description=_("Une ligne qui se comprend seule dans une liste."),
    )
    question = TextAreaField(
        _("La question"),
        [Length(max=MAX_QUESTION)],
        description=_(
            "Ce que l’on cherche à comprendre : un fait précis, avec son lieu et sa date."
        ),
    )
    owner_id = SelectField(
        _("Responsable"), [InputRequired(REQUIRED)], coerce=only_digits, validate_choice=False
    )
    families = SelectField(
        _("Familles"),
        [Optional()],
        coerce=only_digits,
        description=_(
            "5M : Matière, Milieu, Méthode, Matériel, Main-d’œuvre. 6M : et Mesure. "
            "7M : et Management."
        ),
    )
    started_at = MomentField(_("Départ des délais"), [Optional()])
    contain_hours = IntegerField(_("D3, contenir : heures"), [Optional()])
    cause_days = IntegerField(_("D4 et D5, causes et actions : jours"), [Optional()])
    close_days = IntegerField(_("D8, clore : jours"), [Optional()])

    places = {
        "title_missing": "title", "title_long": "title", "question_long": "question",
        "owner_foreign": "owner_id", "families_range": "families", "family_used": "families",
        "start_missing": "started_at", "start_later": "started_at",
        "start_after_step": "started_at", "contain_hours_range": "contain_hours",
        "cause_days_range": "cause_days", "close_days_range": "close_days",
    }  # fmt: skip

    def offer(self, people: Choices, tool: CauseTool) -> "AnalysisForm":
        """Offer the people; keep only what ``tool`` needs."""
        self.tool = tool
        self.owner_id.choices = [("", ""), *people]
        if tool is CauseTool.ISHIKAWA:
            self.families.choices = [(n, f"{n}M") for n in (5, 6, 7)]
        else:
            del self.families
        if tool is not CauseTool.EIGHT_D:
            del self.started_at, self.contain_hours, self.cause_days, self.close_days
        return self

    def draft(self) -> AnalysisDraft:
        """Return what was typed."""
        return AnalysisDraft(
            title=self.title.data or "",
            tool=self.tool,
            question=(self.question.data or "").replace("\r\n", "\n"),
            owner_id=self.owner_id.data,
            families=self.families.data if "families" in self else None,
            started_at=self.started_at.moment if "started_at" in self else None,
            delays=self._delays(),
        )

    def _delays(self) -> Delays:
        if "contain_hours" not in self:
            return Delays()
        fields = (self.contain_hours, self.cause_days, self.close_days)
        return Delays(*(field.data or 0 for field in fields))


class NodeForm(VersionedForm):
    """One line: only the fields that its kind holds in its tool are left."""

    slot = SelectField(_("Où cela se range"), [Optional()], validate_choice=False)
    text = TextAreaField("", [Length(max=MAX_LETTERS)])
    count = IntegerField("", [Optional()])
    cost = AmountField("")
    fact = TextAreaField("", [Length(max=MAX_LETTERS)])
    note = TextAreaField("", [Length(max=MAX_LETTERS)])
    gate = CodeField("", Gate, [Optional()])
    votes = IntegerField("", [Optional()])
    is_verified = BooleanField("")
    is_root = BooleanField("")
    is_discarded = BooleanField("")
    owner_id = SelectField("", [Optional()], coerce=only_digits, validate_choice=False)
    health = CodeField("", Health, [Optional()], empty="—")
    same_as_id = SelectField("", [Optional()], coerce=only_digits, validate_choice=False)
    done_at = MomentField("", [Optional()])

    places = {
        "text_missing": "text", "text_long": "text", "fact_long": "fact", "note_long": "note",
        "slot_missing": "slot", "claim_without_fact": "fact", "both_ways": "is_discarded",
        "votes_range": "votes", "amount_missing": "count", "count_negative": "count",
        "cost_negative": "cost", "same_as_unknown": "same_as_id", "same_as_pointer": "same_as_id",
        "same_as_ultimate": "same_as_id", "same_as_parent": "same_as_id",
        "same_as_twin": "same_as_id", "loop": "same_as_id", "done_later": "done_at",
        "done_before": "done_at", "owner_foreign": "owner_id",
    }  # fmt: skip

    def take(
        self, shape: Shape, *, slots: Sequence[Slot], people: Choices, others: Choices
    ) -> "NodeForm":
        """Keep and name the fields of ``shape``; offer its places, people and other lines."""
        self.text.label.text = translate(shape.text_label)
        self.text.description = translate(shape.text_hint) if shape.text_hint else ""
        held = {field.value: label for field, label in shape.fields.items()}
        for name in [member.value for member in NodeField]:
            if name in held:
                self[name].label.text = translate(held[name])
            else:
                delattr(self, name)
        if slots:
            self.slot.choices = choices_of(Slot, slots)
        else:
            del self.slot
        if "owner_id" in self:
            self.owner_id.choices = [("", "—"), *people]
        if "same_as_id" in self:
            self.same_as_id.choices = [("", "—"), *others]
        return self

    def draft(self) -> NodeDraft:
        """Return what was typed."""
        found: dict[str, Any] = {}
        for name in NodeDraft.__slots__:
            if name in self:
                found[name] = self._value(name)
        return NodeDraft(**found)

    def _value(self, name: str) -> Any:
        field = self[name]
        if isinstance(field, MomentField):
            return field.moment
        if isinstance(field, AmountField):
            return field.number
        if isinstance(field, TextAreaField):
            return (field.data or "").replace("\r\n", "\n")
        if name == "slot":
            return Slot(field.data) if field.data in set(Slot) else None
        if name == "gate":
            return field.data or Gate.CHAIN
        return (field.data or 0) if name == "votes" else field.data


class PlaceForm(Form):
    """Where a line is to stand."""

    under = SelectField(_("Placer sous"), [InputRequired(REQUIRED)])

    places = {
        "wrong_place": "under", "cycle": "under", "loop": "under", "only_one": "under",
        "too_deep": "under", "under_pointer": "under", "parent_unknown": "under",
    }  # fmt: skip


class MemberForm(Form):
    """Somebody of the team."""

    person_id = SelectField(_("Personne"), [Optional()], coerce=only_digits, validate_choice=False)
    name = StringField(
        _("Ou un nom"),
        [Length(max=MAX_NAME)],
        description=_("Pour quelqu’un qui n’a pas de compte ici."),
    )
    function = StringField(_("Fonction"), [Length(max=MAX_NAME)])

    places = {
        "name_missing": "person_id", "function_missing": "function", "team_full": "person_id",
        "person_foreign": "person_id", "already_in": "person_id",
    }  # fmt: skip

    def draft(self) -> MemberDraft:
        """Return what was typed."""
        return MemberDraft(
            person_id=self.person_id.data,
            name=self.name.data or "",
            function=self.function.data or "",
        )


class MoveForm(Form):
    """The conclusion, or why an analysis is opened again."""

    note = TextAreaField(_("Motif"), [InputRequired(REQUIRED), Length(max=10_000)])

    places = {"note_missing": "note"}
