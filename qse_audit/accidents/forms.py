"""What people write in the register. Shape only: rules that need facts live in ``rules``."""

from collections.abc import Iterable, Sequence
from datetime import date, datetime, time
from decimal import Decimal
from typing import Any

from flask_babel import lazy_gettext as _l
from flask_wtf.file import FileField
from wtforms import BooleanField, DateField, SelectField, StringField, TextAreaField, TimeField
from wtforms.validators import InputRequired, Length, Optional

from qse_audit.accidents.models import Accident
from qse_audit.accidents.rules import Category, EventDraft, EventKind, Potential
from qse_audit.accidents.rules.duties import MAX_PROOF_LETTERS, Answer
from qse_audit.accidents.rules.events import (
    MAX_FUNCTION_LETTERS,
    MAX_PLACE_LETTERS,
    MAX_TEXT_LETTERS,
)
from qse_audit.accidents.rules.exposure import ExposureDraft
from qse_audit.accidents.rules.stops import StopDraft
from qse_audit.core.clock import PARIS
from qse_audit.core.errors import BadInput
from qse_audit.core.numbers import decimal_text, parse_number
from qse_audit.core.period_texts import parse_period
from qse_audit.core.periods import Frequency, Period
from qse_audit.evidence.rules import ACCEPT_ATTRIBUTE
from qse_audit.web.forms import (
    REQUIRED,
    CodeField,
    Form,
    VersionedForm,
    choices_of,
    only_digits,
)

PLACES = {"happened_at": "happened_on", "known_at": "known_on", "fatal_at": "fatal_on"}
"""Which field a refusal about an instant is shown at."""


def instant(day: date | None, clock: time | None) -> datetime | None:
    """Return the instant of a day and a clock read on a wall in France; midnight without one."""
    if day is None:
        return None
    return datetime.combine(day, clock or time(), PARIS)


def wall(at: datetime | None) -> tuple[date | None, time | None]:
    """Return the day and the clock of an instant, as read on a wall in France."""
    if at is None:
        return None, None
    there = at.astimezone(PARIS)
    return there.date(), there.time().replace(second=0, microsecond=0)


class DeclareForm(Form):
    """Tell what happened: five things, in the workshop, in under a minute."""

    places = PLACES
    kind = CodeField(_l("Que s’est-il passé ?"), EventKind, [InputRequired(REQUIRED)])
    happened_on = DateField(_l("Quel jour ?"), [InputRequired(REQUIRED)])
    happened_time = TimeField(_l("Vers quelle heure ?"), [Optional()])
    place = StringField(
        _l("Où ?"),
        [InputRequired(REQUIRED), Length(max=MAX_PLACE_LETTERS)],
        description=_l("L’atelier, le poste, l’allée."),
    )
    facts_text = TextAreaField(
        _l("Les faits"),
        [InputRequired(REQUIRED), Length(max=MAX_TEXT_LETTERS)],
        description=_l("Ce qui s’est passé, sans nom ni blessure : une fonction, un geste."),
    )
    measures_text = TextAreaField(
        _l("Ce qui a été fait tout de suite"), [Optional(), Length(max=MAX_TEXT_LETTERS)]
    )
    photo = FileField(
        _l("Photo (facultative)"),
        description=_l("Le lieu ou la machine, personne dessus."),
        render_kw={"accept": ACCEPT_ATTRIBUTE},
    )

    def draft(self) -> EventDraft:
        """Return what was told."""
        return EventDraft(
            kind=self.kind.data,
            happened_at=told(self.happened_on.data, self.happened_time.data),
            place=self.place.data or "",
            facts_text=plain(self.facts_text.data),
            measures_text=plain(self.measures_text.data),
        )


