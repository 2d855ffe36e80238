"""What a page says when it cannot do what was asked: what to do next, never how it failed inside."""

from __future__ import annotations

from math import ceil

import msgspec
from flask import Response, g, render_template

from dashboard.brevo import errors as brevo
from dashboard.web import htmx


class Link(msgspec.Struct, frozen=True):
    """A way on."""

    url: str
    name: str


class ErrorPage(Exception):  # noqa: N818 - it is a page
    """Stop here and show this instead.

    ``title`` is the headline; ``text`` says what to do; ``searched`` fills the search box; ``link`` is a way
    on; ``retry_after`` is in seconds; ``recorded``: the audit record tells of this refusal already.
    """

    def __init__(
        self,
        status: int,
        title: str,
        text: str,
        *,
        searched: str = "",
        link: Link | None = None,
        retry_after: int | None = None,
        recorded: bool = False,
    ) -> None:
        super().__init__(title)
        self.status = status
        self.title = title
        self.text = text
        self.searched = searched
        self.link = link
        self.retry_after = retry_after
        self.recorded = recorded


def render(error: ErrorPage) -> Response:
    """The error as a whole page, or as a fragment when a script asks for a part of one."""
    template = "errors/_fragment.html" if htmx.is_htmx() else "errors/page.html"
    response = Response(render_template(template, error=error, reference=g.request_id), error.status)
    if error.retry_after is not None:
        response.headers["Retry-After"] = str(error.retry_after)
    return response


def remote_trouble(error: brevo.BrevoError) -> tuple[str, str]:
    """What is wrong with the remote, for a page, a panel or the banner: a headline and what to do."""
    if isinstance(error, brevo.Limited):
        return (
            "Brevo's request limit is used up",
            f"The next request is possible in {spoken(error.retry_after)}.",
        )
    if isinstance(error, brevo.Unauthorised | brevo.Forbidden):
        return "Brevo refuses this console's key", "An admin must check BREVO_API_KEY."
    if isinstance(error, brevo.Timeout):
        return "Brevo is slow", "It did not answer in time. Try again in a minute."
    if isinstance(error, brevo.NotSecure):
        return (
            "There is no secure connection to Brevo",
            "Nothing was sent. An admin must check its certificate and BREVO_CA.",
        )
    if isinstance(error, brevo.Unreachable):
        return "Brevo can't be reached", "Try again in a minute."
    return "Brevo gave an answer the console can't use", "Try again in a minute."


def spoken(seconds: float) -> str:
    """``40 seconds`` or ``12 minutes``, never too short."""
    if seconds < 90:
        whole = max(1, ceil(seconds))
        return f"{whole} second{'' if whole == 1 else 's'}"
    return f"{ceil(seconds / 60)} minutes"
