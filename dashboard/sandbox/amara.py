"""The busy gold member's history: exactly 500 transactions in Points, balance 12,480.

Her first months end with everything spent, so nothing of them is left to expire. The credits of the last
twelve months are what she has; the debits among them ate from the oldest.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from decimal import Decimal
from typing import Final, NamedTuple

from dashboard.sandbox import catalogue
from dashboard.sandbox import reward_catalogue as rewards
from dashboard.sandbox.calendar import later, start_of
from dashboard.sandbox.ledger import Ledger
from dashboard.sandbox.membership import Membership
from dashboard.sandbox.stage import Stage
from dashboard.sandbox.stories import story

TRANSACTIONS: Final = 500
BALANCE: Final = 12_480
STATUS_POINTS: Final = 3_150
_BONUS_THAT_EXPIRED: Final = 240


class _Move(NamedTuple):
    at: datetime
    amount: int
    kind: str


def play_amara(membership: Membership, stage: Stage) -> None:
    """Points, status points, vouchers and the two pending orders."""
    ledger = membership.ledgers[catalogue.POINTS]
    stage.order(membership, 230, hours_ago=59, due_in_days=4)
    stage.order(membership, 120, hours_ago=20, due_in_days=9)
    recent = _recent_moves(stage)
    # The orders, the bonus and its expiry are four; the rest of the 500 fills the older months.
    older = _older_moves(stage, TRANSACTIONS - len(recent) - 4)
    bonus_at = stage.ago(days=20)
    for move in sorted([*older, *recent, _Move(bonus_at, _BONUS_THAT_EXPIRED, "bonus")]):
        lives = timedelta(days=12) if move.at == bonus_at else None
        _post(ledger, move, lives)
    ledger.settle(stage.epoch)
    ledger.transactions.sort(key=lambda one: one.created_at)
    stage.status(membership, STATUS_POINTS, 0.02)
    stage.voucher(membership, rewards.TEN_OFF, 2, value=10, expires=stage.epoch + timedelta(days=58))
    coffee = stage.voucher(membership, rewards.FREE_COFFEE, 38, expires=stage.epoch + timedelta(days=10))
    coffee.consumed_at = coffee.updated_at = stage.ago(days=35)
    stage.voucher(membership, rewards.FIVE_OFF, 111, value=5, expires=stage.ago(days=51))


def _recent_moves(stage: Stage) -> list[_Move]:
    """Twelve months that leave exactly the balance: 1,200 of the oldest, the rest spread out."""
    spent = [(38, -350, "coffee"), (22, -118, "return"), (2, -2_000, "voucher")]
    moves = [_Move(stage.ago(days=days, hours=4), amount, kind) for days, amount, kind in spent]
    eaten = -sum(move.amount for move in moves)
    first = later(start_of(stage.epoch, "month"), -11, "month")
    moves += _spread(first, timedelta(days=20), 12, 1_200 + eaten, "purchase")
    goodwill = [(49, 750), (3, 500)]
    moves += [_Move(stage.ago(days=days), amount, "goodwill") for days, amount in goodwill]
    left = BALANCE - 1_200 - sum(amount for _, amount in goodwill) - 184
    start = later(first, 1, "month")
    moves += _spread(start, stage.epoch - timedelta(days=1) - start, 180, left, "online")
    return [*moves, _Move(stage.ago(hours=1), 184, "purchase")]


def _older_moves(stage: Stage, count: int) -> list[_Move]:
    """Months before those: what was earned is spent by the end of each half year."""
    first = later(start_of(stage.epoch, "month"), -11, "month")
    moves: list[_Move] = []
    halves = ((first - timedelta(days=360), count // 2), (first - timedelta(days=180), count - count // 2))
    for start, number in halves:
        earned = 60 * number
        moves += _spread(start, timedelta(days=170), number - 1, earned, "purchase")
        moves.append(_Move(start + timedelta(days=175), -earned, "checkout"))
    return moves


def _spread(start: datetime, span: timedelta, count: int, total: int, kind: str) -> list[_Move]:
    """``count`` credits over ``span``, uneven, that add up to ``total``."""
    weights = [3 + (7 * number) % 11 for number in range(count)]
    amounts = [total * weight // sum(weights) for weight in weights]
    amounts[-1] += total - sum(amounts)
    moments = [start + span * number / count for number in range(count)]
    kinds = [kind if number % 3 else "purchase" for number in range(count)]
    return [
        _Move(moment.replace(second=0, microsecond=0), amount, word)
        for moment, amount, word in zip(moments, amounts, kinds, strict=True)
    ]


def _post(ledger: Ledger, move: _Move, lives: timedelta | None) -> None:
    meta = story(move.kind, move.amount, 88_213 + len(ledger.transactions) * 17)
    ledger.post(Decimal(move.amount), move.at, meta, lives)
