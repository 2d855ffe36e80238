"""Statements run past SQLAlchemy, which takes several times as long for a short one as the database does."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Protocol, cast

from sqlalchemy import ClauseElement, Connection
from sqlalchemy.exc import DBAPIError

_NOTHING: Mapping[str, object] = {}


class Cursor(Protocol):
    """What both drivers answer with."""

    def fetchone(self) -> Any:
        """The next row, or None."""


class Direct:
    """A statement made into text once for each kind of database, and given to its driver.

    Values pass as they are in both directions, so it is for whole numbers, texts and bytes.
    """

    def __init__(self, statement: ClauseElement) -> None:
        self._statement = statement
        self._texts: dict[str, str] = {}

    def run(self, connection: Connection, values: Mapping[str, object] = _NOTHING) -> Cursor:
        """Run it within the transaction of ``connection``.

        :raises sqlalchemy.exc.DBAPIError: what the driver raised, as of any other statement.
        """
        dialect = connection.dialect
        if dialect.name not in self._texts:
            self._texts[dialect.name] = str(self._statement.compile(dialect=dialect))
        text = self._texts[dialect.name]
        driver = cast(Any, connection.connection.driver_connection)
        raised: type[Exception] = dialect.loaded_dbapi.Error
        try:
            return cast(Cursor, driver.execute(text, values))
        except raised as error:
            raise DBAPIError.instance(text, None, error, raised, dialect=dialect) from error
