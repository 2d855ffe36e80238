"""On PostgreSQL one role changes tables and another serves."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import pytest

from tests.support.database import as_role, new_postgres, new_role, postgres_server  # noqa: F401 - a fixture


@dataclass(frozen=True)
class Place:
    """A new database: its address for who owns it, and for the other role, which is granted nothing yet."""

    owner_url: str
    role: str
    role_url: str


@pytest.fixture
def place(postgres_server: None) -> Iterator[Place]:  # noqa: F811 - the fixture of that name
    with new_role() as owner, new_postgres(owner) as url, new_role(url) as role:
        yield Place(as_role(url, owner), role, as_role(url, role))


@pytest.mark.postgres
def test_an_upgrade_lets_a_role_serve(cli, place):
    said = cli.does("db", "upgrade", "--role", place.role, DATABASE_URL=place.owner_url)
    cli.does(
        *("staff", "add", "anna@example.com", "--name", "Anna", "--role", "agent"),
        DATABASE_URL=place.role_url,
    )

    assert said.endswith(f"To serve with: {place.role}\n")
    assert cli.does("audit", "verify", DATABASE_URL=place.role_url) == "The audit record is whole: 1 rows.\n"
    lines = cli.run("check", DATABASE_URL=place.role_url).stdout.splitlines()
    assert [line.split()[0] for line in lines if " Database " in line] == ["ok"]


@pytest.mark.postgres
def test_the_role_that_serves_cannot_make_the_tables(cli, place):
    done = cli.run("db", "upgrade", DATABASE_URL=place.role_url)

    assert (done.returncode, len(done.stderr.splitlines())) == (1, 1)
    assert "lacks a right" in done.stderr


@pytest.mark.postgres
def test_nothing_is_served_with_a_role_that_was_granted_nothing(cli, place):
    cli.does("db", "upgrade", DATABASE_URL=place.owner_url)

    done = cli.run("serve", "--port", "0", DATABASE_URL=place.role_url)

    assert (done.returncode, len(done.stderr.splitlines())) == (1, 1)
    assert "loyalty-desk db upgrade --role" in done.stderr


@pytest.mark.postgres
def test_the_owner_of_the_tables_is_not_fit_to_serve(cli, place):
    owner = place.owner_url.partition("://")[2].partition(":")[0]

    done = cli.run("db", "upgrade", "--role", owner, DATABASE_URL=place.owner_url)

    assert done.returncode == 1
    assert done.stderr.startswith(f"Error: {owner} may make tables: it must own nothing here")


def test_a_role_for_sqlite_is_refused(cli):
    done = cli.run("db", "upgrade", "--role", "desk")

    assert (done.returncode, done.stderr) == (1, "Error: Only PostgreSQL knows roles.\n")
