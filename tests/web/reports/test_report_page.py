"""The goodwill report on the screen and as a file."""

from __future__ import annotations

import csv
import io
from datetime import UTC, timedelta
from decimal import Decimal
from itertools import count
from uuid import UUID

import pytest
from msgspec.structs import replace

from dashboard.store import intents, spending
from dashboard.store.intents import Intent, Kind, Link, State
from dashboard.store.spending import Act, Member
from tests.support.app import NOON, Desk

URL = "/reports/goodwill"
_numbers = count(1)


def gives(desk: Desk, amount: str = "500", who: str = "sam", **changes: object) -> Intent:
    """Keep a credit that was done now."""
    now = desk.clock()
    intent = Intent(
        id=str(UUID(int=next(_numbers))),
        kind=Kind.CREDIT,
        programme_id="7f1c9a52-3a7e-4a57-9d0e-5a2b0c1d2e3f",
        contact_id=142,
        staff_id=desk.staff_id(who),
        staff_name=who.capitalize(),
        staff_role="agent",
        values={
            "definition_id": "d1000000-0000-0000-0000-000000000000",
            "amount": amount,
            "reason": "late_delivery",
            "case_reference": "ZD-1",
        },
        values_hash="",
        created_at=now,
        updated_at=now,
        next_at=now,
        state=State.DONE,
        applied_amount=Decimal(amount),
        settled_at=now,
    )
    intent = replace(intent, **changes)
    with desk.services.database.write() as connection:
        intents.add(connection, intent)
    return intent


def report(desk: Desk, query: str = "", who: str = "lea"):
    return desk.visitor(who).get(f"{URL}{query}")


def test_it_says_who_gave_how_much_for_what_to_whom(desk: Desk) -> None:
    gives(desk)
    gives(desk, "1000", "lea", contact_id=103)

    page = report(desk)

    assert "1,500 given in 2 credits." in page.main
    assert "Lea 1 time 1,000 – Sam 1 time 500 –" in page.main
    assert "Late delivery 2 times 1,500" in page.main
    assert "103 1 time 1,000" in page.main


def issues(desk: Desk, paid_with: str, *, link: Link | None = None, linked_id: str | None = None) -> Intent:
    """Keep a voucher worth 1,000 points that was issued now, and what it used of the limits."""
    about = {"reward_name": "£10 off", "paid_with": paid_with, "reason": "late_delivery"}
    intent = gives(
        desk, kind=Kind.VOUCHER_ISSUE, values=about, applied_amount=None, link=link, linked_id=linked_id
    )
    act = Act(
        intent_id=intent.id,
        staff_id=intent.staff_id,
        member=Member(intent.programme_id, intent.contact_id),
        amount=Decimal(1000),
        unit="POINTS",
        now=desk.clock(),
        zone=UTC,
    )
    with desk.services.database.write() as connection:
        spending.reserve(connection, act)
    return intent


def test_vouchers_that_the_shop_paid_for_stand_by_themselves_at_their_value(desk: Desk) -> None:
    issues(desk, "goodwill")
    gives(desk)

    page = report(desk)

    assert "1,000 given in 1 voucher." in page.main
    assert "500 given in 1 credit." in page.main


def test_each_part_of_the_report_has_a_name_of_its_own(desk: Desk) -> None:
    gives(desk)
    issues(desk, "goodwill")
    page = report(desk)
    parts = [each.get("aria-labelledby") for each in page.by_id("main").iter("section")]
    names = ["".join(page.by_id(each).itertext()) for each in parts]
    assert len(names) == 8
    assert len(set(names)) == 8


def test_vouchers_that_the_member_paid_for_are_no_goodwill(desk: Desk) -> None:
    issues(desk, "points")

    assert "voucher." not in report(desk).main


def test_a_voucher_issued_anew_is_not_given_twice(desk: Desk) -> None:
    first = issues(desk, "goodwill")
    issues(desk, "goodwill", link=Link.REISSUE, linked_id=first.id)

    assert "1,000 given in 1 voucher." in report(desk).main


def test_it_counts_what_brevo_moved_and_not_what_was_asked_for(desk: Desk) -> None:
    gives(desk, "500", applied_amount=Decimal(320))

    assert "320 given in 1 credit." in report(desk).main


def test_what_failed_or_is_on_its_way_is_in_no_figure(desk: Desk) -> None:
    gives(desk, state=State.FAILED)
    gives(desk, state=State.CHECKING, settled_at=None)

    page = report(desk)

    assert "Nobody gave a credit or a voucher from 26 Oct to 18 Nov." in page.main
    assert "1 credit of these days is not settled and in no figure here." in page.main


