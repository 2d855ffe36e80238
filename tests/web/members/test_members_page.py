"""The member page on the sandbox: what it shows, what it asks for, and what it writes down."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from decimal import Decimal

import pytest

from dashboard.sandbox import cast
from dashboard.store import audit, recents
from tests.support.app import Desk
from tests.support.page import Page
from tests.support.warm import remote_of, warm

NORTHWIND = f"/programmes/{cast.NORTHWIND}"
AMARA = f"{NORTHWIND}/members/{cast.AMARA.contact_id}"
CONTACTS = {"getContact", "listContacts"}


def member(who: cast.CastMember) -> str:
    return f"{NORTHWIND}/members/{who.contact_id}"


def loyalty(desk: Desk) -> list[str]:
    """The Loyalty requests so far."""
    return sorted(call for call in desk.calls if call not in CONTACTS)


@pytest.fixture
def desk(open_desk: Desk) -> Desk:
    return warm(open_desk)


def test_the_page_says_who_it_is_and_what_they_have(desk: Desk) -> None:
    page = desk.visitor("sam").get(AMARA)
    assert page.h1 == "Amara Okafor"
    assert page.title == "Amara Okafor · LM-4821-0093-77 · Loyalty Desk"
    for told in (
        "Gold",
        "Member since",
        "amara.okafor@example.com",
        "+44 7700 900142",
        "Contact 142",
    ):
        assert told in page.main
    strip = " ".join(page.by_id("strip").itertext())
    for told in ("12,480", "1,200", "+350", "3,150", "of 5,000 to Platinum", "1,850 to go", "£10 off"):
        assert told in strip


def test_a_cold_page_costs_four_loyalty_requests(desk: Desk) -> None:
    desk.visitor("sam").get(AMARA)
    assert loyalty(desk) == ["getAccountInfo", "listActiveBalances", "listTransactions", "listVouchers"]
    assert len(desk.calls) == 5


def test_a_page_opened_again_within_a_minute_costs_one(desk: Desk) -> None:
    visitor = desk.visitor("sam")
    visitor.get(AMARA)
    desk.clock.advance(seconds=59)
    remote_of(desk).clear_calls()
    page = visitor.get(AMARA)
    assert desk.calls == []
    strip = page.by_id("strip")
    assert strip.get("hx-trigger", "").startswith("load")
    visitor.fragment(strip.get("hx-get", ""))
    assert desk.calls == ["getAccountInfo"]


def test_a_page_opened_after_a_minute_is_read_anew(desk: Desk) -> None:
    visitor = desk.visitor("sam")
    visitor.get(AMARA)
    desk.clock.advance(seconds=61)
    remote_of(desk).clear_calls()
    visitor.get(AMARA)
    assert len(loyalty(desk)) == 4


def test_sixteen_views_at_once_cost_what_one_costs(desk: Desk) -> None:
    visitors = [desk.visitor("sam") for _ in range(16)]
    with ThreadPoolExecutor(16) as threads:
        answers = list(threads.map(lambda visitor: visitor.open(AMARA).status_code, visitors))
    assert answers == [200] * 16
    assert len(desk.calls) == 5


def test_a_member_who_changed_meanwhile_is_read_again_panel_by_panel(desk: Desk) -> None:
    visitor = desk.visitor("sam")
    visitor.get(AMARA)
    give(desk, 20)
    remote_of(desk).clear_calls()
    assert "12,480" in visitor.get(AMARA).main
    strip = visitor.fragment(f"{AMARA}/strip?check=1")
    assert "12,500" in strip.text
    assert strip.response.headers["HX-Trigger"] == "member-outdated"
    assert "+20" in visitor.fragment(f"{AMARA}/activity").text
    assert len(loyalty(desk)) == 4


def test_a_member_who_did_not_change_is_left_alone(desk: Desk) -> None:
    visitor = desk.visitor("sam")
    visitor.get(AMARA)
    desk.clock.advance(seconds=20)
    strip = visitor.fragment(f"{AMARA}/strip?check=1")
    assert "HX-Trigger" not in strip.response.headers
    assert "12:00:20" in strip.text


def test_what_a_search_has_read_is_not_read_again(desk: Desk) -> None:
    visitor = desk.visitor("sam")
    visitor.post(f"{NORTHWIND}/find", {"query": "LM-4821-0093-77", "_token": visitor.token()})
    assert loyalty(desk).count("getAccountInfo") == 1
    assert len(loyalty(desk)) == 4


@pytest.mark.parametrize(
    ("chip", "told", "absent"),
    [
        ("earned", "Purchase", "Points expired"),
        ("expired", "Points expired", "Purchase"),
        ("goodwill", "Goodwill: wrong item", "Purchase"),
        ("pending", "Pending", "Points expired"),
    ],
)
def test_a_chip_narrows_the_list_and_stands_in_the_address(
    desk: Desk, chip: str, told: str, absent: str
) -> None:
    page = desk.visitor("sam").get(f"{AMARA}?activity={chip}")
    rows = " ".join(page.by_id("activity-rows").itertext())
    assert told in rows
    assert absent not in rows
    assert page.by_id(f"activity-{chip}").get("aria-current") == "true"


def test_older_transactions_are_a_page_away_without_script(desk: Desk) -> None:
    visitor = desk.visitor("sam")
    first = visitor.get(AMARA)
    second = visitor.get(first.links()["Older"])
    assert "24 of 500" in second.main
    assert rows(first).isdisjoint(rows(second))
    assert "Newest" in second.links()


def test_older_transactions_come_below_with_script(desk: Desk) -> None:
    visitor = desk.visitor("sam")
    link = visitor.get(AMARA).by_id("activity-older")
    more = visitor.fragment(link.get("hx-get", ""))
    lines = more.all("tr")
    assert len(lines) == 12
    assert lines[0].get("autofocus") is not None
    assert "24 of 500" in more.text


def test_the_history_is_read_on_only_when_somebody_goes_that_far(desk: Desk) -> None:
    visitor = desk.visitor("sam")
    page = visitor.get(AMARA)
    for _ in range(8):
        page = visitor.get(page.links()["Older"])
    assert desk.calls.count("listTransactions") == 1
    assert "100 of 500" in page.main
    page = visitor.get(page.links()["Older"])
    assert "112 of 500" in page.main
    assert desk.calls.count("listTransactions") > 1


def test_a_place_in_the_list_that_is_gone_leads_back_to_the_newest(desk: Desk) -> None:
    page = desk.visitor("sam").get(f"{member(cast.MARKUP)}?after=elsewhere", status=404)
    assert "Newest transactions" in page.links()


def test_balances_stand_beside_completed_transactions_only(desk: Desk) -> None:
    page = desk.visitor("sam").get(member(cast.SETBACKS))
    lines = {" ".join(" ".join(line.itertext()).split()) for line in page.by_id("activity-rows").iter("tr")}
    assert any("Reward: Free coffee −350 2,250" in line for line in lines)
    rejected = next(line for line in lines if "Rejected" in line)
    assert rejected.endswith("−9,000 Web")


def test_another_balance_is_shown_with_its_own_activity(desk: Desk) -> None:
    visitor = desk.visitor("sam")
    page = visitor.get(AMARA)
    other = visitor.get(page.links()["Status points"])
    assert "Status points balance" in " ".join(other.by_id("strip").itertext())
    assert "definition=" in other.links()["Earned"]


def test_a_name_with_markup_and_right_to_left_text_is_only_text(desk: Desk) -> None:
    page = desk.visitor("sam").get(member(cast.MARKUP))
    assert "<b>Zoë</b>" in page.h1
    assert all(script.get("src") for script in page.all("script"))
    assert page.all("h1")[0].find("bdi") is not None
    assert not page.all("img")


def test_a_member_without_a_single_attribute_still_has_a_page(desk: Desk) -> None:
    assert desk.visitor("sam").get(member(cast.NO_ATTRIBUTES)).h1 == "no.attributes@example.com"


def test_a_new_member_has_nothing_and_the_page_says_so(desk: Desk) -> None:
    page = desk.visitor("sam").get(member(cast.NEWCOMER))
    for told in ("No transactions yet.", "No vouchers yet.", "No live lots", "Too little is known"):
        assert told in page.main


def test_a_contact_who_is_no_member_gets_a_page_that_says_so(desk: Desk) -> None:
    page = desk.visitor("sam").get(member(cast.STRANGER))
    assert page.h1 == "Callum Reid"
    assert "no membership in this programme" in page.main
    assert "callum.reid@example.com" in page.main
    assert "Give credit" not in page.main


def test_an_unknown_contact_is_said_to_be_unknown_with_the_number_kept(desk: Desk) -> None:
    page = desk.visitor("sam").get(f"{NORTHWIND}/members/999999", status=404)
    assert page.h1 == "No member 999999"
    assert page.by_id("finder").get("value") == "999999"


def test_a_membership_whose_contact_is_gone_is_still_shown(desk: Desk) -> None:
    remote_of(desk).fault("status", path="getContact", status=404)
    page = desk.visitor("sam").get(AMARA)
    assert page.h1 == "Contact 142"
    assert "Contact deleted" in page.main
    assert "12,480" in page.main


def test_a_shared_account_names_its_sharers_and_a_sharer_its_owner(desk: Desk) -> None:
    page = desk.visitor("sam").get(member(cast.OWNER))
    assert page.links()["Contact 112"] == member(cast.SHARER)


def test_the_roles_that_only_read_see_no_act(desk: Desk) -> None:
    page = desk.visitor("ike").get(AMARA)
    assert not {"Give credit", "Take points back"} & set(page.links())
    assert "Add note" not in page.buttons()


def test_an_agent_can_give_take_back_and_write(desk: Desk) -> None:
    page = desk.visitor("sam").get(AMARA)
    assert page.by_id("give-credit").get("href") == f"{AMARA}/credit"
    assert page.by_id("give-credit").get("hx-get") == f"{AMARA}/credit/form"
    assert page.links()["Take points back"] == f"{AMARA}/debit"
    assert "Add note" in page.buttons()


def test_opening_a_member_is_recorded_once_in_five_minutes(desk: Desk) -> None:
    visitor = desk.visitor("sam")
    for _ in range(3):
        visitor.get(AMARA)
    assert looks(desk) == ["Sam Rivera"]
    desk.clock.advance(minutes=5)
    visitor.get(AMARA)
    assert looks(desk) == ["Sam Rivera", "Sam Rivera"]


def test_a_member_that_was_opened_is_remembered_with_what_was_seen(desk: Desk) -> None:
    desk.visitor("sam").get(AMARA)
    with desk.services.database.read() as connection:
        (seen,) = recents.list_for(connection, desk.staff_id("sam"), cast.NORTHWIND)
    assert (seen.label, seen.subscription_id, seen.tier, seen.balance) == (
        "Amara Okafor",
        "LM-4821-0093-77",
        "Gold",
        Decimal(12_480),
    )


def test_asking_is_recorded_even_when_nothing_can_be_shown(desk: Desk) -> None:
    desk.visitor("sam").get(f"{NORTHWIND}/members/999999", status=404)
    assert looks(desk) == ["Sam Rivera"]


def test_a_look_at_somebody_who_is_no_member_is_recorded_once(desk: Desk) -> None:
    desk.visitor("sam").get(member(cast.STRANGER))
    assert looks(desk) == ["Sam Rivera"]


def test_a_head_request_records_nothing(desk: Desk) -> None:
    desk.visitor("sam").open(AMARA, method="HEAD")
    assert looks(desk) == []


def test_a_transaction_has_a_page_with_all_that_came_with_it(desk: Desk) -> None:
    visitor = desk.visitor("sam")
    address = visitor.get(AMARA).links()["Purchase, York Coney St"]
    remote_of(desk).clear_calls()
    page = visitor.get(address)
    assert desk.calls == []
    assert page.h1 == "Purchase, York Coney St"
    assert page.pairs()["Points"].startswith("+")
    assert page.pairs()["Order"].isdigit()


@pytest.mark.parametrize("below", ["lots", "activity/{transaction}"])
def test_a_page_about_one_thing_of_a_member_is_a_look_at_them(desk: Desk, below: str) -> None:
    address = desk.visitor("sam").get(AMARA).links()["Purchase, York Coney St"]
    desk.visitor("lea").get(f"{AMARA}/{below.format(transaction=address.rpartition('/')[2])}")
    assert len(looks(desk)) == 2


def test_a_transaction_of_ours_leads_to_its_receipt(desk: Desk) -> None:
    visitor = desk.visitor("sam")
    form = visitor.get(f"{AMARA}/credit").form("Give points")
    form.fill({"Points": "500", "Reason": "Late delivery"}).send()
    page = visitor.get(visitor.get(AMARA).links()["Goodwill: late delivery"])
    assert visitor.get(page.links()["Receipt"]).h1 == "Receipt"


def test_an_old_transaction_is_looked_for_further_back(desk: Desk) -> None:
    visitor = desk.visitor("sam")
    page = visitor.get(AMARA)
    for _ in range(9):
        page = visitor.get(page.links()["Older"])
    address = next(url for url in page.links().values() if "/activity/" in url)
    desk.clock.advance(minutes=2)
    assert visitor.get(address).pairs()["Points"].startswith(("+", "−"))


def test_a_transaction_that_is_not_there_leads_back_to_the_member(desk: Desk) -> None:
    page = desk.visitor("sam").get(f"{AMARA}/activity/nothing", status=404)
    assert page.h1 == "No such transaction"
    assert "Open member 142" in page.links()


def test_every_part_comes_again_when_the_member_has_changed_meanwhile(desk: Desk) -> None:
    page = desk.visitor("sam").get(AMARA)
    for panel in ("activity", "expiry", "vouchers", "chart"):
        assert "member-outdated" in page.by_id(panel).get("hx-trigger", "")


def test_all_lots_stand_on_a_page_of_their_own(desk: Desk) -> None:
    visitor = desk.visitor("sam")
    page = visitor.get(visitor.get(AMARA).links()["Later"])
    assert page.h1 == "Expiry schedule"
    assert "1,200" in page.main


@pytest.mark.parametrize(
    "panel", ["strip", "activity", "expiry", "vouchers", "tier", "chart", "staff-actions"]
)
def test_every_panel_comes_alone_at_its_own_address(desk: Desk, panel: str) -> None:
    fragment = desk.visitor("sam").fragment(f"{AMARA}/{panel}")
    assert fragment.by_id(panel) is not None
    assert not fragment.all("h1")


def give(desk: Desk, points: int) -> None:
    """Credit Amara behind the console's back."""
    body = {
        "contactId": cast.AMARA.contact_id,
        "amount": points,
        "balanceDefinitionId": points_definition(desk),
        "autoComplete": True,
    }
    answer = remote_of(desk).ask("POST", f"/loyalty/balance/programs/{cast.NORTHWIND}/transactions", body)
    assert answer.status == 200, answer.content


def points_definition(desk: Desk) -> str:
    return next(
        each.id
        for each in desk.services.configuration.of(cast.NORTHWIND).definitions
        if each.name == "Points"
    )


def rows(page: Page) -> set[str]:
    return {line.get("id", "") for line in page.by_id("activity-rows").iter("tr")}


def looks(desk: Desk) -> list[str]:
    with desk.services.database.read() as connection:
        found = audit.page(connection, audit.Filters(action="member.view"))
    return [each.entry.actor_name for each in found]
