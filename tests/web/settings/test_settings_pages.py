"""Settings as admins change them: reasons and usual amounts."""

from __future__ import annotations

from decimal import Decimal

import pytest

from dashboard.sandbox import cast
from dashboard.store import presets, reasons
from tests.support.app import Desk
from tests.support.page import Page

GIFT = {"Code": "gift", "Label": "A gift", "Case or order number required": "1"}


def offered(desk: Desk) -> list[str]:
    with desk.services.database.read() as connection:
        return [reason.code for reason in reasons.offered(connection)]


def amounts(desk: Desk) -> tuple[Decimal, ...]:
    with desk.services.database.read() as connection:
        return presets.list_all(connection)


def settings(desk: Desk) -> Page:
    return desk.visitor("ana").get("/settings/")


def form_of(desk: Desk, code: str) -> Page:
    return desk.visitor("ana").get(f"/settings/reasons/{code}")


def review_gift(desk: Desk, **changes: str) -> Page:
    page = desk.visitor("ana").get("/settings/add-reason")
    return page.form("Show what changes").fill({**GIFT, **changes}).send()


def review_amounts(desk: Desk, text: str, *, status: int = 200) -> Page:
    page = desk.visitor("ana").get("/settings/amounts/")
    return page.form("Show what changes").fill({"Amounts": text}).send(status=status)


def test_the_page_shows_all_that_is_settled(desk):
    page = settings(desk)

    assert page.title == "Settings · Loyalty Desk"
    assert "Late delivery late_delivery Nothing more" in page.main
    assert "Other (note needed) other Note" in page.main
    assert "100 points, 250 points, 500 points, 1,000 points" in page.main


def test_a_new_reason_is_shown_before_it_is_offered(desk):
    page = review_gift(desk)

    assert "Label – A gift" in page.main
    assert "Case number – required" in page.main
    assert "gift" not in offered(desk)

    page = page.form("Save").send()

    assert "“A gift” is offered now." in page.main
    assert offered(desk)[-1] == "gift"
    entry = desk.record()[-1]
    assert (entry.action, entry.before, entry.after["label"]) == ("settings.reason_add", {}, "A gift")


def test_what_is_wrong_is_named_and_what_was_typed_is_kept(desk):
    form = desk.visitor("ana").get("/settings/add-reason").form("Show what changes")

    page = form.fill({"Code": "A Gift", "Label": "", "Note required": "1"}).send(status=422)

    assert "Enter a code" in page.main
    assert "Enter a label" in page.main
    assert page.by_id("code").get("value") == "A Gift"
    assert page.by_id("note").get("checked") is not None


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"Code": "other"}, "The code other is taken."),
        ({"Label": "late delivery"}, "“Late delivery” already"),
    ],
)
def test_a_code_or_label_that_is_taken_is_refused(desk, changes, message):
    form = desk.visitor("ana").get("/settings/add-reason").form("Show what changes")

    assert message in form.fill({**GIFT, **changes}).send(status=422).main


def test_a_change_is_shown_before_it_is_saved_and_recorded_as_shown(desk):
    form = form_of(desk, "billing_error").form("Show what changes")
    page = form.fill({"Label": "Wrong bill", "Note required": "1"}).send()

    assert "Label Billing error Wrong bill" in page.main
    assert "Note optional required" in page.main

    page = page.form("Save").send()

    assert "“Wrong bill” is saved." in page.main
    entry = desk.record()[-1]
    assert (entry.before["label"], entry.after["label"]) == ("Billing error", "Wrong bill")
    assert (entry.before["note"], entry.after["note"]) == ("optional", "required")


def test_a_changed_reason_counts_from_the_next_form(open_desk):
    form_of(open_desk, "billing_error").form("Show what changes").fill({"Label": "Wrong bill"}).send().form(
        "Save"
    ).send()

    credit = f"/programmes/{cast.NORTHWIND}/members/{cast.AMARA.contact_id}/credit"
    assert "Wrong bill" in open_desk.visitor("sam").get(credit).main


def test_what_was_not_shown_is_not_saved(desk):
    page = form_of(desk, "billing_error").form("Show what changes").fill({"Label": "Wrong bill"}).send()

    page = page.form("Save").fill({"Label": "Bill"}).send()

    assert "This is another difference than the one before." in page.main
    assert "Label Billing error Bill" in page.main
    assert desk.record() == []
    page.form("Save").send()
    assert desk.record()[-1].after["label"] == "Bill"


def test_what_somebody_else_saved_meanwhile_is_not_overwritten_unseen(desk):
    page = form_of(desk, "billing_error").form("Show what changes").fill({"Label": "Wrong bill"}).send()
    with desk.services.database.write() as connection:
        reasons.change(connection, reasons.Reason("billing_error", "Invoice", True, False, False))

    page = page.form("Save").send()

    assert "Label Invoice Wrong bill" in page.main
    assert desk.record() == []


def test_nothing_different_is_nothing_to_save(desk):
    page = form_of(desk, "billing_error").form("Show what changes").send(status=422)

    assert "Nothing is different yet." in page.main


