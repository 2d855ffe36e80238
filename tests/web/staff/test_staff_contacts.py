"""Contacts that are members of staff, as admins link them: nobody gives anything to themselves."""

from __future__ import annotations

import pytest

from dashboard.sandbox.cast import AMARA, NORTHWIND, STRANGER
from dashboard.store import own_contacts
from dashboard.store.audit import Outcome
from tests.support.app import Desk
from tests.support.page import Page

BUTTON = "Add contact"


def page_of(desk: Desk, name: str = "sam", *, who: str = "ana") -> Page:
    return desk.visitor(who).get(f"/staff/{desk.staff_id(name)}")


def own(desk: Desk, name: str = "sam") -> frozenset[int]:
    with desk.services.database.read() as connection:
        return own_contacts.of(connection, desk.staff_id(name))


def linked(desk: Desk, contact_id: int = AMARA.contact_id) -> Page:
    return page_of(desk).form(BUTTON).fill({"Contact ID": str(contact_id)}).send()


def test_a_contact_is_linked_and_listed(open_desk: Desk) -> None:
    page = linked(open_desk)

    assert "Contact 142 is Sam Rivera." in page.main
    assert page.by_id("unlink-142").get("aria-label") == "Remove contact 142"
    assert own(open_desk) == {AMARA.contact_id}


def test_nobody_gives_to_a_contact_that_an_admin_linked_to_them(open_desk: Desk) -> None:
    linked(open_desk)
    form = open_desk.visitor("sam").get(f"/programmes/{NORTHWIND}/members/142/credit").form("Give points")

    page = form.fill({"Points": "5", "Reason": "Late delivery", "Case or order number": "ZD-1"}).send(
        status=422
    )

    assert "You can't give points to your own membership. Ask a colleague" in page.main


def test_linking_is_recorded_with_before_and_after(open_desk: Desk) -> None:
    linked(open_desk)
    linked(open_desk, STRANGER.contact_id)

    entry = open_desk.record()[-1]
    assert (entry.action, entry.actor_name, entry.contact_id) == ("staff.link_contact", "Ana Castro", 108)
    assert entry.before["own_contacts"] == "142"
    assert entry.after["own_contacts"] == "108, 142"
    assert entry.after["name"] == "Sam Rivera"


def test_a_contact_is_unlinked_and_that_is_recorded(open_desk: Desk) -> None:
    page = linked(open_desk).form("Remove").send()

    assert "Contact 142 is not Sam Rivera any more." in page.main
    assert own(open_desk) == frozenset()
    entry = open_desk.record()[-1]
    assert (entry.action, entry.after["own_contacts"]) == ("staff.unlink_contact", "none")


def test_linking_the_same_contact_again_changes_and_records_nothing(open_desk: Desk) -> None:
    linked(open_desk)
    before = len(open_desk.record())

    linked(open_desk)

    assert len(open_desk.record()) == before


def test_unlinking_what_was_unlinked_changes_and_records_nothing(open_desk: Desk) -> None:
    form = linked(open_desk).form("Remove")
    form.send()
    before = len(open_desk.record())

    form.send()

    assert len(open_desk.record()) == before


BAD = [
    ("", "Enter a contact ID: a whole number of 1 or more"),
    ("0", "Enter a contact ID: a whole number of 1 or more"),
    ("-142", "Enter a contact ID: a whole number of 1 or more"),
    ("1.5", "Enter a contact ID: a whole number of 1 or more"),
    ("٣", "Enter a contact ID: a whole number of 1 or more"),
    ("9" * 19, "Enter a contact ID: a whole number of 1 or more"),
    ("999999", "Brevo has no contact 999999. Check the digits"),
]


@pytest.mark.parametrize(("typed", "problem"), BAD)
def test_what_is_no_contact_is_told_and_kept(open_desk: Desk, typed: str, problem: str) -> None:
    page = page_of(open_desk).form(BUTTON).fill({"Contact ID": typed}).send(status=422)

    assert page.main.count(problem) == 2
    assert page.by_id("contact_id").get("value") == typed
    assert own(open_desk) == frozenset()


def test_a_contact_that_cannot_be_looked_up_is_not_linked(open_desk: Desk) -> None:
    assert open_desk.remote is not None
    open_desk.remote.fault("status", path="listContacts", status=500, times=0)

    page = page_of(open_desk).form(BUTTON).fill({"Contact ID": "142"}).send(status=422)

    assert "so the contact could not be looked up" in page.main
    assert own(open_desk) == frozenset()


def test_nobody_links_or_unlinks_their_own_contacts(open_desk: Desk) -> None:
    page = page_of(open_desk, "ana")
    assert BUTTON not in page.buttons()
    assert "Another admin says which contacts are you." in page.main
    form = page_of(open_desk).form(BUTTON).fill({"Contact ID": "142"})
    form.action = f"/staff/{open_desk.staff_id('ana')}/contacts"

    form.send(status=409)

    assert own(open_desk, "ana") == frozenset()


@pytest.mark.parametrize("who", ["sam", "lea", "ike"])
def test_only_admins_link_contacts(open_desk: Desk, who: str) -> None:
    form = page_of(open_desk).form(BUTTON).fill({"Contact ID": "142"})
    visitor = open_desk.visitor(who)

    visitor.post(form.action, {**form.values, "_token": visitor.token()}, status=403)

    assert own(open_desk) == frozenset()
    assert open_desk.record()[-1].outcome is Outcome.DENIED


def test_nobody_of_that_id_has_contacts(open_desk: Desk) -> None:
    form = page_of(open_desk).form(BUTTON).fill({"Contact ID": "142"})
    form.action = "/staff/00000000-0000-4000-8000-000000000000/contacts"

    form.send(status=404)
