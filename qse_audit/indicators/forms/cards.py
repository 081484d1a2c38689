"""What people type on a card: texts, formula, targets, moves."""

from collections.abc import Iterable
from fractions import Fraction
from typing import Any

from flask_babel import lazy_gettext as _l
from wtforms import (
    BooleanField,
    DateField,
    FieldList,
    FormField,
    HiddenField,
    IntegerField,
    SelectField,
    StringField,
    TextAreaField,
)
from wtforms.validators import InputRequired, Length, NumberRange, Optional

from qse_audit.core.errors import BadInput
from qse_audit.core.expressions import Aggregation
from qse_audit.core.numbers import decimal_text, parse_number
from qse_audit.core.period_texts import parse_period
from qse_audit.core.periods import Frequency
from qse_audit.core.series import Direction, RuleSet
from qse_audit.core.text import N_
from qse_audit.indicators.rules import (
    REASON_MAX,
    Aim,
    AutomaticSource,
    Band,
    CardDraft,
    Chart,
    Definition,
    IndicatorDomain,
    TargetPoint,
    Timing,
    VariableDraft,
)
from qse_audit.web.forms import REQUIRED, CodeField, Form, VersionedForm, only_digits
from qse_audit.web.i18n import locale, translate

LONG, LINE, NAME = 4000, 200, 60
RULE_SETS = (
    (RuleSet.WHEELER, "Wheeler"),
    (RuleSet.WESTERN_ELECTRIC, "Western Electric"),
    (RuleSet.NELSON, "Nelson"),
)
Choices = Iterable[tuple[int, str]]


class ExactField(StringField):
    """A number as people write it, kept exactly: ``data`` is a fraction or ``None``."""

    def process_formdata(self, valuelist: list[Any]) -> None:
        """Read what was typed; the character that is wrong is named."""
        self.typed = str(valuelist[0]) if valuelist else ""
        self.data = None
        if self.typed.strip():
            try:
                self.data = parse_number(self.typed, locale())
            except BadInput as error:
                raise ValueError(translate(error.message)) from error

    def _value(self) -> str:
        if self.raw_data:
            return str(self.raw_data[0])
        text = "" if self.data is None else decimal_text(Fraction(self.data))
        return text.replace(".", ",") if locale() == "fr" else text


class CardForm(VersionedForm):
    """What an indicator is for, who answers for it, when it is measured."""

    places = {
        "name_long": "title",
        "owner_foreign": "owner_id",
        "process_foreign": "process_id",
        "site_foreign": "site_id",
        "frequency_in_use": "frequency",
        "review_not_to_come": "review_on",
    }

    title = StringField(
        _l("Nom de l’indicateur"), [InputRequired(REQUIRED), Length(max=LINE)],
        description=_l("Ce qui est mesuré, en peu de mots : « Livraisons à l’heure »."),
    )  # fmt: skip
    domain = CodeField(_l("Domaine"), IndicatorDomain, [InputRequired(REQUIRED)])
    owner_id = SelectField(
        _l("Responsable"), [InputRequired(REQUIRED)], coerce=only_digits,
        description=_l("Cette personne est prévenue quand des valeurs manquent."),
    )  # fmt: skip
    process_id = SelectField(_l("Processus"), coerce=only_digits)
    site_id = SelectField(_l("Site"), coerce=only_digits)
    purpose = TextAreaField(
        _l("À quoi il sert"), [Length(max=LONG)],
        description=_l("Ce que l’on veut savoir, et pour quel engagement."),
    )  # fmt: skip
    decision = TextAreaField(
        _l("Décision qu’il permet"), [Length(max=LONG)],
        description=_l("Ce que l’on fera autrement selon ce qu’il montre. Sans décision, à quoi "
                       "bon mesurer ?"),
    )  # fmt: skip
    perimeter = TextAreaField(
        _l("Périmètre"), [Length(max=LONG)],
        description=_l("Ateliers, produits, personnes compris, et ceux qui ne le sont pas."),
    )  # fmt: skip
    data_source = TextAreaField(
        _l("Source des valeurs"), [Length(max=LONG)],
        description=_l("Logiciel, registre, relevé : là où un autre retrouverait le chiffre."),
    )  # fmt: skip
    collection = TextAreaField(
        _l("Relevé"), [Length(max=LONG)], description=_l("Qui relève, comment et quand.")
    )
    biases = TextAreaField(
        _l("Biais connus"), [Length(max=LONG)],
        description=_l("Ce que le chiffre ne voit pas, comment il peut être arrangé."),
    )  # fmt: skip
    direction = CodeField(_l("Sens voulu"), Direction, [InputRequired(REQUIRED)])
    timing = CodeField(_l("Avancé ou retardé"), Timing, [InputRequired(REQUIRED)])
    frequency = CodeField(_l("Fréquence"), Frequency, [InputRequired(REQUIRED)])
    starts_on = DateField(
        _l("Valeurs attendues à partir du"), [Optional()],
        description=_l("Vide : à partir de la période en cours. Des valeurs plus anciennes "
                       "peuvent être saisies."),
    )  # fmt: skip
    delay_days = IntegerField(
        _l("Délai de saisie, en jours"), [InputRequired(REQUIRED), NumberRange(0, 366)],
        default=10, description=_l("Après la fin de la période."),
    )  # fmt: skip
    chart = CodeField(_l("Graphique"), Chart, [InputRequired(REQUIRED)])
    rule_set = SelectField(
        _l("Règles de signal"),
        choices=lambda: list(RULE_SETS),
        coerce=RuleSet,
        description=_l("Wheeler par défaut : peu de fausses alertes."),
    )  # fmt: skip
    review_on = DateField(
        _l("À revoir le"), [Optional()],
        description=_l("Le jour où l’on se demande s’il décide encore quelque chose."),
    )  # fmt: skip

    def offer(self, people: Choices, processes: Choices, sites: Choices) -> "CardForm":
        """Offer these people, processes and sites; return the form."""
        self.owner_id.choices = [("", ""), *people]
        self.process_id.choices = [("", _l("Aucun en particulier")), *processes]
        self.site_id.choices = [("", _l("Tous les sites")), *sites]
        return self

    def draft(self) -> CardDraft:
        """Return what was typed."""
        texts = ("purpose", "decision", "perimeter", "data_source", "collection", "biases")
        return CardDraft(
            title=self.title.data or "",
            domain=self.domain.data,
            owner_id=self.owner_id.data or 0,
            process_id=self.process_id.data,
            site_id=self.site_id.data,
            direction=self.direction.data,
            timing=self.timing.data,
            frequency=self.frequency.data,
            starts_on=self.starts_on.data,
            delay_days=self.delay_days.data or 0,
            chart=self.chart.data,
            rule_set=self.rule_set.data,
            review_on=self.review_on.data,
            **{name: self[name].data or "" for name in texts},
        )


