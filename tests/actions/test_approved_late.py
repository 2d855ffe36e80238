"""A request that is decided so late that a time in it has passed: it can be declined, never approved."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest

from dashboard.actions import approvals as deciding
from dashboard.actions.approvals import Look, Verdict
from dashboard.actions.orders import OrderForm, create_order
from dashboard.actions.refusals import Problem, Unacceptable
from dashboard.actions.vouchers import IssueForm, Pays, issue_voucher
from dashboard.brevo.balances import BalanceDefinition
from dashboard.brevo.rewards import Reward
from dashboard.store import approvals, orders
from dashboard.store.intent import Intent, State
from tests.actions.counter import Counter, basics
from tests.actions.fake_desk import GROUP
from tests.actions.fake_remote import DEFINITION, START

POINTS = BalanceDefinition(id=DEFINITION, name="Points")
NOON = START + timedelta(hours=3)
EVENING = START + timedelta(hours=9)
AGAIN = "Decline it, and say so: then it can be asked for again with another time"
TOO_LATE_DUE = Problem("", f"The time at which the order was to be due has passed. {AGAIN}")
TOO_LATE = Problem("", f"The time at which the order was to lapse has passed. {AGAIN}")


def order(counter: Counter, due_at: datetime | None = None, expires_at: datetime | None = None) -> Intent:
    """Sam asks for more than he may order alone."""
    form = OrderForm(**basics(definition=POINTS, amount="5000", due_at=due_at, expires_at=expires_at))
    asked: Intent = counter.do(create_order, form)
    assert asked.state is State.AWAITING_APPROVAL
    return asked


def voucher(counter: Counter, **days: Any) -> Intent:
    reward = Reward(id=GROUP, name="Lounge", value=Decimal(5000), unit="POINTS")
    asked: Intent = counter.do(issue_voucher, IssueForm(**basics(reward=reward, pays=Pays.GOODWILL, **days)))
    assert asked.state is State.AWAITING_APPROVAL
    return asked


def _decide(counter: Counter, intent: Intent) -> tuple[Verdict, Look]:
    look = Look(definition=POINTS, balance=None, balance_at=None, sharers=frozenset(), zone=UTC)
    with counter.database.read() as connection:
        asked = approvals.get(connection, intent.id)
    assert asked is not None
    seen = deciding.fingerprint(asked, None)
    return Verdict(intent_id=intent.id, seen=seen, reason="The day is over"), look


def approve(counter: Counter, intent: Intent) -> Intent:
    return deciding.approve(counter.database, counter.engine, counter.actor, *_decide(counter, intent))


def refused(counter: Counter, intent: Intent) -> list[Problem]:
    with pytest.raises(Unacceptable) as raised:
        approve(counter, intent)
    assert counter.desk.calls == []
    assert counter.find(intent.id).state is State.AWAITING_APPROVAL
    return list(raised.value.problems)


def later(counter: Counter, at: datetime) -> None:
    counter.clock.now = at


@pytest.mark.parametrize(
    ("due_at", "expires_at", "problems"),
    [
        (NOON, None, [TOO_LATE_DUE]),
        (None, NOON, [TOO_LATE]),
        (NOON, EVENING, [TOO_LATE_DUE]),
        (START + timedelta(hours=1), NOON, [TOO_LATE_DUE, TOO_LATE]),
    ],
)
def test_an_order_of_which_a_time_has_passed_is_not_approved(counter, lea, due_at, expires_at, problems):
    asked = order(counter, due_at, expires_at)
    later(counter, NOON)
    assert refused(counter.at(lea), asked) == problems


def test_until_then_it_is_and_keeps_its_times(counter, lea):
    asked = order(counter, NOON, EVENING)
    later(counter, NOON - timedelta(seconds=1))
    done = approve(counter.at(lea), asked)
    assert (done.state, done.values["due_at"], done.values["expires_at"]) == (
        State.DONE,
        NOON.isoformat(),
        EVENING.isoformat(),
    )


def test_what_was_to_be_due_at_once_is_due_when_it_is_approved(counter, lea):
    asked = order(counter, None, EVENING)
    later(counter, NOON)
    assert approve(counter.at(lea), asked).values["due_at"] == NOON.isoformat()
    with counter.database.read() as connection:
        made = orders.get(connection, asked.id)
    assert made is not None
    assert made.due_at == NOON


def test_it_can_be_declined(counter, lea):
    asked = order(counter, NOON)
    later(counter, EVENING)
    desk = counter.at(lea)
    declined = deciding.decline(desk.database, desk.actor, *_decide(desk, asked), EVENING)
    assert (declined.state, declined.failure_code) == (State.FAILED, "declined")


def test_a_voucher_that_would_have_expired_by_now_is_not_approved(counter, lea):
    asked = voucher(counter, expires_at="2026-11-20")
    later(counter, START + timedelta(hours=15))
    text = f"The day at which the voucher was to expire has passed. {AGAIN}"
    assert refused(counter.at(lea), asked) == [Problem("", text)]


def test_a_voucher_that_is_valid_by_now_is_approved(counter, lea):
    asked = voucher(counter, valid_from="2026-11-20", expires_at="2026-11-21")
    later(counter, START + timedelta(hours=15))
    assert approve(counter.at(lea), asked).state is State.DONE
