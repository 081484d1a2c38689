"""The tables beside the versions of the DUERP, as revision 0029 creates them."""

import sqlalchemy as sa
from alembic import op


def create_duerp_place() -> None:
    """Create ``duerp_place``."""
    op.create_table(
        "duerp_place",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("organisation_id", sa.Integer(), nullable=False),
        sa.Column("location", sa.String(length=200), nullable=False),
        sa.Column("hours", sa.String(length=200), nullable=False),
        sa.Column("contact", sa.String(length=200), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["organisation_id"],
            ["organisation.id"],
            name=op.f("fk_duerp_place_organisation_id_organisation"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_duerp_place")),
        sa.UniqueConstraint("organisation_id", name=op.f("uq_duerp_place_organisation_id")),
    )


def create_duerp_request() -> None:
    """Create ``duerp_request``."""
    op.create_table(
        "duerp_request",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("organisation_id", sa.Integer(), nullable=False),
        sa.Column(
            "recipient",
            sa.Enum(
                "health_service",
                "cse",
                "worker",
                "former_worker",
                "labour_inspection",
                "social_security",
                "professional_body",
                "radiation",
                name="recipient_known",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("asked_on", sa.Date(), nullable=False),
        sa.Column("from_on", sa.Date(), nullable=False),
        sa.Column("until_on", sa.Date(), nullable=True),
        sa.Column("versions", sa.JSON(), nullable=False),
        sa.Column("answered_on", sa.Date(), nullable=True),
        sa.Column("answered_by_id", sa.Integer(), nullable=True),
        sa.Column("noted_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("noted_by_id", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "(answered_on IS NULL) = (answered_by_id IS NULL)",
            name=op.f("ck_duerp_request_answered_by_somebody"),
        ),
        sa.CheckConstraint("length(trim(name)) > 0", name=op.f("ck_duerp_request_name_not_blank")),
        sa.CheckConstraint(
            "until_on IS NULL OR from_on <= until_on",
            name=op.f("ck_duerp_request_ends_after_it_starts"),
        ),
        sa.ForeignKeyConstraint(
            ["answered_by_id"], ["person.id"], name=op.f("fk_duerp_request_answered_by_id_person")
        ),
        sa.ForeignKeyConstraint(
            ["noted_by_id"], ["person.id"], name=op.f("fk_duerp_request_noted_by_id_person")
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id"],
            ["organisation.id"],
            name=op.f("fk_duerp_request_organisation_id_organisation"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_duerp_request")),
    )
    op.create_index(
        "ix_duerp_request_list",
        "duerp_request",
        ["organisation_id", "asked_on", "id"],
        unique=False,
    )


def create_headcount() -> None:
    """Create ``headcount``."""
    op.create_table(
        "headcount",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("organisation_id", sa.Integer(), nullable=False),
        sa.Column("since_on", sa.Date(), nullable=False),
        sa.Column("employees", sa.Integer(), nullable=False),
        sa.Column("noted_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("noted_by_id", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "employees BETWEEN 0 AND 1000000", name=op.f("ck_headcount_employees_in_range")
        ),
        sa.ForeignKeyConstraint(
            ["noted_by_id"], ["person.id"], name=op.f("fk_headcount_noted_by_id_person")
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id"],
            ["organisation.id"],
            name=op.f("fk_headcount_organisation_id_organisation"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_headcount")),
    )
    op.create_index(
        "ix_headcount_organisation",
        "headcount",
        ["organisation_id", "since_on", "id"],
        unique=False,
    )


def create_duerp_measure() -> None:
    """Create ``duerp_measure``."""
    op.create_table(
        "duerp_measure",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("organisation_id", sa.Integer(), nullable=False),
        sa.Column("action_id", sa.Integer(), nullable=False),
        sa.Column("conditions", sa.Text(), nullable=False),
        sa.Column("result_indicator", sa.Text(), nullable=False),
        sa.Column("cost_euros", sa.String(length=60), nullable=True),
        sa.Column("starts_on", sa.Date(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["action_id"], ["action.id"], name=op.f("fk_duerp_measure_action_id_action")
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id"],
            ["organisation.id"],
            name=op.f("fk_duerp_measure_organisation_id_organisation"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_duerp_measure")),
        sa.UniqueConstraint("action_id", name=op.f("uq_duerp_measure_action_id")),
    )


def create_duerp_event() -> None:
    """Create ``duerp_event``."""
    op.create_table(
        "duerp_event",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("organisation_id", sa.Integer(), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "layout",
                "machine",
                "organisation",
                "information",
                "accident",
                name="triggerkind_known",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("happened_on", sa.Date(), nullable=False),
        sa.Column("what", sa.String(length=200), nullable=False),
        sa.Column("done", sa.Text(), nullable=False),
        sa.Column("version_id", sa.Integer(), nullable=True),
        sa.Column("noted_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("noted_by_id", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint("length(trim(what)) > 0", name=op.f("ck_duerp_event_what_not_blank")),
        sa.ForeignKeyConstraint(
            ["noted_by_id"], ["person.id"], name=op.f("fk_duerp_event_noted_by_id_person")
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id"],
            ["organisation.id"],
            name=op.f("fk_duerp_event_organisation_id_organisation"),
        ),
        sa.ForeignKeyConstraint(
            ["version_id"],
            ["duerp_version.id"],
            name=op.f("fk_duerp_event_version_id_duerp_version"),
            ondelete="SET NULL",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_duerp_event")),
    )
    op.create_index(
        "ix_duerp_event_list", "duerp_event", ["organisation_id", "happened_on", "id"], unique=False
    )


def create_duerp_transmission() -> None:
    """Create ``duerp_transmission``."""
    op.create_table(
        "duerp_transmission",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("version_id", sa.Integer(), nullable=False),
        sa.Column(
            "recipient",
            sa.Enum(
                "health_service",
                "cse",
                "worker",
                "former_worker",
                "labour_inspection",
                "social_security",
                "professional_body",
                "radiation",
                name="recipient_known",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("sent_on", sa.Date(), nullable=False),
        sa.Column(
            "channel",
            sa.Enum(
                "mail",
                "portal",
                "post",
                "hand",
                name="channel_known",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("noted_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("noted_by_id", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "length(trim(name)) > 0", name=op.f("ck_duerp_transmission_name_not_blank")
        ),
        sa.ForeignKeyConstraint(
            ["noted_by_id"], ["person.id"], name=op.f("fk_duerp_transmission_noted_by_id_person")
        ),
        sa.ForeignKeyConstraint(
            ["version_id"],
            ["duerp_version.id"],
            name=op.f("fk_duerp_transmission_version_id_duerp_version"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_duerp_transmission")),
    )
    op.create_index(
        "ix_duerp_transmission_version", "duerp_transmission", ["version_id"], unique=False
    )
