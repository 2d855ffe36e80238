"""The one-time link that sets a password (security line 16)."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest

from dashboard.store import links, staff, throttle
from tests.support import app as support

NEW = "seven umbrellas on a quiet tram"


@pytest.fixture
def link(real_desk):
    with real_desk.services.database.read() as connection:
        mia = staff.by_email(connection, "mia@example.com")
    assert mia is not None
    with real_desk.services.database.write() as connection:
        return f"/set-password/{links.create(connection, mia.id, real_desk.clock())}"


def choose(page, password=NEW, **options):
    return page.form("Set password").fill({"New password": password}).send(**options)


def test_the_link_sets_the_password_and_leads_to_sign_in(real_desk, link):
    visitor = real_desk.visitor()

    page = choose(visitor.get(link))

    assert page.h1 == "Sign in"
    visitor.sign_in("mia@example.com", NEW)
    assert visitor.get("/account/").h1 == "Mia Berg"


def test_the_old_password_and_sessions_end(real_desk, link):
    before = real_desk.visitor()
    before.sign_in("mia@example.com", support.PASSWORD)

    choose(real_desk.visitor().get(link))

    assert before.open("/account/").status_code == 303
    real_desk.visitor().sign_in("mia@example.com", support.PASSWORD, status=422)


def test_the_link_works_once(real_desk, link):
    visitor = real_desk.visitor()
    page = visitor.get(link)
    choose(page)

    assert visitor.get(link, status=404).h1 == "This link works no more"
    assert choose(page, status=404).h1 == "This link works no more"


def test_of_two_who_use_the_link_at_once_one_is_told_that_it_is_spent(real_desk, link):
    start, pages = Barrier(2), [real_desk.visitor().get(link) for _ in range(2)]

    def use(page):
        start.wait()
        return page.form("Set password").fill({"New password": NEW}).send_raw()

    with ThreadPoolExecutor(2) as pool:
        spent, used = sorted(pool.map(use, pages), key=lambda response: -response.status_code)

    assert (spent.status_code, used.status_code) == (404, 303)
    assert "This link works no more" in spent.text


def test_the_link_lives_an_hour(real_desk, link):
    real_desk.clock.advance(minutes=61)

    real_desk.visitor().get(link, status=404)


def test_looking_at_the_page_does_not_spend_the_link(real_desk, link):
    for _ in range(3):
        real_desk.visitor().get(link)

    choose(real_desk.visitor().get(link))


def test_a_weak_password_is_refused_with_a_reason_and_the_link_holds(real_desk, link):
    page = choose(real_desk.visitor().get(link), "too short", status=422)

    assert "Use 15 or more characters." in page.main
    assert "too short" not in page.response.text
    choose(page)


def test_setting_a_password_opens_a_locked_account(real_desk, link):
    account = throttle.account_key("mia@example.com")
    for _ in range(10):
        with real_desk.services.database.write() as connection:
            throttle.admit(connection, (account,), real_desk.clock())

    choose(real_desk.visitor().get(link))

    real_desk.visitor().sign_in("mia@example.com", NEW)


def test_it_is_recorded_without_the_token(real_desk, link):
    choose(real_desk.visitor().get(link))

    (entry,) = [entry for entry in real_desk.record() if entry.action == "password.set"]
    assert (entry.actor_name, entry.outcome) == ("Mia Berg", "done")
    assert entry.after == {"by": "one-time link"}
    assert link.rsplit("/", 1)[1] not in str(real_desk.record())


@pytest.mark.parametrize("token", ["x", "a" * 43, "%00", "é"])
def test_a_link_that_never_was_leads_nowhere(real_desk, token):
    real_desk.visitor().get(f"/set-password/{token}", status=404)
