"""Giving vouchers: by a call, or because a tier was entered."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal

from dashboard.sandbox.calendar import end_of_life
from dashboard.sandbox.configuration import Programme, Reward
from dashboard.sandbox.errors import Refusal, unprocessable
from dashboard.sandbox.limits import refusal
from dashboard.sandbox.membership import Membership, Voucher
from dashboard.sandbox.tiering import evaluate
from dashboard.sandbox.world import World


@dataclass(frozen=True, slots=True)
class Wish:
    """What a caller wants of the voucher; None where the reward decides."""

    code: str | None = None
    value: Decimal | None = None
    valid_from: datetime | None = None
    expires_at: datetime | None = None
    meta: dict[str, object] = field(default_factory=dict)


def give(world: World, programme: Programme, membership: Membership, reward: Reward, wish: Wish) -> Voucher:
    """Attribute ``reward``, charging what it costs.

    :raises Refusal: when the reward is not to be had.
    """
    now = world.now()
    _check_supply(programme, membership, reward, now)
    if wish.code:
        _check_code(world, programme, wish.code)
    if reward.charged_when == "attribution":
        charge(world, programme, membership, reward)
    code = wish.code or reward.shared_code or _new_code(world, programme, membership)
    expires_at = wish.expires_at or (end_of_life(now, reward.lifetime) if reward.lifetime else None)
    voucher = Voucher(
        world.ids.new(membership.contact_id),
        reward.id,
        code,
        now,
        now,
        wish.value or reward.value,
        reward.unit,
        wish.valid_from,
        expires_at,
        meta=wish.meta,
    )
    membership.vouchers.append(voucher)
    world.remember_code(programme.id, code, membership.contact_id)
    programme.attributed[reward.id] = programme.attributed.get(reward.id, 0) + 1
    if reward.pool:
        programme.pools[reward.pool] -= 1
    return voucher


def enter_tiers(world: World, programme: Programme, membership: Membership) -> None:
    """Move the member to the tiers the balances earn, and hand out what entering them gives."""
    configuration = world.live(programme)
    for tier in evaluate(membership, configuration, world.ids, world.now()):
        for reward_id in tier.rewards:
            reward = configuration.reward(reward_id)
            if reward:
                give(world, programme, membership, reward, Wish(meta={"source": "tier", "tier": tier.name}))


def _check_supply(programme: Programme, membership: Membership, reward: Reward, now: datetime) -> None:
    if reward.state(now) != "active":
        raise unprocessable(f"reward is {reward.state(now)}")
    if reward.pool and not programme.pools[reward.pool]:
        raise unprocessable("the code pool of the reward is empty")
    if reward.total is not None and programme.attributed.get(reward.id, 0) >= reward.total:
        raise unprocessable("the reward was given as often as it may be")
    held = sum(one.reward_id == reward.id and not one.revoked_at for one in membership.vouchers)
    if reward.per_member is not None and held >= reward.per_member:
        raise unprocessable("the member has the reward as often as one may")


def _check_code(world: World, programme: Programme, code: str) -> None:
    """Codes are unique in a programme; what happens to a second one is a switch."""
    status = int(world.switches["duplicate_code"])
    if status != 200 and world.voucher_by_code(programme, code):
        raise Refusal(status, "duplicate_parameter", "the code is taken")


def _new_code(world: World, programme: Programme, membership: Membership) -> str:
    number = len(membership.vouchers)
    while world.voucher_by_code(programme, code := world.codes.make(membership.contact_id, number)):
        number += 1
    return code


def charge(world: World, programme: Programme, membership: Membership, reward: Reward) -> str | None:
    """Take what the reward costs; the transaction's ID, or None where it costs nothing.

    :raises Refusal: when the member cannot pay.
    """
    definition = world.live(programme).definition(reward.charged)
    if not reward.costs or not definition:
        return None
    ledger = world.members(programme).ledger(membership, definition)
    now, amount = world.now(), Decimal(reward.costs)
    reason = refusal(ledger, amount, now, debit=True)
    if reason:
        raise unprocessable(reason)
    meta = {"type": "reward", "source": "system", "reward": reward.public_name, "rewardId": reward.id}
    transaction = ledger.draft(amount, now, meta, debit=True)
    ledger.complete(transaction, now)
    return transaction.id
