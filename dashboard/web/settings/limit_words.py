"""What limits are called where admins set them, and how one is written and read."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal

import msgspec

from dashboard.actions import amounts
from dashboard.permissions import Role
from dashboard.store.limits import Limit, Span
from dashboard.web.filters import Formats
from dashboard.web.forms import Problem

NO_LIMIT = "no limit"
MOST_TIMES = 9999


class Label(msgspec.Struct, frozen=True):
    """What the fields of a span are called, its column, and its name in the record."""

    value: str
    times: str | None
    column: str
    name: str


LABELS = {
    Span.ACT: Label("Points at once", None, "At once", "at_once"),
    Span.DAY: Label("Points a day", "Times a day", "A day", "a_day"),
    Span.WEEK: Label("Points a week", "Times a week", "A week", "a_week"),
    Span.MONTH: Label("Points a month", "Times a month", "A month", "a_month"),
    Span.MEMBER_DAY: Label(
        "Points for one member a day", "Times for one member a day", "A member and day", "a_member_and_day"
    ),
}


def plural(role: Role) -> str:
    """``Agents``."""
    return f"{role.value.capitalize()}s"


def told(limit: Limit | None, formats: Formats, nothing: str = NO_LIMIT) -> str:
    """``1,000 points, 10 times``."""
    if limit is None:
        return nothing
    parts = [] if limit.value is None else [formats.amount(limit.value, amounts.POINTS)]
    if limit.times is not None:
        parts.append(f"{limit.times:,} {'time' if limit.times == 1 else 'times'}")
    return ", ".join(parts) or NO_LIMIT


def of_review(who: str, found: Mapping[Span, Limit], formats: Formats, nothing: str) -> dict[str, str]:
    """All limits of a role or person, value by name, as a review and the record show them."""
    spans = {label.name: told(found.get(span), formats, nothing) for span, label in LABELS.items()}
    return {"limits_of": who, **spans}


def of_rates(rates: Mapping[str, Decimal], formats: Formats) -> dict[str, str]:
    """The rates as a review and the record show them."""
    told_each = (f"1 {unit} is {formats.amount(points, amounts.POINTS)}" for unit, points in rates.items())
    return {"rates": "; ".join(told_each) or "1 of any unit is 1 point"}


def written(found: Mapping[Span, Limit]) -> dict[str, str]:
    """The limits as the form's fields hold them."""
    values = {}
    for span, label in LABELS.items():
        limit = found.get(span, Limit())
        values[f"{span}_value"] = "" if limit.value is None else f"{limit.value:,f}"
        if label.times is not None:
            values[f"{span}_times"] = "" if limit.times is None else str(limit.times)
    return values


def read(
    typed: Mapping[str, str], *, needs_act: bool
) -> tuple[dict[Span, Limit | None], tuple[Problem, ...]]:
    """The limits that were typed, and what is wrong with them; None for a span without one.

    :param needs_act: whether the most at once must be named.
    """
    found: dict[Span, Limit | None] = {}
    problems: list[Problem] = []
    for span, label in LABELS.items():
        value = _value(typed, span, label, problems)
        times = _times(typed, span, label, problems)
        found[span] = None if value is None and times is None else Limit(value, times)
    if needs_act and found[Span.ACT] is None and not typed[f"{Span.ACT}_value"]:
        problems.insert(0, Problem(f"{Span.ACT}_value", "Enter the points at once, 0 for none"))
    return found, tuple(problems)


def _value(typed: Mapping[str, str], span: Span, label: Label, problems: list[Problem]) -> Decimal | None:
    text = typed[f"{span}_value"]
    if not text:
        return None
    if text == "0":
        return Decimal(0)
    try:
        return amounts.parse(text, amounts.POINTS)
    except amounts.AmountError as error:
        problems.append(Problem(f"{span}_value", f"{label.value}: {error}"))
        return None


def _times(typed: Mapping[str, str], span: Span, label: Label, problems: list[Problem]) -> int | None:
    text = typed.get(f"{span}_times", "")
    if not text:
        return None
    if text.isascii() and text.isdecimal() and int(text) <= MOST_TIMES:
        return int(text)
    problems.append(Problem(f"{span}_times", f"{label.times}: enter a whole number up to {MOST_TIMES:,}"))
    return None