def test_a_reason_is_retired_and_restored_and_never_deleted(desk):
    page = desk.visitor("ana").get("/settings/reasons/billing_error/retire")
    assert "billing_error" in offered(desk)

    page = page.form("Retire reason").send()

    assert "“Billing error” is retired." in page.main
    assert "billing_error" not in offered(desk)
    assert "Retired reasons 1" in page.main

    page = page.form("Restore").send()

    assert "“Billing error” is offered again." in page.main
    assert "billing_error" in offered(desk)
    assert [(entry.action, entry.after["state"]) for entry in desk.record()] == [
        ("settings.reason_retire", "retired"),
        ("settings.reason_restore", "offered"),
    ]


def test_the_last_reason_is_not_retired(desk):
    ana = desk.visitor("ana")
    last = offered(desk)[-1]
    for code in offered(desk)[:-1]:
        ana.get(f"/settings/reasons/{code}/retire").form("Retire reason").send()

    page = ana.get(f"/settings/reasons/{last}/retire").form("Retire reason").send(status=422)

    assert "This is the last reason. Add another before you retire it." in page.main
    assert offered(desk) == [last]


def test_a_reason_whose_label_is_taken_is_not_restored(desk):
    ana = desk.visitor("ana")
    form = ana.get("/settings/reasons/other/retire").form("Retire reason").send().form("Restore")
    review_gift(desk, Label="Other (note needed)").form("Save").send()

    page = form.send(status=409)

    assert "There is a reason “Other (note needed)” already." in page.main


def test_the_order_is_changed_one_place_at_a_time(desk):
    before = offered(desk)
    ana = desk.visitor("ana")

    page = ana.post(f"/settings/reasons/{before[1]}/move", {"_token": ana.token(), "direction": "up"})

    assert "is moved." in page.main
    assert offered(desk)[:2] == [before[1], before[0]]
    entry = desk.record()[-1]
    assert entry.before["order"].startswith(f"{before[0]}, {before[1]}")
    assert entry.after["order"].startswith(f"{before[1]}, {before[0]}")


def test_the_first_has_no_way_up_and_the_last_none_down(desk):
    page = settings(desk)

    names = [button.get("aria-label") for button in page.all("button")]
    assert "Move Late delivery down" in names
    assert "Move Late delivery up" not in names
    assert "Move Other (note needed) down" not in names


def test_a_move_that_cannot_be_made_changes_and_records_nothing(desk):
    ana = desk.visitor("ana")
    sent = {"_token": ana.token(), "direction": "up"}

    ana.post("/settings/reasons/late_delivery/move", sent)
    ana.post("/settings/reasons/late_delivery/move", {**sent, "direction": "away"}, status=400)

    assert desk.record() == []


def test_the_usual_amounts_are_shown_before_they_are_saved(desk):
    page = review_amounts(desk, "50\n1,000\n\n2 000")

    assert "Usual amounts 100; 250; 500; 1,000 50; 1,000; 2,000" in page.main
    assert len(amounts(desk)) == 4

    page = page.form("Save").send()

    assert amounts(desk) == (Decimal(50), Decimal(1000), Decimal(2000))
    assert "The usual amounts are saved." in page.main
    entry = desk.record()[-1]
    assert (entry.before, entry.after) == (
        {"usual_amounts": "100; 250; 500; 1,000"},
        {"usual_amounts": "50; 1,000; 2,000"},
    )


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("100\nmany", "Line 2: Enter the number of points"),
        ("-5", "Line 1: Enter the number of points"),
        ("1e3", "Line 1: Enter the number of points"),
        ("٣", "Line 1: Enter the number of points"),
        ("0", "Line 1: Points must be more than 0"),
        ("2.5", "Line 1: Points must be a whole number"),
        ("", "Enter 1 to 6 amounts, one a line"),
        ("1\n2\n3\n4\n5\n6\n7", "Enter 1 to 6 amounts, one a line"),
        ("1,000\n1000", "Enter 1,000 once only"),
        ("100\n250\n500\n1000", "Nothing is different yet."),
    ],
)
def test_amounts_that_cannot_be_used_are_named_and_kept(desk, text, message):
    page = review_amounts(desk, text, status=422)

    assert message in page.main
    assert (page.by_id("amounts").text or "").strip() == text
    assert len(amounts(desk)) == 4


def test_a_form_sent_after_the_session_ended_is_kept_and_not_saved(desk):
    form = desk.visitor("ana").get("/settings/amounts/").form("Show what changes").fill({"Amounts": "77"})
    desk.clock.advance(minutes=31)

    response = form.send_raw()

    assert response.status_code == 401
    assert "77" in response.text


@pytest.mark.parametrize("path", ["reasons/none", "reasons/none/retire"])
def test_a_reason_there_is_not_is_not_found(desk, path):
    desk.visitor("ana").get(f"/settings/{path}", status=404)


def test_a_reason_with_markup_is_shown_as_text(desk):
    page = review_gift(desk, Label="<b>Gift</b>").form("Save").send()

    assert "<b>Gift</b>" in page.main
    assert page.all("b") == []


def test_supervisors_change_nothing(desk):
    lea = desk.visitor("lea")

    page = lea.get("/settings/", status=403)

    assert page.h1 == "You can't change settings"
    assert "Admins can." in page.main
