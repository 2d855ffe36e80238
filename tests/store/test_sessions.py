from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select

from dashboard.store import sessions, staff
from dashboard.store.database import Database
from dashboard.store.sessions import Ending

MINUTE = timedelta(minutes=1)
HOUR = timedelta(hours=1)


@pytest.fixture
def opened(database: Database, sam, now) -> sessions.Opened:
    return open_for(database, sam, now)


def open_for(database: Database, person, now, user_agent: str = "Firefox") -> sessions.Opened:
    with database.write() as connection:
        return sessions.open_session(connection, person.id, user_agent=user_agent, ip="192.0.2.7", now=now)


def find(database: Database, token: str, now):
    with database.read() as connection:
        found = staff.signed_in(connection, token, now)
        return None if found is None else found[0]


def extend(database: Database, opened: sessions.Opened, now) -> bool:
    with database.write() as connection:
        return sessions.extend(connection, opened.session.id, now)


def test_a_token_finds_its_session(database, opened, now):
    assert find(database, opened.token, now) == opened.session


def test_any_other_token_finds_nothing(database, opened, now):
    assert find(database, opened.token[:-1], now) is None


def test_a_token_has_256_bits_and_only_its_hash_is_kept(database, opened):
    with database.read() as connection:
        kept = connection.execute(select(sessions.table.c.token_hash)).scalar_one()
    assert (len(opened.token), len(kept), opened.token.encode() in kept) == (43, 32, False)


@pytest.mark.parametrize(("minutes", "alive"), [(29, True), (30, False)])
def test_a_session_ends_half_an_hour_after_its_last_use(database, opened, now, minutes, alive):
    assert (find(database, opened.token, now + minutes * MINUTE) is not None) == alive


def test_a_use_keeps_a_session_alive(database, opened, now):
    extend(database, opened, now + 20 * MINUTE)
    assert find(database, opened.token, now + 49 * MINUTE) is not None


def test_only_reading_a_session_does_not_keep_it_alive(database, opened, now):
    find(database, opened.token, now + 20 * MINUTE)
    assert find(database, opened.token, now + 31 * MINUTE) is None


@pytest.mark.parametrize(("minutes", "alive"), [(719, True), (720, False)])
def test_a_session_ends_after_twelve_hours_however_it_is_used(database, opened, now, minutes, alive):
    for used in range(20, minutes, 20):
        extend(database, opened, now + used * MINUTE)
    assert (find(database, opened.token, now + minutes * MINUTE) is not None) == alive


def test_a_session_says_when_it_ends_unless_it_is_used(opened, now):
    assert opened.session.ends_at == now + 30 * MINUTE


@pytest.mark.parametrize(("seconds", "is_due"), [(59, False), (60, True)])
def test_a_use_is_written_down_at_most_once_a_minute(opened, now, seconds, is_due):
    assert opened.session.is_due_to_extend(now + timedelta(seconds=seconds)) == is_due


def test_a_session_that_was_revoked_is_gone(database, sam, opened, now):
    with database.write() as connection:
        sessions.revoke(connection, opened.session.id, sam.id, now)
    assert find(database, opened.token, now) is None


def test_a_request_under_way_cannot_revive_a_session_that_was_revoked(database, sam, opened, now):
    with database.write() as connection:
        sessions.revoke_all(connection, sam.id, now)
    revived = extend(database, opened, now + MINUTE)
    assert (revived, find(database, opened.token, now + MINUTE)) == (False, None)


def test_a_request_that_comes_too_late_cannot_revive_a_session(database, opened, now):
    assert not extend(database, opened, now + 30 * MINUTE)


def test_two_uses_at_the_same_moment_both_find_the_session_alive(database, opened, now):
    assert [extend(database, opened, now + MINUTE) for _ in range(2)] == [True, True]


def test_a_slower_request_does_not_set_the_last_use_back(database, opened, now):
    extend(database, opened, now + 10 * MINUTE)
    extend(database, opened, now + 5 * MINUTE)
    assert find(database, opened.token, now + 39 * MINUTE) is not None


