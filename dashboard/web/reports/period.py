"""The days a report is about, as they stand in its address."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

import msgspec

from dashboard.web import days
from dashboard.web.days import Days
from dashboard.web.forms import Problem

NAMES = ("from", "to")
WEEKS = (4, 12, 52)
"""To choose with one press; the first is shown unless something else is asked for."""
LONGEST = timedelta(days=366)

_LONGEST_TEXT = 100


class Span(msgspec.Struct, frozen=True):
    """One range as a chip shows it."""

    label: str
    url: str
    current: bool


class Period(msgspec.Struct, frozen=True):
    """From the first day to the last, both included."""

    typed: Mapping[str, str]
    first: date
    last: date
    today: date
    zone: ZoneInfo
    problems: tuple[Problem, ...]

    @property
    def since(self) -> datetime:
        """The first moment, in UTC."""
        return days.midnight(self.first, self.zone)

    @property
    def until(self) -> datetime:
        """The first moment after, in UTC."""
        return days.midnight(self.last + timedelta(days=1), self.zone)

    @property
    def query(self) -> str:
        """The address's query that asks for the same again."""
        return urlencode({"from": self.first.isoformat(), "to": self.last.isoformat()})

    def spans(self, page: str) -> tuple[Span, ...]:
        """The ranges to choose on ``page``, each with the present week as its last."""
        return tuple(
            Span(
                f"Last {weeks} weeks",
                f"{page}?{urlencode({'from': _weeks_back(self.today, weeks).isoformat()})}",
                current=(self.first, self.last) == (_weeks_back(self.today, weeks), self.today),
            )
            for weeks in WEEKS
        )


def choose(arguments: Mapping[str, str], zone: ZoneInfo, now: datetime) -> Period:
    """Read the days; without any the last four weeks. What cannot be read is named as a problem."""
    typed = {name: arguments.get(name, "").strip()[:_LONGEST_TEXT] for name in NAMES}
    today = now.astimezone(zone).date()
    read, problems = days.read(typed, zone)
    first, last = _filled(read, today)
    if last - first >= LONGEST:
        problems = (*problems, Problem("from", "Choose a year or less"))
        first = last - LONGEST + timedelta(days=1)
    return Period(typed, first, last, today, zone, problems)


def _filled(read: Days, today: date) -> tuple[date, date]:
    last = read.last or max(today, read.first or today)
    return read.first or _weeks_back(last, WEEKS[0]), last


def _weeks_back(day: date, weeks: int) -> date:
    """The Monday with which the last ``weeks`` weeks began."""
    return day - timedelta(days=day.weekday() + 7 * (weeks - 1))
