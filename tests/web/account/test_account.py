"""One's own account (security line 20)."""

from __future__ import annotations

import pytest

from dashboard.store import sessions
from dashboard.web.account.devices import device_name
from tests.support import app as support

NEW = "seven umbrellas on a quiet tram"


def test_it_says_who_one_is(desk):
    page = desk.visitor("lea").get("/account/")

    assert page.title == "Account and settings · Loyalty Desk"
    assert page.h1 == "Lea Moreau"
    assert "lea@demo.example" in page.main
    assert "Supervisor" in page.main


def test_the_theme_is_kept_with_the_account(desk):
    page = desk.visitor("sam").get("/account/")

    page = page.form("Save settings").fill({"Theme": "Dark"}).send()

    assert page.root.get("data-theme") == "dark"
    assert desk.visitor("sam").get("/status/").root.get("data-theme") == "dark"
    assert desk.visitor("lea").get("/status/").root.get("data-theme") is None


def test_rows_can_be_compact(desk):
    page = desk.visitor("sam").get("/account/").form("Save settings").fill({"Rows": "Compact"}).send()

    assert page.root.get("data-density") == "compact"


def test_single_keys_can_be_switched_off_and_on(desk):
    page = desk.visitor("sam").get("/account/")
    assert page.all("body")[0].get("data-shortcuts") == "on"

    page = page.form("Save settings").fill({"Single-key shortcuts": ""}).send()
    assert page.all("body")[0].get("data-shortcuts") == "off"

    page = page.form("Save settings").fill({"Single-key shortcuts": "1"}).send()
    assert page.all("body")[0].get("data-shortcuts") == "on"


def test_it_lists_where_one_is_signed_in(desk):
    phone = desk.visitor()
    phone.client.environ_base["HTTP_USER_AGENT"] = "A phone <b>"
    phone.sign_in("sam@demo.example", support.PASSWORD)
    desk.visitor("lea")

    page = desk.visitor("sam").get("/account/")

    assert "A phone <b>" in page.main
    assert "127.0.0.1" in page.main
    assert page.buttons().count("End session") == 1
    assert "This session" in page.main


def test_another_device_can_be_signed_out(desk):
    phone = desk.visitor("sam")

    page = desk.visitor("sam").get("/account/").form("End session").send()

    assert "End session" not in page.buttons()
    assert phone.open("/account/").status_code == 303
    assert desk.record()[-1].action == "session.end"


def test_nobody_can_sign_out_somebody_else(desk):
    lea, sam = desk.visitor("lea"), desk.visitor("sam")
    with desk.services.database.read() as connection:
        (other,) = sessions.list_for(connection, desk.staff_id("lea"), desk.clock())

    sam.post(f"/account/sessions/{other.id}/end", {"_token": sam.token()})

    assert lea.open("/account/").status_code == 200
    assert desk.record() == []


def change(page, current=support.PASSWORD, new=NEW, **options):
    return page.form("Change password").fill({"current": current, "password": new}).send(**options)


@pytest.fixture
def mia(real_desk):
    visitor = real_desk.visitor()
    visitor.sign_in("mia@example.com", support.PASSWORD)
    return visitor


def test_a_new_password_ends_all_other_sessions_and_changes_this_ones_token(real_desk, mia):
    other = real_desk.visitor()
    other.sign_in("mia@example.com", support.PASSWORD)
    before = mia.client.get_cookie("__Host-session", domain="desk.example").value

    page = change(mia.get("/account/"))

    assert page.h1 == "Mia Berg"
    assert mia.client.get_cookie("__Host-session", domain="desk.example").value != before
    assert other.open("/account/").status_code == 303
    real_desk.visitor().sign_in("mia@example.com", NEW)


def test_the_present_password_must_be_known(real_desk, mia):
    page = change(mia.get("/account/"), current="a guess", status=422)

    assert "Check your present password" in page.main
    assert page.title.startswith("Error: ")
    assert real_desk.record()[-1].outcome == "denied"


def test_guessing_the_present_password_is_slowed_down(real_desk, mia):
    page = mia.get("/account/")
    for _ in range(6):
        page = change(page, current="a guess", status=422)

    assert "Locked until" in change(page, status=429).main


def test_a_weak_password_is_refused_with_a_reason(mia):
    page = change(mia.get("/account/"), new="short", status=422)

    assert "Use 15 or more characters." in page.main


def test_a_demo_account_cannot_change_the_password_that_everybody_knows(desk):
    visitor = desk.visitor("sam")
    page = visitor.get("/account/")
    assert "Change password" not in page.buttons()

    visitor.post(
        "/account/password", {"_token": visitor.token(), "current": "x", "password": "y"}, status=403
    )


def test_the_account_works_while_the_remote_is_away(desk):
    desk.visitor("sam").get("/account/")


@pytest.mark.parametrize(
    ("user_agent", "name"),
    [
        (
            "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 Chrome/150.0 Safari/537.36",
            "Chrome on Windows",
        ),
        (
            "Mozilla/5.0 (Windows NT 10.0) AppleWebKit/537.36 Chrome/150.0 Safari/537.36 Edg/150.0",
            "Edge on Windows",
        ),
        ("Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) Version/19.0 Safari/605.1.15", "Safari on Mac"),
        (
            "Mozilla/5.0 (iPhone; CPU iPhone OS 19_0 like Mac OS X) CriOS/150.0 Safari/604.1",
            "Chrome on iPhone",
        ),
        ("Mozilla/5.0 (X11; Linux x86_64; rv:145.0) Gecko/20100101 Firefox/145.0", "Firefox on Linux"),
        ("curl/8.0", "curl/8.0"),
        ("", "Unknown device"),
    ],
)
def test_a_device_has_the_name_a_person_gives_it(user_agent, name):
    assert device_name(user_agent) == name
