"""The versions of the DUERP, and the registers beside them."""

import sqlalchemy as sa
from alembic import op

from qse_audit.db.constraints import append_only_statements, frozen_row_statements
from qse_audit.db.migrations.versions.parts.duerp_registers import (
    create_duerp_event,
    create_duerp_measure,
    create_duerp_place,
    create_duerp_request,
    create_duerp_transmission,
    create_headcount,
)
from qse_audit.db.migrations.wall import stand_behind

revision = "0029"
down_revision = "0028"

FROZEN = (
    "headcount",
    "duerp_record",
    "duerp_transmission",
)
"""Tables whose rows never change."""
OWN = ("headcount", "duerp_place", "duerp_version", "duerp_event", "duerp_measure", "duerp_request")
"""Tables of one organisation."""
OF_A_VERSION = ("duerp_contribution", "duerp_record", "duerp_transmission")
"""Tables whose rows belong to a version."""


def upgrade() -> None:
    """Create the tables."""
    create_duerp_place()
    create_duerp_request()
    create_headcount()
    create_duerp_measure()
    _create_duerp_version()
    _create_duerp_contribution()
    create_duerp_event()
    _create_duerp_record()
    create_duerp_transmission()
    dialect = op.get_bind().dialect.name
    for table in FROZEN:
        for statement in append_only_statements(table, dialect):
            op.execute(statement)
    for statement in frozen_row_statements("duerp_version", "status = 'approved'", dialect):
        op.execute(statement)
    for table in OWN:
        stand_behind(table)
    for table in OF_A_VERSION:
        stand_behind(table, parent="duerp_version", key="version_id")


def downgrade() -> None:
    """Drop the tables."""
    op.drop_table("duerp_transmission")
    op.drop_table("duerp_record")
    op.drop_table("duerp_event")
    op.drop_table("duerp_contribution")
    op.drop_table("duerp_version")
    op.drop_table("duerp_measure")
    op.drop_table("headcount")
    op.drop_table("duerp_request")
    op.drop_table("duerp_place")
    if op.get_bind().dialect.name == "postgresql":
        for table in FROZEN:
            op.execute(f"DROP FUNCTION {table}_append_only()")
        op.execute("DROP FUNCTION duerp_version_frozen()")


def _create_duerp_version() -> None:
    op.create_table(
        "duerp_version",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("organisation_id", sa.Integer(), nullable=False),
        sa.Column("analysis_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column(
            "status",
            sa.Enum(
                "prepared",
                "consulted",
                "approved",
                name="versionstatus_known",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("lines_sha256", sa.String(length=64), nullable=True),
        sa.Column("prepared_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("prepared_by_id", sa.Integer(), nullable=False),
        sa.Column("approved_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("approved_on", sa.Date(), nullable=True),
        sa.Column("approved_by_id", sa.Integer(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "(status = 'approved') = (approved_at IS NOT NULL) AND (approved_at IS NULL) = (approved_by_id IS NULL) AND (approved_at IS NULL) = (approved_on IS NULL)",
            name=op.f("ck_duerp_version_approved_whole"),
        ),
        sa.CheckConstraint(
            "approved_by_id IS NULL OR approved_by_id <> prepared_by_id",
            name=op.f("ck_duerp_version_approved_by_another"),
        ),
        sa.CheckConstraint(
            "length(trim(reason)) > 0", name=op.f("ck_duerp_version_reason_not_blank")
        ),
        sa.CheckConstraint("number > 0", name=op.f("ck_duerp_version_number_counts")),
        sa.ForeignKeyConstraint(
            ["analysis_id"],
            ["risk_analysis.id"],
            name=op.f("fk_duerp_version_analysis_id_risk_analysis"),
        ),
        sa.ForeignKeyConstraint(
            ["approved_by_id"], ["person.id"], name=op.f("fk_duerp_version_approved_by_id_person")
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id"],
            ["organisation.id"],
            name=op.f("fk_duerp_version_organisation_id_organisation"),
        ),
        sa.ForeignKeyConstraint(
            ["prepared_by_id"], ["person.id"], name=op.f("fk_duerp_version_prepared_by_id_person")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_duerp_version")),
        sa.UniqueConstraint("analysis_id", "number", name=op.f("uq_duerp_version_analysis_id")),
    )
    op.create_index(
        "ix_duerp_version_list",
        "duerp_version",
        ["organisation_id", "status", "approved_on", "id"],
        unique=False,
    )
    op.create_index(
        "uq_duerp_version_in_preparation",
        "duerp_version",
        ["analysis_id"],
        unique=True,
        sqlite_where=sa.text("status <> 'approved'"),
        postgresql_where=sa.text("status <> 'approved'"),
    )


def _create_duerp_contribution() -> None:
    op.create_table(
        "duerp_contribution",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("version_id", sa.Integer(), nullable=False),
        sa.Column(
            "part",
            sa.Enum(
                "cse",
                "designated",
                "health_service",
                "workers",
                "other",
                name="part_known",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("who", sa.String(length=200), nullable=False),
        sa.Column("consulted_on", sa.Date(), nullable=False),
        sa.Column("opinion", sa.Text(), nullable=False),
        sa.Column("is_absent", sa.Boolean(), nullable=False),
        sa.CheckConstraint(
            "NOT is_absent OR length(trim(opinion)) > 0",
            name=op.f("ck_duerp_contribution_absence_in_words"),
        ),
        sa.CheckConstraint(
            "is_absent OR length(trim(who)) > 0", name=op.f("ck_duerp_contribution_says_who")
        ),
        sa.ForeignKeyConstraint(
            ["version_id"],
            ["duerp_version.id"],
            name=op.f("fk_duerp_contribution_version_id_duerp_version"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_duerp_contribution")),
    )
    op.create_index(
        "ix_duerp_contribution_version", "duerp_contribution", ["version_id"], unique=False
    )


def _create_duerp_record() -> None:
    op.create_table(
        "duerp_record",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("version_id", sa.Integer(), nullable=False),
        sa.Column("risk_version_id", sa.Integer(), nullable=False),
        sa.Column("document", sa.Text(), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("approved_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("head_seq", sa.Integer(), nullable=False),
        sa.Column("head_hash", sa.String(length=64), nullable=False),
        sa.CheckConstraint(
            "length(head_hash) = 64", name=op.f("ck_duerp_record_head_hash_is_sha256")
        ),
        sa.CheckConstraint("length(sha256) = 64", name=op.f("ck_duerp_record_sha256_is_sha256")),
        sa.ForeignKeyConstraint(
            ["risk_version_id"],
            ["risk_version.id"],
            name=op.f("fk_duerp_record_risk_version_id_risk_version"),
        ),
        sa.ForeignKeyConstraint(
            ["version_id"],
            ["duerp_version.id"],
            name=op.f("fk_duerp_record_version_id_duerp_version"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_duerp_record")),
        sa.UniqueConstraint("risk_version_id", name=op.f("uq_duerp_record_risk_version_id")),
        sa.UniqueConstraint("version_id", name=op.f("uq_duerp_record_version_id")),
    )
