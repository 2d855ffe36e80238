"""Sessions as the browser sees them (security lines 17 to 19)."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from hashlib import sha256

import pytest

from dashboard.permissions import Permission
from dashboard.store import sessions, staff
from dashboard.web.access import requires
from tests.support import app as support


def is_in(visitor):
    return visitor.open("/account/").status_code == 200


def cookie(visitor):
    return visitor.client.get_cookie("session", domain="127.0.0.1").value


def test_the_token_is_long_random_and_only_its_hash_is_stored(desk):
    visitor = desk.visitor()
    visitor.sign_in("sam@demo.example", support.PASSWORD)
    token = cookie(visitor)

    with closing(sqlite3.connect(desk.settings.database_url.removeprefix("sqlite:///"))) as connection:
        dump = "\n".join(connection.iterdump())
        hashes = [row[0] for row in connection.execute("SELECT token_hash FROM sessions")]

    assert len(token) >= 43
    assert token not in dump
    assert sha256(token.encode()).digest() in hashes


def test_a_token_planted_before_signing_in_is_worth_nothing_after(desk):
    visitor = desk.visitor()
    visitor.take_cookie("session", "planted-by-somebody-else")

    visitor.sign_in("sam@demo.example", support.PASSWORD)

    assert cookie(visitor) != "planted-by-somebody-else"
    other = desk.visitor()
    other.take_cookie("session", "planted-by-somebody-else")
    assert not is_in(other)


def test_a_cookie_that_would_remember_somebody_is_not_looked_at(desk):
    visitor, stranger = desk.visitor("sam"), desk.visitor()
    for each in (visitor, stranger):
        each.take_cookie("remember_token", f"{desk.staff_id('lea')}|signed")

    assert is_in(visitor)
    assert not is_in(stranger)


def test_signing_in_again_gives_another_token(desk):
    first, second = desk.visitor(), desk.visitor()
    for visitor in (first, second):
        visitor.sign_in("sam@demo.example", support.PASSWORD)

    assert cookie(first) != cookie(second)


def test_a_session_ends_half_an_hour_after_its_last_use(desk):
    visitor = desk.visitor("sam")
    desk.clock.advance(minutes=29)
    assert is_in(visitor)
    desk.clock.advance(minutes=29)
    assert is_in(visitor)
    desk.clock.advance(minutes=31)

    assert not is_in(visitor)


def test_a_session_ends_after_twelve_hours_however_busy(desk):
    visitor = desk.visitor("sam")
    for _ in range(35):
        desk.clock.advance(minutes=20)
        assert is_in(visitor)
    desk.clock.advance(minutes=20)

    assert not is_in(visitor)


@pytest.mark.parametrize(("seconds", "written"), [(59, False), (60, True)])
def test_a_use_is_written_down_at_most_once_a_minute(desk, seconds, written):
    visitor, sam, began = desk.visitor("sam"), desk.staff_id("sam"), desk.clock()
    desk.clock.advance(seconds=seconds)
    assert is_in(visitor)

    with desk.services.database.read() as connection:
        (session,) = sessions.list_for(connection, sam, desk.clock())
    assert session.last_used_at == (desk.clock() if written else began)


def test_what_a_page_fetches_by_timer_keeps_no_session_awake(desk):
    desk.app.add_url_rule("/poll", "poll", requires(Permission.STATUS_READ, polls=True)(lambda: "same"))
    visitor = desk.visitor("sam")
    desk.clock.advance(minutes=20)
    assert visitor.open("/poll").status_code == 200
    desk.clock.advance(minutes=11)

    assert not is_in(visitor)


def test_static_files_and_unknown_addresses_keep_no_session_awake(desk):
    visitor = desk.visitor("sam")
    desk.clock.advance(minutes=20)
    visitor.open("/static/css/console.css")
    assert visitor.open("/nothing").status_code == 404
    desk.clock.advance(minutes=11)

    assert not is_in(visitor)


def test_a_session_that_was_signed_out_is_dead_for_whoever_copied_it(desk):
    visitor, thief = desk.visitor("sam"), desk.visitor()
    thief.take_cookie("session", cookie(visitor))
    assert is_in(thief)

    visitor.get("/account/").form("Sign out").send_raw()

    assert not is_in(thief)


def test_a_request_in_flight_cannot_revive_an_ended_session(desk):
    visitor = desk.visitor("sam")
    with desk.services.database.read() as connection:
        found = staff.signed_in(connection, cookie(visitor), desk.clock())
    assert found is not None
    session, _ = found
    with desk.services.database.write() as connection:
        sessions.revoke(connection, session.id, session.staff_id, desk.clock())
        desk.clock.advance(minutes=2)
        revived = sessions.extend(connection, session.id, desk.clock())

    assert not revived
    assert not is_in(visitor)


@pytest.mark.parametrize("end", ["disable", "end all", "new password"])
def test_sessions_end_at_once_when_they_must(desk, end):
    visitor, database, member = desk.visitor("lea"), desk.services.database, desk.staff_id("lea")
    if end == "new password":
        staff.set_password(database, member, support.PASSWORD, desk.clock())
    else:
        with database.write() as connection:
            act = staff.disable if end == "disable" else sessions.revoke_all
            act(connection, member, desk.clock())

    assert not is_in(visitor)


def test_a_demo_accounts_live_session_is_dead_where_the_demo_does_not_run(real_desk):
    visitor = real_desk.visitor("sam")

    assert not is_in(visitor)


def test_a_demo_accounts_session_is_dead_when_the_remote_is_real(desk_template, tmp_path):
    with support.running(desk_template, tmp_path, api_url="https://api.brevo.com/v3") as running:
        assert not is_in(running.visitor("sam"))
