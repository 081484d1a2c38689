"""Indicators may count from the register of accidents."""

from qse_audit.db.migrations.codes import set_codes

revision = "0032"
down_revision = "0031"

BEFORE = (
    "audits_planned",
    "audits_done",
    "reports_issued",
    "reports_on_time",
    "questions_applicable",
    "questions_conforming",
    "findings_major",
    "findings_minor",
    "findings_concern",
    "findings_opportunity",
    "nonconformities_closed",
    "nonconformities_recurring",
    "median_closure_days",
    "actions_due",
    "actions_closed_on_time",
    "actions_overdue",
    "actions_open",
    "actions_verified",
    "actions_effective",
    "indicator_values_due",
    "indicator_values_on_time",
)
ADDED = (
    "accidents_stop",
    "accidents_no_stop",
    "days_lost",
    "near_misses",
    "hours_worked",
    "headcount",
)
CHECK = "ck_indicator_variable_automaticsource_known"


def upgrade() -> None:
    """Accept the new sources."""
    set_codes("indicator_variable", "automatic", CHECK, BEFORE + ADDED)


def downgrade() -> None:
    """Accept only the sources of before."""
    set_codes("indicator_variable", "automatic", CHECK, BEFORE)