class EditForm(VersionedForm):
    """Complete an event."""

    places = PLACES
    kind = CodeField(_l("Nature"), EventKind, [InputRequired(REQUIRED)])
    happened_on = DateField(_l("Jour"), [InputRequired(REQUIRED)])
    happened_time = TimeField(_l("Heure"), [Optional()])
    place = StringField(_l("Lieu"), [InputRequired(REQUIRED), Length(max=MAX_PLACE_LETTERS)])
    process_id = SelectField(_l("Processus"), coerce=only_digits, validate_choice=False)
    site_id = SelectField(_l("Site"), coerce=only_digits, validate_choice=False)
    facts_text = TextAreaField(
        _l("Les faits"),
        [InputRequired(REQUIRED), Length(max=MAX_TEXT_LETTERS)],
        description=_l("Une fonction, un geste, une machine ; jamais un nom, jamais une lésion."),
    )
    measures_text = TextAreaField(
        _l("Mesures immédiates"), [Optional(), Length(max=MAX_TEXT_LETTERS)]
    )
    potential = CodeField(
        _l("Gravité potentielle"),
        Potential,
        [Optional()],
        empty=_l("Non cotée"),
        description=_l("Ce que cela aurait pu donner, en d’autres circonstances."),
    )
    category = CodeField(_l("Personne concernée"), Category, [Optional()], empty=_l("Non précisé"))
    function_label = StringField(
        _l("Fonction"),
        [Optional(), Length(max=MAX_FUNCTION_LETTERS)],
        description=_l("Soudeur, cariste… jamais un nom."),
    )
    known_on = DateField(
        _l("L’employeur l’a su le"),
        [Optional()],
        description=_l("Les délais de la loi courent de là."),
    )
    known_time = TimeField(_l("à"), [Optional()])
    fatal_on = DateField(
        _l("Décès le"),
        [Optional()],
        description=_l("Ou le jour où l’employeur l’a su. Vide s’il n’y en a pas."),
    )
    fatal_time = TimeField(_l("à (heure du décès)"), [Optional()])
    causes_text = TextAreaField(
        _l("Causes trouvées"),
        [Optional(), Length(max=MAX_TEXT_LETTERS)],
        description=_l("Ce qui a rendu l’événement possible : des faits, pas une faute."),
    )

    def offer(self, processes: Iterable[tuple[int, str]], sites: Iterable[tuple[int, str]]) -> None:
        """Give the choices of the process and the site."""
        self.process_id.choices = [("", "—"), *processes]
        self.site_id.choices = [("", "—"), *sites]

    def draft(self) -> EventDraft:
        """Return what was written."""
        return EventDraft(
            kind=self.kind.data,
            happened_at=told(self.happened_on.data, self.happened_time.data),
            place=self.place.data or "",
            facts_text=plain(self.facts_text.data),
            measures_text=plain(self.measures_text.data),
            category=self.category.data,
            function_label=self.function_label.data or "",
            potential=self.potential.data,
            process_id=self.process_id.data,
            site_id=self.site_id.data,
            known_at=instant(self.known_on.data, self.known_time.data),
            fatal_at=instant(self.fatal_on.data, self.fatal_time.data),
            causes_text=plain(self.causes_text.data),
        )


def as_fields(accident: Accident) -> dict[str, Any]:
    """Return the stored instants as the fields of a page hold them."""
    pairs = {
        "happened": wall(accident.happened_at),
        "known": wall(accident.known_at),
        "fatal": wall(accident.fatal_at),
    }
    days = {f"{name}_on": day for name, (day, _) in pairs.items()}
    return days | {f"{name}_time": clock for name, (_, clock) in pairs.items()}


class OwnerForm(Form):
    """Say who leads the investigation."""

    owner_id = SelectField(_l("Qui mène l’enquête"), coerce=only_digits, validate_choice=False)

    def offer(self, people: Iterable[tuple[int, str]]) -> None:
        """Give the people of the organisation."""
        self.owner_id.choices = [("", _l("Choisir")), *people]


class MoveForm(Form):
    """Say why an event moves, where it must be said."""

    reason = TextAreaField(_l("Motif"), [Optional(), Length(max=2_000)])


