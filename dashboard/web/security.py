"""What the browser is told on every answer, and what no request may look like."""

from __future__ import annotations

from typing import cast

from flask import Blueprint, Flask, Response, current_app, request
from structlog import get_logger

from dashboard.web.errors import ErrorPage

CONTENT_SECURITY_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; font-src 'self'; "
    "connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'; object-src 'none'; "
    "report-uri /csp-report"
)
HEADERS = {
    "Content-Security-Policy": CONTENT_SECURITY_POLICY,
    "Strict-Transport-Security": "max-age=31536000; includeSubDomains",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": (
        "accelerometer=(), autoplay=(), camera=(), display-capture=(), encrypted-media=(), fullscreen=(), "
        "geolocation=(), gyroscope=(), magnetometer=(), microphone=(), midi=(), payment=(), "
        "publickey-credentials-get=(), screen-wake-lock=(), usb=(), xr-spatial-tracking=()"
    ),
    "X-Robots-Tag": "noindex, nofollow",
}
"""On every answer, of any status, static files included."""

_PAIRS = tuple(HEADERS.items())
SAFE_METHODS = frozenset({"GET", "HEAD"})
FORM = "application/x-www-form-urlencoded"
_REPORTS = frozenset({"application/csp-report", "application/json", "application/reports+json"})

_log = get_logger("web.security")
blueprint = Blueprint("security", __name__)


def refuse_odd_requests() -> None:
    """Only forms of known, bounded length may change anything.

    :raises ErrorPage: 411 without a length, 413 when too long, 415 when it is no form.
    """
    if request.method in SAFE_METHODS:
        return
    length = request.content_length
    if length is None:
        raise ErrorPage(
            411, "The form arrived without its length", "Open the page again and send it once more."
        )
    limit = request.max_content_length
    if limit is not None and length > limit:
        raise ErrorPage(413, "That is too long", f"Shorten what you typed to less than {limit // 1024} kB.")
    expected = _REPORTS if request.endpoint == "security.csp_report" else {FORM}
    if length and request.mimetype not in expected:
        raise ErrorPage(415, "The console can't read that", "Send the form from its own page.")


def refuse_foreign_requests() -> None:
    """What changes something must come from a page of ours.

    The browser says so in ``Sec-Fetch-Site``, which no page can forge. Browsers without it must show an
    ``Origin`` equal to the address they called. With neither we refuse. The ``Host`` header decides nothing
    else here: no absolute address is ever built from it.

    :raises ErrorPage: 403.
    """
    # A report about our own page changes nothing, and browsers send it in their own way.
    if request.method in SAFE_METHODS or request.endpoint == "security.csp_report":
        return
    site = request.headers.get("Sec-Fetch-Site")
    origin = request.headers.get("Origin")
    ours = site == "same-origin" if site is not None else origin == request.host_url.rstrip("/")
    if not ours:
        _log.warning("request.foreign", site=site, origin=origin)
        raise ErrorPage(403, "That did not come from the console", "Open the page here and send it again.")


def set_headers(response: Response) -> Response:
    """Put the headers on. What is not a static file is never stored anywhere."""
    response.headers.extend(_PAIRS)
    if "Cache-Control" not in response.headers:
        response.headers["Cache-Control"] = "no-store"
        response.headers["Vary"] = "Accept-Encoding, HX-Request"
    response.headers.pop("Server", None)
    return response


class Reports:
    """How many reports of broken content rules this process has seen; the status page shows it."""

    def __init__(self) -> None:
        self.count = 0


@blueprint.post("/csp-report")
def csp_report() -> tuple[str, int]:
    """Note that a page broke its content rules: which rule, never the page's address."""
    reports().count += 1
    body = request.get_json(force=True, silent=True)
    report = body.get("csp-report") if isinstance(body, dict) else None
    directive = report.get("effective-directive") if isinstance(report, dict) else None
    _log.warning("csp.report", directive=str(directive)[:60], count=reports().count)
    return "", 204


def reports() -> Reports:
    """The count of this process."""
    return cast(Reports, current_app.extensions["loyalty-desk-csp"])


def init_app(app: Flask) -> None:
    """Guard every request and dress every answer."""
    app.extensions["loyalty-desk-csp"] = Reports()
    app.register_blueprint(blueprint)
    app.before_request(refuse_odd_requests)
    app.before_request(refuse_foreign_requests)
    app.after_request(set_headers)
