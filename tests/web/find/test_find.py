"""Finding a member on the sandbox: by each kind of value, with each kind of outcome."""

from __future__ import annotations

import pytest

from dashboard.sandbox import cast
from tests.support.app import Desk
from tests.support.page import Page, Visitor
from tests.support.warm import remote_of, warm

NORTHWIND = f"/programmes/{cast.NORTHWIND}"
AMARA = f"{NORTHWIND}/members/{cast.AMARA.contact_id}"


@pytest.fixture
def desk(open_desk: Desk) -> Desk:
    return warm(open_desk)


@pytest.fixture
def sam(desk: Desk) -> Visitor:
    return desk.visitor("sam")


def search(visitor: Visitor, text: str, *, status: int = 200) -> Page:
    """Type ``text`` into the field of the home page and press Find."""
    return visitor.get(f"{NORTHWIND}/").form("Find").fill({"query": text}).send(status=status)


def leads_to(visitor: Visitor, text: str) -> str:
    """Where a search leads, without going there."""
    answer = visitor.get(f"{NORTHWIND}/").form("Find").fill({"query": text}).send_raw()
    assert answer.status_code == 303
    return answer.headers["Location"]


@pytest.mark.parametrize(
    ("typed", "asked"),
    [
        ("amara.okafor@example.com", ["getContact"]),
        (" AMARA.OKAFOR@example.com", ["getContact"]),
        ("+44 7700 900142", ["getContact"]),
        ("+44 (0) 7700-900142", ["getContact"]),
        ("07700 900142", ["getAccountInfo", "getContact"]),
        ("LM-4821-0093-77", ["getAccountInfo", "getContact"]),
        ("CUST-0000142", ["getAccountInfo", "getContact"]),
    ],
)
def test_an_exact_value_opens_the_member(desk: Desk, sam: Visitor, typed: str, asked: list[str]) -> None:
    assert leads_to(sam, typed) == AMARA
    assert sorted(desk.calls) == asked


def test_an_external_id_with_signs_of_an_address_is_found(sam: Visitor) -> None:
    assert leads_to(sam, cast.SLASHED.ext_id) == f"{NORTHWIND}/members/{cast.SLASHED.contact_id}"


def test_a_member_number_is_found_without_its_dashes_once_one_was_seen(sam: Visitor) -> None:
    sam.get(f"{NORTHWIND}/members/{cast.PENDING.contact_id}")
    assert leads_to(sam, "lm 4821 0093 77") == AMARA


def test_several_members_of_a_name_are_listed_with_what_matched(desk: Desk, sam: Visitor) -> None:
    page = search(sam, "okafor")
    assert page.h1 == "3 matches"
    assert {"Amara Okafor", "Chidi Okafor", "Ngozi Okafor"} <= set(page.links())
    assert ["".join(mark.itertext()) for mark in page.all("mark")] == ["Okafor"] * 3
    assert desk.calls == ["listContacts", "listContacts"]


def test_a_full_name_is_searched_by_its_last_word_too(sam: Visitor) -> None:
    assert "Amara Okafor" in search(sam, "Amara Okafor").links()


def test_digits_that_are_one_members_contact_id_and_anothers_external_id_list_both(sam: Visitor) -> None:
    page = search(sam, "142")
    assert page.h1 == "2 matches"
    assert {"Amara Okafor", "Piotr Nowak"} <= set(page.links())
    assert "Contact ID: 142" in page.main
    assert "External ID: 142" in page.main


def test_a_contact_who_is_no_member_is_found_all_the_same(sam: Visitor) -> None:
    assert "no membership in this programme" in search(sam, "callum.reid@example.com").main


def test_nobody_is_said_with_what_was_searched_and_what_to_try(sam: Visitor) -> None:
    page = search(sam, "98765")
    assert page.h1 == "No member found"
    assert "“98765” as contact ID" in page.main
    assert "“98765” as external ID" in page.main
    assert {"Phone number", "Member number"} <= set(page.buttons())
    assert page.by_id("find").get("value") == "98765"


