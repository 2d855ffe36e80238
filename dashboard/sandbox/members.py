"""Members as a whole: account-info, enrolment, sharers."""

from __future__ import annotations

from datetime import datetime
from typing import Final

from dashboard.sandbox.catalogue import ORGANISATION_ID
from dashboard.sandbox.configuration import Configuration, Programme
from dashboard.sandbox.errors import Refusal, not_found, unprocessable
from dashboard.sandbox.memberbook import MemberBook
from dashboard.sandbox.membership import Membership, Sharer, TierHolding, Voucher
from dashboard.sandbox.programmes import programme_named
from dashboard.sandbox.reading import Answer, Fields, Request
from dashboard.sandbox.routing import Operation
from dashboard.sandbox.world import World

LONGEST_SUBSCRIPTION_ID: Final = 64


def named_contact(
    book: MemberBook, fields: Fields, *, subscription: str = "loyaltySubscriptionId"
) -> int | None:
    """Whom a query or body names by ``contactId`` or subscription ID; None for neither or nobody."""
    contact_id = fields.contact_id()
    number = fields.text(subscription)
    return contact_id or (book.owner_of(number) if number else None)


def account_info(world: World, request: Request) -> Answer:
    programme = programme_named(world, request)
    book = world.members(programme)
    query = request.query
    internal = query.flag("includeInternal")
    if "contactId" not in query:
        query.require("loyaltySubscriptionId")
    if "contactId" in query and "loyaltySubscriptionId" in query:
        raise unprocessable("give contactId or loyaltySubscriptionId, not both")
    contact_id = named_contact(book, query)
    membership = book.seen(contact_id) if contact_id else None
    if membership is None:
        return _no_member(world, programme)
    return Answer(_account_json(world, programme, membership, internal=internal))


def _no_member(world: World, programme: Programme) -> Answer:
    """What somebody who is no member gets is not documented: a switch."""
    choice = world.switches["non_member"]
    if choice == "200":
        empty: list[object] = []
        return Answer(
            {"loyaltyProgramName": programme.name, "tier": empty, "reward": empty, "members": empty}
        )
    if choice == "422":
        raise unprocessable("contact is not enrolled in the loyalty program")
    raise not_found("subscription")


def _account_json(
    world: World, programme: Programme, membership: Membership, *, internal: bool
) -> dict[str, object]:
    configuration = programme.active or programme.draft
    balances = [
        {
            "balanceDefinitionId": one.id,
            "balanceDefinitionName": one.name,
            "value": membership.balance(one.id),
        }
        for one in configuration.definitions
        if internal or not one.internal
    ]
    return {
        "loyaltyProgramName": programme.name,
        "membership": {
            "loyaltySubscriptionId": membership.subscription_id,
            "createdAt": membership.created_at,
            "updatedAt": membership.updated_at,
        },
        "balance": {
            "contactId": membership.contact_id,
            "loyaltyProgramId": programme.id,
            world.switches["account_balances"]: balances,
        },
        "tier": [_tier_json(configuration, membership, one) for one in membership.tiers.values()],
        "reward": [_reward_json(configuration, membership, one) for one in _carried(world, membership)],
        "members": [
            {"memberContactId": one.contact_id, "createdAt": one.created_at, "updatedAt": one.created_at}
            for one in membership.sharers
        ],
    }


def _carried(world: World, membership: Membership) -> list[Voucher]:
    """The vouchers account-info tells of; how many it does is a switch."""
    vouchers = [one for one in membership.vouchers if shown(world, one)]
    choice = world.switches["account_vouchers"]
    if choice == "newest25":
        return sorted(vouchers, key=lambda one: one.created_at)[-25:]
    return [one for one in vouchers if choice == "all" or not one.consumed_at]


def shown(world: World, voucher: Voucher) -> bool:
    """Whether lists carry the voucher."""
    return not voucher.revoked_at or world.switches["revoked_vouchers"] == "stay"


def _tier_json(
    configuration: Configuration, membership: Membership, holding: TierHolding
) -> dict[str, object]:
    names = {}
    found = configuration.tier(holding.tier_id)
    if found:
        names = {"groupName": found[0].name, "tierName": found[1].name}
    return {
        "contactId": membership.contact_id,
        "loyaltyProgramId": membership.programme_id,
        "groupId": holding.group_id,
        "tierId": holding.tier_id,
        **names,
        "meta": {},
        "createdAt": holding.created_at,
        "updatedAt": holding.updated_at,
    }


def _reward_json(configuration: Configuration, membership: Membership, voucher: Voucher) -> dict[str, object]:
    reward = configuration.reward(voucher.reward_id)
    optional = {
        "rewardName": reward.public_name if reward else None,
        "publicDescription": reward.description if reward else None,
        "value": voucher.value,
        "unit": voucher.unit,
        "validFrom": voucher.valid_from,
        "expirationDate": voucher.expires_at,
    }
    return {
        "id": voucher.id,
        "code": voucher.code,
        "contactId": membership.contact_id,
        "loyaltyProgramId": membership.programme_id,
        "rewardId": voucher.reward_id,
        "meta": voucher.meta,
        "createdAt": voucher.created_at,
        "updatedAt": voucher.updated_at,
        **{name: value for name, value in optional.items() if value is not None},
    }


