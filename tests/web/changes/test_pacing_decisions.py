"""Decisions that change something count in the pace of whoever takes them; stopping something never waits."""

from __future__ import annotations

import pytest

from dashboard.store import pace
from dashboard.store.intents import State
from dashboard.store.pace import MINUTE
from tests.support.app import PASSWORD, Desk
from tests.web.approvals.test_approvals_pages import ask, given, here, opened
from tests.web.changes.test_pacing import given as gives
from tests.web.changes.test_pacing import use_up
from tests.web.unsettled.acting import held_voucher, now, queued_credit

TOO_FAST = "You sent 10 changes within a minute, as many as one person may. Nothing was sent now."


def use_up_but_one(desk: Desk, name: str) -> None:
    use_up(desk, pace.CHANGES, desk.staff_id(name), pace.CHANGES.own[MINUTE] - 1)


def test_an_approval_too_many_waits_with_what_was_typed(open_desk: Desk) -> None:
    form = opened(open_desk, ask(open_desk)).form("Approve").fill({"reason": "As agreed"})
    use_up(open_desk, pace.CHANGES, open_desk.staff_id("lea"))

    page = form.send(status=429)

    assert TOO_FAST in page.main
    assert (page.by_id("approve-reason").text or "").strip() == "As agreed"
    assert page.response.headers["Retry-After"] == "60"
    assert given(open_desk) == []
    open_desk.clock.advance(minutes=1)
    page.form("Approve").send()
    assert len(given(open_desk)) == 1


def test_an_approval_counts_once_however_often_it_is_sent(open_desk: Desk) -> None:
    form = opened(open_desk, ask(open_desk)).form("Approve")
    use_up_but_one(open_desk, "lea")

    form.send()
    form.send(status=409)

    assert TOO_FAST in gives(open_desk, 429, "lea").main


def test_declining_is_never_slowed_and_slows_nothing(open_desk: Desk) -> None:
    page = opened(open_desk, ask(open_desk))
    use_up(open_desk, pace.CHANGES, open_desk.staff_id("lea"))

    assert "Declined" in page.form("Decline").fill({"reason": "Later"}).send().main


def test_at_the_screen_of_who_asked_it_counts_for_who_approves(open_desk: Desk) -> None:
    form = open_desk.visitor("sam").get(here(ask(open_desk))).form("Approve 5,000 points")
    form.fill({"Your e-mail": "lea@demo.example", "Your password": PASSWORD})
    use_up(open_desk, pace.CHANGES)
    use_up_but_one(open_desk, "lea")

    form.send()

    assert len(given(open_desk)) == 1
    assert TOO_FAST in gives(open_desk, 429, "lea").main


def test_at_the_screen_of_who_asked_one_too_many_is_told_and_recorded_under_who_approves(
    open_desk: Desk,
) -> None:
    form = open_desk.visitor("sam").get(here(ask(open_desk))).form("Approve 5,000 points")
    form.fill({"Your e-mail": "lea@demo.example", "Your password": PASSWORD})
    use_up(open_desk, pace.CHANGES, open_desk.staff_id("lea"))

    page = form.send(status=429)

    assert TOO_FAST in page.main
    row = open_desk.record()[-1]
    assert (row.action, row.actor_name) == ("request.refused", "Lea Moreau")
    assert given(open_desk) == []


@pytest.mark.parametrize(
    ("button", "typed"),
    [
        ("Count it as done", {"note": "There", "evidence": "v-1"}),
        ("Count it as not done", {"note": "Nothing there"}),
        ("Look again", {}),
    ],
)
def test_deciding_what_is_held_counts(open_desk: Desk, button: str, typed: dict[str, str]) -> None:
    held = held_voucher(open_desk)
    form = open_desk.visitor("lea").get(f"/unsettled/{held.id}").form(button).fill(typed)
    use_up(open_desk, pace.CHANGES, open_desk.staff_id("lea"))

    page = form.send(status=429)

    assert TOO_FAST in page.main
    assert now(open_desk, held).state is State.HELD
    open_desk.clock.advance(minutes=1)
    use_up_but_one(open_desk, "lea")
    page.form(button).send()
    assert TOO_FAST in gives(open_desk, 429, "lea").main


def test_withdrawing_is_never_slowed(open_desk: Desk) -> None:
    waiting = queued_credit(open_desk)
    form = open_desk.visitor("sam").get(f"/unsettled/{waiting.id}").form("Withdraw it")
    use_up(open_desk, pace.CHANGES)

    form.send()

    assert now(open_desk, waiting).state is State.FAILED


def test_a_form_that_names_nothing_seen_is_refused_as_changed(open_desk: Desk) -> None:
    lea, intent_id = open_desk.visitor("lea"), ask(open_desk)

    page = lea.post(f"/approvals/{intent_id}/approve", {"_token": lea.token()}, status=409)

    assert "Something changed since you opened this." in page.main
