from __future__ import annotations

import sqlite3
import stat
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from datetime import datetime, timedelta, timezone
from decimal import Decimal
from pathlib import Path
from threading import Barrier

import pytest
from sqlalchemy import text, update
from sqlalchemy.exc import DBAPIError, IntegrityError

from dashboard.permissions import Role
from dashboard.store import limits, notes, recents, staff
from dashboard.store.database import Database, DatabaseUnavailable
from tests.support.database import KEYS


def pragma(database: Database, name: str) -> object:
    with database.write() as connection:
        return connection.execute(text(f"PRAGMA {name}")).scalar_one()


def test_sqlite_logs_ahead_and_syncs_every_commit(sqlite_database):
    assert (pragma(sqlite_database, "journal_mode"), pragma(sqlite_database, "synchronous")) == ("wal", 2)


def test_only_what_is_hasty_does_not_wait_for_the_disk(sqlite_database):
    with sqlite_database.write(hasty=True) as connection:
        assert connection.execute(text("PRAGMA synchronous")).scalar_one() == 1
    assert pragma(sqlite_database, "synchronous") == 2


@pytest.mark.postgres
def test_only_what_is_hasty_does_not_wait_for_the_servers_disk(postgres_database):
    setting = text("SHOW synchronous_commit")
    with postgres_database.write() as connection:
        before = connection.execute(setting).scalar_one()
    with postgres_database.write(hasty=True) as connection:
        assert connection.execute(setting).scalar_one() == "off"
    with postgres_database.write() as connection:
        assert connection.execute(setting).scalar_one() == before


def test_sqlite_keeps_foreign_keys(sqlite_database, now):
    with pytest.raises(IntegrityError), sqlite_database.write() as connection:
        notes.add(connection, programme_id="p", contact_id=1, staff_id="nobody", text="hello", now=now)


def test_a_failed_transaction_leaves_nothing(database, now):
    def add_and_fail() -> None:
        with database.write() as connection:
            staff.add(connection, email="sam@shop.example", name="Sam", role=Role.AGENT, now=now)
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        add_and_fail()
    with database.read() as connection:
        assert staff.list_all(connection) == ()


def test_a_connection_that_reads_cannot_write(database):
    with pytest.raises((DBAPIError, DatabaseUnavailable)), database.read() as connection:
        connection.execute(text("DELETE FROM presets"))


def test_a_reader_sees_one_state_while_another_commits(sqlite_database, now):
    with sqlite_database.read() as reader:
        before = staff.list_all(reader)
        with sqlite_database.write() as writer:
            staff.add(writer, email="sam@shop.example", name="Sam", role=Role.AGENT, now=now)
        assert staff.list_all(reader) == before


def test_two_writers_who_read_first_never_overspend(database):
    """Eight take 300 of 1,000 at once. SQLite: BEGIN IMMEDIATE; PostgreSQL: the row's lock."""
    together = Barrier(8)

    def take(_: int) -> bool:
        together.wait()
        with database.write() as connection:
            row = limits.table.c.subject == Role.AGENT
            statement = limits.table.select().where(row).with_for_update()
            left = connection.execute(statement).one().value
            if left < 300:
                return False
            remaining = update(limits.table).where(row).values(value=left - 300)
            connection.execute(remaining)
            return True

    with ThreadPoolExecutor(8) as threads:
        took = sum(threads.map(take, range(8)))
    with database.read() as connection:
        assert (took, limits.most_at_once(connection, [Role.AGENT])) == (3, Decimal(100))


def test_moments_come_back_in_utc_to_the_microsecond(database, now):
    there = now.astimezone(timezone(timedelta(hours=5, minutes=30)))
    with database.write() as connection:
        added = staff.add(connection, email="sam@shop.example", name="Sam", role=Role.AGENT, now=there)
    assert (added.created_at, added.created_at.utcoffset()) == (now, timedelta())


def test_a_moment_without_a_zone_is_refused(database):
    with pytest.raises(Exception, match="without a time zone"), database.write() as connection:
        staff.add(connection, email="a@b.example", name="A", role=Role.AGENT, now=datetime(2026, 1, 1))  # noqa: DTZ001


