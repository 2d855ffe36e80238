"""Days that stand in a page's address: first and last one, as days of the programme's zone."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import msgspec

from dashboard.web.forms import Problem

_OLDEST = date(2000, 1, 1)


class Days(msgspec.Struct, frozen=True):
    """From the beginning of the first day to the end of the last one; None where the page is open-ended."""

    first: date | None
    last: date | None
    zone: ZoneInfo

    @property
    def since(self) -> datetime | None:
        """The first moment, in UTC."""
        return None if self.first is None else midnight(self.first, self.zone)

    @property
    def until(self) -> datetime | None:
        """The first moment after, in UTC."""
        return None if self.last is None else midnight(self.last + timedelta(days=1), self.zone)


def read(arguments: Mapping[str, str], zone: ZoneInfo) -> tuple[Days, tuple[Problem, ...]]:
    """The days in ``from`` and ``to``. What cannot be read narrows nothing and is named as a problem."""
    first, last = _day(arguments.get("from", "")), _day(arguments.get("to", ""))
    problems = [
        Problem(name, "Enter a day such as 2026-11-20")
        for name, day in (("from", first), ("to", last))
        if day is None and arguments.get(name)
    ]
    if first and last and first > last:
        problems.append(Problem("to", "Choose a last day on or after the first day"))
        last = None
    return Days(first, last, zone), tuple(problems)


def midnight(day: date, zone: ZoneInfo) -> datetime:
    """When ``day`` begins in ``zone``, in UTC."""
    return datetime.combine(day, time(), zone).astimezone(UTC)


def _day(text: str) -> date | None:
    try:
        day = date.fromisoformat(text)
    except ValueError:
        return None
    return day if _OLDEST <= day < date.max else None
