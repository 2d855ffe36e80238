"""Signing in: who is let in, what is said to the others (security lines 12 to 14, 32)."""

from __future__ import annotations

from statistics import median
from time import thread_time

import pytest

from dashboard.store import sessions
from dashboard.web.addresses import own_page
from tests.support import app as support

WRONG = "Check your e-mail and password"


def opened(desk, name):
    """The one session of a person."""
    with desk.services.database.read() as connection:
        (session,) = sessions.list_for(connection, desk.staff_id(name), desk.clock())
    return session


def attempt(visitor, email="sam@demo.example", password="wrong password, really", **fields):
    return visitor.post("/sign-in", {"email": email, "password": password, **fields}, status=422)


def test_the_page_is_ready_to_type(desk):
    page = desk.visitor().get("/sign-in")
    email, password = page.by_id("email"), page.by_id("password")

    assert page.h1 == "Sign in"
    assert email.get("autofocus") is not None
    assert (email.get("type"), email.get("autocomplete")) == ("email", "username")
    assert (password.get("type"), password.get("autocomplete")) == ("password", "current-password")
    assert not any(name.startswith("on") for control in (email, password) for name in control.keys())  # noqa: SIM118


def test_the_right_pair_leads_in(desk):
    response = desk.visitor().sign_in("sam@demo.example", support.PASSWORD)

    assert response.headers["Location"] == "/"


def test_upper_case_and_spaces_around_the_address_do_not_matter(desk):
    assert desk.visitor().sign_in("  Sam@Demo.Example ", support.PASSWORD).status_code == 303


def test_the_password_is_taken_as_it_is(desk):
    attempt(desk.visitor(), password=support.PASSWORD + " ")


def test_a_wrong_pair_keeps_the_address_and_never_the_password(desk):
    page = attempt(desk.visitor())

    assert WRONG in page.main
    assert page.title.startswith("Error: ")
    email = page.by_id("email")
    assert (email.get("value"), email.get("aria-invalid")) == ("sam@demo.example", "true")
    assert "wrong password, really" not in page.response.text


def test_markup_typed_as_an_address_comes_back_as_text(desk):
    typed = '"><script>alert(1)</script>'

    page = attempt(desk.visitor(), email=typed)

    assert page.by_id("email").get("value") == typed
    assert "<script>alert" not in page.response.text


def test_unknown_accounts_and_wrong_passwords_get_the_same_answer(desk):
    known = attempt(desk.visitor(), email="sam@demo.example").response
    unknown = attempt(desk.visitor(), email="sam@else.example").response

    assert known.status == unknown.status
    assert known.text.replace("sam@demo.example", "X") == unknown.text.replace("sam@else.example", "X")


def test_unknown_accounts_take_as_long_as_known_ones(desk):
    def work(email):
        desk.clock.advance(hours=13)  # the throttle forgets
        started = thread_time()  # of the processor: other work on the machine does not count
        attempt(desk.visitor(), email=email)
        return thread_time() - started

    pairs = [(work("sam@demo.example"), work("nobody@demo.example")) for _ in range(15)]

    known, unknown = (median(times) for times in zip(*pairs, strict=True))
    assert abs(known - unknown) < known / 5  # without a hash of its own, the unknown one takes a small part


@pytest.mark.parametrize(
    ("email", "password", "field", "message"),
    [
        ("", "x", "email", "Enter your e-mail"),
        ("a@b.example", "", "password", "Enter your password"),
    ],
)
def test_what_is_missing_is_named_at_its_field(desk, email, password, field, message):
    page = desk.visitor().post("/sign-in", {"email": email, "password": password}, status=422)

    assert page.by_id(field).get("aria-invalid") == "true"
    assert page.links()[message] == f"#{field}"


def test_the_sixth_wrong_try_has_to_wait_and_is_told_until_when(desk):
    for _ in range(6):
        attempt(desk.visitor())

    page = desk.visitor().post(
        "/sign-in", {"email": "sam@demo.example", "password": support.PASSWORD}, status=429
    )

    assert "Locked until 12:00:01. Ask an admin to unlock." in page.main
    assert page.by_id("email").get("aria-invalid") == "true"
    assert page.response.headers["Retry-After"] == "1"


