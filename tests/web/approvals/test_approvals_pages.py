"""Approvals as pages: the queue, the evidence, deciding, and what the person who asked sees."""

from __future__ import annotations

from decimal import Decimal

import pytest

from dashboard.sandbox.cast import AMARA, NORTHWIND
from dashboard.store import limits, own_contacts
from dashboard.store.limits import Limit, Span
from tests.support.app import PASSWORD, Desk
from tests.support.page import Page

MEMBER = f"/programmes/{NORTHWIND}/members/{AMARA.contact_id}"
FILLED = {"Points": "5,000", "Reason": "Late delivery", "Case or order number": "ZD-55910"}


def ask(desk: Desk, name: str = "sam", **typed: str) -> str:
    """Ask for approval and give the intent's ID."""
    form = desk.visitor(name).get(f"{MEMBER}/credit").form("Give points")
    return form.fill({**FILLED, **typed}).send().path.rpartition("/")[2]


def opened(desk: Desk, intent_id: str, name: str = "lea") -> Page:
    return desk.visitor(name).get(f"/approvals/{intent_id}")


def given(desk: Desk) -> list[Decimal]:
    """What the remote really gave this member for us."""
    assert desk.remote is not None
    ledger = desk.remote.control.ledger(NORTHWIND, AMARA.contact_id)
    assert ledger is not None
    return [
        each["amount"]
        for each in ledger["transactions"]  # type: ignore[attr-defined]
        if "intent" in each["meta"] and each["status"] == "completed"
    ]


def here(intent_id: str) -> str:
    return f"/programmes/{NORTHWIND}/intents/{intent_id}/approve"


def test_with_nothing_to_decide_the_queue_says_so(desk: Desk) -> None:
    page = desk.visitor("lea").get("/approvals/")
    assert "Nothing to approve." in page.main
    assert "Approvals" in page.links()


def test_the_queue_tells_who_asks_for_what_and_which_limit_it_is_above(open_desk: Desk) -> None:
    intent_id = ask(open_desk)
    open_desk.clock.advance(minutes=12)
    page = open_desk.visitor("lea").get("/approvals/")
    assert page.links()["Give 5,000 points"] == f"/approvals/{intent_id}"
    for told in ("Sam Rivera", "Member 142", "Above 1,000 points at once", "12 minutes ago"):
        assert told in page.main
    assert page.links()["Approvals1"] == "/approvals/"


def test_the_evidence_stands_on_one_screen(open_desk: Desk) -> None:
    open_desk.visitor("sam").get(f"{MEMBER}/credit").form("Give points").fill(
        {**FILLED, "Points": "300", "Case or order number": "ZD-1"}
    ).send()
    page = opened(open_desk, ask(open_desk, Note="Third time this month"))
    told = page.pairs()
    assert page.h1 == "Give 5,000 points"
    assert told["Who asks"] == "Sam Rivera, agent"
    assert told["Member"] == "Amara Okafor"
    assert told["Case or order number"] == "ZD-55910"
    assert told["Note (staff only)"] == "Third time this month"
    assert told["Above the limit of"] == "1,000 points at once"
    assert (told["Balance now"], told["After approval"]) == ("12,780 points", "17,780 points")
    assert (told["Credits"], told["Together"], told["To this member"]) == ("1", "300 points", "1")
    assert "ZD-1" in page.main


def test_approved_it_is_given_and_the_queue_shows_the_remotes_balance(open_desk: Desk) -> None:
    intent_id = ask(open_desk)
    page = opened(open_desk, intent_id).form("Approve 5,000 points").send()
    assert page.path == f"/approvals/{intent_id}"
    assert "5,000 points given to Amara Okafor. Approved by Lea Moreau. Balance is now 17,480" in page.main
    assert given(open_desk) == [Decimal(5000)]
    queue = open_desk.visitor("lea").get("/approvals/").main
    assert "Approved by Lea Moreau. Balance is now 17,480 points." in queue
    assert "Nothing to approve." in queue


def test_what_the_remote_then_refuses_is_never_called_approved_alone(open_desk: Desk) -> None:
    intent_id = ask(open_desk)
    form = opened(open_desk, intent_id).form("Approve 5,000 points")
    assert open_desk.remote is not None
    open_desk.remote.fault("status", path="createTransaction", status=422)
    assert "Approved, not done" in form.send().main
    assert "Nothing was given." in open_desk.visitor("lea").get("/approvals/").main


def test_less_is_approved_with_a_word_to_the_requester(open_desk: Desk) -> None:
    intent_id = ask(open_desk)
    form = opened(open_desk, intent_id).form("Approve")
    typed = {"Amount": "2,000", "Word to Sam Rivera": "Half is fair"}
    page = form.fill(typed).send()
    assert "2,000 points given to Amara Okafor. Approved instead of 5,000 points by Lea Moreau." in page.main
    assert given(open_desk) == [Decimal(2000)]
    assert (
        "2,000 points approved by Lea Moreau."
        in open_desk.visitor("sam").get(f"/programmes/{NORTHWIND}/").main
    )


