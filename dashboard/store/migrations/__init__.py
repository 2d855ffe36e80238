"""The database's shape, step by step; inside the package, so that an installed wheel can upgrade too."""

from __future__ import annotations

from alembic import command
from alembic.config import Config
from alembic.util import CommandError
from sqlalchemy import Connection, text

from dashboard.store.errors import DatabaseUnavailable

_UPGRADE_LOCK = 4_915_021_774
"""Any number that nothing else on the PostgreSQL server takes a lock by."""


def upgrade(connection: Connection) -> None:
    """Bring the database to the newest shape inside the caller's transaction, if it is not there yet.

    :raises DatabaseUnavailable: a newer version of the console made it.
    """
    if connection.dialect.name == "postgresql":
        connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _UPGRADE_LOCK})
    try:
        command.upgrade(_config(connection), "head")
    except CommandError as error:
        raise DatabaseUnavailable("The database was made by a newer version of Loyalty Desk.") from error


def _config(connection: Connection) -> Config:
    config = Config(attributes={"connection": connection})
    config.set_main_option("script_location", "dashboard.store:migrations")
    config.set_main_option("path_separator", "os")
    return config
