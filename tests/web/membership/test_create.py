"""Creating a contact who was not found, and enrolling them at once, on the sandbox."""

from __future__ import annotations

import pytest

from dashboard.brevo.contacts import Contact, IdentifierType
from dashboard.sandbox.cast import NORTHWIND, STRANGER
from dashboard.store.audit import Outcome
from tests.support.app import Desk
from tests.support.page import Page

HOME = f"/programmes/{NORTHWIND}/"
NEW = f"{HOME}contacts/new"
BUTTON = "Create contact"
NIA = {"E-mail": "nia.cole@shop.example", "First name": "Nia", "Last name": "Cole"}


def form_page(desk: Desk, name: str = "sam") -> Page:
    return desk.visitor(name).get(NEW)


def sought(desk: Desk, text: str) -> Page:
    """The form, reached from a search that found nobody."""
    sam = desk.visitor("sam")
    nobody = sam.get(HOME).form("Find").fill({"query": text}).send()
    return sam.get(nobody.links()["Create a contact"])


def contact(desk: Desk, email: str = NIA["E-mail"]) -> Contact:
    return desk.services.brevo.contacts.get(email, IdentifierType.EMAIL).value


def writes(desk: Desk) -> list[str]:
    return [call for call in desk.calls if call in {"createContact", "createSubscription"}]


def test_an_email_that_nobody_has_is_carried_into_the_form(open_desk: Desk) -> None:
    page = sought(open_desk, "nia.cole@shop.example")

    assert page.form(BUTTON).values["email"] == "nia.cole@shop.example"
    assert "nia" not in page.path


def test_a_phone_number_that_nobody_has_is_carried_over_with_its_country(open_desk: Desk) -> None:
    assert sought(open_desk, "07700 900 999").form(BUTTON).values["phone"] == "+447700900999"


def test_a_last_name_that_nobody_has_is_carried_over(open_desk: Desk) -> None:
    assert sought(open_desk, "Zwingli").form(BUTTON).values["last_name"] == "Zwingli"


def test_a_search_of_somebody_else_is_not_carried_over(open_desk: Desk) -> None:
    path = sought(open_desk, "nia.cole@shop.example").path

    assert open_desk.visitor("lea").get(path).form(BUTTON).values["email"] == ""


@pytest.mark.parametrize("search", ["", "nonsense", "00000000-0000-4000-8000-000000000000"])
def test_a_search_that_is_not_kept_leaves_the_form_empty(open_desk: Desk, search: str) -> None:
    assert open_desk.visitor("sam").get(f"{NEW}?search={search}").form(BUTTON).values["email"] == ""


def test_whoever_is_found_is_not_offered_to_be_created(open_desk: Desk) -> None:
    page = open_desk.visitor("sam").get(HOME).form("Find").fill({"query": "Okafor"}).send()

    assert "Create a contact" not in page.links()


def test_nobody_is_created_from_a_search_that_was_not_answered(open_desk: Desk) -> None:
    assert open_desk.remote is not None
    open_desk.remote.fault("status", path="getContact", status=500, times=0)

    page = open_desk.visitor("sam").get(HOME).form("Find").fill({"query": "nia@shop.example"}).send()

    assert "Create a contact" not in page.links()


def test_who_was_created_is_enrolled_and_their_member_page_opens(open_desk: Desk) -> None:
    page = form_page(open_desk).form(BUTTON).fill({**NIA, "Member number": "LM-77"}).send()

    assert page.h1 == "Nia Cole"
    assert "Nia Cole enrolled. The member number is LM-77." in page.main
    assert writes(open_desk) == ["createContact", "createSubscription"]
    assert contact(open_desk).text("LASTNAME") == "Cole"


def test_creation_and_enrolment_point_at_each_other(open_desk: Desk) -> None:
    sam = open_desk.visitor("sam")
    page = sam.get(NEW).form(BUTTON).fill(NIA).send()

    enrolment = sam.get(page.links()["Receipt"])
    (creation_link,) = [each for each in enrolment.links() if each.startswith("Enrolment of")]
    creation = sam.get(enrolment.links()[creation_link])

    assert "The contact was created." in creation.main
    assert any(each.startswith("Enrolled by") for each in creation.links())
    assert "nia" not in creation.main.casefold()


def test_without_the_tick_only_the_contact_is_created(open_desk: Desk) -> None:
    page = form_page(open_desk).form(BUTTON).fill({**NIA, "enrols": ""}).send()

    assert page.h1 == "Nia Cole"
    assert "The contact was created." in page.main
    assert "No member" in page.main
    assert writes(open_desk) == ["createContact"]


@pytest.mark.parametrize("typed", ["07700 900 999", "+44 7700-900999", "0044 7700 900999"])
def test_a_phone_number_is_sent_with_its_country(open_desk: Desk, typed: str) -> None:
    assert open_desk.remote is not None
    form_page(open_desk).form(BUTTON).fill({"Phone": typed}).send()

    (call,) = open_desk.remote.calls("createContact")
    assert isinstance(call.body, dict)
    assert call.body["attributes"] == {"SMS": "+447700900999"}


def test_whoever_exists_already_is_taken_as_they_are_and_that_is_said(open_desk: Desk) -> None:
    sam = open_desk.visitor("sam")
    page = sam.get(NEW).form(BUTTON).fill({**NIA, "E-mail": STRANGER.email}).send()

    assert page.h1 == "Callum Reid"
    assert "Callum Reid enrolled." in page.main
    enrolment = sam.get(page.links()["Receipt"])
    assert "It existed already: nothing of it was changed." in enrolment.main


