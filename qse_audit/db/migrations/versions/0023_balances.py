"""The QSE balances of a period."""

import sqlalchemy as sa
from alembic import op

from qse_audit.db.constraints import append_only_statements, frozen_row_statements
from qse_audit.db.migrations.wall import stand_behind

revision = "0023"
down_revision = "0022"

FROZEN = ("balance_record",)
"""Tables whose rows never change."""


def upgrade() -> None:
    """Create the tables."""
    _create_balance()
    _create_balance_fact()
    _create_balance_reading()
    _create_balance_record()
    _create_balance_site()
    dialect = op.get_bind().dialect.name
    for table in FROZEN:
        for statement in append_only_statements(table, dialect):
            op.execute(statement)
    for statement in frozen_row_statements("balance", "status = 'frozen'", dialect):
        op.execute(statement)
    stand_behind("balance")
    for table in ("balance_fact", "balance_reading", "balance_record", "balance_site"):
        stand_behind(table, parent="balance")


def downgrade() -> None:
    """Drop the tables."""
    op.drop_table("balance_site")
    op.drop_table("balance_record")
    op.drop_table("balance_reading")
    op.drop_table("balance_fact")
    op.drop_table("balance")
    if op.get_bind().dialect.name == "postgresql":
        for table in FROZEN:
            op.execute(f"DROP FUNCTION {table}_append_only()")
        op.execute("DROP FUNCTION balance_frozen()")


def _create_balance() -> None:
    op.create_table(
        "balance",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("organisation_id", sa.Integer(), nullable=False),
        sa.Column("reference", sa.String(length=20), nullable=False),
        sa.Column("title", sa.String(length=200), nullable=False),
        sa.Column("from_on", sa.Date(), nullable=False),
        sa.Column("until_on", sa.Date(), nullable=False),
        sa.Column("domains", sa.JSON(), nullable=False),
        sa.Column(
            "status",
            sa.Enum(
                "draft",
                "frozen",
                name="balancestatus_known",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("conclusion", sa.Text(), nullable=False),
        sa.Column("replaces_id", sa.Integer(), nullable=True),
        sa.Column("replaces_reason", sa.Text(), nullable=False),
        sa.Column("frozen_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("frozen_by_id", sa.Integer(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_by_id", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "(status = 'frozen') = (frozen_at IS NOT NULL) AND (frozen_at IS NULL) = (frozen_by_id IS NULL)",
            name=op.f("ck_balance_frozen_whole"),
        ),
        sa.CheckConstraint(
            "replaces_id IS NULL OR length(trim(replaces_reason)) > 0",
            name=op.f("ck_balance_replaces_with_reason"),
        ),
        sa.CheckConstraint("from_on <= until_on", name=op.f("ck_balance_ends_after_it_starts")),
        sa.CheckConstraint("length(trim(title)) > 0", name=op.f("ck_balance_title_not_blank")),
        sa.ForeignKeyConstraint(
            ["created_by_id"], ["person.id"], name=op.f("fk_balance_created_by_id_person")
        ),
        sa.ForeignKeyConstraint(
            ["frozen_by_id"], ["person.id"], name=op.f("fk_balance_frozen_by_id_person")
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id"],
            ["organisation.id"],
            name=op.f("fk_balance_organisation_id_organisation"),
        ),
        sa.ForeignKeyConstraint(
            ["replaces_id"], ["balance.id"], name=op.f("fk_balance_replaces_id_balance")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_balance")),
        sa.UniqueConstraint(
            "organisation_id", "reference", name=op.f("uq_balance_organisation_id")
        ),
        sa.UniqueConstraint("replaces_id", name=op.f("uq_balance_replaces_id")),
    )
    op.create_index(
        "ix_balance_list", "balance", ["organisation_id", "until_on", "id"], unique=False
    )


def _create_balance_fact() -> None:
    op.create_table(
        "balance_fact",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("balance_id", sa.Integer(), nullable=False),
        sa.Column("figure_key", sa.String(length=60), nullable=False),
        sa.ForeignKeyConstraint(
            ["balance_id"],
            ["balance.id"],
            name=op.f("fk_balance_fact_balance_id_balance"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_balance_fact")),
        sa.UniqueConstraint("balance_id", "figure_key", name=op.f("uq_balance_fact_balance_id")),
    )


def _create_balance_reading() -> None:
    op.create_table(
        "balance_reading",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("balance_id", sa.Integer(), nullable=False),
        sa.Column(
            "section",
            sa.Enum(
                "audits",
                "findings",
                "actions",
                "indicators",
                "accidents",
                "complaints",
                "compliance",
                "objectives",
                name="section_known",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("comment", sa.Text(), nullable=False),
        sa.Column("strengths", sa.Text(), nullable=False),
        sa.Column("weaknesses", sa.Text(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["balance_id"],
            ["balance.id"],
            name=op.f("fk_balance_reading_balance_id_balance"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_balance_reading")),
        sa.UniqueConstraint("balance_id", "section", name=op.f("uq_balance_reading_balance_id")),
    )


def _create_balance_record() -> None:
    op.create_table(
        "balance_record",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("balance_id", sa.Integer(), nullable=False),
        sa.Column("document", sa.Text(), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("frozen_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("head_seq", sa.Integer(), nullable=False),
        sa.Column("head_hash", sa.String(length=64), nullable=False),
        sa.CheckConstraint(
            "length(head_hash) = 64", name=op.f("ck_balance_record_head_hash_is_sha256")
        ),
        sa.CheckConstraint("length(sha256) = 64", name=op.f("ck_balance_record_sha256_is_sha256")),
        sa.ForeignKeyConstraint(
            ["balance_id"], ["balance.id"], name=op.f("fk_balance_record_balance_id_balance")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_balance_record")),
        sa.UniqueConstraint("balance_id", name=op.f("uq_balance_record_balance_id")),
    )


def _create_balance_site() -> None:
    op.create_table(
        "balance_site",
        sa.Column("balance_id", sa.Integer(), nullable=False),
        sa.Column("site_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["balance_id"],
            ["balance.id"],
            name=op.f("fk_balance_site_balance_id_balance"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["site_id"], ["site.id"], name=op.f("fk_balance_site_site_id_site")
        ),
        sa.PrimaryKeyConstraint("balance_id", "site_id", name=op.f("pk_balance_site")),
    )
