"""``/reports/``: what staff gave away, for those who watch over it. Nothing here asks about members."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from itertools import count

import msgspec
from flask import Blueprint, Response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from msgspec.structs import replace

from dashboard.brevo.errors import BrevoError
from dashboard.permissions import Permission
from dashboard.store import audit, reasons
from dashboard.store import goodwill as acts_of_staff
from dashboard.web import record
from dashboard.web.access import requires, services
from dashboard.web.filters import formats
from dashboard.web.forms import Field, takes, typed
from dashboard.web.members.plot import Plot, plot
from dashboard.web.members.strip import POINTS
from dashboard.web.reports import csv_file, goodwill
from dashboard.web.reports.goodwill import Book, Week
from dashboard.web.reports.period import NAMES, Period, choose

blueprint = Blueprint("reports", __name__, url_prefix="/reports")

MEMBERS = 20
"""Members shown in the table; the file has all."""
_MOST_LABELS = 7


class Heading(msgspec.Struct, frozen=True):
    """What a balance is called; ``unit`` is None while the remote cannot tell."""

    title: str
    unit: str | None


class Point(msgspec.Struct, frozen=True):
    """One label of the chart and one row of its table; without ``long_label`` it has no row."""

    label: str
    long_label: str
    value: Decimal


@blueprint.get("/goodwill")
@requires(Permission.REPORTS_READ)
def goodwill_report() -> str:
    """Credits given by staff in a period: by agent, reason, member and week."""
    period = _period(request.args)
    with services().database.read() as connection:
        acts = acts_of_staff.acts(connection, period.since, period.until)
        still_open = acts_of_staff.open_credits(connection, period.since, period.until)
        labels = {each.code: each.label for each in reasons.list_all(connection)}
    books = goodwill.books(acts, labels, period.first, period.last, period.zone)
    return render_template(
        "reports/goodwill.html",
        period=period,
        problems=period.problems,
        spans=period.spans(url_for("reports.goodwill_report")),
        sections=[(book, _heading(book), _points(book.weeks), _plot(book.weeks)) for book in books],
        still_open=still_open,
        rule=goodwill.RULE,
        most_members=MEMBERS,
    )


@blueprint.post("/goodwill/export")
@requires(Permission.REPORTS_READ)
@takes(*(Field(name) for name in NAMES))
def goodwill_export() -> ResponseReturnValue:
    """The acts behind the report as a file. The export is itself recorded, with its number of rows."""
    period = _period(typed())
    if period.problems:
        return redirect(f"{url_for('reports.goodwill_report')}?{period.query}", 303)
    with services().database.read() as connection:
        acts = acts_of_staff.acts(connection, period.since, period.until)
    days = {"from": period.first.isoformat(), "to": period.last.isoformat()}
    record.write("report.export", audit.Outcome.DONE, after={"report": "goodwill", "rows": len(acts), **days})
    name = f"goodwill-{period.first}-{period.last}.csv"
    return Response(
        csv_file.write(acts),
        mimetype="text/csv",
        headers={"Content-Disposition": f'attachment; filename="{name}"'},
    )


def _period(arguments: Mapping[str, str]) -> Period:
    return choose(arguments, services().settings.timezone, services().clock())


def _heading(book: Book) -> Heading:
    """From the cached configuration. Without it the IDs stand: a report must come without the remote."""
    try:
        configuration = services().configuration.of(book.programme_id)
    except BrevoError:
        what = "Vouchers" if book.is_of_vouchers else f"Balance {book.definition_id[:8]}"
        return Heading(f"{what} of programme {book.programme_id[:8]}", None)
    if book.is_of_vouchers:
        return Heading(f"Vouchers at their value, {configuration.programme.name}", POINTS)
    definition = configuration.definition(book.definition_id)
    name = definition.name if definition else f"Balance {book.definition_id[:8]}"
    return Heading(f"{name}, {configuration.programme.name}", definition.unit if definition else None)


def _plot(weeks: tuple[Week, ...]) -> Plot:
    """Each week is as wide as the others and as high as what was given in it."""
    totals = [week.total for week in weeks]
    return replace(plot([*totals, totals[-1]]), dot="")


def _points(weeks: tuple[Week, ...]) -> list[Point]:
    """A label where each week begins, as many as can stand beside one another; the last one ends the axis."""
    step = next(step for step in count(1) if len(weeks) <= step * _MOST_LABELS)
    points = [
        Point(_short(each.monday) if at % step == 0 else "", _long(each.monday), each.total)
        for at, each in enumerate(weeks)
    ]
    return [*points, Point("", "", Decimal(0))]


def _long(monday: date) -> str:
    return f"Week of {formats().day(monday)}"


def _short(monday: date) -> str:
    return formats().day(monday).replace(" ", "\u00a0")
