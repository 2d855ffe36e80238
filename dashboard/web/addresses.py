"""Where to go on: only to pages of ours."""

from __future__ import annotations

from urllib.parse import quote, urlsplit

import msgspec
from flask import current_app, request, url_for
from werkzeug.exceptions import HTTPException
from werkzeug.routing import RequestRedirect

from dashboard.web import htmx

LONGEST = 500


class Place(msgspec.Struct, frozen=True):
    """A page of ours: its address, and what a person calls it."""

    url: str
    name: str


def own_page(address: str | None) -> Place | None:
    """``address`` as a page of ours that can be opened; ``None`` for all else.

    It must be a plain path that our own routes know for GET; sign-in and other public endpoints lead nowhere.
    """
    if not address or len(address) > LONGEST or not address.startswith("/") or not address.isprintable():
        return None
    if address.startswith("//") or "\\" in address:
        return None
    parts = urlsplit(address)
    if parts.scheme or parts.netloc:
        return None
    try:
        endpoint, arguments = _match(parts.path)
    except (HTTPException, RequestRedirect):
        return None
    view = current_app.view_functions[endpoint]
    if getattr(view, "access", None) is None:
        return None
    return Place(address, _name(arguments))


def here() -> str | None:
    """The page to come back to after signing in; for a fragment, the one in the browser's address bar."""
    if htmx.is_htmx():
        return htmx.current_path()
    return request.full_path.rstrip("?")


def sign_in_url(back_to: str | None) -> str:
    """The sign-in page, leading back to ``back_to`` afterwards."""
    place = own_page(back_to)
    url = url_for("sign_in.show")
    return f"{url}?next={quote(place.url, safe='/')}" if place and place.url != "/" else url


def _match(path: str) -> tuple[str, dict[str, object]]:
    adapter = current_app.url_map.bind("own")
    endpoint, arguments = adapter.match(path, method="GET")
    return endpoint, dict(arguments)


def _name(arguments: dict[str, object]) -> str:
    if "contact_id" in arguments:
        return f"member {arguments['contact_id']}"
    return "where you were"
