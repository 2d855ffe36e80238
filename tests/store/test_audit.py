from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest
from msgspec.structs import replace
from sqlalchemy import select, text
from sqlalchemy.exc import DBAPIError

from dashboard.store import audit, presets
from dashboard.store.audit import Entry, Filters, Outcome
from dashboard.store.audit.record import table
from dashboard.store.audit.verify import Finding, Kind, VerifyReport
from dashboard.store.database import Database, DatabaseUnavailable
from tests.support.database import KEYS

CREDIT = Entry(
    at=datetime(2026, 11, 20, 9, 14, 32, 5, tzinfo=UTC),
    actor_id="5f0c",
    actor_name="Sam",
    actor_role="agent",
    action="credit.give",
    outcome=Outcome.DONE,
    programme_id="p-1",
    contact_id=4821,
    intent_id="i-1",
    reason="late_delivery",
    case_reference="ZD-55910",
    before={"balance": "12480"},
    after={"balance": "12980"},
    remote_ids={"transaction": "t-1"},
    request_id="r-1",
    ip="127.0.0.1",
)


def append(database: Database, *entries: Entry) -> list[int]:
    with database.write() as connection:
        return [audit.append(connection, entry) for entry in entries]


def found(database: Database, filters: Filters) -> list[int]:
    with database.read() as connection:
        return [row.seq for row in audit.page(connection, filters)]


def test_an_entry_is_read_as_it_was_written(database):
    append(database, CREDIT)
    with database.read() as connection:
        assert audit.page(connection, Filters()) == (audit.Recorded(1, CREDIT),)


def test_a_row_is_one_text_with_sorted_names_and_a_moment_of_fixed_length(database):
    london = datetime(2026, 7, 20, 10, 14, 32, tzinfo=ZoneInfo("Europe/London"))
    append(database, replace(CREDIT, at=london, before={}, after={}, remote_ids={}))
    with database.read() as connection:
        written = connection.execute(select(table.c.record)).scalar_one()
    assert written == (
        '{"action":"credit.give","actor_id":"5f0c","actor_name":"Sam","actor_role":"agent","after":{},'
        '"at":"2026-07-20T09:14:32.000000Z","before":{},"case_reference":"ZD-55910","contact_id":4821,'
        '"intent_id":"i-1","ip":"127.0.0.1","outcome":"done","programme_id":"p-1",'
        '"reason":"late_delivery","remote_ids":{},"request_id":"r-1"}'
    )


def test_the_newest_key_signs(sqlite_database):
    rotated = Database(f"sqlite:///{sqlite_database.place}", ("the new key, since the rotation", *KEYS))
    append(rotated, CREDIT)
    with rotated.read() as connection:
        assert audit.verify(connection, ("the new key, since the rotation",)).is_intact
    rotated.dispose()


def test_rows_are_numbered_from_one_without_gaps(database):
    assert append(database, CREDIT, CREDIT) + append(database, CREDIT) == [1, 2, 3]


def test_a_number_of_a_transaction_rolled_back_is_used_again(database):
    def append_and_fail() -> None:
        with database.write() as connection:
            audit.append(connection, CREDIT)
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        append_and_fail()
    assert append(database, CREDIT) == [1]


def test_appends_at_the_same_moment_leave_no_gap_and_no_broken_link(database):
    with ThreadPoolExecutor(8) as threads:
        seqs = list(threads.map(lambda _: append(database, CREDIT)[0], range(40)))
    with database.read() as connection:
        report = audit.verify(connection, KEYS)
    assert (sorted(seqs), report.rows, report.findings) == (list(range(1, 41)), 40, ())


@pytest.mark.postgres
def test_a_row_behind_one_that_takes_too_long_is_told_that_the_database_is_busy(postgres_database):
    def append_impatiently() -> None:
        with postgres_database.write() as connection:
            connection.execute(text("SET LOCAL lock_timeout = '10ms'"))
            audit.append(connection, CREDIT)

    with postgres_database.write() as first:
        audit.append(first, CREDIT)
        with pytest.raises(DatabaseUnavailable, match="busy"):
            append_impatiently()


