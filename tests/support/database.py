"""A fresh, real database for each test: a SQLite file, and PostgreSQL where a server runs.

Both are upgraded once in a test run. The SQLite file is copied for each test; PostgreSQL, where a copy takes
half a second, has its rows put back.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from uuid import uuid4

import psycopg
import pytest
from sqlalchemy import make_url

from dashboard.store import roles
from dashboard.store.database import Database

KEYS = ("a secret key for tests, 32 characters",)
POSTGRES_URL = os.environ.get("TEST_POSTGRES_URL", "postgresql+psycopg://postgres@127.0.0.1:5432/test")

_EACH_TABLE = "FOR one IN SELECT tablename AS name FROM pg_tables WHERE schemaname = 'public' LOOP"
_REMEMBER = f"""
    CREATE SCHEMA beginning;
    DO $$ DECLARE one record; BEGIN {_EACH_TABLE}
        EXECUTE format('CREATE TABLE beginning.%1$I AS TABLE public.%1$I', one.name);
    END LOOP; END $$;
"""
# As a replica the server fires no trigger: the audit record can be emptied, and tables in any order.
_PUT_BACK = f"""
    SET session_replication_role = replica;
    SET synchronous_commit = off;
    DO $$ DECLARE one record; BEGIN {_EACH_TABLE}
        EXECUTE format('ALTER TABLE public.%I ENABLE TRIGGER USER', one.name);
        EXECUTE format('DELETE FROM public.%I', one.name);
        IF one.name <> 'audit' THEN
            EXECUTE format('INSERT INTO public.%1$I TABLE beginning.%1$I', one.name);
        END IF;
    END LOOP; END $$;
"""


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An upgraded SQLite file that nobody has open."""
    path = tmp_path_factory.mktemp("template") / "template.db"
    Database(f"sqlite:///{path}", KEYS).upgrade()
    return path


@pytest.fixture(scope="session")
def postgres_server() -> None:
    """Skips where no server runs."""
    try:
        _on_postgres("SELECT 1")
    except psycopg.OperationalError as error:
        pytest.skip(f"no PostgreSQL server: {error}")


@pytest.fixture(scope="session")
def upgraded_postgres_url(postgres_server: None) -> Iterator[str]:
    """The address of an upgraded PostgreSQL database that remembers the rows it began with."""
    with new_postgres() as url:
        Database(url, KEYS).upgrade()
        _on_postgres(_REMEMBER, url)
        yield url


@pytest.fixture
def sqlite_database(sqlite_template: Path, tmp_path: Path) -> Iterator[Database]:
    """A fresh SQLite file."""
    path = tmp_path / "loyalty-desk.db"
    shutil.copyfile(sqlite_template, path)
    database = Database(f"sqlite:///{path}", KEYS)
    yield database
    database.dispose()


@pytest.fixture(scope="session")
def serving_postgres_url(upgraded_postgres_url: str) -> Iterator[str]:
    """The same for a role that may do what serving needs, and nothing more."""
    with new_role(upgraded_postgres_url) as role:
        owner = Database(upgraded_postgres_url, KEYS)
        with owner.write() as connection:
            roles.grant(connection, role)
        owner.dispose()
        yield as_role(upgraded_postgres_url, role)


@pytest.fixture
def postgres_database(upgraded_postgres_url: str, serving_postgres_url: str) -> Iterator[Database]:
    """A PostgreSQL database with the rows it began with, as the role that serves."""
    database = Database(serving_postgres_url, KEYS)
    yield database
    database.dispose()
    _on_postgres(_PUT_BACK, upgraded_postgres_url)


@pytest.fixture
def postgres_owner(postgres_database: Database, upgraded_postgres_url: str) -> Iterator[Database]:
    """The same as the role that made its tables."""
    database = Database(upgraded_postgres_url, KEYS)
    yield database
    database.dispose()


@pytest.fixture
def empty_postgres_url(postgres_server: None) -> Iterator[str]:
    """The address of a PostgreSQL database without any table."""
    with new_postgres() as url:
        yield url


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def database(request: pytest.FixtureRequest) -> Database:
    """A fresh database of each kind."""
    made: Database = request.getfixturevalue(f"{request.param}_database")
    return made


@pytest.fixture(params=["sqlite_database", pytest.param("postgres_owner", marks=pytest.mark.postgres)])
def owner(request: pytest.FixtureRequest) -> Database:
    """The same as somebody whom only triggers stop."""
    made: Database = request.getfixturevalue(request.param)
    return made


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def empty_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The address of a database of each kind that was never upgraded; the SQLite file is not even there."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path}/var/loyalty-desk.db"
    url: str = request.getfixturevalue("empty_postgres_url")
    return url


@contextmanager
def new_role(url: str = POSTGRES_URL) -> Iterator[str]:
    """A role of a new name that may connect; what it was granted in the database at ``url`` goes with it."""
    name = f"loyalty_desk_{uuid4().hex}"
    _on_postgres(f"CREATE ROLE {name} LOGIN PASSWORD '{name}'")
    try:
        yield name
    finally:
        _on_postgres(f"DROP OWNED BY {name}", url)
        _on_postgres(f"DROP ROLE {name}")


def as_role(url: str, role: str) -> str:
    """The same database for a role that :func:`new_role` made."""
    return make_url(url).set(username=role, password=role).render_as_string(hide_password=False)


@contextmanager
def new_postgres(owner: str = "DEFAULT") -> Iterator[str]:
    """The address, for who may do all, of an empty database that ``owner`` owns."""
    name = f"loyalty_desk_{uuid4().hex}"
    _on_postgres(f"CREATE DATABASE {name} OWNER {owner}")
    try:
        yield make_url(POSTGRES_URL).set(database=name).render_as_string(hide_password=False)
    finally:
        _on_postgres(f"DROP DATABASE {name} WITH (FORCE)")


def _on_postgres(command: str, url: str = POSTGRES_URL) -> None:
    plain = make_url(url).set(drivername="postgresql").render_as_string(hide_password=False)
    with psycopg.connect(plain, autocommit=True, connect_timeout=3) as connection:
        connection.execute(command.encode())
