"""Analyses of causes: their lines, whatever the tool, and their teams."""

import sqlalchemy as sa
from alembic import op

from qse_audit.db.migrations.wall import stand_behind

revision = "0028"
down_revision = "0027"


def upgrade() -> None:
    """Create the tables."""
    _create_cause_analysis()
    _create_cause_member()
    _create_cause_node()
    stand_behind("cause_analysis")
    stand_behind("cause_member", parent="cause_analysis", key="analysis_id")
    stand_behind("cause_node", parent="cause_analysis", key="analysis_id")


def downgrade() -> None:
    """Drop the tables."""
    op.drop_table("cause_node")
    op.drop_table("cause_member")
    op.drop_table("cause_analysis")


def _create_cause_analysis() -> None:
    op.create_table(
        "cause_analysis",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("organisation_id", sa.Integer(), nullable=False),
        sa.Column("reference", sa.String(length=20), nullable=False),
        sa.Column(
            "tool",
            sa.Enum(
                "qqoqcp",
                "is_is_not",
                "pareto",
                "ishikawa",
                "five_whys",
                "cause_tree",
                "bow_tie",
                "eight_d",
                name="causetool_known",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column(
            "status",
            sa.Enum(
                "in_analysis",
                "concluded",
                "reopened",
                name="causestatus_known",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("title", sa.String(length=200), nullable=False),
        sa.Column("question", sa.Text(), nullable=False),
        sa.Column(
            "subject_kind",
            sa.Enum(
                "audit",
                "checklist_item",
                "finding",
                "action",
                "report",
                "evidence",
                "candidacy",
                "situation",
                "dossier",
                "context_issue",
                "interested_party",
                "proposal",
                "policy",
                "indicator",
                "signal",
                "objective",
                "arbitration",
                "coherence",
                "balance",
                "cause_analysis",
                "accident",
                "risk_analysis",
                "risk",
                "risk_version",
                "workshop",
                name="subject_kind_known",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=True,
        ),
        sa.Column("subject_id", sa.Integer(), nullable=True),
        sa.Column("owner_id", sa.Integer(), nullable=False),
        sa.Column("families", sa.Integer(), nullable=True),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("contain_hours", sa.Integer(), nullable=False),
        sa.Column("cause_days", sa.Integer(), nullable=False),
        sa.Column("close_days", sa.Integer(), nullable=False),
        sa.Column("conclusion", sa.Text(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_by_id", sa.Integer(), nullable=False),
        sa.Column("concluded_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "(status = 'concluded') = (concluded_at IS NOT NULL)",
            name=op.f("ck_cause_analysis_concluded_iff"),
        ),
        sa.CheckConstraint(
            "(tool = 'eight_d') = (started_at IS NOT NULL)",
            name=op.f("ck_cause_analysis_started_iff_eight_d"),
        ),
        sa.CheckConstraint(
            "(tool = 'ishikawa') = (families IS NOT NULL) AND (families IS NULL OR families BETWEEN 5 AND 7)",
            name=op.f("ck_cause_analysis_families_of_ishikawa"),
        ),
        sa.CheckConstraint(
            "(subject_kind IS NULL) = (subject_id IS NULL)",
            name=op.f("ck_cause_analysis_whole_subject"),
        ),
        sa.CheckConstraint(
            "concluded_at IS NULL OR length(trim(conclusion)) > 0",
            name=op.f("ck_cause_analysis_concluded_in_words"),
        ),
        sa.CheckConstraint(
            "contain_hours > 0 AND cause_days > 0 AND close_days > 0",
            name=op.f("ck_cause_analysis_delays_positive"),
        ),
        sa.CheckConstraint(
            "length(trim(title)) > 0", name=op.f("ck_cause_analysis_title_not_blank")
        ),
        sa.ForeignKeyConstraint(
            ["created_by_id"], ["person.id"], name=op.f("fk_cause_analysis_created_by_id_person")
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id"],
            ["organisation.id"],
            name=op.f("fk_cause_analysis_organisation_id_organisation"),
        ),
        sa.ForeignKeyConstraint(
            ["owner_id"], ["person.id"], name=op.f("fk_cause_analysis_owner_id_person")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_cause_analysis")),
        sa.UniqueConstraint(
            "organisation_id", "reference", name=op.f("uq_cause_analysis_organisation_id")
        ),
    )
    op.create_index(
        "ix_cause_analysis_list", "cause_analysis", ["organisation_id", "id"], unique=False
    )
    op.create_index("ix_cause_analysis_owner", "cause_analysis", ["owner_id"], unique=False)
    op.create_index(
        "ix_cause_analysis_subject", "cause_analysis", ["subject_kind", "subject_id"], unique=False
    )


def _create_cause_member() -> None:
    op.create_table(
        "cause_member",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("analysis_id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=True),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("function", sa.String(length=120), nullable=False),
        sa.Column("joined_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "person_id IS NOT NULL OR length(trim(name)) > 0", name=op.f("ck_cause_member_named")
        ),
        sa.ForeignKeyConstraint(
            ["analysis_id"],
            ["cause_analysis.id"],
            name=op.f("fk_cause_member_analysis_id_cause_analysis"),
        ),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.id"], name=op.f("fk_cause_member_person_id_person")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_cause_member")),
        sa.UniqueConstraint("analysis_id", "person_id", name=op.f("uq_cause_member_analysis_id")),
    )
    op.create_index("ix_cause_member_person", "cause_member", ["person_id"], unique=False)


def _create_cause_node() -> None:
    op.create_table(
        "cause_node",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("analysis_id", sa.Integer(), nullable=False),
        sa.Column("parent_id", sa.Integer(), nullable=True),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "answer",
                "contrast",
                "line",
                "cause",
                "why",
                "fact",
                "event",
                "threat",
                "consequence",
                "barrier",
                "step",
                "item",
                name="nodekind_known",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column(
            "slot",
            sa.Enum(
                "who",
                "what",
                "where",
                "when",
                "how",
                "how_many",
                "why",
                "material",
                "surroundings",
                "method",
                "machine",
                "workforce",
                "measurement",
                "management",
                "d0",
                "d1",
                "d2",
                "d3",
                "d4",
                "d5",
                "d6",
                "d7",
                "d8",
                "occurrence",
                "escape",
                name="slot_known",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=True,
        ),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("fact", sa.Text(), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column(
            "gate",
            sa.Enum(
                "chain",
                "conjunction",
                name="gate_known",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("is_verified", sa.Boolean(), nullable=False),
        sa.Column("is_root", sa.Boolean(), nullable=False),
        sa.Column("is_discarded", sa.Boolean(), nullable=False),
        sa.Column("votes", sa.Integer(), nullable=False),
        sa.Column("count", sa.Integer(), nullable=True),
        sa.Column("cost", sa.String(length=60), nullable=True),
        sa.Column("owner_id", sa.Integer(), nullable=True),
        sa.Column(
            "health",
            sa.Enum(
                "sound",
                "weak",
                "absent",
                "unknown",
                name="health_known",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=True,
        ),
        sa.Column("same_as_id", sa.Integer(), nullable=True),
        sa.Column("done_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "NOT (is_verified AND is_discarded)", name=op.f("ck_cause_node_not_both_ways")
        ),
        sa.CheckConstraint(
            "NOT (is_verified OR is_discarded) OR length(trim(fact)) > 0",
            name=op.f("ck_cause_node_claim_with_fact"),
        ),
        sa.CheckConstraint(
            "count IS NULL OR count >= 0", name=op.f("ck_cause_node_count_not_negative")
        ),
        sa.CheckConstraint(
            "parent_id IS NULL OR parent_id <> id", name=op.f("ck_cause_node_not_its_own_parent")
        ),
        sa.CheckConstraint(
            "same_as_id IS NULL OR same_as_id <> id", name=op.f("ck_cause_node_not_its_own_pointer")
        ),
        sa.CheckConstraint("votes >= 0", name=op.f("ck_cause_node_votes_not_negative")),
        sa.ForeignKeyConstraint(
            ["analysis_id"],
            ["cause_analysis.id"],
            name=op.f("fk_cause_node_analysis_id_cause_analysis"),
        ),
        sa.ForeignKeyConstraint(
            ["owner_id"], ["person.id"], name=op.f("fk_cause_node_owner_id_person")
        ),
        sa.ForeignKeyConstraint(
            ["parent_id"], ["cause_node.id"], name=op.f("fk_cause_node_parent_id_cause_node")
        ),
        sa.ForeignKeyConstraint(
            ["same_as_id"], ["cause_node.id"], name=op.f("fk_cause_node_same_as_id_cause_node")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_cause_node")),
    )
    op.create_index(
        "ix_cause_node_analysis", "cause_node", ["analysis_id", "position", "id"], unique=False
    )
    op.create_index("ix_cause_node_parent", "cause_node", ["parent_id"], unique=False)
    op.create_index("ix_cause_node_same_as", "cause_node", ["same_as_id"], unique=False)
