"""Putting a member into another tier, as a page and in the drawer, on the sandbox."""

from __future__ import annotations

import pytest

from dashboard.sandbox.cast import AMARA, NORTHWIND, STRANGER
from dashboard.sandbox.catalogue import BARISTA, PLATINUM, STATUS_GROUP
from dashboard.store import own_contacts
from tests.support.app import Desk
from tests.support.page import Page

MEMBER = f"/programmes/{NORTHWIND}/members/{AMARA.contact_id}"
BUTTON = "Change tier"
FILLED = {"Tier": "Platinum", "Reason": "Late delivery", "Case or order number": "ZD-1"}


def form_page(desk: Desk, name: str = "sam") -> Page:
    return desk.visitor(name).get(f"{MEMBER}/tier/change")


def tier(desk: Desk) -> str:
    assert desk.remote is not None
    ledger = desk.remote.control.ledger(NORTHWIND, AMARA.contact_id)
    assert ledger is not None
    return ledger["tiers"][STATUS_GROUP]  # type: ignore[index,no-any-return]


def test_the_tiers_stand_lowest_first_and_the_one_held_is_marked(open_desk: Desk) -> None:
    page = form_page(open_desk)

    radios = [each for each in page.all("input") if each.get("name") == "tier_id"]
    assert [page.label_of(each) for each in radios] == ["Base", "Silver", "Gold", "Platinum"]
    about = [page.by_id(each.get("aria-describedby", "")) for each in radios if each.get("aria-describedby")]
    assert [each.text for each in about if "Held now" in (each.text or "")] == [
        "Held now. Earned from 2,500 points on"
    ]
    assert page.pairs()["Tier now"] == "Gold"


def test_the_form_warns_that_the_next_evaluation_may_undo_it(open_desk: Desk) -> None:
    assert "The next evaluation at Brevo may undo it" in form_page(open_desk).main


def test_the_tier_is_changed_and_the_member_page_opens_with_the_receipt(open_desk: Desk) -> None:
    page = form_page(open_desk).form(BUTTON).fill(FILLED).send()

    assert "The tier of Amara Okafor was changed to Platinum." in page.main
    assert tier(open_desk) == PLATINUM


def test_the_drawer_leads_to_the_member_page(open_desk: Desk) -> None:
    drawer = open_desk.visitor("sam").fragment(f"{MEMBER}/tier/change/form")

    answer = drawer.form(BUTTON).fill(FILLED).send_htmx()

    assert answer.response.headers["HX-Redirect"].startswith(f"{MEMBER}?receipt=")


BAD = [
    ({"tier_id": ""}, "Choose a tier"),
    ({"tier_id": "gold"}, "Choose a tier"),
    ({"tier_id": BARISTA}, "Choose a tier"),
    ({"tier_id": PLATINUM.upper()}, "Choose a tier"),
]


@pytest.mark.parametrize(("forged", "problem"), BAD)
def test_a_tier_of_another_programme_is_refused(open_desk: Desk, forged, problem) -> None:
    form = form_page(open_desk).form(BUTTON).fill(FILLED)
    form.values |= forged

    page = form.send(status=422)

    assert page.main.count(problem) == 2
    assert "assignTier" not in open_desk.calls


def test_the_tier_held_already_is_refused(open_desk: Desk) -> None:
    page = form_page(open_desk).form(BUTTON).fill({**FILLED, "Tier": "Gold"}).send(status=422)

    assert page.main.count("The member is in Gold already") == 2


def test_the_same_form_sent_again_changes_once(open_desk: Desk) -> None:
    form = form_page(open_desk).form(BUTTON).fill(FILLED)

    first, second = form.send(), form.send()

    assert first.path == second.path
    assert open_desk.calls.count("assignTier") == 1


def test_nobody_changes_the_tier_of_their_own_membership(open_desk: Desk) -> None:
    with open_desk.services.database.write() as connection:
        own_contacts.link(connection, open_desk.staff_id("sam"), AMARA.contact_id)

    page = form_page(open_desk).form(BUTTON).fill(FILLED).send(status=422)

    assert "You can't change your own membership. Ask a colleague" in page.main
    assert "assignTier" not in open_desk.calls


def test_whoever_is_no_member_has_no_tier(open_desk: Desk) -> None:
    path = f"/programmes/{NORTHWIND}/members/{STRANGER.contact_id}/tier/change"

    open_desk.visitor("sam").get(path, status=404)


def test_an_auditor_cannot_change_a_tier(open_desk: Desk) -> None:
    ike = open_desk.visitor("ike")
    form = form_page(open_desk).form(BUTTON).fill(FILLED)

    assert "Change tier" not in ike.get(MEMBER).links()
    ike.post(form.action, {**form.values, "_token": ike.token()}, status=403)
    assert "assignTier" not in open_desk.calls
