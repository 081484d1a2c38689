"""Risk analyses: one engine for every method."""

import sqlalchemy as sa
from alembic import op

from qse_audit.db.constraints import append_only_statements
from qse_audit.db.migrations.wall import stand_behind

revision = "0027"
down_revision = "0026"

FROZEN = (
    "risk_rating",
    "risk_version",
)
"""Tables whose rows never change."""


def upgrade() -> None:
    """Create the tables."""
    _create_risk_analysis()
    _create_risk_member()
    _create_risk_section()
    _create_risk_version()
    _create_risk()
    _create_risk_rating()
    for table in FROZEN:
        for statement in append_only_statements(table, op.get_bind().dialect.name):
            op.execute(statement)
    stand_behind("risk_analysis")
    stand_behind("risk")
    for table in ("risk_member", "risk_section", "risk_version"):
        stand_behind(table, parent="risk_analysis", key="analysis_id")
    stand_behind("risk_rating", parent="risk")


def downgrade() -> None:
    """Drop the tables."""
    op.drop_table("risk_rating")
    op.drop_table("risk")
    op.drop_table("risk_version")
    op.drop_table("risk_section")
    op.drop_table("risk_member")
    op.drop_table("risk_analysis")
    if op.get_bind().dialect.name == "postgresql":
        for table in FROZEN:
            op.execute(f"DROP FUNCTION {table}_append_only()")


