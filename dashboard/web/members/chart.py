"""The balance over time, as evenly spaced figures for the chart and its table. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, timedelta, tzinfo
from decimal import Decimal
from functools import lru_cache

import msgspec
from babel import Locale
from babel.dates import format_date

from dashboard.web.members.plot import Plot, plot
from dashboard.web.members.running import Running

LONGEST = 12
"""Figures before the present one."""
MOST_DAYS = 7
"""Days that can be named beside one another on the axis."""
_DAYS, _WEEKS = 13, 84
"""Spans up to which single days, and weeks, are drawn; longer ones go by months."""

_LAST_MOMENT = timedelta(microseconds=1)


class Step(msgspec.Struct, frozen=True):
    """The balance at the end of one day, week or month, or now."""

    at: datetime
    value: Decimal
    label: str
    """Short, for the axis."""
    long_label: str


class Chart(msgspec.Struct, frozen=True):
    """At least two steps, oldest first."""

    steps: tuple[Step, ...]

    @property
    def plot(self) -> Plot:
        """How they are drawn."""
        return plot([step.value for step in self.steps])


def chart(known: Running, zone: tzinfo, locale: Locale) -> Chart | None:
    """Steps over what is known; None when that is too short to draw.

    Ends of days, weeks and months are those of ``zone``.
    """
    now = known.until.astimezone(zone)
    midnight = now.replace(hour=0, minute=0, second=0, microsecond=0)
    span = (known.until - known.since).days
    by_month = span > _WEEKS
    ends: list[datetime] = []
    end = midnight.replace(day=1) if by_month else midnight
    while end - _LAST_MOMENT >= known.since and len(ends) < LONGEST:
        ends.append(end)
        end = _month_before(end) if by_month else end - timedelta(days=7 if span > _DAYS else 1)
    if not ends:
        return None
    moments = [each - _LAST_MOMENT for each in reversed(ends)]
    labels = _labels([*moments, now], by_month, locale)
    steps = [_step(at, known.at(at), label, locale) for at, label in zip(moments, labels, strict=False)]
    return Chart((*steps, _step(now, known.balance, labels[-1], locale)))


def _step(at: datetime, value: Decimal, label: str, locale: Locale) -> Step:
    return Step(at, value, label, _written(at.date(), "d MMM y", locale))


def _labels(moments: Sequence[datetime], by_month: bool, locale: Locale) -> list[str]:
    """One for each moment. Days are longer than months: where there are many, every other stays empty."""
    names = [_written(at.date(), "LLL" if by_month else "d MMM", locale) for at in moments]
    if by_month or len(names) <= MOST_DAYS:
        return [name.replace(" ", "\u00a0") for name in names]
    last = len(names) - 1
    return [name.replace(" ", "\u00a0") if (last - at) % 2 == 0 else "" for at, name in enumerate(names)]


@lru_cache(1024)
def _written(day: date, pattern: str, locale: Locale) -> str:
    """All members' charts share the ends of their months and weeks."""
    return format_date(day, pattern, locale=locale)


def _month_before(first: datetime) -> datetime:
    year, month = (first.year - 1, 12) if first.month == 1 else (first.year, first.month - 1)
    return first.replace(year=year, month=month)
