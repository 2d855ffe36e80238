"""Goodwill summed up: each act once, each balance by itself, and what stands out by a stated rule."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from itertools import count
from zoneinfo import ZoneInfo

import pytest

from dashboard.store.goodwill import Act
from dashboard.store.intents import Kind, Link
from dashboard.web.reports.goodwill import Book, books

LONDON = ZoneInfo("Europe/London")
MONDAY = date(2026, 11, 2)
REASONS = {"goodwill": "Goodwill", "late": "Late delivery"}
_numbers = count()


def act(amount: str = "100", staff: str = "sam", **changes: object) -> Act:
    values: dict[str, object] = {
        "intent_id": f"intent-{next(_numbers)}",
        "kind": Kind.CREDIT,
        "link": None,
        "programme_id": "p-1",
        "contact_id": 142,
        "definition_id": "points",
        "staff_id": staff,
        "staff_name": staff.capitalize(),
        "staff_role": "agent",
        "reason": "goodwill",
        "case_reference": "",
        "amount": Decimal(amount),
        "at": datetime(2026, 11, 4, 12, tzinfo=UTC),
        "is_undone": False,
    }
    return Act(**{**values, **changes})  # type: ignore[arg-type]


def all_books(*acts: Act, last: date = MONDAY + timedelta(days=13)) -> tuple[Book, ...]:
    return books(acts, REASONS, MONDAY, last, LONDON)


def book(*acts: Act) -> Book:
    (only,) = all_books(*acts)
    return only


def sums(lines) -> list[tuple[str, int, str]]:
    return [(line.label, line.count, str(line.total)) for line in lines]


def test_credits_are_summed_by_agent_the_largest_first():
    found = book(act("100"), act("50"), act("400", "lea"))

    assert sums(found.agents) == [("Lea", 1, "400"), ("Sam", 2, "150")]


def test_credits_are_summed_by_reason_in_the_words_of_the_form():
    found = book(act("100", reason="late"), act("50"), act("7", reason="retired"))

    assert sums(found.reasons) == [
        ("Late delivery", 1, "100"),
        ("Goodwill", 1, "50"),
        ("retired", 1, "7"),
    ]


def test_credits_are_summed_by_member():
    found = book(act("100", contact_id=1), act("50", contact_id=2), act("60", contact_id=2))

    assert sums(found.members) == [("2", 2, "110"), ("1", 1, "100")]


def test_a_week_begins_on_monday_in_the_programmes_zone_and_none_is_left_out():
    sunday_in_utc = datetime(2026, 6, 7, 23, 30, tzinfo=UTC)  # Monday 00:30 in London's summer

    (found,) = books([act("100", at=sunday_in_utc)], REASONS, date(2026, 6, 1), date(2026, 6, 21), LONDON)

    assert [(week.monday.day, week.count, week.total) for week in found.weeks] == [
        (1, 0, 0),
        (8, 1, 100),
        (15, 0, 0),
    ]


def test_every_table_adds_up_to_what_was_given():
    acts = [act(str(amount), f"s{amount % 3}", contact_id=amount % 5 + 1) for amount in range(1, 40)]

    found = book(*acts)

    for lines in (found.agents, found.reasons, found.members, found.weeks):
        assert sum(line.total for line in lines) == found.given.total == 780
        assert sum(line.count for line in lines) == found.given.count == 39


def test_balances_are_never_added_to_each_other():
    found = all_books(act(), act(), act("9.50", definition_id="euros"), act(programme_id="p-2"))

    assert [(each.programme_id, each.definition_id, str(each.given.total)) for each in found] == [
        ("p-1", "points", "200"),
        ("p-1", "euros", "9.50"),
        ("p-2", "points", "100"),
    ]


def test_debits_reversals_and_returned_points_stand_apart_and_are_not_goodwill():
    found = book(
        act("100"),
        act("30", kind=Kind.DEBIT),
        act("100", kind=Kind.DEBIT, link=Link.REVERSAL),
        act("30", link=Link.REVERSAL),
        act("700", link=Link.RETURN),
    )

    assert sums([found.given]) == [("All", 1, "100")]
    assert sums(found.apart) == [
        ("Taken back from members", 1, "30"),
        ("Credits undone", 1, "100"),
        ("Debits undone", 1, "30"),
        ("Points returned for vouchers", 1, "700"),
    ]


def test_what_was_undone_since_is_told_beside_what_was_given():
    found = book(act("100", is_undone=True), act("50"))

    assert (found.agents[0].total, found.agents[0].undone_count, found.agents[0].undone) == (150, 1, 100)


def marked(*acts: Act) -> list[str]:
    return [line.label for line in book(*acts).agents if line.is_marked]


PEERS = (act("100", "ann"), act("120", "bea"), act("110", "cat"))


def test_more_than_three_times_the_median_of_the_others_stands_out():
    assert marked(*PEERS, *[act("67")] * 5) == ["Sam"]


def test_three_times_the_median_does_not_stand_out_yet():
    assert marked(*PEERS, *[act("66")] * 5) == []


def test_a_few_credits_do_not_stand_out_however_large():
    assert marked(*PEERS, *[act("1000")] * 4) == []


def test_nobody_stands_out_among_two_others():
    assert marked(*PEERS[:2], *[act("1000")] * 5) == []


def test_one_who_gives_much_does_not_hide_behind_their_own_figure():
    assert marked(*PEERS, *[act("500")] * 5, *[act("900", "dan")] * 5) == ["Dan", "Sam"]


@pytest.mark.parametrize("last", [MONDAY, MONDAY + timedelta(days=6)])
def test_a_period_within_one_week_has_one_week(last):
    (found,) = all_books(act(), last=last)

    assert len(found.weeks) == 1
