"""Making an order, as a page and in the drawer."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from dashboard.sandbox.cast import NORTHWIND, PENDING
from dashboard.store import orders, own_contacts
from dashboard.store.audit import Outcome
from tests.support.app import Desk
from tests.support.page import Page
from tests.web.orders.pending import MEMBER, writes

FILLED = {
    "The order": "Adds points",
    "Points": "200",
    "Due": "2026-12-24T18:00",
    "Reason": "Late delivery",
    "Case or order number": "ZD-55910",
}

FURTHER = {"source": "engine", "Further fields": "channel: phone\ntill: 7: left"}


def form_page(desk: Desk, name: str = "sam") -> Page:
    return desk.visitor(name).get(f"{MEMBER}/order")


def made(desk: Desk) -> list[dict[str, Any]]:
    """The remote's transactions of Jonas that carry a change of ours."""
    assert desk.remote is not None
    return [
        each
        for each in desk.remote.ledger(NORTHWIND, PENDING.contact_id)["transactions"]
        if "intent" in (each["meta"] or {})
    ]


def test_the_member_page_leads_to_it(open_desk: Desk) -> None:
    assert open_desk.visitor("sam").get(MEMBER).links()["Create order"] == f"{MEMBER}/order"


def test_an_order_is_a_persons_unless_somebody_says_otherwise(open_desk: Desk) -> None:
    assert form_page(open_desk).form("Create order").values["source"] == "user"


def test_nothing_is_chosen_before_somebody_chooses(open_desk: Desk) -> None:
    page = form_page(open_desk)

    assert not [each for each in page.all("input") if each.get("checked") is not None]
    assert "Your limit for what adds: 1,000 now." in page.main


def test_an_order_stands_in_the_queue_and_at_the_remote_with_reason_and_case(open_desk: Desk) -> None:
    page = form_page(open_desk).form("Create order").fill(FILLED).send()

    assert "200 points ordered for Jonas Weber." in page.main
    assert [(each["status"], each["amount"]) for each in made(open_desk)] == [("draft", Decimal(200))]
    assert made(open_desk)[0]["meta"]["case"] == "ZD-55910"
    with open_desk.services.database.read() as connection:
        (order,) = orders.open_orders(connection, NORTHWIND)
    assert order.due_at.isoformat() == "2026-12-24T18:00:00+00:00"
    assert "Order by Sam Rivera" in open_desk.visitor("lea").get(f"/programmes/{NORTHWIND}/pending").main


def test_an_order_that_takes_is_one_of_a_negative_amount(open_desk: Desk) -> None:
    form_page(open_desk).form("Create order").fill({**FILLED, "The order": "Takes points away"}).send()

    assert [each["amount"] for each in made(open_desk)] == [Decimal(-200)]


def test_an_order_of_ours_can_be_completed_from_its_member(open_desk: Desk) -> None:
    page = form_page(open_desk).form("Create order").fill(FILLED).send()
    chosen = made(open_desk)[0]["id"]

    page = open_desk.visitor("lea").get(f"{MEMBER}/pending/{chosen}/complete")

    page = page.form("Complete +200 points").send()
    assert "Balance is now 10,075 points." in page.main


def test_the_same_form_sent_again_makes_one_order(open_desk: Desk) -> None:
    form = form_page(open_desk).form("Create order").fill(FILLED)

    first, second = form.send(), form.send()

    assert first.path == second.path
    assert writes(open_desk) == ["createOrder"]


def test_what_nobody_may_give_is_not_offered_for_approval(open_desk: Desk) -> None:
    page = form_page(open_desk).form("Create order").fill({**FILLED, "Points": "10,001"}).send(status=422)

    assert page.pairs()["Approval"] == "Nobody may give this much at once"
    assert "Create order" in page.buttons()
    assert not any("Ask for approval" in each for each in page.buttons())


def test_who_may_order_as_much_as_anybody_is_not_sent_to_a_supervisor(open_desk: Desk) -> None:
    assert "Your limit for what adds: 1,000 now. More goes to a supervisor." in form_page(open_desk).main
    assert (
        "Your limit for what adds: 10,000 now. Nobody may give more at once."
        in form_page(open_desk, "lea").main
    )


