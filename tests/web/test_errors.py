"""What is shown when something cannot be done (security line 38)."""

from __future__ import annotations

from pathlib import Path
from typing import cast

import pytest
from werkzeug.exceptions import HTTPException

from dashboard.brevo import errors as brevo
from dashboard.permissions import Permission
from dashboard.store.database import DatabaseUnavailable
from dashboard.web.access import requires
from dashboard.web.errors import ErrorPage, Link
from tests.support.page import HTMX, Page, Visitor

SECRET = "SELECT password FROM staff at /srv/desk/wire.py line 7"


@pytest.fixture
def fail(desk):
    """Open a page that fails with the given error."""

    def open_failing(error, *, name="sam", headers=None):
        def view():
            raise error

        desk.app.add_url_rule("/failing", "failing", requires(Permission.STATUS_READ)(view))
        return desk.visitor(name).open("/failing?x=1", headers=headers or {})

    return open_failing


def checked(response):
    nobody = cast(Visitor, None)  # its forms are not sent
    page = Page(nobody, response, "/failing")
    page.check()
    return page


EVERY = [
    (ErrorPage(409, "The balance changed", "Check and give again."), 409, "The balance changed"),
    (ErrorPage(429, "Too fast", "Wait.", retry_after=7), 429, "Too fast"),
    (RuntimeError(SECRET), 500, "There is a problem with the console"),
    (DatabaseUnavailable(SECRET), 503, "The console's database does not answer"),
    (brevo.NotSent(SECRET), 503, "Brevo can't be reached"),
    (brevo.NotSecure(SECRET), 503, "There is no secure connection to Brevo"),
    (brevo.NoAnswer(SECRET), 503, "Brevo can't be reached"),
    (brevo.Timeout(SECRET), 503, "Brevo is slow"),
    (brevo.RateLimited(SECRET, retry_after=90), 503, "Brevo's request limit is used up"),
    (brevo.BudgetExhausted(SECRET, retry_after=1), 503, "Brevo's request limit is used up"),
    (brevo.Unauthorised(SECRET), 503, "Brevo refuses this console's key"),
    (brevo.Forbidden(SECRET), 503, "Brevo refuses this console's key"),
    (brevo.NotFound(SECRET), 404, "Brevo does not know this"),
    (brevo.Refused(SECRET), 503, "Brevo gave an answer the console can't use"),
    (brevo.RemoteFailure(SECRET), 503, "Brevo gave an answer the console can't use"),
    (brevo.Unreadable(SECRET), 503, "Brevo gave an answer the console can't use"),
    (brevo.ForeignAnswer(SECRET), 503, "Brevo gave an answer the console can't use"),
]


@pytest.mark.parametrize(("error", "status", "title"), EVERY, ids=lambda value: type(value).__name__)
def test_every_failure_is_a_page_in_plain_words(fail, error, status, title):
    response = fail(error)
    page = checked(response)

    assert response.status_code == status
    assert page.h1 == title
    assert response.headers["X-Request-Id"] in page.main
    assert "Sign out" in page.buttons()


@pytest.mark.parametrize(("error", "status", "title"), EVERY, ids=lambda value: type(value).__name__)
def test_every_failure_is_a_fragment_for_scripts(fail, error, status, title):
    response = fail(error, headers=HTMX)

    assert response.status_code == status
    assert "<html" not in response.text
    assert title.replace("'", "&#39;") in response.text
    assert response.headers["X-Request-Id"] in response.text


@pytest.mark.parametrize("headers", [{}, HTMX], ids=["page", "fragment"])
@pytest.mark.parametrize(("error", "status", "title"), EVERY, ids=lambda value: type(value).__name__)
def test_no_failure_tells_how_the_inside_looks(fail, error, status, title, headers):
    text = fail(error, headers=headers).text

    assert SECRET not in text
    for word in ("Traceback", "Error:", "SELECT", ".py", "sorry", "Oops", "please", "invalid"):
        assert word.lower() not in text.lower()


