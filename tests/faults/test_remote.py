"""A remote that is away, or says no: nothing is lost while it is away, and its no is told as such."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest

from dashboard.sandbox import catalogue
from dashboard.sandbox.cast import NORTHWIND
from dashboard.store.audit import Outcome
from dashboard.store.intents import State, Waiting
from tests.faults.browser import Claim, claim_of
from tests.faults.stack import AMOUNT, COMPLETE, CREATE, ONE_CREDIT, Stack
from tests.faults.witness import Witness

pytestmark = pytest.mark.timeout(300)

ANSWER_BAR = 8.0
"""Seconds in which a page says that a change waits, however busy the machine: it waits for no deadline."""
MOST_POINTS = 100_000
"""The maximum of the balance."""
MOST_AT_ONCE = 50_000
"""The maximum of one credit."""


@pytest.fixture(autouse=True)
def open_door(stack: Stack) -> Iterator[None]:
    """Whatever a test does to the door, the next one finds it open."""
    yield
    stack.door.shut()
    stack.door.open()


def test_a_credit_waits_while_the_remote_is_away_and_goes_out_when_it_is_back(stack: Stack):
    browser, member = stack.browser(), stack.new_member()
    witness = Witness(stack, browser, browser.open_form(member))
    stack.door.shut()

    story = witness.press()

    assert claim_of(story.told[0]) is Claim.WAITS
    assert "Brevo cannot be reached" in story.told[0]
    assert story.answered_after < ANSWER_BAR
    assert stack.intent(story.intent_id).waiting is Waiting.NOT_SENT
    assert stack.ours(member, story.intent_id) == []

    stack.door.open()

    assert witness.watch().wrong == []
    assert claim_of(story.told[-1]) is Claim.DONE
    assert stack.ours(member, story.intent_id) == ONE_CREDIT
    assert [each.outcome for each in stack.record(story.intent_id)] == [Outcome.PENDING, Outcome.DONE]


def test_a_draft_waits_while_the_remote_is_away_and_is_completed_when_it_is_back(stack: Stack):
    browser, member = stack.browser(), stack.new_member()
    witness = Witness(stack, browser, browser.open_form(member))
    held = stack.fault("apply_then_delay", CREATE, member, seconds=0.5)
    with ThreadPoolExecutor(1) as pool:
        pressed = pool.submit(witness.press)
        stack.wait_for(held)
        stack.door.shut()
        story = pressed.result()

    assert claim_of(story.told[0]) is Claim.WAITS
    assert stack.intent(story.intent_id).state is State.DRAFT

    stack.door.open()

    assert witness.watch().wrong == []
    assert stack.ours(member, story.intent_id) == ONE_CREDIT
    calls = stack.calls(member)
    assert (calls.count(CREATE), calls.count(COMPLETE)) == (1, 1)


def test_the_form_comes_while_the_remote_is_away_and_says_what_is_missing(stack: Stack):
    browser, member = stack.browser(), stack.new_member()
    browser.open_form(stack.new_member())
    stack.door.shut()
    witness = Witness(stack, browser, browser.open_form(member))

    assert claim_of(witness.press().told[0]) is Claim.WAITS

    stack.door.open()
    assert witness.watch().wrong == []
    assert stack.ours(member, witness.story.intent_id) == ONE_CREDIT


def test_what_the_remotes_rules_reject_in_the_meantime_is_told_and_not_given(stack: Stack):
    browser, member = stack.browser(), stack.new_member()
    witness = Witness(stack, browser, browser.open_form(member))
    held = stack.fault("apply_then_delay", CREATE, member, seconds=1.0)
    with ThreadPoolExecutor(1) as pool:
        pressed = pool.submit(witness.press)
        stack.wait_for(held)
        _fill_up(stack, member)
        story = pressed.result()

    assert witness.watch().wrong == []
    assert claim_of(story.told[-1]) is Claim.NOT_DONE
    assert stack.ours(member, story.intent_id) == [(AMOUNT, "rejected")]
    assert stack.points(member) == MOST_POINTS
    assert [each.outcome for each in stack.record(story.intent_id)] == [Outcome.PENDING, Outcome.DECLINED]


def _fill_up(stack: Stack, member: int) -> None:
    """Somebody else gives the member as much as the balance may hold."""
    while left := MOST_POINTS - stack.points(member):
        reply = stack.remote.ask(
            "POST",
            f"/loyalty/balance/programs/{NORTHWIND}/transactions",
            {
                "amount": int(left) if left < MOST_AT_ONCE else MOST_AT_ONCE,
                "balanceDefinitionId": catalogue.POINTS,
                "contactId": member,
                "autoComplete": True,
            },
        )
        assert reply.status == 200, reply.content
