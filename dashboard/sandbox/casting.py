"""The scripts of the cast: what each of them has done, relative to the moment the sandbox starts."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Final

from dashboard.sandbox import cast, catalogue
from dashboard.sandbox import reward_catalogue as rewards
from dashboard.sandbox.amara import play_amara
from dashboard.sandbox.membership import Membership, Redemption, Sharer
from dashboard.sandbox.stage import Stage
from dashboard.sandbox.stories import story

OWNERS: Final = (cast.OWNER.contact_id,)
"""Who starts with sharers."""

_JOINED: Final = {cast.AMARA.contact_id: 1_712, cast.NEWCOMER.contact_id: 0}


def joined(contact_id: int, epoch: datetime) -> datetime:
    """When the member of the cast enrolled."""
    days = _JOINED.get(contact_id, 400 + contact_id)
    return (epoch - timedelta(days=days, minutes=8)).replace(second=0, microsecond=0)


def play(membership: Membership, stage: Stage) -> None:
    """Fill the membership with its history."""
    if membership.programme_id == catalogue.COFFEE:
        _coffee(membership, stage)
        return
    _SCRIPTS.get(membership.contact_id, _ordinary)(membership, stage)


def _ordinary(membership: Membership, stage: Stage) -> None:
    for weeks in range(20, 0, -2):
        stage.purchase(membership, pounds=20 + weeks, days_ago=weeks * 7)


def _newcomer(membership: Membership, stage: Stage) -> None:
    """Nothing yet."""


def _expiring(membership: Membership, stage: Stage) -> None:
    stage.points(membership, 640, 340, "purchase")
    stage.points(membership, 150, 20, "bonus", lives=timedelta(days=25))
    stage.points(membership, 300, 18, "bonus", lives=timedelta(days=30))
    stage.points(membership, 420, 9, "online")


def _almost(membership: Membership, stage: Stage) -> None:
    stage.points(membership, 1_840, 30, "purchase")
    stage.status(membership, 999, 0.02)


def _at_maximum(membership: Membership, stage: Stage) -> None:
    for month in (10, 8, 6, 4):
        stage.points(membership, 24_000, month * 30, "purchase")
    stage.points(membership, 4_000, 15, "bonus")
    stage.status(membership, 12_400, 0.02)


def _pending(membership: Membership, stage: Stage) -> None:
    stage.points(membership, 9_875, 200, "purchase")
    stage.status(membership, 3_015, 0.02)
    ledger = membership.ledgers[catalogue.POINTS]
    for hours, amount, debit in ((50, 120, False), (20, 400, True), (1, 75, False)):
        draft = ledger.draft(
            Decimal(amount), stage.ago(hours=hours), story("online", amount, hours), debit=debit
        )
        if hours == 1:
            draft.lapses_at = stage.ago(hours=-1)
    stage.order(membership, 240, hours_ago=59, due_in_days=3)
    stage.order(membership, 90, hours_ago=5, due_in_days=14)


def _setbacks(membership: Membership, stage: Stage) -> None:
    stage.points(membership, 2_600, 90, "purchase")
    ledger = membership.ledgers[catalogue.POINTS]
    rejected = ledger.draft(Decimal(9_000), stage.ago(days=30), story("checkout", 9_000, 3), debit=True)
    rejected.reject("balance would fall below the minimum of 0", stage.ago(days=29))
    cancelled = ledger.draft(Decimal(180), stage.ago(days=21), story("online", 180, 4))
    cancelled.cancel(stage.ago(days=20))
    lapsed = ledger.draft(Decimal(75), stage.ago(days=12), story("online", 75, 5))
    lapsed.lapses_at = stage.ago(days=11)
    stage.points(membership, -350, 2, "coffee")


def _vouchers(membership: Membership, stage: Stage) -> None:
    stage.points(membership, 8_000, 80, "purchase")
    day = timedelta(days=1)
    now = stage.epoch
    stage.voucher(membership, rewards.TEN_OFF, 3, value=10, expires=now + 57 * day)
    stage.voucher(membership, rewards.TWENTY_PERCENT, 2, value=20, unit="PERCENT", expires=now + 28 * day)
    early = stage.voucher(membership, rewards.BIRTHDAY, 1, expires=now + 40 * day)
    early.valid_from = now + 9 * day
    stage.voucher(membership, rewards.FIVE_OFF, 75, value=5, expires=now - 15 * day)
    used = stage.voucher(membership, rewards.FREE_COFFEE, 40, expires=now + day)
    used.consumed_at = used.updated_at = stage.ago(days=35)
    opened = stage.voucher(membership, rewards.FREE_DELIVERY, 10, expires=now + 355 * day)
    membership.redemptions.append(
        Redemption(
            stage.ids.make(membership.contact_id, "redemption:open"),
            opened.id,
            stage.ago(hours=1),
            stage.ago(hours=-23),
            {"source": "pos", "till": "POS 114"},
        )
    )
    revoked = stage.voucher(membership, rewards.TEN_OFF, 50, value=10, expires=now + 10 * day)
    revoked.revoked_at = revoked.updated_at = stage.ago(days=48)
    forever = stage.voucher(membership, rewards.LOUNGE, 5)
    forever.meta = {"source": "tier"}


def _markup(membership: Membership, stage: Stage) -> None:
    _ordinary(membership, stage)
    meta: Mapping[str, object] = {
        "type": "goodwill",
        "source": "<img src=x onerror=alert(1)>",
        "reason": "\u202e{{ 7*7 }} </textarea>",
        "note": "كوبون ‎\"quoted\" & 'single'",
    }
    membership.ledgers[catalogue.POINTS].post(Decimal(100), stage.ago(days=1), meta)
    membership.meta = {"nickname": "<i>Zoë</i>"}


def _owner(membership: Membership, stage: Stage) -> None:
    _ordinary(membership, stage)
    since = stage.ago(days=200)
    others = (cast.SHARER, cast.SECOND_SHARER)
    membership.sharers = [Sharer(one.contact_id, since) for one in others]


def _nearly_full(membership: Membership, stage: Stage) -> None:
    ledger = membership.ledgers[catalogue.CASHBACK]
    for months in (9, 7, 5):
        ledger.post(Decimal(165), stage.ago(days=months * 30), story("cashback", 165, months))
    _ordinary(membership, stage)


def _orphan_voucher(membership: Membership, stage: Stage) -> None:
    _ordinary(membership, stage)
    stage.voucher(membership, rewards.WITHDRAWN, 30, value=3, expires=stage.epoch + timedelta(days=30))


def _coffee(membership: Membership, stage: Stage) -> None:
    ledger = membership.ledgers[catalogue.BEANS]
    amount = 499 if membership.contact_id == cast.ALMOST.contact_id else 60
    for days in (24, 6):
        ledger.post(Decimal(amount), stage.ago(days=days), story("purchase", 8, days))
    if membership.contact_id == cast.ALMOST.contact_id:
        ledger.post(Decimal(1), stage.ago(days=3), story("bonus", 1, 0))


_SCRIPTS: Final[Mapping[int, Callable[[Membership, Stage], None]]] = {
    cast.AMARA.contact_id: play_amara,
    cast.EXPIRING.contact_id: _expiring,
    cast.ALMOST.contact_id: _almost,
    cast.AT_MAXIMUM.contact_id: _at_maximum,
    cast.PENDING.contact_id: _pending,
    cast.SETBACKS.contact_id: _setbacks,
    cast.VOUCHERS.contact_id: _vouchers,
    cast.MARKUP.contact_id: _markup,
    cast.OWNER.contact_id: _owner,
    cast.NEWCOMER.contact_id: _newcomer,
    cast.NEARLY_FULL.contact_id: _nearly_full,
    cast.ORPHAN_VOUCHER.contact_id: _orphan_voucher,
}
