"""Scales of a firm’s own, with their versions."""

import sqlalchemy as sa
from alembic import op

from qse_audit.db.constraints import append_only_statements
from qse_audit.db.migrations.wall import stand_behind

revision = "0034"
down_revision = "0033"

FROZEN = ("risk_scale_version",)
"""Tables whose rows never change."""


def upgrade() -> None:
    """Create the tables."""
    _create_risk_scale()
    _create_risk_scale_version()
    for table in FROZEN:
        for statement in append_only_statements(table, op.get_bind().dialect.name):
            op.execute(statement)
    stand_behind("risk_scale")
    stand_behind("risk_scale_version", parent="risk_scale", key="scale_id")


def downgrade() -> None:
    """Drop the tables."""
    op.drop_table("risk_scale_version")
    op.drop_table("risk_scale")
    if op.get_bind().dialect.name == "postgresql":
        for table in FROZEN:
            op.execute(f"DROP FUNCTION {table}_append_only()")


def _create_risk_scale() -> None:
    op.create_table(
        "risk_scale",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("organisation_id", sa.Integer(), nullable=False),
        sa.Column("key", sa.String(length=64), nullable=False),
        sa.Column("withdrawn_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("withdrawn_reason", sa.Text(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint("length(trim(key)) > 0", name=op.f("ck_risk_scale_key_not_blank")),
        sa.CheckConstraint(
            "withdrawn_at IS NULL OR length(trim(withdrawn_reason)) > 0",
            name=op.f("ck_risk_scale_withdrawn_with_reason"),
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id"],
            ["organisation.id"],
            name=op.f("fk_risk_scale_organisation_id_organisation"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_risk_scale")),
        sa.UniqueConstraint("organisation_id", "key", name=op.f("uq_risk_scale_organisation_id")),
    )


def _create_risk_scale_version() -> None:
    op.create_table(
        "risk_scale_version",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("scale_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("data", sa.JSON(), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("taken_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("taken_by_id", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "length(sha256) = 64", name=op.f("ck_risk_scale_version_sha256_is_sha256")
        ),
        sa.CheckConstraint("number > 0", name=op.f("ck_risk_scale_version_number_from_one")),
        sa.ForeignKeyConstraint(
            ["scale_id"], ["risk_scale.id"], name=op.f("fk_risk_scale_version_scale_id_risk_scale")
        ),
        sa.ForeignKeyConstraint(
            ["taken_by_id"], ["person.id"], name=op.f("fk_risk_scale_version_taken_by_id_person")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_risk_scale_version")),
        sa.UniqueConstraint("scale_id", "number", name=op.f("uq_risk_scale_version_scale_id")),
    )
