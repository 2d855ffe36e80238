"""What the server says to htmx and hears from it. Pages never look here: fragments have their own URLs."""

from __future__ import annotations

from urllib.parse import urlsplit

from flask import Response, request


def is_htmx() -> bool:
    """Whether a script asks for a fragment. Only error answers may differ by it."""
    return request.headers.get("HX-Request") == "true"


def current_path() -> str | None:
    """Path and query of the page the fragment is for, as the browser reports it."""
    url = request.headers.get("HX-Current-URL")
    if not url:
        return None
    parts = urlsplit(url)
    return f"{parts.path}?{parts.query}" if parts.query else parts.path


def leave_to(location: str) -> Response:
    """Make htmx load ``location`` as a page. A 302 would be followed silently and swapped in."""
    return Response(status=401, headers={"HX-Redirect": location})
