"""What tests of deeds share: databases of both kinds, and logs that keep quiet."""

from __future__ import annotations

import logging
from collections.abc import Iterator

import pytest
import structlog

from dashboard.permissions import Role
from dashboard.store import staff
from dashboard.store.database import Database
from dashboard.store.staff import StaffMember
from tests.actions.counter import Counter
from tests.actions.fake_remote import START
from tests.support.database import (  # noqa: F401 - fixtures
    database,
    postgres_database,
    postgres_server,
    serving_postgres_url,
    sqlite_database,
    sqlite_template,
    upgraded_postgres_url,
)


@pytest.fixture(autouse=True)
def quiet_logs() -> Iterator[None]:
    """Thousands of schedules would write hundreds of thousands of lines."""
    before = structlog.get_config()
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.CRITICAL))
    yield
    structlog.configure(**before)


@pytest.fixture
def sam(database: Database) -> StaffMember:  # noqa: F811 - the fixture of that name
    """An agent: up to 1,000 at once."""
    return hired(database)


@pytest.fixture
def lea(database: Database) -> StaffMember:  # noqa: F811 - the fixture of that name
    """A supervisor: up to 10,000 at once."""
    return hired(database, "Lea", Role.SUPERVISOR)


@pytest.fixture
def ike(database: Database) -> StaffMember:  # noqa: F811 - the fixture of that name
    """An auditor: may give nothing."""
    return hired(database, "Ike", Role.AUDITOR)


def hired(database: Database, name: str = "Sam", role: Role = Role.AGENT) -> StaffMember:  # noqa: F811
    """A new member of staff."""
    with database.write() as connection:
        email = f"{name.lower()}@shop.example"
        return staff.add(connection, email=email, name=name, role=role, now=START)


@pytest.fixture
def counter(database: Database, sam: StaffMember) -> Counter:  # noqa: F811 - the fixture of that name
    """Sam's."""
    return Counter(database, sam)
