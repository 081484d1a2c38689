"""Words of acts say whose they are, so that the wall need not look up the act of each."""

import sqlalchemy as sa
from alembic import op

from qse_audit.db.migrations.wall import HERE, ME, OWN, SYSTEM, raise_wall, take_down

revision = "0022"
down_revision = "0021"

SHARED = "('candidacy', 'situation', 'dossier')"
"""What an exam centre and a company tell each other about."""
NAMED = " OR ".join(
    f"(event.subject_kind = '{kind}'"
    f" AND event.subject_id = ANY ((SELECT wall_named('{kind}'))::integer[]))"
    for kind in ("action", "audit", "evidence", "finding", "report")
)
"""Acts on what a portfolio of one’s own names."""
TOLD = f"""SELECT event.id FROM event WHERE event.organisation_id IS DISTINCT FROM {HERE}
    AND (event.actor_id = {ME} OR event.subject_kind IN {SHARED} OR {NAMED})"""
"""The acts in other chains whose words one reads; which acts those are, their own policy says."""
WORDS = f"{OWN} OR event_id = ANY ((SELECT wall_told())::bigint[])"
BEFORE = f"""EXISTS (
    SELECT 1 FROM event WHERE event.id = event_text.event_id
    AND (event.organisation_id = {HERE} OR {SYSTEM} OR event.actor_id = {ME}
    OR event.subject_kind IN {SHARED} OR {NAMED}))"""


def upgrade() -> None:
    """Give each text the organisation of its act, and let the wall compare that."""
    op.add_column("event_text", sa.Column("organisation_id", sa.Integer(), nullable=True))
    op.execute(
        "UPDATE event_text SET organisation_id ="
        " (SELECT event.organisation_id FROM event WHERE event.id = event_text.event_id)"
    )
    take_down(["event_text"])
    with op.batch_alter_table("event_text") as batch:
        batch.alter_column("organisation_id", existing_type=sa.Integer(), nullable=False)
        batch.create_foreign_key(
            op.f("fk_event_text_organisation_id_organisation"),
            "organisation",
            ["organisation_id"],
            ["id"],
        )
    if op.get_bind().dialect.name == "postgresql":
        op.execute(
            "CREATE FUNCTION wall_told() RETURNS bigint[] LANGUAGE plpgsql STABLE COST 1000 "
            f"AS $$ BEGIN RETURN ARRAY({TOLD}); END $$"
        )
    raise_wall({"event_text": WORDS})


def downgrade() -> None:
    """Look up the act of each text again."""
    take_down(["event_text"])
    if op.get_bind().dialect.name == "postgresql":
        op.execute("DROP FUNCTION wall_told")
    with op.batch_alter_table("event_text") as batch:
        batch.drop_constraint(
            op.f("fk_event_text_organisation_id_organisation"), type_="foreignkey"
        )
        batch.drop_column("organisation_id")
    raise_wall({"event_text": BEFORE})
