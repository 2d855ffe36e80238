"""``/sign-in``, ``/sign-out`` and ``/set-password``."""

from __future__ import annotations

from datetime import timedelta

from flask import Blueprint, make_response, redirect, render_template, request
from flask.typing import ResponseReturnValue
from flask_login import login_user, logout_user
from werkzeug.wrappers import Response

from dashboard.permissions import Permission
from dashboard.store import audit, links, sessions, throttle
from dashboard.store.passwords import WeakPassword
from dashboard.store.sessions import Ending
from dashboard.web import addresses, kept, record
from dashboard.web.access import current_session, current_staff, requires, services, signed_in
from dashboard.web.addresses import Place
from dashboard.web.forms import Field, Problem, Typed, takes, typed
from dashboard.web.kept import Kept
from dashboard.web.sessions import clear, set_cookie, token_of
from dashboard.web.sign_in.doors import Entered, Locked, WrongPair, enter

blueprint = Blueprint("sign_in", __name__)

_ENDINGS = {
    Ending.IDLE: f"You were signed out after {sessions.IDLE // timedelta(minutes=1)} minutes.",
    Ending.TOO_LONG: f"You were signed out after {sessions.ABSOLUTE // timedelta(hours=1)} hours.",
    Ending.REVOKED: "You were signed out.",
}


@blueprint.route("/sign-in", methods=["GET", "POST"])
@takes(Field("email"), Field("password", secret=True), Field("next"), Field("kept"))
def show() -> ResponseReturnValue:
    """The sign-in page. One endpoint for both methods: the list of public ones stays short."""
    return _try() if request.method == "POST" else _ask()


@blueprint.post("/sign-out")
@requires(Permission.OWN_ACCOUNT)
@takes()
def leave() -> ResponseReturnValue:
    """End this session; the browser forgets all it kept of the console."""
    parts = services()
    with parts.database.write() as connection:
        sessions.revoke(connection, current_session().id, current_staff().id, parts.clock())
        audit.append(connection, record.entry("sign_out", audit.Outcome.DONE))
    logout_user()
    response = redirect("/sign-in", 303)
    clear(response)
    return response


@blueprint.route("/set-password/<token>", methods=["GET", "POST"])
@takes(Field("email"), Field("password", secret=True))
def choose_password(token: str) -> ResponseReturnValue:
    """The page behind a one-time link, whose address is never logged. It also unlocks the account."""
    parts = services()
    with parts.database.read() as connection:
        member = links.find(connection, token, parts.clock())
    if member is None:
        return make_response(render_template("sign_in/link_spent.html"), 404)
    if request.method == "GET":
        return render_template("sign_in/choose_password.html", member=member, problems=())
    try:
        links.use(parts.database, token, typed()["password"], parts.clock())
    except WeakPassword as weak:
        problems = (Problem("password", str(weak)),)
        return make_response(
            render_template("sign_in/choose_password.html", member=member, problems=problems), 422
        )
    except links.LinkSpent:
        return make_response(render_template("sign_in/link_spent.html"), 404)
    with parts.database.write() as connection:
        throttle.forgive(connection, throttle.account_key(member.email))
        audit.append(
            connection,
            record.entry("password.set", audit.Outcome.DONE, actor=member, after={"by": "one-time link"}),
        )
    return redirect("/sign-in", 303)


def page(
    status: int = 200,
    *,
    form: Typed | None = None,
    problems: tuple[Problem, ...] = (),
    back_to: Place | None = None,
    kept_form: Kept | None = None,
) -> Response:
    """The sign-in page in one of its states."""
    html = render_template(
        "sign_in/show.html",
        email=form["email"] if form else "",
        problems=problems,
        back_to=back_to,
        kept=kept_form,
        ended=_ending(),
    )
    return make_response(html, status)


def _ask() -> ResponseReturnValue:
    place = addresses.own_page(request.args.get("next"))
    if signed_in() is not None:
        return redirect(place.url if place else "/", 303)
    return page(back_to=place)


def _try() -> ResponseReturnValue:
    form = typed()
    place, carried = addresses.own_page(form["next"]), kept.unpack(form["kept"])
    problems = _missing(form)
    if problems:
        return page(422, form=form, problems=problems, back_to=place, kept_form=carried)
    try:
        entered = enter(form["email"], form["password"])
    except WrongPair:
        problems = (Problem("email", "Check your e-mail and password"),)
        return page(422, form=form, problems=problems, back_to=place, kept_form=carried)
    except Locked as lock:
        problems = (Problem("email", str(lock)),)
        response = page(429, form=form, problems=problems, back_to=place, kept_form=carried)
        response.headers["Retry-After"] = str(lock.seconds)
        return response
    return _let_in(entered, place, carried)


def _missing(form: Typed) -> tuple[Problem, ...]:
    wanted = (("email", "Enter your e-mail"), ("password", "Enter your password"))
    return tuple(Problem(name, message) for name, message in wanted if not form[name])


def _let_in(entered: Entered, place: Place | None, carried: Kept | None) -> Response:
    if carried is None:
        response = redirect(place.url if place else "/", 303)
    else:
        login_user(entered.user)
        response = kept.page(carried)
    set_cookie(response, entered.token)
    return response


def _ending() -> str:
    """Why the browser's cookie leads nowhere, in a sentence; empty without a cookie of ours."""
    parts, token = services(), token_of(request)
    if not token:
        return ""
    with parts.database.read() as connection:
        ending = sessions.why_ended(connection, token, parts.clock())
    return _ENDINGS[ending] if ending else ""
