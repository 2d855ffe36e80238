"""The balance at earlier moments, counted back from the one the remote reports. Pure.

The history carries no balances, so they are worked out: the balance now, minus what each completed
transaction moved, newest first. That is exact only as far back as every change is a transaction. Points that
expire may leave none, so nothing is worked out beyond the last moment at which some may have expired unseen.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from decimal import Decimal

import msgspec

from dashboard.brevo.history import HistoryItem
from dashboard.brevo.status import TransactionStatus

_EXPIRY = frozenset({"expiry", "expired", "expiration"})

EVER = datetime.min.replace(tzinfo=UTC)


class Move(msgspec.Struct, frozen=True):
    """A completed transaction, and the balance right after it."""

    id: str
    at: datetime
    amount: Decimal
    after: Decimal

    @property
    def before(self) -> Decimal:
        """The balance right before it."""
        return self.after - self.amount


class Running(msgspec.Struct, frozen=True):
    """The balance between ``since`` and ``until``: ``moves`` newest first, ``balance`` at the end of it."""

    moves: tuple[Move, ...]
    balance: Decimal
    since: datetime
    until: datetime

    def at(self, moment: datetime) -> Decimal:
        """The balance at a moment of the span."""
        return next((move.after for move in self.moves if move.at <= moment), self._opening)

    @property
    def _opening(self) -> Decimal:
        return self.moves[-1].before if self.moves else self.balance


def running(
    items: Sequence[HistoryItem], *, balance: Decimal, until: datetime, reliable: datetime, whole: bool
) -> Running:
    """Count back from ``balance``, as it was at ``until``.

    :param items: the newest transactions of one balance, without gaps, in any order.
    :param reliable: see :func:`reliable_since`.
    :param whole: whether ``items`` are all there are; else nothing is known before the oldest.
    """
    completed = sorted(
        (each for each in items if each.status is TransactionStatus.COMPLETED and moved_at(each)),
        key=lambda each: moved_at(each) or EVER,
        reverse=True,
    )
    moves: list[Move] = []
    after = balance
    for each in completed:
        at = moved_at(each) or EVER
        if at < reliable:
            break
        moves.append(Move(each.id, at, each.signed_amount, after))
        after -= each.signed_amount
    oldest = moves[-1].at if moves else until
    since = reliable if whole and reliable > EVER else oldest if moves else max(reliable, until)
    return Running(tuple(moves), balance, min(since, until), until)


def reliable_since(items: Sequence[HistoryItem], *, balance: Decimal, now: datetime, whole: bool) -> datetime:
    """The moment since when every change of the balance is a transaction, as far as ``items`` tell.

    Whether expired points leave a transaction is not documented. Where one of them says it is such, or all
    of them add up to the balance, they do. Else nothing is known before the latest end of what they credited.
    """
    completed = [each for each in items if each.status is TransactionStatus.COMPLETED]
    if whole and sum((each.signed_amount for each in completed), Decimal(0)) == balance:
        return EVER
    if any(is_expiry(each) for each in completed):
        return EVER
    ended = (each.expires_at for each in completed if not each.is_debit and each.expires_at)
    return max((each for each in ended if each <= now), default=EVER)


def is_expiry(item: HistoryItem) -> bool:
    """Whether a transaction says that it books points which ran out."""
    said = item.meta.get("type")
    return item.is_debit and isinstance(said, str) and said.lower() in _EXPIRY


def moved_at(item: HistoryItem) -> datetime | None:
    """When the transaction moved the balance."""
    return item.completed_at or item.created_at