@pytest.mark.parametrize(
    ("typed", "message"),
    [
        ({"Points": ""}, "Enter the number of points"),
        ({"Points": "-5"}, "Enter the number of points"),
        ({"Points": "+5"}, "Enter the number of points"),
        ({"Points": "1e3"}, "Enter the number of points"),
        ({"Points": "٥٠٠"}, "Enter the number of points"),
        ({"Points": "0"}, "Points must be more than 0"),
        ({"Points": "10.5"}, "Points must be a whole number"),
        ({"Points": "10,001"}, "Points must be 10,000 or fewer: nobody may give more at once"),
        ({"direction": "sideways"}, "Choose whether it adds or takes"),
        ({"Due": "2026-11-18T11:59"}, "Choose a time for the order that is still to come"),
        ({"Due": "soon"}, "Enter a day and a time such as 2026-11-20 14:30"),
        ({"Lapses": "2026-12-24T18:00"}, "Choose an end after the time the order is due"),
        ({"Lapses": "9999-01-01T00:00"}, "Choose a time within ten years"),
        ({"source": "robot"}, "Choose what Brevo files the order under"),
        ({"Further fields": "phone"}, "Further fields, line 1: write a name, a colon and a value"),
        ({"Further fields": "till: 7\n: 8"}, "Further fields, line 2: write a name, a colon and a value"),
        ({"Further fields": "Reason: x"}, "Further fields, line 1: the console writes “reason” itself"),
        ({"Further fields": "a: 1\nA: 2"}, "Further fields, line 2: “a” stands in another line already"),
        ({"Further fields": "7: till"}, "Further fields, line 1: begin the name with a letter"),
        ({"Further fields": "a: 1\nb: 2\nc: 3\nd: 4\ne: 5\nf: 6"}, "Enter 5 or fewer further fields"),
        ({"Case or order number": "x" * 65}, "Case or order number must be 64 characters or fewer"),
    ],
)
def test_what_breaks_a_rule_says_what_to_do_and_sends_nothing(
    open_desk: Desk, typed: dict[str, str], message: str
) -> None:
    form = form_page(open_desk).form("Create order").fill(FILLED)
    for name, value in typed.items():
        if name in {"direction", "source"}:
            form.values[name] = value
        else:
            form.fill({name: value})

    page = form.send(status=422)

    assert message in page.main
    assert page.title.startswith("Error: ")
    assert writes(open_desk) == []


def test_all_that_is_wrong_is_said_at_once_and_nothing_typed_is_lost(open_desk: Desk) -> None:
    form = form_page(open_desk).form("Create order").fill({"Points": "x", "Due": "soon", "Note": "Kept"})

    page = form.send(status=422)

    summary = " ".join(page.by_id("error-summary").itertext())
    for told in ("Enter the number of points", "Choose whether", "Enter a day and a time", "Choose a reason"):
        assert told in summary
    again = page.form("Create order")
    assert {**again.values, "_token": ""} == {**form.values, "_token": ""}


def test_the_source_and_further_fields_reach_the_remote_beside_our_own_marks(open_desk: Desk) -> None:
    assert open_desk.remote is not None
    form = form_page(open_desk).form("Create order")

    page = form.fill({**FILLED, **FURTHER}).send()

    assert "Its source is “engine”. With it stands channel: phone, till: 7: left." in page.main
    (call,) = open_desk.remote.calls("createOrder")
    assert isinstance(call.body, dict)
    assert call.body["source"] == "engine"
    assert call.body["meta"].items() >= {
        ("channel", "phone"),
        ("till", "7: left"),
        ("source", "loyalty-desk"),
        ("case", "ZD-55910"),
    }


def test_the_page_of_the_change_and_the_record_tell_source_and_further_fields(open_desk: Desk) -> None:
    form_page(open_desk).form("Create order").fill({**FILLED, **FURTHER}).send()

    (made_by,) = (each["meta"]["intent"] for each in made(open_desk))
    told = open_desk.visitor("sam").get(f"/programmes/{NORTHWIND}/intents/{made_by}").pairs()
    assert (told["Source"], told["Further fields"]) == ("engine", "channel: phone, till: 7: left")
    recorded = [each.after for each in open_desk.record() if each.action == "order.create"][-1]
    assert (recorded["source"], recorded["meta"]) == ("engine", '{"channel": "phone", "till": "7: left"}')


def test_whoever_approves_an_order_sees_all_that_goes_with_it(open_desk: Desk) -> None:
    form_page(open_desk).form("Create order").fill({**FILLED, **FURTHER, "Points": "1,500"}).send()

    lea = open_desk.visitor("lea")
    told = lea.get(lea.get("/approvals/").links()["Order 1,500 points"]).pairs()

    assert told["Due"] == "24 Dec 18:00"
    assert (told["Source"], told["Further fields"]) == ("engine", "channel: phone, till: 7: left")


def test_further_fields_stand_in_no_address(open_desk: Desk) -> None:
    preview = form_page(open_desk).by_id("order-preview")

    assert "#meta" not in (preview.get("hx-include") or "")
    assert "order-form " in (preview.get("hx-include") or "")


