"""Changing the cascade. Each function is one act: it checks, changes, records; none commits."""

from qse_audit.objectives.services.around import (
    archive_axis,
    create_axis,
    create_priority,
    declare_conflict,
    edit_axis,
    edit_priority,
    settle_conflict,
    withdraw_priority,
)
from qse_audit.objectives.services.judging import (
    accept_anomaly,
    freeze_report,
    withdraw_acceptance,
)
from qse_audit.objectives.services.moving import move_objective, say
from qse_audit.objectives.services.writing import (
    create_objective,
    draft_of,
    edit_objective,
    reorder,
    step,
)

__all__ = [
    "accept_anomaly",
    "archive_axis",
    "create_axis",
    "create_objective",
    "create_priority",
    "declare_conflict",
    "draft_of",
    "edit_axis",
    "edit_objective",
    "edit_priority",
    "freeze_report",
    "move_objective",
    "reorder",
    "say",
    "settle_conflict",
    "step",
    "withdraw_acceptance",
    "withdraw_priority",
]