@pytest.mark.postgres
def test_a_server_that_goes_away_meanwhile_is_told_and_found_again(postgres_database):
    def lose_the_server_and_append() -> None:
        with postgres_database.write() as connection, postgres_database.write() as other:
            own = connection.execute(text("SELECT pg_backend_pid()")).scalar_one()
            other.execute(text(f"SELECT pg_terminate_backend({own}, 5000)"))
            audit.append(connection, CREDIT)

    with pytest.raises(DatabaseUnavailable, match="does not answer"):
        lose_the_server_and_append()
    assert append(postgres_database, CREDIT) == [1]


def test_amounts_are_kept_as_text_and_never_as_floats(database):
    append(database, replace(CREDIT, after={"balance": Decimal("0.10")}))
    with database.read() as connection:
        assert audit.page(connection, Filters())[0].entry.after == {"balance": "0.10"}


def test_any_script_and_sign_survives(database):
    odd = 'Zoë 🎁 "quoted" \\ \u202e \n <b>'
    append(database, replace(CREDIT, case_reference=odd))
    with database.read() as connection:
        assert audit.page(connection, Filters())[0].entry.case_reference == odd


def test_what_the_caller_changed_is_undone_when_the_row_cannot_be_written(database):
    def change_and_append() -> None:
        with database.write() as connection:
            connection.execute(presets.table.delete())
            audit.append(connection, replace(CREDIT, at=datetime(2026, 1, 1)))  # noqa: DTZ001

    with pytest.raises(ValueError, match="time zone"):
        change_and_append()
    with database.read() as connection:
        assert len(presets.list_all(connection)) == 4


def test_nothing_is_recorded_without_a_key_to_sign_with(sqlite_database):
    keyless = Database(f"sqlite:///{sqlite_database.place}", ())
    with pytest.raises(ValueError, match="secret keys"), keyless.write() as connection:
        audit.append(connection, CREDIT)


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE audit SET record = '{}'",
        "UPDATE audit SET seq = seq + 1",
        "DELETE FROM audit",
        "DELETE FROM audit_head",
        "INSERT INTO audit (seq, record, hash) SELECT seq + 5, record, hash FROM audit",
        "INSERT INTO audit (seq, record, hash) SELECT seq, record, hash FROM audit",
    ],
)
def test_the_database_refuses_to_change_what_is_recorded(owner, change):
    append(owner, CREDIT)
    with pytest.raises(DBAPIError, match="append-only"), owner.write() as connection:
        connection.execute(text(change))


def test_a_row_cannot_be_replaced_on_sqlite(sqlite_database):
    append(sqlite_database, CREDIT)
    replacing = text("INSERT OR REPLACE INTO audit (seq, record, hash) SELECT seq, '{}', hash FROM audit")
    with pytest.raises(DBAPIError, match="append-only"), sqlite_database.write() as connection:
        connection.execute(replacing)


@pytest.mark.postgres
@pytest.mark.parametrize("table", ["audit", "audit_head"])
def test_the_record_cannot_be_truncated_on_postgresql(postgres_owner, table):
    append(postgres_owner, CREDIT)
    with pytest.raises(DBAPIError, match="append-only"), postgres_owner.write() as connection:
        connection.execute(text(f"TRUNCATE {table}"))


@pytest.mark.parametrize("column", ["actor_id", "action", "contact_id", "outcome", "at"])
def test_a_column_to_filter_by_cannot_say_something_else_than_the_record(owner, column):
    append(owner, CREDIT)
    with pytest.raises(DBAPIError), owner.write() as connection:
        connection.execute(text(f"UPDATE audit SET {column} = NULL"))


@pytest.mark.parametrize(
    "filters",
    [
        Filters(actor_id="other"),
        Filters(action="debit.take"),
        Filters(programme_id="p-2"),
        Filters(contact_id=1),
        Filters(intent_id="i-2"),
        Filters(outcome=Outcome.DENIED),
        Filters(reason="other"),
        Filters(since=CREDIT.at + timedelta(seconds=1)),
        Filters(contact_id=1, reason="other"),
    ],
)
def test_each_filter_finds_only_its_rows(database, filters):
    other = replace(
        CREDIT,
        at=CREDIT.at + timedelta(seconds=1),
        actor_id="other",
        action="debit.take",
        programme_id="p-2",
        contact_id=1,
        intent_id="i-2",
        outcome=Outcome.DENIED,
        reason="other",
    )
    append(database, CREDIT, other)
    assert found(database, filters) == [2]


