"""What was typed is never lost to an ended session, and never sent without the person."""

from __future__ import annotations

import json

import pytest

from dashboard.permissions import Permission
from dashboard.web.access import current_staff, requires
from dashboard.web.forms import Field, takes, typed
from tests.support import app as support
from tests.support.page import HTMX

INTENT = "5d1e8c1a-2b3c-4d5e-8f90-a1b2c3d4e5f6"
TYPED = {"points": "500", "note": 'Said "late" & <b>cold</b>\r\nTwice', "intent": INTENT}
SHOWN = "/programmes/7f1c9a52-3a7e-4a57-9d0e-5a2b0c1d2e3f/members/7/shown"
PLAIN = "/plain"
FIELDS = (Field("points", "Points"), Field("note", "Note"), Field("secret", secret=True), Field("intent"))


@pytest.fixture
def sent(desk):
    """What the two forms carried out: one that can be shown filled, one that cannot."""
    carried_out = []

    def act(**_arguments):
        carried_out.append((current_staff().name, dict(typed())))
        return "done"

    def again(problem, **arguments):
        return f"{problem.message} {json.dumps(dict(typed()))} {sorted(arguments)}"

    def give(programme_id, contact_id):
        return act()

    def note():
        return act()

    for path, view, shows in (
        ("/programmes/<uuid:programme_id>/members/<int:contact_id>/shown", give, again),
        (PLAIN, note, None),
    ):
        view = takes(*FIELDS, again=shows)(requires(Permission.CREDITS_WRITE)(view))  # noqa: PLW2901
        desk.app.add_url_rule(path, view.__name__, view, methods=["POST"])
    return carried_out


def send_signed_out(desk, path, **options):
    visitor = desk.visitor("sam")
    desk.clock.advance(minutes=31)
    return visitor, visitor.open(path, method="POST", data={**TYPED, "_token": "of then"}, **options)


def sign_in_again(visitor, path, data):
    page = visitor.post(path, data, status=401)
    form = page.form("Sign in").fill({"E-mail": "sam@demo.example", "Password": support.PASSWORD})
    return form.send(status=200)


def test_the_sign_in_page_says_that_the_text_is_kept(desk, sent):
    _, response = send_signed_out(desk, PLAIN)

    assert response.status_code == 401
    assert "Your text is kept" in response.text
    assert sent == []


def test_after_signing_in_the_text_is_shown_and_nothing_was_sent(desk, sent):
    page = sign_in_again(desk.visitor(), PLAIN, TYPED)

    assert "Your text is kept below: send again." in page.main
    assert "500" in page.main
    assert 'Said "late" & <b>cold</b> Twice' in page.main
    assert sent == []


def test_sending_again_sends_what_was_typed_with_the_same_intent(desk, sent):
    visitor = desk.visitor()
    page = sign_in_again(visitor, PLAIN, TYPED)

    page.form("Send again").send_raw()

    values = {**TYPED, "note": TYPED["note"].replace("\r\n", "\n"), "secret": ""}
    assert sent == [("Sam Rivera", values)]


def test_a_form_that_can_be_shown_filled_is_shown_and_not_sent(desk, sent):
    page = sign_in_again(desk.visitor(), SHOWN, TYPED)

    response = page.form("Check and send again").send_raw()

    assert "Your text is kept below: send again." in response.text
    assert INTENT in response.text
    assert "['contact_id', 'programme_id']" in response.text
    assert sent == []


@pytest.mark.parametrize(
    ("password", "tries", "status"), [("wrong", 0, 422), ("", 0, 422), ("wrong", 6, 429)]
)
def test_a_try_that_failed_in_between_loses_nothing(desk, sent, password, tries, status):
    for _ in range(tries):
        desk.visitor().post("/sign-in", {"email": "sam@demo.example", "password": "x"}, status=422)
    visitor = desk.visitor()
    page = visitor.post(PLAIN, TYPED, status=401)
    filled = page.form("Sign in").fill({"E-mail": "sam@demo.example", "Password": password})
    again = filled.send(status=status)
    desk.clock.advance(minutes=1)

    final = again.form("Sign in").fill({"E-mail": "sam@demo.example", "Password": support.PASSWORD}).send()

    assert "500" in final.main


