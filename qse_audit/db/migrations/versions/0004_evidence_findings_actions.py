"""Evidence, findings and actions."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    """Create the tables."""
    _create_action()
    _create_evidence()
    _create_action_proof()
    _create_finding()
    _create_finding_evidence()


def downgrade() -> None:
    """Drop the tables."""
    op.drop_table("finding_evidence")
    op.drop_table("finding")
    op.drop_table("action_proof")
    op.drop_table("evidence")
    op.drop_table("action")


def _create_action() -> None:
    op.create_table(
        "action",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("organisation_id", sa.Integer(), nullable=False),
        sa.Column("reference", sa.String(length=20), nullable=False),
        sa.Column(
            "origin_kind",
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
                name="origin_kind_known",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("origin_id", sa.Integer(), nullable=False),
        sa.Column(
            "context_kind",
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
                name="context_kind_known",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("context_id", sa.Integer(), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "correction",
                "containment",
                "corrective",
                "preventive",
                "improvement",
                name="actionkind_known",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("title", sa.String(length=200), nullable=False),
        sa.Column("description", sa.Text(), nullable=False),
        sa.Column("cause", sa.Text(), nullable=False),
        sa.Column("owner_id", sa.Integer(), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column("due_set_on", sa.Date(), nullable=False),
        sa.Column(
            "status",
            sa.Enum(
                "open",
                "done",
                "effective",
                "cancelled",
                name="actionstatus_known",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("criterion", sa.Text(), nullable=False),
        sa.Column("verify_on", sa.Date(), nullable=True),
        sa.Column("done_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("done_note", sa.Text(), nullable=False),
        sa.Column("verified_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("verified_by_id", sa.Integer(), nullable=True),
        sa.Column("verification_note", sa.Text(), nullable=False),
        sa.Column("reopened_count", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "(status = 'effective') = (verified_at IS NOT NULL)",
            name=op.f("ck_action_verified_iff"),
        ),
        sa.CheckConstraint(
            "status <> 'effective' OR length(trim(criterion)) > 0",
            name=op.f("ck_action_effective_against_a_criterion"),
        ),
        sa.CheckConstraint(
            "status = 'open' OR status = 'cancelled' OR done_at IS NOT NULL",
            name=op.f("ck_action_done_at"),
        ),
        sa.CheckConstraint("length(trim(title)) > 0", name=op.f("ck_action_title_not_blank")),
        sa.CheckConstraint(
            "verified_by_id IS NULL OR verified_by_id <> owner_id",
            name=op.f("ck_action_verified_by_another_person"),
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id"],
            ["organisation.id"],
            name=op.f("fk_action_organisation_id_organisation"),
        ),
        sa.ForeignKeyConstraint(
            ["owner_id"], ["person.id"], name=op.f("fk_action_owner_id_person")
        ),
        sa.ForeignKeyConstraint(
            ["verified_by_id"], ["person.id"], name=op.f("fk_action_verified_by_id_person")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_action")),
        sa.UniqueConstraint("organisation_id", "reference", name=op.f("uq_action_organisation_id")),
    )
    op.create_index("ix_action_context", "action", ["context_kind", "context_id"], unique=False)
    op.create_index("ix_action_due", "action", ["status", "due_on", "id"], unique=False)
    op.create_index("ix_action_list", "action", ["organisation_id", "due_on", "id"], unique=False)
    op.create_index("ix_action_origin", "action", ["origin_kind", "origin_id"], unique=False)
    op.create_index(
        "ix_action_owner", "action", ["owner_id", "status", "due_on", "id"], unique=False
    )
    op.create_index(
        "ix_action_status", "action", ["organisation_id", "status", "due_on", "id"], unique=False
    )


def _create_evidence() -> None:
    op.create_table(
        "evidence",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("organisation_id", sa.Integer(), nullable=False),
        sa.Column(
            "origin_kind",
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
                name="kind_known",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("origin_id", sa.Integer(), nullable=False),
        sa.Column("title", sa.String(length=200), nullable=False),
        sa.Column(
            "type",
            sa.Enum(
                "document",
                "record",
                "observation",
                "interview",
                "measurement",
                "data_extract",
                "screen_capture",
                name="evidencetype_known",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("happened_on", sa.Date(), nullable=False),
        sa.Column("place", sa.String(length=200), nullable=False),
        sa.Column("file_name", sa.String(length=200), nullable=False),
        sa.Column("media_type", sa.String(length=100), nullable=False),
        sa.Column("size_bytes", sa.Integer(), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("received_sha256", sa.String(length=64), nullable=False),
        sa.Column("thumbnail_sha256", sa.String(length=64), nullable=True),
        sa.Column("width", sa.Integer(), nullable=True),
        sa.Column("height", sa.Integer(), nullable=True),
        sa.Column("uploaded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("uploaded_by_id", sa.Integer(), nullable=False),
        sa.Column("sealed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "length(received_sha256) = 64", name=op.f("ck_evidence_received_sha256_is_sha256")
        ),
        sa.CheckConstraint("length(sha256) = 64", name=op.f("ck_evidence_sha256_is_sha256")),
        sa.CheckConstraint("length(trim(title)) > 0", name=op.f("ck_evidence_title_not_blank")),
        sa.ForeignKeyConstraint(
            ["organisation_id"],
            ["organisation.id"],
            name=op.f("fk_evidence_organisation_id_organisation"),
        ),
        sa.ForeignKeyConstraint(
            ["uploaded_by_id"], ["person.id"], name=op.f("fk_evidence_uploaded_by_id_person")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_evidence")),
    )
    op.create_index("ix_evidence_organisation", "evidence", ["organisation_id", "id"], unique=False)
    op.create_index(
        "ix_evidence_origin", "evidence", ["origin_kind", "origin_id", "id"], unique=False
    )


def _create_action_proof() -> None:
    op.create_table(
        "action_proof",
        sa.Column("action_id", sa.Integer(), nullable=False),
        sa.Column("evidence_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["action_id"],
            ["action.id"],
            name=op.f("fk_action_proof_action_id_action"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["evidence_id"], ["evidence.id"], name=op.f("fk_action_proof_evidence_id_evidence")
        ),
        sa.PrimaryKeyConstraint("action_id", "evidence_id", name=op.f("pk_action_proof")),
    )


def _create_finding() -> None:
    op.create_table(
        "finding",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("organisation_id", sa.Integer(), nullable=False),
        sa.Column("reference", sa.String(length=20), nullable=False),
        sa.Column(
            "origin_kind",
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
                name="kind_known",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("origin_id", sa.Integer(), nullable=False),
        sa.Column("checklist_item_id", sa.Integer(), nullable=True),
        sa.Column(
            "grade",
            sa.Enum(
                "strength",
                "improvement_opportunity",
                "area_of_concern",
                "minor_nonconformity",
                "major_nonconformity",
                name="grade_known",
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
                "final",
                "closed",
                name="findingstatus_known",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("title", sa.String(length=200), nullable=False),
        sa.Column("requirement_text", sa.Text(), nullable=False),
        sa.Column("evidence_text", sa.Text(), nullable=False),
        sa.Column("gap_text", sa.Text(), nullable=False),
        sa.Column("impact_text", sa.Text(), nullable=False),
        sa.Column("referential_label", sa.String(length=120), nullable=False),
        sa.Column("clause_ref", sa.String(length=80), nullable=False),
        sa.Column("process_id", sa.Integer(), nullable=True),
        sa.Column("evidence_count", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_by_id", sa.Integer(), nullable=False),
        sa.Column("finalised_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "(status = 'closed') = (closed_at IS NOT NULL)",
            name=op.f("ck_finding_closed_at_iff_closed"),
        ),
        sa.CheckConstraint(
            "(status = 'draft') = (finalised_at IS NULL)",
            name=op.f("ck_finding_finalised_at_iff_final"),
        ),
        sa.CheckConstraint(
            "status = 'draft' OR grade NOT IN ('minor_nonconformity', 'major_nonconformity') OR (length(trim(clause_ref)) > 0 AND (length(trim(evidence_text)) > 0 OR evidence_count > 0))",
            name=op.f("ck_finding_nonconformity_has_clause_and_evidence"),
        ),
        sa.ForeignKeyConstraint(
            ["created_by_id"], ["person.id"], name=op.f("fk_finding_created_by_id_person")
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id"],
            ["organisation.id"],
            name=op.f("fk_finding_organisation_id_organisation"),
        ),
        sa.ForeignKeyConstraint(
            ["process_id"], ["process.id"], name=op.f("fk_finding_process_id_process")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_finding")),
        sa.UniqueConstraint(
            "organisation_id", "reference", name=op.f("uq_finding_organisation_id")
        ),
    )
    op.create_index("ix_finding_list", "finding", ["organisation_id", "id"], unique=False)
    op.create_index(
        "ix_finding_origin", "finding", ["origin_kind", "origin_id", "id"], unique=False
    )
    op.create_index("ix_finding_process", "finding", ["process_id"], unique=False)


def _create_finding_evidence() -> None:
    op.create_table(
        "finding_evidence",
        sa.Column("finding_id", sa.Integer(), nullable=False),
        sa.Column("evidence_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["evidence_id"], ["evidence.id"], name=op.f("fk_finding_evidence_evidence_id_evidence")
        ),
        sa.ForeignKeyConstraint(
            ["finding_id"],
            ["finding.id"],
            name=op.f("fk_finding_evidence_finding_id_finding"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("finding_id", "evidence_id", name=op.f("pk_finding_evidence")),
    )
