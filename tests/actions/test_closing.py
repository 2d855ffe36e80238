"""Closing an order whose transaction never came: by whom, why, and how it comes back."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import Any
from uuid import uuid4

import pytest

from dashboard.actions.closing import close_overdue, is_overdue
from dashboard.actions.orders import OrderForm, create_order
from dashboard.actions.refusals import Denied, NotRecorded, Problem, Unacceptable
from dashboard.brevo.balances import BalanceDefinition
from dashboard.brevo.status import TransactionStatus as Status
from dashboard.store import audit, orders
from dashboard.store.audit import Entry, Filters, Outcome
from dashboard.store.intent import Intent
from dashboard.store.orders import OrderRow
from tests.actions.counter import Counter, basics
from tests.actions.fake_remote import DEFINITION, PROGRAMME, START
from tests.actions.test_noting import item, note

WHY = "Support says it is lost"
GONE = Problem("", "This order waits for nobody any more. Open it again")


@pytest.fixture
def order(counter: Counter) -> Intent:
    """One of Sam's that Brevo named no transaction of, and a day and more has gone by."""
    counter.desk.orders_name_transaction = False
    definition = BalanceDefinition(id=DEFINITION, name="Points")
    made: Intent = counter.do(create_order, OrderForm(**basics(definition=definition, amount="200")))
    counter.clock.forward(timedelta(hours=25).total_seconds())
    return made


def close(counter: Counter, intent: Intent, why: str = WHY) -> None:
    close_overdue(counter.database, counter.actor, intent.id, why, counter.clock.now)


def row(counter: Counter, intent: Intent) -> OrderRow:
    with counter.database.read() as connection:
        found = orders.get(connection, intent.id)
    assert found is not None
    return found


def waiting(counter: Counter) -> int:
    with counter.database.read() as connection:
        return orders.waiting(connection, PROGRAMME, counter.clock.now).count


def last_entry(counter: Counter) -> Entry:
    with counter.database.read() as connection:
        return audit.page(connection, Filters(), limit=1)[0].entry


def test_a_closed_order_waits_no_more_and_nothing_is_sent(counter, lea, order):
    before = list(counter.desk.calls)
    close(counter.at(lea), order)
    assert (row(counter, order).closed_at, waiting(counter)) == (counter.clock.now, 0)
    assert counter.desk.calls == before


def test_who_closed_it_why_and_when_is_kept_and_stands_in_the_record_without_the_text(counter, lea, order):
    close(counter.at(lea), order, f"  {WHY} ")
    told = {"by": "Lea", "note": WHY, "at": counter.clock.now.isoformat()}
    assert counter.find(order.id).result["closed"] == told
    entry = last_entry(counter)
    assert (entry.action, entry.outcome, entry.actor_id) == ("order.close", Outcome.DONE, lea.id)
    assert (entry.intent_id, entry.contact_id, entry.remote_ids["made"]) == (
        order.id,
        order.contact_id,
        order.remote_id,
    )
    assert WHY not in str(entry)


@pytest.mark.parametrize(
    ("why", "told"),
    [
        (" ", "Enter why nobody has to wait for it any more"),
        ("x" * 501, "Note must be 500 characters or fewer"),
        ("a\x07b", "Note can hold only text that shows. Remove hidden characters"),
    ],
)
def test_a_reason_is_asked_for(counter, lea, order, why, told):
    with pytest.raises(Unacceptable) as refused:
        close(counter.at(lea), order, why)
    assert list(refused.value.problems) == [Problem("note", told)]
    assert row(counter, order).closed_at is None


def test_an_agent_closes_none_and_the_try_is_on_record(counter, order):
    with pytest.raises(Denied):
        close(counter, order)
    assert (last_entry(counter).action, last_entry(counter).outcome) == ("order.close", Outcome.DENIED)
    assert row(counter, order).closed_at is None


def test_what_is_not_overdue_cannot_be_closed(counter, lea, order):
    counter.clock.forward(-timedelta(hours=2).total_seconds())
    assert not is_overdue(row(counter, order), counter.clock.now)
    with pytest.raises(Unacceptable) as refused:
        close(counter.at(lea), order)
    assert list(refused.value.problems) == [GONE]


def test_an_order_is_closed_once(counter, lea, order):
    close(counter.at(lea), order)
    with pytest.raises(Unacceptable) as refused:
        close(counter.at(lea), order, "Another one")
    assert list(refused.value.problems) == [GONE]
    assert counter.find(order.id).result["closed"]["note"] == WHY


def test_there_is_nothing_to_close_of_what_is_no_order(counter, lea):
    with pytest.raises(LookupError):
        close_overdue(counter.database, counter.at(lea).actor, str(uuid4()), WHY, START)


def test_a_closed_order_whose_transaction_is_seen_comes_back(counter, lea, order):
    close(counter.at(lea), order)
    seen = item(0, meta={"intent": order.id, "source": "loyalty-desk"}, amount=Decimal(200))
    note(counter, seen, minutes=2_000)
    back = row(counter, order)
    assert (back.transaction_id, back.closed_at, waiting(counter)) == (seen.id, None, 1)


def test_a_closed_order_that_is_not_seen_stays_closed(counter, lea, order):
    close(counter.at(lea), order)
    note(counter, item(0), minutes=2_000)
    assert row(counter, order).closed_at is not None


def test_a_closed_order_whose_transaction_has_ended_meanwhile_stays_closed(counter, lea, order):
    close(counter.at(lea), order)
    seen: dict[str, Any] = {"meta": {"intent": order.id}, "amount": Decimal(200)}
    note(counter, item(0, Status.COMPLETED, **seen), item(1), minutes=2_000)
    assert row(counter, order).closed_at is not None


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_a_closing_that_cannot_be_written_down_is_none(counter, lea, order):
    with counter.database.write() as connection:
        connection.exec_driver_sql("ALTER TABLE audit_head RENAME TO elsewhere")
    with pytest.raises(NotRecorded, match="could not write this down"):
        close(counter.at(lea), order)
    assert row(counter, order).closed_at is None
