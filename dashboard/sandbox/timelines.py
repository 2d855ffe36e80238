"""What derived members did over the last months: lists of steps that respect the rules of the definitions.

A step list is cheap (tens of microseconds), so totals over 100,000 members need no ledgers: its balance
is the one a ledger arrives at when the steps are posted to it.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from random import Random
from typing import Final, NamedTuple

from dashboard.sandbox.calendar import later, start_of

_LIFETIME_MONTHS: Final = 12
_MOST_POINTS: Final = 95_000
_LONGEST: Final = timedelta(days=720)
"""What happened before is one sum, carried over."""


class Step(NamedTuple):
    """Something that moved points: ``amount`` is signed."""

    at: datetime
    amount: int
    kind: str


@dataclass(slots=True)
class Timeline:
    """Steps in order of time, the balance they end in, and when that changed last."""

    steps: list[Step] = field(default_factory=list)
    balance: int = 0
    updated_at: datetime | None = None


class _Lots:
    """First in, first out: points live to the end of the month twelve months later."""

    def __init__(self) -> None:
        self._lots: list[list[int]] = []
        self._head = 0
        self.balance = 0

    def credit(self, month: int, amount: int) -> None:
        self._lots.append([month, amount])
        self.balance += amount

    def debit(self, amount: int) -> None:
        self.balance -= amount
        while amount:
            lot = self._lots[self._head]
            part = min(lot[1], amount)
            lot[1] -= part
            amount -= part
            if not lot[1]:
                self._head += 1

    def expire(self, month: int) -> int | None:
        """Drop what expired before ``month``; the month in which that happened last."""
        last = None
        while self._head < len(self._lots) and self._lots[self._head][0] + _LIFETIME_MONTHS < month:
            lot_month, left = self._lots[self._head]
            self.balance -= left
            last = lot_month + _LIFETIME_MONTHS
            self._head += 1
        return last


def points_timeline(draw: int, joined: datetime, until: datetime) -> Timeline:
    """A shopper's points from ``joined`` to ``until``."""
    random = Random(draw)  # noqa: S311 -- a reproducible world, no secret
    line = Timeline()
    lots = _Lots()
    pace = 1 + 12 * random.random() ** 4
    pound = 20 + 180 * random.random() ** 2
    at = max(joined, until - _LONGEST)
    if at > joined:
        at = at.replace(second=0, microsecond=0)
        lots.credit(_month(at), random.randint(20, 4_000))
        line.steps.append(Step(at, lots.balance, "opening"))
        line.updated_at = at
    while True:
        at = (at + timedelta(days=random.expovariate(1.0) * 60 / pace, minutes=7)).replace(
            second=0, microsecond=0
        )
        if at >= until:
            break
        month = _month(at)
        lots.expire(month)
        amount, kind = _next(random, pound, lots.balance)
        if amount < 0:
            lots.debit(-amount)
        else:
            lots.credit(month, amount)
        line.steps.append(Step(at, amount, kind))
        line.updated_at = at
    expired = lots.expire(_month(until))
    if expired is not None:
        line.updated_at = max(line.updated_at or joined, _end_of(expired, until))
    line.balance = lots.balance
    return line


def _next(random: Random, pound: float, balance: int) -> tuple[int, str]:
    chance = random.random()
    if balance > _MOST_POINTS:
        return -balance // 2, "checkout"
    spending = ((0.06, 2_000, "voucher"), (0.12, 350, "coffee"), (0.16, 118, "return"))
    for share, amount, kind in spending:
        if chance < share and balance >= amount:
            return -amount, kind
    if chance < 0.20:
        return random.choice((100, 250, 500)), "goodwill"
    if chance < 0.25:
        return random.choice((200, 300, 1_000)), "bonus"
    spend = max(4, int(random.lognormvariate(0, 0.6) * pound))
    return min(2 * spend, 20_000), "purchase" if chance < 0.7 else "online"


def status_timeline(points: Timeline, yearly_start: datetime) -> Timeline:
    """Status points of the running status year: one for every pound of a purchase."""
    line = Timeline()
    for step in points.steps:
        if step.kind in {"purchase", "online"} and step.at >= yearly_start:
            line.steps.append(Step(step.at, step.amount // 2, step.kind))
            line.balance += step.amount // 2
            line.updated_at = step.at
    return line


def cashback_timeline(draw: int, joined: datetime, until: datetime) -> Timeline:
    """Cashback in pence; two members in three have none."""
    random = Random(draw)  # noqa: S311 -- a reproducible world, no secret
    line = Timeline()
    if draw % 3:
        return line
    at = joined
    for _ in range(random.randint(1, 8)):
        at = (at + timedelta(days=random.uniform(3, 120))).replace(second=0, microsecond=0)
        if at >= until:
            break
        spend = line.balance > 800 and random.random() < 0.4
        amount = -line.balance // 2 if spend else random.randint(40, 1_900)
        line.steps.append(Step(at, amount, "checkout" if spend else "cashback"))
        line.balance += amount
        line.updated_at = at
    return line


def beans_timeline(draw: int, until: datetime) -> Timeline:
    """Coffee of the last seven weeks, so that no bean has expired yet."""
    random = Random(draw)  # noqa: S311 -- a reproducible world, no secret
    line = Timeline()
    at = until - timedelta(days=random.randint(20, 50))
    for _ in range(random.randint(1, 40)):
        at = (at + timedelta(hours=random.uniform(12, 60))).replace(second=0, microsecond=0)
        if at >= until:
            break
        redeem = line.balance >= 120
        line.steps.append(
            Step(at, -100 if redeem else random.randint(5, 15), "cup" if redeem else "purchase")
        )
        line.balance += line.steps[-1].amount
        line.updated_at = at
    return line


def _month(moment: datetime) -> int:
    return moment.year * 12 + moment.month


def _end_of(month: int, like: datetime) -> datetime:
    year, index = divmod(month - 1, 12)
    first = start_of(like, "month").replace(year=year, month=index + 1)
    return later(first, 1, "month") - timedelta(seconds=1)
