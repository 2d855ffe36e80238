"""What a demo's database holds when its console starts."""

from __future__ import annotations

from datetime import UTC, datetime
from uuid import uuid4

import pytest

from dashboard.cli.demo_data import CAST, PASSWORD, RATES, add_cast, add_rates, cancel_unsettled
from dashboard.permissions import Role
from dashboard.store import audit, intents, limits, staff
from dashboard.store.database import Database
from dashboard.store.intents import Intent, Kind, Phase, State

KEYS = ("k" * 32,)
NOW = datetime(2026, 11, 20, 9, tzinfo=UTC)


@pytest.fixture
def database(tmp_path):
    made = Database(f"sqlite:///{tmp_path / 'desk.db'}", KEYS)
    made.upgrade()
    yield made
    made.dispose()


def asked(database: Database, state: State, **more: object) -> Intent:
    """An intent of Sam's that an earlier run left in ``state``."""
    with database.write() as connection:
        sam = staff.by_email(connection, "sam@demo.example")
        assert sam is not None
        intent = Intent(
            id=str(uuid4()),
            kind=Kind.CREDIT,
            programme_id=str(uuid4()),
            contact_id=7,
            staff_id=sam.id,
            staff_name=sam.name,
            staff_role=sam.role,
            values={"definition_id": str(uuid4()), "amount": "500", "reason": "late_delivery"},
            values_hash="0" * 64,
            created_at=NOW,
            updated_at=NOW,
            next_at=NOW,
            state=state,
            **more,  # type: ignore[arg-type]
        )
        intents.add(connection, intent)
    return intent


def now_is(database: Database, intent: Intent) -> Intent:
    with database.read() as connection:
        found = intents.get(connection, intent.id)
    assert found is not None
    return found


def test_each_role_has_an_account_and_all_know_the_password(database):
    add_cast(database)

    members = [staff.verify(database, email, PASSWORD, demo=True) for email, _name, _role in CAST]
    assert {member.role for member in members if member} == set(Role)


def test_the_accounts_open_nothing_outside_a_demo(database):
    add_cast(database)

    assert [staff.verify(database, email, PASSWORD, demo=False) for email, _name, _role in CAST] == [None] * 4


def test_a_pound_does_not_count_as_one_point(database):
    add_rates(database)
    with database.read() as connection:
        assert limits.all_rates(connection) == RATES


def test_what_an_admin_made_of_the_rates_stays(database):
    add_rates(database)
    add_cast(database)
    with database.write() as connection:
        limits.replace_rates(connection, {})
    add_rates(database)
    with database.read() as connection:
        assert limits.all_rates(connection) == {}


def test_a_second_start_adds_nobody_and_changes_nothing(database):
    add_cast(database)
    with database.read() as connection:
        before = staff.list_all(connection)

    add_cast(database)

    with database.read() as connection:
        assert staff.list_all(connection) == before


@pytest.mark.parametrize(
    "state", [State.RESERVED, State.LOOKING_UP, State.DRAFT, State.COMPLETING, State.CHECKING, State.HELD]
)
def test_what_an_earlier_run_left_unsettled_is_cancelled_and_recorded(database, state):
    add_cast(database)
    left = asked(database, state, transaction_id=str(uuid4()))

    assert cancel_unsettled(database) == 1

    after = now_is(database, left)
    assert (after.state, after.phase) == (State.CANCELLED, Phase.FAILED)
    assert after.failure_text == "The sandbox that this was meant for has ended."
    with database.read() as connection:
        (row,) = audit.page(connection, audit.Filters(intent_id=left.id))
    assert (row.entry.action, row.entry.before) == ("demo.cancel", {"state": state.value})


@pytest.mark.parametrize("state", [State.DONE, State.FAILED, State.CANCELLED])
def test_what_was_settled_stays_as_it_was(database, state):
    add_cast(database)
    settled = asked(database, state, settled_at=NOW)

    assert cancel_unsettled(database) == 0
    assert now_is(database, settled) == settled
