"""Changing works: their turns, and what a kind of work is made of."""

from qse_audit.works.services.kinds import BACK, Ending, Task, WorkKind
from qse_audit.works.services.turns import (
    beat,
    claim_work,
    end_badly,
    end_well,
    forget_works,
    give_back,
    recover_works,
    see_work,
)

__all__ = [
    "BACK",
    "Ending",
    "Task",
    "WorkKind",
    "beat",
    "claim_work",
    "end_badly",
    "end_well",
    "forget_works",
    "give_back",
    "recover_works",
    "see_work",
]