@pytest.mark.parametrize("amount", ["0.10", "1E+3", "-12345678901234567890.123456789"])
def test_decimals_come_back_exactly(database, sam, now, amount):
    with database.write() as connection:
        recents.touch(
            connection,
            staff_id=sam.id,
            programme_id="p",
            contact_id=1,
            label="A",
            now=now,
            balance=Decimal(amount),
        )
        assert recents.list_for(connection, sam.id, "p")[0].balance == Decimal(amount)


def test_an_amount_that_is_no_number_is_refused(database, sam, now):
    with pytest.raises(Exception, match="finite"), database.write() as connection:
        recents.touch(
            connection,
            staff_id=sam.id,
            programme_id="p",
            contact_id=1,
            label="A",
            now=now,
            balance=Decimal("NaN"),
        )


def test_an_absent_file_is_reported_and_not_made(tmp_path):
    path = tmp_path / "absent.db"
    with (
        pytest.raises(DatabaseUnavailable, match=r"absent\.db cannot be opened"),
        Database(f"sqlite:///{path}", KEYS).read(),
    ):
        pass
    assert not path.exists()


def test_a_file_that_is_no_database_is_reported(tmp_path):
    path = tmp_path / "letter.db"
    path.write_text("Dear reader, this is no database. " * 100)
    with pytest.raises(DatabaseUnavailable, match="is not a database"):
        Database(f"sqlite:///{path}", KEYS).upgrade()


def test_a_file_locked_by_another_process_is_reported_as_busy(sqlite_database):
    impatient = Database(f"sqlite:///{sqlite_database.place}", KEYS, busy_seconds=0.01)
    with closing(sqlite3.connect(sqlite_database.place, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(DatabaseUnavailable, match="busy"), impatient.write():
            pass


def test_a_writer_behind_a_slow_one_is_told_that_the_database_is_busy(sqlite_database):
    impatient = Database(f"sqlite:///{sqlite_database.place}", KEYS, busy_seconds=0.01)
    with impatient.write(), pytest.raises(DatabaseUnavailable, match="busy"), impatient.write():
        pass


@pytest.mark.postgres
def test_a_row_locked_too_long_is_reported_as_busy(postgres_database):
    rows = limits.table.select().with_for_update()
    with postgres_database.write() as first:
        first.execute(rows)
        lock = text("SET LOCAL lock_timeout = '10ms'; LOCK TABLE limits")
        with pytest.raises(DatabaseUnavailable, match="busy"), postgres_database.write() as second:
            second.execute(lock)


def test_a_database_without_tables_says_what_to_run(empty_url, tmp_path):
    if empty_url.startswith("sqlite"):
        (tmp_path / "var").mkdir()
        (tmp_path / "var" / "loyalty-desk.db").touch()
    database = Database(empty_url, KEYS)
    with pytest.raises(DatabaseUnavailable, match="loyalty-desk db upgrade"), database.read() as connection:
        staff.list_all(connection)
    database.dispose()


@pytest.mark.postgres
def test_a_server_that_does_not_answer_is_reported_without_its_password():
    database = Database("postgresql+psycopg://sam:hunter2@127.0.0.1:1/desk", KEYS)
    with pytest.raises(DatabaseUnavailable) as raised, database.read():
        pass
    assert str(raised.value) == "The database desk on 127.0.0.1 does not answer or refuses the connection."


def test_a_server_on_another_machine_must_prove_who_it_is():
    with pytest.raises(DatabaseUnavailable, match="sslmode=verify-full"):
        Database("postgresql+psycopg://sam@db.example/desk?sslmode=require", KEYS)


@pytest.mark.parametrize("url", ["sqlite://", "sqlite:///:memory:"])
def test_a_database_in_memory_is_refused(url):
    with pytest.raises(DatabaseUnavailable, match="must name a file"):
        Database(url, KEYS)


def test_the_folder_of_the_file_is_made_for_its_owner_alone(tmp_path):
    Database(f"sqlite:///{tmp_path}/var/desk.db", KEYS).upgrade()
    modes = [
        stat.S_IMODE(Path(path).stat().st_mode) for path in (tmp_path / "var", tmp_path / "var" / "desk.db")
    ]
    assert modes == [0o700, 0o600]


def test_a_folder_that_cannot_be_made_is_reported(tmp_path):
    (tmp_path / "var").write_text("a file where the folder should be")
    with pytest.raises(DatabaseUnavailable, match="cannot be made"):
        Database(f"sqlite:///{tmp_path}/var/desk.db", KEYS).upgrade()
