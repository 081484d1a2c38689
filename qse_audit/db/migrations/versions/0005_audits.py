"""Audits, frozen checklists and issued reports."""

import sqlalchemy as sa
from alembic import op

from qse_audit.db.constraints import append_only_statements

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    """Create the tables."""
    _create_audit()
    _create_audit_process()
    _create_audit_site()
    _create_checklist_item()
    _create_report()
    _create_audit_criterion()
    for statement in append_only_statements("report", op.get_bind().dialect.name):
        op.execute(statement)


def downgrade() -> None:
    """Drop the tables."""
    op.drop_table("audit_criterion")
    op.drop_table("report")
    op.drop_table("checklist_item")
    op.drop_table("audit_site")
    op.drop_table("audit_process")
    op.drop_table("audit")
    if op.get_bind().dialect.name == "postgresql":
        op.execute("DROP FUNCTION report_append_only()")


def _create_audit() -> None:
    op.create_table(
        "audit",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("organisation_id", sa.Integer(), nullable=False),
        sa.Column("reference", sa.String(length=20), nullable=False),
        sa.Column("title", sa.String(length=200), nullable=False),
        sa.Column(
            "status",
            sa.Enum(
                "draft",
                "planned",
                "in_progress",
                "reported",
                "closed",
                "cancelled",
                name="auditstatus_known",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column(
            "method",
            sa.Enum(
                "on_site",
                "remote",
                "hybrid",
                name="auditmethod_known",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("objectives", sa.Text(), nullable=False),
        sa.Column("scope", sa.Text(), nullable=False),
        sa.Column("virtual_places", sa.Text(), nullable=False),
        sa.Column("client", sa.String(length=200), nullable=False),
        sa.Column("starts_on", sa.Date(), nullable=True),
        sa.Column("ends_on", sa.Date(), nullable=True),
        sa.Column("listed_on", sa.Date(), nullable=False),
        sa.Column("question_count", sa.Integer(), nullable=False),
        sa.Column("answered_count", sa.Integer(), nullable=False),
        sa.Column("participants", sa.Text(), nullable=False),
        sa.Column("opening_meeting_on", sa.Date(), nullable=True),
        sa.Column("closing_meeting_on", sa.Date(), nullable=True),
        sa.Column("conclusions", sa.Text(), nullable=False),
        sa.Column("fulfilment", sa.Text(), nullable=False),
        sa.Column("divergences", sa.Text(), nullable=False),
        sa.Column("sampling", sa.Text(), nullable=False),
        sa.Column("not_covered", sa.Text(), nullable=False),
        sa.Column("follow_up", sa.Text(), nullable=False),
        sa.Column("confidentiality", sa.Text(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_by_id", sa.Integer(), nullable=False),
        sa.Column("reported_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "(status = 'closed') = (closed_at IS NOT NULL)",
            name=op.f("ck_audit_closed_at_iff_closed"),
        ),
        sa.CheckConstraint(
            "answered_count BETWEEN 0 AND question_count",
            name=op.f("ck_audit_answered_within_questions"),
        ),
        sa.CheckConstraint(
            "ends_on IS NULL OR starts_on <= ends_on", name=op.f("ck_audit_ends_after_it_starts")
        ),
        sa.CheckConstraint("length(trim(title)) > 0", name=op.f("ck_audit_title_not_blank")),
        sa.ForeignKeyConstraint(
            ["created_by_id"], ["person.id"], name=op.f("fk_audit_created_by_id_person")
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id"],
            ["organisation.id"],
            name=op.f("fk_audit_organisation_id_organisation"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_audit")),
        sa.UniqueConstraint("organisation_id", "reference", name=op.f("uq_audit_organisation_id")),
    )
    op.create_index("ix_audit_list", "audit", ["organisation_id", "listed_on", "id"], unique=False)


def _create_audit_process() -> None:
    op.create_table(
        "audit_process",
        sa.Column("audit_id", sa.Integer(), nullable=False),
        sa.Column("process_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["audit_id"],
            ["audit.id"],
            name=op.f("fk_audit_process_audit_id_audit"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["process_id"], ["process.id"], name=op.f("fk_audit_process_process_id_process")
        ),
        sa.PrimaryKeyConstraint("audit_id", "process_id", name=op.f("pk_audit_process")),
    )


def _create_audit_site() -> None:
    op.create_table(
        "audit_site",
        sa.Column("audit_id", sa.Integer(), nullable=False),
        sa.Column("site_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["audit_id"],
            ["audit.id"],
            name=op.f("fk_audit_site_audit_id_audit"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(["site_id"], ["site.id"], name=op.f("fk_audit_site_site_id_site")),
        sa.PrimaryKeyConstraint("audit_id", "site_id", name=op.f("pk_audit_site")),
    )


def _create_checklist_item() -> None:
    op.create_table(
        "checklist_item",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("audit_id", sa.Integer(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("referential_label", sa.String(length=120), nullable=False),
        sa.Column("section_ref", sa.String(length=80), nullable=False),
        sa.Column("section_title", sa.JSON(), nullable=False),
        sa.Column("clause_ref", sa.String(length=80), nullable=False),
        sa.Column("clause_title", sa.JSON(), nullable=False),
        sa.Column("question", sa.JSON(), nullable=False),
        sa.Column("guidance", sa.JSON(), nullable=False),
        sa.Column("expected_evidence", sa.JSON(), nullable=False),
        sa.Column("weight", sa.Integer(), nullable=False),
        sa.Column(
            "verdict",
            sa.Enum(
                "conforming",
                "strength",
                "improvement_opportunity",
                "area_of_concern",
                "minor_nonconformity",
                "major_nonconformity",
                "not_applicable",
                name="verdict_known",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=True,
        ),
        sa.Column("observation", sa.Text(), nullable=False),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("answered_by_id", sa.Integer(), nullable=True),
        sa.Column("assigned_to_id", sa.Integer(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "verdict IS NULL OR verdict <> 'not_applicable' OR length(trim(observation)) > 0",
            name=op.f("ck_checklist_item_not_applicable_is_justified"),
        ),
        sa.CheckConstraint(
            "(verdict IS NULL) = (answered_at IS NULL)",
            name=op.f("ck_checklist_item_answered_at_iff_verdict"),
        ),
        sa.ForeignKeyConstraint(
            ["answered_by_id"], ["person.id"], name=op.f("fk_checklist_item_answered_by_id_person")
        ),
        sa.ForeignKeyConstraint(
            ["assigned_to_id"], ["person.id"], name=op.f("fk_checklist_item_assigned_to_id_person")
        ),
        sa.ForeignKeyConstraint(
            ["audit_id"],
            ["audit.id"],
            name=op.f("fk_checklist_item_audit_id_audit"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_checklist_item")),
        sa.UniqueConstraint("audit_id", "position", name=op.f("uq_checklist_item_audit_id")),
    )


def _create_report() -> None:
    op.create_table(
        "report",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("organisation_id", sa.Integer(), nullable=False),
        sa.Column("audit_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("model", sa.JSON(), nullable=False),
        sa.Column("model_sha256", sa.String(length=64), nullable=False),
        sa.Column("files", sa.JSON(), nullable=False),
        sa.Column("head_seq", sa.Integer(), nullable=False),
        sa.Column("head_hash", sa.String(length=64), nullable=False),
        sa.Column("issued_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("issued_by_id", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "length(model_sha256) = 64", name=op.f("ck_report_model_sha256_is_sha256")
        ),
        sa.CheckConstraint(
            "number = 1 OR length(trim(reason)) > 0", name=op.f("ck_report_revision_has_a_reason")
        ),
        sa.ForeignKeyConstraint(["audit_id"], ["audit.id"], name=op.f("fk_report_audit_id_audit")),
        sa.ForeignKeyConstraint(
            ["issued_by_id"], ["person.id"], name=op.f("fk_report_issued_by_id_person")
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id"],
            ["organisation.id"],
            name=op.f("fk_report_organisation_id_organisation"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_report")),
        sa.UniqueConstraint("audit_id", "number", name=op.f("uq_report_audit_id")),
    )


def _create_audit_criterion() -> None:
    op.create_table(
        "audit_criterion",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("audit_id", sa.Integer(), nullable=False),
        sa.Column("edition_id", sa.Integer(), nullable=False),
        sa.Column("clause_keys", sa.JSON(), nullable=True),
        sa.ForeignKeyConstraint(
            ["audit_id"],
            ["audit.id"],
            name=op.f("fk_audit_criterion_audit_id_audit"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["edition_id"], ["edition.id"], name=op.f("fk_audit_criterion_edition_id_edition")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_audit_criterion")),
        sa.UniqueConstraint("audit_id", "edition_id", name=op.f("uq_audit_criterion_audit_id")),
    )