def enrol(world: World, request: Request) -> Answer:
    programme = programme_named(world, request)
    world.live(programme)
    body = request.body()
    body.require("contactId")
    contact_id = body.contact_id() or 0
    number = body.text("loyaltySubscriptionId", longest=LONGEST_SUBSCRIPTION_ID)
    meta = body.mapping("meta")
    since = body.moment("creationDate") or world.now()
    if since > world.now():
        body.refuse("creationDate", "must lie in the past")
    book = world.members(programme)
    if world.contacts.get(contact_id) is None:
        status = int(world.switches["unknown_contact"])
        raise not_found("contact") if status == 404 else unprocessable("contact does not exist")
    if book.get(contact_id):
        status = int(world.switches["second_enrolment"])
        raise Refusal(status, "duplicate_request", "contact is already enrolled in the loyalty program")
    if number and book.owner_of(number):
        raise Refusal(400, "duplicate_parameter", "loyaltySubscriptionId already belongs to a contact")
    book.changing(contact_id)
    keep = world.switches["end_membership"] == "keep"
    membership = book.enrol(contact_id, number, since, keep=keep)
    membership.meta = meta
    return Answer(_subscription_json(membership))


def _subscription_json(membership: Membership) -> dict[str, object]:
    return {
        "organizationId": ORGANISATION_ID,
        "loyaltyProgramId": membership.programme_id,
        "versionId": 3,
        "contactId": membership.contact_id,
        "loyaltySubscriptionId": membership.subscription_id,
        "meta": membership.meta,
        "createdAt": membership.created_at,
        "updatedAt": membership.updated_at,
    }


def end_membership(world: World, request: Request) -> Answer:
    programme = programme_named(world, request)
    contact_id = request.path.whole("cid", least=1) or 0
    book = world.members(programme)
    if book.get(contact_id) is None:
        if book.owner_of_sharer(contact_id):
            raise unprocessable("the contact shares a subscription; only its owner's can be removed")
        raise not_found("subscription")
    book.changing(contact_id)
    book.end(contact_id)
    return Answer(status=204)


def add_sharers(world: World, request: Request) -> Answer:
    programme = programme_named(world, request)
    world.live(programme)
    body = request.body()
    body.require("memberContactIds")
    sharers = body.whole_list("memberContactIds")
    book = world.members(programme)
    owner = named_contact(book, body)
    if owner is None and "contactId" not in body and "loyaltySubscriptionId" not in body:
        body.require("contactId")
    membership = book.get(owner) if owner else None
    if membership is None:
        raise unprocessable("the owner is not enrolled in the loyalty program")
    if membership.contact_id in sharers:
        raise Refusal(409, "conflict", "the owner cannot be a member of its own subscription")
    unknown = [one for one in sharers if world.contacts.get(one) is None]
    if unknown:
        raise unprocessable(f"contact {unknown[0]} does not exist")
    book.changing(membership.contact_id)
    now = world.now()
    _share(membership, sharers, now)
    return Answer(
        {
            "organizationId": ORGANISATION_ID,
            "ownerContactId": membership.contact_id,
            "memberContactIds": [one.contact_id for one in membership.sharers],
            "createdAt": membership.created_at,
            "updatedAt": now,
        }
    )


def _share(membership: Membership, sharers: list[int], now: datetime) -> None:
    known = {one.contact_id for one in membership.sharers}
    new = [one for one in dict.fromkeys(sharers) if one not in known]
    membership.sharers = [*membership.sharers, *(Sharer(one, now) for one in new)]
    membership.updated_at = now


def remove_sharers(world: World, request: Request) -> Answer:
    programme = programme_named(world, request)
    if "memberContactIds" not in request.query:
        raise Refusal(400, "missing_parameter", "memberContactIds is missing")
    contact_ids = request.query.whole_list("memberContactIds")
    book = world.members(programme)
    owners = {one: book.owner_of_sharer(one) for one in contact_ids}
    if not any(owners.values()):
        raise not_found("subscription")
    for contact_id, membership in owners.items():
        if membership:
            book.changing(membership.contact_id)
            membership.sharers = [one for one in membership.sharers if one.contact_id != contact_id]
            membership.updated_at = world.now()
    return Answer(status=204)


_PROGRAMME: Final = "/loyalty/config/programs/{pid}"

OPERATIONS: Final = (
    Operation("getAccountInfo", "GET", f"{_PROGRAMME}/account-info", account_info, 400),
    Operation("createSubscription", "POST", f"{_PROGRAMME}/subscriptions", enrol, 400),
    Operation("deleteSubscription", "DELETE", f"{_PROGRAMME}/contact/{{cid}}", end_membership, 400),
    Operation("addSubscriptionMembers", "POST", f"{_PROGRAMME}/subscription-members", add_sharers),
    Operation("deleteSubscriptionMembers", "DELETE", f"{_PROGRAMME}/subscription-members", remove_sharers),
)
