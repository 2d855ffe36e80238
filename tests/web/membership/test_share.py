"""Letting others share a membership and taking them out, on the sandbox."""

from __future__ import annotations

import pytest

from dashboard.sandbox.cast import AMARA, NORTHWIND, OWNER, SECOND_SHARER, SHARER, STRANGER
from tests.support.app import Desk
from tests.support.page import Page

MEMBER = f"/programmes/{NORTHWIND}/members/{OWNER.contact_id}"
ADD = f"{MEMBER}/sharers/add"
REMOVE = f"{MEMBER}/sharers/{SHARER.contact_id}/remove"
BUTTON = "Add Callum Reid"
WHY = {"Reason": "Late delivery", "Case or order number": "ZD-1"}


def second_step(desk: Desk, ids: str = str(STRANGER.contact_id), name: str = "sam") -> Page:
    return desk.visitor(name).get(f"{ADD}?sharer_ids={ids}")


def sharers(desk: Desk) -> list[int]:
    assert desk.remote is not None
    ledger = desk.remote.control.ledger(NORTHWIND, OWNER.contact_id)
    assert ledger is not None
    return list(ledger["sharers"])  # type: ignore[call-overload,no-any-return]


def test_the_card_leads_to_both_forms(open_desk: Desk) -> None:
    page = open_desk.visitor("sam").get(MEMBER)

    assert page.by_id("add-sharers").get("href") == ADD
    assert page.by_id(f"remove-sharer-{SHARER.contact_id}").get("href") == REMOVE


def test_nothing_can_be_sent_before_it_is_shown_who_they_are(open_desk: Desk) -> None:
    page = open_desk.visitor("sam").get(ADD)

    assert "Show who they are" in page.buttons()
    assert not [
        each for each in page.all("form") if each.get("action") == ADD and each.get("method") == "post"
    ]


def test_the_second_step_names_them_and_what_they_get(open_desk: Desk) -> None:
    page = second_step(open_desk)

    told = page.pairs()
    assert told["Shared with now"] == "contact 112, contact 113"
    assert told["Added"] == "Callum Reid, contact 108"
    assert told["They use"] == "Balances and vouchers of Grace Adeyemi"


def test_a_sharer_is_added_and_the_member_page_opens_with_the_receipt(open_desk: Desk) -> None:
    page = second_step(open_desk).form(BUTTON).fill(WHY).send()

    assert "Contact 108 added to the membership of Grace Adeyemi." in page.main
    assert "Contact 108" in page.links()
    assert sharers(open_desk) == [112, 113, 108]


def test_several_are_added_at_once(open_desk: Desk) -> None:
    page = second_step(open_desk, "108,+119").form("Add Callum Reid and Marek Horvat").fill(WHY).send()

    assert "Contacts 108, 119 added to the membership of Grace Adeyemi." in page.main


BAD = [
    ("x", "Enter contact IDs: whole numbers of 1 or more"),
    ("108,-1", "Enter contact IDs: whole numbers of 1 or more"),
    ("0", "Enter contact IDs: whole numbers of 1 or more"),
    ("1.5", "Enter contact IDs: whole numbers of 1 or more"),
    ("٣", "Enter contact IDs: whole numbers of 1 or more"),
    ("1" * 20, "Enter contact IDs: whole numbers of 1 or more"),
    ("9" * 19, "Enter contact IDs: whole numbers of 1 or more"),
    (",".join(str(each) for each in range(200, 221)), "Enter 20 contacts or fewer"),
    ("111", "The owner of the membership is no sharer. Leave this contact out"),
    ("108,999999", "Brevo has no contact 999999. Check the digits"),
]


@pytest.mark.parametrize(("typed", "problem"), BAD)
def test_what_cannot_share_is_told_before_the_button(open_desk: Desk, typed: str, problem: str) -> None:
    page = second_step(open_desk, typed)

    assert page.main.count(problem) == 2
    assert page.by_id("sharer_ids").get("value") == typed
    assert "Show who they are" in page.buttons()


