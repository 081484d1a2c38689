"""Indicators, their variables, target paths and baselines."""

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"


def upgrade() -> None:
    """Create the tables."""
    _create_indicator()
    _create_indicator_baseline()
    _create_indicator_target()
    _create_indicator_variable()


def downgrade() -> None:
    """Drop the tables."""
    op.drop_table("indicator_variable")
    op.drop_table("indicator_target")
    op.drop_table("indicator_baseline")
    op.drop_table("indicator")


def _create_indicator() -> None:
    op.create_table(
        "indicator",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("organisation_id", sa.Integer(), nullable=False),
        sa.Column("reference", sa.String(length=20), nullable=False),
        sa.Column("title", sa.String(length=200), nullable=False),
        sa.Column(
            "status",
            sa.Enum(
                "draft",
                "active",
                "dropped",
                name="indicatorstatus_known",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("short_name", sa.String(length=60), nullable=False),
        sa.Column(
            "domain",
            sa.Enum(
                "quality",
                "safety",
                "environment",
                "system",
                name="indicatordomain_known",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column(
            "timing",
            sa.Enum(
                "leading",
                "lagging",
                name="timing_known",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("process_id", sa.Integer(), nullable=True),
        sa.Column("site_id", sa.Integer(), nullable=True),
        sa.Column("owner_id", sa.Integer(), nullable=False),
        sa.Column("library_key", sa.String(length=80), nullable=False),
        sa.Column("purpose", sa.Text(), nullable=False),
        sa.Column("decision", sa.Text(), nullable=False),
        sa.Column("perimeter", sa.Text(), nullable=False),
        sa.Column("data_source", sa.Text(), nullable=False),
        sa.Column("collection", sa.Text(), nullable=False),
        sa.Column("biases", sa.Text(), nullable=False),
        sa.Column("reaction_plan", sa.Text(), nullable=False),
        sa.Column("formula", sa.Text(), nullable=False),
        sa.Column("measure_unit", sa.String(length=60), nullable=False),
        sa.Column("decimals", sa.Integer(), nullable=False),
        sa.Column(
            "frequency",
            sa.Enum(
                "day",
                "week",
                "month",
                "quarter",
                "half",
                "year",
                name="frequency_known",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("delay_days", sa.Integer(), nullable=False),
        sa.Column("starts_on", sa.Date(), nullable=False),
        sa.Column("closed_until", sa.Date(), nullable=True),
        sa.Column("awaited_on", sa.Date(), nullable=True),
        sa.Column("due_on", sa.Date(), nullable=True),
        sa.Column(
            "direction",
            sa.Enum(
                "up",
                "down",
                "nominal",
                name="direction_known",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column(
            "chart",
            sa.Enum(
                "xmr",
                "p",
                "u",
                "c",
                "g",
                "run",
                "pareto",
                "stacked",
                name="chart_known",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column(
            "rule_set",
            sa.Enum(
                "wheeler",
                "western-electric",
                "nelson",
                name="ruleset_known",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("alert_low", sa.String(length=60), nullable=True),
        sa.Column("alert_high", sa.String(length=60), nullable=True),
        sa.Column("action_low", sa.String(length=60), nullable=True),
        sa.Column("action_high", sa.String(length=60), nullable=True),
        sa.Column("tolerance_low", sa.String(length=60), nullable=True),
        sa.Column("tolerance_high", sa.String(length=60), nullable=True),
        sa.Column("review_on", sa.Date(), nullable=True),
        sa.Column("reviewed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("review_note", sa.Text(), nullable=False),
        sa.Column("dropped_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("dropped_reason", sa.Text(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_by_id", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "due_on IS NULL OR status = 'active'", name=op.f("ck_indicator_due_while_followed")
        ),
        sa.CheckConstraint(
            "status <> 'dropped' OR length(trim(dropped_reason)) > 0",
            name=op.f("ck_indicator_dropped_for_a_reason"),
        ),
        sa.CheckConstraint(
            "(due_on IS NULL) = (awaited_on IS NULL)", name=op.f("ck_indicator_due_when_awaited")
        ),
        sa.CheckConstraint(
            "decimals BETWEEN 0 AND 6", name=op.f("ck_indicator_decimals_from_0_to_6")
        ),
        sa.CheckConstraint(
            "delay_days BETWEEN 0 AND 366", name=op.f("ck_indicator_delay_within_a_year")
        ),
        sa.CheckConstraint("length(trim(title)) > 0", name=op.f("ck_indicator_title_not_blank")),
        sa.ForeignKeyConstraint(
            ["created_by_id"], ["person.id"], name=op.f("fk_indicator_created_by_id_person")
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id"],
            ["organisation.id"],
            name=op.f("fk_indicator_organisation_id_organisation"),
        ),
        sa.ForeignKeyConstraint(
            ["owner_id"], ["person.id"], name=op.f("fk_indicator_owner_id_person")
        ),
        sa.ForeignKeyConstraint(
            ["process_id"], ["process.id"], name=op.f("fk_indicator_process_id_process")
        ),
        sa.ForeignKeyConstraint(["site_id"], ["site.id"], name=op.f("fk_indicator_site_id_site")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_indicator")),
        sa.UniqueConstraint(
            "organisation_id", "reference", name=op.f("uq_indicator_organisation_id")
        ),
    )
    op.create_index("ix_indicator_due", "indicator", ["status", "due_on", "id"], unique=False)
    op.create_index(
        "ix_indicator_list",
        "indicator",
        ["organisation_id", "status", "domain", "id"],
        unique=False,
    )
    op.create_index(
        "ix_indicator_owner", "indicator", ["owner_id", "status", "due_on"], unique=False
    )
    op.create_index(
        "uq_indicator_short_name",
        "indicator",
        ["organisation_id", "short_name"],
        unique=True,
        sqlite_where=sa.text("short_name <> '' AND status <> 'dropped'"),
        postgresql_where=sa.text("short_name <> '' AND status <> 'dropped'"),
    )


def _create_indicator_baseline() -> None:
    op.create_table(
        "indicator_baseline",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("indicator_id", sa.Integer(), nullable=False),
        sa.Column("from_on", sa.Date(), nullable=False),
        sa.Column("until_on", sa.Date(), nullable=True),
        sa.Column("cause", sa.Text(), nullable=False),
        sa.Column("locked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("locked_by_id", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "until_on IS NULL OR until_on > from_on",
            name=op.f("ck_indicator_baseline_ends_after_it_starts"),
        ),
        sa.ForeignKeyConstraint(
            ["indicator_id"],
            ["indicator.id"],
            name=op.f("fk_indicator_baseline_indicator_id_indicator"),
        ),
        sa.ForeignKeyConstraint(
            ["locked_by_id"], ["person.id"], name=op.f("fk_indicator_baseline_locked_by_id_person")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_indicator_baseline")),
        sa.UniqueConstraint(
            "indicator_id", "from_on", name=op.f("uq_indicator_baseline_indicator_id")
        ),
    )


def _create_indicator_target() -> None:
    op.create_table(
        "indicator_target",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("indicator_id", sa.Integer(), nullable=False),
        sa.Column("period_on", sa.Date(), nullable=False),
        sa.Column("value", sa.String(length=60), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["indicator_id"],
            ["indicator.id"],
            name=op.f("fk_indicator_target_indicator_id_indicator"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_indicator_target")),
        sa.UniqueConstraint(
            "indicator_id", "period_on", name=op.f("uq_indicator_target_indicator_id")
        ),
    )


def _create_indicator_variable() -> None:
    op.create_table(
        "indicator_variable",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("indicator_id", sa.Integer(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=64), nullable=False),
        sa.Column("label", sa.String(length=160), nullable=False),
        sa.Column("measure_unit", sa.String(length=60), nullable=False),
        sa.Column("definition", sa.Text(), nullable=False),
        sa.Column(
            "aggregation",
            sa.Enum(
                "sum",
                "mean",
                "last",
                name="aggregation_known",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("minimum", sa.String(length=60), nullable=True),
        sa.Column("maximum", sa.String(length=60), nullable=True),
        sa.Column("is_whole", sa.Boolean(), nullable=False),
        sa.Column(
            "automatic",
            sa.Enum(
                "audits_planned",
                "audits_done",
                "reports_issued",
                "reports_on_time",
                "questions_applicable",
                "questions_conforming",
                "findings_major",
                "findings_minor",
                "findings_concern",
                "findings_opportunity",
                "nonconformities_closed",
                "nonconformities_recurring",
                "median_closure_days",
                "actions_due",
                "actions_closed_on_time",
                "actions_overdue",
                "actions_open",
                "actions_verified",
                "actions_effective",
                "indicator_values_due",
                "indicator_values_on_time",
                name="automaticsource_known",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=True,
        ),
        sa.CheckConstraint(
            "length(trim(label)) > 0", name=op.f("ck_indicator_variable_label_not_blank")
        ),
        sa.ForeignKeyConstraint(
            ["indicator_id"],
            ["indicator.id"],
            name=op.f("fk_indicator_variable_indicator_id_indicator"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_indicator_variable")),
        sa.UniqueConstraint(
            "indicator_id", "name", name=op.f("uq_indicator_variable_indicator_id")
        ),
    )
