"""The audit record on the screen and as a file."""

from __future__ import annotations

import csv
import io
import re
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from msgspec.structs import replace
from sqlalchemy import text

import dashboard
from dashboard.actions import records
from dashboard.store import audit, intents
from dashboard.store.audit import Entry, Outcome
from dashboard.store.intents import Intent, Kind, Link
from dashboard.web.audit import words
from dashboard.web.audit.csv_file import write
from dashboard.web.audit.filters import choose
from tests.support.app import NOON, Desk
from tests.support.page import Page

GIVEN = Intent(
    id="5d1e8c1a-2b3c-4d5e-8f90-a1b2c3d4e5f6",
    kind=Kind.CREDIT,
    programme_id="7f1c9a52-3a7e-4a57-9d0e-5a2b0c1d2e3f",
    contact_id=142,
    staff_id="",
    staff_name="Sam Rivera",
    staff_role="agent",
    values={"definition_id": "d1", "amount": "500", "reason": "goodwill"},
    values_hash="",
    created_at=NOON,
    updated_at=NOON,
    next_at=NOON,
)
LONDON = ZoneInfo("Europe/London")


def record(desk: Desk, **changes: object) -> int:
    values: dict[str, object] = {
        "at": desk.clock(),
        "actor_id": desk.staff_id("sam"),
        "actor_name": "Sam Rivera",
        "actor_role": "agent",
        "action": "credit.give",
        "outcome": Outcome.DONE,
        "programme_id": "7f1c9a52-3a7e-4a57-9d0e-5a2b0c1d2e3f",
        "contact_id": 142,
        "before": {"balance": "12480"},
        "after": {"amount": "500", "balance": "12980"},
        "case_reference": "ZD-1",
        "reason": "late_delivery",
    }
    with desk.services.database.write() as connection:
        return audit.append(connection, Entry(**{**values, **changes}))  # type: ignore[arg-type]


def test_the_list_shows_today_and_says_the_zone(desk: Desk) -> None:
    record(desk)
    record(desk, at=datetime(2026, 11, 10, 9, tzinfo=UTC), case_reference="ZD-OLD")

    page = desk.visitor("ike").get("/audit/")

    assert "ZD-1" in page.main
    assert "ZD-OLD" not in page.main
    assert "Europe/London" in page.main


def test_times_are_told_to_the_second(desk: Desk) -> None:
    record(desk, at=datetime(2026, 11, 18, 9, 30, 7, tzinfo=UTC))

    assert "18 Nov 09:30:07" in desk.visitor("ike").get("/audit/").main


def test_every_deed_that_is_recorded_has_a_name_and_can_be_filtered() -> None:
    call = re.compile(
        r"""(?:record\.entry\(|record\.write\(|action=|ACTION = |_record\(connection,)\s*"([a-z_.]+)\""""
    )
    files = Path(dashboard.__file__).parent.rglob("*.py")
    recorded = {name for file in files for name in call.findall(file.read_text())}

    assert {"sign_in", "request.refused"} <= recorded
    assert recorded | set(records.ACTIONS.values()) <= words.ACTIONS.keys()


def test_filters_stand_in_the_address_and_narrow_together(desk: Desk) -> None:
    record(desk, contact_id=142, case_reference="ZD-142")
    record(desk, contact_id=103, case_reference="ZD-103")
    record(desk, contact_id=142, outcome=Outcome.FAILED, case_reference="ZD-BAD")

    page = desk.visitor("ike").get("/audit/?member=142&outcome=done&action=credit.give")

    assert "ZD-142" in page.main
    assert "ZD-103" not in page.main
    assert "ZD-BAD" not in page.main


@pytest.mark.parametrize(
    ("query", "message"),
    [
        ("from=yesterday", "Enter a day such as 2026-11-20"),
        ("from=2026-11-20&to=2026-11-19", "Choose a last day on or after the first day"),
        ("member=Amara", "Enter the member's contact ID, a whole number"),
        ("outcome=fine", "Choose an outcome from the list"),
        ("least=many", "Enter an amount such as 500"),
        ("least=-5", "Enter an amount such as 500"),
        ("least=NaN", "Enter an amount such as 500"),
    ],
)
def test_a_filter_that_cannot_be_read_is_named_and_hides_nothing(
    desk: Desk, query: str, message: str
) -> None:
    record(desk)

    page = desk.visitor("ike").get(f"/audit/?{query}")

    assert message in page.main
    assert page.title.startswith("Error: ")


