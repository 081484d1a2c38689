"""Evidence is tied to the checklist question at which it was gathered."""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"


def upgrade() -> None:
    """Add the column and its index."""
    key = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
    op.add_column("evidence", sa.Column("checklist_item_id", key, nullable=True))
    op.create_index("ix_evidence_question", "evidence", ["checklist_item_id"])


def downgrade() -> None:
    """Drop them."""
    op.drop_index("ix_evidence_question", "evidence")
    op.drop_column("evidence", "checklist_item_id")
