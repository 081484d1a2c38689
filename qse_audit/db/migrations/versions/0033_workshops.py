"""Workshops: who came, what was proposed, the votes, the frozen result."""

import sqlalchemy as sa
from alembic import op

from qse_audit.db.constraints import append_only_statements
from qse_audit.db.migrations.wall import stand_behind

revision = "0033"
down_revision = "0032"

FROZEN = ("workshop_result",)
"""Tables whose rows never change."""

CHILDREN = ("workshop_participant", "workshop_proposal", "workshop_vote", "workshop_result")
"""Tables whose rows belong to a workshop."""


def upgrade() -> None:
    """Create the tables."""
    _create_workshop()
    _create_workshop_participant()
    _create_workshop_result()
    _create_workshop_proposal()
    _create_workshop_vote()
    for table in FROZEN:
        for statement in append_only_statements(table, op.get_bind().dialect.name):
            op.execute(statement)
    stand_behind("workshop")
    for table in CHILDREN:
        stand_behind(table, parent="workshop")


def downgrade() -> None:
    """Drop the tables."""
    op.drop_table("workshop_vote")
    op.drop_table("workshop_proposal")
    op.drop_table("workshop_result")
    op.drop_table("workshop_participant")
    op.drop_table("workshop")
    if op.get_bind().dialect.name == "postgresql":
        for table in FROZEN:
            op.execute(f"DROP FUNCTION {table}_append_only()")


