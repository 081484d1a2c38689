"""Days of stop: spans of calendar days, told as they become known. Pure.

Rows are never changed: the last row that begins on a day stands for that span; one without an end
takes it back. A relapse is another span.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from qse_audit.accidents.rules.codes import BECOME_STOP, STOPS_IN, EventKind
from qse_audit.core.errors import Refusal
from qse_audit.core.text import N_

MAX_DAYS = 1_096
"""Three years: as long as daily allowances may last."""
CONVENTION = N_("convention de calcul du taux de gravité")


@dataclass(frozen=True, slots=True)
class Span:
    """Days of stop, both ends included."""

    from_on: date
    until_on: date

    @property
    def days(self) -> int:
        """Return how many calendar days it holds."""
        return (self.until_on - self.from_on).days + 1

    def within(self, first: date, last: date) -> int:
        """Return how many of its days lie between two days, both included."""
        start, end = max(self.from_on, first), min(self.until_on, last)
        return max((end - start).days + 1, 0)


@dataclass(frozen=True, slots=True, kw_only=True)
class StopDraft:
    """What is told of a stop."""

    from_on: date
    until_on: date | None
    """``None``: the span was told by mistake."""
    note: str = ""


def in_force(rows: Iterable[tuple[date, date | None]]) -> tuple[Span, ...]:
    """Return the spans that hold, by their first day; ``rows`` in the order of recording."""
    last: dict[date, date | None] = dict(rows)
    return tuple(Span(start, end) for start, end in sorted(last.items()) if end is not None)


def days_of(spans: Iterable[Span]) -> int:
    """Return the calendar days of stop."""
    return sum(span.days for span in spans)


def stop_refusals(
    draft: StopDraft,
    spans: Sequence[Span],
    *,
    kind: EventKind,
    happened_on: date,
    today: date,
) -> tuple[Refusal, ...]:
    """Return every reason why a span cannot be recorded."""
    if kind not in STOPS_IN | BECOME_STOP:
        return (
            Refusal(
                "no_stop_here",
                N_(
                    "« %(kind)s » n’entraîne pas de jours d’arrêt. Si quelqu’un s’est arrêté, "
                    "changez d’abord la nature de l’événement.",
                    kind=kind.label,
                ),
                CONVENTION,
            ),
        )
    found = [*_span_refusals(draft, happened_on=happened_on, today=today)]
    replaced = next((span for span in spans if span.from_on == draft.from_on), None)
    others = [span for span in spans if span is not replaced]
    if draft.until_on is None:
        if replaced is None:
            found.append(Refusal("from_on", N_("Aucun arrêt ne commence ce jour-là.")))
    elif any(s.from_on <= draft.until_on and draft.from_on <= s.until_on for s in others):
        twice = N_("Ces jours sont déjà dans un autre arrêt : un jour ne compte qu’une fois.")
        found.append(Refusal("from_on", twice, CONVENTION))
    if _is_shorter(draft, replaced) and not draft.note.strip():
        why = N_("Dites pourquoi l’arrêt est raccourci ou retiré.")
        found.append(Refusal("note", why))
    return tuple(found)


def _is_shorter(draft: StopDraft, replaced: Span | None) -> bool:
    if replaced is None:
        return False
    return draft.until_on is None or draft.until_on < replaced.until_on


def _span_refusals(draft: StopDraft, *, happened_on: date, today: date) -> Iterable[Refusal]:
    if draft.from_on <= happened_on:
        yield Refusal(
            "from_on",
            N_(
                "L’arrêt commence au plus tôt le lendemain de l’accident : le jour de l’accident "
                "ne compte pas."
            ),
            CONVENTION,
        )
    if draft.from_on > today:
        yield Refusal("from_on", N_("L’arrêt ne peut pas commencer dans le futur."))
    if draft.until_on is None:
        return
    if draft.until_on < draft.from_on:
        yield Refusal("until_on", N_("L’arrêt finit avant de commencer."))
    if draft.until_on - draft.from_on >= timedelta(days=MAX_DAYS):
        most = N_("Un arrêt compte %(most)d jours au plus ; vérifiez l’année.", most=MAX_DAYS)
        yield Refusal("until_on", most)
