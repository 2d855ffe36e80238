"""SIGTERM in the middle of calls, as at a deploy: what is on its way is finished, the rest goes on later."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest

from dashboard.store.intents import State
from tests.faults.browser import Claim, claim_of
from tests.faults.stack import COMPLETE, CREATE, NEVER, ONE_CREDIT, Stack
from tests.faults.witness import Witness

pytestmark = pytest.mark.timeout(300)

LONGEST_STOP = 25.0
"""Seconds: a supervisor's patience; the console gives its requests 20."""


def test_sigterm_finishes_what_is_on_its_way_and_the_next_process_does_the_rest(stack: Stack):
    browser = stack.browser()
    slow, stuck = (
        Witness(stack, browser, browser.open_form(stack.new_member()), opens_member=False) for _ in range(2)
    )
    faults = [
        stack.fault("apply_then_delay", CREATE, slow.story.form.contact_id, seconds=1.5),
        stack.fault("apply_then_delay", COMPLETE, stuck.story.form.contact_id, seconds=NEVER),
    ]
    with ThreadPoolExecutor(2) as pool:
        pressed = [pool.submit(witness.press) for witness in (slow, stuck)]
        for fault in faults:
            stack.wait_for(fault)

        status, seconds = stack.console.ask_to_end()
        stack.console.start()
        stories = [each.result() for each in pressed]

    assert status == 0
    assert seconds < LONGEST_STOP
    assert [story.answer is not None for story in stories] == [True, True]
    for witness in (slow, stuck):
        story = witness.watch()
        assert story.wrong == []
        assert claim_of(story.told[-1]) is Claim.DONE
        member = story.form.contact_id
        assert stack.ours(member, story.intent_id) == ONE_CREDIT
        assert stack.intent(story.intent_id).state is State.DONE
        calls = stack.calls(member)
        assert (calls.count(CREATE), calls.count(COMPLETE)) == (1, 1)
    print(f"\nSIGTERM with two calls on their way: ended after {seconds:.1f} s")
