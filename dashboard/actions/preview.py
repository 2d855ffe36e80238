"""What a credit or debit will do, told before the button is pressed: numbers only, nothing is sent."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from typing import Protocol

import msgspec

from dashboard.brevo.balances import BalanceDefinition
from dashboard.store.intent import Kind

PARTIAL = "partial"
END_OF_PERIOD = "endOfPeriod"
START_OF_PERIOD = "startOfPeriod"
_AGES = 5000
"""Of any unit. A lifetime beyond it is how programmes write "never"."""


class Lasting(Protocol):
    """What lasts for a while from the moment it is given: a lot of points, a voucher."""

    @property
    def lifetime_value(self) -> int | None:
        """How many units."""
        ...

    @property
    def lifetime_unit(self) -> str | None:
        """``day``, ``week``, ``month`` or ``year``."""
        ...

    @property
    def lifetime_modifier(self) -> str | None:
        """Whether the end moves to the start or the end of its period."""
        ...


class Preview(msgspec.Struct, frozen=True):
    """What will happen. Unknown figures are None, never guessed."""

    balance_now: Decimal | None
    balance_after: Decimal | None
    moved: Decimal | None
    """What the definition lets through, signed; less than asked where it caps the balance."""
    expires_at: datetime | None
    """When the new lot expires; None when it never does, and for debits."""
    needs_approval: bool
    """Whether it is above what the person may do alone."""
    is_clipped: bool
    """Whether less is moved than was asked, because the balance reaches its maximum."""


def preview(
    kind: Kind,
    definition: BalanceDefinition,
    amount: Decimal | None,
    *,
    balance: Decimal | None,
    limit: Decimal,
    now: datetime,
) -> Preview:
    """What moving ``amount`` (positive) would do to ``balance``.

    :param amount: None while nothing usable is typed.
    :param limit: the most the person may move at once.
    """
    moved = None if amount is None else _moved(kind, definition, amount, balance)
    return Preview(
        balance_now=balance,
        balance_after=None if balance is None or moved is None else balance + moved,
        moved=moved,
        expires_at=lot_expiry(definition, now) if kind is Kind.CREDIT else None,
        needs_approval=amount is not None and amount > limit,
        is_clipped=amount is not None and moved is not None and abs(moved) < amount,
    )


def room(definition: BalanceDefinition, balance: Decimal | None) -> Decimal | None:
    """How much a credit may add before the balance reaches its maximum; None without one."""
    if definition.max_amount is None or balance is None:
        return None
    return max(definition.max_amount - balance, Decimal(0))


def left_to_take(definition: BalanceDefinition, balance: Decimal | None) -> Decimal | None:
    """How much a debit may take before the balance reaches its floor: 0 unless the definition names one."""
    return None if balance is None else max(balance - (definition.min_amount or Decimal(0)), Decimal(0))


def lot_expiry(definition: BalanceDefinition, now: datetime) -> datetime | None:
    """When points credited at ``now`` expire (contract, section 4); None for never.

    Counted in UTC, as the remote's times are. A rule that is none of the contract's counts as never.
    """
    if definition.lifetime_value and definition.lifetime_unit:
        return end_of_life(definition, now)
    return _next_yearly(definition.yearly_expiry, now.astimezone(UTC))


def _moved(kind: Kind, definition: BalanceDefinition, amount: Decimal, balance: Decimal | None) -> Decimal:
    if kind is Kind.DEBIT:
        return -amount
    space = room(definition, balance)
    return min(amount, space) if space is not None and definition.overtaking == PARTIAL else amount


def end_of_life(lasting: Lasting, now: datetime) -> datetime | None:
    """When what is given at ``now`` ends; None for a lifetime that is no lifetime of the contract."""
    unit, value = (lasting.lifetime_unit or "").lower(), lasting.lifetime_value or 0
    end = _later(now.astimezone(UTC), value, unit)
    if end is None or lasting.lifetime_modifier not in {START_OF_PERIOD, END_OF_PERIOD}:
        return end
    start = _start_of(end, unit)
    if lasting.lifetime_modifier == START_OF_PERIOD:
        return start
    after = _later(start, 1, unit)
    return None if after is None else after - timedelta(seconds=1)


def _later(moment: datetime, value: int, unit: str) -> datetime | None:
    """None for a unit that is not known, and for what no calendar reaches."""
    if unit not in {"day", "week", "month", "year"} or value > _AGES:
        return None
    if unit in {"day", "week"}:
        return moment + timedelta(days=value * (7 if unit == "week" else 1))
    months = moment.year * 12 + moment.month - 1 + value * (12 if unit == "year" else 1)
    first = moment.replace(year=months // 12, month=months % 12 + 1, day=1)
    return first.replace(day=min(moment.day, _days_in_month(first)))


def _start_of(moment: datetime, unit: str) -> datetime:
    day = datetime.combine(moment.date(), time(), UTC)
    if unit == "week":
        return day - timedelta(days=day.weekday())
    return {"month": day.replace(day=1), "year": day.replace(day=1, month=1)}.get(unit, day)


def _next_yearly(day_and_month: str | None, now: datetime) -> datetime | None:
    """The end of the next ``dd/mm``; 29/02 falls on the 28th where there is none."""
    day, _, month = (day_and_month or "").partition("/")
    if not (day.isdecimal() and month.isdecimal() and 1 <= int(month) <= 12 and 1 <= int(day) <= 31):
        return None
    for year in (now.year, now.year + 1):
        first = date(year, int(month), 1)
        last = datetime(year, int(month), 1, 23, 59, 59, tzinfo=UTC)
        end = last.replace(day=min(int(day), _days_in_month(first)))
        if end >= now:
            return end
    return None


def _days_in_month(first: date) -> int:
    return ((first.replace(day=1) + timedelta(days=32)).replace(day=1) - timedelta(days=1)).day
