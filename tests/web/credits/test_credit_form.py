"""Giving a credit and taking one back, as a page and as fragments, on the sandbox."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from dashboard.sandbox.cast import ALMOST, AMARA, NORTHWIND
from dashboard.store import intents, limits, own_contacts
from dashboard.store.audit import Outcome
from dashboard.store.limits import Limit, Span
from tests.support.app import Desk
from tests.support.page import Page

MEMBER = f"/programmes/{NORTHWIND}/members/{AMARA.contact_id}"
FILLED = {"Points": "500", "Reason": "Late delivery", "Case or order number": "ZD-55910"}


def form_page(desk: Desk, name: str = "sam", deed: str = "credit") -> Page:
    return desk.visitor(name).get(f"{MEMBER}/{deed}")


def ours(desk: Desk) -> list[dict[str, Any]]:
    """The remote's transactions of this member that carry an intent of ours."""
    assert desk.remote is not None
    ledger = desk.remote.control.ledger(NORTHWIND, AMARA.contact_id)
    assert ledger is not None
    return [each for each in ledger["transactions"] if "intent" in each["meta"]]  # type: ignore[attr-defined]


def writes(desk: Desk) -> list[str]:
    return [call for call in desk.calls if call in {"createTransaction", "completeTransaction"}]


def test_the_form_shows_the_limit_the_balance_and_when_the_points_expire(open_desk: Desk) -> None:
    page = form_page(open_desk)

    assert page.h1 == "Give credit to Amara Okafor"
    assert "Your limit: 1,000 a credit. More goes to a supervisor." in page.main
    told = page.pairs()
    assert told["Balance now"] == "12,480 points"
    assert told["After this credit"] == "–"
    assert told["These points expire"] == "30 Nov 2027"
    assert told["Approval"] == "Not needed"


def definition_of(desk: Desk, name: str) -> str:
    known = desk.services.configuration.of(NORTHWIND).definitions
    return next(each.id for each in known if each.name == name)


def test_what_a_credit_makes_of_the_tier_is_told_before_it_is_given(open_desk: Desk) -> None:
    status = definition_of(open_desk, "Status points")

    page = form_page(open_desk)
    assert "Tier" not in page.pairs()
    typed = f"{MEMBER}/credit/preview?definition={status}&amount"
    assert (
        open_desk.visitor("sam")
        .fragment(f"{typed}=1,850")
        .pairs()["Tier"]
        .startswith("Gold becomes Platinum")
    )
    assert open_desk.visitor("sam").fragment(f"{typed}=10").pairs()["Tier"] == "Gold, as before"


def test_nothing_is_chosen_before_somebody_chooses(open_desk: Desk) -> None:
    page = form_page(open_desk)

    assert not [each for each in page.all("input") if each.get("checked") is not None]
    assert page.by_id("amount").get("value") == ""


def test_a_credit_given_shows_the_remotes_new_balance_on_the_member(open_desk: Desk) -> None:
    page = form_page(open_desk).form("Give points").fill(FILLED).send()

    assert page.path.startswith(f"{MEMBER}?receipt=")
    assert "500 points given to Amara Okafor. Balance is now 12,980 points." in page.main
    assert [(each["status"], each["amount"]) for each in ours(open_desk)] == [("completed", Decimal(500))]
    assert writes(open_desk) == ["createTransaction", "completeTransaction"]


def test_the_same_form_sent_again_gives_the_first_answer_again(open_desk: Desk) -> None:
    form = form_page(open_desk).form("Give points").fill(FILLED)

    first, second = form.send(), form.send()

    assert first.path == second.path
    assert len(ours(open_desk)) == 1


def test_the_same_form_with_another_amount_is_refused_and_recorded(open_desk: Desk) -> None:
    form = form_page(open_desk).form("Give points").fill(FILLED)
    form.send()

    page = form.fill({"Points": "600"}).send(status=409)

    assert page.h1 == "This form was sent before with other values"
    assert len(ours(open_desk)) == 1
    assert open_desk.record()[-1].outcome is Outcome.DENIED


def test_a_form_replayed_by_somebody_else_is_refused(open_desk: Desk) -> None:
    form = form_page(open_desk).form("Give points").fill(FILLED)
    form.send()
    lea = open_desk.visitor("lea")

    lea.post(form.action, {**form.values, "_token": lea.token()}, status=409)

    assert len(ours(open_desk)) == 1


