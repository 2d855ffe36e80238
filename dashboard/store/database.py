"""The database: SQLite in a file by default, PostgreSQL in production, one way to use both.

``write()`` is one transaction that nobody else writes beside: on SQLite it takes the write lock at once
(``BEGIN IMMEDIATE``), because a transaction that reads first and writes later lets two of them overspend the
same limit. On PostgreSQL (READ COMMITTED) lock the row you decide on with ``with_for_update()``; on SQLite
that clause is left out and not needed. ``read()`` sees one snapshot on SQLite and refuses writes on both.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import lru_cache
from importlib import import_module
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, MetaData, Table, bindparam, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from dashboard.store import engines, shape
from dashboard.store.direct import Direct
from dashboard.store.errors import DatabaseUnavailable, explain
from dashboard.store.types import DecimalText, UtcDateTime

__all__ = ["Database", "DatabaseUnavailable", "DecimalText", "UtcDateTime", "hold", "metadata", "upsert"]

SIGNING = "loyalty_desk_signing"
"""Execution option of every write connection: the keys that sign the head of the audit record."""

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
        "pk": "pk_%(table_name)s",
    }
)


class Database:
    """A pool of connections to one database. Cheap to make: nothing is opened before the first use.

    :param url: ``sqlite:///path`` or ``postgresql+psycopg://…``.
    :param secret_keys: as in the settings; the first signs the audit record, which needs one.
    :param busy_seconds: how long a writer waits for another one before it is told that the database is busy.
    :raises DatabaseUnavailable: when the address can never work (no file named, a remote server without TLS).
    """

    def __init__(
        self, url: str, secret_keys: Sequence[str], *, busy_seconds: float = engines.BUSY_SECONDS
    ) -> None:
        self._engines = engines.make(url, busy_seconds)
        self._reader: Engine = self._engines.reader
        self._writer: Engine = self._engines.writer.execution_options(**{SIGNING: tuple(secret_keys)})
        self._driver_error: type[Exception] = self._writer.dialect.loaded_dbapi.Error

    @property
    def place(self) -> str:
        """The file or the host, for messages; never a password."""
        return self._engines.place

    @property
    def holders(self) -> Path:
        """The folder in which processes of this machine that use the database know of each other."""
        return self._engines.holders

    @contextmanager
    def write(self, *, hasty: bool = False) -> Iterator[Connection]:
        """A transaction that may write: committed at the end, rolled back by any exception.

        :param hasty: do not wait for the disk. A power cut may undo what was written last, and nothing else.
        :raises DatabaseUnavailable: the database is absent, locked too long, full or unreadable.
        """
        with self._plainly(), self._writer.begin() as connection:
            engines.begin_writing(connection, hasty=hasty)
            yield connection

    @contextmanager
    def read(self) -> Iterator[Connection]:
        """A transaction that only reads; never waits for a writer.

        :raises DatabaseUnavailable: the database is absent or unreadable.
        """
        with self._plainly(), self._reader.connect() as connection:
            engines.begin_reading(connection)
            yield connection

    def upgrade(self) -> None:
        """Bring the database to the newest shape; makes the SQLite file and its folder when they are missing.

        Nothing happens when it is there already; two processes that upgrade at once do it once.

        :raises DatabaseUnavailable: the database cannot be made or changed.
        """
        from dashboard.store import migrations  # noqa: PLC0415 - Alembic takes 0.2 s, and only an upgrade needs it

        with self._plainly():
            engines.prepare(self._engines)
        with self.write() as connection:
            migrations.upgrade(connection)
        self.dispose()  # a process that forks after this must not hand an open connection to its children

    def is_current(self) -> bool:
        """Whether the database has the newest shape.

        :raises DatabaseUnavailable: the database is absent or unreadable.
        """
        with self.read() as connection:
            return shape.is_current(connection)

    def dispose(self) -> None:
        """Close all idle connections."""
        self._reader.dispose()
        self._writer.dispose()

    @contextmanager
    def _plainly(self) -> Iterator[None]:
        try:
            yield
        except (DBAPIError, PoolTimeout, self._driver_error) as error:
            message = explain(error, self.place)
            if message is None:
                raise
            raise DatabaseUnavailable(message) from error


def hold(connection: Connection, table: Table) -> None:
    """Let nobody else change ``table`` before this transaction ends; reading goes on.

    For what is decided on several rows, where locking each cannot keep new ones out. SQLite has one writer
    anyway.
    """
    if connection.dialect.name == "postgresql":
        connection.execute(text(f"LOCK TABLE {table.name} IN SHARE ROW EXCLUSIVE MODE"))


def upsert(
    connection: Connection,
    table: Table,
    key: Mapping[str, Any],
    values: Mapping[str, Any],
    *,
    new: Mapping[str, Any] | None = None,
) -> None:
    """Insert a row of all three; where one with that unique ``key`` exists, set its ``values``."""
    row = {**key, **values, **(new or {})}
    _upsert(connection.dialect.name, table, tuple(key), tuple(values), tuple(row)).run(connection, row)


@lru_cache
def _upsert(
    dialect: str, table: Table, key: tuple[str, ...], values: tuple[str, ...], row: tuple[str, ...]
) -> Direct:
    # Only the dialect in use: all the drivers of the other one would stay in memory.
    statement = import_module(f"sqlalchemy.dialects.{dialect}").insert(table)
    replaced = {name: statement.excluded[name] for name in values}
    new = statement.values({name: bindparam(name) for name in row})
    return Direct(new.on_conflict_do_update(index_elements=key, set_=replaced))
