"""Showing a voucher, checking a code, and redeeming: at once, or begun and completed later."""

from __future__ import annotations

from typing import Any

import pytest

from dashboard.sandbox.cast import ORPHAN_VOUCHER, VOUCHERS
from dashboard.sandbox.reward_catalogue import (
    BIRTHDAY,
    FIVE_OFF,
    FREE_COFFEE,
    FREE_DELIVERY,
    LOUNGE,
    TEN_OFF,
    WITHDRAWN,
)
from dashboard.store import pace
from dashboard.store.audit import Outcome
from dashboard.store.pace import MINUTE
from tests.support.app import Desk
from tests.support.page import Page
from tests.web.changes.test_pacing import use_up
from tests.web.vouchers.desk import (
    AMARAS,
    FIVE,
    LEILAS,
    MEMBERS,
    issue,
    ledger,
    other_form,
    ours,
    voucher,
    writes,
)

TILL = {"Order or till number": "TILL-4"}


def at(held: dict[str, Any], deed: str = "") -> str:
    return f"{LEILAS}/vouchers/{held['id']}{deed}"


def opened(desk: Desk, reward: str = LOUNGE, who: str = "sam") -> Page:
    return desk.visitor(who).get(at(voucher(desk, reward), "/redeem"))


def is_used(desk: Desk, reward: str = LOUNGE) -> bool:
    return voucher(desk, reward)["consumedAt"] is not None


# -- showing ---------------------------------------------------------------------------------------


def test_a_voucher_has_a_page_with_its_code_large_to_copy_and_as_a_picture(open_desk: Desk) -> None:
    held = voucher(open_desk, TEN_OFF)

    page = open_desk.visitor("sam").get(at(held))

    assert page.h1 == "£10 off"
    assert held["code"] in page.main
    assert any(each.get("data-copy") == held["code"] for each in page.all("button"))
    (picture,) = [each for each in page.all("div") if each.get("role") == "img"]
    assert picture.get("aria-label") == f"QR code of {held['code']}"
    assert ["svg" in each.tag for each in picture] == [True]
    assert "style=" not in page.response.text
    assert page.pairs()["Value"] == "£10.00"


def test_opening_a_voucher_is_a_look_at_its_member(open_desk: Desk) -> None:
    url = at(voucher(open_desk, TEN_OFF))

    open_desk.visitor("ike").get(url)
    open_desk.visitor("ike").get(url)

    looks = [each.contact_id for each in open_desk.record() if each.action == "member.view"]
    assert looks == [VOUCHERS.contact_id]


def test_a_used_voucher_has_no_picture_and_nothing_to_do(open_desk: Desk) -> None:
    page = open_desk.visitor("sam").get(at(voucher(open_desk, FREE_COFFEE)))

    assert "not from this console: Brevo does not tell where and by whom." in page.main
    assert not [each for each in page.all("div") if each.get("role") == "img"]
    assert not {"Redeem", "Revoke", "Issue anew"} & set(page.links())


def test_who_issued_it_and_who_paid_is_told(open_desk: Desk) -> None:
    issue(open_desk, FIVE)
    (given,) = ours(open_desk)

    told = open_desk.visitor("sam").get(f"{AMARAS}/vouchers/{given['id']}").pairs()

    assert told["Issued by"] == "Sam Rivera, agent"
    assert told["Paid with"] == "Goodwill"


def test_an_auditor_sees_a_voucher_and_no_way_to_change_it(open_desk: Desk) -> None:
    page = open_desk.visitor("ike").get(at(voucher(open_desk, TEN_OFF)))

    assert not {"Redeem", "Revoke", "Issue anew"} & set(page.links())


def test_the_members_page_leads_to_each_voucher_and_to_what_can_be_done(open_desk: Desk) -> None:
    held = voucher(open_desk, TEN_OFF)

    links = [each.get("href") for each in open_desk.visitor("sam").get(LEILAS).all("a")]

    assert {at(held), at(held, "/redeem"), at(held, "/anew")} <= set(links)
    assert f"{LEILAS}/vouchers/revoke?voucher={held['id']}" in links
    assert at(voucher(open_desk, FREE_COFFEE), "/redeem") not in links


# -- checking a code -------------------------------------------------------------------------------


def checked(desk: Desk, code: str, member: str = LEILAS) -> Page:
    return desk.visitor("sam").get(f"{member}/vouchers/check").form("Check code").fill({"Code": code}).send()


VERDICTS = [
    (LOUNGE, "Good: it can be used now", "Brevo says that Leïla Benali can use it."),
    (BIRTHDAY, "Not yet valid", "It can be used from 27 Nov"),
    (FIVE_OFF, "Expired", "It expired on 3 Nov"),
    (FREE_COFFEE, "Used already", "It was used on 14 Oct"),
    (FREE_DELIVERY, "Not good now", "It may be in use at a till at this moment"),
]