def test_a_day_is_the_programmes_day() -> None:
    choice = choose({"from": "2026-07-01", "to": "2026-07-01"}, LONDON, NOON)

    assert choice.filters.since == datetime(2026, 6, 30, 23, tzinfo=UTC)
    assert choice.filters.until == datetime(2026, 7, 1, 23, tzinfo=UTC)


@pytest.mark.parametrize(("least", "found"), [("500", True), ("500.01", False), ("1,000", False)])
def test_an_amount_narrows_to_it_and_more_whichever_way_it_went(desk: Desk, least: str, found: bool) -> None:
    record(desk, after={"amount": "-500"}, case_reference="ZD-DEBIT")
    record(desk, after={}, case_reference="ZD-NONE")

    page = desk.visitor("ike").get(f"/audit/?least={least}")

    assert ("ZD-DEBIT" in page.main, "ZD-NONE" in page.main) == (found, False)


@pytest.mark.parametrize(("label", "days"), [("Today", 0), ("Last 7 days", 6), ("Last 30 days", 29)])
def test_a_range_is_chosen_with_one_press_and_keeps_the_other_filters(
    desk: Desk, label: str, days: int
) -> None:
    record(desk, at=desk.clock() - timedelta(days=days), case_reference="ZD-IN")
    record(desk, at=desk.clock() - timedelta(days=days + 1), case_reference="ZD-OUT")
    record(desk, contact_id=7, case_reference="ZD-OTHER")
    ike = desk.visitor("ike")

    page = ike.get(ike.get("/audit/?member=142").links()[label])

    assert ("ZD-IN" in page.main, "ZD-OUT" in page.main, "ZD-OTHER" in page.main) == (True, False, False)


def test_a_page_without_rows_repeats_what_was_asked_for(desk: Desk) -> None:
    sam = desk.staff_id("sam")
    query = f"from=2026-11-01&to=2026-11-17&actor={sam}&member=7&action=credit.give"

    page = desk.visitor("ike").get(f"/audit/?{query}&outcome=denied&reason=late_delivery&least=500")

    assert (
        "No entries for “Give credit”, by Sam Rivera, about contact 7, with the outcome “Denied”, with the "
        "reason “Late delivery”, of 500 or more, since 1 Nov, until 17 Nov. Show all days"
    ) in page.main


def test_the_page_says_that_looking_at_members_is_recorded(desk: Desk) -> None:
    assert "Opening a member, here called “Open member”, and every CSV are recorded" in (
        desk.visitor("ike").get("/audit/").main
    )


def test_older_goes_on_where_the_page_ended(desk: Desk) -> None:
    for number in range(60):
        record(desk, case_reference=f"CASE-{number:02}")
    ike = desk.visitor("ike")

    first = ike.get("/audit/")
    second = ike.get(first.links()["Older"])

    assert "CASE-59" in first.main
    assert "CASE-09" not in first.main
    assert "CASE-09" in second.main
    assert "CASE-10" not in second.main


def test_an_entry_shows_before_and_after_and_what_belongs_to_it(desk: Desk) -> None:
    intent = "5d1e8c1a-2b3c-4d5e-8f90-a1b2c3d4e5f6"
    record(desk, intent_id=intent, outcome=Outcome.PENDING)
    seq = record(desk, intent_id=intent, remote_ids={"transaction": "11111111-2222"})

    page = desk.visitor("ike").get(f"/audit/{seq}")

    assert "Balance 12480 12980" in page.main
    assert "11111111-2222" in page.main
    assert "All entries of this change" in page.main
    assert "Late delivery" in page.main


def test_what_was_taken_back_and_what_took_it_back_point_at_each_other(desk: Desk) -> None:
    given, taken = GIVEN.id, "6d1e8c1a-2b3c-4d5e-8f90-a1b2c3d4e5f6"
    with desk.services.database.write() as connection:
        sam = desk.staff_id("sam")
        intents.add(connection, replace(GIVEN, staff_id=sam))
        intents.add(
            connection,
            replace(GIVEN, id=taken, kind=Kind.DEBIT, staff_id=sam, linked_id=given, link=Link.REVERSAL),
        )
    first = record(desk, intent_id=given, case_reference="ZD-FIRST")
    second = record(
        desk,
        intent_id=taken,
        action="debit.take",
        after={"belongs_to": given, "as": "reversal"},
        case_reference="ZD-SECOND",
    )
    ike = desk.visitor("ike")

    original, reversal = ike.get(f"/audit/{first}").main, ike.get(f"/audit/{second}").main

    assert "What took this back" in original
    assert "ZD-SECOND" in original
    assert "What this takes back" in reversal
    assert "ZD-FIRST" in reversal


