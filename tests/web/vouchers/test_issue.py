"""Issuing a voucher, as a page and as fragments, on the sandbox."""

from __future__ import annotations

from decimal import Decimal

import pytest

from dashboard.sandbox.cast import AMARA, NORTHWIND
from dashboard.sandbox.catalogue import POINTS as POINTS_BALANCE
from dashboard.sandbox.reward_catalogue import (
    BIRTHDAY,
    FREE_COFFEE,
    FREE_CUP,
    GIFT_WRAP,
    TEN_OFF,
    TWENTY_PERCENT,
)
from dashboard.store import limits
from dashboard.store.audit import Outcome
from dashboard.store.limits import Limit, Span
from tests.support.app import Desk
from tests.web.vouchers.desk import (
    AMARAS,
    FIVE,
    GOODWILL,
    NEW,
    POINTS,
    TEN,
    WHY,
    issue,
    ledger,
    other_form,
    ours,
    writes,
)


def balance(desk: Desk) -> Decimal:
    return Decimal(ledger(desk)["balances"][POINTS_BALANCE])


# -- choosing a reward -----------------------------------------------------------------------------


def test_the_rewards_are_told_with_value_price_validity_and_codes_left(open_desk: Desk) -> None:
    page = open_desk.visitor("sam").get(NEW)

    assert page.h1 == "Issue voucher to Amara Okafor"
    assert "£10 off any order over £40 · £10.00 · costs 2,000 points · valid to 17 Jan 2027" in page.main
    assert "codes left" in page.main
    assert "20 % off one order · 20 % · costs no points" in page.main


def test_rewards_out_of_season_are_not_offered(open_desk: Desk) -> None:
    links = open_desk.visitor("sam").get(NEW).links()

    assert "£10 off" in links
    assert not {"Beach towel", "Advent calendar", "Free gift wrap", "Tote bag"} & set(links)


def test_a_part_of_the_name_narrows_the_rewards_without_script(open_desk: Desk) -> None:
    sam = open_desk.visitor("sam")

    page = sam.get(f"{NEW}?find=POUNDS £10")

    assert [name for name in page.links() if "£" in name] == ["£10 off"]
    assert "1 reward" in page.main
    assert page.by_id("find-reward").get("value") == "POUNDS £10"


def test_a_name_that_no_reward_has_says_what_to_do(open_desk: Desk) -> None:
    page = open_desk.visitor("sam").get(f"{NEW}?find=xyz")

    assert "No reward has this in its name. Type less of it." in page.main


def test_the_drawer_lists_the_rewards_and_leads_on_in_itself(open_desk: Desk) -> None:
    sam = open_desk.visitor("sam")

    drawer = sam.fragment(f"{NEW}/form")
    found = sam.fragment(f"{NEW}/list/form?find=10")

    assert drawer.response.headers["HX-Trigger"] == "open-drawer"
    link = found.by_id(f"reward-{TEN_OFF}")
    assert (link.get("hx-get"), link.get("hx-target")) == (f"{TEN}/form", "#drawer")


def test_rewards_are_read_once_for_everybody(open_desk: Desk) -> None:
    open_desk.visitor("sam").get(NEW)
    before = list(open_desk.calls)

    open_desk.visitor("lea").get(f"{AMARAS.replace('142', '102')}/vouchers/new")

    assert not {"getReward", "getCodeCount"} & set(open_desk.calls[len(before) :])


# -- the form --------------------------------------------------------------------------------------


def test_the_form_says_what_it_costs_and_what_is_left_before_anything_is_typed(open_desk: Desk) -> None:
    page = open_desk.visitor("sam").get(TEN)

    told = page.pairs()
    assert page.h1 == "Issue £10 off to Amara Okafor"
    assert told["Points now"] == "12,480 points"
    assert told["Price"] == "2,000 points"
    assert told["Points after, paid with points"] == "10,480 points"
    assert told["Points after, as goodwill"] == "12,480 points: the price is given back"
    assert told["Expires"] == "17 Jan 2027"
    assert "Your limit: £1,000.00 a voucher." in page.main
    assert not [each for each in page.all("input") if each.get("checked") is not None]


def test_the_preview_follows_what_is_typed(open_desk: Desk) -> None:
    sam = open_desk.visitor("sam")

    told = sam.fragment(f"{TEN}/preview?pays=goodwill&value=7.50&expires_at=2026-12-24").pairs()

    assert told["Value"] == "£7.50"
    assert told["Expires"] == "24 Dec"
    assert told["Counts towards your limit"] == "£7.50"
    assert "Points after, paid with points" not in told


