"""Goodwill, summed up: by agent, reason, member and week, a balance at a time, so that no units mix. Pure."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from datetime import date, timedelta
from decimal import Decimal
from statistics import median
from typing import TypeVar
from zoneinfo import ZoneInfo

import msgspec
from msgspec.structs import replace

from dashboard.store.goodwill import Act
from dashboard.store.intents import Kind, Link

TIMES, LEAST, PEERS = 3, 5, 3
RULE = (
    f"Marked: more than {TIMES} times the median of the others in the same table, "
    f"with at least {LEAST} credits and {PEERS} others to compare with."
)
"""What stands out, in the words of the page; :func:`_marked` does it."""

_WEEK = timedelta(days=7)
_APART: Mapping[tuple[Kind, Link | None], str] = {
    (Kind.DEBIT, None): "Taken back from members",
    (Kind.DEBIT, Link.REVERSAL): "Credits undone",
    (Kind.CREDIT, Link.REVERSAL): "Debits undone",
    (Kind.CREDIT, Link.RETURN): "Points returned for vouchers",
}
"""What moves balances too and is no goodwill given, in the order of the page."""
_OTHERS = "Others"

Key = TypeVar("Key", bound=Hashable)


class Line(msgspec.Struct, frozen=True):
    """One line of a table: what was given, and what of it was undone since."""

    key: str
    label: str
    count: int
    total: Decimal
    undone_count: int
    undone: Decimal
    is_marked: bool = False


class Week(msgspec.Struct, frozen=True):
    """What was given in the week that begins on ``monday``."""

    monday: date
    count: int
    total: Decimal


class Book(msgspec.Struct, frozen=True):
    """All about one balance of one programme, or about its vouchers."""

    programme_id: str
    definition_id: str
    """Empty for the vouchers."""
    given: Line
    agents: tuple[Line, ...]
    reasons: tuple[Line, ...]
    members: tuple[Line, ...]
    weeks: tuple[Week, ...]
    apart: tuple[Line, ...]

    @property
    def is_of_vouchers(self) -> bool:
        """Whether it is about vouchers, at their value in points."""
        return not self.definition_id


def is_given(act: Act) -> bool:
    """Whether an act is goodwill: a credit or voucher that follows from no other act."""
    return act.kind in {Kind.CREDIT, Kind.VOUCHER_ISSUE} and act.link is None


def books(
    acts: Iterable[Act], reasons: Mapping[str, str], first: date, last: date, zone: ZoneInfo
) -> tuple[Book, ...]:
    """A book for each balance that was moved, and one for vouchers; the one with most credits first.

    :param reasons: what they are called, by code.
    :param first, last: the days of the report, in ``zone``; each of their weeks has its line.
    """
    grouped = _grouped(acts, lambda act: (act.programme_id, act.definition_id))
    made = [
        _book(programme_id, definition_id, group, reasons, _weeks(group, first, last, zone))
        for (programme_id, definition_id), group in grouped.items()
    ]
    return tuple(sorted(made, key=lambda book: (-book.given.count, book.programme_id, book.definition_id)))


def _book(
    programme_id: str,
    definition_id: str,
    acts: Sequence[Act],
    reasons: Mapping[str, str],
    weeks: tuple[Week, ...],
) -> Book:
    given = [act for act in acts if is_given(act)]
    apart = _grouped((act for act in acts if not is_given(act)), lambda act: _APART.get((act.kind, act.link)))
    return Book(
        programme_id=programme_id,
        definition_id=definition_id,
        given=_line("", "All", given),
        agents=_marked(_lines(given, lambda act: act.staff_id, lambda act: act.staff_name)),
        reasons=_lines(given, lambda act: act.reason, lambda act: reasons.get(act.reason, act.reason)),
        members=_marked(_lines(given, lambda act: str(act.contact_id), lambda act: str(act.contact_id))),
        weeks=weeks,
        apart=tuple(
            _line("", name or _OTHERS, apart[name]) for name in (*_APART.values(), None) if name in apart
        ),
    )


def _lines(acts: Iterable[Act], key: Callable[[Act], str], label: Callable[[Act], str]) -> tuple[Line, ...]:
    """The largest first; each called as in its latest act."""
    lines = [_line(name, label(group[-1]), group) for name, group in _grouped(acts, key).items()]
    return tuple(sorted(lines, key=lambda line: (-line.total, line.label, line.key)))


def _line(key: str, label: str, acts: Sequence[Act]) -> Line:
    undone = [act for act in acts if act.is_undone]
    return Line(key, label, len(acts), _sum(acts), len(undone), _sum(undone))


def _sum(acts: Iterable[Act]) -> Decimal:
    return sum((act.amount for act in acts), Decimal(0))


def _marked(lines: tuple[Line, ...]) -> tuple[Line, ...]:
    return tuple(replace(line, is_marked=_stands_out(line, lines)) for line in lines)


def _stands_out(line: Line, lines: tuple[Line, ...]) -> bool:
    if line.count < LEAST or len(lines) <= PEERS:
        return False
    return line.total > TIMES * median(other.total for other in lines if other is not line)


def _weeks(acts: Iterable[Act], first: date, last: date, zone: ZoneInfo) -> tuple[Week, ...]:
    """Every week of the report, also those without any credit, oldest first."""
    by_week = _grouped(
        (act for act in acts if is_given(act)), lambda act: _monday(act.at.astimezone(zone).date())
    )
    monday, weeks = _monday(first), []
    while monday <= last:
        found = by_week.get(monday, [])
        weeks.append(Week(monday, len(found), _sum(found)))
        monday += _WEEK
    return tuple(weeks)


def _monday(day: date) -> date:
    return day - timedelta(days=day.weekday())


def _grouped(acts: Iterable[Act], key: Callable[[Act], Key]) -> dict[Key, list[Act]]:
    found: dict[Key, list[Act]] = {}
    for act in acts:
        found.setdefault(key(act), []).append(act)
    return found
