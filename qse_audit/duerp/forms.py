"""What people send about a DUERP."""

from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from typing import Any, ClassVar

from flask_babel import lazy_gettext as _l
from wtforms import (
    BooleanField,
    DateField,
    DecimalField,
    IntegerField,
    SelectField,
    StringField,
    TextAreaField,
)
from wtforms.validators import DataRequired, InputRequired, Length, NumberRange, Optional

from qse_audit.duerp.rules import (
    MOST_EMPLOYEES,
    NAME_MAX,
    TEXT_MAX,
    TITLE_MAX,
    UNRATED,
    Channel,
    Contribution,
    Headcount,
    MeasureDraft,
    Part,
    Recipient,
    TriggerKind,
)
from qse_audit.duerp.services import Asked, Transmitted
from qse_audit.web.forms import REQUIRED, CheckboxesField, CodeField, Form, VersionedForm


class PrepareForm(Form):
    """Which DUERP gets a new version, and why."""

    places: ClassVar[Mapping[str, str]] = {"no_reason": "reason", "one_at_a_time": "analysis"}

    analysis = SelectField(_l("Document unique"), [InputRequired(REQUIRED)], coerce=int)
    reason = TextAreaField(
        _l("Pourquoi cette version"),
        [DataRequired(REQUIRED), Length(max=TEXT_MAX)],
        description=_l("Mise à jour annuelle, changement, information nouvelle, accident…"),
        render_kw={"rows": 3},
    )

    def offer(self, duerps: Iterable[tuple[int, str]]) -> None:
        """Offer the DUERPs of the organisation."""
        self.analysis.choices = list(duerps)


class WriteForm(VersionedForm):
    """Why a version is made, and what it answers."""

    places: ClassVar[Mapping[str, str]] = {"no_reason": "reason"}

    reason = TextAreaField(
        _l("Pourquoi cette version"),
        [DataRequired(REQUIRED), Length(max=TEXT_MAX)],
        render_kw={"rows": 3},
    )
    events = CheckboxesField(
        _l("Faits nouveaux auxquels elle répond"),
        coerce=lambda value: int(value or 0),
        description=_l("Cochez ceux dont l’évaluation tient maintenant compte."),
    )

    def offer(self, events: Sequence[tuple[int, str]]) -> None:
        """Offer the events that no other version answers."""
        self.events.choices = list(events)


class SendBackForm(Form):
    """What management wants done again before it approves."""

    reason = TextAreaField(
        _l("Ce qui est à reprendre"),
        [DataRequired(REQUIRED), Length(max=TEXT_MAX)],
        render_kw={"rows": 3},
    )


class ApproveForm(Form):
    """Why a version is approved with risks that nobody rated."""

    places: ClassVar[Mapping[str, str]] = {UNRATED: "unrated_note"}

    unrated_note = TextAreaField(
        _l("Pourquoi approuver avec des risques non cotés"),
        [DataRequired(REQUIRED), Length(max=TEXT_MAX)],
        description=_l("Ce qui empêche de les coter aujourd’hui, qui le fera et quand."),
        render_kw={"rows": 3},
    )


class ContributionForm(Form):
    """Who was asked about a version."""

    places: ClassVar[Mapping[str, str]] = {
        "who_missing": "name",
        "in_the_future": "consulted_on",
        "absence_unexplained": "opinion",
    }

    part = CodeField(_l("À quel titre"), Part, [InputRequired(REQUIRED)])
    name = StringField(
        _l("Qui"),
        [Length(max=NAME_MAX)],
        description=_l("Une fonction ou une instance plutôt qu’un nom : « CSE, réunion de mai »."),
    )
    consulted_on = DateField(_l("Consulté le"), [InputRequired(REQUIRED)])
    opinion = TextAreaField(
        _l("Avis ou observation"), [Length(max=TEXT_MAX)], render_kw={"rows": 3}
    )
    is_absent = BooleanField(
        _l("Il n’y a personne à consulter"),
        description=_l("Carence aux élections, pas de salarié désigné : dites-le ci-dessus."),
    )

    def draft(self) -> Contribution:
        """Return what was typed."""
        return Contribution(
            part=Part(self.part.data or Part.OTHER),
            who=self.name.data or "",
            consulted_on=self.consulted_on.data,
            opinion=self.opinion.data or "",
            is_absent=bool(self.is_absent.data),
        )


class HeadcountForm(Form):
    """How many employees there are, from when."""

    places: ClassVar[Mapping[str, str]] = {
        "headcount_out_of_range": "employees",
        "in_the_future": "since_on",
    }

    employees = IntegerField(
        _l("Effectif"),
        [InputRequired(REQUIRED), NumberRange(0, MOST_EMPLOYEES)],
        description=_l("Salariés de l’entreprise, calculés comme le demande le Code du travail."),
    )
    since_on = DateField(_l("Depuis le"), [InputRequired(REQUIRED)])

    def draft(self) -> Headcount:
        """Return what was typed."""
        return Headcount(self.since_on.data, self.employees.data or 0)


