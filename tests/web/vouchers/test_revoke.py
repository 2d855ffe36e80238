"""Revoking vouchers, one or several, and issuing a lost one anew."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from dashboard.sandbox.cast import AMARA, NORTHWIND, ORPHAN_VOUCHER, VOUCHERS
from dashboard.sandbox.catalogue import POINTS as POINTS_BALANCE
from dashboard.sandbox.reward_catalogue import (
    BIRTHDAY,
    FREE_COFFEE,
    LOUNGE,
    TEN_OFF,
    TWENTY_PERCENT,
    WITHDRAWN,
)
from dashboard.store.audit import Outcome
from tests.support.app import Desk
from tests.support.page import Page
from tests.web.vouchers.desk import (
    AMARAS,
    FIVE,
    GOODWILL,
    LEILAS,
    MEMBERS,
    POINTS,
    WHY,
    issue,
    ledger,
    other_form,
    ours,
    voucher,
    writes,
)

REVOKE = f"{LEILAS}/vouchers/revoke"


def revoking(desk: Desk, *rewards: str, who: str = "sam") -> Page:
    ids = [voucher(desk, each)["id"] for each in rewards]
    return desk.visitor(who).get(f"{REVOKE}?{'&'.join(f'voucher={each}' for each in ids)}")


def standing(desk: Desk, contact_id: int = VOUCHERS.contact_id) -> set[str]:
    """The rewards of vouchers that were not revoked."""
    held = ledger(desk, contact_id)["vouchers"]
    return {each["rewardId"] for each in held if not each["revokedAt"]}


def balance(desk: Desk, contact_id: int) -> Decimal:
    return Decimal(ledger(desk, contact_id)["balances"][POINTS_BALANCE])


def test_the_page_names_the_voucher_and_what_follows(open_desk: Desk) -> None:
    page = revoking(open_desk, TWENTY_PERCENT)

    code = voucher(open_desk, TWENTY_PERCENT)["code"]
    assert page.h1 == f"Revoke 20 % off ({code})?"
    assert "Leïla Benali can no longer use it. This cannot be undone." in page.main
    assert page.by_id("keep").get("autofocus") is not None
    assert "Keep voucher" in page.links()


def test_a_voucher_is_revoked_and_the_receipt_names_it(open_desk: Desk) -> None:
    code = voucher(open_desk, TWENTY_PERCENT)["code"]

    page = revoking(open_desk, TWENTY_PERCENT).form("Revoke voucher").fill(WHY).send()

    assert f"Voucher {code} of Leïla Benali revoked." in page.main
    assert TWENTY_PERCENT not in standing(open_desk)


def test_points_that_paid_for_it_come_back_unless_that_is_switched_off(open_desk: Desk) -> None:
    issue(open_desk, FIVE, typed=POINTS)
    (given,) = ours(open_desk)

    page = open_desk.visitor("sam").get(f"{AMARAS}/vouchers/revoke?voucher={given['id']}")

    assert page.by_id("give_back").get("checked") is not None
    assert page.pairs()["Points if given back"] == "12,480 points"
    done = page.form("Revoke voucher").fill(WHY).send()
    assert "revoked." in done.main
    assert balance(open_desk, AMARA.contact_id) == 12_480


def test_points_stay_taken_when_that_was_chosen(open_desk: Desk) -> None:
    issue(open_desk, FIVE, typed=POINTS)
    (given,) = ours(open_desk)
    page = open_desk.visitor("sam").get(f"{AMARAS}/vouchers/revoke?voucher={given['id']}")

    page.form("Revoke voucher").fill({**WHY, "give_back": ""}).send()

    assert balance(open_desk, AMARA.contact_id) == 11_480


def test_nothing_is_given_back_for_a_voucher_that_was_goodwill(open_desk: Desk) -> None:
    issue(open_desk, FIVE, typed=GOODWILL)
    (given,) = ours(open_desk)

    page = open_desk.visitor("sam").get(f"{AMARAS}/vouchers/revoke?voucher={given['id']}")

    assert "Give" not in [label[:4] for label in map(page.label_of, page.all("input"))]


def test_what_was_issued_elsewhere_gives_back_only_what_a_person_chooses(open_desk: Desk) -> None:
    page = revoking(open_desk, TEN_OFF)

    assert page.by_id("give_back").get("checked") is None
    assert "Issued elsewhere: Brevo does not tell who paid." in page.main
    refused = page.form("Revoke voucher").fill({**WHY, "give_back": "1"}).send(status=422)
    assert "Your limit leaves 1,000. A supervisor can give more" in refused.main
    leas = revoking(open_desk, TEN_OFF, who="lea")
    leas.form("Revoke voucher").fill({**WHY, "give_back": "1"}).send()
    assert balance(open_desk, VOUCHERS.contact_id) == 10_000


def test_several_are_chosen_then_revoked_with_a_result_for_each(open_desk: Desk) -> None:
    sam = open_desk.visitor("sam")
    chosen = sam.get(REVOKE)
    assert "20 % off" in chosen.main
    assert "Free coffee" not in chosen.main

    page = revoking(open_desk, TWENTY_PERCENT, BIRTHDAY)
    assert page.h1 == "Revoke 2 vouchers of Leïla Benali?"
    done = page.form("Revoke 2 vouchers").fill(WHY).send()

    assert "2 of 2 done" in done.main
    assert done.links()["Member 107"] == f"/programmes/{NORTHWIND}/members/107"
    assert not {TWENTY_PERCENT, BIRTHDAY} & standing(open_desk)


def test_the_same_form_sent_again_revokes_none_twice_and_tells_the_same(open_desk: Desk) -> None:
    form = revoking(open_desk, TWENTY_PERCENT).form("Revoke voucher").fill(WHY)

    first, second = form.send(), form.send()

    assert first.path == second.path
    assert writes(open_desk) == ["revokeVouchers"]


NO_VOUCHER = "2f7b0393-eb95-47a1-93a9-4aba13e24458"


@pytest.mark.parametrize("chosen", ["chosen=1", f"chosen=1&voucher={NO_VOUCHER}", "voucher=x"])
def test_going_on_without_a_voucher_says_so(open_desk: Desk, chosen: str) -> None:
    page = open_desk.visitor("sam").get(f"{REVOKE}?{chosen}")

    assert "Choose at least one voucher that the member still has" in page.main
    assert page.title.startswith("Error: ")


def test_nothing_chosen_or_nonsense_says_so_and_sends_nothing(open_desk: Desk) -> None:
    form = revoking(open_desk, TWENTY_PERCENT).form("Revoke voucher").fill(WHY)
    form.values["vouchers"] = "x,,1"

    page = form.send(status=422)

    assert "Choose at least one" in page.main
    assert writes(open_desk) == []


def test_a_voucher_of_somebody_else_is_not_revoked(open_desk: Desk) -> None:
    issue(open_desk, FIVE)
    (amaras,) = ours(open_desk)
    form = revoking(open_desk, TWENTY_PERCENT).form("Revoke voucher").fill(WHY)
    form.values["vouchers"] = f"{form.values['vouchers']},{amaras['id']}"

    page = form.send(status=422)

    assert "Open the vouchers again: the member has this one no more" in page.main
    assert TWENTY_PERCENT in standing(open_desk)
    assert "revokeVouchers" not in open_desk.calls


def test_a_used_voucher_cannot_be_revoked(open_desk: Desk) -> None:
    page = revoking(open_desk, FREE_COFFEE).form("Revoke voucher").fill(WHY).send(status=422)

    assert "was used: it cannot be revoked" in page.main


def test_a_reason_is_needed_and_what_was_typed_is_kept(open_desk: Desk) -> None:
    form = revoking(open_desk, TEN_OFF).form("Revoke voucher").fill({"Note": "Lost", "give_back": "1"})

    page = form.send(status=422)

    assert "Choose a reason" in page.main
    again = page.form("Revoke voucher").values
    assert (again["note"], again["give_back"]) == ("Lost", "1")


@pytest.mark.parametrize("deed", ["revoke", "anew"])
def test_a_form_replayed_by_somebody_else_is_refused(open_desk: Desk, deed: str) -> None:
    one = voucher(open_desk, LOUNGE)["id"]
    sam, lea = open_desk.visitor("sam"), open_desk.visitor("lea")
    urls = {"revoke": f"{REVOKE}?voucher={one}", "anew": f"{LEILAS}/vouchers/{one}/anew"}
    buttons = {"revoke": "Revoke voucher", "anew": "Issue anew"}
    form = sam.get(urls[deed]).form(buttons[deed]).fill(WHY)
    form.send()
    before = writes(open_desk)

    lea.post(form.action, {**form.values, "_token": lea.token()}, status=409)

    assert writes(open_desk) == before
    assert open_desk.record()[-1].outcome is Outcome.DENIED


def test_an_auditor_can_revoke_nothing(open_desk: Desk) -> None:
    form = revoking(open_desk, LOUNGE).form("Revoke voucher").fill(WHY)
    ike = open_desk.visitor("ike")

    ike.post(form.action, {**form.values, "_token": ike.token()}, status=403)

    assert writes(open_desk) == []


def test_while_the_remote_is_away_nothing_is_sent_and_nothing_lost(open_desk: Desk) -> None:
    form = revoking(open_desk, LOUNGE).form("Revoke voucher").fill({**WHY, "Note": "Lost"})
    assert open_desk.remote is not None
    open_desk.remote.server.stop()

    page = form.send(status=422)

    assert "Brevo can't be reached. Nothing was sent. Send it again in a minute" in page.main
    assert page.form("Revoke").values["note"] == "Lost"


def test_the_drawer_leads_to_the_same_and_answers_with_the_receipt(open_desk: Desk) -> None:
    one = voucher(open_desk, LOUNGE)
    sam = open_desk.visitor("sam")

    which = sam.fragment(f"{REVOKE}/form")
    drawer = sam.fragment(f"{REVOKE}/form?voucher={one['id']}")
    answer = drawer.form("Revoke voucher").fill(WHY).send_htmx()

    assert which.response.headers["HX-Trigger"] == drawer.response.headers["HX-Trigger"] == "open-drawer"
    assert f"Voucher {one['code']} of Leïla Benali revoked." in answer.text
    assert answer.response.headers["HX-Trigger"] == "close-drawer, member-changed"


# -- issuing one anew ------------------------------------------------------------------------------


def anew(desk: Desk, held: dict[str, Any], member: str = LEILAS) -> Page:
    return desk.visitor("sam").get(f"{member}/vouchers/{held['id']}/anew")


def test_issuing_anew_says_what_becomes_of_both(open_desk: Desk) -> None:
    old = voucher(open_desk, LOUNGE)

    page = anew(open_desk, old)

    assert page.h1 == f"Issue Gold lounge pass ({old['code']}) anew?"
    assert f"{old['code']} stops working for whoever has it" in page.main
    assert "Keep voucher" in page.links()


def test_a_lost_voucher_is_replaced_and_the_new_code_told(open_desk: Desk) -> None:
    old = voucher(open_desk, LOUNGE)

    page = anew(open_desk, old).form("Issue anew").fill(WHY).send()

    (new,) = ours(open_desk, VOUCHERS.contact_id)
    assert new["code"] != old["code"]
    assert f"issued to Leïla Benali. Its code is {new['code']}." in page.main
    assert voucher(open_desk, LOUNGE)["id"] == new["id"]


def test_issuing_anew_takes_no_points_and_a_later_revocation_gives_back_what_was_paid(
    open_desk: Desk,
) -> None:
    issue(open_desk, FIVE, typed=POINTS)
    (old,) = ours(open_desk)
    anew(open_desk, old, AMARAS).form("Issue anew").fill(WHY).send()
    assert balance(open_desk, AMARA.contact_id) == 11_480
    new = ours(open_desk)[-1]

    page = open_desk.visitor("sam").get(f"{AMARAS}/vouchers/revoke?voucher={new['id']}")
    page.form("Revoke voucher").fill(WHY).send()

    assert balance(open_desk, AMARA.contact_id) == 12_480


def test_the_same_form_sent_again_issues_none_twice(open_desk: Desk) -> None:
    form = anew(open_desk, voucher(open_desk, LOUNGE)).form("Issue anew").fill(WHY)

    first, second = form.send(), form.send()

    assert first.path == second.path
    assert len(ours(open_desk, VOUCHERS.contact_id)) == 1


def test_a_used_voucher_is_not_issued_anew(open_desk: Desk) -> None:
    page = anew(open_desk, voucher(open_desk, FREE_COFFEE)).form("Issue anew").fill(WHY).send(status=422)

    assert "was used or has expired: issue another voucher" in page.main
    assert writes(open_desk) == []


def test_what_could_not_be_issued_again_is_not_revoked(open_desk: Desk) -> None:
    orphan = voucher(open_desk, WITHDRAWN, ORPHAN_VOUCHER.contact_id)
    page = anew(open_desk, orphan, f"{MEMBERS}/{ORPHAN_VOUCHER.contact_id}")

    refused = page.form("Issue anew").fill(WHY).send(status=422)

    assert "Its reward is not given any more. Issue another voucher" in refused.main
    assert writes(open_desk) == []


def test_a_forged_voucher_is_not_found(open_desk: Desk) -> None:
    sam = open_desk.visitor("sam")
    form = anew(open_desk, voucher(open_desk, LOUNGE)).form("Issue anew").fill(WHY)

    page = sam.get(f"{LEILAS}/vouchers/{other_form()}/anew", status=404)
    sam.post(f"{LEILAS}/vouchers/{other_form()}/anew", {**form.values, "_token": sam.token()}, status=404)

    assert page.h1 == "Leïla Benali has no such voucher"
    assert writes(open_desk) == []


def test_a_voucher_is_not_found_below_another_member_or_programme(open_desk: Desk) -> None:
    one = voucher(open_desk, LOUNGE)["id"]
    sam = open_desk.visitor("sam")

    sam.get(f"{AMARAS}/vouchers/{one}/anew", status=404)
    other = LEILAS.replace(NORTHWIND, "00000000-0000-4000-8000-000000000000")
    sam.get(f"{other}/vouchers/{one}/anew", status=404)
