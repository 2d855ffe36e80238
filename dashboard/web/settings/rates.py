"""``/settings/limit-rates``: how many points money and other units count as against the limits."""

from __future__ import annotations

import re
from decimal import Decimal

from flask import Blueprint, make_response, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from werkzeug.wrappers import Response

from dashboard.actions import amounts
from dashboard.permissions import Permission
from dashboard.store import audit, limits
from dashboard.web import record
from dashboard.web.access import requires, services
from dashboard.web.filters import formats
from dashboard.web.forms import Field, Problem, takes, typed
from dashboard.web.settings import limit_words, words
from dashboard.web.settings.review import NotSeen, Review

blueprint = Blueprint("rates", __name__, url_prefix="/settings/limit-rates")

_UNIT = re.compile(r"[A-Z]{2,20}")
_EXAMPLE = "write a unit and how many points one of it is, such as GBP 100"


class RateError(ValueError):
    """A line is no rate; the message says what to write."""


@blueprint.get("/")
@requires(Permission.SETTINGS_MANAGE)
def show() -> ResponseReturnValue:
    """The rates, one a line."""
    with services().database.read() as connection:
        present = limits.all_rates(connection)
    return _page("\n".join(f"{unit} {points:f}" for unit, points in present.items()))


def _again(problem: Problem) -> Response:
    return _page(typed()["rates"], problems=(problem,))


@blueprint.post("/")
@requires(Permission.SETTINGS_MANAGE)
@takes(Field("rates", "Rates"), Field("seen"), again=_again)
def save() -> ResponseReturnValue:
    """Show the difference; save it once it was seen."""
    form = typed()
    try:
        wanted = _parse(form["rates"])
        with services().database.write() as connection:
            limits.lock(connection)
            before = limits.all_rates(connection)
            limits.replace_rates(connection, wanted)
            after = limits.all_rates(connection)
            review = Review(limit_words.of_rates(before, formats()), limit_words.of_rates(after, formats()))
            review.require_seen(form["seen"])
            entry = record.entry(
                "settings.rates", audit.Outcome.DONE, before=review.before, after=review.after
            )
            seq = audit.append(connection, entry)
    except RateError as error:
        return _page(form["rates"], problems=(Problem("rates", str(error)),), status=422)
    except NotSeen as unseen:
        if unseen.review.is_empty:
            return _page(form["rates"], problems=(Problem("rates", words.NOTHING_NEW),), status=422)
        return _page(form["rates"], unseen.review)
    return redirect(url_for("limits.index", receipt=seq), 303)


def _parse(text: str) -> dict[str, Decimal]:
    """The rates of the lines; empty lines are passed over.

    :raises RateError: a line is none, or names a unit that another one named.
    """
    found: dict[str, Decimal] = {}
    for number, line in enumerate(text.split("\n"), start=1):
        if not line.strip():
            continue
        unit, _, points = line.strip().upper().partition(" ")
        if not _UNIT.fullmatch(unit):
            raise RateError(f"Line {number}: {_EXAMPLE}")
        if unit == amounts.POINTS or unit in found:
            raise RateError(f"Line {number}: name each unit once; points count as themselves")
        found[unit] = _points(points, number)
    return found


def _points(text: str, number: int) -> Decimal:
    try:
        # Points as a rate may have parts: one yen is 0.6 of a point.
        return amounts.parse(text, "EUR")
    except amounts.AmountError as error:
        raise RateError(f"Line {number}: {_EXAMPLE}") from error


def _page(
    text: str, review: Review | None = None, *, problems: tuple[Problem, ...] = (), status: int = 200
) -> Response:
    html = render_template(
        "settings/rates.html",
        text=text,
        review=review,
        shown_before=bool(typed().get("seen")),
        problems=problems,
    )
    return make_response(html, status)