def test_less_without_a_word_keeps_what_was_typed_and_says_what_to_do(open_desk: Desk) -> None:
    form = opened(open_desk, ask(open_desk)).form("Approve").fill({"Amount": "2,000"})
    page = form.send(status=422)
    assert page.title.startswith("Error: ")
    assert page.links()["Enter a word to whoever asked: why it is less"] == "#approve-reason"
    assert page.by_id("approve-amount").get("value") == "2,000"
    assert "Approve 2,000 points" in page.buttons()


@pytest.mark.parametrize(("typed", "button"), [("1", "Approve 1 point"), ("many", "Approve")])
def test_the_button_says_what_it_would_do(open_desk: Desk, typed: str, button: str) -> None:
    form = opened(open_desk, ask(open_desk)).form("Approve").fill({"Amount": typed})
    assert button in form.send(status=422).buttons()


def test_declined_with_a_reason_the_requester_reads_it_on_home(open_desk: Desk) -> None:
    intent_id = ask(open_desk)
    form = opened(open_desk, intent_id).form("Decline")
    assert "Enter a reason" in form.send(status=422).main
    page = form.fill({"reason": "Ask for the receipt first"}).send()
    assert "Declined" in page.main
    home = open_desk.visitor("sam").get(f"/programmes/{NORTHWIND}/")
    assert "Lea Moreau declined it: Ask for the receipt first. Nothing was given." in home.main
    assert given(open_desk) == []


def test_whoever_asked_sees_on_home_that_it_waits(open_desk: Desk) -> None:
    intent_id = ask(open_desk)
    page = open_desk.visitor("sam").get(f"/programmes/{NORTHWIND}/")
    assert page.links()["Give 5,000 points"] == f"/programmes/{NORTHWIND}/intents/{intent_id}"
    assert "Waiting" in page.main
    assert "Ends by itself on 19 Nov 12:00." in page.main


def test_whoever_decides_sees_on_home_how_many_wait(open_desk: Desk) -> None:
    ask(open_desk)
    open_desk.clock.advance(hours=3)
    page = open_desk.visitor("lea").get(f"/programmes/{NORTHWIND}/")
    assert page.links()["Approvals for you"] == "/approvals/"
    assert "oldest 3 hours ago" in page.main


def test_ones_own_request_has_no_buttons_and_a_sent_form_is_refused(open_desk: Desk) -> None:
    with open_desk.services.database.write() as connection:
        limits.put(connection, open_desk.staff_id("lea"), Span.DAY, Limit(Decimal(100)))
    intent_id = ask(open_desk, "lea", Points="200")
    page = opened(open_desk, intent_id)
    assert "Someone else must decide: this is your own request." in page.main
    assert "Someone else must decide" in open_desk.visitor("lea").get("/approvals/").main
    seen = opened(open_desk, intent_id, "ana").form("Approve 200 points").values["seen"]
    lea = open_desk.visitor("lea")
    fields = {"_token": lea.token(), "seen": seen, "amount": "", "reason": "x"}
    refused = lea.post(f"/approvals/{intent_id}/approve", fields, status=403)
    assert refused.h1 == "You can't decide your own request"
    assert given(open_desk) == []
    assert open_desk.record()[-1].action == "approval.decide"


def test_a_changed_balance_needs_another_look(open_desk: Desk) -> None:
    intent_id = ask(open_desk)
    stale = opened(open_desk, intent_id).form("Approve 5,000 points")
    open_desk.visitor("ana").get(f"{MEMBER}/credit").form("Give points").fill(
        {**FILLED, "Points": "100", "Case or order number": "ZD-2"}
    ).send()
    open_desk.clock.advance(minutes=2)
    page = stale.send(status=409)
    assert "Something changed since you opened this. Look at it again, then decide." in page.main
    assert page.pairs()["Balance now"] == "12,580 points"
    assert given(open_desk) == [Decimal(100)]
    page.form("Approve 5,000 points").send()
    assert given(open_desk) == [Decimal(5000), Decimal(100)] or given(open_desk) == [
        Decimal(100),
        Decimal(5000),
    ]


def test_whoever_comes_second_is_told_who_decided(open_desk: Desk) -> None:
    intent_id = ask(open_desk)
    second = opened(open_desk, intent_id, "ana").form("Decline").fill({"reason": "No"})
    opened(open_desk, intent_id).form("Approve 5,000 points").send()
    page = second.send(status=409)
    assert page.h1 == "This request is not open any more"
    assert "Approved by Lea Moreau." in page.main


def test_above_the_deciders_own_limits_it_says_what_is_left(open_desk: Desk) -> None:
    with open_desk.services.database.write() as connection:
        limits.put(connection, open_desk.staff_id("lea"), Span.DAY, Limit(Decimal(3000)))
    page = opened(open_desk, ask(open_desk)).form("Approve 5,000 points").send(status=422)
    assert "Points must be 3,000 or fewer: your own limits allow no more" in page.main


