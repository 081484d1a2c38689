"""Candidacies, situations, opinions, dossiers and notes."""

import sqlalchemy as sa
from alembic import op

from qse_audit.db.constraints import append_only_statements

revision = "0007"
down_revision = "0006"


def upgrade() -> None:
    """Create the tables."""
    _create_candidacy()
    _create_dossier()
    _create_signed_opinion()
    _create_situation()
    _create_assessment_note()
    _create_company_opinion()
    _create_situation_record()
    _create_claim()
    for statement in append_only_statements("dossier", op.get_bind().dialect.name):
        op.execute(statement)
    for statement in append_only_statements("signed_opinion", op.get_bind().dialect.name):
        op.execute(statement)


def downgrade() -> None:
    """Drop the tables."""
    op.drop_table("claim")
    op.drop_table("situation_record")
    op.drop_table("company_opinion")
    op.drop_table("assessment_note")
    op.drop_table("situation")
    op.drop_table("signed_opinion")
    op.drop_table("dossier")
    op.drop_table("candidacy")
    if op.get_bind().dialect.name == "postgresql":
        op.execute("DROP FUNCTION dossier_append_only()")
    if op.get_bind().dialect.name == "postgresql":
        op.execute("DROP FUNCTION signed_opinion_append_only()")


def _create_candidacy() -> None:
    op.create_table(
        "candidacy",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("organisation_id", sa.Integer(), nullable=False),
        sa.Column("exam_centre_id", sa.Integer(), nullable=True),
        sa.Column("training_provider_id", sa.Integer(), nullable=True),
        sa.Column("certification_version_id", sa.Integer(), nullable=False),
        sa.Column("candidate_id", sa.Integer(), nullable=False),
        sa.Column(
            "route",
            sa.Enum(
                "FI",
                "CA",
                "FC",
                "CQ",
                "CL",
                "VAE",
                name="route_known",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column(
            "status",
            sa.Enum(
                "registered",
                "evidencing",
                "submitted",
                "withdrawn",
                name="candidacystatus_known",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("mission", sa.Text(), nullable=False),
        sa.Column("company_context", sa.Text(), nullable=False),
        sa.Column("starts_on", sa.Date(), nullable=False),
        sa.Column("report_due_on", sa.Date(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("submitted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("late_accepted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("late_accepted_by_id", sa.Integer(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "(late_accepted_at IS NULL) = (late_accepted_by_id IS NULL)",
            name=op.f("ck_candidacy_lateness_accepted_by_name"),
        ),
        sa.ForeignKeyConstraint(
            ["candidate_id"], ["person.id"], name=op.f("fk_candidacy_candidate_id_person")
        ),
        sa.ForeignKeyConstraint(
            ["certification_version_id"],
            ["certification_version.id"],
            name=op.f("fk_candidacy_certification_version_id_certification_version"),
        ),
        sa.ForeignKeyConstraint(
            ["exam_centre_id"],
            ["organisation.id"],
            name=op.f("fk_candidacy_exam_centre_id_organisation"),
        ),
        sa.ForeignKeyConstraint(
            ["late_accepted_by_id"],
            ["person.id"],
            name=op.f("fk_candidacy_late_accepted_by_id_person"),
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id"],
            ["organisation.id"],
            name=op.f("fk_candidacy_organisation_id_organisation"),
        ),
        sa.ForeignKeyConstraint(
            ["training_provider_id"],
            ["organisation.id"],
            name=op.f("fk_candidacy_training_provider_id_organisation"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_candidacy")),
    )
    op.create_index("ix_candidacy_candidate", "candidacy", ["candidate_id"], unique=False)
    op.create_index("ix_candidacy_centre", "candidacy", ["exam_centre_id", "id"], unique=False)
    op.create_index("ix_candidacy_list", "candidacy", ["organisation_id", "id"], unique=False)


def _create_dossier() -> None:
    op.create_table(
        "dossier",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("candidacy_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("reference", sa.String(length=40), nullable=False),
        sa.Column("model", sa.JSON(), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("size_bytes", sa.Integer(), nullable=False),
        sa.Column("late_days", sa.Integer(), nullable=False),
        sa.Column("head_seq", sa.Integer(), nullable=False),
        sa.Column("head_hash", sa.String(length=64), nullable=False),
        sa.Column("submitted_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("submitted_by_id", sa.Integer(), nullable=False),
        sa.CheckConstraint("late_days >= 0", name=op.f("ck_dossier_late_days_counted_from_zero")),
        sa.CheckConstraint("length(sha256) = 64", name=op.f("ck_dossier_sha256_is_sha256")),
        sa.CheckConstraint(
            "length(trim(reference)) > 0", name=op.f("ck_dossier_reference_not_blank")
        ),
        sa.ForeignKeyConstraint(
            ["candidacy_id"], ["candidacy.id"], name=op.f("fk_dossier_candidacy_id_candidacy")
        ),
        sa.ForeignKeyConstraint(
            ["submitted_by_id"], ["person.id"], name=op.f("fk_dossier_submitted_by_id_person")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_dossier")),
        sa.UniqueConstraint("candidacy_id", "number", name=op.f("uq_dossier_candidacy_id")),
    )


def _create_signed_opinion() -> None:
    op.create_table(
        "signed_opinion",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("candidacy_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("document", sa.Text(), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("consent", sa.Text(), nullable=False),
        sa.Column("signed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("signed_by_id", sa.Integer(), nullable=False),
        sa.Column("head_seq", sa.Integer(), nullable=False),
        sa.Column("head_hash", sa.String(length=64), nullable=False),
        sa.CheckConstraint("length(sha256) = 64", name=op.f("ck_signed_opinion_sha256_is_sha256")),
        sa.ForeignKeyConstraint(
            ["candidacy_id"],
            ["candidacy.id"],
            name=op.f("fk_signed_opinion_candidacy_id_candidacy"),
        ),
        sa.ForeignKeyConstraint(
            ["signed_by_id"], ["person.id"], name=op.f("fk_signed_opinion_signed_by_id_person")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_signed_opinion")),
        sa.UniqueConstraint("candidacy_id", "number", name=op.f("uq_signed_opinion_candidacy_id")),
    )


def _create_situation() -> None:
    op.create_table(
        "situation",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("candidacy_id", sa.Integer(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("title", sa.String(length=200), nullable=False),
        sa.Column(
            "modality",
            sa.Enum(
                "real_situation",
                "presentation",
                "simulated_situation",
                name="modality_known",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("starts_on", sa.Date(), nullable=True),
        sa.Column("ends_on", sa.Date(), nullable=True),
        sa.Column("context", sa.Text(), nullable=False),
        sa.Column("own_role", sa.Text(), nullable=False),
        sa.Column("team_part", sa.Text(), nullable=False),
        sa.Column("what_i_did", sa.Text(), nullable=False),
        sa.Column("result", sa.Text(), nullable=False),
        sa.Column("otherwise", sa.Text(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["candidacy_id"], ["candidacy.id"], name=op.f("fk_situation_candidacy_id_candidacy")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_situation")),
    )
    op.create_index(
        "ix_situation_candidacy", "situation", ["candidacy_id", "position"], unique=False
    )


def _create_assessment_note() -> None:
    op.create_table(
        "assessment_note",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("dossier_id", sa.Integer(), nullable=False),
        sa.Column("capability_id", sa.Integer(), nullable=False),
        sa.Column("evaluator_id", sa.Integer(), nullable=False),
        sa.Column("level", sa.Integer(), nullable=True),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "level IS NULL OR level BETWEEN 0 AND 3",
            name=op.f("ck_assessment_note_level_on_the_scale"),
        ),
        sa.ForeignKeyConstraint(
            ["capability_id"],
            ["capability.id"],
            name=op.f("fk_assessment_note_capability_id_capability"),
        ),
        sa.ForeignKeyConstraint(
            ["dossier_id"], ["dossier.id"], name=op.f("fk_assessment_note_dossier_id_dossier")
        ),
        sa.ForeignKeyConstraint(
            ["evaluator_id"], ["person.id"], name=op.f("fk_assessment_note_evaluator_id_person")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_assessment_note")),
        sa.UniqueConstraint(
            "dossier_id",
            "capability_id",
            "evaluator_id",
            name=op.f("uq_assessment_note_dossier_id"),
        ),
    )


def _create_company_opinion() -> None:
    op.create_table(
        "company_opinion",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("candidacy_id", sa.Integer(), nullable=False),
        sa.Column("capability_id", sa.Integer(), nullable=False),
        sa.Column(
            "observation",
            sa.Enum(
                "observed",
                "partly",
                "not_observed",
                name="observation_known",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=True,
        ),
        sa.Column("comment", sa.Text(), nullable=False),
        sa.Column("given_by_id", sa.Integer(), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["candidacy_id"],
            ["candidacy.id"],
            name=op.f("fk_company_opinion_candidacy_id_candidacy"),
        ),
        sa.ForeignKeyConstraint(
            ["capability_id"],
            ["capability.id"],
            name=op.f("fk_company_opinion_capability_id_capability"),
        ),
        sa.ForeignKeyConstraint(
            ["given_by_id"], ["person.id"], name=op.f("fk_company_opinion_given_by_id_person")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_company_opinion")),
        sa.UniqueConstraint(
            "candidacy_id", "capability_id", name=op.f("uq_company_opinion_candidacy_id")
        ),
    )


def _create_situation_record() -> None:
    op.create_table(
        "situation_record",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("situation_id", sa.Integer(), nullable=False),
        sa.Column(
            "record_kind",
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
        sa.Column("record_id", sa.Integer(), nullable=False),
        sa.Column("involvement", sa.String(length=32), nullable=False),
        sa.Column("own_part", sa.Text(), nullable=False),
        sa.Column("tied_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["situation_id"],
            ["situation.id"],
            name=op.f("fk_situation_record_situation_id_situation"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_situation_record")),
        sa.UniqueConstraint(
            "situation_id",
            "record_kind",
            "record_id",
            name=op.f("uq_situation_record_situation_id"),
        ),
    )


def _create_claim() -> None:
    op.create_table(
        "claim",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("situation_id", sa.Integer(), nullable=False),
        sa.Column("capability_id", sa.Integer(), nullable=False),
        sa.Column("criterion_id", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(
            ["capability_id"], ["capability.id"], name=op.f("fk_claim_capability_id_capability")
        ),
        sa.ForeignKeyConstraint(
            ["criterion_id"], ["criterion.id"], name=op.f("fk_claim_criterion_id_criterion")
        ),
        sa.ForeignKeyConstraint(
            ["situation_id"],
            ["situation.id"],
            name=op.f("fk_claim_situation_id_situation"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_claim")),
        sa.UniqueConstraint(
            "situation_id", "capability_id", "criterion_id", name=op.f("uq_claim_situation_id")
        ),
    )