def test_goodwill_issues_a_voucher_with_a_code_of_ours_and_gives_the_price_back(open_desk: Desk) -> None:
    page = issue(open_desk, FIVE)

    (given,) = ours(open_desk)
    assert f"Voucher £5 off issued to Amara Okafor. Its code is {given['code']}." in page.main
    assert len(given["code"]) == 14
    assert balance(open_desk) == 12_480
    assert writes(open_desk) == ["attributeVoucher", "createTransaction", "completeTransaction"]


def test_points_pay_for_a_voucher(open_desk: Desk) -> None:
    issue(open_desk, FIVE, typed=POINTS)

    assert balance(open_desk) == 11_480
    assert writes(open_desk) == ["attributeVoucher"]


def test_value_days_and_code_are_sent_as_typed(open_desk: Desk) -> None:
    typed = {"Value": "7.50", "Valid from": "2026-12-01", "Last day": "2026-12-24", "Code": "SORRY-7"}
    page = issue(open_desk, FIVE, typed={**GOODWILL, **typed})

    (given,) = ours(open_desk)
    assert given["code"] == "SORRY-7"
    told = open_desk.visitor("sam").get(page.links()["Receipt"]).pairs()
    assert told["Value"] == "7.50"
    assert (told["Valid from"], told["Expires"]) == ("1 Dec 00:00", "24 Dec 23:59")


def test_a_reward_without_a_price_asks_nobody_who_pays(open_desk: Desk) -> None:
    page = open_desk.visitor("sam").get(f"{NEW}/{TWENTY_PERCENT}")

    assert "Who pays" not in page.main
    assert "the shop pays, as goodwill. Your limit: 1,000 points a voucher." in page.main
    assert page.pairs()["Counts towards your limit"] == "20 points"
    done = page.form("Issue 20 % off").fill(WHY).send()
    assert "Voucher 20 % off issued to Amara Okafor." in done.main


def test_a_reward_without_a_value_has_no_field_for_one(open_desk: Desk) -> None:
    page = open_desk.visitor("sam").get(f"{NEW}/{FREE_COFFEE}")

    assert not [each for each in page.all("input") if each.get("name") == "value"]


def test_the_same_form_sent_again_gives_the_first_answer_again(open_desk: Desk) -> None:
    form = open_desk.visitor("sam").get(FIVE).form("Issue £5 off").fill(GOODWILL)

    first, second = form.send(), form.send()

    assert first.path == second.path
    assert len(ours(open_desk)) == 1


def test_the_same_form_with_another_value_is_refused_and_recorded(open_desk: Desk) -> None:
    form = open_desk.visitor("sam").get(FIVE).form("Issue £5 off").fill(GOODWILL)
    form.send()

    form.fill({"Value": "6"}).send(status=409)

    assert len(ours(open_desk)) == 1
    assert open_desk.record()[-1].outcome is Outcome.DENIED


def test_a_form_replayed_by_somebody_else_is_refused(open_desk: Desk) -> None:
    form = open_desk.visitor("sam").get(FIVE).form("Issue £5 off").fill(GOODWILL)
    form.send()
    lea = open_desk.visitor("lea")

    lea.post(form.action, {**form.values, "_token": lea.token()}, status=409)

    assert len(ours(open_desk)) == 1


BAD = [
    ({"Value": "-5"}, "Enter the amount in GBP"),
    ({"Value": "1e3"}, "Enter the amount in GBP"),
    ({"Value": "٥"}, "Enter the amount in GBP"),
    ({"Value": "NaN"}, "Enter the amount in GBP"),
    ({"Value": "0"}, "Amount must be more than 0"),
    ({"Value": "1.234"}, "Amount must have 2 decimal places or fewer"),
    ({"Value": "100,000,000"}, "Value must be 0.01 to 99,999,999.99"),
    ({"Valid from": "2026-11-17"}, "Choose a first day that is today or later"),
    ({"Valid from": "24.12.2026"}, "Enter a day such as 2026-12-24"),
    ({"Last day": "2026-11-17"}, "Choose a day of expiry that is still to come"),
    (
        {"Valid from": "2026-12-24", "Last day": "2026-12-23"},
        "Choose a day of expiry after the first day of validity",
    ),
    ({"Code": "A" * 129}, "Code must be 128 characters or fewer"),
    ({"Code": "A\u202eB"}, "Code can hold only text that shows. Remove hidden characters"),
    ({"Reason": "Other (note needed)"}, "Enter a note that says what happened"),
    ({"Case or order number": "x" * 65}, "Case or order number must be 64 characters or fewer"),
]


@pytest.mark.parametrize(("typed", "message"), BAD)
def test_what_breaks_a_rule_says_what_to_do_keeps_what_was_typed_and_sends_nothing(
    open_desk: Desk, typed: dict[str, str], message: str
) -> None:
    form = open_desk.visitor("sam").get(FIVE).form("Issue £5 off").fill({**GOODWILL, **typed})

    page = form.send(status=422)

    assert message in page.main
    assert page.title.startswith("Error: ")
    again = page.form("Issue £5 off").values
    assert {**again, "_token": ""} == {**form.values, "_token": ""}
    assert writes(open_desk) == []