def test_a_broken_page_tells_where_to_look_for_the_points(fail):
    page = checked(fail(RuntimeError("broken")))

    assert "open the member: the activity list shows whether it went through" in page.main


def test_what_can_be_tried_again_offers_it(fail):
    assert checked(fail(brevo.Timeout("late"))).links()["Try again"] == "/failing?x=1"


def test_a_used_up_limit_says_how_long(fail):
    response = fail(brevo.RateLimited("429", retry_after=89.2))

    assert response.headers["Retry-After"] == "90"
    assert "in 90 seconds" in checked(response).main


def test_a_page_may_offer_its_own_way_on_and_fill_the_search_box(fail):
    error = ErrorPage(
        404, "No member 1042", "Check the digits.", searched="1042", link=Link("/account/", "Account")
    )

    page = checked(fail(error))

    assert page.links()["Account"] == "/account/"
    assert page.title == "No member 1042 · Loyalty Desk"


def test_a_refusal_that_is_recorded_already_is_not_recorded_twice(desk, fail):
    fail(ErrorPage(409, "The balance changed", "Check.", recorded=True))

    assert desk.record() == []


def test_markup_in_an_error_is_text(fail):
    page = checked(fail(ErrorPage(404, "<b>No</b> member", "<script>x</script>")))

    assert page.h1 == "<b>No</b> member"
    assert "<script>x</script>" in page.main


@pytest.mark.parametrize("name", ["sam", ""])
@pytest.mark.parametrize(
    ("path", "status", "title"),
    [("/nothing", 404, "Page not found"), ("/sign-out", 405, "This page can't be used that way")],
)
def test_addresses_that_lead_nowhere_have_their_own_words(desk, name, path, status, title):
    page = desk.visitor(name).get(path, status=status)

    assert page.h1 == title
    assert ("Sign out" in page.buttons()) == bool(name)


def test_a_wrong_method_names_the_right_one(desk):
    assert desk.visitor("sam").open("/sign-out").headers["Allow"] == "POST"


@pytest.mark.parametrize(
    "status", [400, 404, 405, 413, 414, 415, 416, 418, 422, 428, 429, 431, 500, 501, 502, 503]
)
def test_whatever_the_framework_refuses_has_words(fail, status):
    error = HTTPException("detail")
    error.code = status

    response = fail(error)

    assert response.status_code in {status, 400, 500}
    assert response.status_code // 100 == status // 100
    checked(response)


def _take_away(desk):
    path = Path(desk.settings.database_url.removeprefix("sqlite:///"))
    desk.services.database.dispose()
    path.rename(path.with_suffix(".away"))


@pytest.mark.parametrize("path", ["/account/", "/status/", "/", "/set-password/x"])
def test_without_the_database_a_plain_page_still_comes(desk, path):
    visitor = desk.visitor("sam")
    _take_away(desk)

    page = visitor.get(path, status=503)

    assert page.h1 == "The console's database does not answer"
    assert page.response.headers["X-Request-Id"] in page.main


def test_without_the_database_scripts_get_a_fragment(desk):
    visitor = desk.visitor("sam")
    _take_away(desk)

    fragment = visitor.fragment("/account/", status=503)

    assert "The console's database does not answer" in fragment.text


def test_without_the_database_the_sign_in_page_comes_and_says_so_on_sending(desk):
    visitor = desk.visitor()
    page = visitor.get("/sign-in")
    _take_away(desk)

    answer = page.form("Sign in").fill({"E-mail": "sam@demo.example", "Password": "x"}).send(status=503)

    assert "Nothing was changed." in answer.main


def test_without_the_database_health_says_so(desk):
    _take_away(desk)

    assert desk.visitor().open("/healthz").status_code == 503


def test_the_last_page_needs_no_template(desk, fail):
    desk.app.jinja_loader = None
    desk.app.jinja_env.loader = None
    desk.app.jinja_env.cache.clear()

    page = checked(fail(RuntimeError("broken")))

    assert page.h1 == "There is a problem with the console"
