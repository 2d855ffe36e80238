"""The exact headers on every kind of answer (security lines 21, 23, 27, 28, 44)."""

from __future__ import annotations

import gzip

import pytest

from tests.support import app as support
from tests.support.page import HTMX

EXACTLY = {
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; font-src 'self'; "
        "connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'; object-src 'none'; "
        "report-uri /csp-report"
    ),
    "Strict-Transport-Security": "max-age=31536000; includeSubDomains",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": (
        "accelerometer=(), autoplay=(), camera=(), display-capture=(), encrypted-media=(), fullscreen=(), "
        "geolocation=(), gyroscope=(), magnetometer=(), microphone=(), midi=(), payment=(), "
        "publickey-credentials-get=(), screen-wake-lock=(), usb=(), xr-spatial-tracking=()"
    ),
    "X-Robots-Tag": "noindex, nofollow",
}


def _broken() -> str:
    raise RuntimeError("secret detail")


def answers(desk):
    """One answer of each kind, by name."""
    desk.app.view_functions["health.show"] = _broken
    somebody, nobody = desk.visitor("sam"), desk.visitor()
    style = nobody.open("/static/css/console.css")
    return {
        "200": somebody.open("/account/"),
        "200 fragment": somebody.open("/account/", headers=HTMX),
        "200 public": nobody.open("/sign-in"),
        "303": nobody.open("/account/"),
        "303 signed in": somebody.open("/sign-in"),
        "400": somebody.open("/account/preferences", method="POST", data={"_token": "x", "odd": "1"}),
        "401": nobody.open("/account/", headers=HTMX),
        "403": somebody.open(
            "/sign-out", method="POST", data={"_token": "x"}, headers={"Sec-Fetch-Site": "none"}
        ),
        "404": somebody.open("/nothing"),
        "405": somebody.open("/sign-out"),
        "411": somebody.open("/sign-out", method="POST"),
        "413": somebody.open("/sign-out", method="POST", data={"_token": "x" * 70_000}),
        "415": somebody.open("/sign-out", method="POST", json={}),
        "419": somebody.open("/sign-out", method="POST", data={"_token": "x"}),
        "500": nobody.open("/healthz"),
        "static": style,
        "static 304": nobody.open(
            "/static/css/console.css", headers={"If-None-Match": style.headers["ETag"]}
        ),
        "static 404": nobody.open("/static/nothing.css"),
    }


def test_every_kind_of_answer_carries_exactly_these_headers(desk):
    for name, response in answers(desk).items():
        assert str(response.status_code) in name or name == "static", f"{name}: {response.status}"
        assert {header: response.headers.get(header) for header in EXACTLY} == EXACTLY, name
        assert len(response.headers.getlist("Content-Security-Policy")) == 1, name


def test_nothing_but_a_static_file_may_be_stored(desk):
    for name, response in answers(desk).items():
        control = response.headers["Cache-Control"]
        assert control == ("no-cache" if name in {"static", "static 304"} else "no-store"), name


def test_no_answer_names_the_software_or_its_version(desk):
    for name, response in answers(desk).items():
        words = " ".join([*response.headers.keys(), *response.headers.values()]).lower()
        assert "server" not in {header.lower() for header in response.headers.keys()}, name  # noqa: SIM118
        for software in ("werkzeug", "flask", "python", "gunicorn", "jinja"):
            assert software not in words, name


def test_every_answer_has_a_number_of_its_own(desk):
    numbers = [response.headers["X-Request-Id"] for response in answers(desk).values()]

    assert len(set(numbers)) == len(numbers)


def test_a_number_sent_by_the_browser_is_not_taken_over(desk):
    response = desk.visitor().open("/sign-in", headers={"X-Request-Id": "forged"})

    assert response.headers["X-Request-Id"] != "forged"


def test_pages_that_differ_for_scripts_say_so(desk):
    assert "HX-Request" in desk.visitor("sam").open("/account/").headers["Vary"]


