"""A supervisor closes an order whose transaction never came, and what everybody then reads of it."""

from __future__ import annotations

import pytest

from dashboard.store import orders
from tests.support.app import Desk
from tests.web.orders.pending import MEMBER, PROGRAMME, writes

QUEUE = f"{PROGRAMME}/pending"
WHY = "Support says it is lost"


@pytest.fixture
def order(open_desk: Desk) -> str:
    """The page of an order of Sam's that is overdue."""
    assert open_desk.remote is not None
    for name, value in (("order_transaction", "due"), ("order_meta", "no")):
        open_desk.remote.switch(name, value)
    sam = open_desk.visitor("sam")
    typed = {"The order": "Adds points", "Points": "200", "Reason": "Late delivery"}
    sam.get(f"{MEMBER}/order").form("Create order").fill(typed).send()
    open_desk.clock.advance(hours=25)
    return next(url for url in open_desk.visitor("sam").get(QUEUE).links().values() if "/intents/" in url)


def queued(desk: Desk) -> bool:
    return "Order by Sam Rivera" in desk.visitor("sam").get(QUEUE).main


def test_a_closed_order_is_gone_from_the_queue_and_nothing_was_sent(open_desk: Desk, order: str) -> None:
    lea = open_desk.visitor("lea")
    before = writes(open_desk)
    form = lea.get(lea.get(order).links()["Close order"])
    assert (
        "Nothing is sent to Brevo, which shows no orders and takes none back: it may still come." in form.main
    )

    answer = form.form("Close order").fill({"Why": WHY}).send()

    assert answer.path == order
    assert not queued(open_desk)
    assert writes(open_desk) == before


def test_whoever_opens_a_closed_order_reads_who_closed_it_why_and_how_it_comes_back(
    open_desk: Desk, order: str
) -> None:
    lea = open_desk.visitor("lea")
    lea.get(f"{close_url(order)}").form("Close order").fill({"Why": WHY}).send()

    told = open_desk.visitor("sam").get(order).main

    assert f"Lea Moreau closed it on 19 Nov 13:00: “{WHY}”." in told
    assert "If its transaction is seen when somebody opens the member, it is back" in told
    assert "Close order that never came" in lea.get(order).main


def test_an_order_that_was_closed_comes_back_when_its_transaction_is_seen(
    open_desk: Desk, order: str
) -> None:
    open_desk.visitor("lea").get(close_url(order)).form("Close order").fill({"Why": WHY}).send()
    with open_desk.services.database.write() as connection:
        orders.found_transaction(connection, order.rsplit("/", 1)[1], "dddddddd-0000-4000-8000-000000000001")

    assert queued(open_desk)
    assert "It has come back since: Brevo shows its transaction." in open_desk.visitor("sam").get(order).main


def test_without_a_reason_it_stays_open_and_what_was_typed_stays(open_desk: Desk, order: str) -> None:
    lea = open_desk.visitor("lea")

    again = lea.get(close_url(order)).form("Close order").fill({"Why": " "}).send(status=422)

    assert "Enter why nobody has to wait for it any more" in again.main
    assert queued(open_desk)


def test_an_agent_is_not_offered_it_and_may_not(open_desk: Desk, order: str) -> None:
    sam = open_desk.visitor("sam")

    assert "Close order" not in sam.get(order).links()
    sam.get(close_url(order), status=403)


def test_an_order_that_somebody_closed_meanwhile_says_so(open_desk: Desk, order: str) -> None:
    lea, ana = open_desk.visitor("lea"), open_desk.visitor("ana")
    form = ana.get(close_url(order)).form("Close order").fill({"Why": "Mine"})
    lea.get(close_url(order)).form("Close order").fill({"Why": WHY}).send()

    again = form.send(status=422)

    assert "This order waits for nobody any more." in again.main
    assert f"“{WHY}”" in again.main


def test_what_is_no_order_cannot_be_closed(open_desk: Desk) -> None:
    sam, lea = open_desk.visitor("sam"), open_desk.visitor("lea")
    form = sam.get(f"{MEMBER}/credit").form("Give points")
    form.fill({"Points": "5", "Reason": "Late delivery"}).send()
    address = close_url(f"/{form.values['intent']}")

    assert "No such order" in lea.get(address, status=404).main
    lea.post(address, {"_token": lea.token(), "intent": form.values["intent"], "note": WHY}, status=404)


def test_an_order_that_is_not_overdue_has_nothing_to_close(open_desk: Desk) -> None:
    sam = open_desk.visitor("sam")
    form = sam.get(f"{MEMBER}/order").form("Create order")
    form.fill({"The order": "Adds points", "Points": "200", "Reason": "Late delivery"}).send()

    page = open_desk.visitor("lea").get(close_url(f"/{form.values['intent']}"))

    assert "This order waits for nobody: there is nothing to close." in page.main
    assert "Close order" not in page.buttons()


def close_url(order: str) -> str:
    return f"{QUEUE}/{order.rsplit('/', 1)[1]}/close"