class EventForm(Form):
    """Something that makes an update due."""

    places: ClassVar[Mapping[str, str]] = {
        "what_missing": "what",
        "in_the_future": "happened_on",
    }

    kind = CodeField(_l("Nature"), TriggerKind, [InputRequired(REQUIRED)])
    happened_on = DateField(_l("Le"), [InputRequired(REQUIRED)])
    what = StringField(
        _l("Ce qui a changé ou ce qui s’est passé"),
        [DataRequired(REQUIRED), Length(max=TITLE_MAX)],
        description=_l("Sans nom de personne ni donnée de santé."),
    )


class FollowForm(VersionedForm):
    """What was done at once about an event."""

    done = TextAreaField(
        _l("Ce qui a été fait aussitôt"), [Length(max=TEXT_MAX)], render_kw={"rows": 3}
    )


class MeasureForm(VersionedForm):
    """What the yearly programme says of an action."""

    places: ClassVar[Mapping[str, str]] = {
        "cost_out_of_range": "cost_euros",
        "starts_after_due": "starts_on",
    }

    conditions = TextAreaField(
        _l("Conditions d’exécution"),
        [Length(max=TEXT_MAX)],
        description=_l("Qui intervient, quand, avec quels moyens, ce qu’il faut arrêter."),
        render_kw={"rows": 3},
    )
    result_indicator = TextAreaField(
        _l("Indicateur de résultat"),
        [Length(max=TEXT_MAX)],
        description=_l("Ce qui montrera que le risque a baissé, mesurable."),
        render_kw={"rows": 2},
    )
    cost_euros = DecimalField(
        _l("Coût estimé (€)"),
        [Optional()],
        places=None,
        use_locale=False,
        description=_l("0 si la mesure ne coûte rien ; vide tant que ce n’est pas estimé."),
    )
    starts_on = DateField(
        _l("Début"),
        [Optional()],
        description=_l("La fin est l’échéance de l’action."),
    )

    def draft(self) -> MeasureDraft:
        """Return what was typed."""
        cost = self.cost_euros.data
        return MeasureDraft(
            conditions=self.conditions.data or "",
            result_indicator=self.result_indicator.data or "",
            cost_euros=None if cost is None else Decimal(cost),
            starts_on=self.starts_on.data,
        )


class TransmissionForm(Form):
    """To whom a version was handed over."""

    places: ClassVar[Mapping[str, str]] = {
        "name_missing": "name",
        "in_the_future": "sent_on",
        "before_approval": "sent_on",
    }

    recipient = CodeField(_l("À qui"), Recipient, [InputRequired(REQUIRED)])
    name = StringField(
        _l("Nom, service ou fonction"), [DataRequired(REQUIRED), Length(max=NAME_MAX)]
    )
    sent_on = DateField(_l("Le"), [InputRequired(REQUIRED)])
    channel = CodeField(_l("Par"), Channel, [InputRequired(REQUIRED)])

    def draft(self) -> Transmitted:
        """Return what was typed."""
        return Transmitted(
            recipient=Recipient(self.recipient.data or Recipient.HEALTH_SERVICE),
            name=self.name.data or "",
            sent_on=self.sent_on.data,
            channel=Channel(self.channel.data or Channel.MAIL),
        )


class RequestForm(Form):
    """Who asks to read the DUERP, and for which time."""

    places: ClassVar[Mapping[str, str]] = {
        "name_missing": "name",
        "in_the_future": "asked_on",
        "period_backwards": "until_on",
        "period_not_begun": "from_on",
    }

    recipient = CodeField(_l("À quel titre"), Recipient, [InputRequired(REQUIRED)])
    name = StringField(_l("Qui"), [DataRequired(REQUIRED), Length(max=NAME_MAX)])
    asked_on = DateField(_l("Demande du"), [InputRequired(REQUIRED)])
    from_on = DateField(
        _l("Présent dans l’entreprise du"),
        [InputRequired(REQUIRED)],
        description=_l("Un ancien salarié lit les versions en vigueur pendant son activité."),
    )
    until_on = DateField(_l("au"), [Optional()], description=_l("Vide : jusqu’à aujourd’hui."))

    def draft(self) -> Asked:
        """Return what was typed."""
        return Asked(
            recipient=Recipient(self.recipient.data or Recipient.WORKER),
            name=self.name.data or "",
            asked_on=self.asked_on.data,
            from_on=self.from_on.data,
            until_on=self.until_on.data,
        )


class PlaceForm(VersionedForm):
    """Where the DUERP is read: what the notice says."""

    location = TextAreaField(
        _l("Où"),
        [DataRequired(REQUIRED), Length(max=NAME_MAX)],
        description=_l("Un lieu où chacun entre : bureau QSE, classeur à l’accueil, réseau."),
        render_kw={"rows": 2},
    )
    hours = StringField(_l("Quand"), [Length(max=NAME_MAX)])
    contact = StringField(
        _l("À qui s’adresser"),
        [Length(max=NAME_MAX)],
        description=_l("Une fonction plutôt qu’un nom : l’avis reste longtemps affiché."),
    )

    def texts(self) -> dict[str, Any]:
        """Return what was typed."""
        return {name: self[name].data or "" for name in ("location", "hours", "contact")}
