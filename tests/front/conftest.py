"""A browser on pages of the real layouts, with the strict content policy of the console."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page

from tests.front.harness import Desk, serving


@pytest.fixture
def desk() -> Desk:
    """What the pages are asked."""
    return Desk()


@pytest.fixture
def page(browser: Browser, desk: Desk) -> Iterator[Page]:
    """A fresh tab on the member's page; no script error and no breach of the policy may happen in it."""
    with serving(desk) as address, browser.new_context(base_url=address, reduced_motion="reduce") as context:
        faults: list[str] = []
        page = context.new_page()
        page.set_default_timeout(5000)
        page.on("pageerror", lambda error: faults.append(str(error)))
        page.on(
            "console",
            lambda message: faults.append(message.text) if "Content Security" in message.text else None,
        )
        page.goto("/member")
        yield page
        assert faults == []
