"""When a DUERP is to be updated, and what was not done with the version in force. Pure."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from qse_audit.core.errors import Refusal
from qse_audit.core.text import N_, Coded, Message
from qse_audit.duerp.rules.codes import (
    HOUSE,
    IN_THE_FUTURE,
    INVENTORY,
    KEPT,
    SENT_AT_EACH_UPDATE,
    UPDATES,
    TriggerKind,
)
from qse_audit.duerp.rules.headcount import YEARLY_FROM, Duties

SOON_DAYS = 30
"""How long before the day a yearly update comes to mind."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Trigger:
    """Something that happened and that the DUERP must answer."""

    id: int
    kind: TriggerKind
    happened_on: date
    what: str
    done: str = ""
    """What was done at once, before the next version."""
    answered_by: int | None = None
    """The number of the version that answered it."""

    @property
    def is_open(self) -> bool:
        """Say whether no version answered it yet."""
        return self.answered_by is None


class AlarmKind(Coded):
    """What is not as the law asks."""

    NEVER = "never", N_("Aucune version approuvée")
    TRIGGER = "trigger", N_("Mise à jour due après un fait nouveau")
    YEARLY = "yearly", N_("Mise à jour annuelle en retard")
    SOON = "soon", N_("Mise à jour annuelle proche")
    NOT_SENT = "not_sent", N_("Version non transmise au service de santé au travail")
    ACCIDENTS = "accidents", N_("Accidents depuis la version en vigueur")
    NO_PLACE = "no_place", N_("Avis de consultation à afficher")
    NO_HEADCOUNT = "no_headcount", N_("Effectif non renseigné")

    @property
    def is_late(self) -> bool:
        """Say whether the day has passed, rather than coming."""
        return self in {AlarmKind.NEVER, AlarmKind.TRIGGER, AlarmKind.YEARLY, AlarmKind.NOT_SENT}


@dataclass(frozen=True, slots=True, kw_only=True)
class Alarm:
    """One thing to do about a DUERP, with its source."""

    kind: AlarmKind
    due_on: date | None
    message: Message
    source: Message


@dataclass(frozen=True, slots=True, kw_only=True)
class Situation:
    """All that the alarms are judged on."""

    today: date
    duties: Duties
    approved_on: date | None = None
    """The day of the version in force."""
    is_sent: bool = True
    """Whether the version in force was sent to the occupational health service."""
    has_place: bool = True
    """Whether somebody wrote where workers read it."""
    triggers: Sequence[Trigger] = ()
    accident_days: Sequence[date] = ()
    """The days of the accidents and diseases of the register."""


def year_after(day: date) -> date:
    """Return the same day one year later; 29 February becomes 1 March."""
    try:
        return day.replace(year=day.year + 1)
    except ValueError:
        return date(day.year + 1, 3, 1)


def alarms(facts: Situation) -> tuple[Alarm, ...]:
    """Return what is to be done, the gravest first."""
    return (
        *_never(facts),
        *_triggers(facts),
        *_yearly(facts),
        *_unsent(facts),
        *_accidents(facts),
        *_unplaced(facts),
        *_unknown(facts),
    )


def _never(facts: Situation) -> Iterator[Alarm]:
    if facts.approved_on is None and facts.duties.employees != 0:
        yield Alarm(
            kind=AlarmKind.NEVER,
            due_on=None,
            message=N_(
                "Le document unique n’a pas encore de version approuvée : il est obligatoire dès "
                "le premier salarié."
            ),
            source=INVENTORY,
        )


def _triggers(facts: Situation) -> Iterator[Alarm]:
    """Give what happened and no version answered: whatever the headcount."""
    for each in sorted(facts.triggers, key=lambda one: (one.happened_on, one.id)):
        if each.is_open:
            yield Alarm(
                kind=AlarmKind.TRIGGER,
                due_on=each.happened_on,
                message=N_("%(kind)s : %(what)s", kind=each.kind.label, what=each.what),
                source=UPDATES,
            )


def _yearly(facts: Situation) -> Iterator[Alarm]:
    """Give the yearly update, from eleven employees; below there is none."""
    if facts.approved_on is None or not facts.duties.is_yearly:
        return
    due_on = year_after(facts.approved_on)
    words = {"count": facts.duties.employees, "due_on": due_on.isoformat(), "from": YEARLY_FROM}
    if due_on < facts.today:
        told = N_(
            "Avec %(count)d salariés, la mise à jour est annuelle à partir de %(from)d : elle "
            "était due le %(due_on)s.",
            **words,
        )
        yield Alarm(kind=AlarmKind.YEARLY, due_on=due_on, message=told, source=UPDATES)
    elif due_on <= facts.today + timedelta(days=SOON_DAYS):
        told = N_(
            "Avec %(count)d salariés, la mise à jour est annuelle à partir de %(from)d : elle "
            "est due le %(due_on)s.",
            **words,
        )
        yield Alarm(kind=AlarmKind.SOON, due_on=due_on, message=told, source=UPDATES)


def _unsent(facts: Situation) -> Iterator[Alarm]:
    if facts.approved_on is not None and not facts.is_sent:
        yield Alarm(
            kind=AlarmKind.NOT_SENT,
            due_on=facts.approved_on,
            message=N_(
                "La version en vigueur n’a pas été transmise au service de prévention et de santé "
                "au travail : elle l’est à chaque mise à jour."
            ),
            source=SENT_AT_EACH_UPDATE,
        )


def _accidents(facts: Situation) -> Iterator[Alarm]:
    """Ask whether the accidents since the version, and since one was last noted, change it."""
    if facts.approved_on is None:
        return
    noted = [each.happened_on for each in facts.triggers if each.kind is TriggerKind.ACCIDENT]
    since = max((facts.approved_on, *noted))
    count = sum(day > since for day in facts.accident_days)
    if count:
        told = N_(
            "Accidents et maladies du registre depuis le %(due_on)s : %(count)d. Notez un fait "
            "nouveau si l’évaluation de ces risques est à revoir.",
            due_on=since.isoformat(),
            count=count,
        )
        yield Alarm(kind=AlarmKind.ACCIDENTS, due_on=since, message=told, source=UPDATES)


def _unplaced(facts: Situation) -> Iterator[Alarm]:
    if facts.approved_on is not None and not facts.has_place:
        yield Alarm(
            kind=AlarmKind.NO_PLACE,
            due_on=None,
            message=N_(
                "Dites où se consulte le document unique, puis affichez l’avis à un endroit où "
                "chacun passe."
            ),
            source=KEPT,
        )


def _unknown(facts: Situation) -> Iterator[Alarm]:
    if not facts.duties.is_known:
        yield Alarm(
            kind=AlarmKind.NO_HEADCOUNT,
            due_on=None,
            message=N_(
                "L’effectif n’est pas renseigné : on ne peut pas dire si la mise à jour annuelle "
                "et le programme annuel sont dus."
            ),
            source=HOUSE,
        )


def trigger_refusals(what: str, happened_on: date, today: date) -> list[Refusal]:
    """Return what keeps an event from being noted."""
    refusals = [] if what.strip() else [
        Refusal("what_missing", N_("Dites en une ligne ce qui a changé ou ce qui s’est passé."))
    ]  # fmt: skip
    return [*refusals, IN_THE_FUTURE] if happened_on > today else refusals
