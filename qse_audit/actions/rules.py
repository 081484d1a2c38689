"""What makes an action acceptable, how it moves, and when its owner is reminded. Pure."""

from dataclasses import dataclass
from datetime import date, timedelta

from qse_audit.core.errors import Refusal
from qse_audit.core.permissions import Kind, Permission
from qse_audit.core.prevention import PreventionPrinciple
from qse_audit.core.text import N_, Coded, Message
from qse_audit.core.workflow import Transition, Workflow

CHAIN = "ISO 9001:2015, 10.2.1"
RECORDS = "ISO 9001:2015, 10.2.2"
HOUSE = N_("règle de la maison")
TITLE_MAX = 200
PREVENTING = frozenset({Kind.RISK, Kind.RISK_ANALYSIS, Kind.ACCIDENT})
"""What asks for actions that follow a principle of prevention."""


class ActionKind(Coded):
    """What an action changes."""

    CORRECTION = "correction", N_("Correction")
    CONTAINMENT = "containment", N_("Confinement")
    CORRECTIVE = "corrective", N_("Action corrective")
    PREVENTIVE = "preventive", N_("Action préventive")
    IMPROVEMENT = "improvement", N_("Amélioration")


class ActionStatus(Coded):
    """Where an action stands."""

    OPEN = "open", N_("À faire")
    DONE = "done", N_("Réalisée, à vérifier")
    EFFECTIVE = "effective", N_("Vérifiée efficace")
    CANCELLED = "cancelled", N_("Annulée")


# --- what is asked ---


@dataclass(frozen=True, slots=True, kw_only=True)
class ActionDraft:
    """What is asked of someone, as written by the person who plans it."""

    kind: ActionKind
    title: str
    owner_id: int
    due_on: date
    criterion: str
    """What will show that it worked, written before it is done."""
    description: str = ""
    cause: str = ""
    """The cause that a corrective action removes."""
    principle: PreventionPrinciple | None = None
    """The principle of prevention that it follows, where it answers a risk."""
    verify_on: date | None = None
    """The first day when the effect can be judged; ``None``: as soon as it is done."""


def draft_refusals(draft: ActionDraft, *, today: date | None = None) -> tuple[Refusal, ...]:
    """Return every reason why this cannot be asked.

    ``today`` is given when the due date is being set: it cannot be a day already gone.
    """
    checks = (
        _title(draft),
        _due(draft.due_on, today) if today else None,
        _cause(draft),
        _criterion(draft.criterion),
        _verify_on(draft),
    )
    return tuple(refusal for refusal in checks if refusal)


def _title(draft: ActionDraft) -> Refusal | None:
    if not draft.title.strip():
        return Refusal("title_missing", N_("Dites en une ligne ce qui est à faire."), HOUSE)
    if len(draft.title) > TITLE_MAX:
        return Refusal(
            "title_long",
            N_(
                "Le titre compte %(count)d caractères : au plus %(most)d.",
                count=len(draft.title),
                most=TITLE_MAX,
            ),
            HOUSE,
        )
    return None


def _due(due_on: date | None, today: date) -> Refusal | None:
    if due_on is None:
        return Refusal("due_missing", N_("Donnez la nouvelle échéance."), HOUSE)
    if due_on < today:
        return Refusal("due_past", N_("L’échéance est déjà passée : choisissez un jour."), HOUSE)
    return None


def _cause(draft: ActionDraft) -> Refusal | None:
    if draft.kind is ActionKind.CORRECTIVE and not draft.cause.strip():
        return Refusal(
            "cause_missing",
            N_("Une action corrective supprime une cause : écrivez laquelle."),
            f"{CHAIN} b",
        )
    return None


def _criterion(criterion: str) -> Refusal | None:
    if not criterion.strip():
        return Refusal(
            "criterion_missing",
            N_("Écrivez avant de commencer ce qui montrera que l’action a été efficace."),
            f"{CHAIN} d",
        )
    return None


def _verify_on(draft: ActionDraft) -> Refusal | None:
    if draft.verify_on is not None and draft.verify_on < draft.due_on:
        return Refusal(
            "verify_before_due",
            N_("L’efficacité se vérifie après l’échéance, pas avant."),
            f"{CHAIN} d",
        )
    return None


# --- how it moves ---


