"""The versions of the policy, their commitments, and how they were made known."""

import sqlalchemy as sa
from alembic import op

from qse_audit.db.constraints import append_only_statements

revision = "0014"
down_revision = "0013"

FROZEN = (
    "policy_communication",
    "policy_record",
)
"""Tables whose rows never change."""


def upgrade() -> None:
    """Create the tables."""
    _create_policy()
    _create_commitment_coverage()
    _create_policy_communication()
    _create_policy_record()
    _create_policy_sentence()
    for table in FROZEN:
        for statement in append_only_statements(table, op.get_bind().dialect.name):
            op.execute(statement)


def downgrade() -> None:
    """Drop the tables."""
    op.drop_table("policy_sentence")
    op.drop_table("policy_record")
    op.drop_table("policy_communication")
    op.drop_table("commitment_coverage")
    op.drop_table("policy")
    if op.get_bind().dialect.name == "postgresql":
        for table in FROZEN:
            op.execute(f"DROP FUNCTION {table}_append_only()")


def _create_policy() -> None:
    op.create_table(
        "policy",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("organisation_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("title", sa.String(length=200), nullable=False),
        sa.Column("introduction", sa.Text(), nullable=False),
        sa.Column("signature", sa.String(length=200), nullable=False),
        sa.Column(
            "status",
            sa.Enum(
                "draft",
                "submitted",
                "in_force",
                "rejected",
                "abandoned",
                "superseded",
                name="policystatus_known",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("change_reason", sa.Text(), nullable=False),
        sa.Column("referential_keys", sa.JSON(), nullable=False),
        sa.Column("review_on", sa.Date(), nullable=True),
        sa.Column("submitted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("submitted_by_id", sa.Integer(), nullable=True),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("decided_by_id", sa.Integer(), nullable=True),
        sa.Column("decision_note", sa.Text(), nullable=False),
        sa.Column("superseded_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_by_id", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "(status = 'superseded') = (superseded_at IS NOT NULL)",
            name=op.f("ck_policy_superseded_has_time"),
        ),
        sa.CheckConstraint(
            "status <> 'submitted' OR submitted_at IS NOT NULL",
            name=op.f("ck_policy_submitted_has_time"),
        ),
        sa.CheckConstraint(
            "status NOT IN ('in_force', 'superseded') OR decided_at IS NOT NULL",
            name=op.f("ck_policy_in_force_is_decided"),
        ),
        sa.CheckConstraint("length(trim(title)) > 0", name=op.f("ck_policy_title_not_blank")),
        sa.ForeignKeyConstraint(
            ["created_by_id"], ["person.id"], name=op.f("fk_policy_created_by_id_person")
        ),
        sa.ForeignKeyConstraint(
            ["decided_by_id"], ["person.id"], name=op.f("fk_policy_decided_by_id_person")
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id"],
            ["organisation.id"],
            name=op.f("fk_policy_organisation_id_organisation"),
        ),
        sa.ForeignKeyConstraint(
            ["submitted_by_id"], ["person.id"], name=op.f("fk_policy_submitted_by_id_person")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_policy")),
        sa.UniqueConstraint("organisation_id", "number", name=op.f("uq_policy_organisation_id")),
    )
    op.create_index(
        "ix_policy_list", "policy", ["organisation_id", "status", "number"], unique=False
    )
    op.create_index(
        "uq_policy_in_force",
        "policy",
        ["organisation_id"],
        unique=True,
        sqlite_where=sa.text("status = 'in_force'"),
        postgresql_where=sa.text("status = 'in_force'"),
    )


def _create_commitment_coverage() -> None:
    op.create_table(
        "commitment_coverage",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("policy_id", sa.Integer(), nullable=False),
        sa.Column("expected_key", sa.String(length=80), nullable=False),
        sa.Column("sentence_keys", sa.JSON(), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["policy_id"],
            ["policy.id"],
            name=op.f("fk_commitment_coverage_policy_id_policy"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_commitment_coverage")),
        sa.UniqueConstraint(
            "policy_id", "expected_key", name=op.f("uq_commitment_coverage_policy_id")
        ),
    )


def _create_policy_communication() -> None:
    op.create_table(
        "policy_communication",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("policy_id", sa.Integer(), nullable=False),
        sa.Column("happened_on", sa.Date(), nullable=False),
        sa.Column("audience", sa.String(length=200), nullable=False),
        sa.Column("channel", sa.String(length=200), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("recorded_by_id", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "length(trim(audience)) > 0", name=op.f("ck_policy_communication_audience_not_blank")
        ),
        sa.CheckConstraint(
            "length(trim(channel)) > 0", name=op.f("ck_policy_communication_channel_not_blank")
        ),
        sa.ForeignKeyConstraint(
            ["policy_id"], ["policy.id"], name=op.f("fk_policy_communication_policy_id_policy")
        ),
        sa.ForeignKeyConstraint(
            ["recorded_by_id"],
            ["person.id"],
            name=op.f("fk_policy_communication_recorded_by_id_person"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_policy_communication")),
    )
    op.create_index(
        "ix_policy_communication_policy", "policy_communication", ["policy_id"], unique=False
    )


def _create_policy_record() -> None:
    op.create_table(
        "policy_record",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("policy_id", sa.Integer(), nullable=False),
        sa.Column("document", sa.Text(), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("approved_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("head_seq", sa.Integer(), nullable=False),
        sa.Column("head_hash", sa.String(length=64), nullable=False),
        sa.CheckConstraint(
            "length(head_hash) = 64", name=op.f("ck_policy_record_head_hash_is_sha256")
        ),
        sa.CheckConstraint("length(sha256) = 64", name=op.f("ck_policy_record_sha256_is_sha256")),
        sa.ForeignKeyConstraint(
            ["policy_id"], ["policy.id"], name=op.f("fk_policy_record_policy_id_policy")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_policy_record")),
        sa.UniqueConstraint("policy_id", name=op.f("uq_policy_record_policy_id")),
    )


def _create_policy_sentence() -> None:
    op.create_table(
        "policy_sentence",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("policy_id", sa.Integer(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("key", sa.String(length=36), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("is_commitment", sa.Boolean(), nullable=False),
        sa.Column("domains", sa.JSON(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "length(trim(text)) > 0", name=op.f("ck_policy_sentence_text_not_blank")
        ),
        sa.ForeignKeyConstraint(
            ["policy_id"],
            ["policy.id"],
            name=op.f("fk_policy_sentence_policy_id_policy"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_policy_sentence")),
        sa.UniqueConstraint("policy_id", "key", name="uq_policy_sentence_key"),
        sa.UniqueConstraint("policy_id", "position", name=op.f("uq_policy_sentence_policy_id")),
    )