def test_what_is_wrong_with_a_further_field_is_shown_open_and_keeps_all_lines(open_desk: Desk) -> None:
    lines = "channel: phone\nnonsense\n\ncase: ZD-1"
    form = form_page(open_desk).form("Create order").fill({**FILLED, "Further fields": lines})

    page = form.send(status=422)

    assert "line 2: write a name, a colon and a value" in page.main
    assert "line 4: the console writes “case” itself" in page.main
    assert page.by_id("order-more").get("open") is not None
    assert page.form("Order 200 points").values["meta"] == lines


def test_the_preview_tells_what_the_order_would_come_to(open_desk: Desk) -> None:
    sam = open_desk.visitor("sam")
    query = "amount=1%2C500&direction=adds&due_at=2026-12-24T18%3A00&expires_at=&source=engine"

    told = sam.fragment(f"{MEMBER}/order/preview?{query}").pairs()

    assert told == {
        "Balance now": "9,875 points",
        "Once it is completed": "11,375 points",
        "Due": "24 Dec 18:00",
        "Lapses": "Never",
        "Source": "engine",
        "Approval": "Goes to a supervisor",
    }


def test_a_preview_of_nonsense_shows_dashes(open_desk: Desk) -> None:
    told = open_desk.visitor("sam").fragment(f"{MEMBER}/order/preview?amount=x&due_at=y&direction=z").pairs()

    assert (told["Once it is completed"], told["Due"]) == ("–", "–")


def test_above_the_limit_the_same_form_asks_and_approved_means_ordered(open_desk: Desk) -> None:
    page = form_page(open_desk).form("Create order").fill({**FILLED, "Points": "1,500"}).send()

    assert "1,500 points for Jonas Weber wait for a supervisor." in page.main
    assert writes(open_desk) == []
    lea = open_desk.visitor("lea")
    waiting = lea.get(lea.get("/approvals/").links()["Order 1,500 points"])
    page = waiting.form("Approve").send()
    assert "1,500 points ordered for Jonas Weber." in page.main
    assert writes(open_desk) == ["createOrder"]


def test_the_button_says_that_it_asks_and_what_takes_never_asks(open_desk: Desk) -> None:
    sam = open_desk.visitor("sam")
    query = "amount=1%2C500&due_at=&expires_at="

    adds = sam.fragment(f"{MEMBER}/order/preview?{query}&direction=adds")
    takes = sam.fragment(f"{MEMBER}/order/preview?{query}&direction=takes")

    assert adds.buttons() == ["Ask for approval: 1,500 points"]
    assert takes.buttons() == ["Order 1,500 points"]


def test_the_drawer_answers_with_the_receipt(open_desk: Desk) -> None:
    drawer = open_desk.visitor("sam").fragment(f"{MEMBER}/order/form")

    answer = drawer.form("Create order").fill(FILLED).send_htmx()

    assert "200 points ordered for Jonas Weber." in answer.text
    assert answer.response.headers["HX-Trigger"] == "close-drawer, member-changed"


def test_nobody_orders_for_their_own_membership(open_desk: Desk) -> None:
    with open_desk.services.database.write() as connection:
        own_contacts.link(connection, open_desk.staff_id("sam"), PENDING.contact_id)

    page = form_page(open_desk).form("Create order").fill(FILLED).send(status=422)

    assert "You can't give points to your own membership." in page.main
    assert writes(open_desk) == []


def test_a_form_replayed_by_somebody_else_is_refused_and_recorded(open_desk: Desk) -> None:
    form = form_page(open_desk).form("Create order").fill(FILLED)
    form.send()
    lea = open_desk.visitor("lea")

    lea.post(form.action, {**form.values, "_token": lea.token()}, status=409)

    assert writes(open_desk) == ["createOrder"]
    assert open_desk.record()[-1].outcome is Outcome.DENIED


def test_an_auditor_makes_no_order(open_desk: Desk) -> None:
    form = form_page(open_desk).form("Create order").fill(FILLED)
    ike = open_desk.visitor("ike")

    assert "Create order" not in ike.get(MEMBER).links()
    ike.get(f"{MEMBER}/order", status=403)
    ike.post(form.action, {**form.values, "_token": ike.token()}, status=403)
    assert writes(open_desk) == []


def test_an_order_whose_answer_was_lost_is_never_sent_a_second_time(open_desk: Desk) -> None:
    assert open_desk.remote is not None
    form = form_page(open_desk).form("Create order").fill(FILLED)
    open_desk.remote.fault("apply_then_drop", path="createOrder")

    page = form.send()
    form.send()

    assert "ordered" in page.main or "checking" in page.main
    assert writes(open_desk) == ["createOrder"]
