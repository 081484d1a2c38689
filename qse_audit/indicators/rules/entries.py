"""Values that somebody enters: what may be stored, and what it changes. Pure."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from fractions import Fraction

from qse_audit.core.errors import Refusal
from qse_audit.core.numbers import decimal_text
from qse_audit.core.periods import Period
from qse_audit.core.text import N_, Message
from qse_audit.indicators.rules.cards import HOUSE
from qse_audit.indicators.rules.due import Calendar
from qse_audit.indicators.rules.pasting import Column, value_problem

SOURCE_MAX, COMMENT_MAX, REASON_MAX = 200, 2000, 1000
MOST_NAMED = 12
"""Problems of one kind that are said one by one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PeriodEntry:
    """What somebody enters for one period; a variable that is not named stays as it is."""

    period: Period
    values: Mapping[str, Fraction | None] = field(default_factory=dict)
    """By variable; ``None`` empties it."""
    comment: str | None = None
    """``None``: as it was."""
    version: int | None = None
    """The version that the person saw, 0 for a period without values; ``None``: not looked at."""
    place: Message | str = ""
    """Where it was written: ``ligne 12``; else the period names itself."""


@dataclass(frozen=True, slots=True)
class Stored:
    """What is stored for one period."""

    id: int
    period: Period
    inputs: Mapping[str, str]
    comment: str
    version: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """What an entry changes: the inputs of its period before and after."""

    period: Period
    before: Stored | None
    inputs: Mapping[str, str]
    comment: str

    @property
    def corrects(self) -> bool:
        """Say whether a number that was there becomes another one, or none."""
        before = self.before.inputs if self.before else {}
        return any(self.inputs.get(name) != text for name, text in before.items())


@dataclass(frozen=True, slots=True, kw_only=True)
class Sheet:
    """What may be entered for one indicator."""

    calendar: Calendar
    columns: Mapping[str, Column]
    """By name, those that people enter."""
    automatic: frozenset[str]
    """Names that are counted from our own records."""
    today: date


def changes(entries: Iterable[PeriodEntry], stored: Mapping[Period, Stored]) -> tuple[Change, ...]:
    """Return what ``entries`` change; what is already so is left out."""
    found = []
    for entry in entries:
        before = stored.get(entry.period)
        old = dict(before.inputs) if before else {}
        new = dict(old)
        for name, value in entry.values.items():
            if value is None:
                new.pop(name, None)
            else:
                new[name] = decimal_text(value)
        comment = (before.comment if before else "") if entry.comment is None else entry.comment
        is_new_comment = comment.strip() != (before.comment if before else "")
        if new != old or is_new_comment:
            found.append(
                Change(period=entry.period, before=before, inputs=new, comment=comment.strip())
            )
    return tuple(found)


def entry_refusals(sheet: Sheet, entries: Sequence[PeriodEntry]) -> tuple[Refusal, ...]:
    """Return everything that cannot be stored, each with its place."""
    seen: dict[Period, PeriodEntry] = {}
    found: list[Refusal] = []
    for entry in entries:
        place = entry.place or entry.period.label
        for code, message in _wrong(sheet, entry, seen):
            words = N_("%(place)s : %(message)s", place=place, message=message)
            found.append(Refusal(code, words, HOUSE))
        seen.setdefault(entry.period, entry)
    return tuple(found)


def _wrong(
    sheet: Sheet, entry: PeriodEntry, seen: Mapping[Period, PeriodEntry]
) -> Iterator[tuple[str, Message]]:
    period = entry.period
    if period.frequency is not sheet.calendar.frequency:
        yield "frequency", N_("%(period)s ; attendu : une période par %(frequency)s",
                              period=period.label,
                              frequency=sheet.calendar.frequency.label)  # fmt: skip
        return
    if earlier := seen.get(period):
        yield "period_twice", N_("%(period)s est déjà donné (%(place)s) ; attendu : une seule fois",
                                 period=period.label,
                                 place=earlier.place or earlier.period.label)  # fmt: skip
    if period.starts_on > sheet.today:
        yield "period_to_come", N_("%(period)s n’a pas commencé ; attendu : une période passée ou "
                                   "en cours", period=period.label)  # fmt: skip
    if sheet.calendar.is_closed(period):
        yield "period_closed", N_("%(period)s est clos depuis le %(day)s ; attendu : une période "
                                  "ouverte", period=period.label,
                                  day=f"{sheet.calendar.closed_until:%d/%m/%Y}")  # fmt: skip
    if entry.comment is not None and len(entry.comment) > COMMENT_MAX:
        yield "comment_long", N_("commentaire de %(count)d caractères ; attendu : au plus %(most)d",
                                 count=len(entry.comment), most=COMMENT_MAX)  # fmt: skip
    for name, value in entry.values.items():
        yield from _wrong_value(sheet, name, value)


def _wrong_value(sheet: Sheet, name: str, value: Fraction | None) -> Iterator[tuple[str, Message]]:
    column = sheet.columns.get(name)
    if name in sheet.automatic:
        yield "automatic", N_("« %(name)s » est compté depuis nos fiches ; attendu : rien à "
                              "saisir", name=name)  # fmt: skip
    elif column is None:
        known = ", ".join(sheet.columns) or "—"
        yield "unknown_variable", N_("« %(name)s » n’est pas une grandeur de cet indicateur ; "
                                     "attendu : %(known)s", name=name, known=known)  # fmt: skip
    elif value is not None and (problem := value_problem(value, column)):
        yield "value", N_("%(label)s : %(problem)s", label=column.label, problem=problem)


def reason_refusals(found: Sequence[Change], reason: str) -> tuple[Refusal, ...]:
    """Return that a reason is missing, when numbers that were there are corrected."""
    corrected = [change for change in found if change.corrects]
    if not corrected or reason.strip():
        return ()
    shown = ", ".join(change.period.iso for change in corrected[:MOST_NAMED])
    more = "…" if len(corrected) > MOST_NAMED else ""
    message = N_(
        "Vous corrigez des valeurs déjà saisies (%(periods)s) : dites pourquoi ; les anciennes "
        "restent dans l’historique.",
        periods=shown + more,
    )
    return (Refusal("reason_missing", message, HOUSE),)


def conflicts(
    entries: Sequence[PeriodEntry], stored: Mapping[Period, Stored]
) -> tuple[dict[str, str], dict[str, str]]:
    """Return (theirs, yours) of what changed since the person looked, by ``2026-03 name``."""
    theirs: dict[str, str] = {}
    yours: dict[str, str] = {}
    for entry in entries:
        now = stored.get(entry.period)
        if entry.version is None or entry.version == (now.version if now else 0):
            continue
        for name, value in entry.values.items():
            mine = "" if value is None else decimal_text(value)
            other = (now.inputs if now else {}).get(name, "")
            if mine != other:
                theirs[f"{entry.period.iso} {name}"] = other
                yours[f"{entry.period.iso} {name}"] = mine
    return theirs, yours
