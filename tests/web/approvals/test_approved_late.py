"""A request whose times have passed by the time somebody decides: said on the page, and not approved."""

from __future__ import annotations

import pytest

from tests.support.app import PASSWORD, Desk
from tests.web.approvals.test_approvals_pages import MEMBER, here
from tests.web.orders.pending import writes

PASSED = "The time at which the order was to be due has passed."


@pytest.fixture
def order(open_desk: Desk) -> str:
    """Sam asks for an order that is due in twenty minutes: its ID."""
    form = open_desk.visitor("sam").get(f"{MEMBER}/order").form("Create order")
    typed = {"The order": "Adds points", "Points": "5,000", "Reason": "Late delivery"}
    return form.fill({**typed, "Due": "2026-11-18T12:20"}).send().path.rpartition("/")[2]


def test_in_the_queue_it_can_only_be_declined(open_desk: Desk, order: str) -> None:
    before = writes(open_desk)
    lea = open_desk.visitor("lea")
    opened = lea.get(f"/approvals/{order}").form("Approve")
    open_desk.clock.advance(minutes=21)

    late = opened.send(status=422)

    assert PASSED in late.main
    assert late.buttons().count("Approve") == 0
    declined = late.form("Decline").fill({"Reason": "Too late, choose another time"}).send()
    assert "Declined" in declined.main
    assert writes(open_desk) == before


def test_at_the_screen_of_who_asked_nothing_can_be_signed(open_desk: Desk, order: str) -> None:
    sam = open_desk.visitor("sam")
    form = sam.get(here(order)).form("Approve 5,000 points")
    open_desk.clock.advance(minutes=21)

    late = form.fill({"Your e-mail": "lea@demo.example", "Your password": PASSWORD}).send(status=422)

    assert PASSED in late.main
    assert not [each for each in late.buttons() if each.startswith("Approve")]
    assert PASSED in sam.get(here(order)).main


def test_before_its_time_it_is_approved_as_ever(open_desk: Desk, order: str) -> None:
    open_desk.clock.advance(minutes=19)
    page = open_desk.visitor("lea").get(f"/approvals/{order}")
    assert "has passed" not in page.main

    page.form("Approve").send()

    assert writes(open_desk)[-1] == "createOrder"