class AdoptForm(Form):
    """Take an indicator of the library: only what the library cannot know is asked."""

    places = {"name_long": "title", "owner_foreign": "owner_id", "process_foreign": "process_id"}

    title = StringField(_l("Nom de l’indicateur"), [InputRequired(REQUIRED), Length(max=LINE)])
    owner_id = SelectField(_l("Responsable"), [InputRequired(REQUIRED)], coerce=only_digits)
    process_id = SelectField(_l("Processus"), coerce=only_digits)

    def offer(self, people: Choices, processes: Choices) -> "AdoptForm":
        """Offer these people and processes; return the form."""
        self.owner_id.choices = [("", ""), *people]
        self.process_id.choices = [("", _l("Aucun en particulier")), *processes]
        return self


class VariableForm(Form):
    """One quantity of a formula; a form without a name is no quantity."""

    class Meta(Form.Meta):
        """Leave the token to the form around it."""

        csrf = False

    was = HiddenField()
    name = StringField(
        _l("Nom dans la formule"), [Length(max=64)],
        description=_l("Lettres, chiffres et _ : heures_travaillees."),
    )  # fmt: skip
    label = StringField(_l("Libellé"), [Length(max=160)])
    unit = StringField(_l("Unité"), [Length(max=NAME)])
    aggregation = CodeField(_l("Sur plusieurs périodes"), Aggregation, default=Aggregation.SUM)
    minimum = ExactField(_l("Minimum"))
    maximum = ExactField(_l("Maximum"))
    automatic = CodeField(
        _l("Comptée par"), AutomaticSource, empty=_l("Une personne, qui la saisit")
    )
    definition = TextAreaField(
        _l("Définition"), [Length(max=LONG)],
        description=_l("Ce qui est compté, et ce qui ne l’est pas."),
    )  # fmt: skip
    is_whole = BooleanField(_l("Nombre entier"))

    def draft(self) -> VariableDraft:
        """Return what was typed."""
        return VariableDraft(
            name=(self.name.data or "").strip(),
            label=(self.label.data or "").strip() or (self.name.data or "").strip(),
            unit=(self.unit.data or "").strip(),
            definition=(self.definition.data or "").strip(),
            aggregation=self.aggregation.data or Aggregation.SUM,
            minimum=self.minimum.data,
            maximum=self.maximum.data,
            is_whole=bool(self.is_whole.data),
            automatic=self.automatic.data,
            was=self.was.data or "",
        )