def test_after_a_day_the_request_has_ended_with_a_reason(open_desk: Desk) -> None:
    intent_id = ask(open_desk)
    open_desk.clock.advance(hours=24)
    open_desk.services.settler.round()
    open_desk.services.settler.rest()
    assert "Not decided" in opened(open_desk, intent_id).main
    home = open_desk.visitor("sam").get(f"/programmes/{NORTHWIND}/").main
    assert "Nobody decided within a day. Nothing was given." in home
    assert "Nothing to approve." in open_desk.visitor("lea").get("/approvals/").main


def test_the_audit_record_links_request_decision_and_entry(open_desk: Desk) -> None:
    intent_id = ask(open_desk)
    opened(open_desk, intent_id).form("Approve 5,000 points").send()
    told = [
        (each.action, each.outcome.value, each.actor_name)
        for each in open_desk.record()
        if each.intent_id == intent_id
    ]
    assert told == [
        ("approval.ask", "pending", "Sam Rivera"),
        ("approval.approve", "done", "Lea Moreau"),
        ("credit.give", "pending", "Sam Rivera"),
        ("credit.give", "done", "Sam Rivera"),
    ]


def test_an_unknown_request_is_not_found(desk: Desk) -> None:
    unknown = "5d1e8c1a-2b3c-4d5e-8f90-a1b2c3d4e5f6"
    assert desk.visitor("lea").get(f"/approvals/{unknown}", status=404).h1 == "No such request"


def test_a_remote_that_is_away_leaves_a_decision_possible_and_says_what_is_missing(open_desk: Desk) -> None:
    intent_id = ask(open_desk)
    open_desk.clock.advance(hours=1)
    assert open_desk.remote is not None
    open_desk.remote.server.stop()
    page = opened(open_desk, intent_id)
    assert "The balance shown may be old or missing." in page.main
    assert "Declined" in page.form("Decline").fill({"reason": "Later"}).send().main


# -- at the screen of whoever asked -----------------------------------------------------------------


def test_a_supervisor_approves_at_the_agents_screen_and_the_agent_stays_signed_in(open_desk: Desk) -> None:
    sam = open_desk.visitor("sam")
    receipt = sam.get(f"{MEMBER}/credit").form("Give points").fill(FILLED).send()
    page = sam.get(receipt.links()["Approve here"])
    assert page.pairs()["After approval"] == "17,480 points"
    typed = {"Your e-mail": "lea@demo.example", "Your password": PASSWORD}
    done = page.form("Approve 5,000 points").fill(typed).send()
    assert "5,000 points given to Amara Okafor. Approved by Lea Moreau." in done.main
    assert "Sam Rivera" in sam.get("/account/").text
    decision = next(each for each in open_desk.record() if each.action == "approval.approve")
    assert (decision.actor_name, decision.after["at_their_screen"]) == ("Lea Moreau", True)


@pytest.mark.parametrize(
    ("email", "password", "status", "message"),
    [
        ("lea@demo.example", "wrong", 422, "Check the e-mail and password"),
        ("nobody@demo.example", PASSWORD, 422, "Check the e-mail and password"),
        ("sam@demo.example", PASSWORD, 403, "This account may not approve. A supervisor's may"),
        ("ike@demo.example", PASSWORD, 403, "This account may not approve. A supervisor's may"),
    ],
)
def test_a_pair_that_does_not_allow_it_is_refused_and_recorded(
    open_desk: Desk, email: str, password: str, status: int, message: str
) -> None:
    intent_id = ask(open_desk)
    form = open_desk.visitor("sam").get(here(intent_id)).form("Approve 5,000 points")
    page = form.fill({"Your e-mail": email, "Your password": password}).send(status=status)
    assert message in page.main
    assert page.by_id("password").get("value") is None
    assert given(open_desk) == []
    assert open_desk.record()[-1].outcome.value == "denied"


def test_guessing_a_supervisors_password_there_is_slowed_down(open_desk: Desk) -> None:
    form = open_desk.visitor("sam").get(here(ask(open_desk))).form("Approve 5,000 points")
    wrong = form.fill({"Your e-mail": "lea@demo.example", "Your password": "wrong"})
    for _ in range(6):
        wrong.send(status=422)
    page = wrong.send(status=429)
    assert "Locked until" in page.main
    assert int(page.response.headers["Retry-After"]) > 0


def test_only_whoever_asked_can_have_it_approved_at_their_screen(open_desk: Desk) -> None:
    intent_id = ask(open_desk)
    open_desk.visitor("ana").get(here(intent_id), status=404)
    opened(open_desk, intent_id).form("Approve 5,000 points").send()
    page = open_desk.visitor("sam").get(here(intent_id), status=409)
    assert page.h1 == "This request is not open any more"


def test_a_supervisor_cannot_sign_what_goes_to_themselves(open_desk: Desk) -> None:
    with open_desk.services.database.write() as connection:
        own_contacts.link(connection, open_desk.staff_id("lea"), AMARA.contact_id)
    form = open_desk.visitor("sam").get(here(ask(open_desk))).form("Approve 5,000 points")
    page = form.fill({"Your e-mail": "lea@demo.example", "Your password": PASSWORD}).send(status=403)
    assert "Someone else must approve: not who asks or gets it" in page.main
