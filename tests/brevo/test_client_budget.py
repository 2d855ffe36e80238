"""The hour's requests: what is heard, what is refused here, and what goes out all the same."""

from __future__ import annotations

import time
from datetime import UTC, datetime, timedelta

import pytest

from dashboard.brevo import IdentifierType, Verdict
from dashboard.brevo.budget import Budget
from dashboard.brevo.errors import BudgetExhausted, RateLimited
from tests.brevo.remote import answer
from tests.brevo.values import MEMBER, PROGRAMME, account_info, create, transaction

NOON = datetime(2026, 11, 18, 12, tzinfo=UTC)


class Clock:
    def __init__(self) -> None:
        self.now = NOON

    def __call__(self) -> datetime:
        return self.now


def headers(remaining: object = 599, limit: object = 600, reset: object = 900) -> dict[str, str]:
    named = {"limit": limit, "remaining": remaining, "reset": reset}
    return {f"x-sib-ratelimit-{name}": str(value) for name, value in named.items() if value is not None}


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def budget(clock: Clock) -> Budget:
    return Budget(clock)


def test_what_an_answer_says_is_kept_by_family(remote, brevo):
    remote.then(answer(200, account_info(), headers(431)), answer(200, {"id": 1}, headers(9, 10, 1)))

    brevo.members.account_info(PROGRAMME, contact_id=MEMBER)
    brevo.contacts.get(1, IdentifierType.CONTACT)

    families = brevo.budget.families
    assert (families["loyalty"].limit, families["loyalty"].remaining) == (600, 431)
    assert (families["contacts"].limit, families["contacts"].remaining) == (10, 9)
    assert families["loyalty"].resets_at > families["loyalty"].seen_at


def test_the_last_tenth_of_the_loyalty_budget_is_kept(budget):
    budget.heard("loyalty", headers(remaining=61))
    assert budget.wait("loyalty") == 0

    budget.heard("loyalty", headers(remaining=60))
    assert budget.wait("loyalty") == 900


def test_other_families_are_used_to_the_last(budget):
    budget.heard("contacts", headers(remaining=1))
    assert budget.wait("contacts") == 0

    budget.heard("contacts", headers(remaining=0, reset=7))
    assert budget.wait("contacts") == 7


def test_after_the_reset_a_read_goes_out_again(budget, clock):
    budget.heard("loyalty", headers(remaining=0, reset=900))

    clock.now += timedelta(seconds=901)

    assert budget.wait("loyalty") == 0


def test_a_family_never_heard_of_is_open(budget):
    assert budget.wait("loyalty") == 0
    assert budget.remaining("loyalty") is None


@pytest.mark.parametrize(
    ("reset", "seconds"),
    [
        ("0", 1),
        ("3", 3),
        ("1e9", 3600),
        ("abc", 60),
        (None, 60),
        ("", 60),
        ("-1", 60),
        ("inf", 60),
        ("nan", 60),
    ],
)
def test_an_absurd_reset_is_brought_to_reason(budget, reset, seconds):
    budget.heard("loyalty", headers(remaining=0, reset=reset))

    assert budget.wait("loyalty") == seconds


@pytest.mark.parametrize("remaining", ["many", "", "-3", "1.5", None])
def test_a_remainder_that_makes_no_sense_changes_nothing(budget, remaining):
    budget.heard("loyalty", headers(remaining=500))

    budget.heard("loyalty", headers(remaining=remaining))

    assert budget.remaining("loyalty") == 500


def test_without_a_known_limit_only_nothing_left_is_too_little(budget):
    budget.heard("loyalty", headers(remaining=1, limit=None))
    assert budget.wait("loyalty") == 0

    budget.heard("loyalty", headers(remaining=0, limit="?"))
    assert budget.wait("loyalty") == 900


def test_a_429_counts_even_without_headers(budget):
    budget.heard("loyalty", {}, used_up=True)

    assert budget.wait("loyalty") == 60


def test_a_page_read_into_the_reserve_is_refused_here(remote, brevo):
    remote.always(lambda _: answer(200, account_info(), headers(remaining=60, reset=700)))
    brevo.members.account_info(PROGRAMME, contact_id=MEMBER)

    with pytest.raises(BudgetExhausted) as caught:
        brevo.members.account_info(PROGRAMME, contact_id=MEMBER)

    assert 690 < caught.value.retry_after <= 700
    assert caught.value.operation == "getAccountInfo"
    assert len(remote.requests) == 1


def test_writes_and_reads_that_settle_them_use_the_reserve(remote, brevo):
    remote.always(
        lambda request: answer(200, transaction() if request.body else account_info(), headers(remaining=2))
    )
    brevo.members.account_info(PROGRAMME, contact_id=MEMBER)

    assert brevo.members.account_info(PROGRAMME, contact_id=MEMBER, priority=True).value.contact_id == MEMBER
    assert create(brevo).verdict is Verdict.APPLIED


@pytest.mark.parametrize(("said", "seconds"), [(headers(remaining=0, reset=900), 900), ({}, 60)])
def test_after_a_429_page_reads_leave_the_remote_alone(remote, brevo, said, seconds):
    remote.always(lambda _: answer(429, {"message": "slow"}, said))
    with pytest.raises(RateLimited) as caught:
        brevo.members.account_info(PROGRAMME, contact_id=MEMBER)
    assert caught.value.retry_after == seconds

    with pytest.raises(BudgetExhausted):
        brevo.members.account_info(PROGRAMME, contact_id=MEMBER)

    assert len(remote.requests) == 1


def test_one_familys_limit_does_not_stop_another(remote, brevo):
    remote.then(answer(429, {"message": "slow"}, headers(remaining=0)), answer(200, {"id": 1}))
    with pytest.raises(RateLimited):
        brevo.members.account_info(PROGRAMME, contact_id=MEMBER)

    assert brevo.contacts.get(1, IdentifierType.CONTACT).value.id == 1


def test_a_second_of_waiting_is_better_than_a_refusal(remote, client):
    brevo = client(remote.url, deadline=3)
    remote.always(lambda _: answer(200, {"id": 1}, headers(remaining=0, limit=10, reset=1)))

    brevo.contacts.get(1, IdentifierType.CONTACT)
    began = time.monotonic()

    assert brevo.contacts.get(1, IdentifierType.CONTACT).value.id == 1
    assert time.monotonic() - began > 0.5


def test_a_refusal_is_better_than_a_wait_that_leaves_no_time_for_the_call(remote, client):
    brevo = client(remote.url, deadline=1.1)
    remote.always(lambda _: answer(200, {"id": 1}, headers(remaining=0, limit=10, reset=1)))
    brevo.contacts.get(1, IdentifierType.CONTACT)

    with pytest.raises(BudgetExhausted):
        brevo.contacts.get(1, IdentifierType.CONTACT)
