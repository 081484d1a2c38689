"""A person may be a member of the team of an analysis."""

from alembic import op

from qse_audit.db.migrations.codes import set_codes

revision = "0026"
down_revision = "0025"

BEFORE = (
    "lead_auditor",
    "auditor",
    "trainee_auditor",
    "technical_expert",
    "observer",
    "auditee",
    "owner",
    "verifier",
    "author",
    "candidate",
    "tutor",
    "evaluator",
    "jury",
)


def upgrade() -> None:
    """Accept the new link."""
    set_codes("participation", "link", "ck_participation_link_known", (*BEFORE, "member"))


def downgrade() -> None:
    """Accept only the links of before; members lose theirs."""
    op.execute("DELETE FROM participation WHERE link = 'member'")
    set_codes("participation", "link", "ck_participation_link_known", BEFORE)