def _create_risk_analysis() -> None:
    op.create_table(
        "risk_analysis",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("organisation_id", sa.Integer(), nullable=False),
        sa.Column("reference", sa.String(length=20), nullable=False),
        sa.Column("title", sa.String(length=200), nullable=False),
        sa.Column(
            "method",
            sa.Enum(
                "fmea_process",
                "fmea_product",
                "fmea_equipment",
                "occupational",
                "environmental",
                "preliminary",
                name="riskmethod_known",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("domains", sa.JSON(), nullable=False),
        sa.Column("scale", sa.JSON(), nullable=False),
        sa.Column("question", sa.Text(), nullable=False),
        sa.Column("scope", sa.Text(), nullable=False),
        sa.Column("process_id", sa.Integer(), nullable=True),
        sa.Column("site_id", sa.Integer(), nullable=True),
        sa.Column("owner_id", sa.Integer(), nullable=True),
        sa.Column(
            "status",
            sa.Enum(
                "draft",
                "in_force",
                "archived",
                name="analysisstatus_known",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("review_on", sa.Date(), nullable=True),
        sa.Column("triggers", sa.Text(), nullable=False),
        sa.Column("last_number", sa.Integer(), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_by_id", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "length(trim(title)) > 0", name=op.f("ck_risk_analysis_title_not_blank")
        ),
        sa.ForeignKeyConstraint(
            ["created_by_id"], ["person.id"], name=op.f("fk_risk_analysis_created_by_id_person")
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id"],
            ["organisation.id"],
            name=op.f("fk_risk_analysis_organisation_id_organisation"),
        ),
        sa.ForeignKeyConstraint(
            ["owner_id"], ["person.id"], name=op.f("fk_risk_analysis_owner_id_person")
        ),
        sa.ForeignKeyConstraint(
            ["process_id"], ["process.id"], name=op.f("fk_risk_analysis_process_id_process")
        ),
        sa.ForeignKeyConstraint(
            ["site_id"], ["site.id"], name=op.f("fk_risk_analysis_site_id_site")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_risk_analysis")),
        sa.UniqueConstraint(
            "organisation_id", "reference", name=op.f("uq_risk_analysis_organisation_id")
        ),
    )
    op.create_index(
        "ix_risk_analysis_list", "risk_analysis", ["organisation_id", "status", "id"], unique=False
    )
    op.create_index("ix_risk_analysis_owner", "risk_analysis", ["owner_id"], unique=False)
    op.create_index(
        "ix_risk_analysis_review", "risk_analysis", ["status", "review_on"], unique=False
    )


def _create_risk_member() -> None:
    op.create_table(
        "risk_member",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("analysis_id", sa.Integer(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=True),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("function", sa.String(length=120), nullable=False),
        sa.CheckConstraint(
            "person_id IS NOT NULL OR length(trim(name)) > 0 OR length(trim(function)) > 0",
            name=op.f("ck_risk_member_says_who"),
        ),
        sa.ForeignKeyConstraint(
            ["analysis_id"],
            ["risk_analysis.id"],
            name=op.f("fk_risk_member_analysis_id_risk_analysis"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.id"], name=op.f("fk_risk_member_person_id_person")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_risk_member")),
    )
    op.create_index(
        "ix_risk_member_analysis", "risk_member", ["analysis_id", "position"], unique=False
    )


def _create_risk_section() -> None:
    op.create_table(
        "risk_section",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("analysis_id", sa.Integer(), nullable=False),
        sa.Column("parent_id", sa.Integer(), nullable=True),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("title", sa.String(length=200), nullable=False),
        sa.Column("description", sa.Text(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint("length(trim(title)) > 0", name=op.f("ck_risk_section_title_not_blank")),
        sa.CheckConstraint(
            "parent_id IS NULL OR parent_id <> id", name=op.f("ck_risk_section_not_its_own_parent")
        ),
        sa.ForeignKeyConstraint(
            ["analysis_id"],
            ["risk_analysis.id"],
            name=op.f("fk_risk_section_analysis_id_risk_analysis"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["parent_id"], ["risk_section.id"], name=op.f("fk_risk_section_parent_id_risk_section")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_risk_section")),
    )
    op.create_index(
        "ix_risk_section_analysis", "risk_section", ["analysis_id", "position"], unique=False
    )


def _create_risk_version() -> None:
    op.create_table(
        "risk_version",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("analysis_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("document", sa.Text(), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("approved_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("approved_by_id", sa.Integer(), nullable=False),
        sa.Column("kept_until", sa.Date(), nullable=True),
        sa.Column("head_seq", sa.Integer(), nullable=False),
        sa.Column("head_hash", sa.String(length=64), nullable=False),
        sa.CheckConstraint(
            "length(head_hash) = 64", name=op.f("ck_risk_version_head_hash_is_sha256")
        ),
        sa.CheckConstraint("length(sha256) = 64", name=op.f("ck_risk_version_sha256_is_sha256")),
        sa.CheckConstraint(
            "length(trim(reason)) > 0", name=op.f("ck_risk_version_reason_not_blank")
        ),
        sa.ForeignKeyConstraint(
            ["analysis_id"],
            ["risk_analysis.id"],
            name=op.f("fk_risk_version_analysis_id_risk_analysis"),
        ),
        sa.ForeignKeyConstraint(
            ["approved_by_id"], ["person.id"], name=op.f("fk_risk_version_approved_by_id_person")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_risk_version")),
        sa.UniqueConstraint("analysis_id", "number", name=op.f("uq_risk_version_analysis_id")),
    )


def _create_risk() -> None:
    op.create_table(
        "risk",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("organisation_id", sa.Integer(), nullable=False),
        sa.Column("analysis_id", sa.Integer(), nullable=False),
        sa.Column("section_id", sa.Integer(), nullable=True),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("situation", sa.Text(), nullable=False),
        sa.Column("event", sa.Text(), nullable=False),
        sa.Column("effect", sa.Text(), nullable=False),
        sa.Column("cause", sa.Text(), nullable=False),
        sa.Column("prevention", sa.Text(), nullable=False),
        sa.Column("detection", sa.Text(), nullable=False),
        sa.Column("family", sa.String(length=32), nullable=False),
        sa.Column("details", sa.JSON(), nullable=False),
        sa.Column("notes", sa.JSON(none_as_null=True), nullable=True),
        sa.Column("score", sa.Integer(), nullable=True),
        sa.Column("band", sa.String(length=32), nullable=True),
        sa.Column("risk_rank", sa.Integer(), nullable=True),
        sa.Column(
            "stage",
            sa.Enum(
                "gross",
                "net",
                "planned",
                "verified",
                name="ratingstage_known",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=True,
        ),
        sa.Column("rated_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("planned_notes", sa.JSON(none_as_null=True), nullable=True),
        sa.Column("planned_score", sa.Integer(), nullable=True),
        sa.Column("planned_band", sa.String(length=32), nullable=True),
        sa.Column("planned_rank", sa.Integer(), nullable=True),
        sa.Column("withdrawn_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("withdrawn_reason", sa.Text(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "stage IS NULL OR stage <> 'planned'", name=op.f("ck_risk_planned_is_not_reached")
        ),
        sa.CheckConstraint(
            "(notes IS NULL) = (score IS NULL) AND (score IS NULL) = (band IS NULL) AND (band IS NULL) = (risk_rank IS NULL)",
            name=op.f("ck_risk_rated_whole"),
        ),
        sa.CheckConstraint(
            "(planned_notes IS NULL) = (planned_band IS NULL) AND (planned_notes IS NULL) = (planned_rank IS NULL)",
            name=op.f("ck_risk_planned_whole"),
        ),
        sa.CheckConstraint(
            "(stage IS NULL) = (notes IS NULL)", name=op.f("ck_risk_rated_at_a_stage")
        ),
        sa.CheckConstraint(
            "risk_rank IS NULL OR risk_rank BETWEEN 1 AND 3", name=op.f("ck_risk_rank_in_range")
        ),
        sa.CheckConstraint(
            "withdrawn_at IS NULL OR length(trim(withdrawn_reason)) > 0",
            name=op.f("ck_risk_withdrawn_with_reason"),
        ),
        sa.ForeignKeyConstraint(
            ["analysis_id"], ["risk_analysis.id"], name=op.f("fk_risk_analysis_id_risk_analysis")
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id"],
            ["organisation.id"],
            name=op.f("fk_risk_organisation_id_organisation"),
        ),
        sa.ForeignKeyConstraint(
            ["section_id"], ["risk_section.id"], name=op.f("fk_risk_section_id_risk_section")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_risk")),
        sa.UniqueConstraint("analysis_id", "number", name=op.f("uq_risk_analysis_id")),
    )
    op.create_index(
        "ix_risk_section", "risk", ["analysis_id", "section_id", "position", "id"], unique=False
    )
    op.create_index("ix_risk_top", "risk", ["organisation_id", "risk_rank", "id"], unique=False)


def _create_risk_rating() -> None:
    op.create_table(
        "risk_rating",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("risk_id", sa.Integer(), nullable=False),
        sa.Column(
            "stage",
            sa.Enum(
                "gross",
                "net",
                "planned",
                "verified",
                name="ratingstage_known",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("notes", sa.JSON(), nullable=False),
        sa.Column("score", sa.Integer(), nullable=False),
        sa.Column("band", sa.String(length=32), nullable=False),
        sa.Column("risk_rank", sa.Integer(), nullable=False),
        sa.Column("overrides", sa.JSON(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("proof", sa.Text(), nullable=False),
        sa.Column("design_change", sa.Text(), nullable=False),
        sa.Column("action_ids", sa.JSON(), nullable=False),
        sa.Column("rated_by_id", sa.Integer(), nullable=False),
        sa.Column("rated_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["rated_by_id"], ["person.id"], name=op.f("fk_risk_rating_rated_by_id_person")
        ),
        sa.ForeignKeyConstraint(["risk_id"], ["risk.id"], name=op.f("fk_risk_rating_risk_id_risk")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_risk_rating")),
    )
    op.create_index("ix_risk_rating_risk", "risk_rating", ["risk_id", "id"], unique=False)