def test_the_lock_opens_by_itself(desk):
    for _ in range(6):
        attempt(desk.visitor())
    desk.clock.advance(seconds=2)

    assert desk.visitor().sign_in("sam@demo.example", support.PASSWORD).status_code == 303


def test_an_unknown_account_is_locked_like_a_known_one(desk):
    for _ in range(6):
        attempt(desk.visitor(), email="nobody@demo.example")

    desk.visitor().post("/sign-in", {"email": "nobody@demo.example", "password": "x"}, status=429)


def test_one_address_cannot_try_many_accounts(desk):
    for number in range(31):
        attempt(desk.visitor(), email=f"guess{number}@demo.example")

    desk.visitor().post("/sign-in", {"email": "guess99@demo.example", "password": "x"}, status=429)


def test_an_office_behind_one_address_can_all_sign_in(desk):
    for _ in range(35):
        desk.visitor().sign_in("sam@demo.example", support.PASSWORD)


def test_the_lock_survives_a_restart(desk_template, tmp_path):
    with support.running(desk_template, tmp_path) as before:
        for _ in range(6):
            attempt(before.visitor())
        file = before.settings.database_url.removeprefix("sqlite:///")
    (tmp_path / "again").mkdir()

    with support.running(tmp_path / file, tmp_path / "again") as after:
        after.visitor().post("/sign-in", {"email": "sam@demo.example", "password": "x"}, status=429)


def test_demo_accounts_do_not_exist_outside_the_demo(real_desk):
    page = attempt(real_desk.visitor(), password=support.PASSWORD)

    assert WRONG in page.main


def test_demo_accounts_do_not_exist_on_the_real_remote(desk_template, tmp_path):
    with support.running(desk_template, tmp_path, api_url="https://api.brevo.com/v3") as running:
        attempt(running.visitor(), password=support.PASSWORD)


def test_a_member_of_staff_signs_in_outside_the_demo(real_desk):
    visitor = real_desk.visitor()
    visitor.sign_in("mia@example.com", support.PASSWORD)

    assert visitor.get("/account/").h1 == "Mia Berg"


def test_every_result_is_recorded(desk):
    for _ in range(6):
        attempt(desk.visitor())
    desk.visitor().open("/sign-in", method="POST", data={"email": "sam@demo.example", "password": "x"})
    desk.clock.advance(minutes=1)
    visitor = desk.visitor()
    visitor.sign_in("sam@demo.example", support.PASSWORD)
    visitor.get("/account/").form("Sign out").send_raw()

    told = [(entry.action, entry.outcome, entry.actor_name) for entry in desk.record()]
    assert told == [
        *[("sign_in", "denied", "Nobody signed in")] * 7,
        ("sign_in", "done", "Sam Rivera"),
        ("sign_out", "done", "Sam Rivera"),
    ]
    assert all(entry.ip == "127.0.0.1" and entry.request_id for entry in desk.record())
    assert "sam@" not in str(desk.record())


def test_the_record_says_why_somebody_was_let_in_or_not(desk):
    for _ in range(6):
        attempt(desk.visitor())
    desk.visitor().open("/sign-in", method="POST", data={"email": "sam@demo.example", "password": "x"})
    desk.clock.advance(minutes=1)
    desk.visitor().sign_in("sam@demo.example", support.PASSWORD)

    session = opened(desk, "sam")
    assert [entry.after for entry in desk.record()] == [
        *[{"because": "wrong pair"}] * 6,
        {"because": "too many attempts"},
        {"session": session.id, "factor": "password"},
    ]


def test_a_session_knows_its_browser_and_address(desk):
    pair = {"email": "sam@demo.example", "password": support.PASSWORD}
    desk.visitor().open("/sign-in", method="POST", data=pair, headers={"User-Agent": "Firefox on Linux"})

    session = opened(desk, "sam")
    assert (session.device, session.ip) == ("Firefox on Linux", "127.0.0.1")


