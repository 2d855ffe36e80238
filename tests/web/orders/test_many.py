"""Many pending orders at once: a dry run first, then a result for each, and never one of them twice."""

from __future__ import annotations

from decimal import Decimal
from urllib.parse import urlencode
from uuid import uuid4

import pytest

from dashboard.sandbox.cast import AMARA, COFFEE, NORTHWIND
from dashboard.sandbox.catalogue import POINTS
from dashboard.store import intents
from dashboard.store.audit import Outcome
from dashboard.store.intents import Intent, State
from tests.support.app import Desk
from tests.support.page import Form, Page
from tests.web.orders.pending import MEMBER, PROGRAMME, draft, status, writes
from tests.web.orders.test_queue import QUEUE, rows

CHOSEN = f"{QUEUE}/chosen"


def dry_run(desk: Desk, *amounts: int, goal: str = "complete", name: str = "sam") -> Page:
    """The page about Jonas' drafts over these amounts."""
    visitor = desk.visitor(name)
    visitor.get(MEMBER)
    query = urlencode([("row", draft(desk, each)) for each in amounts] + [("goal", goal)])
    return visitor.get(f"{CHOSEN}?{query}")


def begun(desk: Desk, form: Form) -> tuple[Intent, ...]:
    with desk.services.database.read() as connection:
        return intents.of_batch(connection, form.values["intent"])


def test_the_dry_run_tells_what_would_come_of_each_and_sends_nothing(open_desk: Desk) -> None:
    page = dry_run(open_desk, 240, 120)

    assert page.h1 == "Complete 2 orders"
    assert [row[2:4] for row in rows(page)] == [
        ["Would be completed", "9,875 → 10,115"],
        ["Would be completed", "10,115 → 10,235"],
    ]
    assert writes(open_desk) == []


def test_what_speaks_against_a_row_is_said_and_the_row_is_left_out(open_desk: Desk) -> None:
    chosen = draft(open_desk, 240)
    open_desk.visitor("lea").get(f"{MEMBER}/pending/{chosen}/complete").form("Complete").send()
    sam = open_desk.visitor("sam")
    sam.get(MEMBER)
    query = urlencode([("row", chosen), ("row", draft(open_desk, 120)), ("goal", "complete")])

    page = sam.get(f"{CHOSEN}?{query}")

    assert page.h1 == "Complete 1 order"
    left_out = next(row for row in rows(page) if row[2] == "Left out")
    assert left_out[4] == "Lea Moreau completed it on 18 Nov 12:00."


def test_each_gets_a_result_of_its_own(open_desk: Desk) -> None:
    assert open_desk.remote is not None
    page = dry_run(open_desk, 240, 120, 90)
    taken = draft(open_desk, 120)
    open_desk.remote.ask("POST", f"/loyalty/balance/programs/{NORTHWIND}/transactions/{taken}/cancel")

    page = page.form("Complete 3 orders").send()

    assert "2 of 3 done, 1 not" in page.main
    (way_back,) = (each for each in page.all("nav") if each.get("aria-label") == "Breadcrumbs")
    assert [link.get("href") for link in way_back.iter("a")] == [f"/programmes/{NORTHWIND}/pending"]
    assert "Somebody in Brevo or another system cancelled it on 18 Nov 12:00." in page.main
    assert writes(open_desk).count("completeTransaction") == 3


def test_the_same_form_sent_again_ends_none_twice(open_desk: Desk) -> None:
    form = dry_run(open_desk, 240, 120).form("Complete 2 orders")

    first, second = form.send(), form.send()

    assert first.path == second.path
    assert writes(open_desk) == ["completeTransaction", "completeTransaction"]
    assert open_desk.remote is not None
    balances = open_desk.remote.ledger(NORTHWIND, 105)["balances"]
    assert Decimal(10_235) in balances.values()


def test_what_was_interrupted_goes_on_where_it_was_with_the_same_form(open_desk: Desk) -> None:
    assert open_desk.remote is not None
    form = dry_run(open_desk, 240, 120, 90).form("Complete 3 orders")
    open_desk.remote.fault("drop_before", path="completeTransaction", skip=1, times=1)
    form.send()
    open_desk.clock.advance(seconds=30)

    form.send()
    for each in begun(open_desk, form):
        open_desk.services.engine.advance(each.id, until=open_desk.clock.now.replace(year=2027))

    assert {each.state for each in begun(open_desk, form)} == {State.DONE}
    assert Decimal(10_325) in open_desk.remote.ledger(NORTHWIND, 105)["balances"].values()


def test_a_colleague_who_was_faster_stops_the_form_before_anything_is_sent(open_desk: Desk) -> None:
    form = dry_run(open_desk, 240, 120).form("Complete 2 orders")
    chosen = draft(open_desk, 240)
    open_desk.visitor("lea").get(f"{MEMBER}/pending/{chosen}/cancel").form("Cancel order").fill(
        {"Reason": "Late delivery", "Case or order number": "ZD-1"}
    ).send()
    before = writes(open_desk)

    page = form.send(status=422)

    assert "1 of 2 can't be completed any more. Nothing was sent." in page.main
    assert "Lea Moreau cancelled it on 18 Nov 12:00." in page.main
    assert writes(open_desk) == before
    page = page.form("Complete 1 order").send()
    assert "120 points of Jonas Weber completed" in page.main or "1 of 1 done" in page.main


