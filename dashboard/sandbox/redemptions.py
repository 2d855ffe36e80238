"""Using vouchers: may it be used, ask to use it, use it.

Causes of 412 and 417 are not documented. Here 412 means the moment is wrong (not yet valid, expired,
request lapsed) and 417 that it was used already, is being used, or was used as often as the reward allows.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final

from dashboard.sandbox.configuration import Programme
from dashboard.sandbox.errors import Refusal, missing_dependency, not_found, unprocessable
from dashboard.sandbox.members import named_contact
from dashboard.sandbox.membership import Membership, Redemption, Voucher
from dashboard.sandbox.programmes import programme_named
from dashboard.sandbox.reading import Answer, Fields, Request
from dashboard.sandbox.routing import Operation
from dashboard.sandbox.vouchergiving import charge
from dashboard.sandbox.world import World

_NAMES: Final = ("attributedRewardId", "code", "rewardId", "contactId", "loyaltySubscriptionId")


def _wrong_moment(message: str) -> Refusal:
    return Refusal(412, "precondition_failed", message)


def _used_up(message: str) -> Refusal:
    return Refusal(417, "expectation_failed", message)


def validate(world: World, request: Request) -> Answer:
    programme = programme_named(world, request)
    configuration = world.dependable(programme)
    body = request.body()
    membership, voucher = _named_voucher(world, programme, body)
    if configuration.reward(voucher.reward_id) is None:
        raise missing_dependency("the reward of the voucher no longer exists")
    now = world.now()
    open_request = _open_request(membership, voucher, now)
    limit = _is_used_up(programme, membership, voucher)
    return Answer({"authorize": voucher.is_usable(now) and not open_request and not limit})


def redeem(world: World, request: Request) -> Answer:
    programme = programme_named(world, request)
    world.live(programme)
    body = request.body()
    ttl = body.whole("ttl", most=10 * 365 * 86_400)
    meta = body.mapping("meta")
    body.mapping("order")
    at_once = body.flag("autoComplete")
    membership, voucher = _named_voucher(world, programme, body)
    now = world.now()
    _check(programme, membership, voucher, now)
    world.members(programme).changing(membership.contact_id)
    lapses_at = now + timedelta(seconds=ttl) if ttl is not None else None
    redemption = Redemption(world.ids.new(membership.contact_id), voucher.id, now, lapses_at, meta)
    membership.redemptions.append(redemption)
    if at_once:
        _use(world, programme, membership, redemption)
    return Answer(_redemption_json(membership, redemption, now))


def complete(world: World, request: Request) -> Answer:
    # The tid is a text here: one that is no UUID is malformed (400), while the programme's answers 422.
    programme = world.programme(Fields({"pid": request.path.text("pid")}, 422).uuid("pid"))
    identifier = request.path.uuid("tid") or ""
    membership = world.members(programme).get(world.ids.owner_of(identifier))
    redemptions = membership.redemptions if membership else []
    redemption = next((one for one in redemptions if one.id == identifier), None)
    if membership is None or redemption is None:
        raise not_found("redemption")
    now = world.now()
    status = redemption.status(now)
    if status == "completed":
        raise _used_up("the redemption is completed")
    if status != "pending":
        raise _wrong_moment(f"the redemption is {status}")
    world.members(programme).changing(membership.contact_id)
    _use(world, programme, membership, redemption)
    return Answer(_redemption_json(membership, redemption, now))


def _named_voucher(world: World, programme: Programme, body: Fields) -> tuple[Membership, Voucher]:
    """The voucher the names in the body agree on."""
    if not any(name in body for name in _NAMES):
        body.require("attributedRewardId")
    identifier, code = body.uuid("attributedRewardId"), body.text("code")
    reward_id, contact_id = body.uuid("rewardId"), named_contact(world.members(programme), body)
    names_contact = "contactId" in body or "loyaltySubscriptionId" in body
    member = world.members(programme).get(contact_id) if contact_id else None
    if names_contact and member is None:
        raise not_found("subscription")
    if not identifier and not code and not member:
        raise unprocessable("a rewardId needs a contact or a code")
    found = _candidates(world, programme, member, identifier, code)
    now = world.now()
    fitting = [pair for pair in found if reward_id in {None, pair[1].reward_id}]
    if not fitting:
        raise not_found("voucher")
    if member and fitting[0][0] is not member:
        raise unprocessable("the voucher belongs to another contact")
    return next((pair for pair in fitting if pair[1].is_usable(now)), fitting[0])


def _candidates(
    world: World, programme: Programme, member: Membership | None, identifier: str | None, code: str | None
) -> list[tuple[Membership, Voucher]]:
    if identifier:
        pair = world.voucher_by_id(programme, identifier)
        return [pair] if pair and code in {None, pair[1].code} and not pair[1].revoked_at else []
    own = [(member, one) for one in member.vouchers if not one.revoked_at] if member else []
    if not code:
        return own
    matching = [pair for pair in own if pair[1].code == code]
    pair = world.voucher_by_code(programme, code)
    return matching or ([pair] if pair else [])


def _check(programme: Programme, membership: Membership, voucher: Voucher, now: datetime) -> None:
    if voucher.consumed_at:
        raise _used_up("the voucher was used")
    if voucher.is_expired(now):
        raise _wrong_moment("the voucher has expired")
    if voucher.valid_from and voucher.valid_from > now:
        raise _wrong_moment("the voucher is not valid yet")
    if _open_request(membership, voucher, now):
        raise _used_up("another redemption of the voucher is pending")
    if _is_used_up(programme, membership, voucher):
        raise _used_up("the member used the reward as often as one may")


def _open_request(membership: Membership, voucher: Voucher, now: datetime) -> bool:
    mine = (one for one in membership.redemptions if one.voucher_id == voucher.id)
    return any(one.status(now) == "pending" for one in mine)


def _is_used_up(programme: Programme, membership: Membership, voucher: Voucher) -> bool:
    reward = (programme.active or programme.draft).reward(voucher.reward_id)
    if reward is None or reward.redeem_per_member is None:
        return False
    used = sum(one.reward_id == reward.id and one.consumed_at is not None for one in membership.vouchers)
    return used >= reward.redeem_per_member


def _use(world: World, programme: Programme, membership: Membership, redemption: Redemption) -> None:
    """Complete the redemption, or reject it when voucher or balance no longer allow it."""
    now = world.now()
    voucher = membership.find_voucher(redemption.voucher_id)
    if voucher is None or not voucher.is_usable(now):
        redemption.rejected_at, redemption.reject_reason = now, "the voucher cannot be used any more"
        return
    reward = world.live(programme).reward(voucher.reward_id)
    try:
        if reward and reward.charged_when == "redemption":
            redemption.debit_transaction_id = charge(world, programme, membership, reward)
    except Refusal as refusal:
        redemption.rejected_at, redemption.reject_reason = now, refusal.message
        return
    redemption.completed_at = now
    voucher.consumed_at = voucher.updated_at = now


def _redemption_json(membership: Membership, redemption: Redemption, now: datetime) -> dict[str, object]:
    changed = redemption.completed_at or redemption.rejected_at or redemption.created_at
    return {
        "id": redemption.id,
        "rewardAttributionId": redemption.voucher_id,
        "contactId": membership.contact_id,
        "loyaltyProgramId": membership.programme_id,
        "status": redemption.status(now),
        "meta": redemption.meta,
        "createdAt": redemption.created_at,
        "updatedAt": changed,
        "expiresAt": redemption.lapses_at,
        "completedAt": redemption.completed_at,
        "cancelledAt": None,
        "rejectedAt": redemption.rejected_at,
        "rejectReason": redemption.reject_reason,
        "debitTransactionId": redemption.debit_transaction_id,
    }


_REWARDS: Final = "/loyalty/offer/programs/{pid}/rewards"

OPERATIONS: Final = (
    Operation("validateReward", "POST", f"{_REWARDS}/validate", validate),
    Operation("createRedemption", "POST", f"{_REWARDS}/redeem", redeem, 400),
    Operation("completeRedemption", "POST", f"{_REWARDS}/redeem/{{tid}}/complete", complete, 400),
)
