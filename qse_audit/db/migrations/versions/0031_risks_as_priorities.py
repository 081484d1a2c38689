"""A priority may come from a line of a risk analysis."""

from alembic import op

revision = "0031"
down_revision = "0030"


def upgrade() -> None:
    """Add the line, at most one living priority each."""
    op.execute(
        "ALTER TABLE priority ADD COLUMN risk_id INTEGER"
        " CONSTRAINT fk_priority_risk_id_risk REFERENCES risk (id)"
    )
    op.execute(
        "CREATE UNIQUE INDEX uq_priority_risk ON priority (risk_id) WHERE withdrawn_at IS NULL"
    )


def downgrade() -> None:
    """Take it back."""
    op.drop_index("uq_priority_risk", table_name="priority")
    op.drop_column("priority", "risk_id")
