"""What is left of a person's limits, in words and figures; for the form and for the home page."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

import msgspec

from dashboard.actions import amounts
from dashboard.actions.rules import Rulebook
from dashboard.store.intents import Kind
from dashboard.store.limits import Span
from dashboard.store.spending import Room, Standing
from dashboard.web.changes import above
from dashboard.web.filters import Formats

_WHEN = {
    Span.DAY: "today",
    Span.WEEK: "this week",
    Span.MONTH: "this month",
    Span.MEMBER_DAY: "for this member today",
}


class Gauge(msgspec.Struct, frozen=True):
    """How much of one limit is used."""

    used: Decimal
    most: Decimal
    text: str


def hint(kind: Kind, rules: Rulebook, unit: str, formats: Formats) -> str:
    """The limit for one act, and the narrowest of the others: what of it is left."""
    act = rules.standing.room(Span.ACT)
    most = rules.alone if act is None or act.left is None else act.left
    what = "a credit" if kind is Kind.CREDIT else "a debit"
    told = [f"{_figure(most, unit, formats)} {what}"]
    others = [room for room in rules.standing.rooms if room.span in _WHEN]
    narrow = [(room.left, room) for room in others if room.left is not None]
    if narrow:
        left, room = min(narrow, key=lambda each: each[0])
        told.append(f"{_figure(left, unit, formats)} left {_WHEN[room.span]}")
    told += [_times_left(room) for room in others if room.left != 0 and room.limit.times is not None]
    verb = "give" if kind is Kind.CREDIT else "take"
    return f"Your limit: {', '.join(told)}. {above.hint(may_ask=rules.may_ask, verb=verb)}"


def gauges(standing: Standing, formats: Formats) -> Iterator[Gauge]:
    """A gauge for every limit over days, weeks and months."""
    for room in standing.rooms:
        if room.span not in _WHEN:
            continue
        when = "" if room.span is Span.DAY else f" {_WHEN[room.span]}"
        if room.limit.value is not None:
            used, most = formats.points(room.used), formats.points(room.limit.value)
            yield Gauge(room.used, room.limit.value, f"{used} of {most} points given{when}")
        if room.limit.times is not None:
            text = f"{room.times} of {room.limit.times} credits and vouchers{when}"
            yield Gauge(Decimal(room.times), Decimal(room.limit.times), text)


def _figure(amount: Decimal, unit: str, formats: Formats) -> str:
    return formats.points(amount) if unit == amounts.POINTS else formats.amount(amount, unit)


def _times_left(room: Room) -> str:
    left = (room.limit.times or 0) - room.times
    return f"{left} {'time' if left == 1 else 'times'} more {_WHEN[room.span]}"
