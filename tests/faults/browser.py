"""A browser without a screen, over real HTTP: it opens forms, sends them, and reads what a page claims."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum
from html import unescape

import httpx

from dashboard.sandbox.cast import NORTHWIND

_SAME_ORIGIN = {"Sec-Fetch-Site": "same-origin", "Sec-Fetch-Mode": "navigate", "Sec-Fetch-Dest": "document"}
_INPUT = re.compile(r"<input\b[^>]*>")
_OPTION = re.compile(r'<option value="([^"]*)"[^>]*\bselected')
_ATTRIBUTE = re.compile(r'([\w-]+)="([^"]*)"')
_RECEIPT = re.compile(r'<div class="receipt[^>]*>(.*?)</div>', re.DOTALL)
_TAG = re.compile(r"<[^>]+>")
_LOST = re.compile(r"nothing was (?:saved|sent|given|taken)|\bfailed\b", re.IGNORECASE)


class Claim(Enum):
    """What a page makes an agent believe."""

    NOTHING = "it is not known yet"
    WAITS = "nothing has happened yet"
    GIVEN = "it was given"
    NOT_GIVEN = "it was not given"


def claim_of(text: str) -> Claim:
    """The belief that a receipt's words leave behind.

    :raises AssertionError: for words nobody has thought about.
    """
    if " not given to " in text or _LOST.search(text):
        return Claim.NOT_GIVEN
    if " given to " in text:
        return Claim.GIVEN
    if " to be sent." in text:
        return Claim.WAITS
    assert any(
        words in text for words in ("No answer yet, checking.", " on the way.", "Nobody knows yet whether")
    ), f"What does this claim? {text!r}"
    return Claim.NOTHING


@dataclass(frozen=True)
class CreditForm:
    """A form as it was opened and filled in: the same object sent twice is the same form sent twice."""

    contact_id: int
    path: str
    values: Mapping[str, str]

    @property
    def intent_id(self) -> str:
        """The form's one-time ID."""
        return self.values["intent"]


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

    def open_form(self, contact_id: int, amount: str = "10") -> CreditForm:
        """Open the credit form of a member and fill it in."""
        path = f"/programmes/{NORTHWIND}/members/{contact_id}/credit"
        page = self._client.get(path)
        assert page.status_code == 200, page.text[:500]
        hidden = {
            found["name"]: unescape(found.get("value", ""))
            for found in (dict(_ATTRIBUTE.findall(each)) for each in _INPUT.findall(page.text))
            if found.get("type") == "hidden" and "name" in found
        }
        chosen = _OPTION.search(page.text)
        if chosen is not None:
            hidden["definition"] = unescape(chosen[1])
        typed = {"amount": amount, "reason": "late_delivery", "case_reference": "ZD-1", "note": ""}
        return CreditForm(contact_id, path, {**hidden, **typed})

    def send(self, form: CreditForm) -> httpx.Response:
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
        """What the receipt says that refreshes itself."""
        return self.receipt_on(f"/programmes/{NORTHWIND}/intents/{intent_id}/receipt")


def receipt_in(html: str) -> str:
    """The receipt's words on a page."""
    found = _RECEIPT.search(html)
    assert found is not None, html[:800]
    return " ".join(unescape(_TAG.sub(" ", found[1])).split())
