"""A browser without a screen, over real HTTP: it opens forms, sends them, and reads what a page claims."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum
from html import unescape
from types import MappingProxyType

import httpx

from dashboard.actions.deeds import part_id
from dashboard.sandbox.cast import NORTHWIND

_SAME_ORIGIN = {"Sec-Fetch-Site": "same-origin", "Sec-Fetch-Mode": "navigate", "Sec-Fetch-Dest": "document"}
_INPUT = re.compile(r"<input\b[^>]*>")
_ATTRIBUTE = re.compile(r'([\w-]+)="([^"]*)"')
_SELECT = re.compile(r'<select\b[^>]*\bname="([^"]+)"[^>]*>(.*?)</select>', re.DOTALL)
_SELECTED = re.compile(r'<option value="([^"]*)"[^>]*\bselected')
_FORM = re.compile(r"<form\b.*?</form>", re.DOTALL)
_WHY = {"reason": "late_delivery", "case_reference": "ZD-1", "note": ""}
_RECEIPT = re.compile(r'<div class="receipt[^>]*>(.*?)</div>', re.DOTALL)
_TAG = re.compile(r"<[^>]+>")
_DONE = (
    "given to|taken back from|completed|cancelled|issued to|revoked|redeemed|ordered for|enrolled"
    "|added to the membership of|taken out of|changed to|ended|created"
)
_IS_DONE = re.compile(rf" (?:{_DONE})\b")
_IS_NOT_DONE = re.compile(
    rf" not (?:{_DONE})\b|nothing was (?:saved|sent|given|taken)|\bfailed\b", re.IGNORECASE
)


class Claim(Enum):
    """What a page makes an agent believe."""

    NOTHING = "it is not known yet"
    WAITS = "nothing has happened yet"
    DONE = "it was done"
    NOT_DONE = "it was not done"


def claim_of(text: str) -> Claim:
    """The belief that a receipt's words leave behind.

    :raises AssertionError: for words nobody has thought about.
    """
    if _IS_NOT_DONE.search(text):
        return Claim.NOT_DONE
    if any(words in text for words in _NOTHING):
        return Claim.NOTHING
    if " to be sent." in text:
        return Claim.WAITS
    assert _IS_DONE.search(text), f"What does this claim? {text!r}"
    return Claim.DONE


_NOTHING = ("No answer yet, checking.", " on the way.", "Nobody knows yet whether")


@dataclass(frozen=True)
class FilledForm:
    """A form as it was opened and filled in: the same object sent twice is the same form sent twice."""

    contact_id: int
    path: str
    values: Mapping[str, str]
    part: str | None = None
    """What the one intent is about, where a form can ask for several."""

    @property
    def intent_id(self) -> str:
        """The ID of the intent: the form's one-time ID, or made of it."""
        form_id = self.values["intent"]
        return form_id if self.part is None else part_id(form_id, self.part)


class Browser:
    """One signed-in browser; threads may share it."""

    def __init__(self, url: str, token: str) -> None:
        self._client = httpx.Client(
            base_url=url,
            headers=_SAME_ORIGIN,
            cookies={"__Host-session": token},
            trust_env=False,
            timeout=30,
            limits=httpx.Limits(max_connections=None),
        )

    def close(self) -> None:
        """Close the window."""
        self._client.close()

    def open_form(
        self,
        contact_id: int,
        form: str = "credit",
        typed: Mapping[str, str] = MappingProxyType({"amount": "10"}),
        part: str | None = None,
    ) -> FilledForm:
        """Open a form of a member and fill it in; a credit of 10 points unless something else is named.

        :param contact_id: 0 for a form about somebody who is still to be created.
        """
        whose = f"members/{contact_id}" if contact_id else "contacts"
        path = f"/programmes/{NORTHWIND}/{whose}/{form}"
        page = self._client.get(path)
        assert page.status_code == 200, page.text[:500]
        html = next(each for each in _FORM.findall(page.text) if 'name="intent"' in each)
        hidden = {
            found["name"]: unescape(found.get("value", ""))
            for found in (dict(_ATTRIBUTE.findall(each)) for each in _INPUT.findall(html))
            if found.get("type") == "hidden" and "name" in found
        }
        chosen = {
            name: unescape(found[1])
            for name, options in _SELECT.findall(html)
            if (found := _SELECTED.search(options))
        }
        asked = {name: value for name, value in _WHY.items() if f'name="{name}"' in html}
        return FilledForm(contact_id, path.partition("?")[0], {**hidden, **chosen, **asked, **typed}, part)

    def send(self, form: FilledForm) -> httpx.Response:
        """Press the button; the bare answer.

        :raises httpx.TransportError: the console died meanwhile.
        """
        return self._client.post(form.path, data=dict(form.values))

    def token(self) -> str:
        """A token of this browser's own session."""
        page = self._client.get("/account/")
        found = re.search(r'name="_token" value="([^"]+)"', page.text)
        assert found is not None, page.text[:500]
        return found[1]

    def receipt_on(self, path: str) -> str:
        """What the receipt says on a page or fragment."""
        page = self._client.get(path, follow_redirects=True)
        assert page.status_code == 200, f"{path}: {page.status_code}"
        return receipt_in(page.text)

    def receipt(self, intent_id: str) -> str:
        """What the receipt says that refreshes itself, or the page to which it leads on."""
        path = f"/programmes/{NORTHWIND}/intents/{intent_id}/receipt"
        page = self._client.get(path)
        assert page.status_code == 200, f"{path}: {page.status_code}"
        return self.receipt_on(page.headers["HX-Redirect"]) if not page.text else receipt_in(page.text)


def receipt_in(html: str) -> str:
    """The receipt's words on a page."""
    found = _RECEIPT.search(html)
    assert found is not None, html[:800]
    return " ".join(unescape(_TAG.sub(" ", found[1])).split())