class DefinitionForm(VersionedForm):
    """How the number is made: the formula and each quantity in it."""

    places = {
        "unit_long": "unit",
        "short_name_taken": "code",
        "code_unusable": "code",
        "code_long": "code",
    }

    formula = TextAreaField(
        _l("Formule"),  # its reader names the character where it becomes too long
        description=_l("Avec les noms des grandeurs : accidents * 1000000 / heures. Fonctions : "
                       "somme, moyenne, min, max, abs, arrondi, glissant(x; 12), cumul(x)."),
    )  # fmt: skip
    unit = StringField(_l("Unité du résultat"), [Length(max=NAME)])
    decimals = IntegerField(
        _l("Décimales affichées"), [InputRequired(REQUIRED), NumberRange(0, 6)], default=1
    )
    code = StringField(
        _l("Nom court"), [Length(max=NAME)],
        description=_l("Pour que d’autres formules puissent le citer : TF1. Facultatif."),
    )  # fmt: skip
    variables = FieldList(FormField(VariableForm), label=_l("Grandeurs"), max_entries=21)

    def place_of(self, code: str) -> str:
        """Return the field that a refusal is about: all that is wrong in a formula is its own."""
        return "formula" if code.startswith("formula_") else super().place_of(code)

    def definition(self) -> Definition:
        """Return what was typed; rows without a name are left out."""
        rows = (entry.form for entry in self.variables)
        return Definition(
            formula=(self.formula.data or "").strip(),
            unit=(self.unit.data or "").strip(),
            decimals=self.decimals.data or 0,
            code=(self.code.data or "").strip(),
            variables=tuple(row.draft() for row in rows if (row.name.data or "").strip()),
        )


class TargetForm(Form):
    """One point of the target path; a row without a period is none."""

    class Meta(Form.Meta):
        """Leave the token to the form around it."""

        csrf = False

    period = StringField(_l("Période"), [Length(max=40)])
    value = ExactField(_l("Cible"))
    reason = StringField(_l("Raison, si elle demande moins"), [Length(max=LONG)])


class AimForm(VersionedForm):
    """What is to be reached by when, and what is done otherwise."""

    places = {"tolerance_order": "tolerance_high"}

    targets = FieldList(FormField(TargetForm), label=_l("Cibles"), max_entries=62)
    alert_low = ExactField(_l("Alerte sous"))
    alert_high = ExactField(_l("Alerte au-dessus de"))
    action_low = ExactField(_l("Action sous"))
    action_high = ExactField(_l("Action au-dessus de"))
    tolerance_low = ExactField(_l("Tolérance basse"))
    tolerance_high = ExactField(_l("Tolérance haute"))
    reaction_plan = TextAreaField(
        _l("Plan de réaction"), [Length(max=LONG)],
        description=_l("Ce qui est fait, et par qui, quand une limite est franchie ou qu’un "
                       "signal apparaît."),
    )  # fmt: skip

    def aim(self, frequency: Frequency) -> Aim:
        """Return what was typed.

        :raises BadInput: for a period that cannot be read, or a row without its number.
        """
        bands = {
            name: Band(self[f"{name}_low"].data, self[f"{name}_high"].data)
            for name in ("alert", "action", "tolerance")
        }
        points = tuple(self._points(frequency))
        return Aim(targets=points, reaction_plan=self.reaction_plan.data or "", **bands)

    def _points(self, frequency: Frequency) -> Iterable[TargetPoint]:
        for number, entry in enumerate(self.targets, 1):
            row = entry.form
            typed = (row.period.data or "").strip()
            if not typed and row.value.data is None:
                continue
            place = N_("cible %(number)d", number=number)
            try:
                period = parse_period(typed, frequency)
            except BadInput as error:
                raise BadInput(error.message, place=place) from error
            if row.value.data is None:
                raise BadInput(N_("rien ; attendu : la valeur à atteindre"), place=place)
            yield TargetPoint(period, row.value.data, (row.reason.data or "").strip())


class MoveForm(Form):
    """Why an indicator moves."""

    reason = TextAreaField(_l("Raison"), [Length(max=REASON_MAX)])


class ReviewForm(Form):
    """What a review of the indicator itself concluded."""

    places = {"conclusion_missing": "note", "review_not_to_come": "review_on"}

    note = TextAreaField(
        _l("Ce que la revue conclut"),
        [InputRequired(REQUIRED), Length(max=REASON_MAX)],
        description=_l("Quelle décision il a permise, ce qui change sur sa fiche. S’il ne décide "
                       "plus rien, abandonnez-le."),
    )  # fmt: skip
    review_on = DateField(_l("Prochaine revue"), [InputRequired(REQUIRED)])


class CloseForm(Form):
    """Until when values are closed."""

    until = DateField(
        _l("Clore jusqu’au"), [InputRequired(REQUIRED)],
        description=_l("Les périodes terminées ce jour-là ne prennent plus de valeur, et ne se "
                       "rouvrent pas."),
    )  # fmt: skip
