"""Which answer each kind of trouble gets. The last of them works when nothing else does."""

from __future__ import annotations

from math import ceil

from flask import Flask, Response, g, make_response, redirect, render_template, request
from flask.typing import ResponseReturnValue
from markupsafe import escape
from structlog import get_logger
from werkzeug.exceptions import HTTPException, MethodNotAllowed

from dashboard.brevo import errors as brevo
from dashboard.store import audit
from dashboard.store.database import DatabaseUnavailable
from dashboard.web import addresses, htmx, kept, record
from dashboard.web.access import SignedOut, access_of, signed_in
from dashboard.web.bulkhead import Crowded
from dashboard.web.errors import ErrorPage, Link, remote_trouble, render
from dashboard.web.forms import KEPT, Stale, form_of
from dashboard.web.security import SAFE_METHODS
from dashboard.web.sign_in.routes import page as sign_in_page

_log = get_logger("web.errors")

_WORDS = {
    400: ("The console can't read that", "Open the page again and send it once more."),
    404: ("Page not found", "Check the address, or find the member with the search box."),
    405: ("This page can't be used that way", "Open it from its link or its button."),
    413: ("That is too long", "Shorten what you typed."),
    414: ("That address is too long", "Open the page from its link."),
    415: ("The console can't read that", "Send the form from its own page."),
    429: ("Too many requests", "Wait a moment, then try again."),
}
_BROKEN = (
    "There is a problem with the console",
    "Try again. If you were giving points, open the member: the activity list shows whether it went through.",
)
_STILL_WORKS = "Sign-in, the search form and the audit log keep working."


def show(error: ErrorPage) -> Response:
    """A page that stopped itself. What a person was refused goes into the audit record."""
    if error.status in {403, 409} and not error.recorded and signed_in() is not None:
        arguments = request.view_args or {}
        record.write(
            "request.refused",
            audit.Outcome.DENIED,
            programme_id=str(arguments["programme_id"]) if "programme_id" in arguments else None,
            contact_id=arguments.get("contact_id"),
            after={"method": request.method, "route": str(request.url_rule), "because": error.title},
        )
    return render(error)


def ask_to_sign_in(_error: SignedOut) -> ResponseReturnValue:
    """To the sign-in page and back. What was typed into a form comes along."""
    back_to = addresses.here()
    if request.method in SAFE_METHODS:
        url = addresses.sign_in_url(back_to)
        access = access_of(request.endpoint)
        if htmx.is_htmx() and access is not None and access.in_place:
            return render_template("sign_in/_ended.html", sign_in_url=url), 401
        return htmx.leave_to(url) if htmx.is_htmx() else redirect(url, 303)
    this = kept.of_this_request()
    form = this if this.values else None
    if form is None and htmx.is_htmx():
        return htmx.leave_to(addresses.sign_in_url(back_to))
    response = sign_in_page(401, back_to=addresses.own_page(back_to), kept_form=form)
    if htmx.is_htmx():
        # A redirect would lose the text: put the sign-in page in the place of the whole page instead.
        response.headers["HX-Retarget"] = "body"
        response.headers["HX-Reswap"] = "outerHTML"
    return response


def show_again(_error: Stale) -> ResponseReturnValue:
    """The form of an older session: shown again filled, to be sent by the person."""
    form = form_of(request.endpoint)
    if form.again is not None:
        answer = make_response(form.again(KEPT, **(request.view_args or {})))
        answer.status_code = 419
        return answer
    if any(field.secret and request.form.get(field.name) for field in form.fields):
        return render(
            ErrorPage(419, "This page was open too long", "Open it again and fill it in once more.")
        )
    return kept.page(kept.of_this_request(), 419)


def show_http(error: HTTPException) -> ResponseReturnValue:
    """What the router or the parser refused."""
    status = error.code or 500
    if error.response is not None or status < 400:
        return error
    if status not in _WORDS:
        status = 400 if status < 500 else 500
    response = render(ErrorPage(status, *_WORDS.get(status, _BROKEN)))
    if isinstance(error, MethodNotAllowed) and error.valid_methods:
        response.headers["Allow"] = ", ".join(sorted(error.valid_methods))
    return response


def show_remote(error: brevo.BrevoError) -> Response:
    """The remote did not give what the page cannot do without."""
    _log.warning(
        "remote.failed", kind=type(error).__name__, status=error.status, remote_request_id=error.request_id
    )
    if isinstance(error, brevo.NotFound):
        return render(ErrorPage(404, "Brevo does not know this", "It may be gone. Find the member again."))
    again = Link(request.full_path.rstrip("?"), "Try again") if request.method in SAFE_METHODS else None
    wait = ceil(error.retry_after) if isinstance(error, brevo.Limited) else None
    title, text = remote_trouble(error)
    return render(ErrorPage(503, title, f"{text} {_STILL_WORKS}", link=again, retry_after=wait))


def show_database(error: DatabaseUnavailable) -> Response:
    """The database is away; who is signed in may be unknown then."""
    _log.error("database.unavailable", reason=str(error))
    return _somehow(
        ErrorPage(
            503, "The console's database does not answer", "Nothing was changed. Try again in a minute."
        )
    )


def show_broken(error: Exception) -> Response:
    """Whatever nobody foresaw. The details go to the log under the number that the page shows."""
    _log.error("request.broken", exc_info=error)
    return _somehow(ErrorPage(500, *_BROKEN))


def _somehow(error: ErrorPage) -> Response:
    """As a usual page if that works; else as one that needs neither database nor templates nor a reader."""
    try:
        return render(error)
    except Exception as again:
        _log.warning("request.last_resort", kind=type(again).__name__)
    return show_plainly(error)


def show_plainly(error: ErrorPage) -> Response:
    """A page that costs next to nothing and needs nothing."""
    page = _LAST_FRAGMENT if htmx.is_htmx() else _LAST_PAGE
    words = (escape(part) for part in (error.title, error.text, g.get("request_id", "none")))
    response = Response(page.format(*words), error.status, mimetype="text/html")
    if error.retry_after is not None:
        response.headers["Retry-After"] = str(error.retry_after)
    return response


_LAST_FRAGMENT = '<div class="notice warn"><p>{0}. {1} Reference {2}.</p></div>'
_LAST_PAGE = """<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{0} · Loyalty Desk</title>
<meta name="color-scheme" content="light dark">
<link rel="stylesheet" href="/static/css/console.css">
</head>
<body class="plain">
<main id="main" class="plain-main">
<h1>{0}</h1>
<p>{1}</p>
<p>Reference <span class="code">{2}</span></p>
<p><a href="/">Start page</a></p>
</main>
</body>
</html>
"""


def init_app(app: Flask) -> None:
    """Give each kind of trouble its answer."""
    app.register_error_handler(ErrorPage, show)
    app.register_error_handler(Crowded, show_plainly)
    app.register_error_handler(SignedOut, ask_to_sign_in)
    app.register_error_handler(Stale, show_again)
    app.register_error_handler(HTTPException, show_http)
    app.register_error_handler(brevo.BrevoError, show_remote)
    app.register_error_handler(DatabaseUnavailable, show_database)
    app.register_error_handler(Exception, show_broken)