@pytest.mark.parametrize(("typed", "problem"), [*BAD, ("112", "They share this membership already")])
def test_the_same_forged_into_the_second_step_sends_nothing(
    open_desk: Desk, typed: str, problem: str
) -> None:
    form = second_step(open_desk).form(BUTTON).fill(WHY)
    form.values["sharer_ids"] = typed

    page = form.send(status=422)

    assert page.main.count(problem) == 2
    assert "addSubscriptionMembers" not in open_desk.calls


def test_a_missing_reason_keeps_who_was_looked_up(open_desk: Desk) -> None:
    page = second_step(open_desk).form(BUTTON).send(status=422)

    assert page.main.count("Choose a reason") == 2
    assert page.form(BUTTON).values["sharer_ids"] == "108"


def test_whoever_cannot_be_looked_up_now_is_not_offered(open_desk: Desk) -> None:
    assert open_desk.remote is not None
    open_desk.remote.fault("status", path="listContacts", status=500, times=0)

    page = second_step(open_desk)

    assert "so nothing was sent" in page.main
    assert "Show who they are" in page.buttons()


def test_the_drawer_goes_through_both_steps(open_desk: Desk) -> None:
    sam = open_desk.visitor("sam")

    first = sam.fragment(f"{ADD}/form")
    (look_up,) = [each for each in first.all("form") if each.get("method") == "get"]
    second = sam.fragment(f"{look_up.get('hx-get')}?sharer_ids=108")
    answer = second.form(BUTTON).fill(WHY).send_htmx()

    assert answer.response.headers["HX-Redirect"].startswith(f"{MEMBER}?receipt=")


def test_a_sharer_is_taken_out(open_desk: Desk) -> None:
    page = open_desk.visitor("sam").get(REMOVE)

    assert page.h1 == "Take Daniel Adeyemi out of the membership of Grace Adeyemi?"
    assert page.by_id("keep-sharing").get("autofocus") is not None
    after = page.form("Take out Daniel Adeyemi").fill(WHY).send()
    assert "Contact 112 taken out of the membership of Grace Adeyemi." in after.main
    assert sharers(open_desk) == [SECOND_SHARER.contact_id]


def test_whoever_does_not_share_it_cannot_be_taken_out(open_desk: Desk) -> None:
    path = f"{MEMBER}/sharers/{STRANGER.contact_id}/remove"

    page = open_desk.visitor("sam").get(path, status=404)

    assert page.h1 == "Contact 108 does not share this membership"


def test_a_sharer_of_somebody_else_is_never_taken_out(open_desk: Desk) -> None:
    form = open_desk.visitor("sam").get(REMOVE).form("Take out Daniel Adeyemi").fill(WHY)
    form.action = f"/programmes/{NORTHWIND}/members/{AMARA.contact_id}/sharers/{SHARER.contact_id}/remove"

    page = form.send(status=422)

    assert "Choose only contacts that share this membership" in page.main
    assert sharers(open_desk) == [112, 113]


def test_the_same_form_sent_again_gives_the_first_answer_again(open_desk: Desk) -> None:
    form = open_desk.visitor("sam").get(REMOVE).form("Take out Daniel Adeyemi").fill(WHY)

    first, second = form.send(), form.send()

    assert first.path == second.path
    assert open_desk.calls.count("deleteSubscriptionMembers") == 1


def test_the_same_form_by_another_account_is_refused(open_desk: Desk) -> None:
    form = second_step(open_desk).form(BUTTON).fill(WHY)
    form.send()
    lea = open_desk.visitor("lea")

    lea.post(form.action, {**form.values, "_token": lea.token()}, status=409)

    assert open_desk.calls.count("addSubscriptionMembers") == 1


def test_whoever_is_no_member_shares_nothing(open_desk: Desk) -> None:
    path = f"/programmes/{NORTHWIND}/members/{STRANGER.contact_id}/sharers/add"

    open_desk.visitor("sam").get(path, status=404)


def test_an_auditor_changes_no_sharers(open_desk: Desk) -> None:
    ike = open_desk.visitor("ike")
    form = second_step(open_desk).form(BUTTON).fill(WHY)

    assert "Take out" not in ike.get(MEMBER).main
    ike.post(form.action, {**form.values, "_token": ike.token()}, status=403)
    assert sharers(open_desk) == [112, 113]