def test_the_end_of_a_period_is_not_part_of_it(database):
    append(database, CREDIT, replace(CREDIT, at=CREDIT.at + timedelta(microseconds=1)))
    assert found(database, Filters(until=CREDIT.at + timedelta(microseconds=1))) == [1]


def test_older_rows_come_page_by_page(database):
    append(database, *[CREDIT] * 5)
    with database.read() as connection:
        pages = [audit.page(connection, Filters(), before_seq=before, limit=2) for before in (None, 4, 2)]
    assert [[row.seq for row in rows] for rows in pages] == [[5, 4], [3, 2], [1]]


def test_a_member_s_rows_are_those_of_the_same_programme(database):
    append(database, CREDIT, replace(CREDIT, programme_id="p-2"), replace(CREDIT, contact_id=1))
    assert found(database, Filters(programme_id="p-1", contact_id=4821)) == [1]


@pytest.mark.parametrize(
    ("least", "seqs"), [("0", [4, 2, 1]), ("0.1", [4, 2, 1]), ("19.99", [4, 2]), ("20", [4]), ("500.01", [])]
)
def test_rows_are_narrowed_by_amount_exactly_and_whatever_the_sign(database, least, seqs):
    amounts = ("0.10", "19.99", None, "-500")
    append(database, *(replace(CREDIT, after={"amount": amount}) for amount in amounts))

    assert found(database, Filters(least=Decimal(least))) == seqs


def test_what_was_typed_and_is_no_amount_is_below_every_amount(database):
    append(database, replace(CREDIT, after={"amount": "as typed"}))

    assert found(database, Filters(least=Decimal("0.01"))) == []


def test_the_last_check_is_what_the_record_says_of_it(database):
    append(database, CREDIT)
    with database.read() as connection:
        report = audit.verify(connection, KEYS)
    append(database, replace(CREDIT, action="audit.verify", after=audit.told(report)), CREDIT)

    with database.read() as connection:
        check = audit.last_check(connection, CREDIT.at + timedelta(days=31))
        forgotten = audit.last_check(connection, CREDIT.at + timedelta(days=32))
    assert check is not None
    assert (check.by, check.last_seq, check.findings, check.is_intact) == ("Sam", 1, 0, True)
    assert forgotten is None


def test_the_last_check_tells_what_it_was_compared_with_and_its_first_findings(database):
    findings = [f"Row {number} is not what it was." for number in range(1, 13)]
    report = VerifyReport(
        rows=7, last_seq=9, findings=tuple(Finding(Kind.CHANGED, 1, one) for one in findings), anchors=3
    )
    told = audit.told(report)
    assert told == {"last_seq": 9, "rows": 7, "anchors": 3, "findings": 12, "first": findings[:10]}
    append(database, replace(CREDIT, action="audit.verify", after=told))

    with database.read() as connection:
        check = audit.last_check(connection, CREDIT.at)
    assert check is not None
    assert (check.last_seq, check.anchors, check.findings, check.is_intact) == (9, 3, 12, False)
    assert check.texts == tuple(findings[:10])


def test_the_last_of_several_checks_is_told(database):
    checks = [replace(CREDIT, action="audit.verify", after={"last_seq": number}) for number in (1, 2)]
    append(database, *checks)
    with database.read() as connection:
        check = audit.last_check(connection, CREDIT.at)
    assert check is not None
    assert (check.last_seq, check.findings, check.texts) == (2, 0, ())


@pytest.mark.parametrize(
    ("kind", "may"), [(Kind.CHANGED, True), (Kind.CUT, True), (Kind.HEAD, False), (Kind.ADDED, False)]
)
def test_a_check_is_kept_only_where_its_row_wipes_away_nothing(kind, may):
    found = (Finding(Kind.CHANGED, 1, "Row 1 is not what it was."), Finding(kind, 2, "Something else."))
    assert audit.may_be_kept(VerifyReport(rows=2, last_seq=2, findings=found)) == may
