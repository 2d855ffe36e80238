"""``/settings/reasons/<code>`` and ``/settings/add-reason``: why points are given or taken back.

Reasons retire; none is ever deleted.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from flask import Blueprint, make_response, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from werkzeug.wrappers import Response

from dashboard.permissions import Permission
from dashboard.store import audit, reasons
from dashboard.store.reasons import Reason, ReasonError
from dashboard.web import record
from dashboard.web.access import requires, services
from dashboard.web.errors import ErrorPage
from dashboard.web.forms import Field, Problem, Typed, takes, typed
from dashboard.web.settings import words
from dashboard.web.settings.review import NotSeen, Review

blueprint = Blueprint("reasons", __name__, url_prefix="/settings")

_REQUIREMENTS = (Field("reference", "Case number required"), Field("note", "Note required"), Field("seen"))


@blueprint.get("/add-reason")
@requires(Permission.SETTINGS_MANAGE)
def add_show() -> ResponseReturnValue:
    """The form for a new reason."""
    return _page(None, dict.fromkeys(("code", "label", "reference", "note"), ""))


def _add_again(problem: Problem) -> Response:
    return _page(None, typed(), problems=(problem,))


@blueprint.post("/add-reason")
@requires(Permission.SETTINGS_MANAGE)
@takes(Field("code", "Code"), Field("label", "Label"), *_REQUIREMENTS, again=_add_again)
def add() -> ResponseReturnValue:
    """Show what would be offered; offer it once that was seen."""
    form = typed()
    problems = _problems(form)
    if problems:
        return _page(None, form, problems=problems, status=422)
    wanted = _wanted(form, form["code"])
    try:
        seq = _save("reason_add", wanted.code, lambda store: reasons.add(store, wanted), form["seen"])
    except (ReasonError, NotSeen) as stop:
        return _stopped(stop, None, form)
    return _told(seq)


@blueprint.get("/reasons/<code>")
@requires(Permission.SETTINGS_MANAGE)
def show(code: str) -> ResponseReturnValue:
    """One reason and its form."""
    reason = _one(code)
    values = {
        "label": reason.label,
        "reference": "1" if reason.requires_reference else "",
        "note": "1" if reason.requires_note else "",
    }
    return _page(reason, values)


def _change_again(problem: Problem, code: str) -> Response:
    return _page(_one(code), typed(), problems=(problem,))


@blueprint.post("/reasons/<code>")
@requires(Permission.SETTINGS_MANAGE)
@takes(Field("label", "Label"), *_REQUIREMENTS, again=_change_again)
def change(code: str) -> ResponseReturnValue:
    """Show the difference; save it once it was seen."""
    form, present = typed(), _one(code)
    problems = _problems(form)
    if problems:
        return _page(present, form, problems=problems, status=422)
    wanted = _wanted(form, code)
    try:
        seq = _save("reason_change", code, lambda store: reasons.change(store, wanted), form["seen"])
    except (ReasonError, NotSeen) as stop:
        return _stopped(stop, present, form)
    return _told(seq)


@blueprint.get("/reasons/<code>/retire")
@requires(Permission.SETTINGS_MANAGE)
def retire_show(code: str) -> ResponseReturnValue:
    """What retiring does, before it is done."""
    reason = _one(code)
    if reason.is_retired:
        return redirect(url_for("settings.index"), 303)
    return _retire_page(reason)


@blueprint.post("/reasons/<code>/retire")
@requires(Permission.SETTINGS_MANAGE)
@takes()
def retire(code: str) -> ResponseReturnValue:
    """Offer it no longer."""
    reason, now = _one(code), services().clock()
    try:
        seq = _save("reason_retire", code, lambda store: reasons.retire(store, code, now))
    except ReasonError as error:
        return _retire_page(reason, (Problem("", str(error)),), 422)
    return _told(seq)


@blueprint.post("/reasons/<code>/restore")
@requires(Permission.SETTINGS_MANAGE)
@takes()
def restore(code: str) -> ResponseReturnValue:
    """Offer it again, at its old place."""
    _one(code)
    try:
        seq = _save("reason_restore", code, lambda store: reasons.restore(store, code))
    except ReasonError as error:
        raise ErrorPage(409, "Its label is in use", str(error)) from error
    return _told(seq)


@blueprint.post("/reasons/<code>/move")
@requires(Permission.SETTINGS_MANAGE)
@takes(Field("direction"))
def move(code: str) -> ResponseReturnValue:
    """One place up or down among those that are offered."""
    direction = typed()["direction"]
    if direction not in {"up", "down"}:
        raise ErrorPage(400, "There is no such direction", "Move it with the buttons on the settings page.")
    reason = _one(code)
    with services().database.write() as connection:
        reasons.lock(connection)
        before = reasons.offered(connection)
        is_moved = reasons.move(connection, code, up=direction == "up")
        review = Review(words.of_place(reason, before), words.of_place(reason, reasons.offered(connection)))
        seq = audit.append(connection, _entry("reason_move", review)) if is_moved else None
    return _told(seq)


def _save(action: str, code: str, act: Callable[[Any], None], seen: str | None = None) -> int | None:
    """Carry out ``act`` on the store and record it; gives the number of the row, None when nothing changed.

    :param seen: for what was reviewed: the seal of the difference that was shown.
    :raises ReasonError: the store refuses it.
    :raises NotSeen: the difference has to be looked at first.
    """
    with services().database.write() as connection:
        reasons.lock(connection)
        before = reasons.by_code(connection, code)
        act(connection)
        review = Review(words.of_reason(before), words.of_reason(reasons.by_code(connection, code)))
        if seen is not None:
            review.require_seen(seen)
        return None if review.is_empty else audit.append(connection, _entry(action, review))


def _entry(action: str, review: Review) -> audit.Entry:
    return record.entry(f"settings.{action}", audit.Outcome.DONE, before=review.before, after=review.after)


def _wanted(form: Typed, code: str) -> Reason:
    return Reason(code, form["label"], form["reference"] == "1", form["note"] == "1", is_retired=False)


def _problems(form: Typed) -> tuple[Problem, ...]:
    found = []
    for name, check in (("code", reasons.tidy_code), ("label", reasons.tidy_label)):
        try:
            if name in form:
                check(form[name])
        except ReasonError as error:
            found.append(Problem(name, str(error)))
    return tuple(found)


def _one(code: str) -> Reason:
    with services().database.read() as connection:
        reason = reasons.by_code(connection, code)
    if reason is None:
        raise ErrorPage(404, "No such reason", "Find it in the settings.")
    return reason


def _told(seq: int | None) -> Response:
    return redirect(url_for("settings.index", receipt=seq), 303)


def _stopped(stop: ReasonError | NotSeen, present: Reason | None, form: Typed) -> Response:
    """The form again: with what is wrong, or with the difference to look at."""
    if isinstance(stop, ReasonError):
        return _page(present, form, problems=(Problem(stop.field, str(stop)),), status=422)
    if stop.review.is_empty:
        return _page(present, form, problems=(Problem("label", words.NOTHING_NEW),), status=422)
    return _page(present, form, stop.review)


def _page(
    present: Reason | None,
    form: Mapping[str, str],
    review: Review | None = None,
    *,
    problems: tuple[Problem, ...] = (),
    status: int = 200,
) -> Response:
    html = render_template(
        "settings/reason.html",
        present=present,
        form=form,
        review=review,
        shown_before=bool(form.get("seen")),
        problems=problems,
    )
    return make_response(html, status)


def _retire_page(reason: Reason, problems: tuple[Problem, ...] = (), status: int = 200) -> Response:
    return make_response(render_template("settings/retire.html", reason=reason, problems=problems), status)
