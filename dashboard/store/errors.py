"""What can be wrong with the database itself, in words that staff and operators can act on."""

from __future__ import annotations

import sqlite3

from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeout

NOT_SET_UP = "The database is not set up for this version. Run: loyalty-desk db upgrade"
BUSY = "The database is busy. Try again in a moment."

_UNDEFINED_TABLE = "42P01"
_LOCK_NOT_AVAILABLE = "55P03"
_INSUFFICIENT_PRIVILEGE = "42501"


class DatabaseUnavailable(Exception):  # noqa: N818 - says what happened
    """The database is absent, locked, full, unreadable or not set up; the message is one plain line.

    Whatever the transaction had done is rolled back.
    """


def explain(error: Exception, place: str) -> str | None:
    """The plain line for ``error``, or None when it is not about the database being unavailable.

    :param error: what SQLAlchemy raises, or a driver.
    :param place: the file or host, without any secret.
    """
    if isinstance(error, PoolTimeout):
        return BUSY
    cause = error.orig if isinstance(error, DBAPIError) else error
    if isinstance(cause, sqlite3.Error):
        return _explain_sqlite(cause, place)
    known = _explain_state(getattr(cause, "sqlstate", None), place)
    if known is not None:
        return known
    is_cut_off = isinstance(error, DBAPIError) and error.connection_invalidated
    if is_cut_off or _is_operational(error):
        return f"The database {place} does not answer or refuses the connection."
    return None


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


def _explain_state(state: str | None, place: str) -> str | None:
    """What PostgreSQL calls an error by, where that is enough."""
    return {
        _UNDEFINED_TABLE: NOT_SET_UP,
        _LOCK_NOT_AVAILABLE: BUSY,
        _INSUFFICIENT_PRIVILEGE: (
            f"The role that connects to the database {place} lacks a right. "
            "Let the owner of its tables run: loyalty-desk db upgrade --role NAME"
        ),
    }.get(state or "")


def _is_operational(error: Exception) -> bool:
    """Whether it is SQLAlchemy's or a driver's: by name, as a driver that is not in use is not imported."""
    return any(each.__name__ == "OperationalError" for each in type(error).__mro__)