def test_nothing_chosen_says_all_that_is_missing(open_desk: Desk) -> None:
    page = open_desk.visitor("sam").get(FIVE).form("Issue £5 off").send(status=422)

    assert "Choose who pays" in page.main
    assert "Choose a reason" in page.main


def test_points_that_the_member_does_not_have_are_told_before_and_when_sent(open_desk: Desk) -> None:
    newcomer = TEN.replace(f"/{AMARA.contact_id}/", "/116/")
    page = open_desk.visitor("sam").get(newcomer)

    assert page.pairs()["Points after, paid with points"] == "Not enough"
    assert page.pairs()["Points after, as goodwill"] == "Not enough to take it first"
    typed = {**WHY, "Who pays": "Elif Arslan, with points"}
    refused = page.form("Issue £10 off").fill(typed).send(status=422)
    assert (
        "This reward costs 2,000, and the balance holds 0. Choose another one, or give 2,000 first"
        in refused.main
    )


def test_a_voucher_above_the_limit_is_told_at_its_value(open_desk: Desk) -> None:
    with open_desk.services.database.write() as connection:
        limits.put(connection, "agent", Span.ACT, Limit(Decimal(4)))

    page = open_desk.visitor("sam").get(FIVE)
    told = open_desk.visitor("sam").fragment(f"{FIVE}/preview?pays=goodwill")

    assert "Your limit: £4.00 a voucher. More goes to a supervisor." in page.main
    assert told.pairs()["Approval"] == "Goes to a supervisor"
    assert "Ask for approval: £5 off" in told.text


def test_goodwill_above_the_limit_is_asked_for_approved_and_issued(open_desk: Desk) -> None:
    with open_desk.services.database.write() as connection:
        limits.put(connection, "agent", Span.ACT, Limit(Decimal(4)))
    page = issue(open_desk)
    assert "Voucher £5 off for Amara Okafor waits for a supervisor." in page.main
    assert writes(open_desk) == []

    lea = open_desk.visitor("lea")
    request = lea.get("/approvals/").links()["Issue voucher £5 off, worth £5.00"]
    shown = lea.get(request)
    assert shown.pairs()["Paid with"] == "Goodwill"
    done = shown.form("Approve").send()

    (given,) = ours(open_desk)
    assert given["code"] not in shown.main
    assert done.pairs()["Credits"] == "0"
    assert given["code"] in done.main
    assert balance(open_desk) == 12_480
    open_desk.visitor("sam").get(request, status=403)


def test_who_may_give_as_much_as_anybody_is_not_sent_to_a_supervisor(open_desk: Desk) -> None:
    assert (
        "Your limit: £10,000.00 a voucher. Nobody may give more at once."
        in open_desk.visitor("lea").get(FIVE).main
    )


def test_a_voucher_that_nobody_may_give_says_so_before_and_when_it_is_sent(open_desk: Desk) -> None:
    told = open_desk.visitor("sam").fragment(f"{FIVE}/preview?pays=goodwill&value=10,001")
    page = open_desk.visitor("sam").get(FIVE).form("Issue £5 off").fill({**GOODWILL, "Value": "10,001"})

    assert told.pairs()["Approval"] == "Nobody may give this much at once"
    refused = page.send(status=422)
    assert "Amount must be 10,000.00 or less: nobody may give more at once" in refused.main
    assert writes(open_desk) == []


def test_whoever_may_give_more_at_once_than_any_role_may_ask_for_a_voucher_of_that_much(
    open_desk: Desk,
) -> None:
    with open_desk.services.database.write() as connection:
        limits.put(connection, open_desk.staff_id("sam"), Span.ACT, Limit(Decimal(20_000)))
        limits.put(connection, "agent", Span.DAY, Limit(Decimal(1000)))

    asked = issue(open_desk, typed={**GOODWILL, "Value": "20,000"})

    assert "Voucher £5 off for Amara Okafor waits for a supervisor." in asked.main


def test_a_reward_that_another_programme_has_is_not_found_and_costs_no_request(open_desk: Desk) -> None:
    sam = open_desk.visitor("sam")
    sam.get(FIVE)
    before = list(open_desk.calls)

    page = sam.get(f"{NEW}/{FREE_CUP}", status=404)

    assert page.h1 == "No such reward"
    assert open_desk.calls == before


def test_a_forged_reward_is_not_found_when_it_is_sent(open_desk: Desk) -> None:
    form = open_desk.visitor("sam").get(FIVE).form("Issue £5 off").fill(GOODWILL)

    sam = open_desk.visitor("sam")
    sam.post(f"{NEW}/{other_form()}", {**form.values, "_token": sam.token()}, status=404)

    assert writes(open_desk) == []


