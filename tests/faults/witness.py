"""Somebody who keeps looking at a change until it is settled, and holds every page against the ledger."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from time import monotonic, sleep

import httpx

from tests.faults.browser import Browser, Claim, FilledForm, claim_of
from tests.faults.stack import Stack

_NOT_WRITTEN = "could not write this down, so nothing was sent"
LOOK_EVERY = 1.0
"""Seconds; the page itself asks every two."""


@dataclass
class Story:
    """What was told about one change, and what of it was not true."""

    form: FilledForm
    answer: httpx.Response | None = None
    """To the form; None when the console died over it or said that it could not write it down."""
    answered_after: float = 0.0
    """Seconds from pressing the button to the answer, or to its loss."""
    told: list[str] = field(default_factory=list)
    wrong: list[str] = field(default_factory=list)
    settled_after: float | None = None
    """Seconds from pressing the button."""

    @property
    def intent_id(self) -> str:
        return self.form.intent_id


class Witness:
    """Presses the button and watches.

    :param opens_member: go on to the member's page, as a browser does; it costs the remote reads of its own.
    :param happened: how often the remote has done it, by the intent's ID; that of a credit, unless given.
    """

    def __init__(
        self,
        stack: Stack,
        browser: Browser,
        form: FilledForm,
        *,
        opens_member: bool = True,
        happened: Callable[[str], int] | None = None,
    ) -> None:
        self.story = Story(form)
        self._opens_member = opens_member
        self._stack = stack
        self._happened = happened or (lambda intent_id: stack.given(form.contact_id, intent_id))
        self._browser = browser
        self._began = monotonic()

    def press(self) -> Story:
        """Send the form and read the page that it leads to; on a busy machine there may be none."""
        began = monotonic()
        try:
            self.story.answer = self._browser.send(self.story.form)
        except httpx.TransportError:
            self.story.answer = None
        self.story.answered_after = monotonic() - began
        if self.story.answer is not None and _NOT_WRITTEN in self.story.answer.text:
            if self._times():
                self._wrong(_NOT_WRITTEN, "the remote had done it")
            self.story.answer = None
        if self.story.answer is not None:
            assert self.story.answer.status_code == 303, self.story.answer.text
            self._read(self._landing)
        return self.story

    def press_until_answered(self, seconds: float = 60) -> int:
        """Press again whenever the console died over it or could not write it down; gives how often."""
        end = monotonic() + seconds
        deaths = 0
        while self.press().answer is None:
            assert monotonic() < end, f"no answer within {seconds:.0f} s"
            deaths += 1
            sleep(0.1)
        return deaths

    def watch(self, seconds: float = 60) -> Story:
        """Read the receipt again and again until it is final."""
        while not self._stack.outcome(self.story.intent_id).is_settled:
            assert monotonic() - self._began < seconds, f"not settled within {seconds:.0f} s: {self.story}"
            self._read(self._refreshed)
            sleep(LOOK_EVERY)
        while not self._read(self._refreshed):
            sleep(LOOK_EVERY)
        self._close()
        return self.story

    def _landing(self) -> str:
        assert self.story.answer is not None
        if self._opens_member:
            return self._browser.receipt_on(self.story.answer.headers["Location"])
        return self._refreshed()

    def _refreshed(self) -> str:
        return self._browser.receipt(self.story.intent_id)

    def _read(self, read: Callable[[], str]) -> bool:
        """Whether a page came; the browser's own error page claims nothing."""
        before = self._times()
        try:
            text = read()
        except httpx.TransportError:
            return False
        claim, after = claim_of(text), self._times()
        self.story.told.append(text)
        if claim is Claim.DONE and after == 0:
            self._wrong(text, "the remote had done nothing")
        if claim in {Claim.WAITS, Claim.NOT_DONE} and before > 0:
            self._wrong(text, "the remote had done it")
        return True

    def _close(self) -> None:
        first, final = self._stack.intent(self.story.intent_id), self._stack.outcome(self.story.intent_id)
        assert final.settled_at is not None
        self.story.settled_after = (final.settled_at - first.created_at).total_seconds()
        if self._times() and any(claim_of(text) is Claim.NOT_DONE for text in self.story.told):
            self._wrong(self.story.told[-1], "it was done in the end")

    def _times(self) -> int:
        return self._happened(self.story.intent_id)

    def _wrong(self, text: str, truth: str) -> None:
        self.story.wrong.append(f"the page said {text!r}, while {truth}")
