"""What the role that serves on PostgreSQL may not do. What it may is tried by the tests of store and deed."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from sqlalchemy import inspect, text

from dashboard.store import roles
from dashboard.store.database import Database, DatabaseUnavailable
from dashboard.store.roles import RIGHTS, UnfitRole
from tests.store.test_audit import CREDIT, append
from tests.support.database import KEYS, as_role, new_role

pytestmark = pytest.mark.postgres


@pytest.fixture
def role(upgraded_postgres_url: str) -> Iterator[str]:
    """A role that was granted nothing."""
    with new_role(upgraded_postgres_url) as name:
        yield name


def refusal(owner: Database, role: str) -> str:
    """Why ``role`` is not fit."""
    with pytest.raises(UnfitRole) as caught, owner.write() as connection:
        roles.grant(connection, role)
    return str(caught.value)


def test_every_table_has_its_rights(postgres_owner):
    with postgres_owner.read() as connection:
        assert set(inspect(connection).get_table_names()) == set(RIGHTS)


@pytest.mark.parametrize(
    "statement",
    [
        "CREATE TABLE of_my_own (id INTEGER)",
        "CREATE SCHEMA of_my_own",
        "ALTER TABLE staff ADD COLUMN backdoor TEXT",
        "ALTER TABLE audit DISABLE TRIGGER USER",
        "DROP TABLE notes",
        "CREATE OR REPLACE FUNCTION audit_refuse() RETURNS trigger LANGUAGE sql AS ''",
        "UPDATE audit SET record = '{}'",
        "DELETE FROM audit",
        "TRUNCATE audit",
        "DELETE FROM audit_head",
        "DELETE FROM intents",
        "UPDATE notes SET text = ''",
        "UPDATE alembic_version SET version_num = '0001'",
    ],
)
def test_who_serves_can_neither_change_tables_nor_what_is_recorded(postgres_database, statement):
    append(postgres_database, CREDIT)

    with (
        pytest.raises(DatabaseUnavailable, match="lacks a right"),
        postgres_database.write() as connection,
    ):
        connection.execute(text(statement))


def test_what_a_role_had_beyond_its_rights_is_taken_from_it(postgres_owner, role):
    with postgres_owner.write() as connection:
        connection.execute(text(f"GRANT ALL ON audit TO {role}"))
        roles.grant(connection, role)

        allowed = text(f"SELECT has_table_privilege('{role}', 'audit', 'UPDATE, DELETE, TRUNCATE')")
        assert connection.execute(allowed).scalar_one() is False


def test_a_role_of_any_name_is_named_and_nothing_else_is_done(postgres_owner):
    assert refusal(postgres_owner, 'x"; DROP TABLE audit; --').startswith("There is no role x")


def test_a_superuser_is_not_fit_to_serve(postgres_owner, role):
    with postgres_owner.write() as connection:
        connection.execute(text(f"ALTER ROLE {role} SUPERUSER"))

    assert refusal(postgres_owner, role).startswith(f"{role} may make tables: ")


def test_who_may_do_more_through_another_role_is_not_fit_and_gets_nothing(
    postgres_owner, upgraded_postgres_url, role
):
    with new_role(upgraded_postgres_url) as stronger:
        with postgres_owner.write() as connection:
            connection.execute(text(f"GRANT DELETE ON audit TO {stronger}"))
            connection.execute(text(f"GRANT {stronger} TO {role}"))

        assert refusal(postgres_owner, role).startswith(f"{role} still may DELETE on audit: ")
    with postgres_owner.read() as connection:
        assert not connection.execute(
            text(f"SELECT has_table_privilege('{role}', 'audit', 'SELECT')")
        ).scalar()


def test_only_the_owner_of_the_tables_can_let_another_serve(postgres_database, role):
    with pytest.raises(UnfitRole, match="Only the owner"), postgres_database.write() as connection:
        roles.grant(connection, role)


def test_a_role_that_was_granted_nothing_is_told_what_to_run(upgraded_postgres_url, role):
    database = Database(as_role(upgraded_postgres_url, role), KEYS)

    with pytest.raises(DatabaseUnavailable, match="loyalty-desk db upgrade --role"):
        database.is_current()
    database.dispose()


def test_sqlite_knows_no_roles(sqlite_database):
    with sqlite_database.write() as connection, pytest.raises(UnfitRole, match="Only PostgreSQL"):
        roles.grant(connection, "desk")
