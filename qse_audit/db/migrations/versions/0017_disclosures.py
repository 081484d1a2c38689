"""How the files of a portfolio leave the company: whole, masked, or mentioned only."""

import sqlalchemy as sa
from alembic import op

revision = "0017"
down_revision = "0016"


def upgrade() -> None:
    """Create the table of decisions; without one, a file leaves whole."""
    op.create_table(
        "disclosure",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("candidacy_id", sa.Integer(), nullable=False),
        sa.Column("record_kind", sa.String(length=16), nullable=False),
        sa.Column("record_id", sa.Integer(), nullable=False),
        sa.Column(
            "way",
            sa.Enum(
                "whole",
                "copy",
                "mention",
                name="way_known",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("source_sha256", sa.String(length=64), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=True),
        sa.Column("thumbnail_sha256", sa.String(length=64), nullable=True),
        sa.Column("media_type", sa.String(length=100), nullable=False),
        sa.Column("file_name", sa.String(length=200), nullable=False),
        sa.Column("size_bytes", sa.Integer(), nullable=True),
        sa.Column("people", sa.String(length=200), nullable=False),
        sa.Column("zones", sa.JSON(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("made_by_id", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "(way = 'copy') = (sha256 IS NOT NULL)", name=op.f("ck_disclosure_copy_has_a_file")
        ),
        sa.CheckConstraint(
            "record_kind IN ('evidence', 'report')", name=op.f("ck_disclosure_of_a_file")
        ),
        sa.CheckConstraint("length(sha256) = 64", name=op.f("ck_disclosure_sha256_is_sha256")),
        sa.CheckConstraint(
            "length(source_sha256) = 64", name=op.f("ck_disclosure_source_sha256_is_sha256")
        ),
        sa.ForeignKeyConstraint(
            ["candidacy_id"], ["candidacy.id"], name=op.f("fk_disclosure_candidacy_id_candidacy")
        ),
        sa.ForeignKeyConstraint(
            ["made_by_id"], ["person.id"], name=op.f("fk_disclosure_made_by_id_person")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_disclosure")),
        sa.UniqueConstraint(
            "candidacy_id", "record_kind", "record_id", name=op.f("uq_disclosure_candidacy_id")
        ),
    )


def downgrade() -> None:
    """Drop the table; the copies are swept."""
    op.drop_table("disclosure")