class StopForm(Form):
    """Tell the days of stop."""

    from_on = DateField(
        _l("Premier jour d’arrêt"),
        [InputRequired(REQUIRED)],
        description=_l("Au plus tôt le lendemain de l’accident."),
    )
    until_on = DateField(
        _l("Dernier jour d’arrêt"),
        [Optional()],
        description=_l("Prolongation : même premier jour, nouveau dernier jour. Vide : retire."),
    )
    note = StringField(_l("Motif d’une correction"), [Optional(), Length(max=300)])

    def draft(self) -> StopDraft:
        """Return what was told."""
        assert self.from_on.data is not None  # required
        return StopDraft(
            from_on=self.from_on.data, until_on=self.until_on.data, note=self.note.data or ""
        )


class DutyForm(Form):
    """Say that a duty is done, or does not apply."""

    places = {"done_at": "done_on"}
    done_on = DateField(_l("Fait le"), [Optional()])
    done_time = TimeField(_l("à"), [Optional()])
    words = StringField(
        _l("Preuve, ou raison si sans objet"), [Optional(), Length(max=MAX_PROOF_LETTERS)]
    )

    def answer(self) -> Answer:
        """Return what was said: without a day, the duty does not apply."""
        return Answer(instant(self.done_on.data, self.done_time.data), self.words.data or "")


def told(day: date | None, clock: time | None) -> datetime:
    """Return the instant of a required day."""
    at = instant(day, clock)
    assert at is not None  # required
    return at


def plain(text: str | None) -> str:
    """Return a text with one kind of line end and no blank ends."""
    return (text or "").replace("\r\n", "\n").strip()


def kinds_of(kinds: Iterable[EventKind]) -> list[tuple[str, str]]:
    """Return the choices of what happened."""
    return choices_of(EventKind, list(kinds))


class HoursForm(Form):
    """Enter the hours worked and the headcount of a month."""

    month = StringField(
        _l("Mois"),
        [InputRequired(REQUIRED), Length(max=20)],
        description=_l("Par exemple 2026-03 ou mars 2026."),
    )
    site_id = SelectField(_l("Périmètre"), coerce=only_digits, validate_choice=False)
    hours = StringField(
        _l("Heures travaillées"),
        [InputRequired(REQUIRED), Length(max=60)],
        description=_l("Heures payées moins les absences."),
    )
    headcount = StringField(
        _l("Effectif moyen"), [Optional(), Length(max=60)], description=_l("Pour l’indice IF.")
    )
    covers_temporary = BooleanField(
        _l("Les heures des intérimaires sont comprises"),
        description=_l("Alors leurs accidents comptent aussi dans les taux."),
    )
    incapacity_pct = StringField(
        _l("Taux d’incapacité permanente notifiés dans le mois"),
        [Optional(), Length(max=60)],
        description=_l("La somme, en %, pour toute l’entreprise ; 0 s’il n’y en a pas. Pour IG."),
    )
    note = StringField(_l("Motif d’une correction"), [Optional(), Length(max=300)])

    def offer(self, sites: Sequence[tuple[int, str]]) -> "HoursForm":
        """Give the sites."""
        self.site_id.choices = [("", _l("Toute l’organisation")), *sites]
        return self

    def draft(self, language: str) -> ExposureDraft:
        """Return what was entered.

        :raises BadInput: for what is no month or no number; its place names the field.
        """
        return ExposureDraft(
            month=self._month(),
            site_id=self.site_id.data,
            hours=self._number("hours", language) or Decimal(0),
            headcount=self._number("headcount", language),
            covers_temporary=bool(self.covers_temporary.data),
            incapacity_pct=self._number("incapacity_pct", language),
            note=self.note.data or "",
        )

    def _month(self) -> Period:
        try:
            return parse_period(self.month.data or "", Frequency.MONTH)
        except BadInput as error:
            raise BadInput(error.message, place="month") from error

    def _number(self, name: str, language: str) -> Decimal | None:
        text = (self[name].data or "").strip()
        if not text:
            return None
        try:
            return Decimal(decimal_text(parse_number(text, language)))
        except BadInput as error:
            raise BadInput(error.message, place=name) from error
