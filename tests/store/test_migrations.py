from __future__ import annotations

import pkgutil
import subprocess
import sys
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from decimal import Decimal
from importlib import import_module

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy import inspect, text

from dashboard import store
from dashboard.permissions import Role
from dashboard.store import limits, presets, reasons, shape
from dashboard.store.database import Database, DatabaseUnavailable, metadata
from dashboard.store.limits import Limit, Span
from tests.support.database import KEYS


def test_the_migrations_make_exactly_the_tables_that_the_code_knows(database):
    for noun in pkgutil.iter_modules(store.__path__, f"{store.__name__}."):
        import_module(noun.name)
    with database.read() as connection:
        context = MigrationContext.configure(connection, opts={"compare_server_default": True})
        assert compare_metadata(context, metadata) == []


def test_an_upgrade_from_nothing_makes_the_newest_shape(empty_url):
    database = Database(empty_url, KEYS)
    database.upgrade()
    assert database.is_current()
    database.dispose()


def test_the_last_migration_by_name_is_the_one_that_alembic_ends_with(database):
    with database.read() as connection:
        assert MigrationContext.configure(connection).get_current_revision() == shape.newest()


def test_what_serves_has_no_alembic_in_memory():
    program = "import sys, dashboard.app, dashboard.store.database; sys.exit('alembic' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", program], check=False).returncode == 0


def test_what_serves_loads_no_driver_before_it_is_told_of_a_database():
    program = """
import sys, dashboard.app
sys.exit(any(name.startswith("sqlalchemy.dialects.") for name in sys.modules))
"""
    assert subprocess.run([sys.executable, "-c", program], check=False).returncode == 0


def test_an_upgrade_of_the_newest_shape_changes_nothing(database):
    with database.read() as connection:
        before = inspect(connection).get_table_names()
    database.upgrade()
    with database.read() as connection:
        assert (inspect(connection).get_table_names(), len(reasons.list_all(connection))) == (before, 6)


def test_a_database_that_was_never_upgraded_is_not_current(empty_url, tmp_path):
    if empty_url.startswith("sqlite"):
        (tmp_path / "var").mkdir()
        (tmp_path / "var" / "loyalty-desk.db").touch()
    database = Database(empty_url, KEYS)
    assert not database.is_current()
    database.dispose()


def test_a_database_of_a_newer_version_is_refused(owner):
    with owner.write() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    with pytest.raises(DatabaseUnavailable, match="newer version"):
        owner.upgrade()


def test_processes_that_upgrade_at_once_do_it_once(empty_url):
    databases = [Database(empty_url, KEYS) for _ in range(4)]
    with ThreadPoolExecutor(4) as threads:
        list(threads.map(Database.upgrade, databases))
    with databases[0].read() as connection:
        counted = Counter(reason.code for reason in reasons.list_all(connection))
    for database in databases:
        database.dispose()
    assert set(counted.values()) == {1}


def test_a_migration_that_fails_leaves_nothing_behind(empty_url, tmp_path):
    if empty_url.startswith("sqlite"):
        (tmp_path / "var").mkdir()
        (tmp_path / "var" / "loyalty-desk.db").touch()
    database = Database(empty_url, KEYS)
    with database.write() as connection:
        connection.execute(text("CREATE TABLE searches (of_somebody_else INTEGER)"))
    with pytest.raises(Exception, match="already exists"):
        database.upgrade()
    with database.read() as connection:
        assert inspect(connection).get_table_names() == ["searches"]
    database.dispose()


def test_staff_choose_from_six_reasons_in_their_order(database):
    with database.read() as connection:
        offered = [reason.label for reason in reasons.offered(connection)]
    assert offered == [
        "Late delivery",
        "Wrong or damaged item",
        "Points missing from a purchase",
        "Store complaint",
        "Billing error",
        "Other (note needed)",
    ]


def test_only_the_other_reason_needs_a_note(database):
    with database.read() as connection:
        assert [reason.code for reason in reasons.offered(connection) if reason.requires_note] == ["other"]


def test_a_retired_reason_is_known_and_not_offered(database, now):
    with database.write() as connection:
        connection.execute(
            reasons.table.update().where(reasons.table.c.code == "other").values(retired_at=now)
        )
    with database.read() as connection:
        offered = {reason.code for reason in reasons.offered(connection)}
        retired = {reason.code for reason in reasons.list_all(connection) if reason.is_retired}
    assert ("other" in offered, retired) == (False, {"other"})


def test_four_amounts_are_offered(database):
    with database.read() as connection:
        assert presets.list_all(connection) == tuple(map(Decimal, (100, 250, 500, 1000)))


@pytest.mark.parametrize(
    ("role", "limit"),
    [(Role.AGENT, 1000), (Role.SUPERVISOR, 10000), (Role.ADMIN, 10000), (Role.AUDITOR, 0)],
)
def test_each_role_has_a_limit_for_a_single_credit(database, role, limit):
    with database.read() as connection:
        assert limits.of(connection, role) == {Span.ACT: Limit(Decimal(limit))}


def test_a_role_without_a_limit_may_give_nothing(database):
    with database.write() as connection:
        connection.execute(limits.table.delete())
        assert limits.of(connection, Role.ADMIN) == {Span.ACT: Limit(Decimal(0))}
