"""Evidence can be withdrawn; what an issued report lists is sealed."""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"

evidence = sa.table(
    "evidence",
    sa.column("origin_kind", sa.String),
    sa.column("origin_id", sa.Integer),
    sa.column("uploaded_at", sa.DateTime(timezone=True)),
    sa.column("sealed_at", sa.DateTime(timezone=True)),
    sa.column("version", sa.Integer),
)
report = sa.table(
    "report", sa.column("audit_id", sa.Integer), sa.column("issued_at", sa.DateTime(timezone=True))
)


def upgrade() -> None:
    """Create the table of withdrawals, and seal what reports list."""
    op.create_table(
        "evidence_withdrawal",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("organisation_id", sa.Integer(), nullable=False),
        sa.Column("evidence_id", sa.Integer(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("withdrawn_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("withdrawn_by_id", sa.Integer(), nullable=False),
        sa.Column("erased_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "length(trim(reason)) > 0", name=op.f("ck_evidence_withdrawal_reason_not_blank")
        ),
        sa.ForeignKeyConstraint(
            ["evidence_id"],
            ["evidence.id"],
            name=op.f("fk_evidence_withdrawal_evidence_id_evidence"),
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id"],
            ["organisation.id"],
            name=op.f("fk_evidence_withdrawal_organisation_id_organisation"),
        ),
        sa.ForeignKeyConstraint(
            ["withdrawn_by_id"],
            ["person.id"],
            name=op.f("fk_evidence_withdrawal_withdrawn_by_id_person"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_evidence_withdrawal")),
        sa.UniqueConstraint("evidence_id", name=op.f("uq_evidence_withdrawal_evidence_id")),
    )
    op.create_index(
        "ix_evidence_withdrawal_erasing", "evidence_withdrawal", ["erased_at", "id"], unique=False
    )
    issued = sa.select(sa.func.max(report.c.issued_at)).where(
        report.c.audit_id == evidence.c.origin_id, report.c.issued_at >= evidence.c.uploaded_at
    )
    op.execute(
        evidence.update()
        .where(
            evidence.c.origin_kind == "audit",
            evidence.c.sealed_at.is_(None),
            issued.scalar_subquery().is_not(None),
        )
        .values(sealed_at=issued.scalar_subquery(), version=evidence.c.version + 1)
    )


def downgrade() -> None:
    """Drop the table; what was sealed stays so."""
    op.drop_index("ix_evidence_withdrawal_erasing", "evidence_withdrawal")
    op.drop_table("evidence_withdrawal")
