"""How connections are made: what SQLite and PostgreSQL each need to keep money exact and answers quick."""

from __future__ import annotations

import fcntl
import os
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from hashlib import blake2b
from pathlib import Path
from tempfile import gettempdir
from typing import Any, cast

import msgspec
from sqlalchemy import URL, Connection, Engine, create_engine, event, make_url

from dashboard.store.errors import DatabaseUnavailable

BUSY_SECONDS = 5.0

_CONNECT_SECONDS = 3
_VERIFIED_TLS = "verify-full"


class Engines(msgspec.Struct, frozen=True):
    """One pool that only reads, one that writes, and where they lead."""

    reader: Engine
    writer: Engine
    place: str
    file: Path | None
    """The SQLite file; None on PostgreSQL."""
    holders: Path
    """A folder on this machine for the processes that use the database."""


def make(url: str, busy_seconds: float) -> Engines:
    """Pools for ``url``; nothing is opened yet.

    :raises DatabaseUnavailable: when the address can never work.
    """
    parsed = make_url(url)
    kind = _sqlite if parsed.get_backend_name() == "sqlite" else _postgresql
    return kind(parsed, busy_seconds)


def prepare(engines: Engines) -> None:
    """Make the SQLite file and its folder when they are missing, and switch it to write-ahead logging.

    The mode is kept in the file, so later connections need not ask for it again.

    :raises DatabaseUnavailable: the file cannot be made.
    :raises sqlite3.Error: it cannot be opened or is no database.
    """
    if engines.file is None:
        return
    try:
        engines.file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        engines.file.touch(mode=0o600)
    except OSError as error:
        raise DatabaseUnavailable(
            f"The database {engines.place} cannot be made: {error.strerror}."
        ) from error
    # SQLite does not wait for others while it changes this mode, so processes that start together queue here.
    with _alone_in(engines.file.parent), closing(sqlite3.connect(engines.file)) as connection:
        connection.execute("PRAGMA journal_mode = WAL")


@contextmanager
def _alone_in(folder: Path) -> Iterator[None]:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)


def begin_reading(connection: Connection) -> None:
    """Begin a transaction that only reads.

    This and its sibling are called and listen for no event: while an engine has one listener, SQLAlchemy
    looks for others around every statement, which takes a fifth of a short one's time.
    """
    if connection.dialect.name == "sqlite":
        _directly(connection, "BEGIN")


def begin_writing(connection: Connection, *, hasty: bool) -> None:
    """Begin a transaction that may write; a hasty one does not wait for the disk when it is committed.

    :raises sqlite3.Error: another one writes for too long.
    """
    if connection.dialect.name == "sqlite":
        # Hasty commits keep the file whole, too; the next that is not hasty takes them to the disk with it.
        _directly(connection, f"PRAGMA synchronous = {'NORMAL' if hasty else 'FULL'}")
        _directly(connection, "BEGIN IMMEDIATE")
    elif hasty:
        connection.exec_driver_sql("SET LOCAL synchronous_commit = off")


def _directly(connection: Connection, statement: str) -> None:
    """Past SQLAlchemy, which takes ten times as long for a word that returns nothing."""
    driver = cast(sqlite3.Connection, connection.connection.driver_connection)
    driver.execute(statement)


def _sqlite(url: URL, busy_seconds: float) -> Engines:
    if not url.database or url.database == ":memory:":
        raise DatabaseUnavailable("DATABASE_URL must name a file, such as sqlite:///var/loyalty-desk.db")
    file = Path(url.database).absolute()
    # mode=rw: a file that is not there is an error to report, not an empty database to make.
    address = URL.create("sqlite", database=file.as_uri(), query={"mode": "rw", "uri": "true"})
    options: dict[str, Any] = {
        "connect_args": {"isolation_level": None, "timeout": busy_seconds},
        "paramstyle": "named",  # as on PostgreSQL, see Direct
        "pool_timeout": busy_seconds,
    }
    reader = create_engine(address, pool_size=8, max_overflow=24, **options)
    # SQLite has one writer at a time: threads queue for the one connection instead of polling for the lock.
    writer = create_engine(address, pool_size=1, max_overflow=0, **options)
    event.listen(reader, "connect", _on_sqlite_reader)
    event.listen(writer, "connect", _on_sqlite_writer)
    return Engines(reader, writer, str(file), file, Path(f"{file}-holders"))


def _on_sqlite_reader(connection: sqlite3.Connection, _record: object) -> None:
    connection.execute("PRAGMA query_only = ON")


def _on_sqlite_writer(connection: sqlite3.Connection, _record: object) -> None:
    connection.execute("PRAGMA foreign_keys = ON")


def _postgresql(url: URL, busy_seconds: float) -> Engines:
    settings: dict[str, Any] = {
        "connect_timeout": _CONNECT_SECONDS,
        "options": f"-c lock_timeout={int(busy_seconds * 1000)} -c timezone=UTC",
        **_tls(url),
    }
    writer = create_engine(
        url,
        connect_args=settings,
        isolation_level="READ COMMITTED",
        pool_pre_ping=True,
        pool_size=8,
        max_overflow=8,
        pool_timeout=busy_seconds,
    )
    reader = writer.execution_options(postgresql_readonly=True)
    return Engines(reader, writer, f"{url.database} on {url.host or 'this machine'}", None, _holders_of(url))


def _holders_of(url: URL) -> Path:
    """A folder of this machine's own, not one that several may share; another one for each database."""
    which = blake2b(f"{url.host}:{url.port}/{url.database}".encode(), digest_size=8).hexdigest()
    return Path(gettempdir()) / f"loyalty-desk-{os.geteuid()}-{which}-holders"


def _tls(url: URL) -> dict[str, str]:
    """A server on another machine is reached over TLS with its certificate checked, or not at all."""
    host = url.host or url.query.get("host") or ""
    if not host or host in {"localhost", "::1"} or str(host).startswith(("127.", "/")):
        return {}
    asked = url.query.get("sslmode", _VERIFIED_TLS)
    if asked != _VERIFIED_TLS:
        raise DatabaseUnavailable(
            f"DATABASE_URL must use sslmode={_VERIFIED_TLS} for a server on another machine."
        )
    return {"sslmode": _VERIFIED_TLS, "sslrootcert": str(url.query.get("sslrootcert", "system"))}
