"""Browsers on a demo: who is signed in, how the screen is, and what the browser complained about."""

from __future__ import annotations

import re
from datetime import timedelta
from types import TracebackType
from typing import Any

from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, Response

from tests.e2e.stack import Stack

LARGE = {"width": 1440, "height": 900}
PHONE = {"width": 390, "height": 844}

COOKIE = "session"

_TELL_OF_BREACHES = """
addEventListener("securitypolicyviolation", (event) =>
  console.error(`CSP: ${event.violatedDirective} ${event.blockedURI} ${event.sourceFile}`));
"""
_REFUSAL = re.compile(r"Failed to load resource: the server responded with a status of 4\d\d")
"""Chromium calls every 4xx answer an error; ours are words for people."""
_STORED = "() => [localStorage.length, sessionStorage.length]"


def give_session(context: BrowserContext, stack: Stack, name: str, *, used: timedelta = timedelta()) -> None:
    """Sign a browser in past the form, with a session that was last used that long ago."""
    token = stack.session(name, used=used)
    context.add_cookies(
        [{"name": COOKIE, "value": token, "url": stack.url, "httpOnly": True, "sameSite": "Strict"}]
    )


class Desk:
    """Opens tabs and keeps what went wrong in them: script errors, errors on the console, breaches of the
    content policy, and anything kept in the browser beside the one cookie.
    """

    def __init__(self, browser: Browser, stack: Stack) -> None:
        self.stack = stack
        self._browser = browser
        self._contexts: list[BrowserContext] = []
        self._faults: list[str] = []
        self._expected: list[str] = []

    def __enter__(self) -> Desk:
        return self

    def __exit__(
        self, _type: type[BaseException] | None, _error: BaseException | None, _trace: TracebackType | None
    ) -> None:
        for context in self._contexts:
            context.close()

    def open(self, name: str | None = None, path: str = "", **options: Any) -> Page:
        """A tab of a browser of its own, signed in as ``name``; on ``path`` when it is given."""
        context = self._browser.new_context(
            **{
                "base_url": self.stack.url,
                "viewport": LARGE,
                "reduced_motion": "reduce",
                "locale": "en-GB",
                **options,
            }
        )
        context.set_default_timeout(8000)
        context.add_init_script(_TELL_OF_BREACHES)
        context.on("console", self._heard)
        context.on("weberror", lambda error: self._faults.append(f"script: {error.error}"))
        context.on("response", self._seen)
        self._contexts.append(context)
        if name:
            give_session(context, self.stack, name)
        page = context.new_page()
        if path:
            page.goto(path)
        return page

    def expects(self, complaint: str) -> None:
        """Let the browser complain with words that contain ``complaint``: the test wants that."""
        self._expected.append(complaint)

    def check(self) -> None:
        """What must hold after every test."""
        faults = [each for each in self._faults if not any(known in each for known in self._expected)]
        assert not faults, faults
        for context in self._contexts:
            self._check_storage(context)

    def _check_storage(self, context: BrowserContext) -> None:
        state = context.storage_state(indexed_db=True)
        assert {each["name"] for each in state["cookies"]} <= {COOKIE}, state["cookies"]
        assert not state["origins"], f"kept in the browser: {state['origins']}"
        for page in context.pages:
            if page.url.startswith("http"):
                stored = page.evaluate(_STORED)
                assert stored == [0, 0], f"kept in the browser at {page.url}: {stored}"

    def _heard(self, message: ConsoleMessage) -> None:
        if message.type == "error" and not _REFUSAL.match(message.text):
            self._faults.append(f"console: {message.text}")

    def _seen(self, response: Response) -> None:
        if response.status >= 500:
            self._faults.append(f"answer: {response.status} {response.request.method} {response.url}")
