"""Run by Alembic inside the connection that ``qse_audit.db.schema`` gives it."""

from alembic import context

from qse_audit.db.base import Base

connection = context.config.attributes["connection"]
context.configure(
    connection=connection,
    target_metadata=Base.metadata,
    render_as_batch=connection.dialect.name == "sqlite",
)
with context.begin_transaction():
    context.run_migrations()
