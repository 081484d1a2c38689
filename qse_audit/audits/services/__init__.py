"""Changing audits. Each function is one act: it checks, changes, records; it never commits."""

from qse_audit.audits.services.checklists import (
    answer,
    attach_evidence,
    make_checklist,
    share_sections,
    state_finding,
)
from qse_audit.audits.services.moves import move_audit
from qse_audit.audits.services.planning import change_plan, create_audit, set_criteria, set_team
from qse_audit.audits.services.plans import AuditPlan, AuditTeam, Criteria
from qse_audit.audits.services.reporting import (
    REPORT_WORK,
    ReportWords,
    ask_report,
    issue_report,
    next_number,
    prepare_report,
    write_report,
)

__all__ = [
    "REPORT_WORK",
    "AuditPlan",
    "AuditTeam",
    "Criteria",
    "ReportWords",
    "answer",
    "ask_report",
    "attach_evidence",
    "change_plan",
    "create_audit",
    "issue_report",
    "make_checklist",
    "move_audit",
    "next_number",
    "prepare_report",
    "set_criteria",
    "set_team",
    "share_sections",
    "state_finding",
    "write_report",
]
