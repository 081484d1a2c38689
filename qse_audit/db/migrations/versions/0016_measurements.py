"""The values of indicators, their corrections and their signals."""

import sqlalchemy as sa
from alembic import op

from qse_audit.db.base import BigId
from qse_audit.db.constraints import append_only_statements

revision = "0016"
down_revision = "0015"

FROZEN = ("measurement_correction",)
"""Tables whose rows never change."""


def upgrade() -> None:
    """Create the tables."""
    _create_indicator_signal()
    _create_measurement()
    _create_measurement_correction()
    for table in FROZEN:
        for statement in append_only_statements(table, op.get_bind().dialect.name):
            op.execute(statement)


def downgrade() -> None:
    """Drop the tables."""
    op.drop_table("measurement_correction")
    op.drop_table("measurement")
    op.drop_table("indicator_signal")
    if op.get_bind().dialect.name == "postgresql":
        for table in FROZEN:
            op.execute(f"DROP FUNCTION {table}_append_only()")


def _create_indicator_signal() -> None:
    op.create_table(
        "indicator_signal",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("organisation_id", sa.Integer(), nullable=False),
        sa.Column("indicator_id", sa.Integer(), nullable=False),
        sa.Column("rule", sa.String(length=8), nullable=False),
        sa.Column("from_on", sa.Date(), nullable=False),
        sa.Column("until_on", sa.Date(), nullable=False),
        sa.Column("is_favourable", sa.Boolean(), nullable=True),
        sa.Column("found_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("analysis", sa.Text(), nullable=False),
        sa.Column("cause", sa.Text(), nullable=False),
        sa.Column("analysed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("analysed_by_id", sa.Integer(), nullable=True),
        sa.Column("answer_kind", sa.String(length=32), nullable=False),
        sa.Column("answer_id", sa.Integer(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "(analysed_at IS NULL) = (analysed_by_id IS NULL)",
            name=op.f("ck_indicator_signal_analysed_by_name"),
        ),
        sa.CheckConstraint(
            "analysed_at IS NULL OR length(trim(analysis)) > 0",
            name=op.f("ck_indicator_signal_analysed_with_words"),
        ),
        sa.ForeignKeyConstraint(
            ["analysed_by_id"],
            ["person.id"],
            name=op.f("fk_indicator_signal_analysed_by_id_person"),
        ),
        sa.ForeignKeyConstraint(
            ["indicator_id"],
            ["indicator.id"],
            name=op.f("fk_indicator_signal_indicator_id_indicator"),
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id"],
            ["organisation.id"],
            name=op.f("fk_indicator_signal_organisation_id_organisation"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_indicator_signal")),
        sa.UniqueConstraint(
            "indicator_id", "rule", "from_on", name=op.f("uq_indicator_signal_indicator_id")
        ),
    )
    op.create_index(
        "ix_indicator_signal_open",
        "indicator_signal",
        ["organisation_id", "analysed_at", "id"],
        unique=False,
    )


def _create_measurement() -> None:
    op.create_table(
        "measurement",
        sa.Column("id", BigId, nullable=False),
        sa.Column("organisation_id", sa.Integer(), nullable=False),
        sa.Column("indicator_id", sa.Integer(), nullable=False),
        sa.Column("period_on", sa.Date(), nullable=False),
        sa.Column("inputs", sa.JSON(), nullable=False),
        sa.Column("value", sa.String(length=60), nullable=True),
        sa.Column("is_complete", sa.Boolean(), nullable=False),
        sa.Column("late_days", sa.Integer(), nullable=False),
        sa.Column("source", sa.String(length=200), nullable=False),
        sa.Column("comment", sa.Text(), nullable=False),
        sa.Column("entered_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("entered_by_id", sa.Integer(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint("late_days >= 0", name=op.f("ck_measurement_late_days_not_negative")),
        sa.ForeignKeyConstraint(
            ["entered_by_id"], ["person.id"], name=op.f("fk_measurement_entered_by_id_person")
        ),
        sa.ForeignKeyConstraint(
            ["indicator_id"], ["indicator.id"], name=op.f("fk_measurement_indicator_id_indicator")
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id"],
            ["organisation.id"],
            name=op.f("fk_measurement_organisation_id_organisation"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_measurement")),
        sa.UniqueConstraint("indicator_id", "period_on", name=op.f("uq_measurement_indicator_id")),
    )
    op.create_index(
        "ix_measurement_entered", "measurement", ["organisation_id", "entered_at"], unique=False
    )


def _create_measurement_correction() -> None:
    op.create_table(
        "measurement_correction",
        sa.Column("id", BigId, nullable=False),
        sa.Column("measurement_id", BigId, nullable=False),
        sa.Column("inputs_before", sa.JSON(), nullable=False),
        sa.Column("value_before", sa.String(length=60), nullable=True),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("corrected_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("corrected_by_id", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(
            ["corrected_by_id"],
            ["person.id"],
            name=op.f("fk_measurement_correction_corrected_by_id_person"),
        ),
        sa.ForeignKeyConstraint(
            ["measurement_id"],
            ["measurement.id"],
            name=op.f("fk_measurement_correction_measurement_id_measurement"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_measurement_correction")),
    )
    op.create_index(
        "ix_measurement_correction_of",
        "measurement_correction",
        ["measurement_id", "id"],
        unique=False,
    )