def test_a_reward_that_was_switched_off_cannot_be_issued(open_desk: Desk) -> None:
    page = open_desk.visitor("sam").get(f"{NEW}/{GIFT_WRAP}")

    refused = page.form("Issue Free gift wrap").fill(WHY).send(status=422)

    assert "This reward was switched off. Choose another one" in refused.main
    assert writes(open_desk) == []


def test_a_refusal_of_the_remote_is_told_in_its_own_words(open_desk: Desk) -> None:
    first = issue(open_desk, f"{NEW}/{BIRTHDAY}", typed=WHY)
    assert "issued to Amara Okafor." in first.main

    page = issue(open_desk, f"{NEW}/{BIRTHDAY}", typed={**WHY, "Case or order number": "ZD-2"})

    assert "not issued to Amara Okafor. Brevo refused it" in page.main
    assert "No voucher was issued." in page.main


def test_the_case_of_a_credit_warns_with_a_link_and_the_voucher_is_issued_when_that_is_meant(
    open_desk: Desk,
) -> None:
    credit = open_desk.visitor("lea").get(f"{AMARAS}/credit").form("Give points")
    credit.fill({**WHY, "Points": "500"}).send()
    open_desk.clock.advance(minutes=12)
    form = open_desk.visitor("sam").get(FIVE).form("Issue")

    warned = form.fill({**GOODWILL, "Note": "Kept"}).send(status=422)

    assert "Lea Moreau gave 500 points for ZD-55910 12 minutes ago. Give again?" in warned.main
    assert warned.links()["See it (new tab)"] == f"/programmes/{NORTHWIND}/intents/{credit.values['intent']}"
    assert ours(open_desk) == []
    again = warned.form("Issue")
    assert again.values["note"] == "Kept"
    assert "issued to Amara Okafor." in again.send().main
    assert len(ours(open_desk)) == 1


def test_the_drawer_warns_of_a_voucher_for_the_same_case(open_desk: Desk) -> None:
    issue(open_desk, FIVE)
    drawer = open_desk.visitor("sam").fragment(f"{TEN}/form")

    warned = drawer.form("Issue").fill(GOODWILL).send_htmx(status=422)

    assert "You issued voucher £5 off for ZD-55910 just now. Give again?" in warned.text
    assert "issued to Amara Okafor." in warned.form("Issue").send_htmx().text


def test_an_answer_lost_after_the_voucher_is_told_as_being_checked(open_desk: Desk) -> None:
    assert open_desk.remote is not None
    open_desk.remote.fault("apply_then_drop", path="attributeVoucher")

    page = issue(open_desk, FIVE)

    assert "No answer yet, checking." in page.main
    assert "not issued" not in page.main


def test_the_drawer_answers_with_the_receipt_and_closes_itself(open_desk: Desk) -> None:
    drawer = open_desk.visitor("sam").fragment(f"{FIVE}/form")

    answer = drawer.form("Issue £5 off").fill(GOODWILL).send_htmx()

    assert answer.response.headers["HX-Trigger"] == "close-drawer, member-changed"
    assert "Voucher £5 off issued to Amara Okafor." in answer.text


def test_the_drawer_shows_its_errors_in_place(open_desk: Desk) -> None:
    drawer = open_desk.visitor("sam").fragment(f"{FIVE}/form")

    answer = drawer.form("Issue £5 off").fill({"Value": "6"}).send_htmx(status=422)

    assert "Choose a reason" in answer.text
    assert answer.form("Issue £5 off").values["value"] == "6"


def test_the_member_page_leads_to_it_for_those_who_may(open_desk: Desk) -> None:
    assert open_desk.visitor("sam").get(AMARAS).links()["Issue voucherV"] == NEW
    assert "Issue voucherV" not in open_desk.visitor("ike").get(AMARAS).links()


def test_an_auditor_can_neither_open_nor_send_it(open_desk: Desk) -> None:
    form = open_desk.visitor("sam").get(FIVE).form("Issue £5 off").fill(GOODWILL)
    ike = open_desk.visitor("ike")

    ike.get(FIVE, status=403)
    ike.post(form.action, {**form.values, "_token": ike.token()}, status=403)

    assert writes(open_desk) == []


def test_the_form_comes_while_the_remote_is_away_if_the_reward_is_known(open_desk: Desk) -> None:
    sam = open_desk.visitor("sam")
    sam.get(f"/programmes/{NORTHWIND}/members/{AMARA.contact_id}")
    sam.get(FIVE)
    assert open_desk.remote is not None
    open_desk.remote.server.stop()
    open_desk.clock.advance(minutes=5)

    page = sam.get(FIVE)

    assert page.h1.startswith("Issue £5 off to")
    assert "The balance shown may be old or missing." in page.main