def test_nobody_can_end_another_person_s_session(database, lea, opened, now):
    with database.write() as connection:
        ended = sessions.revoke(connection, opened.session.id, lea.id, now)
    assert (ended, find(database, opened.token, now)) == (False, opened.session)


def test_all_sessions_of_one_person_end_and_no_others(database, sam, lea, opened, now):
    also_sam, hers = open_for(database, sam, now), open_for(database, lea, now)
    with database.write() as connection:
        ended = sessions.revoke_all(connection, sam.id, now)
    alive = [find(database, one.token, now) is not None for one in (opened, also_sam, hers)]
    assert (ended, alive) == (2, [False, False, True])


def test_a_person_sees_their_living_sessions_last_used_first(database, sam, lea, opened, now):
    later = open_for(database, sam, now + MINUTE)
    revoked = open_for(database, sam, now)
    open_for(database, lea, now)
    with database.write() as connection:
        sessions.revoke(connection, revoked.session.id, sam.id, now)
        mine = sessions.list_for(connection, sam.id, now + MINUTE)
    assert mine == (later.session, opened.session)


def test_sessions_that_are_over_are_not_listed(database, sam, opened, now):
    for used in range(20, 720, 20):
        extend(database, opened, now + used * MINUTE)
    with database.read() as connection:
        assert sessions.list_for(connection, sam.id, now + 719 * MINUTE) != ()
        assert sessions.list_for(connection, sam.id, now + 720 * MINUTE) == ()


def test_a_use_counts_for_the_session_it_was_made_in(database, sam, opened, now):
    other = open_for(database, sam, now)
    assert extend(database, opened, now + 20 * MINUTE)
    assert find(database, other.token, now + 31 * MINUTE) is None


def test_a_session_is_ended_once(database, sam, opened, now):
    with database.write() as connection:
        ended = [sessions.revoke(connection, opened.session.id, sam.id, now) for _ in range(2)]
    assert ended == [True, False]


@pytest.mark.parametrize(
    ("minutes", "ending"),
    [(0, None), (29, None), (30, Ending.IDLE), (60, Ending.IDLE)],
)
def test_why_a_session_ended_is_known(database, opened, now, minutes, ending):
    with database.read() as connection:
        assert sessions.why_ended(connection, opened.token, now + minutes * MINUTE) == ending


def test_a_session_in_use_all_day_ended_because_it_was_too_long(database, opened, now):
    for used in range(20, 720, 20):
        extend(database, opened, now + used * MINUTE)
    with database.read() as connection:
        assert sessions.why_ended(connection, opened.token, now + 719 * MINUTE) is None
        assert sessions.why_ended(connection, opened.token, now + 720 * MINUTE) is Ending.TOO_LONG


def test_a_session_that_was_revoked_says_so_however_old(database, sam, lea, opened, now):
    open_for(database, lea, now)
    with database.write() as connection:
        sessions.revoke(connection, opened.session.id, sam.id, now)
        assert sessions.why_ended(connection, opened.token, now + HOUR) is Ending.REVOKED
        assert sessions.why_ended(connection, "never one of ours", now) is None


def test_an_address_is_kept_as_far_as_addresses_go(database, sam, now):
    with database.write() as connection:
        opened = sessions.open_session(connection, sam.id, user_agent="", ip="f" * 60, now=now)
    assert opened.session.ip == "f" * 45


def test_a_device_is_named_in_short_and_without_hidden_characters(database, sam, now):
    opened = open_for(database, sam, now, user_agent="Fire\r\nfox\x1b" + "x" * 500)
    assert (opened.session.device[:8], len(opened.session.device)) == ("Firefoxx", 160)


def test_sessions_that_ended_long_ago_are_forgotten(database, sam, opened, now):
    open_for(database, sam, now + 37 * HOUR)
    with database.read() as connection:
        assert len(connection.execute(select(sessions.table)).all()) == 1