@dataclass(frozen=True, slots=True, kw_only=True)
class Move:
    """What the person wrote while moving an action."""

    note: str = ""
    """What was done, what was seen, or why: depends on the move."""
    due_on: date | None = None
    """The new due date, where one is asked."""
    cause: str = ""
    """The cause as now understood, when the first one did not hold."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ActionFacts:
    """All that the rules may know of an action that moves; ``queries.action_facts`` builds it."""

    owner_id: int
    actor_id: int
    criterion: str
    proof_count: int
    due_on: date
    verify_on: date | None
    today: date
    note: str
    new_due_on: date | None


def something_shows_it(facts: ActionFacts) -> Refusal | None:
    """Who did something says what, or shows it."""
    if not facts.note.strip() and not facts.proof_count:
        return Refusal(
            "nothing_shows_it",
            N_("Ajoutez une photo ou un document, ou écrivez une phrase sur ce qui a été fait."),
            f"{RECORDS} a",
        )
    return None


def criterion_is_written(facts: ActionFacts) -> Refusal | None:
    """What will be judged is known before it is done."""
    return _criterion(facts.criterion)


def verifier_is_another_person(facts: ActionFacts) -> Refusal | None:
    """Nobody judges the effect of their own action."""
    if facts.actor_id == facts.owner_id:
        return Refusal(
            "verifier_is_owner",
            N_("Une autre personne que le responsable de l’action vérifie son efficacité."),
            N_("règle de la maison : séparation des rôles ; ISO 19011, 4"),
        )
    return None


def time_has_passed(facts: ActionFacts) -> Refusal | None:
    """An effect is judged after the delay that was fixed."""
    if facts.verify_on is not None and facts.today < facts.verify_on:
        return Refusal(
            "too_early",
            N_(
                "L’efficacité se juge à partir du %(day)s, comme prévu au départ.",
                day=f"{facts.verify_on:%d/%m/%Y}",
            ),
            f"{CHAIN} d",
        )
    return None


def verification_is_told(facts: ActionFacts) -> Refusal | None:
    """A verification says what was looked at and seen."""
    if not facts.note.strip():
        return Refusal(
            "verification_untold",
            N_("Écrivez ce que vous avez regardé et constaté face au critère."),
            f"{RECORDS} b",
        )
    return None


def new_due_date_is_given(facts: ActionFacts) -> Refusal | None:
    """What starts again, or later, has a day to come."""
    return _due(facts.new_due_on, facts.today)


def due_date_changes(facts: ActionFacts) -> Refusal | None:
    """A postponement changes the day."""
    if facts.new_due_on == facts.due_on:
        return Refusal("due_unchanged", N_("C’est déjà l’échéance de cette action."), HOUSE)
    return None


def reason_is_told(facts: ActionFacts) -> Refusal | None:
    """Why stays on record."""
    if not facts.note.strip():
        return Refusal("reason_missing", N_("Dites pourquoi : la raison reste au journal."), HOUSE)
    return None


def owner_does_not_cancel(facts: ActionFacts) -> Refusal | None:
    """Whoever must do it does not decide alone that it need not be done."""
    if facts.actor_id == facts.owner_id:
        return Refusal(
            "owner_cancels",
            N_("Une autre personne que le responsable de l’action décide de l’annuler."),
            HOUSE,
        )
    return None


S, P = ActionStatus, Permission
ACTION_WORKFLOW: Workflow[ActionStatus, ActionFacts] = Workflow(
    initial=S.OPEN,
    transitions=(
        Transition(
            name="do",
            label=N_("C’est fait"),
            sources=frozenset({S.OPEN}),
            target=S.DONE,
            permission=P.ACTION_DO,
            guards=(criterion_is_written, something_shows_it),
        ),
        Transition(
            name="verify-effective",
            label=N_("L’action est efficace"),
            sources=frozenset({S.DONE}),
            target=S.EFFECTIVE,
            permission=P.ACTION_VERIFY,
            guards=(
                verifier_is_another_person,
                criterion_is_written,
                time_has_passed,
                verification_is_told,
            ),
        ),
        Transition(
            name="verify-ineffective",
            label=N_("L’action n’est pas efficace : rouvrir"),
            sources=frozenset({S.DONE}),
            target=S.OPEN,
            permission=P.ACTION_VERIFY,
            guards=(verifier_is_another_person, verification_is_told, new_due_date_is_given),
        ),
        Transition(
            name="change-due-date",
            label=N_("Changer l’échéance"),
            sources=frozenset({S.OPEN}),
            target=S.OPEN,
            permission=P.ACTION_PLAN,
            guards=(new_due_date_is_given, due_date_changes, reason_is_told),
            asks_reason=True,
        ),
        Transition(
            name="cancel",
            label=N_("Annuler l’action"),
            sources=frozenset({S.OPEN}),
            target=S.CANCELLED,
            permission=P.ACTION_PLAN,
            guards=(owner_does_not_cancel, reason_is_told),
            asks_reason=True,
        ),
    ),
)

# --- when its owner is reminded ---

REMINDER_OFFSETS = (-30, -7, 0, 7)
"""Days from the due date on which the owner hears of it."""
DUE_SOON_DAYS = 7


def due_reminder(due_on: date, today: date, *, given_on: date) -> int | None:
    """Return the offset that the owner should have heard of by ``today``, ``None`` for none.

    It is the latest one passed, so that a server that was down that day sends it once at its next
    run and never all those it missed. What fell on or before ``given_on``, the day when the due
    date was given, is not said again: the person has just been told.
    """
    passed = [
        offset for offset in REMINDER_OFFSETS if given_on < due_on + timedelta(days=offset) <= today
    ]
    return max(passed, default=None)


def late_days(due_on: date, today: date) -> int:
    """Return how many days late something is, 0 until its due date has passed."""
    return max((today - due_on).days, 0)


# --- how its history is worded ---

VERBS: dict[str, Message] = {
    "action.plan": N_("Action demandée"),
    "action.edit": N_("Action modifiée"),
    "action.do": N_("Action réalisée"),
    "action.verify-effective": N_("Action vérifiée efficace"),
    "action.verify-ineffective": N_("Action jugée non efficace, rouverte"),
    "action.change-due-date": N_("Échéance changée"),
    "action.cancel": N_("Action annulée"),
    "action.attach": N_("Preuve ajoutée"),
}
"""What each verb of the event chain says to people."""

MOVED: dict[str, Message] = {
    "do": N_("C’est noté : une autre personne vérifiera que l’action a été efficace."),
    "verify-effective": N_("Action vérifiée efficace."),
    "verify-ineffective": N_("Action rouverte : son responsable est prévenu."),
    "change-due-date": N_("Nouvelle échéance enregistrée, avec sa raison."),
    "cancel": N_("Action annulée, avec sa raison."),
}
"""What is said to the person who has just moved an action."""
