"""``/account/``."""

from __future__ import annotations

from flask import Blueprint, make_response, redirect, render_template
from flask.typing import ResponseReturnValue
from werkzeug.wrappers import Response

from dashboard.permissions import Permission
from dashboard.store import audit, sessions, staff
from dashboard.store.passwords import WeakPassword
from dashboard.store.staff import Density, Theme
from dashboard.web import record
from dashboard.web.access import current_session, current_staff, requires, services
from dashboard.web.account.devices import device_name
from dashboard.web.errors import ErrorPage
from dashboard.web.forms import Field, Problem, takes, typed
from dashboard.web.sessions import set_cookie
from dashboard.web.sign_in.doors import Locked, WrongPair, begin, check

blueprint = Blueprint("account", __name__, url_prefix="/account")


@blueprint.get("/")
@requires(Permission.OWN_ACCOUNT)
def show() -> ResponseReturnValue:
    """Who one is here, where one is signed in, how the screen looks."""
    return _page()


@blueprint.post("/preferences")
@requires(Permission.OWN_ACCOUNT)
@takes(Field("theme", "Theme"), Field("density", "Rows"), Field("shortcuts", "Single-key shortcuts"))
def prefer() -> ResponseReturnValue:
    """Keep theme, density and shortcuts with the account, so that no cookie is needed for them."""
    form = typed()
    try:
        theme, density = Theme(form["theme"]), Density(form["density"])
    except ValueError:
        raise ErrorPage(400, "There is no such setting", "Choose one of those on the account page.") from None
    with services().database.write() as connection:
        staff.set_preferences(
            connection,
            current_staff().id,
            theme=theme,
            density=density,
            shortcuts_on=form["shortcuts"] == "1",
        )
    return redirect("/account/", 303)


@blueprint.post("/sessions/<uuid:session_id>/end")
@requires(Permission.OWN_ACCOUNT)
@takes()
def end_session(session_id: object) -> ResponseReturnValue:
    """Sign another device of one's own out; it counts from its next request."""
    parts = services()
    with parts.database.write() as connection:
        ended = sessions.revoke(connection, str(session_id), current_staff().id, parts.clock())
        if ended:
            audit.append(
                connection,
                record.entry("session.end", audit.Outcome.DONE, after={"session": str(session_id)}),
            )
    return redirect("/account/", 303)


@blueprint.post("/password")
@requires(Permission.OWN_ACCOUNT)
@takes(Field("current", secret=True), Field("password", secret=True))
def change_password() -> ResponseReturnValue:
    """Change one's password: all sessions end, this browser gets a new one."""
    parts, member, form = services(), current_staff(), typed()
    if member.is_demo:
        raise ErrorPage(
            403, "You can't change a demo password", "Demo accounts share one that everybody knows."
        )
    try:
        check(member.email, form["current"], action="password.change")
        staff.set_password(parts.database, member.id, form["password"], parts.clock())
    except WrongPair:
        return _page(422, (Problem("current", "Check your present password"),))
    except Locked as lock:
        return _page(429, (Problem("current", str(lock)),))
    except WeakPassword as weak:
        return _page(422, (Problem("password", str(weak)),))
    response = redirect("/account/", 303)
    set_cookie(response, begin(member, action="password.change").token)
    return response


def _page(status: int = 200, problems: tuple[Problem, ...] = ()) -> Response:
    parts = services()
    with parts.database.read() as connection:
        own = sessions.list_for(connection, current_staff().id, parts.clock())
    html = render_template(
        "account/show.html",
        member=current_staff(),
        sessions=own,
        present=current_session().id,
        device_name=device_name,
        themes=Theme,
        densities=Density,
        problems=problems,
    )
    return make_response(html, status)
