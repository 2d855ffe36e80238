"""``/settings/amounts``: the usual amounts, offered as buttons where points are given."""

from __future__ import annotations

from decimal import Decimal

from flask import Blueprint, make_response, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from werkzeug.wrappers import Response

from dashboard.actions import amounts
from dashboard.permissions import Permission
from dashboard.store import audit, presets
from dashboard.store.presets import PresetsError
from dashboard.web import record
from dashboard.web.access import requires, services
from dashboard.web.forms import Field, Problem, takes, typed
from dashboard.web.settings import words
from dashboard.web.settings.review import NotSeen, Review

blueprint = Blueprint("presets", __name__, url_prefix="/settings/amounts")


@blueprint.get("/")
@requires(Permission.SETTINGS_MANAGE)
def show() -> ResponseReturnValue:
    """The amounts, one a line."""
    with services().database.read() as connection:
        present = presets.list_all(connection)
    return _page("\n".join(f"{amount:f}" for amount in present))


def _again(problem: Problem) -> Response:
    return _page(typed()["amounts"], problems=(problem,))


@blueprint.post("/")
@requires(Permission.SETTINGS_MANAGE)
@takes(Field("amounts", "Amounts"), Field("seen"), again=_again)
def save() -> ResponseReturnValue:
    """Show the difference; save it once it was seen."""
    form = typed()
    try:
        wanted = _parse(form["amounts"])
        with services().database.write() as connection:
            presets.lock(connection)
            before = presets.list_all(connection)
            presets.replace(connection, wanted)
            review = Review(words.of_amounts(before), words.of_amounts(wanted))
            review.require_seen(form["seen"])
            entry = record.entry(
                "settings.presets", audit.Outcome.DONE, before=review.before, after=review.after
            )
            seq = audit.append(connection, entry)
    except PresetsError as error:
        return _page(form["amounts"], problems=(Problem("amounts", str(error)),), status=422)
    except NotSeen as unseen:
        if unseen.review.is_empty:
            return _page(form["amounts"], problems=(Problem("amounts", words.NOTHING_NEW),), status=422)
        return _page(form["amounts"], unseen.review)
    return redirect(url_for("settings.index", receipt=seq), 303)


def _parse(text: str) -> list[Decimal]:
    """The amounts of the lines; empty lines are passed over.

    :raises PresetsError: a line is no amount of points.
    """
    found = []
    for number, line in enumerate(text.split("\n"), start=1):
        if not line.strip():
            continue
        try:
            found.append(amounts.parse(line, amounts.POINTS))
        except amounts.AmountError as error:
            raise PresetsError(f"Line {number}: {error}") from error
    return found


def _page(
    text: str,
    review: Review | None = None,
    *,
    problems: tuple[Problem, ...] = (),
    status: int = 200,
) -> Response:
    html = render_template(
        "settings/amounts.html",
        text=text,
        most=presets.MOST,
        review=review,
        shown_before=bool(typed().get("seen")),
        problems=problems,
    )
    return make_response(html, status)