@pytest.mark.parametrize(("reward", "verdict", "why"), VERDICTS)
def test_a_code_is_told_good_or_why_not(open_desk: Desk, reward: str, verdict: str, why: str) -> None:
    held = voucher(open_desk, reward)

    page = checked(open_desk, held["code"].lower().replace("-", " "))

    assert verdict in page.main
    assert why in page.main
    assert held["code"] in page.main
    assert page.links()["Open the voucher"] == at(held)


def test_somebody_elses_code_is_told_as_that(open_desk: Desk) -> None:
    page = checked(open_desk, voucher(open_desk, TEN_OFF)["code"], AMARAS)

    assert "Not this member's" in page.main
    assert "Somebody else has a voucher with this code. Amara Okafor cannot use it." in page.main


def test_a_code_that_nobody_has_is_unknown(open_desk: Desk) -> None:
    assert (
        "No voucher of this programme has this code. Check its characters with the caller."
        in checked(open_desk, "NOBODYS").main
    )


def test_a_voucher_whose_reward_is_gone_is_no_good(open_desk: Desk) -> None:
    held = voucher(open_desk, WITHDRAWN, ORPHAN_VOUCHER.contact_id)

    page = checked(open_desk, held["code"], f"{MEMBERS}/{ORPHAN_VOUCHER.contact_id}")

    assert "Not good now" in page.main


@pytest.mark.parametrize(
    ("code", "message"), [("", "Enter the code"), ("A" * 129, "Enter a code of 128 characters or fewer")]
)
def test_a_code_that_can_be_none_says_what_to_do(open_desk: Desk, code: str, message: str) -> None:
    form = open_desk.visitor("sam").get(f"{LEILAS}/vouchers/check").form("Check code").fill({"Code": code})

    page = form.send(status=422)

    assert message in page.main
    assert "validateReward" not in open_desk.calls


def test_while_the_remote_is_away_nobody_is_told_that_a_code_is_bad(open_desk: Desk) -> None:
    sam = open_desk.visitor("sam")
    sam.get(LEILAS)
    form = sam.get(f"{LEILAS}/vouchers/check").form("Check code").fill({"Code": "X"})
    assert open_desk.remote is not None
    open_desk.remote.server.stop()

    page = form.send(status=422)

    assert "Brevo can't be reached. Nobody knows now whether the code is good" in page.main


# -- redeeming -------------------------------------------------------------------------------------


def test_a_voucher_is_redeemed_with_the_number_of_the_till(open_desk: Desk) -> None:
    code = voucher(open_desk, LOUNGE)["code"]

    page = opened(open_desk).form("Redeem Gold lounge pass").fill(TILL).send()

    assert f"Voucher {code} of Leïla Benali redeemed." in page.main
    assert writes(open_desk) == ["createRedemption", "completeRedemption"]


def test_without_a_number_nothing_is_redeemed(open_desk: Desk) -> None:
    page = opened(open_desk).form("Redeem Gold lounge pass").fill({"Note": "at the till"}).send(status=422)

    assert "Enter the number of the order or the till" in page.main
    assert page.form("Redeem").values["note"] == "at the till"
    assert writes(open_desk) == []


def test_a_used_voucher_says_where_when_and_by_whom_instead_of_an_error(open_desk: Desk) -> None:
    opened(open_desk).form("Redeem Gold lounge pass").fill(TILL).send()

    page = opened(open_desk, who="lea")

    assert "It was used on 18 Nov 12:00 by Sam Rivera, order or till TILL-4." in page.main
    assert "Redeem Gold lounge pass" not in page.buttons()


def test_a_voucher_that_was_used_while_the_form_was_open_says_by_whom(open_desk: Desk) -> None:
    late = (
        opened(open_desk, who="lea").form("Redeem Gold lounge pass").fill({"Order or till number": "TILL-5"})
    )
    opened(open_desk).form("Redeem Gold lounge pass").fill(TILL).send()

    page = late.send(status=422)

    assert "by Sam Rivera, order or till TILL-4." in page.main


@pytest.mark.parametrize(
    ("reward", "why"), [(FIVE_OFF, "It expired on 3 Nov."), (BIRTHDAY, "It is valid from 27 Nov on.")]
)
def test_a_voucher_that_is_not_good_says_why_and_has_no_button(
    open_desk: Desk, reward: str, why: str
) -> None:
    page = opened(open_desk, reward)

    assert why in page.main
    assert not [each for each in page.buttons() if each.startswith("Redeem")]


def test_the_same_form_sent_again_redeems_once(open_desk: Desk) -> None:
    form = opened(open_desk).form("Redeem Gold lounge pass").fill(TILL)

    first, second = form.send(), form.send()

    assert first.path == second.path
    assert writes(open_desk) == ["createRedemption", "completeRedemption"]


