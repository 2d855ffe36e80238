"""The first page, with a programme and without."""

from __future__ import annotations

from pathlib import Path

from dashboard.sandbox.cast import AMARA
from tests.support.app import Desk, running
from tests.support.certificates import Authority
from tests.support.sandbox import Remote
from tests.support.tls_front import tls_before


def test_the_first_page_leads_to_a_programmes_search(open_desk: Desk) -> None:
    assert open_desk.visitor("sam").get("/").h1 == "Find a member"


def test_without_any_programme_known_the_search_keeps_what_is_typed_and_says_why(desk: Desk) -> None:
    sam = desk.visitor("sam")

    page = sam.get("/").form("Find").fill({"query": "amara.okafor@example.com"}).send(status=503)

    assert page.by_id("find").get("value") == "amara.okafor@example.com"
    assert "Brevo can't be reached, so the programmes are not known." in page.main


def test_a_remote_that_is_not_proven_is_told_from_one_that_is_away(
    desk_template: Path, tmp_path: Path, sandbox: Remote, authority: Authority
) -> None:
    with (
        tls_before(sandbox.url, authority.certify().context()) as front,
        running(desk_template, tmp_path, api_url=front.url, api_key=sandbox.key) as desk,
    ):
        sam = desk.visitor("sam")
        page = sam.get("/").form("Find").fill({"query": "amara.okafor@example.com"}).send(status=503)

    assert "There is no secure connection to Brevo, so the programmes are not known." in page.main
    assert sandbox.calls() == []


def test_a_search_typed_before_is_carried_out_once_a_programme_is_known(open_desk: Desk) -> None:
    sam = open_desk.visitor("sam")

    answer = sam.open("/find", method="POST", data={"query": AMARA.email, "_token": sam.token()})

    assert answer.status_code == 307
    assert answer.headers["Location"].endswith("/find")