def test_an_entry_that_does_not_exist_is_not_found(desk: Desk) -> None:
    desk.visitor("ike").get("/audit/999999", status=404)


def open_the_record(desk: Desk) -> None:
    """Do what a database administrator without scruples would do first."""
    with desk.services.database.write() as connection:
        for (name,) in connection.execute(
            text("SELECT name FROM sqlite_master WHERE type = 'trigger'")
        ).all():
            connection.execute(text(f"DROP TRIGGER {name}"))


def change(desk: Desk, statement: str) -> None:
    open_the_record(desk)
    with desk.services.database.write() as connection:
        connection.execute(text(statement))


def check_now(desk: Desk) -> Page:
    return desk.visitor("ike").get("/audit/check").form("Check now").send()


def test_a_check_that_found_nothing_is_kept_with_its_time_and_who_made_it(desk: Desk) -> None:
    record(desk)

    assert "Intact. Entries 1–1 verified 18 Nov 12:00:00 by Ike Obi" in check_now(desk).main
    desk.clock.advance(hours=2)
    assert "Entries 1–1 verified 18 Nov 12:00, intact." in desk.visitor("ike").get("/audit/").main
    assert desk.record()[-1].action == "audit.verify"


def test_a_check_names_what_was_changed(desk: Desk) -> None:
    seq = record(desk)
    change(desk, "UPDATE audit SET record = replace(record, '500', '900')")
    record(desk)

    page = check_now(desk)

    assert "Something was changed outside the console." in page.main
    assert f"Row {seq} is not what followed row {seq - 1}." in page.main
    assert "Not intact when checked 18 Nov 12:00." in desk.visitor("ike").get("/audit/").main


def test_a_check_does_not_wipe_away_what_is_wrong_with_the_end(desk: Desk) -> None:
    record(desk)
    change(desk, "UPDATE audit_head SET signature = zeroblob(32)")

    assert "The head is not signed with the secret key." in check_now(desk).main
    assert "The head is not signed with the secret key." in check_now(desk).main
    assert [entry.action for entry in desk.record()] == ["credit.give"]


def test_a_check_compares_with_the_anchors(desk: Desk) -> None:
    record(desk)
    desk.services.anchorer.round()

    assert "They agree with 1 anchors." in check_now(desk).main


def test_the_log_says_how_far_the_record_is_anchored(desk: Desk) -> None:
    record(desk)
    desk.services.anchorer.round()
    desk.clock.advance(minutes=5)
    record(desk)

    page = desk.visitor("ike").get("/audit/")

    assert "Entry 1 anchored 5 minutes ago, 1 since." in page.main


def test_opening_the_check_writes_nothing(desk: Desk) -> None:
    record(desk)

    page = desk.visitor("ike").get("/audit/check")

    assert "Not checked in the last 31 days." in page.main
    assert len(desk.record()) == 1


def test_the_export_holds_the_filtered_rows_and_is_recorded_with_their_number(desk: Desk) -> None:
    record(desk, contact_id=142)
    record(desk, contact_id=103)

    answer = desk.visitor("ike").get("/audit/?member=142&from=2026-11-18").form("CSV").send_raw()

    rows = list(csv.DictReader(io.StringIO(answer.text)))
    assert answer.headers["Content-Disposition"].startswith('attachment; filename="audit-')
    assert [row["contact_id"] for row in rows] == ["142"]
    last = desk.record()[-1]
    assert (last.action, last.after["rows"], last.actor_name) == ("audit.export", 1, "Ike Obi")


@pytest.mark.parametrize("text_", ["=1+1", "+1", "-1", "@sum", "\t=1"])
def test_no_cell_of_the_file_runs_in_a_spreadsheet(text_: str) -> None:
    entry = Entry(
        at=NOON,
        actor_id=None,
        actor_name="Loyalty Desk",
        actor_role="system",
        action="credit.give",
        outcome=Outcome.DONE,
        case_reference=text_,
    )

    row = next(csv.DictReader(io.StringIO(write([audit.Recorded(1, entry)]))))

    assert row["case_or_order_number"] == f"'{text_}"


def test_an_agent_can_neither_read_nor_export_the_record(desk: Desk) -> None:
    sam = desk.visitor("sam")

    assert "Audit log" not in sam.get("/account/").links()
    sam.get("/audit/", status=403)
    sam.post("/audit/export", {"_token": sam.token()}, status=403)


def test_the_record_stays_readable_while_the_remote_is_away(desk: Desk) -> None:
    record(desk)

    assert "ZD-1" in desk.visitor("ike").get("/audit/").main
