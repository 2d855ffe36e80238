"""A number for every request and one log line about it, free of personal data."""

from __future__ import annotations

from secrets import token_hex
from time import perf_counter

from flask import Flask, Response, g, request
from structlog import get_logger
from structlog.contextvars import bind_contextvars, clear_contextvars

from dashboard.web.access import signed_in

_log = get_logger("web.access_log")


def _begin() -> None:
    g.started = perf_counter()
    # Never taken from the browser: a number of ours cannot be forged into somebody else's record.
    g.request_id = token_hex(8)
    clear_contextvars()
    bind_contextvars(request_id=g.request_id)


def _end(response: Response) -> Response:
    response.headers["X-Request-Id"] = g.request_id
    user = signed_in() if "_login_user" in g else None
    _log.info(
        "request",
        method=request.method,
        # The rule, not the path: a path may carry what somebody typed.
        route=request.url_rule.rule if request.url_rule else "-",
        status=response.status_code,
        ms=round((perf_counter() - g.started) * 1000, 1),
        staff=user.staff.id if user else None,
        ip=request.remote_addr,
    )
    return response


def init_app(app: Flask) -> None:
    """First before every request, last after it."""
    app.before_request(_begin)
    app.after_request(_end)
