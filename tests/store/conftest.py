"""People and moments that the tests of the store share."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from dashboard.permissions import Role
from dashboard.store import staff
from dashboard.store.database import Database
from dashboard.store.staff import StaffMember
from tests.support.database import (  # noqa: F401 - fixtures
    database,
    empty_postgres_url,
    empty_url,
    owner,
    postgres_database,
    postgres_owner,
    postgres_server,
    serving_postgres_url,
    sqlite_database,
    sqlite_template,
    upgraded_postgres_url,
)

NOW = datetime(2026, 11, 20, 9, 14, 32, 123456, tzinfo=UTC)


@pytest.fixture
def now() -> datetime:
    """A moment with microseconds, which a database must not lose."""
    return NOW


@pytest.fixture
def sam(database: Database, now: datetime) -> StaffMember:  # noqa: F811 - the fixture of that name
    """An agent without a password."""
    with database.write() as connection:
        return staff.add(connection, email="sam@shop.example", name="Sam", role=Role.AGENT, now=now)


@pytest.fixture
def lea(database: Database, now: datetime) -> StaffMember:  # noqa: F811 - the fixture of that name
    """A supervisor without a password."""
    with database.write() as connection:
        return staff.add(connection, email="lea@shop.example", name="Lea", role=Role.SUPERVISOR, now=now)
