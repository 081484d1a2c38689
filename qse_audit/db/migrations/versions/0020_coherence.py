"""The conflicts, the accepted anomalies and the reports of coherence."""

import sqlalchemy as sa
from alembic import op

from qse_audit.db.constraints import append_only_statements

revision = "0020"
down_revision = "0019"

FROZEN = (
    "anomaly_acceptance",
    "coherence_report",
)
"""Tables whose rows never change."""


def upgrade() -> None:
    """Create the tables."""
    _create_anomaly_acceptance()
    _create_coherence_report()
    _create_arbitration()
    for table in FROZEN:
        for statement in append_only_statements(table, op.get_bind().dialect.name):
            op.execute(statement)


def downgrade() -> None:
    """Drop the tables."""
    op.drop_table("arbitration")
    op.drop_table("coherence_report")
    op.drop_table("anomaly_acceptance")
    if op.get_bind().dialect.name == "postgresql":
        for table in FROZEN:
            op.execute(f"DROP FUNCTION {table}_append_only()")


def _create_anomaly_acceptance() -> None:
    op.create_table(
        "anomaly_acceptance",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("organisation_id", sa.Integer(), nullable=False),
        sa.Column("key", sa.String(length=120), nullable=False),
        sa.Column("figures_sha256", sa.String(length=64), nullable=False),
        sa.Column("is_withdrawn", sa.Boolean(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("said_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("said_by_id", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "length(figures_sha256) = 64",
            name=op.f("ck_anomaly_acceptance_figures_sha256_is_sha256"),
        ),
        sa.CheckConstraint(
            "length(trim(reason)) > 0", name=op.f("ck_anomaly_acceptance_reason_not_blank")
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id"],
            ["organisation.id"],
            name=op.f("fk_anomaly_acceptance_organisation_id_organisation"),
        ),
        sa.ForeignKeyConstraint(
            ["said_by_id"], ["person.id"], name=op.f("fk_anomaly_acceptance_said_by_id_person")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_anomaly_acceptance")),
    )
    op.create_index(
        "ix_anomaly_acceptance_key",
        "anomaly_acceptance",
        ["organisation_id", "key", "id"],
        unique=False,
    )


def _create_coherence_report() -> None:
    op.create_table(
        "coherence_report",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("organisation_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("reference", sa.String(length=20), nullable=False),
        sa.Column("document", sa.Text(), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("open_count", sa.Integer(), nullable=False),
        sa.Column("accepted_count", sa.Integer(), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("made_by_id", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "length(sha256) = 64", name=op.f("ck_coherence_report_sha256_is_sha256")
        ),
        sa.ForeignKeyConstraint(
            ["made_by_id"], ["person.id"], name=op.f("fk_coherence_report_made_by_id_person")
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id"],
            ["organisation.id"],
            name=op.f("fk_coherence_report_organisation_id_organisation"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_coherence_report")),
        sa.UniqueConstraint(
            "organisation_id", "number", name=op.f("uq_coherence_report_organisation_id")
        ),
    )


def _create_arbitration() -> None:
    op.create_table(
        "arbitration",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("organisation_id", sa.Integer(), nullable=False),
        sa.Column("first_id", sa.Integer(), nullable=False),
        sa.Column("second_id", sa.Integer(), nullable=False),
        sa.Column("conflict", sa.Text(), nullable=False),
        sa.Column("decision", sa.Text(), nullable=False),
        sa.Column("declared_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("declared_by_id", sa.Integer(), nullable=False),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("decided_by_id", sa.Integer(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "(decided_at IS NULL) = (decided_by_id IS NULL)",
            name=op.f("ck_arbitration_decided_by_name"),
        ),
        sa.CheckConstraint(
            "decided_at IS NULL OR length(trim(decision)) > 0",
            name=op.f("ck_arbitration_decided_with_words"),
        ),
        sa.CheckConstraint(
            "first_id < second_id", name=op.f("ck_arbitration_two_objectives_in_order")
        ),
        sa.CheckConstraint(
            "length(trim(conflict)) > 0", name=op.f("ck_arbitration_conflict_not_blank")
        ),
        sa.ForeignKeyConstraint(
            ["decided_by_id"], ["person.id"], name=op.f("fk_arbitration_decided_by_id_person")
        ),
        sa.ForeignKeyConstraint(
            ["declared_by_id"], ["person.id"], name=op.f("fk_arbitration_declared_by_id_person")
        ),
        sa.ForeignKeyConstraint(
            ["first_id"], ["objective.id"], name=op.f("fk_arbitration_first_id_objective")
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id"],
            ["organisation.id"],
            name=op.f("fk_arbitration_organisation_id_organisation"),
        ),
        sa.ForeignKeyConstraint(
            ["second_id"], ["objective.id"], name=op.f("fk_arbitration_second_id_objective")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_arbitration")),
        sa.UniqueConstraint("first_id", "second_id", name=op.f("uq_arbitration_first_id")),
    )
    op.create_index("ix_arbitration_organisation", "arbitration", ["organisation_id"], unique=False)
    op.create_index("ix_arbitration_second", "arbitration", ["second_id"], unique=False)
