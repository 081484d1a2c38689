"""Whoever owns an action is tied to the finding that asks for it, and so to its final files."""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"

action = sa.table(
    "action",
    sa.column("origin_kind", sa.String),
    sa.column("origin_id", sa.Integer),
    sa.column("owner_id", sa.Integer),
    sa.column("status", sa.String),
)
participation = sa.table(
    "participation",
    sa.column("subject_kind", sa.String),
    sa.column("subject_id", sa.Integer),
    sa.column("link", sa.String),
    sa.column("person_id", sa.Integer),
)


finding = sa.table(
    "finding", sa.column("id", sa.Integer), sa.column("finalised_at", sa.DateTime(timezone=True))
)
tied = sa.table(
    "finding_evidence",
    sa.column("finding_id", sa.Integer),
    sa.column("sealed_at", sa.DateTime(timezone=True)),
)


def upgrade() -> None:
    """Say which ties are final; tie the owners of the actions that were not cancelled."""
    op.add_column(
        "finding_evidence", sa.Column("sealed_at", sa.DateTime(timezone=True), nullable=True)
    )
    final = sa.select(finding.c.finalised_at).where(finding.c.id == tied.c.finding_id)
    op.execute(tied.update().values(sealed_at=final.scalar_subquery()))
    owners = (
        sa.select(action.c.origin_kind, action.c.origin_id, sa.literal("owner"), action.c.owner_id)
        .where(action.c.origin_kind == "finding", action.c.status != "cancelled")
        .distinct()
    )
    names = ["subject_kind", "subject_id", "link", "person_id"]
    op.execute(participation.insert().from_select(names, owners))


def downgrade() -> None:
    """Untie them."""
    op.execute(
        participation.delete().where(
            participation.c.subject_kind == "finding", participation.c.link == "owner"
        )
    )
    op.drop_column("finding_evidence", "sealed_at")
