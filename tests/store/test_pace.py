"""How often people may do what costs requests: exact, over all workers, and open again as told."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from threading import Barrier
from uuid import uuid4

import pytest

from dashboard.store import pace
from dashboard.store.database import Database
from dashboard.store.pace import CHANGES, HOUR, MINUTE, SEARCHES, Full, Pace

PACE = Pace("tests", own={MINUTE: 2, HOUR: 3}, together={MINUTE: 4, HOUR: 5})


def ask(database: Database, staff_id: str, now: datetime, key: str = "", *, times: int = 1) -> Full | None:
    with database.write() as connection:
        return pace.admit(connection, PACE, key or str(uuid4()), staff_id=staff_id, now=now, times=times)


def test_a_person_may_do_so_many_within_a_minute_and_is_told_when_there_is_room(database, sam, now):
    later = now + timedelta(seconds=20)
    assert ask(database, sam.id, now) is None
    assert ask(database, sam.id, later) is None

    full = ask(database, sam.id, later)

    assert full == Full(2, MINUTE, is_own=True, until=now + MINUTE)


def test_waiting_as_told_is_enough(database, sam, now):
    for _ in range(2):
        ask(database, sam.id, now)

    assert ask(database, sam.id, now + MINUTE - timedelta(microseconds=1)) is not None
    assert ask(database, sam.id, now + MINUTE) is None


def test_an_hour_is_counted_beside_its_minutes(database, sam, now):
    for minutes in (0, 2, 4):
        assert ask(database, sam.id, now + timedelta(minutes=minutes)) is None

    full = ask(database, sam.id, now + timedelta(minutes=6))

    assert full == Full(3, HOUR, is_own=True, until=now + HOUR)


def test_of_two_that_are_full_the_one_that_lasts_longer_is_told(database, sam, now):
    late = now + timedelta(minutes=59, seconds=30)
    for at in (now, late, late):
        assert ask(database, sam.id, at) is None

    full = ask(database, sam.id, late)

    assert full == Full(2, MINUTE, is_own=True, until=late + MINUTE)


def test_what_was_refused_is_not_counted(database, sam, now):
    for _ in range(9):
        ask(database, sam.id, now)

    assert ask(database, sam.id, now + MINUTE) is None


def test_the_same_form_sent_again_counts_once_and_is_never_refused(database, sam, now):
    for _ in range(5):
        assert ask(database, sam.id, now, "one form") is None
    assert ask(database, sam.id, now) is None
    assert ask(database, sam.id, now) is not None

    assert ask(database, sam.id, now, "one form") is None


def test_all_staff_together_have_a_pace_of_their_own(database, sam, lea, now):
    for person in (sam, sam, lea, lea):
        assert ask(database, person.id, now) is None
    other = now + timedelta(seconds=1)

    assert ask(database, sam.id, other) == Full(2, MINUTE, is_own=True, until=now + MINUTE)
    assert ask(database, sam.id, now + MINUTE) is None
    assert ask(database, lea.id, now + MINUTE) == Full(5, HOUR, is_own=False, until=now + HOUR)


def test_another_pace_counts_apart(database, sam, now):
    for _ in range(2):
        ask(database, sam.id, now)

    with database.write() as connection:
        assert pace.admit(connection, SEARCHES, "x", staff_id=sam.id, now=now) is None


def test_a_larger_plan_allows_a_multiple(database, sam, now):
    for _ in range(4):
        assert ask(database, sam.id, now, times=2) is None

    assert ask(database, sam.id, now, times=2) == Full(4, MINUTE, is_own=True, until=now + MINUTE)


def test_when_many_ask_at_once_exactly_so_many_go_on(database, sam, now):
    start = Barrier(8)

    def at_once(_number):
        start.wait()
        return ask(database, sam.id, now)

    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(at_once, range(8)))

    assert answers.count(None) == 2


def test_nothing_is_kept_for_longer_than_an_hour(database, sam, now):
    ask(database, sam.id, now)

    ask(database, sam.id, now + HOUR)

    with database.read() as connection:
        assert len(connection.execute(pace.table.select()).all()) == 1


@pytest.mark.parametrize("what", [CHANGES, SEARCHES])
def test_nobody_alone_uses_up_what_all_have(what):
    assert what.own.keys() == what.together.keys() == {MINUTE, HOUR}
    assert all(what.own[span] < what.together[span] for span in what.own)


def test_all_changes_of_an_hour_leave_the_remotes_requests_a_reserve():
    calls_of_a_credit_and_its_page = 3

    assert CHANGES.together[HOUR] * calls_of_a_credit_and_its_page <= 600 * 0.9
