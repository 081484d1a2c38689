"""Audiences of dashboards, and the dates of rare events."""

import sqlalchemy as sa
from alembic import op

revision = "0018"
down_revision = "0017"


def upgrade() -> None:
    """Create the tables."""
    _create_indicator_audience()
    _create_indicator_event()


def downgrade() -> None:
    """Drop the tables."""
    op.drop_table("indicator_event")
    op.drop_table("indicator_audience")


def _create_indicator_audience() -> None:
    op.create_table(
        "indicator_audience",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("organisation_id", sa.Integer(), nullable=False),
        sa.Column("indicator_id", sa.Integer(), nullable=False),
        sa.Column(
            "role",
            sa.Enum(
                "administrator",
                "coordinator",
                "auditor",
                "process_owner",
                "management",
                "candidate",
                "tutor",
                "evaluator",
                "exam_staff",
                "jury",
                name="role_known",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.ForeignKeyConstraint(
            ["indicator_id"],
            ["indicator.id"],
            name=op.f("fk_indicator_audience_indicator_id_indicator"),
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id"],
            ["organisation.id"],
            name=op.f("fk_indicator_audience_organisation_id_organisation"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_indicator_audience")),
        sa.UniqueConstraint(
            "indicator_id", "role", name=op.f("uq_indicator_audience_indicator_id")
        ),
    )
    op.create_index(
        "ix_indicator_audience_role",
        "indicator_audience",
        ["organisation_id", "role"],
        unique=False,
    )


def _create_indicator_event() -> None:
    op.create_table(
        "indicator_event",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("organisation_id", sa.Integer(), nullable=False),
        sa.Column("indicator_id", sa.Integer(), nullable=False),
        sa.Column("happened_on", sa.Date(), nullable=False),
        sa.Column("note", sa.String(length=200), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("recorded_by_id", sa.Integer(), nullable=False),
        sa.Column("withdrawn_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("withdrawn_reason", sa.Text(), nullable=False),
        sa.CheckConstraint(
            "withdrawn_at IS NULL OR length(trim(withdrawn_reason)) > 0",
            name=op.f("ck_indicator_event_withdrawn_for_a_reason"),
        ),
        sa.ForeignKeyConstraint(
            ["indicator_id"],
            ["indicator.id"],
            name=op.f("fk_indicator_event_indicator_id_indicator"),
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id"],
            ["organisation.id"],
            name=op.f("fk_indicator_event_organisation_id_organisation"),
        ),
        sa.ForeignKeyConstraint(
            ["recorded_by_id"], ["person.id"], name=op.f("fk_indicator_event_recorded_by_id_person")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_indicator_event")),
    )
    op.create_index(
        "ix_indicator_event_of", "indicator_event", ["indicator_id", "happened_on"], unique=False
    )
