"""The one cookie: a random token that leads to a session in the database, and nothing else.

flask-login asks us who sends a request; Flask's own client-side session is switched off, so no other cookie
can ever be set.
"""

from __future__ import annotations

from flask import Flask, Request
from flask.sessions import SessionInterface, SessionMixin
from flask_login import LoginManager
from werkzeug.wrappers import Response

from dashboard.config import Settings
from dashboard.store import sessions, staff
from dashboard.web.access import SignedIn, access_of, services


def cookie_name(settings: Settings) -> str:
    """``__Host-`` binds the cookie to this host over https; the demo's plain http cannot have it."""
    return "session" if settings.demo else "__Host-session"


def set_cookie(response: Response, token: str) -> None:
    """Hand the session's token to the browser; it forgets it when it closes."""
    settings = services().settings
    response.set_cookie(
        cookie_name(settings), token, path="/", secure=not settings.demo, httponly=True, samesite="Strict"
    )


def clear(response: Response) -> None:
    """Make the browser drop the cookie and all it kept of this console."""
    settings = services().settings
    response.delete_cookie(
        cookie_name(settings), path="/", secure=not settings.demo, httponly=True, samesite="Strict"
    )
    response.headers["Clear-Site-Data"] = '"cache", "cookies", "storage"'


def token_of(request: Request) -> str | None:
    """The token in the request's cookie, if any."""
    return request.cookies.get(cookie_name(services().settings))


def may_sign_in(member: staff.StaffMember, settings: Settings) -> bool:
    """Whether the account may be used at all, now and here."""
    return member.may_sign_in(demo=is_demo(settings))


def is_demo(settings: Settings) -> bool:
    """Whether this is the demo, on a stand-in of the remote: only there may its accounts sign in."""
    return settings.demo and not settings.is_real_remote


def _load(request: Request) -> SignedIn | None:
    """Who sends ``request``: read anew each time, so that a new role or an ended session counts at once."""
    token = token_of(request)
    if not token:
        return None
    parts = services()
    now = parts.clock()
    with parts.database.read() as connection:
        found = staff.signed_in(connection, token, now)
    if found is None:
        return None
    session, member = found
    if not may_sign_in(member, parts.settings):
        return None
    access = access_of(request.endpoint)
    if session.is_due_to_extend(now) and access is not None and not access.polls:
        with parts.database.write() as connection:
            sessions.extend(connection, session.id, now)
    return SignedIn(member, session)


class _NoSession(dict[str, object], SessionMixin):
    """flask-login looks into Flask's session; it finds nothing, whatever the browser sent."""


class _NoSessions(SessionInterface):
    def open_session(self, app: Flask, request: Request) -> _NoSession:
        return _NoSession()

    def save_session(self, app: Flask, session: SessionMixin, response: Response) -> None:
        """Nothing is ever kept in a cookie."""


def init_app(app: Flask) -> None:
    """Join flask-login to our sessions."""
    app.session_interface = _NoSessions()
    # flask-login also accepts a "remember me" cookie. No cookie can have this name, so there is none.
    app.config["REMEMBER_COOKIE_NAME"] = "none; none"
    manager = LoginManager()
    manager.session_protection = None
    manager.request_loader(_load)
    manager.init_app(app, add_context_processor=False)
