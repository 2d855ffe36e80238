"""However often, from wherever and by whom a form is sent: one credit, and everything else is refused."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from threading import Barrier

import httpx
import pytest

from dashboard.store.audit import Outcome
from dashboard.store.intents import State
from tests.faults.browser import Browser, FilledForm
from tests.faults.stack import COMPLETE, CREATE, ONE_CREDIT, Stack

pytestmark = pytest.mark.timeout(300)

AT_ONCE = 8


@pytest.fixture(autouse=True)
def slow_remote(stack: Stack) -> Iterator[None]:
    """Calls take long enough for others to come in between."""
    stack.remote.latency(0.2)
    yield
    stack.remote.latency(0)


def at_once(sends: list[Callable[[], httpx.Response]]) -> list[httpx.Response]:
    """Send all of them at the same moment."""
    start = Barrier(len(sends))

    def send(one: Callable[[], httpx.Response]) -> httpx.Response:
        start.wait()
        return one()

    with ThreadPoolExecutor(len(sends)) as pool:
        return list(pool.map(send, sends))


def writes(stack: Stack, member: int) -> list[str]:
    return [call for call in stack.calls(member) if call in {CREATE, COMPLETE}]


def as_sent_by(browser: Browser, form: FilledForm) -> FilledForm:
    """Somebody else's form with one's own token."""
    return replace(form, values={**form.values, "_token": browser.token()})


def test_eight_connections_at_once_give_one_credit_and_get_one_answer(stack: Stack):
    sam, member = stack.browser(), stack.new_member()
    form = sam.open_form(member)

    answers = at_once([lambda: sam.send(form)] * AT_ONCE)

    assert {each.status_code for each in answers} == {303}
    assert all(form.intent_id in each.headers["Location"] for each in answers)
    assert stack.settled(form.intent_id).state is State.DONE
    assert stack.ours(member, form.intent_id) == ONE_CREDIT
    assert writes(stack, member) == [CREATE, COMPLETE]
    assert [each.outcome for each in stack.record(form.intent_id)] == [Outcome.PENDING, Outcome.DONE]


def test_the_form_sent_again_when_it_is_done_gives_the_first_answer(stack: Stack):
    sam, member = stack.browser(), stack.new_member()
    form = sam.open_form(member)

    first, second = sam.send(form), sam.send(form)

    assert first.headers["Location"] == second.headers["Location"]
    assert stack.ours(member, form.intent_id) == ONE_CREDIT
    assert writes(stack, member) == [CREATE, COMPLETE]


def test_two_people_with_the_same_form_at_once_give_one_credit(stack: Stack):
    sam, lea, member = stack.browser(), stack.browser("lea"), stack.new_member()
    form = sam.open_form(member)
    copy = as_sent_by(lea, form)

    answers = at_once([lambda: sam.send(form), lambda: lea.send(copy)])

    assert sorted(each.status_code for each in answers) == [303, 409]
    assert stack.settled(form.intent_id).state is State.DONE
    assert stack.ours(member, form.intent_id) == ONE_CREDIT
    assert writes(stack, member) == [CREATE, COMPLETE]


@pytest.mark.parametrize(("name", "status"), [("lea", 409), ("ike", 403)])
def test_a_form_from_another_account_sends_nothing_and_is_on_record(stack: Stack, name: str, status: int):
    sam, other, member = stack.browser(), stack.browser(name), stack.new_member()
    form = sam.open_form(member)
    sam.send(form)
    before = writes(stack, member)

    answer = other.send(as_sent_by(other, form))

    assert answer.status_code == status
    assert writes(stack, member) == before
    assert stack.ours(member, form.intent_id) == ONE_CREDIT
    denied = {each.actor_id for each in stack.record_of(member) if each.outcome is Outcome.DENIED}
    assert denied == {stack.staff_id(name)}


def test_the_form_with_another_amount_sends_nothing_and_is_on_record(stack: Stack):
    sam, member = stack.browser(), stack.new_member()
    form = sam.open_form(member)
    sam.send(form)

    answer = sam.send(replace(form, values={**form.values, "amount": "9"}))

    assert answer.status_code == 409
    assert stack.ours(member, form.intent_id) == ONE_CREDIT
    assert writes(stack, member) == [CREATE, COMPLETE]
    assert stack.record(form.intent_id)[-1].outcome is Outcome.DENIED


def test_a_form_of_a_former_session_is_shown_again_and_gives_one_credit(stack: Stack):
    before, now, member = stack.browser(), stack.browser(), stack.new_member()
    form = before.open_form(member)

    stale = now.send(form)

    assert stale.status_code == 419
    assert form.intent_id in stale.text
    assert stack.find_intent(form.intent_id) is None
    assert writes(stack, member) == []

    assert now.send(as_sent_by(now, form)).status_code == 303
    assert before.send(form).status_code == 303
    assert stack.ours(member, form.intent_id) == ONE_CREDIT
    assert writes(stack, member) == [CREATE, COMPLETE]
