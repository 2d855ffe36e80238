"""The head of the audit record goes to a second place by itself, and nothing stops when it cannot."""

from __future__ import annotations

import time
from collections.abc import Callable

import pytest

from dashboard.actions.anchorer import Anchorer
from dashboard.store import audit
from dashboard.store.audit import Entry, Outcome
from tests.support.app import NOON, SECRET, Clock


def append(database, rows: int = 1) -> None:
    entry = Entry(
        at=NOON, actor_id=None, actor_name="Sam", actor_role="agent", action="sign_in", outcome=Outcome.DONE
    )
    with database.write() as connection:
        for _ in range(rows):
            audit.append(connection, entry)


def until(condition: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 10
    while not condition():
        assert time.monotonic() < deadline, "it did not happen in time"
        time.sleep(0.005)


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
def database(desk):
    return desk.services.database


@pytest.fixture
def path(tmp_path):
    return tmp_path / "elsewhere" / "anchors.jsonl"


@pytest.fixture
def anchorer(database, path, clock):
    return Anchorer(database, path, (SECRET,), clock, interval=0.005)


def seq(anchor) -> int | None:
    return None if anchor is None else anchor.seq


def test_an_empty_record_needs_no_anchor(anchorer):
    assert anchorer.round() is None


def test_the_first_row_is_anchored_at_once(anchorer, database):
    append(database)

    assert seq(anchorer.round()) == 1


def test_a_new_row_is_anchored_after_a_minute(anchorer, database, clock):
    append(database)
    anchorer.round()
    append(database)
    clock.advance(seconds=59)
    early = anchorer.round()
    clock.advance(seconds=1)

    assert (early, seq(anchorer.round())) == (None, 2)


def test_a_hundred_new_rows_do_not_wait_for_the_minute(anchorer, database):
    append(database)
    anchorer.round()
    append(database, 99)
    early = anchorer.round()
    append(database)

    assert (early, seq(anchorer.round())) == (None, 101)


def test_a_record_that_does_not_grow_gets_no_further_anchors(anchorer, database, clock, path):
    append(database)
    for _ in range(3):
        anchorer.round()
        clock.advance(minutes=5)

    assert len(path.read_text().splitlines()) == 1


def test_two_processes_on_one_file_write_each_head_once(anchorer, database, path, clock):
    append(database)
    anchorer.round()

    assert Anchorer(database, path, (SECRET,), clock).round() is None


def test_an_anchor_says_when_and_what_and_is_signed(anchorer, database, path):
    append(database, 3)
    anchorer.round()

    last = anchorer.last()
    assert (last.seq, last.taken_at) == (3, NOON)
    assert audit.last_anchor(path, ("another secret, long enough to sign with it",)) is None


def test_the_anchors_fit_the_record(anchorer, database, path, clock):
    for _ in range(3):
        append(database, 2)
        anchorer.round()
        clock.advance(seconds=60)

    with database.read() as connection:
        report = audit.verify(connection, (SECRET,), path)
    assert (report.is_intact, report.anchors) == (True, 3)


def test_a_line_torn_by_a_crash_does_not_spoil_the_next(anchorer, database, path, clock):
    append(database)
    anchorer.round()
    with path.open("a") as file:
        file.write('{"seq":1,"ha')
    append(database)
    clock.advance(minutes=1)
    anchorer.round()

    assert anchorer.last().seq == 2


def test_a_first_line_torn_at_its_first_byte_does_not_spoil_the_next(anchorer, database, path):
    append(database)
    path.parent.mkdir()
    path.write_text("{")
    anchorer.round()

    assert anchorer.last().seq == 1


def test_the_file_and_its_folder_are_their_owner_s_alone(anchorer, database, path):
    append(database)
    anchorer.round()

    assert (path.stat().st_mode & 0o777, path.parent.stat().st_mode & 0o777) == (0o600, 0o700)


def test_folders_that_are_missing_are_made(database, tmp_path, clock):
    append(database)
    deep = tmp_path / "other" / "storage" / "anchors.jsonl"

    assert Anchorer(database, deep, (SECRET,), clock).round() is not None


def test_each_anchor_is_one_line(anchorer, database, path, clock):
    for _ in range(2):
        append(database)
        anchorer.round()
        clock.advance(minutes=1)

    assert [line[:8] for line in path.read_text().split("\n")] == ['{"seq":1', '{"seq":2', ""]


def test_a_stop_anchors_what_is_left(anchorer, database):
    append(database)
    anchorer.start()
    until(lambda: anchorer.last() is not None)
    append(database)
    anchorer.stop()

    assert (anchorer.last().seq, anchorer.is_running) == (2, False)


def test_a_file_that_cannot_be_written_is_told_and_the_thread_goes_on(anchorer, database, path):
    path.parent.write_text("a file where the folder should be")
    append(database)
    anchorer.start()
    until(lambda: anchorer.trouble is not None)

    assert anchorer.is_running
    assert str(path) in anchorer.trouble

    path.parent.unlink()
    until(lambda: anchorer.trouble is None)
    assert anchorer.last().seq == 1
    anchorer.stop()


def test_the_console_starts_and_stops_it(desk):
    desk.services.start()
    runs = desk.services.anchorer.is_running
    desk.services.close()

    assert (runs, desk.services.anchorer.is_running) == (True, False)
