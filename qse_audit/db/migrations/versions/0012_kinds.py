"""Kinds of objects of the policy, the indicators and the objectives."""

from qse_audit.db.migrations.codes import set_codes

revision = "0012"
down_revision = "0011"

BEFORE = (
    "audit",
    "checklist_item",
    "finding",
    "action",
    "report",
    "evidence",
    "candidacy",
    "situation",
    "dossier",
)
ADDED = (
    "context_issue",
    "interested_party",
    "proposal",
    "policy",
    "indicator",
    "signal",
    "objective",
    "arbitration",
    "coherence",
    "balance",
)
COLUMNS = (
    ("participation", "subject_kind", "ck_participation_kind_known"),
    ("notice", "subject_kind", "ck_notice_kind_known"),
    ("evidence", "origin_kind", "ck_evidence_kind_known"),
    ("finding", "origin_kind", "ck_finding_kind_known"),
    ("action", "origin_kind", "ck_action_origin_kind_known"),
    ("action", "context_kind", "ck_action_context_kind_known"),
    ("situation_record", "record_kind", "ck_situation_record_kind_known"),
)


def upgrade() -> None:
    """Accept the new kinds."""
    for table, column, constraint in COLUMNS:
        set_codes(table, column, constraint, BEFORE + ADDED)


def downgrade() -> None:
    """Accept only the kinds of before."""
    for table, column, constraint in COLUMNS:
        set_codes(table, column, constraint, BEFORE)
