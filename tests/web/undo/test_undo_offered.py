"""Where undoing is offered, to whom, and how original and reversal point at each other."""

from __future__ import annotations

from xml.etree.ElementTree import Element

from dashboard.store import intents
from dashboard.store.intents import Intent
from tests.support.app import Desk
from tests.support.page import Fragment, Page
from tests.web.undo.acting import member_url, moved, undo_form, undo_url


def undo_links(page: Fragment) -> list[str]:
    """Where the links lead that offer it, each place of the page once."""
    return [each.get("href", "") for each in page.all("a") if _says(each).startswith("Undo")]


def _says(element: Element) -> str:
    return "".join(element.itertext())


def reversal_of(desk: Desk, original: Intent) -> Intent:
    with desk.services.database.read() as connection:
        (found,) = intents.linked_to(connection, original.id)
    return found


def member_page(desk: Desk, name: str = "sam", receipt: Intent | None = None) -> Page:
    query = f"?receipt={receipt.id}" if receipt else ""
    return desk.visitor(name).get(member_url() + query)


def test_the_receipt_the_row_and_the_timeline_offer_to_undo_ones_own_change(open_desk: Desk) -> None:
    original = moved(open_desk)

    page = member_page(open_desk, receipt=original)

    assert undo_links(page) == [undo_url(original)] * 3
    assert page.by_id("receipt-undo").get("hx-get") == f"{undo_url(original)}/form"
    assert page.by_id(f"undo-{original.id}").get("hx-target") == "#drawer"


def test_the_page_of_a_change_offers_it_too(open_desk: Desk) -> None:
    original = moved(open_desk)
    address = undo_url(original).removesuffix("/undo")

    assert undo_links(open_desk.visitor("sam").get(address)) == [undo_url(original)]
    assert undo_links(open_desk.visitor("ike").get(address)) == []


def test_a_quarter_of_an_hour_later_only_a_supervisor_is_offered_it(open_desk: Desk) -> None:
    original = moved(open_desk)
    open_desk.clock.advance(minutes=16)

    assert undo_links(member_page(open_desk)) == []
    assert undo_links(member_page(open_desk, "lea")) == [undo_url(original)] * 2


def test_what_somebody_else_did_is_offered_by_role(open_desk: Desk) -> None:
    original = moved(open_desk, "lea")

    assert undo_links(member_page(open_desk)) == []
    assert undo_links(member_page(open_desk, "ike")) == []
    assert undo_links(member_page(open_desk, "ana")) == [undo_url(original)] * 2


def test_row_and_timeline_say_who_took_it_back_and_what_was_taken_back(open_desk: Desk) -> None:
    original = moved(open_desk)
    undo_form(open_desk, original, "Take back 500 points", "lea").send()
    reversal = reversal_of(open_desk, original)
    change = undo_url(original).removesuffix("/undo")

    page = member_page(open_desk)

    told = [(_says(each), each.get("href")) for each in page.all("a")]
    assert told.count(("Taken back by Lea Moreau", change.replace(original.id, reversal.id))) == 2
    assert told.count(("Takes back what you did", change)) == 2
    assert undo_links(page) == []


def test_the_transaction_says_it_too(open_desk: Desk) -> None:
    original = moved(open_desk)
    undo_form(open_desk, original, "Take back 500 points", "lea").send()
    page = open_desk.visitor("sam").get(f"{member_url()}/activity/{original.transaction_id}")

    assert page.pairs()["Belongs with"] == "Taken back by Lea Moreau"


def test_the_pages_of_both_changes_name_the_other(open_desk: Desk) -> None:
    original = moved(open_desk)
    undo_form(open_desk, original, "Take back 500 points", "lea").send()
    sam, change = open_desk.visitor("sam"), undo_url(original).removesuffix("/undo")

    first = sam.get(change)
    second = sam.get(change.replace(original.id, reversal_of(open_desk, original).id))

    assert "Taken back by: 500 points taken back from member 142." in first.main
    assert "Takes back: 500 points given to member 142." in second.main
    assert undo_links(first) == undo_links(second) == []


def test_a_reversal_that_failed_leaves_the_offer(open_desk: Desk) -> None:
    original = moved(open_desk)
    assert open_desk.remote is not None
    open_desk.remote.fault("status", path="createTransaction", status=422)
    undo_form(open_desk, original, "Take back 500 points").send()

    assert undo_url(original) in undo_links(member_page(open_desk))