@pytest.mark.parametrize(
    ("typed", "message"),
    [
        ({"Points": ""}, "Enter the number of points"),
        ({"Points": "-5"}, "Enter the number of points"),
        ({"Points": "1e3"}, "Enter the number of points"),
        ({"Points": "٥٠٠"}, "Enter the number of points"),
        ({"Points": "NaN"}, "Enter the number of points"),
        ({"Points": "0"}, "Points must be more than 0"),
        ({"Points": "10.5"}, "Points must be a whole number"),
        ({"Points": "10,001"}, "Points must be 10,000 or fewer: nobody may give more at once"),
        ({"Reason": "Other (note needed)"}, "Enter a note that says what happened"),
        ({"Case or order number": "x" * 65}, "Case or order number must be 64 characters or fewer"),
        ({"Note": "x" * 501}, "Note must be 500 characters or fewer"),
    ],
)
def test_what_breaks_a_rule_says_what_to_do_and_sends_nothing(
    open_desk: Desk, typed: dict[str, str], message: str
) -> None:
    page = form_page(open_desk).form("Give points").fill({**FILLED, **typed}).send(status=422)

    assert message in page.main
    assert page.title.startswith("Error: ")
    assert page.by_id("error-summary").get("tabindex") == "-1"
    assert writes(open_desk) == []


def test_an_error_keeps_everything_typed_and_the_forms_number(open_desk: Desk) -> None:
    form = form_page(open_desk).form("Give points")
    sent = form.fill({**FILLED, "Points": "10,001", "Note": "first\nsecond"})

    again = sent.send(status=422).form("Give points")

    assert {**again.values, "_token": ""} == {**sent.values, "_token": ""}


def test_no_reason_chosen_is_named(open_desk: Desk) -> None:
    page = form_page(open_desk).form("Give points").fill({"Points": "5"}).send(status=422)

    assert page.links()["Choose a reason"] == "#reason"


def test_a_field_nobody_asked_for_is_refused(open_desk: Desk) -> None:
    form = form_page(open_desk).form("Give points").fill(FILLED)
    form.values["autoComplete"] = "true"

    form.send(status=400)

    assert writes(open_desk) == []


def test_points_are_taken_back_under_their_own_name(open_desk: Desk) -> None:
    page = form_page(open_desk, deed="debit").form("Take back points").fill(FILLED).send()

    assert "500 points taken back from Amara Okafor. Balance is now 11,980 points." in page.main
    assert [each["amount"] for each in ours(open_desk)] == [Decimal(-500)]


def test_no_more_is_taken_than_the_balance_holds(open_desk: Desk) -> None:
    member = f"/programmes/{NORTHWIND}/members/{ALMOST.contact_id}"
    page = open_desk.visitor("lea").get(f"{member}/debit")

    page = page.form("Take back points").fill({**FILLED, "Points": "9,999"}).send(status=422)

    assert "the balance holds no more" in page.main


def test_the_preview_tells_what_the_amount_typed_would_do(open_desk: Desk) -> None:
    sam = open_desk.visitor("sam")

    preview = sam.fragment(f"{MEMBER}/credit/preview?amount=1%2C000")
    above = sam.fragment(f"{MEMBER}/credit/preview?amount=5000")

    assert preview.pairs()["After this credit"] == "13,480 points"
    assert above.pairs()["Approval"] == "Goes to a supervisor"


def test_above_the_limit_the_same_form_asks_for_approval(open_desk: Desk) -> None:
    page = form_page(open_desk).form("Give points").fill({**FILLED, "Points": "5,000"}).send()

    assert page.h1 == "Receipt"
    assert "5,000 points for Amara Okafor wait for a supervisor. Nothing is sent before" in page.main
    assert "The request ends by itself on 19 Nov 12:00." in page.main
    assert writes(open_desk) == []
    assert [(each.action, each.outcome) for each in open_desk.record()][-1] == ("approval.ask", "pending")


def test_the_button_knows_from_which_amount_on_it_asks(open_desk: Desk) -> None:
    (button,) = [each for each in form_page(open_desk).all("button") if each.get("data-amount-of")]

    assert button.get("data-alone") == "1000"
    assert button.get("data-above") == "Ask for approval: {amount} points"