def test_a_form_replayed_by_somebody_else_is_refused(open_desk: Desk) -> None:
    form = opened(open_desk).form("Redeem Gold lounge pass").fill(TILL)
    form.send()
    lea = open_desk.visitor("lea")

    lea.post(form.action, {**form.values, "_token": lea.token()}, status=409)

    assert open_desk.record()[-1].outcome is Outcome.DENIED


# -- beginning and completing ----------------------------------------------------------------------


def begun(desk: Desk) -> Page:
    return opened(desk).form("Only begin").fill(TILL).send()


def test_a_redemption_that_is_only_begun_shows_its_lapse_and_the_way_to_complete_it(open_desk: Desk) -> None:
    page = begun(open_desk)

    assert page.path == at(voucher(open_desk, LOUNGE))
    assert (
        "Sam Rivera began it at 12:00:00 for order or till TILL-4. It lapses unused at 12:10:00." in page.main
    )
    assert writes(open_desk) == ["createRedemption"]
    assert not is_used(open_desk)


def test_completing_it_uses_the_voucher_once_however_often_it_is_sent(open_desk: Desk) -> None:
    form = begun(open_desk).form("Complete redemption")

    first, second = form.send(), form.send()

    assert "of Leïla Benali redeemed." in first.main
    assert first.path == second.path
    assert writes(open_desk) == ["createRedemption", "completeRedemption"]


def test_a_colleague_can_complete_it(open_desk: Desk) -> None:
    begun(open_desk)

    lea = open_desk.visitor("lea")
    lea.get(at(voucher(open_desk, LOUNGE))).form("Complete redemption").send()

    assert is_used(open_desk)
    assert "Lea Moreau" in [each.actor_name for each in open_desk.record() if each.action == "voucher.redeem"]


def test_what_lapsed_is_not_completed_and_says_so(open_desk: Desk) -> None:
    form = begun(open_desk).form("Complete redemption")
    open_desk.clock.advance(minutes=11)

    page = form.send(status=409)

    assert "It lapsed before it was completed. Redeem the voucher anew" in page.main
    assert not is_used(open_desk)


def test_a_second_redemption_is_told_of_the_first(open_desk: Desk) -> None:
    begun(open_desk)

    page = opened(open_desk, who="lea")

    assert "Sam Rivera has begun to redeem it. It lapses at 12:10:00." in page.main
    assert page.links()["Open the voucher to complete it"] == at(voucher(open_desk, LOUNGE))


def test_a_checked_code_tells_of_a_redemption_that_is_begun(open_desk: Desk) -> None:
    begun(open_desk)

    page = checked(open_desk, voucher(open_desk, LOUNGE)["code"])

    assert "Sam Rivera has begun to redeem it. Open the voucher to complete that" in page.main


def test_the_drawer_leads_on_to_the_voucher_when_it_is_only_begun(open_desk: Desk) -> None:
    held = voucher(open_desk, LOUNGE)
    drawer = open_desk.visitor("sam").fragment(at(held, "/redeem/form"))

    answer = drawer.form("Only begin").fill(TILL).send_htmx()

    assert answer.response.headers["HX-Redirect"] == at(held)


def test_an_auditor_can_complete_nothing(open_desk: Desk) -> None:
    form = begun(open_desk).form("Complete redemption")
    ike = open_desk.visitor("ike")

    ike.post(form.action, {"_token": ike.token()}, status=403)

    assert not is_used(open_desk)


def test_a_forged_redemption_is_not_found(open_desk: Desk) -> None:
    form = begun(open_desk).form("Complete redemption")
    sam = open_desk.visitor("sam")

    sam.post(f"{LEILAS}/vouchers/redemptions/{other_form()}/complete", {"_token": sam.token()}, status=404)
    sam.post(form.action.replace("/107/", "/142/"), {"_token": sam.token()}, status=404)

    assert not is_used(open_desk)


def test_an_answer_lost_while_completing_is_told_as_being_checked(open_desk: Desk) -> None:
    form = begun(open_desk).form("Complete redemption")
    assert open_desk.remote is not None
    open_desk.remote.fault("apply_then_drop", path="completeRedemption")
    open_desk.remote.fault("drop_before", path="listVouchers", times=0)

    page = form.send()

    assert "No answer yet, checking." in page.main
    assert ledger(open_desk, VOUCHERS.contact_id)


def test_a_redemption_in_two_steps_is_one_change_and_its_end_is_never_slowed(open_desk: Desk) -> None:
    use_up(open_desk, pace.CHANGES, times=pace.CHANGES.own[MINUTE] - 1)
    form = begun(open_desk).form("Complete redemption")

    assert "redeemed" in form.send().main
