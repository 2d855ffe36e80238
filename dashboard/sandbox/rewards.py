"""Rewards and vouchers: list, give, withdraw, count codes."""

from __future__ import annotations

from typing import Final

from dashboard.sandbox.calendar import later
from dashboard.sandbox.configuration import Configuration, Programme, Reward
from dashboard.sandbox.errors import Refusal, not_found, unprocessable
from dashboard.sandbox.ids import fixed_id
from dashboard.sandbox.members import named_contact, shown
from dashboard.sandbox.membership import Membership, Voucher
from dashboard.sandbox.programmes import configuration_of, page_of, programme_named
from dashboard.sandbox.reading import Answer, Fields, Request
from dashboard.sandbox.routing import Operation
from dashboard.sandbox.vouchergiving import Wish, give
from dashboard.sandbox.world import World

LONGEST_CODE: Final = 128
_LARGEST_VALUE: Final = 99_999_999.99


def list_rewards(world: World, request: Request) -> Answer:
    programme = programme_named(world, request)
    rewards = list(_dependable(world, programme, request.query).rewards)
    state = request.query.text("state") or "all"
    now = world.now()
    rows = [one for one in rewards if state in {"all", one.state(now)}]
    page = page_of(rows, request.query, default=25, most=100)
    return Answer({"items": [_summary_json(world, programme, one) for one in page], "totalCount": len(rows)})


def get_reward(world: World, request: Request) -> Answer:
    programme = programme_named(world, request)
    configuration = _dependable(world, programme, request.query)
    reward = configuration.reward(request.path.uuid("rid"))
    if reward is None:
        raise not_found("reward")
    return Answer(_reward_json(world, programme, reward))


def _dependable(world: World, programme: Programme, query: Fields) -> Configuration:
    return configuration_of(programme, query) or world.dependable(programme)


def _summary_json(world: World, programme: Programme, reward: Reward) -> dict[str, object]:
    return {
        "id": reward.id,
        "loyaltyProgramId": programme.id,
        "name": reward.name,
        "publicImage": f"https://img.example.com/rewards/{reward.name}.png",
        "state": reward.state(world.now()),
        "startDate": reward.starts or programme.created_at,
        **({"endDate": reward.ends} if reward.ends else {}),
        "createdAt": programme.created_at,
        "updatedAt": programme.updated_at,
    }


def _reward_json(world: World, programme: Programme, reward: Reward) -> dict[str, object]:
    summary = _summary_json(world, programme, reward)
    del summary["state"]
    lifetime = reward.lifetime
    optional = {
        "code": reward.shared_code,
        "codePoolId": reward.pool,
        "codeCount": programme.pools.get(reward.pool or ""),
        "disabledAt": reward.disabled,
        "expirationValue": lifetime.value if lifetime else None,
        "expirationUnit": lifetime.unit if lifetime else None,
        "expirationModifier": lifetime.modifier if lifetime else None,
        "attributionPerConsumer": reward.per_member,
        "redeemPerConsumer": reward.redeem_per_member,
        "totalAttribution": reward.total,
        "subtractBalanceDefinitionId": reward.charged,
        "subtractBalanceValue": reward.costs,
        "subtractBalanceStrategy": reward.charged_when if reward.costs else None,
        "unit": reward.unit,
        "value": reward.value,
        "valueType": "fixed" if reward.value else None,
    }
    return {
        **summary,
        "publicName": reward.public_name,
        "publicDescription": reward.description,
        "meta": {},
        "subtractTotalBalance": False,
        "rewardConfigs": {"attribution": "manual", "code": _code_config(reward), "value": "fixed"},
        "limits": [],
        "products": [],
        **{name: value for name, value in optional.items() if value is not None},
    }


def _code_config(reward: Reward) -> str:
    if reward.pool:
        return "pool"
    return "shared" if reward.shared_code else "generated"


def list_vouchers(world: World, request: Request) -> Answer:
    programme = programme_named(world, request)
    query = request.query
    query.require("contactId")
    contact_id = query.contact_id() or 0
    field = query.choice("sortField", ("updatedAt", "createdAt"), "updatedAt")
    down = query.choice("sort", ("asc", "desc"), "desc") == "desc"
    reward_id = query.text("rewardId")
    membership = world.members(programme).seen(contact_id)
    if membership is None:
        raise not_found("subscription")
    rows = [one for one in membership.vouchers if shown(world, one) and reward_id in {None, one.reward_id}]
    rows.sort(key=lambda one: one.updated_at if field == "updatedAt" else one.created_at, reverse=down)
    page = page_of(rows, query, default=25, most=int(world.switches["voucher_page_limit"]))
    if world.switches["vouchers"] == "array":
        return Answer([_guide_json(programme, one) for one in page])
    return Answer(
        {
            "contactId": contact_id,
            "loyaltyProgramId": programme.id,
            "loyaltySubscriptionId": membership.subscription_id,
            "count": len(rows),
            "contactRewards": [_row_json(world, one) for one in page],
        }
    )