def test_what_is_left_of_the_day_is_told_before_anything_is_typed(open_desk: Desk) -> None:
    with open_desk.services.database.write() as connection:
        limits.put(connection, "agent", Span.DAY, Limit(Decimal(1000)))
    form_page(open_desk).form("Give points").fill({**FILLED, "Points": "400"}).send()

    page = form_page(open_desk)

    assert "Your limit: 1,000 a credit, 600 left today. More goes to a supervisor." in page.main
    assert "1,000needs approval" in " ".join(page.buttons()).replace("1,000 needs", "1,000needs")
    preview = open_desk.visitor("sam").fragment(f"{MEMBER}/credit/preview?amount=601")
    assert preview.pairs()["Approval"] == "Goes to a supervisor"


def test_who_may_give_as_much_as_anybody_is_not_sent_to_a_supervisor(open_desk: Desk) -> None:
    given, taken = form_page(open_desk, "lea"), form_page(open_desk, "lea", "debit")

    assert "Your limit: 10,000 a credit. Nobody may give more at once." in given.main
    assert "Your limit: 10,000 a debit. Nobody may take more at once." in taken.main


def test_what_nobody_may_give_is_not_offered_for_approval(open_desk: Desk) -> None:
    told = open_desk.visitor("sam").fragment(f"{MEMBER}/credit/preview?amount=10,001")
    assert told.pairs()["Approval"] == "Nobody may give this much at once"

    page = form_page(open_desk).form("Give points").fill({**FILLED, "Points": "10,001"}).send(status=422)

    (button,) = [each for each in page.all("button") if each.get("data-amount-of")]
    assert button.get("data-most") == "10000"
    assert "Give points" in page.buttons()
    assert not any("Ask for approval" in each for each in page.buttons())


def test_staff_cannot_give_to_their_own_membership(open_desk: Desk) -> None:
    with open_desk.services.database.write() as connection:
        own_contacts.link(connection, open_desk.staff_id("sam"), AMARA.contact_id)

    page = form_page(open_desk).form("Give points").fill(FILLED).send(status=422)

    assert "You can't give points to your own membership. Ask a colleague" in page.main
    assert writes(open_desk) == []


def test_the_same_case_within_a_day_is_given_again_only_when_that_is_meant(open_desk: Desk) -> None:
    form_page(open_desk, "lea").form("Give points").fill(FILLED).send()
    open_desk.clock.advance(minutes=12)

    warned = form_page(open_desk).form("Give points").fill({**FILLED, "Points": "300"}).send(status=422)

    assert "Lea Moreau gave 500 points for ZD-55910 12 minutes ago. Give again?" in warned.main
    assert "/intents/" in warned.links()["See it (new tab)"]
    assert len(ours(open_desk)) == 1
    page = warned.form("Give 300 points").send()
    assert "300 points given to Amara Okafor." in page.main
    assert len(ours(open_desk)) == 2


def test_the_drawer_warns_of_the_same_case_too(open_desk: Desk) -> None:
    form_page(open_desk).form("Give points").fill(FILLED).send()
    drawer = open_desk.visitor("sam").fragment(f"{MEMBER}/credit/form")

    warned = drawer.form("Give points").fill(FILLED).send_htmx(status=422)

    assert "You gave 500 points for ZD-55910 just now. Give again?" in warned.text
    answer = warned.form("Give 500 points").send_htmx()
    assert "500 points given to Amara Okafor." in answer.text


def test_a_preview_costs_no_request_once_the_member_was_read(open_desk: Desk) -> None:
    sam = open_desk.visitor("sam")
    sam.get(MEMBER)
    before = list(open_desk.calls)

    sam.fragment(f"{MEMBER}/credit/form")
    sam.fragment(f"{MEMBER}/credit/preview?amount=250")

    assert open_desk.calls == before


def test_the_drawer_answers_with_the_receipt_and_closes_itself(open_desk: Desk) -> None:
    drawer = open_desk.visitor("sam").fragment(f"{MEMBER}/credit/form")

    answer = drawer.form("Give points").fill(FILLED).send_htmx()

    assert drawer.response.headers["HX-Trigger"] == "open-drawer"
    assert answer.response.headers["HX-Trigger"] == "close-drawer, member-changed"
    assert "Balance is now 12,980 points." in answer.text
    assert len(answer.response.data) < 6 * 1024


