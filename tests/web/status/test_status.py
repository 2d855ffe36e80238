"""The status page: comes without asking the remote, says what is known and how old it is."""

from __future__ import annotations

import pytest

from dashboard.brevo.errors import NotSent, RateLimited, Timeout, Unauthorised


@pytest.fixture
def met(desk):
    """Let the client have met something."""
    return desk.services.brevo.health.met


def status(desk, name="sam"):
    return desk.visitor(name).get("/status/")


def test_it_says_how_each_part_is(desk, met):
    met(None)
    desk.clock.advance(minutes=3)

    page = status(desk)

    assert "Brevo Loyalty API OK" in page.main
    assert "Last answer3 minutes ago" in page.main
    assert "Database OK" in page.main
    assert "Not settled0" in page.main
    assert "12:03:00, Europe/London" in page.main


@pytest.mark.parametrize(
    ("error", "word", "text"),
    [
        (NotSent("refused"), "Down", "Brevo can't be reached"),
        (Timeout("late"), "Slow", "Brevo is slow"),
        (Unauthorised("key"), "Down", "An admin must check BREVO_API_KEY."),
        (RateLimited("429", retry_after=600), "Down", "The next request is possible in 10 minutes."),
    ],
)
def test_trouble_is_told_in_words(desk, met, error, word, text):
    met(error)

    page = status(desk)

    assert f"Brevo Loyalty API {word}" in page.main
    assert text in page.main


def test_trouble_stands_once_above_every_page(desk, met):
    visitor = desk.visitor("sam")
    visitor.get("/account/")
    met(Unauthorised("key"))

    page = visitor.get("/account/")

    banners = [
        box for box in page.all("div") if "banner" in box.get("class", "") and box.get("hidden") is None
    ]
    assert len(banners) == 1
    assert "Brevo refuses this console's key (last tried at 12:00:00)." in page.main


def test_the_banner_goes_with_the_trouble(desk, met):
    visitor = desk.visitor("sam")
    assert "Brevo can't be reached (" in visitor.get("/account/").main

    met(None)

    assert "Brevo can't be reached (" not in visitor.get("/account/").main


def test_nobody_learns_of_trouble_before_signing_in(desk, met):
    met(Unauthorised("key"))

    assert "key" not in desk.visitor().get("/sign-in").main


def test_the_requests_left_are_shown_with_their_age(desk):
    headers = {
        "x-sib-ratelimit-limit": "600",
        "x-sib-ratelimit-remaining": "412",
        "x-sib-ratelimit-reset": "1800",
    }
    desk.services.brevo.budget.heard("loyalty", headers)

    assert "412 of 600, as of 12:00:00; full again at 12:30:00" in status(desk).main


def test_whether_changes_are_being_settled_is_shown(desk):
    assert "Not running" in status(desk).main

    desk.services.settler.start()

    assert "Changes under way OK" in status(desk).main


def test_whether_the_record_is_anchored_is_shown(desk):
    assert "Audit record Not running" in status(desk).main

    desk.services.anchorer.start()

    assert "Audit record OK" in status(desk).main


def test_anchors_that_cannot_be_written_are_told_on_the_status_page(desk):
    desk.settings.audit_anchors.mkdir()

    page = status(desk)

    assert "Audit record Not anchored" in page.main
    assert f"{desk.settings.audit_anchors} cannot be read: Is a directory." in page.main


def test_health_tells_load_balancers_nothing_but_ok(desk):
    response = desk.visitor().open("/healthz")

    assert (response.status_code, response.text) == (200, "ok\n")
