"""The home page: what it shows without asking the remote."""

from __future__ import annotations

from decimal import Decimal

from dashboard.sandbox import cast
from dashboard.store import limits
from dashboard.store.limits import Limit, Span
from tests.support.app import Desk
from tests.support.warm import remote_of

NORTHWIND = f"/programmes/{cast.NORTHWIND}"
AMARA = f"{NORTHWIND}/members/{cast.AMARA.contact_id}"


def test_the_search_field_is_ready_for_typing(open_desk: Desk) -> None:
    page = open_desk.visitor("sam").get(f"{NORTHWIND}/")
    assert page.h1 == "Find a member"
    assert page.by_id("find").get("autofocus") is not None


def test_members_opened_last_are_listed_with_what_was_seen(open_desk: Desk) -> None:
    sam = open_desk.visitor("sam")
    sam.get(AMARA)
    remote_of(open_desk).clear_calls()
    page = sam.get(f"{NORTHWIND}/")
    assert page.links()["Amara Okafor"] == AMARA
    for seen in ("LM-4821-0093-77", "Gold", "12,480", "Opened, 18 Nov 12:00"):
        assert seen in page.main
    assert open_desk.calls == []


def test_nobody_sees_whom_somebody_else_opened(open_desk: Desk) -> None:
    open_desk.visitor("sam").get(AMARA)
    assert "No member opened yet" in open_desk.visitor("lea").get(f"{NORTHWIND}/").main


def test_what_was_seen_pending_waits_with_the_age_of_the_oldest(open_desk: Desk) -> None:
    sam = open_desk.visitor("sam")
    assert "Waiting" not in sam.get(f"{NORTHWIND}/").main
    sam.get(AMARA)
    page = sam.get(f"{NORTHWIND}/")
    assert page.links()["Pending orders"] == f"{NORTHWIND}/pending"
    assert "Pending orders oldest 2 days ago 2" in page.main


def test_a_role_is_told_what_it_may_give(open_desk: Desk) -> None:
    assert "1,000 points for a single credit" in open_desk.visitor("sam").get(f"{NORTHWIND}/").main
    assert "10,000 points for a single credit" in open_desk.visitor("lea").get(f"{NORTHWIND}/").main
    assert "You can read members." in open_desk.visitor("ike").get(f"{NORTHWIND}/").main


def test_who_may_give_as_much_as_anybody_is_not_sent_to_a_supervisor(open_desk: Desk) -> None:
    page = open_desk.visitor("lea").get(f"{NORTHWIND}/")
    assert "10,000 points for a single credit Nobody may give more at once." in page.main
    assert "Above this, a supervisor approves." not in page.main


def test_who_may_give_nothing_alone_is_not_taken_for_a_reader(open_desk: Desk) -> None:
    with open_desk.services.database.write() as connection:
        limits.put(connection, "agent", Span.ACT, Limit(Decimal(0)))
    page = open_desk.visitor("sam").get(f"{NORTHWIND}/")
    assert "0 points for a single credit Above this, a supervisor approves." in page.main


def test_what_is_used_of_the_limits_is_shown_as_a_gauge(open_desk: Desk) -> None:
    with open_desk.services.database.write() as connection:
        limits.put(connection, "agent", Span.DAY, Limit(Decimal(1000), 20))
    sam = open_desk.visitor("sam")
    typed = {"Points": "400", "Reason": "Late delivery"}
    sam.get(f"{AMARA}/credit").form("Give points").fill(typed).send()
    page = sam.get(f"{NORTHWIND}/")
    assert "400 of 1,000 points given" in page.main
    assert "1 of 20 credits and vouchers" in page.main
    assert [(each.get("value"), each.get("max")) for each in page.all("progress")] == [
        ("400", "1000"),
        ("1", "20"),
    ]
    assert "Above this, a supervisor approves." in page.main


def test_it_comes_while_the_remote_is_away(desk: Desk) -> None:
    assert desk.visitor("sam").get(f"{NORTHWIND}/").h1 == "Find a member"


def test_a_programme_that_does_not_exist_is_said_to_be_none(open_desk: Desk) -> None:
    other = "00000000-0000-4000-8000-000000000000"
    assert open_desk.visitor("sam").get(f"/programmes/{other}/", status=404).h1 == "No such programme"
