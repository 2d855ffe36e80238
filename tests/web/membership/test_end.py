"""Ending a membership, as a page and in the drawer, on the sandbox."""

from __future__ import annotations

import pytest

from dashboard.sandbox.cast import AMARA, NORTHWIND, OWNER, STRANGER
from dashboard.store.audit import Outcome
from tests.support.app import Desk
from tests.support.page import Page

MEMBER = f"/programmes/{NORTHWIND}/members/{AMARA.contact_id}"
BUTTON = "End membership"
FILLED = {"Name": "amara okafor", "Reason": "Late delivery", "Case or order number": "ZD-1"}


def form_page(desk: Desk, name: str = "lea", contact_id: int = AMARA.contact_id) -> Page:
    return desk.visitor(name).get(f"/programmes/{NORTHWIND}/members/{contact_id}/end")


def is_member(desk: Desk, contact_id: int = AMARA.contact_id) -> bool:
    assert desk.remote is not None
    return desk.remote.control.ledger(NORTHWIND, contact_id) is not None


def test_what_goes_with_the_membership_is_named(open_desk: Desk) -> None:
    page = form_page(open_desk)

    assert page.h1 == "End the membership of Amara Okafor?"
    told = page.pairs()
    assert told["Points balance"] == "12,480 points"
    assert told["Pending"] == "+350 in 2 not completed, of the newest 100"
    assert told["Tier"] == "Gold"
    assert int(told["Vouchers that can be used"]) > 0
    assert told["Shared with"] == "Nobody"


def test_the_sharers_who_lose_it_too_are_named(open_desk: Desk) -> None:
    page = form_page(open_desk, contact_id=OWNER.contact_id)

    assert page.pairs()["Shared with"] == "contact 112, contact 113"


def test_the_safe_way_comes_first_and_has_the_focus(open_desk: Desk) -> None:
    page = form_page(open_desk)

    keep = page.by_id("keep-membership")
    everything = list(page.root.iter())
    assert everything.index(keep) < everything.index(page.by_id("end-membership"))
    assert keep.get("autofocus") is not None
    assert keep.get("href") == MEMBER


def test_only_the_last_button_is_red(open_desk: Desk) -> None:
    lea = open_desk.visitor("lea")
    member = lea.get(MEMBER)

    assert "danger" not in " ".join(each.get("class", "") for each in member.all("a"))
    page = lea.get(member.links()["End membership"])
    assert page.by_id("end-membership").get("class", "").split()[:2] == ["button", "danger"]


def test_the_membership_ends_and_the_contact_page_opens_with_the_receipt(open_desk: Desk) -> None:
    page = form_page(open_desk).form(BUTTON).fill(FILLED).send()

    assert "The membership of Amara Okafor was ended." in page.main
    assert "No member" in page.main
    assert not is_member(open_desk)


def test_the_drawer_leads_to_the_contact_page(open_desk: Desk) -> None:
    drawer = open_desk.visitor("lea").fragment(f"{MEMBER}/end/form")

    answer = drawer.form(BUTTON).fill(FILLED).send_htmx()

    assert answer.response.headers["HX-Redirect"].startswith(f"{MEMBER}?receipt=")


BAD = [
    ({"Name": "Amara"}, "Enter Amara Okafor to confirm"),
    ({"Name": ""}, "Enter Amara Okafor to confirm"),
    ({"Name": "Chidi Okafor"}, "Enter Amara Okafor to confirm"),
    ({"Case or order number": "c" * 65}, "Case or order number must be 64 characters or fewer"),
]


@pytest.mark.parametrize(("typed", "problem"), BAD)
def test_what_is_wrong_ends_nothing_and_is_kept(open_desk: Desk, typed, problem) -> None:
    page = form_page(open_desk).form(BUTTON).fill({**FILLED, **typed}).send(status=422)

    assert page.main.count(problem) == 2
    assert page.form(BUTTON).values["reason"] == "late_delivery"
    assert is_member(open_desk)


def test_a_reason_must_be_chosen(open_desk: Desk) -> None:
    page = form_page(open_desk).form(BUTTON).fill({"Name": "Amara Okafor"}).send(status=422)

    assert page.main.count("Choose a reason") == 2
    assert is_member(open_desk)


def test_an_agent_sees_no_way_to_end_it_and_the_try_is_recorded(open_desk: Desk) -> None:
    sam = open_desk.visitor("sam")
    form = form_page(open_desk).form(BUTTON).fill(FILLED)

    assert "End membership" not in sam.get(MEMBER).links()
    assert sam.get(f"{MEMBER}/end", status=403).h1 == "You can't end memberships"
    sam.post(form.action, {**form.values, "_token": sam.token()}, status=403)

    assert is_member(open_desk)
    assert [each.actor_name for each in open_desk.record() if each.outcome is Outcome.DENIED] == [
        "Sam Rivera",
        "Sam Rivera",
    ]


def test_the_same_form_sent_again_gives_the_first_answer_again(open_desk: Desk) -> None:
    form = form_page(open_desk).form(BUTTON).fill(FILLED)

    first, second = form.send(), form.send()

    assert first.path == second.path
    assert open_desk.calls.count("deleteSubscription") == 1


def test_the_same_form_by_another_account_is_refused(open_desk: Desk) -> None:
    form = form_page(open_desk).form(BUTTON).fill(FILLED)
    form.send()
    ana = open_desk.visitor("ana")

    ana.post(form.action, {**form.values, "_token": ana.token()}, status=409)

    assert open_desk.calls.count("deleteSubscription") == 1


def test_whoever_is_no_member_any_more_is_told_so(open_desk: Desk) -> None:
    form = form_page(open_desk).form(BUTTON).fill(FILLED)
    form_page(open_desk, "ana").form(BUTTON).fill(FILLED).send()

    page = form.send(status=422)

    assert "This contact is not a member any more. Open the contact again" in page.main


def test_whoever_is_no_member_has_no_membership_to_end(open_desk: Desk) -> None:
    path = f"/programmes/{NORTHWIND}/members/{STRANGER.contact_id}/end"

    assert open_desk.visitor("lea").get(path, status=404).h1 == "Callum Reid is no member"


def test_nothing_is_decided_while_the_member_cannot_be_read(open_desk: Desk) -> None:
    form = form_page(open_desk).form(BUTTON).fill(FILLED)
    assert open_desk.remote is not None
    open_desk.remote.fault("status", path="getAccountInfo", status=500, times=0)

    page = form.send(status=422)

    assert "so nothing was sent" in page.main
    assert open_desk.calls.count("deleteSubscription") == 0


def test_a_page_that_was_read_before_shows_what_is_true_now(open_desk: Desk) -> None:
    lea = open_desk.visitor("lea")
    lea.get(MEMBER)
    credit = lea.get(f"{MEMBER}/credit").form("Give points")
    credit.fill({"Points": "20", "Reason": "Late delivery", "Case or order number": "ZD-9"}).send()

    assert form_page(open_desk).pairs()["Points balance"] == "12,500 points"
