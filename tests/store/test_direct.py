"""What runs past SQLAlchemy comes to the same as what runs through it."""

from __future__ import annotations

from decimal import Decimal

import pytest
from msgspec.structs import replace
from sqlalchemy import bindparam, func, insert, select, text
from sqlalchemy.exc import IntegrityError

from dashboard.store import intents, recents, staff
from dashboard.store.database import DatabaseUnavailable
from dashboard.store.direct import Direct
from tests.actions.schedules import new_intent


def put_in(database, who, now) -> None:
    """JSON, moments, a decimal; beside the truths of a person, and everywhere something is missing."""
    with database.write() as connection:
        intents.add(connection, replace(new_intent(), staff_id=who.id))
        key = {"staff_id": who.id, "programme_id": "p", "contact_id": 7}
        recents.touch(connection, **key, label="Zoë", balance=Decimal("12.50"), now=now)


@pytest.mark.parametrize("table", [staff.table, intents.table, recents.table])
def test_rows_are_the_same(database, sam, now, table):
    put_in(database, sam, now)
    statement = select(table)
    with database.read() as connection:
        through = [row._asdict() for row in connection.execute(statement)]
        past = [row._asdict() for row in Direct(statement).rows(connection)]
    assert past == through != []


def test_a_row_is_found_by_values_of_every_type(database, sam, now):
    put_in(database, sam, now)
    named = {"seen_at": now, "balance": Decimal("12.50"), "contact_id": 7, "label": "Zoë"}
    conditions = [recents.table.c[name] == bindparam(name) for name in named]
    written = [recents.table.c.seen_at == now, recents.table.c.balance == Decimal("12.50")]
    with database.read() as connection:
        found = Direct(select(recents.table).where(*conditions))
        assert found.row(connection, named).balance == Decimal("12.50")
        assert found.row(connection, {**named, "contact_id": 8}) is None
        assert Direct(select(func.count()).where(*written)).row(connection) == (1,)


def test_a_rule_that_is_broken_is_told_as_it_is_elsewhere(database, sam):
    twice = Direct(insert(staff.table).values({name: bindparam(name) for name in staff.table.c.keys()}))  # noqa: SIM118
    with database.read() as connection:
        row = Direct(select(staff.table)).row(connection)._asdict()
    with pytest.raises(IntegrityError), database.write() as connection:
        twice.run(connection, row)


@pytest.mark.postgres
def test_a_server_that_goes_away_while_it_is_read_is_told_once_and_found_again(postgres_database, caplog):
    def lose_the_server_and_read() -> None:
        with postgres_database.read() as connection, postgres_database.write() as other:
            own = connection.execute(text("SELECT pg_backend_pid()")).scalar_one()
            other.execute(text(f"SELECT pg_terminate_backend({own}, 5000)"))
            intents.count_held(connection)

    with pytest.raises(DatabaseUnavailable, match="does not answer"):
        lose_the_server_and_read()
    with postgres_database.read() as connection:
        assert intents.count_held(connection) == 0
    assert caplog.records == []
