"""The rules of a balance definition: why a transaction is refused, and how much of it is granted."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal

from dashboard.sandbox.calendar import window_start
from dashboard.sandbox.configuration import BalanceLimit
from dashboard.sandbox.ledger import Ledger


def refusal(
    ledger: Ledger, amount: Decimal, now: datetime, *, debit: bool, reserved: Decimal = Decimal(0)
) -> str | None:
    """Why ``amount`` cannot be moved now, or None.

    :param reserved: what other drafts hold back; counts for debits.
    """
    definition = ledger.definition
    if amount <= 0:
        return "amount must not be zero"
    side = "debit" if debit else "credit"
    largest = definition.largest_debit if debit else definition.largest_credit
    if largest is not None and amount > largest:
        return f"amount exceeds the {side} limit of {largest}"
    if debit and ledger.balance - reserved - amount < definition.floor:
        return f"balance would fall below the minimum of {definition.floor}"
    if not debit and not granted(ledger, amount):
        return f"balance would exceed the maximum of {definition.maximum}"
    broken = (
        limit for limit in definition.limits if limit.kind == side and _is_broken(limit, ledger, amount, now)
    )
    return next((f"limit {limit.id} reached: {_words(limit)}" for limit in broken), None)


def granted(ledger: Ledger, amount: Decimal) -> Decimal:
    """How much of a credit the maximum lets in: all of it, a part (strategy partial) or nothing."""
    definition = ledger.definition
    if definition.maximum is None:
        return amount
    room = max(definition.maximum - ledger.balance, Decimal(0))
    if amount <= room:
        return amount
    return room if definition.overtaking == "partial" else Decimal(0)


def _is_broken(limit: BalanceLimit, ledger: Ledger, amount: Decimal, now: datetime) -> bool:
    since = window_start(now, limit.every, limit.unit, sliding=limit.sliding)
    done = list(ledger.completed_since(since, debit=limit.kind == "debit"))
    if limit.constraint == "transaction":
        return len(done) >= limit.value
    return sum((one.amount for one in done), amount) > limit.value


def _words(limit: BalanceLimit) -> str:
    what = f"{limit.kind}s" if limit.constraint == "transaction" else f"amount of {limit.kind}s"
    return f"at most {limit.value} {what} in {limit.every} {limit.unit}"
