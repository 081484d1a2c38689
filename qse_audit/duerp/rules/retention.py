"""How long versions are kept, and which were in force when: forty years, for those who ask. Pure.

R4121-4 of the labour code: each version is kept forty years from its making, and a former worker
may read those in force while they worked there.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from qse_audit.core.errors import Refusal
from qse_audit.core.text import N_
from qse_audit.duerp.rules.codes import HOUSE, KEPT

KEPT_YEARS = 40


@dataclass(frozen=True, slots=True, kw_only=True)
class InForce:
    """A version with the days on which it was the one in force."""

    id: int
    number: int
    from_on: date
    until_on: date | None
    """The last day; ``None``: still in force."""


def kept_until(made_on: date) -> date:
    """Return the last day on which a version made on ``made_on`` must be kept."""
    try:
        return made_on.replace(year=made_on.year + KEPT_YEARS)
    except ValueError:
        return date(made_on.year + KEPT_YEARS, 3, 1)


def deletion_refusal(number: int, made_on: date, today: date) -> Refusal:
    """Return why an approved version is not deleted: the law, and afterwards the register."""
    until = kept_until(made_on)
    words = {"number": number, "day": f"{until:%d/%m/%Y}"}
    if today <= until:
        told = N_(
            "La version %(number)d est conservée jusqu’au %(day)s : quarante ans à compter de son "
            "élaboration. Une erreur se corrige par une nouvelle version.",
            **words,
        )
        return Refusal("kept_forty_years", told, KEPT)
    told = N_(
        "La version %(number)d devait être conservée jusqu’au %(day)s ; elle reste au registre, "
        "dont rien ne s’efface.",
        **words,
    )
    return Refusal("kept_in_register", told, HOUSE)


def spans(versions: Iterable[tuple[int, int, date]]) -> tuple[InForce, ...]:
    """Return the days of each version, given as (id, number, approved on), the oldest first.

    A version is in force from the day of its approval until the day before the next; one that was
    replaced on the day of its approval was in force that day.
    """
    ordered = sorted(versions, key=lambda each: (each[2], each[1]))
    found = []
    for place, (key, number, from_on) in enumerate(ordered):
        last = None
        if place + 1 < len(ordered):
            following = ordered[place + 1][2]
            last = max(from_on, date.fromordinal(following.toordinal() - 1))
        found.append(InForce(id=key, number=number, from_on=from_on, until_on=last))
    return tuple(found)


def in_force_on(versions: Sequence[InForce], day: date) -> InForce | None:
    """Return the version in force on ``day``; the newest where one replaced another that day."""
    found = [each for each in versions if _covers(each, day, day)]
    return found[-1] if found else None


def in_force_between(
    versions: Sequence[InForce], first: date, last: date | None
) -> tuple[InForce, ...]:
    """Return the versions in force at some time of a period; no ``last``: until now."""
    return tuple(each for each in versions if _covers(each, first, last or date.max))


def _covers(version: InForce, first: date, last: date) -> bool:
    return version.from_on <= last and (version.until_on is None or version.until_on >= first)


def period_refusals(first: date, last: date | None, today: date) -> list[Refusal]:
    """Return what the time of a worker in the company cannot be."""
    if last is not None and last < first:
        return [Refusal("period_backwards", N_("La fin de la période est avant son début."))]
    if first > today:
        return [Refusal("period_not_begun", N_("La période n’a pas commencé."))]
    return []
