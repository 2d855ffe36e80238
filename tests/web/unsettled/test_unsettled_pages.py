"""What the console could not settle: seen with its evidence, decided by supervisors, and on record."""

from __future__ import annotations

from uuid import uuid4

import pytest

from dashboard.sandbox.cast import AMARA, NORTHWIND
from dashboard.store import own_contacts, staff
from dashboard.store.audit import Outcome
from dashboard.store.intents import Intent, Phase, State
from tests.support.app import Desk
from tests.support.page import Page
from tests.web.unsettled.acting import (
    fault,
    held_credit,
    held_voucher,
    now,
    queued_credit,
    settled,
    unknown_voucher,
)

LIST = "/unsettled/"


def case_page(desk: Desk, intent: Intent, name: str = "lea") -> Page:
    return desk.visitor(name).get(f"{LIST}{intent.id}")


def navigation(page: Page) -> set[str]:
    return {"".join(each.itertext()).strip() for each in page.by_id("nav").iter("a")}


def draft_of(desk: Desk) -> str:
    """The ID of what the lost credit left at Brevo."""
    assert desk.remote is not None
    listed = desk.remote.ledger(NORTHWIND, AMARA.contact_id)["transactions"]
    found: str = next(each["id"] for each in listed if "intent" in (each["meta"] or {}))
    return found


def last(desk: Desk, action: str) -> tuple[str, str]:
    """Who did this last, and how it went."""
    entry = next(each for each in reversed(desk.record()) if each.action == action)
    return entry.actor_name, entry.outcome


def test_a_supervisor_sees_everybodys_held_changes_and_their_count(open_desk: Desk) -> None:
    held_voucher(open_desk)

    page = open_desk.visitor("lea").get(LIST)

    assert "Sam Rivera wanted to issue voucher" in page.main
    assert "Held: a supervisor has to look" in page.main
    assert "It was sent, and Brevo does not show it." in page.main
    assert f"Member {AMARA.contact_id}" in page.main
    assert "Unsettled1" in navigation(page)


def test_an_agent_sees_only_their_own(open_desk: Desk) -> None:
    held_voucher(open_desk, "lea")

    page = open_desk.visitor("sam").get(LIST)

    assert "Nothing to decide." in page.main
    assert "Your own changes." in page.main


def test_an_agent_finds_their_own_with_its_truth_on_the_home_page_and_counted(open_desk: Desk) -> None:
    lost, held = unknown_voucher(open_desk), held_voucher(open_desk)
    open_desk.clock.advance(minutes=3)

    home = open_desk.visitor("sam").get(f"/programmes/{NORTHWIND}/")

    (card,) = (each for each in home.all("ul") if each.get("id") == "unsettled-lines")
    told = [" ".join("".join(each.itertext()).split()) for each in card.iter("li")]
    assert told[0].startswith("Issue voucher")
    assert "Held: a supervisor has to look. Member 142, " in told[0]
    assert "No answer yet, checking. Member 142, " in told[1]
    assert [each.get("href") for each in card.iter("a")] == [f"{LIST}{held.id}", f"{LIST}{lost.id}"]
    assert "Unsettled2" in navigation(home)


def test_what_others_asked_for_is_on_nobody_elses_home_page(open_desk: Desk) -> None:
    held_voucher(open_desk, "lea")

    home = open_desk.visitor("sam").get(f"/programmes/{NORTHWIND}/")

    assert "Your unsettled changes" not in home.main
    assert "Unsettled" in navigation(home)


def test_more_than_five_lead_to_the_list(open_desk: Desk) -> None:
    for _ in range(6):
        unknown_voucher(open_desk)

    home = open_desk.visitor("sam").get(f"/programmes/{NORTHWIND}/")

    assert home.links()["All 6 unsettled changes"] == LIST


def test_what_is_ones_own_says_so(open_desk: Desk) -> None:
    queued_credit(open_desk)

    assert "You: Give 500 points" in open_desk.visitor("sam").get(LIST).links()


