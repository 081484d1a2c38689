"""What the headcount asks of a DUERP: it changes the duties, never the history. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from qse_audit.core.errors import Refusal
from qse_audit.duerp.rules.codes import (
    IN_THE_FUTURE,
    MOST_EMPLOYEES,
    NO_SUCH_HEADCOUNT,
    Part,
)

YEARLY_FROM = 11
"""Employees from which the DUERP is updated at least once a year (R4121-2, 1°)."""
CSE_FROM = 11
"""Employees from which there is a CSE (L2311-2), consulted on the DUERP and its updates."""
PROGRAMME_FROM = 50
"""Employees from which measures make a yearly programme, the PAPRIPACT (L4121-3-1 III, 1°)."""


@dataclass(frozen=True, slots=True)
class Headcount:
    """How many employees there are from a day on."""

    since_on: date
    employees: int


@dataclass(frozen=True, slots=True)
class Duties:
    """What a headcount asks for; nothing is asked on a headcount that nobody gave."""

    employees: int | None

    @property
    def is_known(self) -> bool:
        """Say whether the headcount was given."""
        return self.employees is not None

    @property
    def is_yearly(self) -> bool:
        """Say whether an update is due every year."""
        return self.employees is not None and self.employees >= YEARLY_FROM

    @property
    def has_cse(self) -> bool:
        """Say whether there must be a CSE to consult."""
        return self.employees is not None and self.employees >= CSE_FROM

    @property
    def needs_programme(self) -> bool:
        """Say whether the measures must make a yearly programme."""
        return self.employees is not None and self.employees >= PROGRAMME_FROM

    @property
    def parts(self) -> tuple[Part, ...]:
        """Return who must have been asked before a version can be approved."""
        asked = (Part.DESIGNATED, Part.HEALTH_SERVICE)
        return (Part.CSE, *asked) if self.has_cse else asked


def duties_on(history: Sequence[Headcount], day: date) -> Duties:
    """Return what the headcount of ``day`` asks for.

    ``history`` stands in the order in which it was noted: of two notes for one day the later
    corrects the earlier.
    """
    found: Headcount | None = None
    for each in history:
        if each.since_on <= day and (found is None or each.since_on >= found.since_on):
            found = each
    return Duties(None if found is None else found.employees)


def headcount_refusals(noted: Headcount, today: date) -> list[Refusal]:
    """Return what a headcount cannot be."""
    refusals = [] if 0 <= noted.employees <= MOST_EMPLOYEES else [NO_SUCH_HEADCOUNT]
    return [*refusals, IN_THE_FUTURE] if noted.since_on > today else refusals
