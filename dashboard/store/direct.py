"""Statements run past SQLAlchemy, which takes several times as long for a short one as the database does.

They are built with it and answer as it does: values are turned as the types of their columns say, rows have
names, errors are its own.
"""

from __future__ import annotations

from collections import namedtuple
from collections.abc import Callable, Mapping
from typing import Any, cast

from sqlalchemy import ClauseElement, Connection, Select
from sqlalchemy.engine import Dialect
from sqlalchemy.exc import DBAPIError
from sqlalchemy.sql.compiler import SQLCompiler

_NOTHING: Mapping[str, object] = {}

Turn = Callable[[Any], Any]


class Direct:
    """A statement made into text once for each kind of database, and given to its driver.

    Not for lists of values, whose text depends on how many there are.
    """

    def __init__(self, statement: ClauseElement) -> None:
        self._statement = statement
        self._made: dict[str, _Made] = {}

    def run(self, connection: Connection, values: Mapping[str, object] = _NOTHING) -> None:
        """Run it within the transaction of ``connection``.

        :raises sqlalchemy.exc.DBAPIError: what the driver raised, as of any other statement.
        """
        self._for(connection.dialect).run(connection, values)

    def row(self, connection: Connection, values: Mapping[str, object] = _NOTHING) -> Any:
        """Run it; the first row, or None."""
        made = self._for(connection.dialect)
        found = made.run(connection, values).fetchone()
        return None if found is None else made.read(found)

    def rows(self, connection: Connection, values: Mapping[str, object] = _NOTHING) -> list[Any]:
        """Run it; all rows."""
        made = self._for(connection.dialect)
        return [made.read(row) for row in made.run(connection, values).fetchall()]

    def _for(self, dialect: Dialect) -> _Made:
        made = self._made.get(dialect.name)
        if made is None:
            made = self._made[dialect.name] = _Made(self._statement, dialect)
        return made


class _Made:
    """The statement for one kind of database, and what turns its values and rows."""

    def __init__(self, statement: ClauseElement, dialect: Dialect) -> None:
        compiled = cast(SQLCompiler, statement.compile(dialect=dialect))
        columns = list(statement.selected_columns) if isinstance(statement, Select) else []
        self._dialect = dialect
        self._text = str(compiled)
        self._written = {name: value for name, value in compiled.params.items() if value is not None}
        types = {name: bind.type.dialect_impl(dialect) for bind, name in compiled.bind_names.items()}
        turns = {name: cast("Turn | None", kind.bind_processor(dialect)) for name, kind in types.items()}
        self._given = [(name, turn) for name, turn in turns.items() if turn is not None]
        found = [column.type.dialect_impl(dialect).result_processor(dialect, None) for column in columns]
        self._found = [(at, turn) for at, turn in enumerate(found) if turn is not None]
        self._named = _names(tuple(str(column.key) for column in columns))

    def run(self, connection: Connection, values: Mapping[str, object]) -> Any:
        """The driver's cursor."""
        given = {**self._written, **values}
        for name, turn in self._given:
            given[name] = turn(given[name])
        driver = cast(Any, connection.connection.driver_connection)
        raised: type[Exception] = self._dialect.loaded_dbapi.Error
        try:
            return driver.execute(self._text, given)
        except raised as error:
            raise DBAPIError.instance(self._text, None, error, raised, dialect=self._dialect) from error

    def read(self, row: tuple[Any, ...]) -> Any:
        """The row as its columns say."""
        values = list(row)
        for at, turn in self._found:
            values[at] = turn(values[at])
        return self._named(values)


def _names(names: tuple[str, ...]) -> Callable[[list[Any]], Any]:
    """What makes a row of values; a column that was given no name is known by its place alone."""
    row = namedtuple("Row", names, rename=True)  # type: ignore[misc]
    made: Callable[[list[Any]], Any] = row._make
    return made
