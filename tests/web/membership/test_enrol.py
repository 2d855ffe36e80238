"""Making a contact a member, as a page and in the drawer, on the sandbox."""

from __future__ import annotations

from typing import Any

import pytest

from dashboard.sandbox.cast import AMARA, FORMER, NORTHWIND, STRANGER
from dashboard.store import audit
from dashboard.store.audit import Outcome
from tests.support.app import Desk
from tests.support.page import Page

CONTACT = f"/programmes/{NORTHWIND}/members/{STRANGER.contact_id}"
BUTTON = "Enrol Callum Reid"


def form_page(desk: Desk, name: str = "sam") -> Page:
    return desk.visitor(name).get(f"{CONTACT}/enrol")


def membership(desk: Desk, contact_id: int = STRANGER.contact_id) -> dict[str, Any] | None:
    assert desk.remote is not None
    return desk.remote.control.ledger(NORTHWIND, contact_id)


def enrolments(desk: Desk) -> int:
    return desk.calls.count("createSubscription")


def test_a_contact_who_is_no_member_can_be_enrolled_from_their_page(open_desk: Desk) -> None:
    page = open_desk.visitor("sam").get(CONTACT)

    assert page.links()["Enrol"] == f"{CONTACT}/enrol"


def test_the_form_says_what_becomes_of_it(open_desk: Desk) -> None:
    page = form_page(open_desk)

    assert page.h1 == BUTTON
    told = page.pairs()
    assert told["Membership"] == "New, in Northwind Rewards"
    assert told["Balances"] == "Start at 0"


def test_the_member_page_opens_with_the_receipt(open_desk: Desk) -> None:
    page = form_page(open_desk).form(BUTTON).fill({"Member number": "LM-1-2-3"}).send()

    assert page.h1 == "Callum Reid"
    assert "Callum Reid enrolled. The member number is LM-1-2-3." in page.main
    assert "Take points back" in page.links()
    found = membership(open_desk)
    assert found is not None
    assert found["loyaltySubscriptionId"] == "LM-1-2-3"


def test_a_past_day_begins_in_the_zone_of_the_programme(open_desk: Desk) -> None:
    assert open_desk.remote is not None
    form_page(open_desk).form(BUTTON).fill({"Member since": "2026-07-01"}).send()

    (call,) = open_desk.remote.calls("createSubscription")
    assert isinstance(call.body, dict)
    assert call.body["creationDate"] == "2026-06-30T23:00:00Z"


def test_the_case_and_what_we_are_known_by_go_along(open_desk: Desk) -> None:
    assert open_desk.remote is not None
    form = form_page(open_desk).form(BUTTON).fill({"Case or order number": "ZD-1"})
    form.send()

    (call,) = open_desk.remote.calls("createSubscription")
    assert isinstance(call.body, dict)
    assert call.body["meta"] == {"intent": form.values["intent"], "source": "loyalty-desk", "case": "ZD-1"}


BAD = [
    ({"Member since": "2026-11-19"}, "Choose a day that has been"),
    ({"Member since": "19/11/2025"}, "Enter a day such as 2026-11-18"),
    ({"Member number": "L" * 129}, "Member number must be 64 characters or fewer"),
    (
        {"Member number": "LM\u200b1"},
        "Member number can hold only text that shows. Remove hidden characters",
    ),
    ({"Note": "n" * 501}, "Note must be 500 characters or fewer"),
]


@pytest.mark.parametrize(("typed", "problem"), BAD)
def test_what_cannot_be_is_told_at_its_field_and_kept(open_desk: Desk, typed, problem) -> None:
    page = form_page(open_desk).form(BUTTON).fill(typed).send(status=422)

    assert page.main.count(problem) == 2
    (name,) = typed
    again = page.form(BUTTON)
    assert typed[name] in again.values.values()
    assert enrolments(open_desk) == 0


def test_the_drawer_leads_to_the_member_page(open_desk: Desk) -> None:
    drawer = open_desk.visitor("sam").fragment(f"{CONTACT}/enrol/form")

    answer = drawer.form(BUTTON).send_htmx()

    assert drawer.response.headers["HX-Trigger"] == "open-drawer"
    assert answer.response.headers["HX-Redirect"].startswith(f"{CONTACT}?receipt=")


def test_the_drawer_shows_its_errors_in_place(open_desk: Desk) -> None:
    drawer = open_desk.visitor("sam").fragment(f"{CONTACT}/enrol/form")

    answer = drawer.form(BUTTON).fill({"Member since": "2030-01-01"}).send_htmx(status=422)

    assert "Choose a day that has been" in answer.text


