"""Kinds of objects of the risk analyses; the principle of prevention that an action follows."""

from alembic import op

from qse_audit.db.migrations.codes import set_codes

revision = "0025"
down_revision = "0024"

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
ADDED = (
    "cause_analysis",
    "accident",
    "risk_analysis",
    "risk",
    "risk_version",
    "workshop",
)
PRINCIPLES = (
    "avoid",
    "assess",
    "source",
    "adapt",
    "progress",
    "replace",
    "plan",
    "collective",
    "individual",
    "instruct",
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
    known = ", ".join(repr(code) for code in PRINCIPLES)
    op.execute(
        "ALTER TABLE action ADD COLUMN principle VARCHAR(32)"
        f" CONSTRAINT ck_action_preventionprinciple_known CHECK (principle IN ({known}))"
    )


def downgrade() -> None:
    """Accept only the kinds of before; what is tied to the others goes with them."""
    added = ", ".join(repr(kind) for kind in ADDED)
    proofs = f"SELECT id FROM action WHERE origin_kind IN ({added})"
    op.execute(f"DELETE FROM action_proof WHERE action_id IN ({proofs})")
    for table, column, _ in reversed(COLUMNS):
        op.execute(f"DELETE FROM {table} WHERE {column} IN ({added})")
    op.drop_column("action", "principle")
    for table, column, constraint in COLUMNS:
        set_codes(table, column, constraint, BEFORE)