def test_what_waits_for_an_approval_is_not_here(open_desk: Desk) -> None:
    member = f"/programmes/{NORTHWIND}/members/{AMARA.contact_id}"
    form = open_desk.visitor("sam").get(f"{member}/credit").form("Give points")
    form.fill({"Points": "5,000", "Reason": "Late delivery", "Case or order number": "ZD-1"}).send()

    assert "Nothing is under way." in open_desk.visitor("lea").get(LIST).main
    home = open_desk.visitor("sam").get(f"/programmes/{NORTHWIND}/")
    assert "Your unsettled changes" not in home.main
    assert "Unsettled" in navigation(home)


def test_it_shows_what_was_sent_what_brevo_shows_and_what_each_choice_does(open_desk: Desk) -> None:
    page = case_page(open_desk, held_voucher(open_desk))

    told = page.pairs()
    assert told["Voucher"]
    assert told["By"] == "Sam Rivera, agent"
    assert told["First sent"].startswith("18 Nov 12:00")
    assert told["Last answer"] == "Nothing of it"
    assert told["Reason"] == "Late delivery"
    assert "It counts as done. Nothing is sent; what was to follow from it is begun." in page.main
    assert "It counts as not done. Nothing is sent; it can be asked for again" in page.main
    assert "Brevo is read again. What it shows decides; nothing is sent before that." in page.main
    assert {"Count it as done", "Count it as not done", "Look again"} <= set(page.buttons())


def test_what_could_be_it_is_read_from_brevo_for_comparison(open_desk: Desk) -> None:
    page = case_page(open_desk, held_credit(open_desk))

    table = page.by_id("alike")
    assert "+500" in "".join(table.itertext())
    assert "draft" in "".join(table.itertext())


def test_where_brevo_shows_nothing_like_it_that_is_said(open_desk: Desk) -> None:
    page = case_page(open_desk, held_voucher(open_desk))

    assert "Brevo shows nothing like it since it was sent." in page.main


def test_while_brevo_cannot_be_read_nobody_is_told_that_there_is_nothing(open_desk: Desk) -> None:
    held = held_voucher(open_desk)
    fault(open_desk, "status", "listVouchers", times=0, status=500)

    page = case_page(open_desk, held)

    assert "nobody can tell now what it shows" in page.main
    assert "nothing like it" not in page.main


def test_counted_as_done_on_evidence_it_is_done_and_says_who_decided(open_desk: Desk) -> None:
    held = held_voucher(open_desk)
    form = case_page(open_desk, held).form("Count it as done")

    page = form.fill({"What you saw in Brevo": "It stands there", "ID at Brevo": "voucher-77"}).send()

    assert "issued to" in page.main
    assert page.pairs()["By"] == "Lea Moreau"
    assert now(open_desk, held).remote_id == "voucher-77"
    assert last(open_desk, "intent.done") == ("Lea Moreau", Outcome.DONE)
    assert "There is nothing to decide" in page.main or "there is nothing to decide" in page.main


def test_a_draft_is_no_proof_that_points_were_given(open_desk: Desk) -> None:
    held = held_credit(open_desk)
    form = case_page(open_desk, held).form("Count it as done")

    page = form.fill({"note": "It stands there", "evidence": draft_of(open_desk)}).send(status=422)

    assert "Brevo shows this one as draft: nothing has moved." in page.main
    assert now(open_desk, held).state is State.HELD


def test_a_completed_transaction_is_proof(open_desk: Desk) -> None:
    held, draft = held_credit(open_desk), draft_of(open_desk)
    open_desk.services.brevo.transactions.complete(NORTHWIND, draft, contact_id=AMARA.contact_id)
    form = case_page(open_desk, held).form("Count it as done")

    page = form.fill({"note": "It stands there", "evidence": draft.upper()}).send()

    assert "500 points given to" in page.main
    assert now(open_desk, held).transaction_id == draft


def test_what_brevo_does_not_show_us_is_believed_to_whoever_saw_it(open_desk: Desk) -> None:
    held = held_credit(open_desk)
    form = case_page(open_desk, held).form("Count it as done")

    form.fill({"note": "In Brevo's own log", "evidence": str(uuid4())}).send()

    assert now(open_desk, held).state is State.DONE


