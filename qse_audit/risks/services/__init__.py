"""Changing risk analyses. Each function is one act: it checks, changes, records; none commits."""

from qse_audit.risks.services.analyses import (
    create_analysis,
    edit_analysis,
    move_analysis,
    set_team,
)
from qse_audit.risks.services.batches import Written, write_lines
from qse_audit.risks.services.copying import copy_analysis
from qse_audit.risks.services.families import look_at_model, mark_family
from qse_audit.risks.services.imports import (
    Preview,
    analysis_named,
    import_lines,
    importer,
    preview_lines,
    read_for,
)
from qse_audit.risks.services.lines import add_risk, edit_risk, restore_risk, withdraw_risk
from qse_audit.risks.services.ratings import rate_risk
from qse_audit.risks.services.scales import restore_scale, take_scale, withdraw_scale
from qse_audit.risks.services.sections import (
    add_section,
    edit_section,
    place_section,
    remove_section,
    step_section,
)
from qse_audit.risks.services.thresholds import is_rated, set_thresholds
from qse_audit.risks.services.versions import freeze_version

__all__ = [
    "Preview",
    "Written",
    "add_risk",
    "add_section",
    "analysis_named",
    "copy_analysis",
    "create_analysis",
    "edit_analysis",
    "edit_risk",
    "edit_section",
    "freeze_version",
    "import_lines",
    "importer",
    "is_rated",
    "look_at_model",
    "mark_family",
    "move_analysis",
    "place_section",
    "preview_lines",
    "rate_risk",
    "read_for",
    "remove_section",
    "restore_risk",
    "restore_scale",
    "set_team",
    "set_thresholds",
    "step_section",
    "take_scale",
    "withdraw_risk",
    "withdraw_scale",
    "write_lines",
]
