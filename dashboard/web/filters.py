"""How figures and times are written: one locale, one time zone, each format parsed once.

Amounts are ``Decimal``; times are aware. What is unknown (``None``) is written as a dash, never as 0.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from functools import lru_cache
from typing import cast
from zoneinfo import ZoneInfo

from babel import Locale
from babel.dates import format_timedelta, parse_pattern
from babel.numbers import NumberPattern, format_currency, get_currency_precision
from babel.numbers import parse_pattern as parse_number_pattern
from flask import Flask, current_app
from markupsafe import Markup, escape

UNKNOWN = "–"
MINUS = "−"
POINTS = "POINTS"


class Formats:
    """The filters of the templates, each also callable from Python."""

    def __init__(self, locale: Locale, zone: ZoneInfo, clock: Callable[[], datetime]) -> None:
        self._locale = locale
        self._zone = zone
        self._clock = clock
        skeletons = locale.datetime_skeletons
        self._month_day = parse_pattern(skeletons["MMMd"])
        self._month_day_year = parse_pattern(skeletons["yMMMd"])
        self._hour = parse_pattern(skeletons["Hm"])
        self._full_day = locale.date_formats["full"]
        # A page repeats few distinct values many times; a hit costs a tenth of a format.
        self._number = lru_cache(2048)(self._format_number)
        self._moment = lru_cache(2048)(self._format_moment)
        self._date = lru_cache(2048)(self._format_date)
        self._long_date = lru_cache(2048)(lambda day: self._full_day.apply(day, locale))
        self._minute = lru_cache(24 * 60)(lambda hour, minute: self._hour.apply(time(hour, minute), locale))
        self._tag = lru_cache(2048)(self._format_tag)

    def points(self, value: Decimal | int | None, unit: str = POINTS) -> str:
        """``1200`` as ``1,200``; at most two decimals, money with those of its currency; a true minus."""
        return UNKNOWN if value is None else self._number(Decimal(value), unit)

    def signed(self, value: Decimal | int | None, unit: str = POINTS) -> str:
        """A change: the sign always shown, except for zero."""
        if value is None:
            return UNKNOWN
        text = self.points(value, unit)
        return f"+{text}" if value > 0 and text != "0" else text

    def amount(self, value: Decimal | int | None, unit: str | None) -> str:
        """A figure in its unit: ``1,200 points``, ``1 point``, or money such as ``£12.50``."""
        if value is None:
            return UNKNOWN
        if not unit or unit.upper() == POINTS:
            return f"{self.points(value)} {'point' if abs(value) == 1 else 'points'}"
        return format_currency(value, unit.upper(), locale=self._locale).replace("-", MINUS)

    def when(self, moment: datetime | None) -> str:
        """Day and time, short: ``18 Nov 17:02``, with the year when it is not the present one."""
        return UNKNOWN if moment is None else self._moment(moment, self._this_year())

    def day(self, moment: datetime | date | None) -> str:
        """The day alone: ``18 Nov``, with the year when it is not the present one."""
        if moment is None:
            return UNKNOWN
        local = moment.astimezone(self._zone).date() if isinstance(moment, datetime) else moment
        return self._date(local, self._this_year())

    def clock_time(self, moment: datetime | None) -> str:
        """Hours, minutes and seconds: ``17:02:09``."""
        return UNKNOWN if moment is None else f"{moment.astimezone(self._zone):%H:%M:%S}"

    def time_tag(self, moment: datetime | None, style: str = "when") -> Markup:
        """A ``<time>`` element; ``style``: ``when``, ``day``, ``age``, ``clock`` or ``seconds``."""
        if moment is None:
            return escape(UNKNOWN)
        if style == "age":
            return self._time_element(moment, self.age(moment))
        return self._tag(moment, style, self._this_year())

    def age(self, moment: datetime | None) -> str:
        """How long ago: ``just now``, ``5 minutes ago``."""
        if moment is None:
            return UNKNOWN
        passed = self._clock() - moment
        if timedelta(0) <= passed < timedelta(minutes=1):
            return "just now"
        return format_timedelta(-passed, add_direction=True, threshold=1.2, locale=self._locale)

    def zone(self) -> str:
        """The name of the zone all times are shown in."""
        return str(self._zone)

    def _this_year(self) -> int:
        return self._clock().astimezone(self._zone).year

    def _format_number(self, value: Decimal, unit: str) -> str:
        text: str = _pattern(unit.upper()).apply(value, self._locale)
        return text.replace("-", MINUS) if text != "-0" else "0"

    def _format_moment(self, moment: datetime, this_year: int) -> str:
        local = moment.astimezone(self._zone)
        return f"{self._date(local.date(), this_year)} {self._minute(local.hour, local.minute)}"

    def _format_date(self, day: date, this_year: int) -> str:
        pattern = self._month_day if day.year == this_year else self._month_day_year
        return pattern.apply(day, self._locale)

    def _format_tag(self, moment: datetime, style: str, this_year: int) -> Markup:
        if style == "clock":
            return self._time_element(moment, self.clock_time(moment))
        if style == "day":
            return self._time_element(moment, self.day(moment))
        if style == "seconds":
            day = self._date(moment.astimezone(self._zone).date(), this_year)
            return self._time_element(moment, f"{day} {self.clock_time(moment)}")
        return self._time_element(moment, self._moment(moment, this_year))

    def _time_element(self, moment: datetime, text: str) -> Markup:
        local = moment.astimezone(self._zone)
        machine = moment.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
        title = f"{self._long_date(local.date())}, {local:%H:%M:%S} {local.tzname()} ({self._zone.key})"
        return Markup(f'<time datetime="{machine}" title="{escape(title)}">{escape(text)}</time>')  # noqa: S704


@lru_cache(32)
def _pattern(unit: str) -> NumberPattern:
    """How figures of a unit are written where its name stands elsewhere."""
    if unit == POINTS:
        return parse_number_pattern("#,##0.##")
    places = get_currency_precision(unit)
    return parse_number_pattern("#,##0." + "0" * places if places else "#,##0")


def formats() -> Formats:
    """The formats of this application, for texts made in Python."""
    return cast(Formats, current_app.extensions["loyalty-desk-formats"])


def init_app(app: Flask, formats: Formats) -> None:
    """Offer the formats to all templates."""
    for name in ("points", "signed", "amount", "when", "day", "clock_time", "time_tag", "age"):
        app.jinja_env.filters[name] = getattr(formats, name)
    app.jinja_env.globals["zone_name"] = formats.zone()
    app.extensions["loyalty-desk-formats"] = formats
