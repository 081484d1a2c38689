"""Changing risk analyses. Each function is one act: it checks, changes, records; none commits."""

from qse_audit.risks.services.analyses import (
    create_analysis,
    edit_analysis,
    move_analysis,
    set_team,
)
from qse_audit.risks.services.lines import (
    add_risk,
    edit_risk,
    restore_risk,
    withdraw_risk,
    write_lines,
)
from qse_audit.risks.services.ratings import rate_risk
from qse_audit.risks.services.sections import (
    add_section,
    edit_section,
    place_section,
    remove_section,
    step_section,
)
from qse_audit.risks.services.versions import freeze_version

__all__ = [
    "add_risk",
    "add_section",
    "create_analysis",
    "edit_analysis",
    "edit_risk",
    "edit_section",
    "freeze_version",
    "move_analysis",
    "place_section",
    "rate_risk",
    "remove_section",
    "restore_risk",
    "set_team",
    "step_section",
    "withdraw_risk",
    "write_lines",
]