def test_the_same_form_sent_again_gives_the_first_answer_again(open_desk: Desk) -> None:
    form = form_page(open_desk).form(BUTTON)

    first, second = form.send(), form.send()

    assert first.path == second.path
    assert enrolments(open_desk) == 1


def test_the_same_form_by_another_account_is_refused_and_recorded(open_desk: Desk) -> None:
    form = form_page(open_desk).form(BUTTON)
    form.send()
    lea = open_desk.visitor("lea")

    page = lea.post(form.action, {**form.values, "_token": lea.token()}, status=409)

    assert page.h1 == "This form was sent before with other values"
    assert enrolments(open_desk) == 1
    assert [each for each in open_desk.record() if each.outcome is Outcome.DENIED]


def test_a_number_that_somebody_has_is_told_on_the_contact_page(open_desk: Desk) -> None:
    form = form_page(open_desk).form(BUTTON).fill({"Member number": AMARA.subscription_id})
    form.send()
    open_desk.clock.advance(minutes=2)
    open_desk.services.engine.advance(form.values["intent"], until=open_desk.clock().replace(year=2027))

    page = open_desk.visitor("sam").get(f"{CONTACT}?receipt={form.values['intent']}")

    assert page.h1 == "Callum Reid"
    assert "Callum Reid not enrolled." in page.main
    assert "No member" in page.main


def test_whoever_has_a_membership_is_shown_instead_of_enrolled(open_desk: Desk) -> None:
    path = f"/programmes/{NORTHWIND}/members/{AMARA.contact_id}/enrol"

    page = open_desk.visitor("sam").get(path)

    assert page.path == f"/programmes/{NORTHWIND}/members/{AMARA.contact_id}"
    assert page.h1 == "Amara Okafor"


def test_whoever_was_enrolled_meanwhile_is_told_so(open_desk: Desk) -> None:
    form = form_page(open_desk).form(BUTTON)
    form_page(open_desk, "lea").form(BUTTON).send()

    page = form.send(status=422)

    assert "This contact is a member already. Open the contact again" in page.main
    assert enrolments(open_desk) == 1


def test_whoever_was_a_member_once_can_be_enrolled_again(open_desk: Desk) -> None:
    path = f"/programmes/{NORTHWIND}/members/{FORMER.contact_id}/enrol"

    page = open_desk.visitor("sam").get(path).form("Enrol Stefan").send()

    assert "Stefan Ilić enrolled." in page.main


def test_an_unknown_contact_is_not_found(open_desk: Desk) -> None:
    open_desk.visitor("sam").get(f"/programmes/{NORTHWIND}/members/999999/enrol", status=404)


def test_a_contact_of_no_programme_is_not_found(open_desk: Desk) -> None:
    path = f"/programmes/0b6f1f5e-8f0a-4a94-9d0e-1c1d2e3f4a5b/members/{STRANGER.contact_id}/enrol"

    assert open_desk.visitor("sam").get(path, status=404).h1 == "No such programme"


def test_an_auditor_sees_no_way_to_enrol_and_cannot(open_desk: Desk) -> None:
    ike = open_desk.visitor("ike")

    assert "Enrol" not in ike.get(CONTACT).links()
    form = form_page(open_desk).form(BUTTON)
    ike.post(form.action, {**form.values, "_token": ike.token()}, status=403)
    assert enrolments(open_desk) == 0
    with open_desk.services.database.read() as connection:
        assert audit.page(connection, audit.Filters(outcome=Outcome.DENIED))


def test_an_answer_lost_after_the_enrolment_is_told_as_being_checked(open_desk: Desk) -> None:
    assert open_desk.remote is not None
    open_desk.remote.fault("apply_then_drop", path="createSubscription")
    open_desk.remote.fault("drop_before", path="getAccountInfo", skip=1, times=0)

    page = form_page(open_desk).form(BUTTON).send()

    assert page.h1 == "Receipt"
    assert "not enrolled" not in page.main


def test_the_form_comes_while_the_remote_is_absent_and_waits_to_be_sent(open_desk: Desk) -> None:
    form = form_page(open_desk).form(BUTTON)
    assert open_desk.remote is not None
    open_desk.remote.server.stop()

    assert "waits to be sent" in form.send().main


@pytest.mark.parametrize("deed", ["enrol", "end", "tier/change", "sharers/add", "sharers/1/remove"])
def test_a_contact_id_beyond_all_is_not_found(open_desk: Desk, deed: str) -> None:
    path = f"/programmes/{NORTHWIND}/members/{10**24}/{deed}"

    open_desk.visitor("lea").get(path, status=404)
