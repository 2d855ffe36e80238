"""Taking back credits and debits, as a page and in the drawer, on the sandbox."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from decimal import Decimal

import pytest
from werkzeug.test import TestResponse

from dashboard.sandbox.cast import ALMOST, NORTHWIND
from dashboard.sandbox.catalogue import POINTS, STATUS
from dashboard.store import intents
from dashboard.store.audit import Outcome
from dashboard.store.intents import Intent, Kind, Link
from tests.support.app import Desk
from tests.support.page import HTMX
from tests.web.undo.acting import balance, member_url, moved, undo_form, undo_page, undo_url


def test_it_names_what_is_taken_back_the_opposite_entry_and_the_balance_after(open_desk: Desk) -> None:
    page = undo_page(open_desk, moved(open_desk))

    assert page.h1 == "Take back 500 points from Amara Okafor"
    told = page.pairs()
    assert told["What was done"] == "Sam Rivera gave 500 points"
    assert told["New entry"] == "−500"
    assert (told["Balance now"], told["Balance after"]) == ("12,980 points", "12,480 points")
    assert told["Tier"] == "This balance decides no tier"
    assert told["Approval"] == "Not needed"


def test_the_safe_way_out_stands_first_and_has_the_focus(open_desk: Desk) -> None:
    page = undo_page(open_desk, moved(open_desk))

    keep = page.by_id("keep")
    assert keep.get("autofocus") is not None
    assert keep.get("href") == member_url()
    assert page.buttons()[-1] != "OK"
    assert "danger" in (page.by_id("undo").get("class") or "")


def test_no_reason_is_chosen_before_somebody_chooses_and_the_case_is_carried_over(open_desk: Desk) -> None:
    page = undo_page(open_desk, moved(open_desk))

    assert not [each for each in page.all("input") if each.get("checked") is not None]
    assert page.by_id("case_reference").get("value") == "ZD-55910"


def test_a_credit_taken_back_leaves_the_old_balance_and_two_entries_that_point_at_each_other(
    open_desk: Desk,
) -> None:
    original = moved(open_desk)

    page = undo_form(open_desk, original, "Take back 500 points").send()

    assert "500 points taken back from Amara Okafor. Balance is now 12,480 points." in page.main
    assert balance(open_desk, POINTS) == Decimal(12480)
    with open_desk.services.database.read() as connection:
        (reversal,) = intents.linked_to(connection, original.id)
    assert (reversal.kind, reversal.link) == (Kind.DEBIT, Link.REVERSAL)


def test_a_debit_taken_back_is_given_back(open_desk: Desk) -> None:
    original = moved(open_desk, deed="debit")
    page = undo_page(open_desk, original)
    assert page.h1 == "Give back 500 points to Amara Okafor"
    assert page.pairs()["Expires"] == "30 Nov 2027"

    page = page.form("Give back 500 points").fill({"Reason": "Billing error"}).send()

    assert "500 points given to Amara Okafor." in page.main
    assert balance(open_desk, POINTS) == Decimal(12480)


def test_the_tier_is_looked_at_again(open_desk: Desk) -> None:
    sam = open_desk.visitor("sam")
    form = sam.get(f"{member_url(ALMOST)}/credit?definition={STATUS}").form("Give points")
    form.fill({"Points": "5", "Reason": "Late delivery", "Case or order number": "ZD-1"}).send()
    with open_desk.services.database.read() as connection:
        (original,) = intents.for_member(connection, NORTHWIND, ALMOST.contact_id)

    told = undo_page(open_desk, original).pairs()

    assert told["Tier"] == "Silver becomes Base when Brevo looks at tiers again"


def test_the_same_form_sent_twice_takes_back_once(open_desk: Desk) -> None:
    form = undo_form(open_desk, moved(open_desk), "Take back 500 points")

    first, second = form.send(), form.send()

    assert first.path == second.path
    assert balance(open_desk, POINTS) == Decimal(12480)


def test_of_two_forms_the_second_learns_who_was_faster(open_desk: Desk) -> None:
    original = moved(open_desk)
    late = undo_form(open_desk, original, "Take back 500 points", "lea")
    undo_form(open_desk, original, "Take back 500 points").send()

    page = late.send(status=422)

    assert "Sam Rivera took this back before" in page.main
    assert balance(open_desk, POINTS) == Decimal(12480)


def test_of_two_people_who_press_at_the_same_moment_one_takes_it_back(open_desk: Desk) -> None:
    original = moved(open_desk)
    forms = [undo_form(open_desk, original, "Take back 500 points", name) for name in ("sam", "lea", "ana")]

    with ThreadPoolExecutor(3) as threads:
        answers = [each.status_code for each in threads.map(lambda form: form.send_raw(), forms)]

    assert sorted(answers) == [303, 422, 422]
    assert balance(open_desk, POINTS) == Decimal(12480)


def test_what_was_taken_back_cannot_be_taken_back_again_nor_can_its_reversal(open_desk: Desk) -> None:
    original = moved(open_desk)
    undo_form(open_desk, original, "Take back 500 points").send()
    with open_desk.services.database.read() as connection:
        (reversal,) = intents.linked_to(connection, original.id)

    page = undo_page(open_desk, original)
    assert "Sam Rivera took this back before" in page.main
    assert page.links()["Open what took it back"].endswith(reversal.id)
    assert "This took something back itself" in undo_page(open_desk, reversal).main


def test_what_was_spent_meanwhile_cannot_be_taken_back(open_desk: Desk) -> None:
    original = moved(open_desk, points="1,000", one=ALMOST)
    left = balance(open_desk, POINTS, ALMOST) - 300
    moved(open_desk, "lea", "debit", f"{left:f}", one=ALMOST)

    page = undo_page(open_desk, original)

    assert page.h1 == "Undo: not possible"
    assert "It was spent: the balance holds 300 of the 1,000" in page.main
    assert "Take back" not in " ".join(page.buttons())


def test_after_a_quarter_of_an_hour_the_agent_is_sent_to_a_supervisor(open_desk: Desk) -> None:
    original = moved(open_desk)
    open_desk.clock.advance(minutes=16)

    page = undo_page(open_desk, original)

    assert "This was done more than 15 minutes ago. A supervisor can take it back" in page.main
    assert undo_page(open_desk, original, "lea").h1 == "Take back 500 points from Amara Okafor"


def test_an_agent_who_sends_a_form_for_somebody_elses_change_is_refused_and_recorded(open_desk: Desk) -> None:
    original = moved(open_desk, "lea")
    assert "Lea Moreau did this. A supervisor can take it back" in undo_page(open_desk, original).main
    sam = open_desk.visitor("sam")
    form = undo_form(open_desk, original, "Take back 500 points", "lea")

    page = sam.post(form.action, {**form.values, "_token": sam.token()}, status=403)

    assert page.h1 == "You can't undo what somebody else did"
    tried = ("debit.take", "Sam Rivera", Outcome.DENIED)
    assert tried in [(each.action, each.actor_name, each.outcome) for each in open_desk.record()]
    assert balance(open_desk, POINTS) == Decimal(12980)


def test_an_auditor_cannot_even_open_it(open_desk: Desk) -> None:
    original = moved(open_desk)

    open_desk.visitor("ike").get(undo_url(original), status=403)


def test_a_change_of_another_programme_is_not_found(open_desk: Desk) -> None:
    original = moved(open_desk)
    other = undo_url(original).replace(NORTHWIND, "7f1c9a52-3a7e-4a57-9d0e-5a2b0c1d2e3f")

    open_desk.visitor("sam").get(other, status=404)


def test_a_form_replayed_by_somebody_else_takes_nothing_back_again(open_desk: Desk) -> None:
    original = moved(open_desk)
    form = undo_form(open_desk, original, "Take back 500 points")
    form.send()
    lea = open_desk.visitor("lea")

    lea.post(form.action, {**form.values, "_token": lea.token()}, status=409)

    assert balance(open_desk, POINTS) == Decimal(12480)


@pytest.mark.parametrize(
    ("typed", "message"),
    [
        ({}, "Choose a reason"),
        ({"Reason": "Other (note needed)"}, "Enter a note that says what happened"),
        ({"Reason": "Billing error", "Note": "x" * 501}, "Note must be 500 characters or fewer"),
    ],
)
def test_what_breaks_a_rule_is_told_at_its_field_and_nothing_is_lost(
    open_desk: Desk, typed: dict[str, str], message: str
) -> None:
    form = undo_page(open_desk, moved(open_desk)).form("Take back 500 points")

    page = form.fill({**typed, "Case or order number": "ZD-9"}).send(status=422)

    assert message in page.main
    assert page.title.startswith("Error: ")
    assert page.by_id("case_reference").get("value") == "ZD-9"
    assert page.form("Take back 500 points").values["intent"] == form.values["intent"]
    assert balance(open_desk, POINTS) == Decimal(12980)


def from_drawer(desk: Desk, original: Intent, page_path: str) -> TestResponse:
    """The answer to the form in the drawer, sent from a page."""
    sam = desk.visitor("sam")
    drawer = sam.fragment(f"{undo_url(original)}/form")
    assert drawer.response.headers["HX-Trigger"] == "open-drawer"
    form = drawer.form("Take back 500 points").fill({"Reason": "Billing error"})
    form.action = f"{undo_url(original)}/form"
    return form.send_raw(headers={**HTMX, "HX-Current-URL": f"{sam.base_url}{page_path}"})


def test_the_drawer_answers_the_members_page_with_the_receipt_and_closes_itself(open_desk: Desk) -> None:
    answer = from_drawer(open_desk, moved(open_desk), member_url())

    assert "500 points taken back from Amara Okafor." in answer.text
    assert answer.headers["HX-Trigger"] == "close-drawer, member-changed"


def test_from_any_other_page_the_drawer_leads_to_the_member(open_desk: Desk) -> None:
    original = moved(open_desk)

    answer = from_drawer(open_desk, original, undo_url(original).removesuffix("/undo"))

    assert answer.headers["HX-Redirect"].startswith(f"{member_url()}?receipt=")


def test_the_member_is_read_at_that_moment_and_once(open_desk: Desk) -> None:
    original = moved(open_desk)
    before = len(open_desk.calls)

    undo_page(open_desk, original)

    assert sorted(open_desk.calls[before:]) == ["getAccountInfo", "getContact"]


def test_while_the_member_cannot_be_read_the_form_still_comes_and_says_so(open_desk: Desk) -> None:
    original = moved(open_desk)
    assert open_desk.remote is not None
    open_desk.remote.fault("status", path="getAccountInfo", times=0, status=500)

    page = undo_page(open_desk, original)

    assert "The balance shown may be old or missing." in page.main
    assert "Take back 500 points" in page.buttons()


def test_an_expired_session_keeps_what_was_typed(open_desk: Desk) -> None:
    original = moved(open_desk)
    form = undo_form(open_desk, original, "Take back 500 points").fill({"Note": "kept"})
    open_desk.clock.advance(minutes=31)

    assert "kept" in form.send(status=401).main