def _create_workshop() -> None:
    op.create_table(
        "workshop",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("organisation_id", sa.Integer(), nullable=False),
        sa.Column("reference", sa.String(length=20), nullable=False),
        sa.Column(
            "status",
            sa.Enum(
                "prepared",
                "gathering",
                "voting",
                "frozen",
                name="workshopstatus_known",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("title", sa.String(length=200), nullable=False),
        sa.Column("question", sa.Text(), nullable=False),
        sa.Column("agenda", sa.Text(), nullable=False),
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
        sa.Column("is_restricted", sa.Boolean(), nullable=False),
        sa.Column(
            "method",
            sa.Enum(
                "points",
                "rating",
                name="votemethod_known",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("points_each", sa.Integer(), nullable=False),
        sa.Column("owner_id", sa.Integer(), nullable=False),
        sa.Column("nonce", sa.String(length=64), nullable=False),
        sa.Column("token_sha256", sa.String(length=64), nullable=False),
        sa.Column("ends_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("conclusion", sa.Text(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("frozen_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "(status = 'frozen') = (frozen_at IS NOT NULL)", name=op.f("ck_workshop_frozen_iff")
        ),
        sa.CheckConstraint(
            "(subject_kind IS NULL) = (subject_id IS NULL)", name=op.f("ck_workshop_whole_subject")
        ),
        sa.CheckConstraint(
            "length(token_sha256) = 64", name=op.f("ck_workshop_token_sha256_is_sha256")
        ),
        sa.CheckConstraint(
            "length(trim(question)) > 0", name=op.f("ck_workshop_question_not_blank")
        ),
        sa.CheckConstraint("length(trim(title)) > 0", name=op.f("ck_workshop_title_not_blank")),
        sa.CheckConstraint(
            "points_each BETWEEN 1 AND 20", name=op.f("ck_workshop_points_in_range")
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id"],
            ["organisation.id"],
            name=op.f("fk_workshop_organisation_id_organisation"),
        ),
        sa.ForeignKeyConstraint(
            ["owner_id"], ["person.id"], name=op.f("fk_workshop_owner_id_person")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_workshop")),
        sa.UniqueConstraint(
            "organisation_id", "reference", name=op.f("uq_workshop_organisation_id")
        ),
        sa.UniqueConstraint("token_sha256", name=op.f("uq_workshop_token_sha256")),
    )
    op.create_index("ix_workshop_list", "workshop", ["organisation_id", "id"], unique=False)
    op.create_index("ix_workshop_owner", "workshop", ["owner_id"], unique=False)
    op.create_index("ix_workshop_subject", "workshop", ["subject_kind", "subject_id"], unique=False)


def _create_workshop_participant() -> None:
    op.create_table(
        "workshop_participant",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("workshop_id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("function", sa.String(length=120), nullable=False),
        sa.Column("secret_sha256", sa.String(length=64), nullable=False),
        sa.Column("joined_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "length(secret_sha256) = 64",
            name=op.f("ck_workshop_participant_secret_sha256_is_sha256"),
        ),
        sa.CheckConstraint(
            "length(trim(name)) > 0", name=op.f("ck_workshop_participant_name_not_blank")
        ),
        sa.ForeignKeyConstraint(
            ["workshop_id"],
            ["workshop.id"],
            name=op.f("fk_workshop_participant_workshop_id_workshop"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_workshop_participant")),
        sa.UniqueConstraint("secret_sha256", name=op.f("uq_workshop_participant_secret_sha256")),
    )
    op.create_index(
        "ix_workshop_participant_workshop",
        "workshop_participant",
        ["workshop_id", "id"],
        unique=False,
    )


def _create_workshop_result() -> None:
    op.create_table(
        "workshop_result",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("workshop_id", sa.Integer(), nullable=False),
        sa.Column("document", sa.Text(), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("frozen_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("head_seq", sa.Integer(), nullable=False),
        sa.Column("head_hash", sa.String(length=64), nullable=False),
        sa.CheckConstraint(
            "length(head_hash) = 64", name=op.f("ck_workshop_result_head_hash_is_sha256")
        ),
        sa.CheckConstraint("length(sha256) = 64", name=op.f("ck_workshop_result_sha256_is_sha256")),
        sa.ForeignKeyConstraint(
            ["workshop_id"], ["workshop.id"], name=op.f("fk_workshop_result_workshop_id_workshop")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_workshop_result")),
        sa.UniqueConstraint("workshop_id", name=op.f("uq_workshop_result_workshop_id")),
    )


def _create_workshop_proposal() -> None:
    op.create_table(
        "workshop_proposal",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("workshop_id", sa.Integer(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("participant_id", sa.Integer(), nullable=True),
        sa.Column("proposed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("withdrawn_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "length(trim(text)) > 0", name=op.f("ck_workshop_proposal_text_not_blank")
        ),
        sa.ForeignKeyConstraint(
            ["participant_id"],
            ["workshop_participant.id"],
            name=op.f("fk_workshop_proposal_participant_id_workshop_participant"),
        ),
        sa.ForeignKeyConstraint(
            ["workshop_id"], ["workshop.id"], name=op.f("fk_workshop_proposal_workshop_id_workshop")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_workshop_proposal")),
    )
    op.create_index(
        "ix_workshop_proposal_workshop", "workshop_proposal", ["workshop_id", "id"], unique=False
    )


def _create_workshop_vote() -> None:
    op.create_table(
        "workshop_vote",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("workshop_id", sa.Integer(), nullable=False),
        sa.Column("participant_id", sa.Integer(), nullable=False),
        sa.Column("proposal_id", sa.Integer(), nullable=False),
        sa.Column("value", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "value > 0 AND value <= 20", name=op.f("ck_workshop_vote_value_in_range")
        ),
        sa.ForeignKeyConstraint(
            ["participant_id"],
            ["workshop_participant.id"],
            name=op.f("fk_workshop_vote_participant_id_workshop_participant"),
        ),
        sa.ForeignKeyConstraint(
            ["proposal_id"],
            ["workshop_proposal.id"],
            name=op.f("fk_workshop_vote_proposal_id_workshop_proposal"),
        ),
        sa.ForeignKeyConstraint(
            ["workshop_id"], ["workshop.id"], name=op.f("fk_workshop_vote_workshop_id_workshop")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_workshop_vote")),
        sa.UniqueConstraint(
            "participant_id", "proposal_id", name=op.f("uq_workshop_vote_participant_id")
        ),
    )
    op.create_index("ix_workshop_vote_proposal", "workshop_vote", ["proposal_id"], unique=False)
    op.create_index(
        op.f("ix_workshop_vote_workshop_id"), "workshop_vote", ["workshop_id"], unique=False
    )