def _row_json(world: World, voucher: Voucher) -> dict[str, object]:
    lower = world.switches["unit_case"] == "lower"
    optional = {
        "value": voucher.value,
        "unit": voucher.unit.lower() if voucher.unit and lower else voucher.unit,
    }
    return {
        "id": voucher.id,
        "code": voucher.code,
        "rewardId": voucher.reward_id,
        "meta": voucher.meta,
        "createdAt": voucher.created_at,
        "updatedAt": voucher.updated_at,
        "validFrom": voucher.valid_from,
        "expirationDate": voucher.expires_at,
        "consumedAt": voucher.consumed_at,
        **{name: value for name, value in optional.items() if value is not None},
    }


def _guide_json(programme: Programme, voucher: Voucher) -> dict[str, object]:
    """A voucher as the overview guide shows it."""
    reward = (programme.active or programme.draft).reward(voucher.reward_id)
    return {
        "id": voucher.id,
        "code": voucher.code,
        "offerId": voucher.reward_id,
        "offerName": reward.public_name if reward else None,
        "value": voucher.value,
        "createdAt": voucher.created_at,
        "expirationDate": voucher.expires_at,
        "consumedAt": voucher.consumed_at,
    }


def attribute(world: World, request: Request) -> Answer:
    programme = programme_named(world, request)
    configuration = world.live(programme)
    body = request.body()
    body.require("rewardId")
    reward_id = body.uuid("rewardId")
    wish = _wish(world, body)
    if "contactId" not in body and "loyaltySubscriptionId" not in body:
        body.require("contactId")
    book = world.members(programme)
    contact_id = named_contact(book, body)
    membership = book.get(contact_id) if contact_id else None
    reward = configuration.reward(reward_id)
    if reward is None:
        raise not_found("reward")
    if membership is None:
        raise not_found("subscription")
    book.changing(membership.contact_id)
    voucher = give(world, programme, membership, reward, wish)
    return Answer(_voucher_json(membership, voucher))


def _wish(world: World, body: Fields) -> Wish:
    value = body.amount("value")
    if value is not None and not 0.01 <= value <= _LARGEST_VALUE:
        body.refuse("value", f"must be from 0.01 to {_LARGEST_VALUE}")
    valid_from = body.moment("validFrom", local=True)
    expires_at = body.moment("expirationDate", local=True)
    if expires_at and expires_at <= (valid_from or world.now()):
        raise unprocessable("expirationDate must lie in the future and after validFrom")
    if expires_at and expires_at > later(world.now(), 50, "year"):
        raise unprocessable("expirationDate is too far away")
    return Wish(body.text("code", longest=LONGEST_CODE), value, valid_from, expires_at, body.mapping("meta"))


def _voucher_json(membership: Membership, voucher: Voucher) -> dict[str, object]:
    return {
        "id": voucher.id,
        "code": voucher.code,
        "contactId": membership.contact_id,
        "loyaltyProgramId": membership.programme_id,
        "rewardId": voucher.reward_id,
        "meta": voucher.meta,
        "createdAt": voucher.created_at,
        "updatedAt": voucher.updated_at,
        "validFrom": voucher.valid_from,
        "expirationDate": voucher.expires_at,
        "consumedAt": voucher.consumed_at,
        **({"value": voucher.value} if voucher.value is not None else {}),
    }


def revoke(world: World, request: Request) -> Answer:
    programme = programme_named(world, request)
    text = request.query.text("attributedRewardIds", longest=10_000)
    if text is None:
        raise Refusal(400, "missing_parameter", "attributedRewardIds is missing")
    names = [one.strip() for one in text.split(",")]
    identifiers = [Fields({"attributedRewardIds": one}, 422).uuid("attributedRewardIds") for one in names]
    found = [world.voucher_by_id(programme, one) for one in identifiers if one]
    vouchers = [pair for pair in found if pair and not pair[1].revoked_at]
    if len(vouchers) < len(identifiers):
        raise not_found("voucher")
    if any(voucher.consumed_at for _, voucher in vouchers):
        raise unprocessable("a used voucher cannot be revoked")
    for membership, voucher in vouchers:
        world.members(programme).changing(membership.contact_id)
        voucher.revoked_at = voucher.updated_at = world.now()
    return Answer(status=204)


def count_codes(world: World, request: Request) -> Answer:
    # The contract documents no 404 here: a pool that does not exist is a wrong parameter.
    programme = programme_named(world, request, missing=422)
    pool = request.path.uuid("cpid") or ""
    if pool == fixed_id(f"generator:{programme.id}"):
        raise unprocessable("that is a generator, not a pool")
    if pool not in programme.pools:
        request.path.refuse("cpid", "names no code pool")
    return Answer({"count": programme.pools[pool]})


_PROGRAMME: Final = "/loyalty/offer/programs/{pid}"

OPERATIONS: Final = (
    Operation("listRewards", "GET", f"{_PROGRAMME}/offers", list_rewards),
    Operation("getReward", "GET", f"{_PROGRAMME}/rewards/{{rid}}", get_reward),
    Operation("listVouchers", "GET", f"{_PROGRAMME}/vouchers", list_vouchers),
    Operation("attributeVoucher", "POST", f"{_PROGRAMME}/rewards/attribute", attribute, 400),
    Operation("revokeVouchers", "DELETE", f"{_PROGRAMME}/rewards/revoke", revoke),
    Operation("getCodeCount", "GET", f"{_PROGRAMME}/code-pools/{{cpid}}/codes-count", count_codes, 400),
)
