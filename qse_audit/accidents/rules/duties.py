"""What the law asks after an event, by when, and whether it was done in time. Pure.

The clocks and their texts were read in their published versions (Code de la sécurité sociale,
Code du travail, Code de l’environnement) in 2025; the interface cites each beside its duty.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from qse_audit.accidents.rules.codes import WORK_ACCIDENTS, Category, DutyCode, EventKind
from qse_audit.accidents.rules.holidays import after_counted_hours
from qse_audit.core.errors import Refusal
from qse_audit.core.text import N_, Coded, Message

DECLARATION_HOURS = 48
AGENCY_HOURS = 24
INSPECTION_HOURS = 12
MAX_PROOF_LETTERS = 300
SOON_HOURS = 24
"""How long before its end a duty is told again."""

SOURCES: Mapping[DutyCode, Message] = {
    DutyCode.DECLARE: N_("Code de la sécurité sociale, L441-2 et R441-3"),
    DutyCode.INSCRIBE: N_("Code de la sécurité sociale, D441-3"),
    DutyCode.AGENCY: N_("Code de la sécurité sociale, R412-2"),
    DutyCode.INSPECTION: N_("Code du travail, R4121-5"),
    DutyCode.ENVIRONMENT: N_("Code de l’environnement, R512-69"),
}
NEW_CIRCUMSTANCE = N_("Code de la sécurité sociale, L441-4 et R441-5")
"""An accident cared for on the spot that later needs a stop or treatment."""

TERMS: Mapping[DutyCode, Message] = {
    DutyCode.DECLARE: N_(
        "48 heures après en avoir eu connaissance, dimanches et jours fériés non compris."
    ),
    DutyCode.INSCRIBE: N_(
        "48 heures, dimanches et jours fériés non compris, si l’entreprise tient ce registre ; "
        "sinon l’accident se déclare à la caisse."
    ),
    DutyCode.AGENCY: N_(
        "24 heures, par lettre recommandée ; copie à la Carsat et à l’inspection du travail. "
        "L’entreprise de travail temporaire fait la déclaration à la caisse."
    ),
    DutyCode.INSPECTION: N_(
        "Tout de suite, et au plus tard 12 heures après le décès, ou après en avoir eu "
        "connaissance. Si la personne n’est pas salariée ici, l’obligation est celle de son "
        "employeur : vérifiez qu’il l’a fait."
    ),
    DutyCode.ENVIRONMENT: N_(
        "Dans les meilleurs délais, si l’incident vient d’une installation classée et peut porter "
        "atteinte à l’environnement ou au voisinage."
    ),
}
"""What each duty says, in our own words."""


class DutyState(Coded):
    """Where a duty stands."""

    TO_DO = "duty_to_do", N_("À faire")
    LATE = "duty_late", N_("En retard")
    DONE = "duty_done", N_("Fait")
    DONE_LATE = "duty_done_late", N_("Fait en retard")
    NOT_DUE = "duty_not_due", N_("Sans objet")


UNANSWERED = (DutyState.TO_DO, DutyState.LATE)


@dataclass(frozen=True, slots=True, kw_only=True)
class DutyFacts:
    """All that the clocks depend on."""

    kind: EventKind
    category: Category | None
    known_at: datetime
    """When the employer knew."""
    requalified_at: datetime | None = None
    """When an accident cared for on the spot turned out to need more."""
    fatal_at: datetime | None = None
    """The death, or when the employer knew of it."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What was said of a duty."""

    done_at: datetime | None
    """``None``: it does not apply, for a reason."""
    words: str = ""
    """The proof, or the reason."""
    by: str = ""
    recorded_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Duty:
    """One thing that the law asks, and whether it is done."""

    code: DutyCode
    source: Message
    term: Message
    due_at: datetime | None
    """``None``: as soon as possible, without a figure."""
    state: DutyState
    late: timedelta = timedelta()
    """How late it was done, or is now."""
    answer: Answer | None = None

    @property
    def is_answered(self) -> bool:
        """Say whether nothing more is expected."""
        return self.state not in UNANSWERED

    @property
    def late_hours(self) -> int:
        """Return the lateness in hours begun."""
        return -(-int(self.late.total_seconds()) // 3600)


def due_dates(facts: DutyFacts) -> dict[DutyCode, tuple[datetime | None, Message]]:
    """Return what is asked after an event: by when, and the text that asks it."""
    found: dict[DutyCode, tuple[datetime | None, Message]] = {}
    kind = facts.kind
    hurts = kind in WORK_ACCIDENTS or kind is EventKind.COMMUTING
    if hurts and facts.category is Category.TEMPORARY:
        hours = timedelta(hours=AGENCY_HOURS)
        found[DutyCode.AGENCY] = (facts.known_at + hours, SOURCES[DutyCode.AGENCY])
    if hurts and facts.category in {None, Category.EMPLOYEE}:
        code = DutyCode.INSCRIBE if kind is EventKind.FIRST_AID else DutyCode.DECLARE
        found[code] = _declared_by(facts, code)
    if facts.fatal_at is not None and kind in WORK_ACCIDENTS:
        hours = timedelta(hours=INSPECTION_HOURS)
        found[DutyCode.INSPECTION] = (facts.fatal_at + hours, SOURCES[DutyCode.INSPECTION])
    if kind is EventKind.ENVIRONMENTAL:
        found[DutyCode.ENVIRONMENT] = (None, SOURCES[DutyCode.ENVIRONMENT])
    return found


def _declared_by(facts: DutyFacts, code: DutyCode) -> tuple[datetime, Message]:
    if facts.requalified_at is not None and code is DutyCode.DECLARE:
        late = facts.requalified_at + timedelta(hours=DECLARATION_HOURS)
        return late, NEW_CIRCUMSTANCE
    return after_counted_hours(facts.known_at, DECLARATION_HOURS), SOURCES[code]


def duties(facts: DutyFacts, answers: Mapping[DutyCode, Answer], now: datetime) -> tuple[Duty, ...]:
    """Return what is asked after an event and where it stands, the earliest due first."""
    found = [
        _duty(code, due_at, source, answer=answers.get(code), now=now)
        for code, (due_at, source) in due_dates(facts).items()
    ]
    return tuple(sorted(found, key=lambda each: (each.due_at is None, each.due_at or now)))


def _duty(
    code: DutyCode,
    due_at: datetime | None,
    source: Message,
    *,
    answer: Answer | None,
    now: datetime,
) -> Duty:
    at = now if answer is None else answer.done_at
    late = max(at - due_at, timedelta()) if at and due_at else timedelta()
    if answer is None:
        state = DutyState.LATE if late else DutyState.TO_DO
    elif answer.done_at is None:
        state = DutyState.NOT_DUE
    else:
        state = DutyState.DONE_LATE if late else DutyState.DONE
    return Duty(
        code=code,
        source=source,
        term=TERMS[code],
        due_at=due_at,
        state=state,
        late=late,
        answer=answer,
    )


def answer_refusals(
    code: DutyCode, answer: Answer, facts: DutyFacts, *, happened_at: datetime, now: datetime
) -> tuple[Refusal, ...]:
    """Return every reason why a duty cannot be marked so."""
    found = []
    if code not in due_dates(facts):
        found.append(Refusal("no_such_duty", N_("Cet événement ne demande pas cette démarche.")))
    if answer.done_at is None and not answer.words.strip():
        reason = N_("Dites pourquoi la démarche est sans objet.")
        found.append(Refusal("words", reason, SOURCES[code]))
    if answer.done_at is not None and not answer.words.strip():
        proof = N_("Citez la preuve : numéro de déclaration, accusé de réception, courrier.")
        found.append(Refusal("words", proof, SOURCES[code]))
    if answer.done_at is not None and answer.done_at > now:
        found.append(Refusal("done_at", N_("La démarche ne peut pas être faite dans le futur.")))
    if answer.done_at is not None and answer.done_at < happened_at:
        before = N_("La démarche ne peut pas précéder l’événement.")
        found.append(Refusal("done_at", before))
    return tuple(found)


def unanswered(found: Sequence[Duty]) -> tuple[Duty, ...]:
    """Return the duties that still ask for something."""
    return tuple(each for each in found if not each.is_answered)
