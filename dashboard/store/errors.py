"""What can be wrong with the database itself, in words that staff and operators can act on."""

from __future__ import annotations

import sqlite3

from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeout

NOT_SET_UP = "The database is not set up for this version. Run: loyalty-desk db upgrade"
BUSY = "The database is busy. Try again in a moment."

_UNDEFINED_TABLE = "42P01"
_LOCK_NOT_AVAILABLE = "55P03"


class DatabaseUnavailable(Exception):  # noqa: N818 - says what happened
    """The database is absent, locked, full, unreadable or not set up; the message is one plain line.

    Whatever the transaction had done is rolled back.
    """


def explain(error: DBAPIError | PoolTimeout | sqlite3.Error, place: str) -> str | None:
    """The plain line for ``error``, or None when it is not about the database being unavailable.

    :param place: the file or host, without any secret.
    """
    if isinstance(error, PoolTimeout):
        return BUSY
    if isinstance(error, sqlite3.Error):
        return _explain_sqlite(error, place)
    if isinstance(error.orig, sqlite3.Error):
        return _explain_sqlite(error.orig, place)
    return _explain_postgres(error, place)


def _explain_sqlite(error: sqlite3.Error, place: str) -> str | None:
    if "no such table" in str(error):
        return NOT_SET_UP
    # Extended names such as SQLITE_IOERR_WRITE begin with the name of their family.
    family = "_".join(getattr(error, "sqlite_errorname", "").split("_")[:2])
    return {
        "SQLITE_BUSY": BUSY,
        "SQLITE_LOCKED": BUSY,
        "SQLITE_CANTOPEN": (
            f"The database {place} cannot be opened. Check that it may be read, "
            "or make it: loyalty-desk db upgrade"
        ),
        "SQLITE_READONLY": f"The database {place} may not be written.",
        "SQLITE_FULL": f"The disk that holds the database {place} is full.",
        "SQLITE_IOERR": f"The disk that holds the database {place} fails.",
        "SQLITE_CORRUPT": f"The file {place} is damaged.",
        "SQLITE_NOTADB": f"The file {place} is not a database.",
    }.get(family)


def _explain_postgres(error: DBAPIError, place: str) -> str | None:
    state = getattr(error.orig, "sqlstate", None)
    if state == _UNDEFINED_TABLE:
        return NOT_SET_UP
    if state == _LOCK_NOT_AVAILABLE:
        return BUSY
    if error.connection_invalidated or type(error).__name__ == "OperationalError":
        return f"The database {place} does not answer or refuses the connection."
    return None
