from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

from sqlalchemy import select

from dashboard.store import throttle
from dashboard.store.database import Database
from tests.support.database import KEYS

SAM = throttle.account_key("sam@shop.example")
OFFICE = throttle.address_key("192.0.2.7")


def admit(database: Database, now, *keys: throttle.Key) -> int:
    with database.write() as connection:
        return throttle.admit(connection, keys, now)


def waits(database: Database, now, times: int, *keys: throttle.Key) -> list[int]:
    """How long each of so many attempts had to wait, when everybody waits as told and no longer."""
    found = []
    for _ in range(times):
        wait = admit(database, now, *keys)
        found.append(wait)
        if wait:
            now += timedelta(seconds=wait)
            assert admit(database, now, *keys) == 0
    return found


def test_five_attempts_are_free_and_then_each_wait_is_twice_the_one_before(database, now):
    assert waits(database, now, 11, SAM) == [0, 0, 0, 0, 0, 0, 1, 2, 4, 8, 16]


def test_no_wait_is_longer_than_a_quarter_of_an_hour(database, now):
    assert waits(database, now, 25, SAM)[-1] == 900


def test_waiting_as_told_is_enough(database, now):
    waits(database, now, 6, SAM)
    assert admit(database, now + timedelta(seconds=1), SAM) == 0


def test_an_attempt_that_is_refused_does_not_make_the_wait_longer(database, now):
    waits(database, now, 6, SAM)
    assert [admit(database, now, SAM) for _ in range(5)] == [1, 1, 1, 1, 1]


def test_the_right_password_forgives_the_account(database, now):
    waits(database, now, 6, SAM)
    with database.write() as connection:
        throttle.forgive(connection, SAM)
    assert admit(database, now, SAM) == 0


def test_an_address_has_thirty_free_attempts_over_all_accounts(database, now):
    accounts = [throttle.account_key(f"{n}@shop.example") for n in range(32)]
    assert [admit(database, now, account, OFFICE) for account in accounts][29:] == [0, 0, 1]


def test_a_blocked_address_does_not_count_against_the_account(database, now):
    for n in range(31):
        admit(database, now, throttle.account_key(f"{n}@shop.example"), OFFICE)
    for _ in range(10):
        admit(database, now, SAM, OFFICE)
    assert admit(database, now, SAM) == 0


def test_other_accounts_and_addresses_are_not_held_up(database, now):
    waits(database, now, 6, SAM, OFFICE)
    assert admit(database, now, throttle.account_key("lea@shop.example"), throttle.address_key("::1")) == 0


def test_an_account_is_the_same_in_upper_and_lower_case():
    assert throttle.account_key(" SAM@shop.example ") == SAM


def test_the_count_survives_a_restart(sqlite_database, now):
    waits(sqlite_database, now, 6, SAM)
    sqlite_database.dispose()
    restarted = Database(f"sqlite:///{sqlite_database.place}", KEYS)
    assert admit(restarted, now, SAM) == 1
    restarted.dispose()


def test_attempts_at_the_same_moment_do_not_slip_through(database, now):
    with ThreadPoolExecutor(8) as threads:
        admitted = [wait == 0 for wait in threads.map(lambda _: admit(database, now, SAM, OFFICE), range(16))]
    assert sum(admitted) == 6


def test_attempts_are_remembered_for_twelve_hours(database, now):
    waits(database, now, 6, SAM)
    assert waits(database, now + timedelta(hours=12), 2, SAM) == [0, 2]


def test_old_attempts_are_forgotten(database, now):
    waits(database, now, 8, SAM)
    assert waits(database, now + timedelta(hours=13), 5, SAM) == [0, 0, 0, 0, 0]


def test_the_table_holds_hashes_of_accounts_and_addresses(database, now):
    admit(database, now, SAM, OFFICE)
    with database.read() as connection:
        keys = connection.execute(select(throttle.table.c.key)).scalars().all()
    assert [(len(key), int(key, 16) > 0) for key in keys] == [(64, True), (64, True)]


def test_an_office_that_signs_in_rightly_never_waits(database, now):
    for number in range(100):
        account = throttle.account_key(f"person{number}@shop.example")
        assert admit(database, now, account, OFFICE) == 0
        with database.write() as connection:
            throttle.forgive(connection, account, OFFICE)


def test_one_known_account_buys_no_guesses_at_others(database, now):
    for number in range(30):
        assert admit(database, now, SAM, OFFICE) == 0
        with database.write() as connection:
            throttle.forgive(connection, SAM, OFFICE)
        assert admit(database, now, throttle.account_key(f"{number}@shop.example"), OFFICE) == 0

    assert admit(database, now, throttle.account_key("30@shop.example"), OFFICE) == 0
    assert admit(database, now, throttle.account_key("31@shop.example"), OFFICE) == 1


def test_forgiving_an_address_leaves_the_others_counted(database, now):
    elsewhere = throttle.address_key("198.51.100.9")
    waits(database, now, 30, elsewhere)
    assert admit(database, now, SAM, OFFICE) == 0
    with database.write() as connection:
        throttle.forgive(connection, SAM, OFFICE)

    assert [admit(database, now, elsewhere) for _ in range(2)] == [0, 1]


def test_forgiving_what_was_not_counted_buys_no_attempts(database, now):
    assert admit(database, now, SAM, OFFICE) == 0
    with database.write() as connection:
        for _ in range(3):
            throttle.forgive(connection, SAM, OFFICE)

    assert waits(database, now, 32, OFFICE)[29:] == [0, 0, 1]
