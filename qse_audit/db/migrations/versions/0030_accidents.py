"""The register of accidents, incidents and near misses."""

import sqlalchemy as sa
from alembic import op

from qse_audit.db.constraints import append_only_statements
from qse_audit.db.migrations.wall import stand_behind

revision = "0030"
down_revision = "0029"

FROZEN = (
    "accident_stop",
    "exposure",
)
"""Tables whose rows never change."""


def upgrade() -> None:
    """Create the tables."""
    _create_accident()
    _create_exposure()
    _create_accident_duty()
    _create_accident_stop()
    for table in FROZEN:
        for statement in append_only_statements(table, op.get_bind().dialect.name):
            op.execute(statement)
    for table in ("accident", "accident_stop", "accident_duty", "exposure"):
        stand_behind(table)


def downgrade() -> None:
    """Drop the tables."""
    op.drop_table("accident_stop")
    op.drop_table("accident_duty")
    op.drop_table("exposure")
    op.drop_table("accident")
    if op.get_bind().dialect.name == "postgresql":
        for table in FROZEN:
            op.execute(f"DROP FUNCTION {table}_append_only()")


def _create_accident() -> None:
    op.create_table(
        "accident",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("organisation_id", sa.Integer(), nullable=False),
        sa.Column("reference", sa.String(length=20), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "work_stop",
                "work_no_stop",
                "first_aid",
                "commuting",
                "occupational_disease",
                "near_miss",
                "dangerous_situation",
                "environmental",
                name="eventkind_known",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column(
            "status",
            sa.Enum(
                "declared",
                "investigating",
                "closed",
                "dismissed",
                name="eventstatus_known",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("happened_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("place", sa.String(length=200), nullable=False),
        sa.Column("facts_text", sa.Text(), nullable=False),
        sa.Column("measures_text", sa.Text(), nullable=False),
        sa.Column(
            "category",
            sa.Enum(
                "employee",
                "temporary",
                "subcontractor",
                name="category_known",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=True,
        ),
        sa.Column("function_label", sa.String(length=120), nullable=False),
        sa.Column(
            "potential",
            sa.Enum(
                "minor",
                "serious",
                "severe",
                "fatal",
                name="potential_known",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=True,
        ),
        sa.Column("process_id", sa.Integer(), nullable=True),
        sa.Column("site_id", sa.Integer(), nullable=True),
        sa.Column("known_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("requalified_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("fatal_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("duty_due_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("causes_text", sa.Text(), nullable=False),
        sa.Column("declared_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("declared_by_id", sa.Integer(), nullable=False),
        sa.Column("investigated_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("closing_note", sa.Text(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "(status = 'closed') = (closed_at IS NOT NULL)",
            name=op.f("ck_accident_closed_at_iff_closed"),
        ),
        sa.CheckConstraint(
            "kind IN ('work_stop', 'work_no_stop', 'first_aid', 'commuting', 'occupational_disease') OR (category IS NULL AND fatal_at IS NULL)",
            name=op.f("ck_accident_victim_only_where_hurt"),
        ),
        sa.CheckConstraint(
            "fatal_at IS NULL OR fatal_at >= happened_at",
            name=op.f("ck_accident_death_after_it_happened"),
        ),
        sa.CheckConstraint(
            "known_at >= happened_at", name=op.f("ck_accident_known_after_it_happened")
        ),
        sa.CheckConstraint(
            "length(trim(facts_text)) > 0", name=op.f("ck_accident_facts_text_not_blank")
        ),
        sa.CheckConstraint("length(trim(place)) > 0", name=op.f("ck_accident_place_not_blank")),
        sa.ForeignKeyConstraint(
            ["declared_by_id"], ["person.id"], name=op.f("fk_accident_declared_by_id_person")
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id"],
            ["organisation.id"],
            name=op.f("fk_accident_organisation_id_organisation"),
        ),
        sa.ForeignKeyConstraint(
            ["process_id"], ["process.id"], name=op.f("fk_accident_process_id_process")
        ),
        sa.ForeignKeyConstraint(["site_id"], ["site.id"], name=op.f("fk_accident_site_id_site")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_accident")),
        sa.UniqueConstraint(
            "organisation_id", "reference", name=op.f("uq_accident_organisation_id")
        ),
    )
    op.create_index("ix_accident_duty", "accident", ["duty_due_at", "id"], unique=False)
    op.create_index(
        "ix_accident_list", "accident", ["organisation_id", "happened_at", "id"], unique=False
    )
    op.create_index("ix_accident_process", "accident", ["process_id"], unique=False)
    op.create_index(
        "ix_accident_status",
        "accident",
        ["organisation_id", "status", "happened_at", "id"],
        unique=False,
    )


def _create_exposure() -> None:
    op.create_table(
        "exposure",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("organisation_id", sa.Integer(), nullable=False),
        sa.Column("site_id", sa.Integer(), nullable=True),
        sa.Column("month_on", sa.Date(), nullable=False),
        sa.Column("hours", sa.String(length=60), nullable=False),
        sa.Column("headcount", sa.String(length=60), nullable=True),
        sa.Column("covers_temporary", sa.Boolean(), nullable=False),
        sa.Column("incapacity_pct", sa.String(length=60), nullable=True),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("recorded_by_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["organisation_id"],
            ["organisation.id"],
            name=op.f("fk_exposure_organisation_id_organisation"),
        ),
        sa.ForeignKeyConstraint(
            ["recorded_by_id"], ["person.id"], name=op.f("fk_exposure_recorded_by_id_person")
        ),
        sa.ForeignKeyConstraint(["site_id"], ["site.id"], name=op.f("fk_exposure_site_id_site")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_exposure")),
    )
    op.create_index(
        "ix_exposure_month", "exposure", ["organisation_id", "month_on", "id"], unique=False
    )


def _create_accident_duty() -> None:
    op.create_table(
        "accident_duty",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("organisation_id", sa.Integer(), nullable=False),
        sa.Column("accident_id", sa.Integer(), nullable=False),
        sa.Column(
            "duty",
            sa.Enum(
                "declare",
                "inscribe",
                "agency",
                "inspection",
                "environment",
                name="dutycode_known",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("done_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("words", sa.String(length=300), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("recorded_by_id", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "length(trim(words)) > 0", name=op.f("ck_accident_duty_words_not_blank")
        ),
        sa.ForeignKeyConstraint(
            ["accident_id"], ["accident.id"], name=op.f("fk_accident_duty_accident_id_accident")
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id"],
            ["organisation.id"],
            name=op.f("fk_accident_duty_organisation_id_organisation"),
        ),
        sa.ForeignKeyConstraint(
            ["recorded_by_id"], ["person.id"], name=op.f("fk_accident_duty_recorded_by_id_person")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_accident_duty")),
        sa.UniqueConstraint("accident_id", "duty", name=op.f("uq_accident_duty_accident_id")),
    )


def _create_accident_stop() -> None:
    op.create_table(
        "accident_stop",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("organisation_id", sa.Integer(), nullable=False),
        sa.Column("accident_id", sa.Integer(), nullable=False),
        sa.Column("from_on", sa.Date(), nullable=False),
        sa.Column("until_on", sa.Date(), nullable=True),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("recorded_by_id", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "until_on IS NULL OR until_on >= from_on",
            name=op.f("ck_accident_stop_ends_after_it_starts"),
        ),
        sa.ForeignKeyConstraint(
            ["accident_id"], ["accident.id"], name=op.f("fk_accident_stop_accident_id_accident")
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id"],
            ["organisation.id"],
            name=op.f("fk_accident_stop_organisation_id_organisation"),
        ),
        sa.ForeignKeyConstraint(
            ["recorded_by_id"], ["person.id"], name=op.f("fk_accident_stop_recorded_by_id_person")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_accident_stop")),
    )
    op.create_index(
        "ix_accident_stop_accident", "accident_stop", ["accident_id", "id"], unique=False
    )
