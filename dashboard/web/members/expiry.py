"""When the member's points run out: the lots of one balance, by day. Pure."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from datetime import date, datetime, tzinfo
from decimal import Decimal

import msgspec

from dashboard.brevo.balances import Entry, EntryPage

SOON = 60
"""Days; what expires within them is marked."""
SHOWN = 4


class ExpiryDay(msgspec.Struct, frozen=True):
    """All lots that end on one day, or that never end."""

    day: date | None
    """In the programme's zone; None for lots without an end."""
    amount: Decimal
    lots: int
    days_left: int | None
    earned_first: date | None
    earned_last: date | None

    @property
    def is_soon(self) -> bool:
        """Whether it is within :data:`SOON` days."""
        return self.days_left is not None and self.days_left <= SOON


class Schedule(msgspec.Struct, frozen=True):
    """The live lots by day, the first to expire first, those without an end last."""

    days: tuple[ExpiryDay, ...]
    total: int | None
    """How many lots there are, when the remote said so."""
    fetched: int

    @property
    def first(self) -> tuple[ExpiryDay, ...]:
        """The days shown at once."""
        return self.days[:SHOWN]

    @property
    def later(self) -> tuple[ExpiryDay, ...]:
        """The rest."""
        return self.days[SHOWN:]

    @property
    def later_lots(self) -> int:
        """How many lots the rest are."""
        return sum(each.lots for each in self.later)

    @property
    def later_amount(self) -> Decimal:
        """What the rest add up to."""
        return sum((each.amount for each in self.later), Decimal(0))

    @property
    def next(self) -> ExpiryDay | None:
        """The next day on which something ends; None when nothing does."""
        return next((each for each in self.days if each.day is not None), None)

    @property
    def is_whole(self) -> bool:
        """Whether these are all lots."""
        return self.total is None or self.total <= self.fetched


def schedule(page: EntryPage, now: datetime, zone: tzinfo) -> Schedule:
    """Group ``page`` by the day of expiry. Lots that are used up or over are left out."""
    live = [each for each in page.entries if each.amount > 0 and not _is_over(each, now)]
    by_day: defaultdict[date | None, list[Entry]] = defaultdict(list)
    for each in live:
        by_day[_local(each.expires_at, zone)].append(each)
    today = now.astimezone(zone).date()
    days = [_day(day, lots, today, zone) for day, lots in by_day.items()]
    days.sort(key=lambda each: each.day or date.max)
    over = len(page.entries) - len(live)
    total = None if page.count is None else max(page.count - over, len(live))
    return Schedule(tuple(days), total, len(live))


def _day(day: date | None, lots: Iterable[Entry], today: date, zone: tzinfo) -> ExpiryDay:
    lots = list(lots)
    earned = [each.created_at for each in lots if each.created_at]
    return ExpiryDay(
        day=day,
        amount=sum((each.amount for each in lots), Decimal(0)),
        lots=len(lots),
        days_left=None if day is None else (day - today).days,
        earned_first=_local(min(earned, default=None), zone),
        earned_last=_local(max(earned, default=None), zone),
    )


def _is_over(entry: Entry, now: datetime) -> bool:
    return entry.expires_at is not None and entry.expires_at <= now


def _local(moment: datetime | None, zone: tzinfo) -> date | None:
    return None if moment is None else moment.astimezone(zone).date()