def test_counted_as_not_done_it_has_failed_and_nothing_was_sent(open_desk: Desk) -> None:
    held = held_voucher(open_desk)
    before = open_desk.calls.count("attributeVoucher")
    form = case_page(open_desk, held).form("Count it as not done")

    page = form.fill({"What you saw in Brevo": "Nothing there"}).send()

    assert "Lea Moreau looked in Brevo: it did not happen." in page.main
    assert now(open_desk, held).phase is Phase.FAILED
    assert open_desk.calls.count("attributeVoucher") == before
    assert last(open_desk, "intent.not_done") == ("Lea Moreau", Outcome.FAILED)


def test_looking_again_without_a_find_is_held_again_and_sends_nothing(open_desk: Desk) -> None:
    held = held_voucher(open_desk)
    before = open_desk.calls.count("attributeVoucher")

    case_page(open_desk, held).form("Look again").send()

    assert settled(open_desk, now(open_desk, held)).state is State.HELD
    assert open_desk.calls.count("attributeVoucher") == before
    assert last(open_desk, "intent.look") == ("Lea Moreau", Outcome.PENDING)


@pytest.mark.parametrize(
    ("button", "typed", "message", "field"),
    [
        ("Count it as done", {}, "Enter a note that says what you saw in Brevo", "done-note"),
        ("Count it as done", {"note": "x"}, "Enter the ID of what Brevo shows", "done-evidence"),
        ("Count it as not done", {}, "Enter a note that says what you saw in Brevo", "not_done-note"),
        ("Count it as not done", {"note": "x" * 501}, "Note must be 500 characters", "not_done-note"),
    ],
)
def test_a_decision_without_what_it_needs_is_not_taken(
    open_desk: Desk, button: str, typed: dict[str, str], message: str, field: str
) -> None:
    held = held_voucher(open_desk)

    page = case_page(open_desk, held).form(button).fill(typed).send(status=422)

    assert page.title.startswith("Error: ")
    assert next(link for text, link in page.links().items() if message in text) == f"#{field}"
    assert now(open_desk, held).state is State.HELD


def test_an_error_keeps_what_was_typed_in_its_own_form(open_desk: Desk) -> None:
    form = case_page(open_desk, held_voucher(open_desk)).form("Count it as done")

    page = form.fill({"note": "Seen at noon"}).send(status=422)

    assert (page.by_id("done-note").text or "").strip() == "Seen at noon"
    assert (page.by_id("not_done-note").text or "").strip() == ""


def test_a_decision_about_what_changed_meanwhile_shows_it_again_with_what_changed(open_desk: Desk) -> None:
    held = held_voucher(open_desk)
    late = case_page(open_desk, held, "ana").form("Count it as done")
    case_page(open_desk, held).form("Count it as not done").fill({"note": "Nothing there"}).send()

    page = late.fill({"note": "It is there", "evidence": "voucher-77"}).send(status=409)

    assert "This changed since you opened it. It was “Held: a supervisor has to look”" in page.main
    assert "now it is “Not done” (Lea Moreau, 18 Nov" in page.main
    assert now(open_desk, held).phase is Phase.FAILED


def test_an_agent_decides_nothing_and_the_try_is_recorded(open_desk: Desk) -> None:
    held = held_voucher(open_desk)
    form = case_page(open_desk, held).form("Count it as done").fill({"note": "x", "evidence": "y"})
    assert "Count it as done" not in case_page(open_desk, held, "sam").buttons()
    sam = open_desk.visitor("sam")

    page = sam.post(form.action, {**form.values, "_token": sam.token()}, status=403)

    assert page.h1 == "You can't decide what the console can't settle"
    assert last(open_desk, "intent.done") == ("Sam Rivera", Outcome.DENIED)
    assert now(open_desk, held).state is State.HELD


def test_a_supervisor_may_not_decide_their_own_and_is_told_who_can(open_desk: Desk) -> None:
    held = held_voucher(open_desk, "lea")
    form = case_page(open_desk, held, "ana").form("Count it as not done").fill({"note": "Nothing there"})
    lea = open_desk.visitor("lea")

    page = lea.get(f"{LIST}{held.id}")
    refused = lea.post(form.action, {**form.values, "_token": lea.token()}, status=403)

    told = "You asked for this change: someone else must decide. Ana Castro can."
    assert told in page.main
    assert "Look again" in page.buttons()
    assert not {"Count it as done", "Count it as not done"} & set(page.buttons())
    assert (refused.h1, told in refused.main) == ("You can't decide your own change", True)
    assert last(open_desk, "intent.not_done") == ("Lea Moreau", Outcome.DENIED)
    assert now(open_desk, held).state is State.HELD
    assert "not issued" in form.send().main


