"""The desk's queue of all that is pending: what it shows, in which order, and what it costs."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

from dashboard.sandbox import catalogue
from dashboard.sandbox.cast import AMARA, COFFEE, NORTHWIND, PENDING
from dashboard.store import orders
from dashboard.store.orders import OrderRow, SeenDraft
from tests.support.app import NOON, Desk
from tests.support.page import Page
from tests.web.orders.pending import MEMBER, PROGRAMME, draft

QUEUE = f"{PROGRAMME}/pending"
POINTS = "3d0c9a52-3a7e-4a57-9d0e-5a2b0c1d2e3f"


def rows(page: Page) -> list[list[str]]:
    """The cells of each row, in words."""
    bodies = [row for body in page.all("tbody") for row in body.iter("tr")]
    return [[" ".join("".join(cell.itertext()).split()) for cell in row.iter("td")] for row in bodies]


def looked(desk: Desk, name: str = "sam") -> Page:
    """The queue after somebody has looked at Jonas, who has five drafts."""
    visitor = desk.visitor(name)
    visitor.get(MEMBER)
    return visitor.get(QUEUE)


def put(desk: Desk, number: int, *, hours: int, contact_id: int = PENDING.contact_id) -> str:
    """A draft in the register, made that many hours ago."""
    key = f"dddddddd-0000-4000-8000-{number:012}"
    seen = SeenDraft(
        programme_id=NORTHWIND,
        transaction_id=key,
        contact_id=contact_id,
        definition_id=POINTS,
        amount=Decimal(100 + number),
        made_at=NOON - timedelta(hours=hours),
        expires_at=None,
        source="shop",
        seen_at=NOON,
    )
    with desk.services.database.write() as connection:
        orders.saw_drafts(connection, NORTHWIND, contact_id, key, [seen], NOON)
    return key


def own_order(desk: Desk, **more: object) -> None:
    order = OrderRow(
        **{
            "intent_id": "5d1e8c1a-2b3c-4d5e-8f90-a1b2c3d4e5f6",
            "programme_id": NORTHWIND,
            "contact_id": AMARA.contact_id,
            "definition_id": POINTS,
            "amount": Decimal(200),
            "due_at": NOON + timedelta(days=1),
            "expires_at": None,
            "order_id": "17",
            "transaction_id": None,
            "made_at": NOON - timedelta(hours=1),
            **more,
        }  # type: ignore[arg-type]
    )
    with desk.services.database.write() as connection:
        orders.register(connection, order)


def test_what_was_seen_is_listed_oldest_first_with_its_age_and_where_it_came_from(open_desk: Desk) -> None:
    page = looked(open_desk)

    told = rows(page)
    assert [row[4] for row in told] == ["+240", "+120", "−400", "+90", "+75"]
    assert told[0][1] == "2 days ago over 24 h"
    assert told[0][3] == "Member 105"
    assert told[0][5] == "Ready seen just now"
    assert told[0][6] == "web"


def test_the_list_asks_the_remote_nothing(open_desk: Desk) -> None:
    looked(open_desk)
    before = list(open_desk.calls)

    open_desk.visitor("sam").get(QUEUE)
    open_desk.visitor("sam").get(f"{QUEUE}?show=ready")

    assert open_desk.calls == before


def test_ages_are_told_in_words_from_a_day_and_from_three_days_on(open_desk: Desk) -> None:
    put(open_desk, 1, hours=23)
    put(open_desk, 2, hours=25)
    put(open_desk, 3, hours=73)

    told = [row[1] for row in rows(open_desk.visitor("sam").get(QUEUE))]

    assert ["over 72 h" in told[0], "over 24 h" in told[1], "over" in told[2]] == [True, True, False]


OVERDUE = NOON - timedelta(days=2)


def state(desk: Desk) -> str:
    (row,) = rows(desk.visitor("sam").get(QUEUE))
    return row[5]


def test_an_order_has_a_day_to_be_shown_and_is_overdue_after_that(open_desk: Desk) -> None:
    own_order(open_desk, due_at=NOON - timedelta(hours=23, minutes=59))
    assert state(open_desk) == "Due, not seen yet"

    open_desk.clock.advance(minutes=1)

    assert state(open_desk) == "Overdue, not looked for"


def test_only_a_look_after_it_should_have_come_says_that_brevo_does_not_show_it(open_desk: Desk) -> None:
    early = OVERDUE + timedelta(hours=1)
    own_order(open_desk, due_at=OVERDUE, looked_at=early, definition_id=catalogue.POINTS)
    assert state(open_desk) == "Overdue, not looked for"

    open_desk.visitor("sam").get(f"{PROGRAMME}/members/{AMARA.contact_id}")

    (told,) = (row[5] for row in rows(open_desk.visitor("sam").get(QUEUE)) if "200" in row[4])
    assert told == "Overdue, not shown by Brevo"


def test_an_order_that_never_came_says_on_its_page_what_is_known_and_what_to_do(open_desk: Desk) -> None:
    assert open_desk.remote is not None
    for name, value in (("order_transaction", "due"), ("order_meta", "no")):
        open_desk.remote.switch(name, value)
    sam = open_desk.visitor("sam")
    typed = {"The order": "Adds points", "Points": "200", "Reason": "Late delivery"}
    sam.get(f"{MEMBER}/order").form("Create order").fill(typed).send()
    link = next(url for url in sam.get(QUEUE).links().values() if "/intents/" in url)
    assert "no transaction of it is known" not in sam.get(link).main

    open_desk.clock.advance(hours=25)
    told = open_desk.visitor("sam").get(link).main

    assert "It was due on 18 Nov 12:00, and no transaction of it is known." in told
    assert "Nobody has looked for it since: open the member at this balance" in told
    open_desk.visitor("sam").get(MEMBER)
    told = open_desk.visitor("sam").get(link).main
    assert "Brevo's list of the member was read on 19 Nov 13:00 and does not show it." in told
    assert "before anything is ordered or given again" in told


def test_an_order_of_ours_without_a_transaction_cannot_be_completed_yet(open_desk: Desk) -> None:
    own_order(open_desk)

    page = open_desk.visitor("sam").get(QUEUE)

    (row,) = rows(page)
    assert row[4:6] == ["+200", "Not due yet"]
    assert not [each for each in page.all("input") if each.get("name") == "row"]


def test_an_order_that_was_seen_as_a_draft_stands_there_once(open_desk: Desk) -> None:
    key = put(open_desk, 1, hours=2)
    own_order(open_desk, transaction_id=key, contact_id=PENDING.contact_id)

    page = open_desk.visitor("sam").get(QUEUE)

    assert len(rows(page)) == 1
    assert " ".join(page.by_id("nav").itertext()).split("Pending orders")[1].split()[0] == "1"


def test_an_order_whose_time_ran_out_waits_no_more(open_desk: Desk) -> None:
    key = put(open_desk, 1, hours=2)
    own_order(open_desk, transaction_id=key, expires_at=NOON - timedelta(minutes=1))

    assert "No orders waiting." in open_desk.visitor("sam").get(QUEUE).main


def test_a_change_that_waits_to_be_sent_is_listed_with_its_state(open_desk: Desk) -> None:
    form = open_desk.visitor("sam").get(f"{MEMBER}/credit").form("Give points")
    form.fill({"Points": "5,000", "Reason": "Late delivery"}).send()

    (row,) = rows(open_desk.visitor("lea").get(QUEUE))

    assert "Sam Rivera asks to give 5,000 points" in row[2]
    assert row[5] == "Waiting for a supervisor"
    assert row[6] == "Change by Sam Rivera"


def test_a_draft_that_somebody_is_at_is_marked_and_cannot_be_chosen(open_desk: Desk) -> None:
    assert open_desk.remote is not None
    sam = open_desk.visitor("sam")
    sam.get(MEMBER)
    open_desk.remote.fault("apply_then_drop", path="completeTransaction")
    chosen = draft(open_desk, 120)
    sam.get(f"{MEMBER}/pending/{chosen}/complete").form("Complete +120 points").send()

    page = open_desk.visitor("lea").get(QUEUE)

    told = next(row for row in rows(page) if row[4] == "+120")
    assert told[5].startswith("Sam Rivera: no answer yet, checking")
    assert chosen not in [each.get("value") for each in page.all("input")]


def test_the_chips_narrow_the_list_and_tell_how_many(open_desk: Desk) -> None:
    own_order(open_desk)
    put(open_desk, 1, hours=2)
    sam = open_desk.visitor("sam")

    page = sam.get(QUEUE)

    assert {"All 2", "Ready 1", "Blocked 1", "Mine 0"} <= set(page.links())
    assert [row[4] for row in rows(sam.get(f"{QUEUE}?show=blocked"))] == ["+200"]
    assert "Nothing here is “Mine”." in sam.get(f"{QUEUE}?show=mine").main


def test_fifty_come_at_a_time(open_desk: Desk) -> None:
    for number in range(53):
        put(open_desk, number, hours=number)
    sam = open_desk.visitor("sam")

    page = sam.get(QUEUE)

    assert (len(rows(page)), len(rows(sam.get(page.links()["Newer"])))) == (50, 3)
    assert "50 of 53" in page.main


def test_what_is_in_the_address_cannot_break_the_list(open_desk: Desk) -> None:
    put(open_desk, 1, hours=2)

    page = open_desk.visitor("sam").get(f"{QUEUE}?show=everything&from=-1&from=٣&select=all")

    assert len(rows(page)) == 1


def test_another_programme_has_a_queue_of_its_own(open_desk: Desk) -> None:
    looked(open_desk)

    page = open_desk.visitor("sam").get(f"/programmes/{COFFEE}/pending")

    assert "No orders waiting." in page.main


def test_the_empty_list_says_when_the_last_one_was_completed(open_desk: Desk) -> None:
    chosen = draft(open_desk, 120)
    form = open_desk.visitor("sam").fragment(f"{MEMBER}/pending/{chosen}/complete/form")
    form.form("Complete +120 points").send_htmx()

    assert "Last one completed 18 Nov 12:00." in open_desk.visitor("sam").get(QUEUE).main


def test_an_auditor_sees_the_list_and_no_act(open_desk: Desk) -> None:
    page = looked(open_desk, "ike")

    assert len(rows(page)) == 5
    assert not [each for each in page.buttons() if "selected" in each]
    assert not [each for each in page.links() if "omplete" in each]


def test_the_navigation_leads_there_and_tells_how_many(open_desk: Desk) -> None:
    page = looked(open_desk)

    (current,) = [link for link in page.by_id("nav").iter("a") if link.get("aria-current")]
    assert (current.get("href"), current.get("data-go")) == (QUEUE, "p")
    assert "".join(current.itertext()) == "Pending orders5"