def test_a_credit_that_was_undone_is_told_and_its_reversal_stands_apart(desk: Desk) -> None:
    given = gives(desk)
    gives(desk, "-500", kind=Kind.DEBIT, link=Link.REVERSAL, linked_id=given.id)

    page = report(desk)

    assert "500 given in 1 credit; 500 of it undone since." in page.main
    assert "1 time 500 1 undone, 500" in page.main
    assert "Credits undone 1 time 500" in page.main


def test_the_period_stands_in_the_address(desk: Desk) -> None:
    gives(desk)
    desk.clock.advance(days=40)
    gives(desk, "70")

    assert "70 given in 1 credit." in report(desk).main
    assert "500 given in 1 credit." in report(desk, "?from=2026-11-18&to=2026-11-18").main
    assert "570 given in 2 credits." in report(desk, "?from=2026-11-18").main


def test_ranges_are_chosen_with_one_press(desk: Desk) -> None:
    gives(desk)
    desk.clock.advance(days=40)
    visitor = desk.visitor("lea")

    page = visitor.get(visitor.get(URL).links()["Last 12 weeks"])

    assert "500 given in 1 credit." in page.main


@pytest.mark.parametrize(
    ("query", "message"),
    [
        ("from=yesterday", "Enter a day such as 2026-11-20"),
        ("from=2026-11-20&to=2026-11-19", "Choose a last day on or after the first day"),
        ("from=2020-01-01&to=2026-11-19", "Choose a year or less"),
    ],
)
def test_days_that_cannot_be_used_are_named(desk: Desk, query: str, message: str) -> None:
    page = report(desk, f"?{query}")

    assert message in page.main
    assert page.title.startswith("Error: ")


def test_a_credit_stands_on_the_day_it_was_done(desk: Desk) -> None:
    gives(desk, created_at=NOON - timedelta(days=60))

    assert "500 given in 1 credit." in report(desk).main


def test_who_stands_out_is_marked_and_the_rule_is_told(desk: Desk) -> None:
    for who in ("lea", "ana", "ike"):
        gives(desk, "100", who, contact_id=7)
    for contact_id in range(5):
        gives(desk, "500", contact_id=contact_id + 10)

    page = report(desk)

    assert "Sam Stands out 5 times 2,500" in page.main
    assert page.main.count("Stands out") == 1
    assert "more than 3 times the median of the others" in page.main


def test_a_balance_has_its_name_and_unit_from_the_programme(open_desk: Desk) -> None:
    programme = open_desk.services.configuration.programmes().value[0]
    definition = open_desk.services.configuration.of(programme.id).definitions[0]
    values = {"definition_id": definition.id, "amount": "500", "reason": "late_delivery"}
    gives(open_desk, programme_id=programme.id, values=values)

    page = report(open_desk)

    assert f"{definition.name}, {programme.name}" in page.main
    assert "500 points given in 1 credit." in page.main


def test_it_asks_nothing_about_members_and_shows_no_name(open_desk: Desk) -> None:
    programme = open_desk.services.configuration.programmes().value[0]
    gives(open_desk, programme_id=programme.id)
    report(open_desk)

    assert not any("contact" in call.lower() for call in open_desk.calls)


def test_the_file_holds_each_act_once_and_is_recorded(desk: Desk) -> None:
    given = gives(desk)
    gives(desk, "-500", kind=Kind.DEBIT, link=Link.REVERSAL, linked_id=given.id)

    answer = report(desk).form("CSV").send_raw()

    rows = list(csv.DictReader(io.StringIO(answer.text)))
    told = ("goodwill", "kind", "linked_as", "amount", "undone")
    assert [tuple(row[name] for name in told) for row in rows] == [
        ("yes", "credit", "", "500", "yes"),
        ("no", "debit", "reversal", "500", "no"),
    ]
    assert answer.headers["Content-Disposition"] == (
        'attachment; filename="goodwill-2026-10-26-2026-11-18.csv"'
    )
    last = desk.record()[-1]
    assert (last.action, last.after["rows"], last.after["from"]) == ("report.export", 2, "2026-10-26")


def test_no_cell_of_the_file_runs_in_a_spreadsheet(desk: Desk) -> None:
    gives(desk, staff_name="=1+1")

    answer = report(desk).form("CSV").send_raw()

    assert next(csv.DictReader(io.StringIO(answer.text)))["agent"] == "'=1+1"


def test_an_agent_sees_no_reports(desk: Desk) -> None:
    sam = desk.visitor("sam")

    assert "Reports" not in sam.get("/account/").links()
    assert "You can't see reports" in sam.get(URL, status=403).main
