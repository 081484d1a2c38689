"""Families of risk analyses: the models, and what began from them."""

import sqlalchemy as sa
from alembic import op

from qse_audit.db.migrations.wall import stand_behind

revision = "0035"
down_revision = "0034"


def upgrade() -> None:
    """Create the tables."""
    op.add_column(
        "risk_analysis",
        sa.Column("is_family", sa.Boolean(), nullable=False, server_default=sa.false()),
    )
    _create_risk_copy()
    stand_behind("risk_copy", parent="risk_analysis", key="analysis_id")


def downgrade() -> None:
    """Drop the tables."""
    op.drop_table("risk_copy")
    op.drop_column("risk_analysis", "is_family")


def _create_risk_copy() -> None:
    op.create_table(
        "risk_copy",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("analysis_id", sa.Integer(), nullable=False),
        sa.Column("model_id", sa.Integer(), nullable=False),
        sa.Column("lines", sa.JSON(), nullable=False),
        sa.Column("copied_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("seen_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("analysis_id <> model_id", name=op.f("ck_risk_copy_not_its_own_model")),
        sa.ForeignKeyConstraint(
            ["analysis_id"],
            ["risk_analysis.id"],
            name=op.f("fk_risk_copy_analysis_id_risk_analysis"),
        ),
        sa.ForeignKeyConstraint(
            ["model_id"], ["risk_analysis.id"], name=op.f("fk_risk_copy_model_id_risk_analysis")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_risk_copy")),
        sa.UniqueConstraint("analysis_id", name=op.f("uq_risk_copy_analysis_id")),
    )
    op.create_index("ix_risk_copy_model", "risk_copy", ["model_id"], unique=False)