def test_the_right_password_forgives_the_wrong_ones_before(desk):
    for _ in range(5):
        attempt(desk.visitor())
    desk.visitor().sign_in("sam@demo.example", support.PASSWORD)

    for _ in range(6):
        attempt(desk.visitor())


def test_whoever_asks_for_a_page_comes_back_to_it(desk):
    visitor = desk.visitor()
    page = visitor.get("/status/")
    assert page.path == "/sign-in?next=/status/"

    response = (
        page.form("Sign in").fill({"E-mail": "sam@demo.example", "Password": support.PASSWORD}).send_raw()
    )

    assert response.headers["Location"] == "/status/"


@pytest.mark.parametrize(
    ("password", "tries", "status"), [("", 0, 422), ("wrong password, really", 0, 422), ("x", 6, 429)]
)
def test_where_somebody_was_going_outlives_a_try_that_failed(desk, password, tries, status):
    for _ in range(tries):
        attempt(desk.visitor())

    typed = {"email": "sam@demo.example", "password": password, "next": "/status/"}
    page = desk.visitor().post("/sign-in", typed, status=status)

    assert page.by_id("email").get("value") == "sam@demo.example"
    assert [field.get("value") for field in page.all("input") if field.get("name") == "next"] == ["/status/"]


def test_a_session_that_was_ended_elsewhere_is_told_so(desk):
    visitor = desk.visitor("sam")
    with desk.services.database.write() as connection:
        sessions.revoke_all(connection, desk.staff_id("sam"), desk.clock())

    assert "You were signed out." in visitor.get("/status/").main


def test_an_idle_session_is_told_why_it_ended_and_where_it_leads_back(desk):
    visitor = desk.visitor("sam")
    desk.clock.advance(minutes=31)

    page = visitor.get("/status/")

    assert "You were signed out after 30 minutes. Sign in to go back to where you were." in page.main


def test_a_session_of_twelve_hours_is_told_so(desk):
    visitor = desk.visitor("sam")
    for _ in range(36):
        desk.clock.advance(minutes=20)
        visitor.open("/account/")

    assert "You were signed out after 12 hours." in visitor.get("/account/").main


def test_a_first_visit_is_told_nothing(desk):
    assert "signed out" not in desk.visitor().get("/account/").main


def test_a_cookie_that_was_never_ours_is_told_nothing(desk):
    visitor = desk.visitor()
    visitor.take_cookie("session", "never one of ours")

    assert "signed out" not in visitor.get("/account/").main


@pytest.mark.parametrize(("address", "leads_to"), [("?next=/status/", "/status/"), ("", "/")])
def test_whoever_is_signed_in_need_not_again(desk, address, leads_to):
    response = desk.visitor("sam").open(f"/sign-in{address}")

    assert (response.status_code, response.headers["Location"]) == (303, leads_to)


@pytest.mark.parametrize(
    "address",
    [
        "https://evil.example/",
        "//evil.example/account/",
        "/\\evil.example",
        "/account/\\..",
        "\\\\evil.example",
        "javascript:alert(1)",
        "/sign-out",
        "/sign-in",
        "/static/css/console.css",
        "/healthz",
        "/nothing",
        "account/",
        "/account/\r\nSet-Cookie: x=1",
        "/account/\t",
        "/account/?" + "x" * 600,
        "",
        None,
    ],
)
def test_next_leads_only_to_pages_of_ours(desk, address):
    with desk.app.test_request_context():
        assert own_page(address) is None


@pytest.mark.parametrize("address", ["/account/", "/status/?x=1", "/"])
def test_next_leads_to_pages_of_ours(desk, address):
    with desk.app.test_request_context():
        place = own_page(address)
    assert place is not None
    assert place.url == address


def test_a_foreign_next_is_forgotten(desk):
    response = desk.visitor().open(
        "/sign-in",
        method="POST",
        data={"email": "sam@demo.example", "password": support.PASSWORD, "next": "//evil.example"},
    )

    assert response.headers["Location"] == "/"


def test_signing_in_works_while_the_remote_is_away(desk):
    visitor = desk.visitor()
    visitor.sign_in("sam@demo.example", support.PASSWORD)

    page = visitor.get("/")
    assert "Brevo can't be reached" in page.main