@pytest.mark.parametrize("path", ["/sign-in", "/static/css/console.css"])
def test_text_is_compressed_for_who_can_read_it(desk, path):
    visitor = desk.visitor()
    plain = visitor.open(path)
    small = visitor.open(path, headers={"Accept-Encoding": "gzip, br"})

    assert "Content-Encoding" not in plain.headers
    assert small.headers["Content-Encoding"] == "gzip"
    assert gzip.decompress(small.data) == plain.data
    assert len(small.data) < len(plain.data) / 2
    assert "Accept-Encoding" in plain.headers["Vary"]


def test_a_short_answer_is_left_as_it_is(desk):
    response = desk.visitor().open("/healthz", headers={"Accept-Encoding": "gzip"})

    assert "Content-Encoding" not in response.headers


def test_the_demo_has_one_plain_cookie_for_plain_http(desk):
    response = desk.visitor().sign_in("sam@demo.example", support.PASSWORD)

    (cookie,) = response.headers.getlist("Set-Cookie")
    name, attributes = cookie.split("=", 1)
    assert name == "session"
    assert attributes.split("; ")[1:] == ["HttpOnly", "Path=/", "SameSite=Strict"]


def test_outside_the_demo_the_one_cookie_is_bound_to_host_and_https(real_desk):
    response = real_desk.visitor().sign_in("mia@example.com", support.PASSWORD)

    (cookie,) = response.headers.getlist("Set-Cookie")
    name, attributes = cookie.split("=", 1)
    assert name == "__Host-session"
    assert attributes.split("; ")[1:] == ["Secure", "HttpOnly", "Path=/", "SameSite=Strict"]


def test_no_other_page_sets_a_cookie(desk):
    for name, response in answers(desk).items():
        assert "Set-Cookie" not in response.headers, name


def test_signing_out_clears_what_the_browser_kept(desk):
    visitor = desk.visitor("sam")

    response = visitor.get("/account/").form("Sign out").send_raw()

    assert response.status_code == 303
    assert response.headers["Clear-Site-Data"] == '"cache", "cookies", "storage"'
    assert response.headers["Location"] == "/sign-in"
    assert "session=;" in response.headers["Set-Cookie"]


def test_signing_out_takes_the_cookie_back_in_the_way_it_was_set(real_desk):
    visitor = real_desk.visitor()
    visitor.sign_in("mia@example.com", support.PASSWORD)

    response = visitor.get("/account/").form("Sign out").send_raw()

    (cookie,) = response.headers.getlist("Set-Cookie")
    name, *attributes = cookie.split("; ")
    assert name == "__Host-session="
    assert attributes[1:] == ["Max-Age=0", "Secure", "HttpOnly", "Path=/", "SameSite=Strict"]


@pytest.mark.parametrize("path", ["/account", "/account/", "//account/", "/sign-in/", "/sign-in", "/"])
def test_no_redirect_repeats_the_host_that_was_sent(desk, path):
    visitor = desk.visitor("sam")

    for somebody in (visitor, desk.visitor()):
        response = somebody.open(path, headers={"Host": "evil.example"})
        assert "evil" not in str(response.headers)


def test_a_report_of_a_broken_rule_is_counted_without_a_session(desk):
    report = {"csp-report": {"effective-directive": "script-src", "document-uri": "https://desk/members/7"}}

    response = desk.visitor().client.post(
        "/csp-report", json=report, headers={"Content-Type": "application/csp-report"}
    )

    assert response.status_code == 204
    assert "broken content rules1 in this process" in desk.visitor("sam").get("/status/").main


@pytest.mark.parametrize("body", [b"null", b"{", b'{"csp-report": []}', b"\xff"])
def test_a_report_that_is_none_does_no_harm(desk, body):
    response = desk.visitor().client.post("/csp-report", data=body, content_type="application/csp-report")

    assert response.status_code == 204


def test_the_client_side_session_of_flask_is_off(desk):
    visitor = desk.visitor()
    visitor.take_cookie("session", "eyJfdXNlcl9pZCI6IjEifQ.forged")
    visitor.take_cookie("remember_token", f"{desk.staff_id('ana')}|forged")

    assert visitor.open("/account/").status_code == 303
