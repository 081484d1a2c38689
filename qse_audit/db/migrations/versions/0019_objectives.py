"""The axes, the objectives, their talk and the priorities."""

import sqlalchemy as sa
from alembic import op

from qse_audit.db.constraints import append_only_statements

revision = "0019"
down_revision = "0018"

FROZEN = ("objective_talk",)
"""Tables whose rows never change."""


def upgrade() -> None:
    """Create the tables."""
    _create_axis()
    _create_priority()
    _create_axis_commitment()
    _create_objective()
    _create_objective_commitment()
    _create_objective_talk()
    _create_priority_objective()
    for table in FROZEN:
        for statement in append_only_statements(table, op.get_bind().dialect.name):
            op.execute(statement)


def downgrade() -> None:
    """Drop the tables."""
    op.drop_table("priority_objective")
    op.drop_table("objective_talk")
    op.drop_table("objective_commitment")
    op.drop_table("objective")
    op.drop_table("axis_commitment")
    op.drop_table("priority")
    op.drop_table("axis")
    if op.get_bind().dialect.name == "postgresql":
        for table in FROZEN:
            op.execute(f"DROP FUNCTION {table}_append_only()")


def _create_axis() -> None:
    op.create_table(
        "axis",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("organisation_id", sa.Integer(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("title", sa.String(length=200), nullable=False),
        sa.Column("horizon", sa.String(length=120), nullable=False),
        sa.Column("archived_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint("length(trim(title)) > 0", name=op.f("ck_axis_title_not_blank")),
        sa.ForeignKeyConstraint(
            ["organisation_id"],
            ["organisation.id"],
            name=op.f("fk_axis_organisation_id_organisation"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_axis")),
        sa.UniqueConstraint("organisation_id", "title", name=op.f("uq_axis_organisation_id")),
    )


def _create_priority() -> None:
    op.create_table(
        "priority",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("organisation_id", sa.Integer(), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "significant_aspect",
                "high_risk",
                "legal_gap",
                "improvement",
                name="prioritykind_known",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("title", sa.String(length=200), nullable=False),
        sa.Column("fact", sa.Text(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_by_id", sa.Integer(), nullable=False),
        sa.Column("withdrawn_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint("length(trim(title)) > 0", name=op.f("ck_priority_title_not_blank")),
        sa.ForeignKeyConstraint(
            ["created_by_id"], ["person.id"], name=op.f("fk_priority_created_by_id_person")
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id"],
            ["organisation.id"],
            name=op.f("fk_priority_organisation_id_organisation"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_priority")),
    )
    op.create_index(
        "ix_priority_list", "priority", ["organisation_id", "withdrawn_at", "id"], unique=False
    )


def _create_axis_commitment() -> None:
    op.create_table(
        "axis_commitment",
        sa.Column("axis_id", sa.Integer(), nullable=False),
        sa.Column("sentence_key", sa.String(length=36), nullable=False),
        sa.ForeignKeyConstraint(
            ["axis_id"],
            ["axis.id"],
            name=op.f("fk_axis_commitment_axis_id_axis"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("axis_id", "sentence_key", name=op.f("pk_axis_commitment")),
    )


def _create_objective() -> None:
    op.create_table(
        "objective",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("organisation_id", sa.Integer(), nullable=False),
        sa.Column("reference", sa.String(length=20), nullable=False),
        sa.Column("parent_id", sa.Integer(), nullable=True),
        sa.Column("axis_id", sa.Integer(), nullable=True),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column(
            "level",
            sa.Enum(
                "company",
                "site",
                "process",
                "unit",
                name="level_known",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column(
            "domain",
            sa.Enum(
                "quality",
                "safety",
                "environment",
                "energy",
                "other",
                name="domain_known",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column(
            "status",
            sa.Enum(
                "draft",
                "proposed",
                "running",
                "reached",
                "missed",
                "dropped",
                name="objectivestatus_known",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("title", sa.String(length=200), nullable=False),
        sa.Column("description", sa.Text(), nullable=False),
        sa.Column("site_id", sa.Integer(), nullable=True),
        sa.Column("process_id", sa.Integer(), nullable=True),
        sa.Column("unit_name", sa.String(length=120), nullable=False),
        sa.Column("owner_id", sa.Integer(), nullable=True),
        sa.Column("resources", sa.Text(), nullable=False),
        sa.Column("starts_on", sa.Date(), nullable=True),
        sa.Column("due_on", sa.Date(), nullable=True),
        sa.Column("reviewed_on", sa.Date(), nullable=True),
        sa.Column("indicator_id", sa.Integer(), nullable=True),
        sa.Column(
            "direction",
            sa.Enum(
                "up",
                "down",
                "nominal",
                name="direction_known",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=True,
        ),
        sa.Column("measure_unit", sa.String(length=60), nullable=False),
        sa.Column("baseline", sa.String(length=60), nullable=True),
        sa.Column("target", sa.String(length=60), nullable=True),
        sa.Column(
            "roll_up",
            sa.Enum(
                "none",
                "sum",
                "mean",
                "minimum",
                "maximum",
                name="rollup_known",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("weight", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_by_id", sa.Integer(), nullable=False),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("closing_note", sa.Text(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "(status IN ('reached', 'missed', 'dropped')) = (closed_at IS NOT NULL)",
            name=op.f("ck_objective_closed_at_iff"),
        ),
        sa.CheckConstraint(
            "status = 'draft' OR owner_id IS NOT NULL",
            name=op.f("ck_objective_owned_once_proposed"),
        ),
        sa.CheckConstraint("length(trim(title)) > 0", name=op.f("ck_objective_title_not_blank")),
        sa.CheckConstraint(
            "parent_id IS NULL OR parent_id <> id", name=op.f("ck_objective_not_its_own_parent")
        ),
        sa.CheckConstraint(
            "starts_on IS NULL OR due_on IS NULL OR due_on >= starts_on",
            name=op.f("ck_objective_due_after_start"),
        ),
        sa.CheckConstraint("weight > 0", name=op.f("ck_objective_weight_positive")),
        sa.ForeignKeyConstraint(["axis_id"], ["axis.id"], name=op.f("fk_objective_axis_id_axis")),
        sa.ForeignKeyConstraint(
            ["created_by_id"], ["person.id"], name=op.f("fk_objective_created_by_id_person")
        ),
        sa.ForeignKeyConstraint(
            ["indicator_id"], ["indicator.id"], name=op.f("fk_objective_indicator_id_indicator")
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id"],
            ["organisation.id"],
            name=op.f("fk_objective_organisation_id_organisation"),
        ),
        sa.ForeignKeyConstraint(
            ["owner_id"], ["person.id"], name=op.f("fk_objective_owner_id_person")
        ),
        sa.ForeignKeyConstraint(
            ["parent_id"], ["objective.id"], name=op.f("fk_objective_parent_id_objective")
        ),
        sa.ForeignKeyConstraint(
            ["process_id"], ["process.id"], name=op.f("fk_objective_process_id_process")
        ),
        sa.ForeignKeyConstraint(["site_id"], ["site.id"], name=op.f("fk_objective_site_id_site")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_objective")),
        sa.UniqueConstraint(
            "organisation_id", "reference", name=op.f("uq_objective_organisation_id")
        ),
    )
    op.create_index("ix_objective_indicator", "objective", ["indicator_id"], unique=False)
    op.create_index(
        "ix_objective_owner", "objective", ["owner_id", "status", "due_on"], unique=False
    )
    op.create_index("ix_objective_parent", "objective", ["parent_id"], unique=False)
    op.create_index(
        "ix_objective_tree", "objective", ["organisation_id", "position", "id"], unique=False
    )


def _create_objective_commitment() -> None:
    op.create_table(
        "objective_commitment",
        sa.Column("objective_id", sa.Integer(), nullable=False),
        sa.Column("sentence_key", sa.String(length=36), nullable=False),
        sa.ForeignKeyConstraint(
            ["objective_id"],
            ["objective.id"],
            name=op.f("fk_objective_commitment_objective_id_objective"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint(
            "objective_id", "sentence_key", name=op.f("pk_objective_commitment")
        ),
    )


def _create_objective_talk() -> None:
    op.create_table(
        "objective_talk",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("objective_id", sa.Integer(), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "proposal",
                "answer",
                "agreement",
                name="talkkind_known",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("target", sa.String(length=60), nullable=True),
        sa.Column("due_on", sa.Date(), nullable=True),
        sa.Column("said_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("said_by_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["objective_id"],
            ["objective.id"],
            name=op.f("fk_objective_talk_objective_id_objective"),
        ),
        sa.ForeignKeyConstraint(
            ["said_by_id"], ["person.id"], name=op.f("fk_objective_talk_said_by_id_person")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_objective_talk")),
    )
    op.create_index(
        "ix_objective_talk_objective", "objective_talk", ["objective_id", "id"], unique=False
    )


def _create_priority_objective() -> None:
    op.create_table(
        "priority_objective",
        sa.Column("priority_id", sa.Integer(), nullable=False),
        sa.Column("objective_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["objective_id"],
            ["objective.id"],
            name=op.f("fk_priority_objective_objective_id_objective"),
        ),
        sa.ForeignKeyConstraint(
            ["priority_id"],
            ["priority.id"],
            name=op.f("fk_priority_objective_priority_id_priority"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("priority_id", "objective_id", name=op.f("pk_priority_objective")),
    )