def test_passwords_are_not_kept(desk, sent):
    response = desk.visitor().open(PLAIN, method="POST", data={**TYPED, "secret": "canary-password"})

    assert "500" in response.text
    assert "canary-password" not in response.text


def test_a_script_gets_the_sign_in_page_in_place_of_the_whole_page(desk, sent):
    _, response = send_signed_out(
        desk, PLAIN, headers={**HTMX, "HX-Current-URL": "http://127.0.0.1:8000/account/"}
    )

    assert response.status_code == 401
    assert response.headers["HX-Retarget"] == "body"
    assert "HX-Redirect" not in response.headers
    assert 'name="next" value="/account/"' in response.text


def test_a_part_that_comes_by_itself_never_leads_away_from_what_is_being_typed(desk):
    view = requires(Permission.STATUS_READ, in_place=True)(lambda: "preview")
    desk.app.add_url_rule("/preview", "preview", view)

    response = desk.visitor().open("/preview", headers=HTMX)

    assert response.status_code == 401
    assert "HX-Redirect" not in response.headers
    assert "You were signed out." in response.text


def test_a_page_of_an_older_session_is_shown_filled(desk, sent):
    response = desk.visitor("sam").open(SHOWN, method="POST", data={**TYPED, "_token": "of then"})

    assert response.status_code == 419
    assert "This page was open too long." in response.text
    assert INTENT in response.text
    assert sent == []


def test_a_page_of_an_older_session_that_cannot_is_offered_to_send_again(desk, sent):
    visitor = desk.visitor("sam")
    page = visitor.post(PLAIN, {**TYPED, "_token": "of then"}, status=419)
    assert sent == []

    page.form("Send again").send_raw()

    assert len(sent) == 1


def test_another_site_cannot_have_a_form_kept_and_sent(desk, sent):
    response = desk.visitor("sam").open(
        PLAIN, method="POST", data=TYPED, headers={"Sec-Fetch-Site": "cross-site"}
    )

    assert response.status_code == 403
    assert INTENT not in response.text


def test_a_role_that_may_not_send_it_is_told_so(desk, sent):
    page = desk.visitor().post(PLAIN, TYPED, status=401)
    kept = page.form("Sign in").fill({"E-mail": "ike@demo.example", "Password": support.PASSWORD}).send()

    assert kept.form("Send again").send_raw().status_code == 403
    assert sent == []


@pytest.mark.parametrize(
    "packed",
    [
        "{",
        "[]",
        "null",
        "7",
        '{"target": 7, "values": {}}',
        '{"target": "/plain"}',
        '{"target": "/plain", "values": []}',
        '{"target": "https://evil.example/plain", "values": {"points": "1"}}',
        '{"target": "/account/", "values": {"points": "1"}}',
        '{"target": "/nothing", "values": {"points": "1"}}',
        "[" * 20_000,
    ],
)
def test_what_was_not_kept_by_us_is_forgotten(desk, sent, packed):
    pair = {"email": "sam@demo.example", "password": support.PASSWORD, "kept": packed}

    response = desk.visitor().open("/sign-in", method="POST", data=pair)

    assert response.status_code == 303


def test_fields_that_the_form_does_not_have_are_not_kept(desk, sent):
    packed = json.dumps({"target": PLAIN, "values": {"points": "5", "admin": "1", "secret": "x"}})
    pair = {"email": "sam@demo.example", "password": support.PASSWORD, "kept": packed}

    page = desk.visitor().post("/sign-in", pair)

    names = {control.get("name") for control in page.all("input")}
    assert "points" in names
    assert not names & {"admin", "secret"}


def test_a_password_form_of_an_older_session_must_be_typed_anew(desk):
    page = desk.visitor("sam").post(
        "/account/password", {"current": "canary", "password": "canary2"}, status=419
    )

    assert "Open it again and fill it in once more." in page.main
    assert "canary" not in page.response.text
