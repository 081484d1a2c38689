"""What the policy rests on: the context, the interested parties, the proposals."""

import sqlalchemy as sa
from alembic import op

from qse_audit.db.constraints import append_only_statements

revision = "0013"
down_revision = "0012"

FROZEN = ("climate_decision",)
"""Tables whose rows never change."""


def upgrade() -> None:
    """Create the tables."""
    _create_climate_decision()
    _create_context_issue()
    _create_interested_party()
    _create_proposal()
    _create_party_need()
    for table in FROZEN:
        for statement in append_only_statements(table, op.get_bind().dialect.name):
            op.execute(statement)


def downgrade() -> None:
    """Drop the tables."""
    op.drop_table("party_need")
    op.drop_table("proposal")
    op.drop_table("interested_party")
    op.drop_table("context_issue")
    op.drop_table("climate_decision")
    if op.get_bind().dialect.name == "postgresql":
        for table in FROZEN:
            op.execute(f"DROP FUNCTION {table}_append_only()")


def _create_climate_decision() -> None:
    op.create_table(
        "climate_decision",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("organisation_id", sa.Integer(), nullable=False),
        sa.Column("is_relevant", sa.Boolean(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("review_on", sa.Date(), nullable=False),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("decided_by_id", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "length(trim(reason)) > 0", name=op.f("ck_climate_decision_reason_not_blank")
        ),
        sa.ForeignKeyConstraint(
            ["decided_by_id"], ["person.id"], name=op.f("fk_climate_decision_decided_by_id_person")
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id"],
            ["organisation.id"],
            name=op.f("fk_climate_decision_organisation_id_organisation"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_climate_decision")),
    )
    op.create_index(
        "ix_climate_decision_last", "climate_decision", ["organisation_id", "id"], unique=False
    )


def _create_context_issue() -> None:
    op.create_table(
        "context_issue",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("organisation_id", sa.Integer(), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "internal",
                "external",
                name="issuekind_known",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column(
            "swot",
            sa.Enum(
                "strength",
                "weakness",
                "opportunity",
                "threat",
                name="swot_known",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column(
            "pestel",
            sa.Enum(
                "political",
                "economic",
                "social",
                "technological",
                "environmental",
                "legal",
                name="pestel_known",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=True,
        ),
        sa.Column("domains", sa.JSON(), nullable=False),
        sa.Column("title", sa.String(length=200), nullable=False),
        sa.Column("fact", sa.Text(), nullable=False),
        sa.Column("effect", sa.Text(), nullable=False),
        sa.Column("weight", sa.Integer(), nullable=False),
        sa.Column("review_on", sa.Date(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_by_id", sa.Integer(), nullable=False),
        sa.Column("reviewed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("reviewed_by_id", sa.Integer(), nullable=False),
        sa.Column("withdrawn_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("withdrawal_reason", sa.Text(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "(kind = 'external') = (pestel IS NOT NULL)",
            name=op.f("ck_context_issue_pestel_iff_external"),
        ),
        sa.CheckConstraint(
            "withdrawn_at IS NULL OR length(trim(withdrawal_reason)) > 0",
            name=op.f("ck_context_issue_withdrawn_with_reason"),
        ),
        sa.CheckConstraint(
            "length(trim(title)) > 0", name=op.f("ck_context_issue_title_not_blank")
        ),
        sa.CheckConstraint(
            "weight BETWEEN 1 AND 3", name=op.f("ck_context_issue_weight_from_1_to_3")
        ),
        sa.ForeignKeyConstraint(
            ["created_by_id"], ["person.id"], name=op.f("fk_context_issue_created_by_id_person")
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id"],
            ["organisation.id"],
            name=op.f("fk_context_issue_organisation_id_organisation"),
        ),
        sa.ForeignKeyConstraint(
            ["reviewed_by_id"], ["person.id"], name=op.f("fk_context_issue_reviewed_by_id_person")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_context_issue")),
    )
    op.create_index(
        "ix_context_issue_list",
        "context_issue",
        ["organisation_id", "withdrawn_at", "id"],
        unique=False,
    )


def _create_interested_party() -> None:
    op.create_table(
        "interested_party",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("organisation_id", sa.Integer(), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "customer",
                "worker",
                "authority",
                "neighbour",
                "supplier",
                "owner",
                "insurer",
                "certifier",
                "other",
                name="partykind_known",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("name", sa.String(length=160), nullable=False),
        sa.Column("influence", sa.Integer(), nullable=False),
        sa.Column("interest", sa.Integer(), nullable=False),
        sa.Column("heard_by", sa.Text(), nullable=False),
        sa.Column("review_on", sa.Date(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_by_id", sa.Integer(), nullable=False),
        sa.Column("reviewed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("reviewed_by_id", sa.Integer(), nullable=False),
        sa.Column("withdrawn_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("withdrawal_reason", sa.Text(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "withdrawn_at IS NULL OR length(trim(withdrawal_reason)) > 0",
            name=op.f("ck_interested_party_withdrawn_with_reason"),
        ),
        sa.CheckConstraint(
            "influence BETWEEN 1 AND 3", name=op.f("ck_interested_party_influence_from_1_to_3")
        ),
        sa.CheckConstraint(
            "interest BETWEEN 1 AND 3", name=op.f("ck_interested_party_interest_from_1_to_3")
        ),
        sa.CheckConstraint(
            "length(trim(name)) > 0", name=op.f("ck_interested_party_name_not_blank")
        ),
        sa.ForeignKeyConstraint(
            ["created_by_id"], ["person.id"], name=op.f("fk_interested_party_created_by_id_person")
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id"],
            ["organisation.id"],
            name=op.f("fk_interested_party_organisation_id_organisation"),
        ),
        sa.ForeignKeyConstraint(
            ["reviewed_by_id"],
            ["person.id"],
            name=op.f("fk_interested_party_reviewed_by_id_person"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_interested_party")),
        sa.UniqueConstraint(
            "organisation_id", "name", name=op.f("uq_interested_party_organisation_id")
        ),
    )


def _create_proposal() -> None:
    op.create_table(
        "proposal",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("organisation_id", sa.Integer(), nullable=False),
        sa.Column("reference", sa.String(length=20), nullable=False),
        sa.Column("title", sa.String(length=200), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("domains", sa.JSON(), nullable=False),
        sa.Column("priority", sa.Integer(), nullable=False),
        sa.Column("facts", sa.JSON(), nullable=False),
        sa.Column(
            "status",
            sa.Enum(
                "open",
                "accepted",
                "rejected",
                name="proposalstatus_known",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("decision", sa.Text(), nullable=False),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("decided_by_id", sa.Integer(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_by_id", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "(status = 'open') = (decided_at IS NULL)",
            name=op.f("ck_proposal_decided_iff_not_open"),
        ),
        sa.CheckConstraint(
            "status = 'open' OR length(trim(decision)) > 0",
            name=op.f("ck_proposal_decided_with_reason"),
        ),
        sa.CheckConstraint("length(trim(title)) > 0", name=op.f("ck_proposal_title_not_blank")),
        sa.CheckConstraint(
            "priority BETWEEN 1 AND 3", name=op.f("ck_proposal_priority_from_1_to_3")
        ),
        sa.ForeignKeyConstraint(
            ["created_by_id"], ["person.id"], name=op.f("fk_proposal_created_by_id_person")
        ),
        sa.ForeignKeyConstraint(
            ["decided_by_id"], ["person.id"], name=op.f("fk_proposal_decided_by_id_person")
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id"],
            ["organisation.id"],
            name=op.f("fk_proposal_organisation_id_organisation"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_proposal")),
        sa.UniqueConstraint(
            "organisation_id", "reference", name=op.f("uq_proposal_organisation_id")
        ),
    )
    op.create_index(
        "ix_proposal_list", "proposal", ["organisation_id", "priority", "id"], unique=False
    )


def _create_party_need() -> None:
    op.create_table(
        "party_need",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("party_id", sa.Integer(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("domains", sa.JSON(), nullable=False),
        sa.Column("is_obligation", sa.Boolean(), nullable=False),
        sa.Column("obligation", sa.Text(), nullable=False),
        sa.Column("answer", sa.Text(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "NOT is_obligation OR length(trim(obligation)) > 0",
            name=op.f("ck_party_need_obligation_has_source"),
        ),
        sa.CheckConstraint("length(trim(text)) > 0", name=op.f("ck_party_need_text_not_blank")),
        sa.ForeignKeyConstraint(
            ["party_id"],
            ["interested_party.id"],
            name=op.f("fk_party_need_party_id_interested_party"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_party_need")),
    )
    op.create_index("ix_party_need_party", "party_need", ["party_id"], unique=False)
