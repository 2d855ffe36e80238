"""Periods: when a credit expires, and when the window of a limit began. All in UTC."""

from __future__ import annotations

from datetime import datetime, timedelta

from dashboard.sandbox.configuration import Definition, Lifetime

_SECOND = timedelta(seconds=1)


def later(moment: datetime, value: int, unit: str) -> datetime:
    """``moment`` moved by ``value`` units; months and years keep the day where the month has it."""
    if unit in {"hour", "day", "week"}:
        return moment + timedelta(**{f"{unit}s": value})
    months = moment.year * 12 + moment.month - 1 + value * (12 if unit == "year" else 1)
    first = moment.replace(year=months // 12, month=months % 12 + 1, day=1)
    return first.replace(day=min(moment.day, _days_in_month(first)))


def start_of(moment: datetime, unit: str) -> datetime:
    """When the calendar period that contains ``moment`` began."""
    if unit == "hour":
        return moment.replace(minute=0, second=0, microsecond=0)
    day = moment.replace(hour=0, minute=0, second=0, microsecond=0)
    if unit == "week":
        return day - timedelta(days=day.weekday())
    if unit == "month":
        return day.replace(day=1)
    return day.replace(month=1, day=1) if unit == "year" else day


def end_of_life(moment: datetime, lifetime: Lifetime) -> datetime:
    """When something made at ``moment`` ends."""
    end = later(moment, lifetime.value, lifetime.unit)
    if lifetime.modifier == "startOfPeriod":
        return start_of(end, lifetime.unit)
    if lifetime.modifier == "endOfPeriod":
        return later(start_of(end, lifetime.unit), 1, lifetime.unit) - _SECOND
    return end


def expiry_of_credit(definition: Definition, moment: datetime) -> datetime | None:
    """When what is credited at ``moment`` expires; None for never."""
    if definition.lifetime:
        return end_of_life(moment, definition.lifetime)
    if definition.yearly_end:
        return next_yearly(definition.yearly_end, moment)
    return None


def next_yearly(day_and_month: str, moment: datetime) -> datetime:
    """The end of the next ``dd/mm`` from ``moment`` on."""
    day, month = (int(part) for part in day_and_month.split("/"))
    end = moment.replace(month=month, day=day, hour=23, minute=59, second=59, microsecond=0)
    return end if end >= moment else end.replace(year=end.year + 1)


def window_start(moment: datetime, every: int, unit: str, *, sliding: bool) -> datetime:
    """When the window of a limit began that ``moment`` falls in."""
    if sliding:
        return later(moment, -every, unit)
    return later(start_of(moment, unit), 1 - every, unit)


def _days_in_month(first: datetime) -> int:
    return ((first + timedelta(days=32)).replace(day=1) - timedelta(days=1)).day
