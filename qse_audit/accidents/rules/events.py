"""What makes an event acceptable, and how its treatment moves. Pure."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, fields
from datetime import datetime
from typing import Any

from qse_audit.accidents.rules.codes import (
    HARMS,
    OPEN,
    WORK_ACCIDENTS,
    Category,
    EventKind,
    EventStatus,
    Potential,
)
from qse_audit.core.errors import Refusal
from qse_audit.core.permissions import Permission
from qse_audit.core.text import N_, Message
from qse_audit.core.workflow import Transition, Workflow
from qse_audit.findings.rules import blaming_words

MAX_PLACE_LETTERS = 200
MAX_FUNCTION_LETTERS = 120
MAX_TEXT_LETTERS = 8_000
FIRST_YEAR = 1980
HOUSE = N_("règle de la maison")
CLAUSE_10_2 = "ISO 45001:2018, 10.2"
PRIVACY = N_("RGPD, article 9 : données de santé")


@dataclass(frozen=True, slots=True, kw_only=True)
class EventDraft:
    """What people write of an event."""

    kind: EventKind
    happened_at: datetime
    place: str
    facts_text: str
    """What happened, in facts; a function, never a name."""
    measures_text: str = ""
    """What was done at once."""
    category: Category | None = None
    function_label: str = ""
    potential: Potential | None = None
    process_id: int | None = None
    site_id: int | None = None
    known_at: datetime | None = None
    """When the employer knew; ``None``: when it was declared."""
    fatal_at: datetime | None = None
    causes_text: str = ""


DATES = frozenset({"happened_at", "known_at", "fatal_at"})
TEXTS: Mapping[str, int] = {
    "place": MAX_PLACE_LETTERS,
    "facts_text": MAX_TEXT_LETTERS,
    "measures_text": MAX_TEXT_LETTERS,
    "function_label": MAX_FUNCTION_LETTERS,
    "causes_text": MAX_TEXT_LETTERS,
}
"""What people write, with the most letters each may hold."""


def event_refusals(draft: EventDraft, *, now: datetime) -> tuple[Refusal, ...]:
    """Return every reason why an event cannot be recorded so."""
    return (*_missing(draft), *_long(draft), *_misdated(draft, now=now))


def _missing(draft: EventDraft) -> Iterable[Refusal]:
    if not draft.place.strip():
        yield Refusal("place", N_("Dites où cela s’est passé : un atelier, un poste, une voie."))
    if not draft.facts_text.strip():
        yield Refusal("facts_text", N_("Dites ce qui s’est passé, en une phrase de faits."))


def _long(draft: EventDraft) -> Iterable[Refusal]:
    for name, most in TEXTS.items():
        found = len(getattr(draft, name))
        if found > most:
            words = N_("Ce texte compte %(found)d caractères ; %(most)d au plus.",
                       found=found, most=most)  # fmt: skip
            yield Refusal(name, words)


def _misdated(draft: EventDraft, *, now: datetime) -> Iterable[Refusal]:
    if draft.happened_at > now:
        yield Refusal(
            "happened_at", N_("Cette date est dans le futur : un événement est déjà arrivé.")
        )
    if draft.happened_at.year < FIRST_YEAR:
        yield Refusal("happened_at", N_("Cette date est trop ancienne : vérifiez l’année."))
    if draft.known_at is not None and not draft.happened_at <= draft.known_at <= now:
        yield Refusal(
            "known_at",
            N_("L’employeur l’apprend entre le moment de l’événement et maintenant."),
        )
    if draft.fatal_at is None:
        return
    if draft.kind not in WORK_ACCIDENTS:
        yield Refusal(
            "fatal_at", N_("Un décès se rattache à un accident du travail : changez la nature.")
        )
    if not draft.happened_at <= draft.fatal_at <= now:
        yield Refusal(
            "fatal_at", N_("Le décès se place entre le moment de l’accident et maintenant.")
        )


def kind_refusals(before: EventKind, after: EventKind, *, stop_days: int) -> tuple[Refusal, ...]:
    """Return why an event cannot become another kind."""
    if not stop_days or before is after or after in _KEEP_STOPS:
        return ()
    words = N_(
        "%(days)d jours d’arrêt sont enregistrés : retirez-les d’abord, avec la raison, pour "
        "changer la nature en « %(kind)s ».",
        days=stop_days,
        kind=after.label,
    )
    return (Refusal("kind", words, HOUSE),)


_KEEP_STOPS = frozenset({EventKind.STOP, EventKind.COMMUTING, EventKind.DISEASE})


def kept(draft: EventDraft) -> dict[str, Any]:
    """Return what is stored of a draft: nothing about a victim where nobody was hurt."""
    values = {each.name: getattr(draft, each.name) for each in fields(draft)}
    values |= {name: values[name].strip() for name in TEXTS}
    if draft.kind not in HARMS:
        values |= {"category": None, "function_label": "", "fatal_at": None}
    return values


# --- words ---

_HEALTH = re.compile(
    r"""
    \bfractur\w* | \bentors\w* | \bfoul(?:ure|é)\w* | \bluxation\w* | \bbr[ûu]lures?\b
    | \bplaies?\b | \bcoupures?\b | \bh[ée]matome\w* | \bcontusion\w* | \blombalgi\w*
    | \blumbago\b | \bsciatique\b | \bhernie\b | \bamputation\w* | \bcommotion\b
    | \btraumatis\w* | \btendinit\w* | \btms\b | \bcancers?\b | \bd[ée]pression\b | \bburn[ -]?out\b
    | \bpoints?\ de\ suture | \bradiograph\w* | \bsprain\w* | \bwounds?\b | \bbruis\w*
    | \bburns?\b | \bfractured?\b | \bdiagnos\w*
    """,
    re.I | re.X,
)


def advice(*texts: str) -> tuple[Refusal, ...]:
    """Return what a text should not hold: a person, or their health; nothing here refuses."""
    found = []
    if words := blaming_words(*texts):
        found.append(
            Refusal(
                "names_a_person",
                N_(
                    "Le texte semble viser une personne (« %(words)s »). Écrivez une fonction et "
                    "des faits, pas un nom ni un jugement.",
                    words=" », « ".join(words[:5]),
                ),
                HOUSE,
            )
        )
    health = list(dict.fromkeys(m.group().casefold() for t in texts for m in _HEALTH.finditer(t)))
    if health:
        found.append(
            Refusal(
                "tells_health",
                N_(
                    "Le texte semble dire une lésion (« %(words)s »). Le registre ne garde pas de "
                    "donnée de santé : décrivez le geste, la machine, le lieu.",
                    words=" », « ".join(health[:5]),
                ),
                PRIVACY,
            )
        )
    return tuple(found)


# --- how the treatment moves ---


@dataclass(frozen=True, slots=True, kw_only=True)
class EventFacts:
    """All that the workflow may know of an event; ``queries.event_facts`` builds it."""

    kind: EventKind
    potential: Potential | None = None
    has_owner: bool = False
    was_investigated: bool = False
    causes_text: str = ""
    analyses: int = 0
    """Analyses of causes that the event opened."""
    unsettled_actions: tuple[str, ...] = ()
    """References of the actions that are neither verified effective nor cancelled."""
    unanswered_duties: tuple[Message, ...] = ()
    reason: str = ""
    """What the person says of the move."""


def has_an_owner(facts: EventFacts) -> Refusal | None:
    """Somebody leads the investigation."""
    if facts.has_owner:
        return None
    return Refusal("no_owner", N_("Désignez d’abord qui mène l’enquête."), HOUSE)


def grave_is_investigated(facts: EventFacts) -> Refusal | None:
    """What cost a stop, or could have cost a life, is investigated before it is closed."""
    is_grave = facts.kind is EventKind.STOP or facts.potential in {
        Potential.SEVERE,
        Potential.FATAL,
    }
    if not is_grave or facts.was_investigated:
        return None
    return Refusal(
        "not_investigated",
        N_(
            "Un accident avec arrêt, ou un événement qui aurait pu être grave, passe par une "
            "enquête avant d’être clos."
        ),
        CLAUSE_10_2,
    )


def is_understood(facts: EventFacts) -> Refusal | None:
    """An event is closed on its causes, or for a reason that is told."""
    if facts.causes_text.strip() or facts.analyses or facts.reason.strip():
        return None
    return Refusal(
        "no_causes",
        N_("Écrivez les causes trouvées, ou dites pourquoi l’événement est clos sans elles."),
        CLAUSE_10_2,
    )


def actions_are_settled(facts: EventFacts) -> Refusal | None:
    """Every action was verified effective by someone, or cancelled."""
    if not facts.unsettled_actions:
        return None
    return Refusal(
        "actions_unsettled",
        N_(
            "Des actions restent à réaliser ou à vérifier : %(references)s.",
            references=", ".join(facts.unsettled_actions[:10])
            + ("…" if len(facts.unsettled_actions) > 10 else ""),
        ),
        CLAUSE_10_2,
    )


def duties_are_answered(facts: EventFacts) -> Refusal | None:
    """What the law asks was done, or does not apply."""
    if not facts.unanswered_duties:
        return None
    return Refusal(
        "duties_unanswered",
        N_(
            "Une démarche attend une réponse : %(duty)s.",
            duty=facts.unanswered_duties[0],
        ),
        HOUSE,
    )


def says_why(facts: EventFacts) -> Refusal | None:
    """What changes the count is told with a reason."""
    if facts.reason.strip():
        return None
    return Refusal("reason", N_("Dites pourquoi."), HOUSE)


S, P = EventStatus, Permission
EVENT_WORKFLOW: Workflow[EventStatus, EventFacts] = Workflow(
    initial=S.DECLARED,
    transitions=(
        Transition(
            name="investigate",
            label=N_("Ouvrir l’enquête"),
            sources=frozenset({S.DECLARED}),
            target=S.INVESTIGATING,
            permission=P.ACCIDENT_TREAT,
            guards=(has_an_owner,),
        ),
        Transition(
            name="close",
            label=N_("Clore"),
            sources=frozenset(OPEN),
            target=S.CLOSED,
            permission=P.ACCIDENT_CLOSE,
            guards=(
                grave_is_investigated,
                is_understood,
                actions_are_settled,
                duties_are_answered,
            ),
        ),
        Transition(
            name="reopen",
            label=N_("Rouvrir"),
            sources=frozenset({S.CLOSED}),
            target=S.INVESTIGATING,
            permission=P.ACCIDENT_CLOSE,
            guards=(has_an_owner, says_why),
            asks_reason=True,
        ),
        Transition(
            name="dismiss",
            label=N_("Écarter : doublon ou erreur"),
            sources=frozenset(OPEN),
            target=S.DISMISSED,
            permission=P.ACCIDENT_CLOSE,
            guards=(says_why,),
            asks_reason=True,
        ),
        Transition(
            name="restore",
            label=N_("Reprendre"),
            sources=frozenset({S.DISMISSED}),
            target=S.DECLARED,
            permission=P.ACCIDENT_CLOSE,
            guards=(says_why,),
            asks_reason=True,
        ),
    ),
)

VERBS: Mapping[str, Message] = {
    "accident.declare": N_("Événement déclaré"),
    "accident.edit": N_("Fiche modifiée"),
    "accident.requalify": N_("Devenu un accident avec arrêt"),
    "accident.assign": N_("Enquête confiée"),
    "accident.stop": N_("Arrêt enregistré"),
    "accident.duty": N_("Démarche renseignée"),
    "accident.investigate": N_("Enquête ouverte"),
    "accident.close": N_("Événement clos"),
    "accident.reopen": N_("Événement rouvert"),
    "accident.dismiss": N_("Événement écarté"),
    "accident.restore": N_("Événement repris"),
    "exposure.enter": N_("Heures travaillées enregistrées"),
}
"""What the history says of each act."""