def test_an_agent_is_told_who_decides_what_they_asked_for(open_desk: Desk) -> None:
    page = case_page(open_desk, held_voucher(open_desk), "sam")

    assert "You asked for this change: someone else must decide. Ana Castro or Lea Moreau can." in page.main


def test_a_supervisor_may_not_decide_about_their_own_membership(open_desk: Desk) -> None:
    held = held_voucher(open_desk)
    with open_desk.services.database.write() as connection:
        own_contacts.link(connection, open_desk.staff_id("lea"), held.contact_id)

    page = case_page(open_desk, held)

    assert "This change is about your own membership: someone else must decide. Ana Castro can." in page.main
    assert "Count it as done" not in page.buttons()


def test_without_anybody_else_it_stays_and_an_admin_has_to_help(open_desk: Desk) -> None:
    held = held_voucher(open_desk, "lea")
    with open_desk.services.database.write() as connection:
        staff.disable(connection, open_desk.staff_id("ana"), open_desk.clock())

    page = case_page(open_desk, held)

    assert "Nobody else may at present: an admin can add a supervisor." in page.main
    assert "Count it as done" not in page.buttons()


def test_an_agent_may_have_their_own_looked_at_again(open_desk: Desk) -> None:
    held = held_voucher(open_desk)

    case_page(open_desk, held, "sam").form("Look again").send()

    assert last(open_desk, "intent.look") == ("Sam Rivera", Outcome.PENDING)


def test_another_agents_change_is_not_opened(open_desk: Desk) -> None:
    held = held_voucher(open_desk, "lea")

    open_desk.visitor("sam").get(f"{LIST}{held.id}", status=403)
    open_desk.visitor("ike").get(LIST, status=403)


def test_what_waits_can_be_withdrawn_by_whoever_asked_and_is_never_sent(open_desk: Desk) -> None:
    waiting = queued_credit(open_desk)
    before = open_desk.calls.count("createTransaction")

    page = case_page(open_desk, waiting, "sam").form("Withdraw it").send()

    assert "Sam Rivera withdrew it before it was sent." in page.main
    assert open_desk.calls.count("createTransaction") == before
    assert last(open_desk, "intent.withdraw") == ("Sam Rivera", Outcome.FAILED)


def test_what_may_be_on_its_way_can_only_be_looked_at(open_desk: Desk) -> None:
    page = case_page(open_desk, unknown_voucher(open_desk))

    assert "Look again" in page.buttons()
    assert not {"Count it as done", "Withdraw it"} & set(page.buttons())


def test_a_voucher_that_came_late_is_found_when_somebody_looks_again(open_desk: Desk) -> None:
    unknown = unknown_voucher(open_desk, kind="apply_then_drop")

    page = case_page(open_desk, unknown).form("Look again").send()

    assert "issued to" in page.main
    assert now(open_desk, unknown).state is State.DONE


def test_the_page_of_the_change_leads_there_for_whoever_may_do_something(open_desk: Desk) -> None:
    held = held_voucher(open_desk)
    address = f"/programmes/{NORTHWIND}/intents/{held.id}"

    for name, leads in {"lea": True, "sam": True, "ike": False}.items():
        links = open_desk.visitor(name).get(address).links()
        assert ("See what can be done" in links) is leads


def test_there_is_no_decision_of_another_name_and_no_unknown_change(open_desk: Desk) -> None:
    held = held_voucher(open_desk)
    lea = open_desk.visitor("lea")

    lea.post(f"{LIST}{held.id}/approve", {"_token": lea.token()}, status=404)
    lea.get(f"{LIST}{uuid4()}", status=404)


def test_a_version_that_is_no_number_counts_as_an_old_one(open_desk: Desk) -> None:
    form = case_page(open_desk, held_voucher(open_desk)).form("Look again")

    form.fill({"version": "٣"}).send(status=409)
