"""What may change something: its origin, its token, its shape (security lines 22 and 42)."""

from __future__ import annotations

import pytest

from dashboard.web import csrf
from tests.support import app as support
from tests.support.page import HTMX

KEYS = ("k" * 32, "old" * 12)
SESSION = "0b6f1f5e-8f0a-4a94-9d0e-1c1d2e3f4a5b"
DARK = {"theme": "dark", "density": "normal", "shortcuts": "1"}


def prefer(visitor, data, **headers):
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return visitor.open("/account/preferences", method="POST", data=data, headers=named)


def is_dark(desk):
    return desk.visitor("sam").get("/account/").root.get("data-theme") == "dark"


def test_a_form_of_ours_is_taken(desk):
    visitor = desk.visitor("sam")

    response = prefer(visitor, {**DARK, "_token": visitor.token()})

    assert response.status_code == 303
    assert is_dark(desk)


def test_the_token_may_come_in_a_header(desk):
    visitor = desk.visitor("sam")

    assert prefer(visitor, DARK, X_CSRF_Token=visitor.token()).status_code == 303


@pytest.mark.parametrize("token", [None, "", "x", "é", "A" * 88, "=" * 88])
def test_without_the_sessions_token_nothing_is_changed(desk, token):
    data = DARK if token is None else {**DARK, "_token": token}

    assert prefer(desk.visitor("sam"), data).status_code == 419
    assert not is_dark(desk)


def test_the_token_of_another_session_is_refused(desk):
    other = desk.visitor("sam").token()

    assert prefer(desk.visitor("sam"), {**DARK, "_token": other}).status_code == 419


def test_the_sign_in_form_of_another_tab_needs_no_token(desk):
    """It was opened when nobody was signed in yet, so it has none."""
    pair = {"email": "sam@demo.example", "password": support.PASSWORD, "next": "", "kept": ""}

    response = desk.visitor("sam").open("/sign-in", method="POST", data=pair)

    assert response.status_code == 303


def test_where_there_is_nothing_nobody_is_asked_for_a_token(desk):
    assert desk.visitor().open("/nothing", method="POST", data={"a": "b"}).status_code == 404


@pytest.mark.parametrize("site", ["cross-site", "same-site", "none", ""])
def test_what_another_site_sends_is_refused_even_with_a_token(desk, site):
    visitor = desk.visitor("sam")
    origin = visitor.base_url

    response = prefer(visitor, {**DARK, "_token": visitor.token()}, Sec_Fetch_Site=site, Origin=origin)

    assert response.status_code == 403
    assert not is_dark(desk)


@pytest.mark.parametrize(
    ("origin", "status"),
    [
        ("http://127.0.0.1:8000", 303),
        ("https://127.0.0.1:8000", 403),
        ("http://127.0.0.1:8001", 403),
        ("http://evil.example", 403),
        ("null", 403),
        (None, 403),
    ],
)
def test_a_browser_without_fetch_metadata_must_show_our_origin(desk, origin, status):
    visitor = desk.visitor("sam")
    headers = {"Origin": origin} if origin else {}

    response = visitor.client.post(
        "/account/preferences",
        data={**DARK, "_token": visitor.token()},
        base_url=visitor.base_url,
        headers=headers,
    )

    assert response.status_code == status


def test_another_site_cannot_sign_anybody_in(desk):
    pair = {"email": "sam@demo.example", "password": support.PASSWORD}

    response = desk.visitor().open(
        "/sign-in", method="POST", data=pair, headers={"Sec-Fetch-Site": "cross-site"}
    )

    assert response.status_code == 403
    assert "Set-Cookie" not in response.headers


def test_a_token_is_never_the_same_twice_and_always_right():
    tokens = {csrf.make(KEYS[0], SESSION) for _ in range(50)}

    assert len(tokens) == 50
    assert all(csrf.is_genuine(token, KEYS, SESSION) for token in tokens)


def test_a_token_signed_with_the_old_key_holds_while_keys_change():
    assert csrf.is_genuine(csrf.make(KEYS[1], SESSION), KEYS, SESSION)
    assert not csrf.is_genuine(csrf.make("another key" * 3, SESSION), KEYS, SESSION)


def test_a_token_of_one_session_is_wrong_in_another():
    assert not csrf.is_genuine(csrf.make(KEYS[0], SESSION), KEYS, SESSION[::-1])


def test_all_forms_of_a_page_carry_one_token(desk):
    page = desk.visitor("sam").get("/account/")
    tokens = [field.get("value") for field in page.all("input") if field.get("name") == "_token"]
    assert len(tokens) > 1
    assert len(set(tokens)) == 1


def test_pages_do_not_repeat_a_token(desk):
    visitor = desk.visitor("sam")

    assert visitor.token() != visitor.token()


@pytest.mark.parametrize("extra", [{"role": "admin"}, {"Theme": "dark"}, {"theme ": "dark"}, {"": "x"}])
def test_a_field_the_form_does_not_have_is_refused(desk, extra):
    visitor = desk.visitor("sam")

    assert prefer(visitor, {**DARK, **extra, "_token": visitor.token()}).status_code == 400
    assert not is_dark(desk)


def test_a_field_given_twice_is_refused(desk):
    visitor = desk.visitor("sam")

    assert prefer(visitor, {**DARK, "theme": ["light", "dark"], "_token": visitor.token()}).status_code == 400


def test_a_field_with_a_nul_is_refused(desk):
    visitor = desk.visitor("sam")

    assert prefer(visitor, {**DARK, "theme": "dark\0", "_token": visitor.token()}).status_code == 400


def test_values_outside_the_lists_are_refused(desk):
    visitor = desk.visitor("sam")

    assert prefer(visitor, {**DARK, "theme": "neon", "_token": visitor.token()}).status_code == 400


def test_a_body_of_unknown_length_is_refused(desk):
    response = desk.visitor("sam").open("/account/preferences", method="POST")

    assert response.status_code == 411


def test_a_body_above_64_kb_is_refused_before_it_is_read(desk):
    visitor = desk.visitor("sam")

    assert prefer(visitor, {**DARK, "_token": "x" * 65_600}).status_code == 413


def test_a_body_of_64_kb_is_read(desk):
    visitor = desk.visitor("sam")

    assert prefer(visitor, {**DARK, "_token": "x" * 65_000}).status_code == 419


@pytest.mark.parametrize("kind", ["application/json", "multipart/form-data", "text/plain", ""])
def test_a_body_that_is_no_form_is_refused(desk, kind):
    response = desk.visitor("sam").open(
        "/account/preferences", method="POST", data=b"theme=dark", content_type=kind
    )

    assert response.status_code == 415


def test_scripts_get_their_refusal_as_a_fragment(desk):
    visitor = desk.visitor("sam")
    response = visitor.open("/account/preferences", method="POST", data={"odd": "1"}, headers=HTMX)

    assert response.status_code == 400
    assert "<html" not in response.text
    assert "The console can&#39;t read that form" in response.text