def test_a_text_can_be_searched_as_something_else(desk: Desk, sam: Visitor) -> None:
    page = search(sam, "98765")
    remote_of(desk).clear_calls()
    other = page.form("Member number").send()
    assert "“98765” as member number" in other.main
    assert desk.calls == ["getAccountInfo"]


def test_a_short_text_is_not_searched_and_is_kept(desk: Desk, sam: Visitor) -> None:
    page = search(sam, "Wu", status=422)
    assert "Enter 3 or more characters" in page.main
    assert page.by_id("find").get("value") == "Wu"
    assert page.title.startswith("Error: ")
    assert desk.calls == []


def test_an_empty_search_is_the_home_page(desk: Desk, sam: Visitor) -> None:
    assert search(sam, "  ").h1 == "Find a member"
    assert desk.calls == []


def test_results_can_be_reloaded_without_another_request(desk: Desk, sam: Visitor) -> None:
    place = leads_to(sam, "okafor")
    remote_of(desk).clear_calls()
    assert sam.get(place).h1 == sam.get(place).h1 == "3 matches"
    assert desk.calls == []


def test_results_that_are_not_kept_any_more_are_searched_again(desk: Desk, sam: Visitor) -> None:
    place = leads_to(sam, "okafor")
    desk.clock.advance(minutes=20)
    remote_of(desk).clear_calls()
    assert sam.get(place).h1 == "3 matches"
    assert desk.calls == ["listContacts", "listContacts"]


def test_results_end_after_an_hour(desk: Desk, sam: Visitor) -> None:
    place = leads_to(sam, "okafor")
    desk.clock.advance(minutes=29)
    sam.get(place)
    desk.clock.advance(minutes=29)
    sam.get(place)
    desk.clock.advance(minutes=3)
    assert sam.get(place, status=404).h1 == "This search has ended"


def test_nobody_sees_what_somebody_else_searched_for(desk: Desk, sam: Visitor) -> None:
    desk.visitor("lea").get(leads_to(sam, "okafor"), status=404)


def test_no_address_ever_holds_what_was_typed(sam: Visitor) -> None:
    assert "kafor" not in leads_to(sam, "okafor")
    assert "@" not in leads_to(sam, "amara.okafor@example.com")


def test_the_address_of_the_form_leads_to_the_form(sam: Visitor) -> None:
    assert sam.get(f"{NORTHWIND}/find").h1 == "Find a member"


def test_a_remote_that_is_away_is_never_told_as_nobody(desk: Desk, sam: Visitor) -> None:
    remote_of(desk).fault("drop_before", times=0)
    page = search(sam, "amara.okafor@example.com")
    assert page.h1 != "No member found"
    assert "was not searched" in page.main
    assert page.by_id("find").get("value") == "amara.okafor@example.com"
    remote_of(desk).clear_faults()


def test_an_answer_that_failed_is_asked_for_again_on_reload(desk: Desk, sam: Visitor) -> None:
    remote_of(desk).fault("status", path="listContacts", status=500, times=0)
    place = leads_to(sam, "okafor")
    remote_of(desk).clear_faults()
    assert sam.get(place).h1 == "3 matches"


def test_one_hit_is_not_opened_while_the_other_half_of_the_search_is_missing(
    desk: Desk, sam: Visitor
) -> None:
    remote_of(desk).fault("status", path="getAccountInfo", status=500, times=0)
    page = search(sam, "07700 900142")
    assert page.h1 == "1 match"
    assert "the member number was not searched" in page.main
    assert page.links()["Amara Okafor"] == AMARA


@pytest.mark.parametrize(
    "typed", ['say "hi" now', "back\\slash", "Robert'); DROP TABLE", "\u202eevil", "ﷺ" * 60, "%00"]
)
def test_a_strange_text_finds_nobody_and_breaks_nothing(sam: Visitor, typed: str) -> None:
    assert search(sam, typed).h1 == "No member found"


def test_an_unknown_kind_of_search_is_refused(sam: Visitor) -> None:
    sam.post(f"{NORTHWIND}/find", {"query": "okafor", "as": "palm", "_token": sam.token()}, status=400)
