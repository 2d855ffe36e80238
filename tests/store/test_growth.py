"""What every page asks of our own database takes no longer after years of use."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from datetime import datetime
from decimal import Decimal
from typing import cast

import pytest
from msgspec.structs import replace
from sqlalchemy import Connection

from dashboard.permissions import Role
from dashboard.store import approvals, intents, orders, staff
from dashboard.store.approvals import Decision, Request
from dashboard.store.database import Database
from dashboard.store.intent import State
from dashboard.store.orders import OrderRow
from dashboard.store.staff import StaffMember
from tests.actions.fake_remote import DEFINITION, PROGRAMME
from tests.actions.schedules import new_intent

Ask = Callable[[Connection, StaffMember, datetime], object]


def steps(database: Database, ask: Ask, reader: StaffMember, now: datetime) -> int:
    """How many instructions SQLite's machine runs to answer."""
    counted = 0

    def count() -> int:
        nonlocal counted
        counted += 1
        return 0

    with database.read() as connection:
        driver = cast(sqlite3.Connection, connection.connection.driver_connection)
        ask(connection, reader, now)  # a fresh connection reads the shape of the database first
        driver.set_progress_handler(count, 1)
        ask(connection, reader, now)
        driver.set_progress_handler(None, 0)
    return counted


def end_many(database: Database, who: StaffMember, now: datetime) -> None:
    """Requests that were decided, intents that were done and orders that were closed."""
    with database.write() as connection:
        for number in range(100):
            done = replace(
                new_intent(f"{number:08}-0000-4000-8000-000000000000"),
                staff_id=who.id,
                state=State.DONE,
                settled_at=now,
            )
            intents.add(connection, done)
            approvals.add(connection, decided(done.id, who, now))
            orders.register(connection, closed(done.id, now))


def decided(intent_id: str, who: StaffMember, now: datetime) -> Request:
    return Request(
        intent_id=intent_id,
        staff_id=who.id,
        amount=Decimal(500),
        unit="points",
        exceeded=(),
        asked_at=now,
        expires_at=now + approvals.LIFE,
        decision=Decision.APPROVED,
        decided_at=now,
    )


def closed(intent_id: str, now: datetime) -> OrderRow:
    return OrderRow(
        intent_id=intent_id,
        programme_id=PROGRAMME,
        contact_id=7,
        definition_id=DEFINITION,
        amount=Decimal(500),
        due_at=now,
        expires_at=None,
        order_id=None,
        transaction_id=None,
        made_at=now,
        closed_at=now,
    )


@pytest.mark.parametrize(
    "ask",
    [
        pytest.param(lambda it, _, now: orders.waiting(it, PROGRAMME, now), id="pending orders"),
        pytest.param(lambda it, _, _now: intents.count_held(it), id="held changes"),
        pytest.param(lambda it, reader, now: approvals.waiting_for(it, reader.id, now), id="approvals"),
    ],
)
def test_counting_what_waits_does_not_read_what_has_ended(sqlite_database, ask, now):
    with sqlite_database.write() as connection:
        sam = staff.add(connection, email="sam@shop.example", name="Sam", role=Role.AGENT, now=now)
    before = steps(sqlite_database, ask, sam, now)
    end_many(sqlite_database, sam, now)
    assert steps(sqlite_database, ask, sam, now) == before
