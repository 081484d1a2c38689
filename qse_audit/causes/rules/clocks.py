"""The clocks of an 8D: what is due when, and how late it was. Pure."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from qse_audit.causes.rules.codes import NodeKind, Slot
from qse_audit.causes.rules.tree import Tree
from qse_audit.core.text import N_, Coded

MOST_HOURS, MOST_DAYS = 24 * 30, 730


@dataclass(frozen=True, slots=True)
class Delays:
    """How long a customer, or the house, gives for the steps of an 8D, from its start."""

    contain_hours: int = 24
    """For D3."""
    cause_days: int = 10
    """For D4 and D5."""
    close_days: int = 60
    """For D8."""

    def of(self, step: Slot) -> timedelta | None:
        """Return what is given for a step, ``None`` for one without a clock."""
        return {
            Slot.D3: timedelta(hours=self.contain_hours),
            Slot.D4: timedelta(days=self.cause_days),
            Slot.D5: timedelta(days=self.cause_days),
            Slot.D8: timedelta(days=self.close_days),
        }.get(step)


USUAL = Delays()
"""What customers of the trade often ask for."""


class ClockState(Coded):
    """Where a step stands against its clock."""

    RUNNING = "running", N_("Dans les temps")
    OVERDUE = "overdue", N_("En retard")
    KEPT = "kept", N_("Tenu")
    MISSED = "missed", N_("Tenu en retard")


@dataclass(frozen=True, slots=True)
class Clock:
    """One step of an 8D against what was given for it."""

    step: Slot
    due_at: datetime
    done_at: datetime | None
    state: ClockState
    gap: timedelta
    """The time left, or by how much it was missed; never negative."""

    @property
    def is_late(self) -> bool:
        """Say whether the time given was not enough."""
        return self.state in {ClockState.OVERDUE, ClockState.MISSED}


def clocks_of(
    tree: Tree, delays: Delays, *, started_at: datetime, now: datetime
) -> tuple[Clock, ...]:
    """Return the clocks of an 8D, in the order of its steps."""
    found = []
    for node in tree.of(NodeKind.STEP):
        given = delays.of(node.slot) if node.slot else None
        if node.slot is not None and given is not None:
            found.append(_clock(node.slot, started_at + given, done_at=node.done_at, now=now))
    return tuple(found)


def _clock(step: Slot, due_at: datetime, *, done_at: datetime | None, now: datetime) -> Clock:
    is_late = (done_at or now) > due_at
    if done_at is None:
        state = ClockState.OVERDUE if is_late else ClockState.RUNNING
    else:
        state = ClockState.MISSED if is_late else ClockState.KEPT
    return Clock(step, due_at, done_at, state, abs((done_at or now) - due_at))
