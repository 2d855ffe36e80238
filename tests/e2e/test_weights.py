"""What travels: files and bytes of a page that was never seen, of one more page, and of its parts."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Page, expect

from dashboard.sandbox.cast import AMARA, EXPIRING, VOUCHERS
from tests.e2e import acts, paths
from tests.e2e.desk import Desk

pytestmark = pytest.mark.browser

KILOBYTE = 1024


@dataclass
class Answer:
    """One answer as it travelled: path, and bytes of its head and its compressed body."""

    path: str
    head: float
    body: float = 0

    @property
    def size(self) -> float:
        """All of it."""
        return self.head + self.body


class Wire:
    """What came over the wire for one tab; nothing that the browser had already."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.answers: list[Answer] = []
        self._begun: dict[str, Answer] = {}
        session = page.context.new_cdp_session(page)
        session.on("Network.responseReceived", self._began)
        session.on("Network.loadingFinished", self._ended)
        session.send("Network.enable")

    def _began(self, event: Any) -> None:
        response = event["response"]
        self._begun[event["requestId"]] = Answer(
            urlsplit(response["url"]).path, response["encodedDataLength"]
        )

    def _ended(self, event: Any) -> None:
        answer = self._begun[event["requestId"]]
        if event["encodedDataLength"]:
            answer.body = event["encodedDataLength"] - answer.head
            self.answers.append(answer)

    @property
    def size(self) -> float:
        """All bytes."""
        return sum(each.size for each in self.answers)

    def files(self, ending: str) -> float:
        """Bytes of the files with that ending, without their heads."""
        return sum(each.body for each in self.answers if each.path.endswith(ending))


@pytest.fixture
def wire(desk: Desk) -> Wire:
    """A browser that was never here."""
    return Wire(desk.open("sam"))


def open_fully(page: Page, path: str) -> None:
    """Open a page and wait until nothing more comes."""
    page.goto(path, wait_until="networkidle")


def test_a_page_in_a_browser_that_was_never_here(wire: Wire):
    open_fully(wire.page, paths.member(AMARA.contact_id))
    assert wire.size <= 60 * KILOBYTE
    assert len(wire.answers) <= 8


def test_scripts_and_styles(wire: Wire):
    open_fully(wire.page, paths.HOME)
    assert 0 < wire.files(".js") <= 20 * KILOBYTE
    assert 0 < wire.files(".css") <= 8 * KILOBYTE


@pytest.mark.parametrize("contact_id", [AMARA.contact_id, VOUCHERS.contact_id])
def test_one_more_page(wire: Wire, contact_id: int):
    open_fully(wire.page, paths.HOME)
    wire.answers.clear()
    open_fully(wire.page, paths.member(contact_id))
    assert wire.size <= 12 * KILOBYTE
    assert all("/static/" not in each.path for each in wire.answers)


def test_parts_of_a_page(wire: Wire, member: int):
    page = wire.page
    open_fully(page, paths.member(EXPIRING.contact_id))
    open_fully(page, paths.member(member))
    wire.answers.clear()
    page.get_by_role("link", name="Goodwill", exact=True).click()
    expect(page.get_by_role("link", name="Goodwill", exact=True)).to_have_attribute("aria-current", "true")
    page.get_by_role("link", name="Give credit").click()
    expect(acts.points(page)).to_be_focused()
    acts.send(page, "Give points")
    expect(page.locator("#error-summary")).to_be_focused()
    acts.fill(page)
    acts.send(page)
    expect(page.locator("#staff-actions")).to_contain_text("gave 500 points")
    page.wait_for_load_state("networkidle")
    assert len(wire.answers) > 5
    assert [each for each in wire.answers if each.size > 6 * KILOBYTE] == []