def test_cancelling_many_takes_a_reason_and_keeps_what_was_typed(open_desk: Desk) -> None:
    form = dry_run(open_desk, 240, 120, goal="cancel").form("Cancel 2 orders").fill({"Note": "All returned"})

    page = form.send(status=422)

    assert "Choose a reason" in page.main
    again = page.form("Cancel 2 orders")
    assert (again.values["note"], again.values["intent"]) == ("All returned", form.values["intent"])
    page = again.fill({"Reason": "Late delivery", "Case or order number": "ZD-1"}).send()
    assert "2 of 2 done" in page.main
    assert writes(open_desk) == ["cancelTransaction", "cancelTransaction"]


def test_fifty_are_ended_by_one_form_each_with_a_result(open_desk: Desk) -> None:
    assert open_desk.remote is not None
    body = {"contactId": AMARA.contact_id, "balanceDefinitionId": POINTS, "amount": 1, "autoComplete": False}
    for _ in range(48):  # She has two already.
        open_desk.remote.ask("POST", f"/loyalty/balance/programs/{NORTHWIND}/transactions", body)
    sam = open_desk.visitor("sam")
    sam.get(f"{PROGRAMME}/members/{AMARA.contact_id}")
    page = sam.get(sam.get(QUEUE).links()["Select all shown"])
    keys = [each.get("value", "") for each in page.all("input") if each.get("name") == "row"]

    page = sam.get(f"{CHOSEN}?{urlencode([('row', key) for key in keys])}&goal=complete")
    page = page.form("Complete 50 orders").send()

    assert "50 of 50 done" in page.main
    assert len(rows(page)) == 50
    assert writes(open_desk).count("completeTransaction") == 50


def test_while_the_remote_is_away_each_waits_and_says_so(open_desk: Desk) -> None:
    assert open_desk.remote is not None
    form = dry_run(open_desk, 240, 120).form("Complete 2 orders")
    open_desk.remote.server.stop()

    page = form.send()

    assert "0 of 2 done, 2 not known yet" in page.main
    assert page.main.count("Waiting to be sent") == 2


@pytest.mark.parametrize(
    ("query", "told"),
    [("", "Choose at least one"), ("row=x&" * 51, "Choose 50 or fewer")],
)
def test_too_few_and_too_many_are_told(open_desk: Desk, query: str, told: str) -> None:
    page = open_desk.visitor("sam").get(f"{CHOSEN}?{query}goal=complete", status=422)

    assert told in page.main


def test_made_up_rows_are_left_out_and_nothing_is_sent(open_desk: Desk) -> None:
    form = dry_run(open_desk, 120).form("Complete 1 order")
    forged = {**form.values, "rows": f"{form.values['rows']},{uuid4()}"}
    sam = open_desk.visitor("sam")

    sam.post(CHOSEN, {**forged, "_token": sam.token()}, status=422)

    assert writes(open_desk) == []


def test_the_drafts_of_another_programme_cannot_be_ended_from_here(open_desk: Desk) -> None:
    form = dry_run(open_desk, 120).form("Complete 1 order")
    sam = open_desk.visitor("sam")

    page = sam.post(CHOSEN.replace(NORTHWIND, COFFEE), {**form.values, "_token": sam.token()}, status=422)

    assert "The console does not know it as pending any more." in page.main
    assert writes(open_desk) == []


def test_nothing_else_than_completing_and_cancelling_is_known(open_desk: Desk) -> None:
    open_desk.visitor("sam").get(f"{CHOSEN}?row={uuid4()}&goal=destroy", status=404)


def test_the_form_replayed_by_somebody_else_is_refused_and_recorded(open_desk: Desk) -> None:
    form = dry_run(open_desk, 240, 120).form("Complete 2 orders")
    form.send()
    lea = open_desk.visitor("lea")

    lea.post(form.action, {**form.values, "_token": lea.token()}, status=409)

    assert len(writes(open_desk)) == 2
    assert open_desk.record()[-1].outcome is Outcome.DENIED


def test_an_auditor_ends_nothing_and_the_attempt_is_recorded(open_desk: Desk) -> None:
    form = dry_run(open_desk, 120).form("Complete 1 order")
    ike = open_desk.visitor("ike")

    ike.post(form.action, {**form.values, "_token": ike.token()}, status=403)

    assert status(open_desk, draft(open_desk, 120)) == "draft"
    assert open_desk.record()[-1].outcome is Outcome.DENIED


def test_a_form_from_an_ended_session_comes_back_and_is_not_carried_out(open_desk: Desk) -> None:
    form = dry_run(open_desk, 120).form("Complete 1 order").fill({"Note": "Kept"})
    sam = open_desk.visitor("sam")

    page = sam.post(form.action, {**form.values, "_token": sam.token(), "_review": "1"}, status=422)

    assert page.form("Complete 1 order").values["note"] == "Kept"
    assert writes(open_desk) == []


def test_the_queue_offers_each_page_as_a_whole(open_desk: Desk) -> None:
    sam = open_desk.visitor("sam")
    sam.get(MEMBER)

    page = sam.get(sam.get(QUEUE).links()["Select all shown"])

    boxes = [each for each in page.all("input") if each.get("name") == "row"]
    assert [each.get("checked") is not None for each in boxes] == [True] * 5
    assert page.form("Complete selected").action == f"{PROGRAMME}/pending/chosen"
