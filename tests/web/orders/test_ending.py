"""Completing and cancelling one pending order: from the member's page, as a page and in the drawer."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

import pytest

from dashboard.sandbox.cast import AMARA, COFFEE, NORTHWIND, PENDING
from dashboard.store import intents
from dashboard.store.audit import Outcome
from tests.support.app import Desk
from tests.support.page import Page
from tests.web.orders.pending import MEMBER, PROGRAMME, draft, status, writes

WHY = {"Reason": "Late delivery", "Case or order number": "ZD-55910"}


def ending(desk: Desk, amount: int = 120, goal: str = "complete", name: str = "sam") -> Page:
    return desk.visitor(name).get(f"{MEMBER}/pending/{draft(desk, amount)}/{goal}")


def test_the_member_page_lists_what_is_pending_oldest_first_without_another_request(
    open_desk: Desk,
) -> None:
    page = open_desk.visitor("sam").get(MEMBER)

    card = " ".join(page.by_id("pending").itertext())
    places = [card.index(amount) for amount in ("+240", "+120", "−400", "+90", "+75")]
    assert places == sorted(places)
    assert open_desk.calls.count("listTransactions") == 1


def test_whoever_only_reads_is_offered_no_act(open_desk: Desk) -> None:
    card = open_desk.visitor("ike").get(MEMBER).by_id("pending")

    assert "Complete" not in " ".join(card.itertext())


def test_the_form_tells_before_and_after_and_when_the_points_expire(open_desk: Desk) -> None:
    page = ending(open_desk)

    assert page.h1 == "Complete +120 points pending for Jonas Weber"
    told = page.pairs()
    assert told["Balance now"] == "9,875 points"
    assert told["After that"] == "9,995 points"
    assert told["These expire"] == "30 Nov 2027"


def test_completing_posts_the_points_once_and_tells_the_remotes_balance(open_desk: Desk) -> None:
    chosen = draft(open_desk, 120)
    form = ending(open_desk).form("Complete +120 points")

    first, second = form.send(), form.send()

    assert "Pending 120 points of Jonas Weber completed. Balance is now 9,995 points." in first.main
    assert first.path == second.path
    assert status(open_desk, chosen) == "completed"
    assert writes(open_desk) == ["completeTransaction"]
    assert draft(open_desk, 240)
    assert "+120" not in " ".join(first.by_id("pending").itertext())


def test_a_draft_of_a_debit_takes_the_points(open_desk: Desk) -> None:
    page = ending(open_desk, -400)

    assert page.pairs()["After that"] == "9,475 points"
    assert "These expire" not in page.pairs()
    page = page.form("Complete −400 points").send()
    assert "Balance is now 9,475 points." in page.main


def test_cancelling_takes_a_reason_and_keeps_what_was_typed(open_desk: Desk) -> None:
    form = ending(open_desk, goal="cancel").form("Cancel order").fill({"Note": "Parcel came back"})

    page = form.send(status=422)

    assert "Choose a reason" in page.main
    assert page.form("Cancel order").values["note"] == "Parcel came back"
    assert page.form("Cancel order").values["intent"] == form.values["intent"]
    assert writes(open_desk) == []


def test_cancelling_says_that_nothing_will_post(open_desk: Desk) -> None:
    chosen = draft(open_desk, 120)
    page = ending(open_desk, goal="cancel")

    assert page.pairs()["The pending amount"] == "+120 points will not post"
    assert page.pairs()["After that"] == "9,875 points"
    page = page.form("Cancel order").fill(WHY).send()
    assert "Pending 120 points of Jonas Weber cancelled." in page.main
    assert status(open_desk, chosen) == "cancelled"


def test_the_safe_way_out_of_a_cancellation_comes_first_and_has_the_focus(open_desk: Desk) -> None:
    foot = [each for each in ending(open_desk, goal="cancel").all("a") if each.get("id") == "keep-order"]

    assert [each.get("autofocus") is not None for each in foot] == [True]


def test_the_drawer_answers_with_the_receipt_and_closes_itself(open_desk: Desk) -> None:
    chosen = draft(open_desk, 120)
    drawer = open_desk.visitor("sam").fragment(f"{MEMBER}/pending/{chosen}/complete/form")

    answer = drawer.form("Complete +120 points").send_htmx()

    assert answer.response.headers["HX-Trigger"] == "close-drawer, member-changed"
    assert "Pending 120 points of Jonas Weber completed." in answer.text
    assert len(answer.response.data) < 6 * 1024


def test_whoever_opens_it_after_a_colleague_is_told_who_and_when(open_desk: Desk) -> None:
    chosen = draft(open_desk, 120)
    open_desk.visitor("sam").get(MEMBER)
    ending(open_desk, name="lea").form("Complete +120 points").send()

    page = open_desk.visitor("sam").get(f"{MEMBER}/pending/{chosen}/cancel", status=409)

    assert page.h1 == "It was completed before"
    assert "Lea Moreau completed it on 18 Nov 12:00." in page.main


def test_whoever_sends_after_a_colleague_is_told_who_and_when_and_nothing_is_sent(open_desk: Desk) -> None:
    late = ending(open_desk, goal="cancel").form("Cancel order").fill(WHY)
    ending(open_desk, name="lea").form("Complete +120 points").send()
    before = writes(open_desk)

    page = late.send(status=409)

    assert "Lea Moreau completed it on 18 Nov 12:00." in page.main
    assert writes(open_desk) == before


def test_looking_at_what_was_decided_before_is_no_attempt(open_desk: Desk) -> None:
    chosen = draft(open_desk, 120)
    ending(open_desk, name="lea").form("Complete +120 points").send()
    sam = open_desk.visitor("sam")
    sam.get(f"{MEMBER}/pending/{chosen}/complete", status=409)

    assert "request.refused" not in [each.action for each in open_desk.record()]


def test_the_drawer_of_whoever_came_second_has_the_page_read_the_member_again(open_desk: Desk) -> None:
    form = ending(open_desk).form("Complete +120 points")
    ending(open_desk, name="lea").form("Complete +120 points").send()

    answer = form.send_htmx(path=form.action.replace("/complete?", "/complete/form?"), status=409)

    assert "Lea Moreau completed it on 18 Nov 12:00." in answer.text
    assert answer.response.headers["HX-Trigger"] == "member-changed"


def test_whoever_comes_second_at_the_remote_is_told_when_it_was_decided(open_desk: Desk) -> None:
    chosen = draft(open_desk, 120)
    late = ending(open_desk).form("Complete +120 points")
    assert open_desk.remote is not None
    open_desk.remote.ask("POST", f"/loyalty/balance/programs/{NORTHWIND}/transactions/{chosen}/cancel")

    page = late.send()

    assert "Pending 120 points of Jonas Weber not completed." in page.main
    assert "Somebody in Brevo or another system cancelled it on 18 Nov 12:00." in page.main
    assert "+120" not in " ".join(page.by_id("pending").itertext())


def test_what_lapsed_meanwhile_is_told_as_that(open_desk: Desk) -> None:
    chosen = draft(open_desk, 75)
    open_desk.clock.advance(hours=2)

    page = open_desk.visitor("sam").get(f"{MEMBER}/pending/{chosen}/complete", status=409)

    assert page.h1 == "It lapsed before"


def test_the_draft_of_a_credit_of_ours_cannot_be_completed_a_second_time(open_desk: Desk) -> None:
    assert open_desk.remote is not None
    credit = open_desk.visitor("sam").get(f"{MEMBER}/credit").form("Give points")
    open_desk.remote.fault("apply_then_drop", path="createTransaction")
    open_desk.remote.switch("read_lag", "3600")
    credit.fill({"Points": "500", **WHY}).send()
    open_desk.remote.switch("read_lag", "0")
    left = draft(open_desk, 500)
    open_desk.clock.advance(minutes=2)
    sam = open_desk.visitor("sam")

    card = " ".join(sam.get(MEMBER).by_id("pending").itertext())
    page = sam.get(f"{MEMBER}/pending/{left}/complete", status=409)

    assert "In a change of ours" in card
    assert page.h1 == "This is part of another change"


def test_a_form_replayed_by_somebody_else_is_refused_and_recorded(open_desk: Desk) -> None:
    form = ending(open_desk).form("Complete +120 points")
    form.send()
    lea = open_desk.visitor("lea")

    lea.post(form.action, {**form.values, "_token": lea.token()}, status=409)

    assert writes(open_desk) == ["completeTransaction"]
    assert open_desk.record()[-1].outcome is Outcome.DENIED


def _with(path: str, **parts: Any) -> str:
    told = {"programme": NORTHWIND, "contact": PENDING.contact_id, "draft": str(uuid4()), **parts}
    return path.format(**told)


@pytest.mark.parametrize(
    "address",
    [
        "/programmes/{programme}/members/{contact}/pending/{draft}/complete",
        "/programmes/{programme}/members/{contact}/pending/not-a-number/complete",
        "/programmes/{programme}/members/{contact}/pending/{draft}/destroy",
    ],
)
def test_a_made_up_draft_is_not_found(open_desk: Desk, address: str) -> None:
    open_desk.visitor("sam").get(_with(address), status=404)


@pytest.mark.parametrize(
    "whose", [f"{PROGRAMME}/members/{AMARA.contact_id}", f"/programmes/{COFFEE}/members/{PENDING.contact_id}"]
)
def test_the_draft_of_another_member_or_programme_is_not_found_and_nothing_is_sent(
    open_desk: Desk, whose: str
) -> None:
    form = ending(open_desk).form("Complete +120 points")

    answer = open_desk.visitor("sam")
    answer.post(form.action.replace(MEMBER, whose), {**form.values, "_token": answer.token()}, status=404)

    assert writes(open_desk) == []


def test_an_auditor_cannot_end_a_draft_and_the_attempt_is_recorded(open_desk: Desk) -> None:
    form = ending(open_desk).form("Complete +120 points")
    ike = open_desk.visitor("ike")

    ike.get(form.action, status=403)
    ike.post(form.action, {**form.values, "_token": ike.token()}, status=403)

    assert writes(open_desk) == []
    assert open_desk.record()[-1].outcome is Outcome.DENIED


def test_a_lost_answer_is_told_as_being_checked_and_settles_by_itself(open_desk: Desk) -> None:
    assert open_desk.remote is not None
    chosen = draft(open_desk, 120)
    form = ending(open_desk).form("Complete +120 points")
    open_desk.remote.fault("apply_then_drop", path="completeTransaction")

    page = form.send()

    assert "No answer yet, checking." in page.main
    open_desk.clock.advance(seconds=30)
    with open_desk.services.database.read() as connection:
        (intent,) = intents.about_transaction(connection, NORTHWIND, chosen)
    open_desk.services.engine.advance(intent.id, until=open_desk.clock.now.replace(year=2027))
    line = open_desk.visitor("sam").fragment(f"{PROGRAMME}/intents/{intent.id}/receipt")
    assert "Pending 120 points of Jonas Weber completed." in line.text


def test_while_the_remote_is_away_it_waits_to_be_sent_even_a_minute_later(open_desk: Desk) -> None:
    assert open_desk.remote is not None
    open_desk.visitor("sam").get(MEMBER)
    form = ending(open_desk).form("Complete +120 points")
    open_desk.remote.server.stop()
    open_desk.clock.advance(seconds=90)

    page = form.send()

    assert "Completing pending 120 points waits to be sent. Brevo cannot be reached." in page.main


def test_a_form_from_an_ended_session_comes_back_filled(open_desk: Desk) -> None:
    form = ending(open_desk, goal="cancel").form("Cancel order").fill({**WHY, "Note": "Kept"})
    sam = open_desk.visitor("sam")

    page = sam.post(form.action, {**form.values, "_token": sam.token(), "_review": "1"}, status=422)

    assert page.form("Cancel order").values["note"] == "Kept"
    assert writes(open_desk) == []