def test_the_drawer_shows_its_errors_in_place(open_desk: Desk) -> None:
    drawer = open_desk.visitor("sam").fragment(f"{MEMBER}/credit/form")

    answer = drawer.form("Give points").fill({"Points": "5"}).send_htmx(status=422)

    assert "Choose a reason" in answer.text
    assert answer.form("Give 5 points").values["amount"] == "5"


def test_an_answer_lost_after_the_credit_is_told_as_being_checked_until_it_is_known(open_desk: Desk) -> None:
    assert open_desk.remote is not None
    open_desk.remote.fault("apply_then_drop", path="completeTransaction")
    sam = open_desk.visitor("sam")

    page = sam.get(f"{MEMBER}/credit").form("Give points").fill(FILLED).send()

    assert "No answer yet, checking." in page.main
    assert "not given" not in page.main
    receipt = page.path.rpartition("/")[2]
    open_desk.clock.advance(seconds=30)
    open_desk.services.engine.advance(receipt, until=open_desk.clock.now.replace(year=2027))
    line = sam.fragment(f"/programmes/{NORTHWIND}/intents/{receipt}/receipt")
    assert "500 points given to Amara Okafor." in line.text
    assert line.response.headers["HX-Trigger"] == "member-changed"
    assert len(ours(open_desk)) == 1


def test_a_remote_that_is_absent_leaves_the_credit_waiting_and_says_so(open_desk: Desk) -> None:
    form = form_page(open_desk).form("Give points").fill(FILLED)
    assert open_desk.remote is not None
    open_desk.remote.server.stop()

    page = form.send()

    assert "500 points wait to be sent. Brevo cannot be reached." in page.main


def test_a_refusal_of_the_remote_is_told_in_its_own_words(open_desk: Desk) -> None:
    assert open_desk.remote is not None
    open_desk.remote.fault("status", path="createTransaction", status=422)

    page = form_page(open_desk).form("Give points").fill(FILLED).send()

    assert "500 points not given to Amara Okafor. Brevo refused it" in page.main
    assert "Nothing was given." in page.main


def test_the_receipt_page_tells_all_that_is_known(open_desk: Desk) -> None:
    sam = open_desk.visitor("sam")
    page = sam.get(f"{MEMBER}/credit").form("Give points").fill({**FILLED, "Note": "Parcel was late"}).send()

    receipt = sam.get(page.links()["Receipt"])

    told = receipt.pairs()
    assert told["Note (staff only)"] == "Parcel was late"
    assert told["Case or order number"] == "ZD-55910"
    assert told["Transaction at Brevo"] == ours(open_desk)[0]["id"]
    assert told["Balance after, as Brevo reported"] == "12,980 points"


def test_a_receipt_of_another_programme_is_not_found(open_desk: Desk) -> None:
    sam = open_desk.visitor("sam")
    page = sam.get(f"{MEMBER}/credit").form("Give points").fill(FILLED).send()
    other = page.links()["Receipt"].replace(NORTHWIND, "0b6f1f5e-8f0a-4a94-9d0e-1c1d2e3f4a5b")

    sam.get(other, status=404)


def test_a_programme_that_does_not_exist_has_no_form(open_desk: Desk) -> None:
    other = MEMBER.replace(NORTHWIND, "00000000-0000-4000-8000-000000000000")
    page = open_desk.visitor("sam").get(f"{other}/credit", status=404)

    assert page.h1 == "No such programme"
    assert page.links()["Open the first programme"] == "/"


def test_an_auditor_sees_no_way_to_give_and_cannot(open_desk: Desk) -> None:
    ike = open_desk.visitor("ike")

    assert "Give credit" not in ike.get(MEMBER).links()
    ike.get(f"{MEMBER}/credit", status=403)
    form = form_page(open_desk).form("Give points").fill(FILLED)
    ike.post(form.action, {**form.values, "_token": ike.token()}, status=403)
    assert ours(open_desk) == []


def test_the_intent_is_written_down_before_anything_is_sent(open_desk: Desk) -> None:
    form_page(open_desk).form("Give points").fill(FILLED).send()

    outcomes = [each.outcome for each in open_desk.record() if each.action == "credit.give"]
    assert outcomes[0] is Outcome.PENDING
    assert outcomes[-1] is Outcome.DONE
    with open_desk.services.database.read() as connection:
        found = intents.for_member(connection, NORTHWIND, AMARA.contact_id, 10)
    assert [each.staff_name for each in found] == ["Sam Rivera"]
