"""The member page while the remote is slow, fails in parts, or is not there at all."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest

from dashboard.sandbox import cast
from tests.support.app import Desk
from tests.support.page import Page
from tests.support.warm import remote_of, warm

NORTHWIND = f"/programmes/{cast.NORTHWIND}"
AMARA = f"{NORTHWIND}/members/{cast.AMARA.contact_id}"


@pytest.fixture
def desk(open_desk: Desk) -> Desk:
    return warm(open_desk)


def part(page: Page, id_: str) -> str:
    return " ".join(" ".join(page.by_id(id_).itertext()).split())


@pytest.mark.parametrize(
    ("operation", "panel", "said"),
    [
        ("listVouchers", "vouchers", "The voucher list can't be shown."),
        ("listActiveBalances", "expiry", "The expiry schedule can't be shown."),
    ],
)
def test_a_panel_that_fails_says_so_in_its_place(desk: Desk, operation: str, panel: str, said: str) -> None:
    remote_of(desk).fault("status", path=operation, status=500, times=0)
    page = desk.visitor("sam").get(AMARA)
    assert said in part(page, panel)
    assert "12,480" in part(page, "strip")
    assert "Not known now" in part(page, "strip")


def test_a_failed_panel_can_be_asked_for_again_with_script_and_without(desk: Desk) -> None:
    visitor = desk.visitor("sam")
    remote_of(desk).fault("status", path="listVouchers", status=500, times=0)
    again = visitor.get(AMARA).links()["Try again"]
    remote_of(desk).clear_faults()
    remote_of(desk).clear_calls()
    assert "£10 off" in visitor.fragment(f"{AMARA}/vouchers").text
    assert desk.calls == ["listVouchers"]
    assert again == f"{AMARA}#vouchers"


def test_the_page_itself_asks_again_for_what_failed(desk: Desk) -> None:
    visitor = desk.visitor("sam")
    remote_of(desk).fault("status", path="listVouchers", status=500, times=0)
    visitor.get(AMARA)
    remote_of(desk).clear_faults()
    remote_of(desk).clear_calls()
    assert "£10 off" in part(visitor.get(AMARA), "vouchers")
    assert desk.calls == ["listVouchers"]


def test_a_failed_panel_shows_what_was_read_before_with_its_age(desk: Desk) -> None:
    visitor = desk.visitor("sam")
    visitor.get(AMARA)
    desk.clock.advance(minutes=2)
    remote_of(desk).fault("status", path="listVouchers", status=500, times=0)
    vouchers = part(visitor.get(AMARA), "vouchers")
    assert "This is from 12:00:00." in vouchers
    assert "£10 off" in vouchers


def test_a_late_panel_comes_after_the_page_and_is_asked_for_once(desk: Desk) -> None:
    visitor = desk.visitor("sam")
    remote_of(desk).fault("delay", path="listVouchers", seconds=2)
    page = visitor.get(AMARA)
    panel = page.by_id("vouchers")
    assert panel.get("hx-trigger", "").startswith("load")
    assert "Loading vouchers" in part(page, "vouchers")
    assert page.by_id("strip").get("hx-trigger", "").startswith("load")
    with ThreadPoolExecutor(2) as threads:
        late = threads.submit(visitor.fragment, panel.get("hx-get", ""))
        strip = threads.submit(desk.visitor("sam").fragment, page.by_id("strip").get("hx-get", ""))
        assert "£10 off" in late.result().text
        assert "£10 off" in strip.result().text
    assert desk.calls.count("listVouchers") == 1


@pytest.mark.parametrize("operation", ["getContact", "getAccountInfo", "listTransactions"])
def test_without_identity_balance_or_activity_there_is_no_page_but_the_number_is_kept(
    desk: Desk, operation: str
) -> None:
    remote_of(desk).fault("status", path=operation, status=500, times=0)
    page = desk.visitor("sam").get(AMARA, status=503)
    assert page.by_id("finder").get("value") == "142"
    assert page.links()["Open member 142 again"] == AMARA


def test_what_was_read_before_is_shown_while_the_remote_is_away(desk: Desk) -> None:
    visitor = desk.visitor("sam")
    visitor.get(AMARA)
    desk.clock.advance(minutes=5)
    remote_of(desk).fault("drop_before", times=0)
    page = visitor.get(AMARA)
    assert "What you see is from 12:00:00." in page.main
    assert "12,480" in page.main
    remote_of(desk).clear_faults()


def test_what_was_read_long_ago_is_not_shown_any_more(desk: Desk) -> None:
    visitor = desk.visitor("sam")
    visitor.get(AMARA)
    desk.clock.advance(minutes=16)
    visitor.get("/account/")
    desk.clock.advance(minutes=16)
    remote_of(desk).fault("status", path="getAccountInfo", status=500, times=0)
    visitor.get(AMARA, status=503)


def test_a_strip_that_cannot_be_checked_keeps_its_figures_and_their_time(desk: Desk) -> None:
    visitor = desk.visitor("sam")
    visitor.get(AMARA)
    desk.clock.advance(seconds=30)
    remote_of(desk).fault("status", path="getAccountInfo", status=500, times=0)
    strip = visitor.fragment(f"{AMARA}/strip?check=1").text
    assert "12,480" in strip
    assert "12:00:00" in strip


def test_a_member_who_left_meanwhile_gets_the_page_of_a_contact(desk: Desk) -> None:
    visitor = desk.visitor("sam")
    visitor.get(AMARA)
    gone = remote_of(desk).ask("DELETE", f"/loyalty/config/programs/{cast.NORTHWIND}/contact/142")
    assert gone.status == 204
    assert "No membership any more" in visitor.fragment(f"{AMARA}/strip?check=1", status=404).text
    assert "No member" in visitor.get(AMARA).main


@pytest.mark.parametrize(
    ("switch", "value"),
    [
        ("status_words", "old"),
        ("balances", "array"),
        ("history_offset", "record"),
        ("amounts", "text"),
        ("debits", "negative"),
        ("nulls", "yes"),
        ("unknown_fields", "yes"),
        ("odd_rows", "yes"),
        ("timestamps", "nanos"),
        ("vouchers", "array"),
        ("account_vouchers", "unused"),
        ("expiry_in_history", "no"),
        ("non_member", "422"),
        ("limit_headers", "no"),
    ],
)
def test_the_page_reads_the_same_whichever_way_the_remote_writes(desk: Desk, switch: str, value: str) -> None:
    remote_of(desk).switch(switch, value)
    visitor = desk.visitor("sam")
    page = visitor.get(AMARA)
    assert "12,480" in part(page, "strip")
    assert "V-ZWJY-8YCM" in part(page, "vouchers")
    assert "1,200" in part(page, "expiry")
    assert "no membership" in visitor.get(f"{NORTHWIND}/members/{cast.STRANGER.contact_id}").main
