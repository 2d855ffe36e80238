"""Run by Alembic for each command; the connection is given by :mod:`dashboard.store.migrations`."""

from alembic import context

context.configure(
    connection=context.config.attributes["connection"],
    transactional_ddl=True,  # SQLite can, as BEGIN is ours: a migration that fails leaves nothing behind
)
with context.begin_transaction():
    context.run_migrations()
