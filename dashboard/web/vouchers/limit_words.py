"""What is left of a person's limits for a voucher, in words."""

from __future__ import annotations

from decimal import Decimal

from dashboard.actions.issuing import PERCENT
from dashboard.store import limits
from dashboard.store.limits import Span
from dashboard.store.spending import Standing
from dashboard.web.changes import above
from dashboard.web.filters import Formats
from dashboard.web.vouchers import figures

_WHEN = {
    Span.DAY: "today",
    Span.WEEK: "this week",
    Span.MONTH: "this month",
    Span.MEMBER_DAY: "for this member today",
}


def hint(standing: Standing, most: Decimal, rate: Decimal, unit: str, formats: Formats) -> str:
    """The limit for one voucher, and the narrowest of the others: what of it is left.

    :param standing: in points.
    :param most: what anybody may give at once, in points.
    :param rate: how many points one of ``unit``, the voucher's, counts as.
    """
    may_ask = standing.alone is not None and standing.alone < most
    if unit == PERCENT:
        unit = limits.POINTS
    else:
        standing = standing.told_in(rate)
    act = standing.room(Span.ACT)
    told = []
    if act is not None and act.left is not None:
        told.append(f"{figures.amount(act.left, unit, formats)} a voucher")
    narrow = [
        (room.left, room.span) for room in standing.rooms if room.span in _WHEN and room.left is not None
    ]
    if narrow:
        left, span = min(narrow, key=lambda each: each[0])
        told.append(f"{figures.amount(left, unit, formats)} left {_WHEN[span]}")
    return f"Your limit: {', '.join(told)}. {above.hint(may_ask=may_ask)}" if told else "You have no limit."


def counted(worth: Decimal, rate: Decimal, unit: str, formats: Formats) -> str:
    """What a voucher takes out of the limit: a percentage is none of anything, so it is told in points."""
    if unit == PERCENT:
        return formats.amount(limits.in_points(worth, rate), limits.POINTS)
    return figures.amount(worth, unit, formats)
