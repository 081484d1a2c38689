"""Each organisation says how many objectives a person carries, and how often one is looked at."""

import sqlalchemy as sa
from alembic import op

revision = "0024"
down_revision = "0023"

COLUMNS = (("objectives_per_owner", 7, 99), ("objective_review_months", 6, 36))


def upgrade() -> None:
    """Add both limits, with the ones that held so far."""
    for name, usual, most in COLUMNS:
        column = sa.Column(name, sa.Integer(), nullable=False, server_default=str(usual))
        op.add_column("organisation", column)
        with op.batch_alter_table("organisation") as batch:
            batch.alter_column(name, existing_type=sa.Integer(), server_default=None)
            batch.create_check_constraint(
                op.f(f"ck_organisation_{name}_in_range"), f"{name} BETWEEN 1 AND {most}"
            )


def downgrade() -> None:
    """Take them back."""
    for name, _, _ in reversed(COLUMNS):
        with op.batch_alter_table("organisation") as batch:
            batch.drop_constraint(op.f(f"ck_organisation_{name}_in_range"), type_="check")
            batch.drop_column(name)