BAD = [
    ({}, "Enter an e-mail address, a phone number or an external ID"),
    ({"E-mail": "nia.cole"}, "Enter an e-mail address such as name@example.com"),
    ({"E-mail": f"{'n' * 200}@a.example"}, "E-mail address must be 200 characters or fewer"),
    ({"Phone": "07700 BUTTER"}, "Enter a phone number with its country code, such as +447700900123"),
    ({"Phone": "12"}, "Enter a phone number with its country code, such as +447700900123"),
    (
        {"External ID": "C\u202e1"},
        "External ID can hold only text that shows. Remove hidden characters",
    ),
    ({"External ID": "C1", "Member since": "2026-11-19"}, "Choose a day that has been"),
    ({"External ID": "C1", "Member number": "L" * 129}, "Member number must be 64 characters or fewer"),
]


@pytest.mark.parametrize(("filled", "problem"), BAD)
def test_what_cannot_be_is_told_at_its_field_and_kept(open_desk: Desk, filled, problem) -> None:
    page = form_page(open_desk).form(BUTTON).fill(filled).send(status=422)

    assert page.main.count(problem) == 2
    assert set(filled.values()) <= set(page.form(BUTTON).values.values())
    assert writes(open_desk) == []


def test_an_unticked_box_stays_unticked_after_a_mistake(open_desk: Desk) -> None:
    page = form_page(open_desk).form(BUTTON).fill({"E-mail": "nia", "enrols": ""}).send(status=422)

    assert "enrols" not in page.form(BUTTON).values


def test_the_same_form_sent_again_creates_nobody_else(open_desk: Desk) -> None:
    form = form_page(open_desk).form(BUTTON).fill(NIA)

    first, second = form.send(), form.send()

    assert first.path == second.path
    assert writes(open_desk) == ["createContact", "createSubscription"]


def test_the_same_form_with_another_email_is_refused(open_desk: Desk) -> None:
    form = form_page(open_desk).form(BUTTON).fill(NIA)
    form.send()

    page = form.fill({"E-mail": "other@shop.example"}).send(status=409)

    assert page.links()["Find a member"] == HOME
    assert writes(open_desk) == ["createContact", "createSubscription"]


def test_the_same_form_by_another_account_is_refused_and_recorded(open_desk: Desk) -> None:
    form = form_page(open_desk).form(BUTTON).fill(NIA)
    form.send()
    lea = open_desk.visitor("lea")

    lea.post(form.action, {**form.values, "_token": lea.token()}, status=409)

    assert {each.actor_name for each in open_desk.record() if each.outcome is Outcome.DENIED} == {
        "Lea Moreau"
    }


def test_an_auditor_cannot_create_a_contact(open_desk: Desk) -> None:
    ike = open_desk.visitor("ike")
    form = form_page(open_desk).form(BUTTON).fill(NIA)

    ike.post(form.action, {**form.values, "_token": ike.token()}, status=403)

    assert writes(open_desk) == []
    assert [each.actor_name for each in open_desk.record() if each.outcome is Outcome.DENIED] == ["Ike Obi"]


def test_a_programme_that_does_not_exist_has_no_contacts(open_desk: Desk) -> None:
    path = NEW.replace(NORTHWIND, "0b6f1f5e-8f0a-4a94-9d0e-1c1d2e3f4a5b")

    assert open_desk.visitor("sam").get(path, status=404).h1 == "No such programme"


def test_a_lost_answer_leaves_the_creation_being_checked_on_its_own_page(open_desk: Desk) -> None:
    assert open_desk.remote is not None
    open_desk.remote.fault("apply_then_drop", path="createContact")
    open_desk.remote.fault("drop_before", path="getContact", times=0)

    page = form_page(open_desk).form(BUTTON).fill(NIA).send()

    assert page.h1 == "Receipt"
    assert "No answer yet, checking." in page.main
    assert page.pairs()["E-mail"] == "nia.cole@shop.example"


def test_once_the_lost_answer_is_known_the_receipt_leads_to_the_member(open_desk: Desk) -> None:
    assert open_desk.remote is not None
    open_desk.remote.fault("apply_then_drop", path="createContact")
    sam = open_desk.visitor("sam")
    form = sam.get(NEW).form(BUTTON).fill(NIA)
    creation = form.values["intent"]
    form.send()
    open_desk.clock.advance(seconds=30)
    for _ in ("the contact", "its enrolment"):
        open_desk.services.settler.round()
        open_desk.services.settler.rest()

    line = sam.fragment(f"{HOME}intents/{creation}/receipt")

    page = sam.get(line.response.headers["HX-Redirect"])
    assert "Nia Cole enrolled." in page.main


def test_the_drawer_leads_to_the_member_page(open_desk: Desk) -> None:
    drawer = open_desk.visitor("sam").fragment(f"{NEW}/form")

    answer = drawer.form(BUTTON).fill(NIA).send_htmx()

    assert f"/members/{contact(open_desk).id}?receipt=" in answer.response.headers["HX-Redirect"]


def test_the_drawer_shows_its_errors_in_place(open_desk: Desk) -> None:
    drawer = open_desk.visitor("sam").fragment(f"{NEW}/form")

    answer = drawer.form(BUTTON).fill({"E-mail": "nia"}).send_htmx(status=422)

    assert "Enter an e-mail address such as name@example.com" in answer.text
