"""Calls every operation of the contract the way it wants to be called."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from urllib.parse import quote

from dashboard.sandbox import cast, catalogue, reward_catalogue
from tests.sandbox.contract import Ask, operations
from tests.support.sandbox import Remote, Reply

PID = cast.NORTHWIND
AMARA = cast.AMARA.contact_id
PROGRAMME: dict[str, object] = {"pid": PID}
NOBODY = "00000000-0000-4000-8000-000000000000"
"""A UUID nothing has."""

Prepare = Callable[[Remote], Ask]


def call(remote: Remote, name: str, ask: Ask, *, key: str | None = None) -> Reply:
    """Make the call over HTTP."""
    operation = operations()[name]
    path = operation.template
    for word, value in ask.path.items():
        path = path.replace(f"{{{word}}}", quote(str(value), safe=""))
    return remote.ask(operation.method, path, ask.body, key=key, **ask.query)


def credit(remote: Remote, amount: object = 500, contact_id: int = AMARA, **more: object) -> dict[str, Any]:
    """A new transaction in Points (a draft unless ``autoComplete``), as answered."""
    body = {"amount": amount, "balanceDefinitionId": catalogue.POINTS, "contactId": contact_id, **more}
    reply = call(remote, "createTransaction", Ask(PROGRAMME, body=body))
    assert reply.status == 200, reply.content
    answer: dict[str, Any] = reply.json
    return answer


def _draft(remote: Remote) -> Ask:
    return Ask({**PROGRAMME, "tid": credit(remote)["id"]})


def voucher_of(remote: Remote, reward_id: str, contact_id: int = cast.VOUCHERS.contact_id) -> dict[str, Any]:
    """The member's newest voucher of that reward, as the sandbox keeps it."""
    held = remote.ledger(PID, contact_id)["vouchers"]
    voucher: dict[str, Any] = [one for one in held if one["rewardId"] == reward_id][-1]
    return voucher


def usable(remote: Remote) -> dict[str, Any]:
    """A voucher that can be used now."""
    return voucher_of(remote, reward_catalogue.TWENTY_PERCENT)


def _redemption(remote: Remote) -> Ask:
    body = {"attributedRewardId": usable(remote)["id"], "ttl": 60}
    redemption = call(remote, "createRedemption", Ask(PROGRAMME, body=body)).json
    return Ask({**PROGRAMME, "tid": redemption["id"]})


def _with(**path: object) -> Prepare:
    return lambda _: Ask({**PROGRAMME, **path})


def _query(**query: object) -> Prepare:
    return lambda _: Ask(PROGRAMME, query)


def _body(**body: object) -> Prepare:
    return lambda _: Ask(PROGRAMME, body=body)


_DEFINED = {"contactId": AMARA, "balanceDefinitionId": catalogue.POINTS}

VALID: dict[str, Prepare] = {
    "listPrograms": lambda _: Ask(query={"limit": 2, "sort_field": "name", "sort": "asc"}),
    "getProgram": _with(),
    "publishProgram": _with(),
    "getAccountInfo": _query(contactId=str(AMARA), includeInternal="true"),
    "createSubscription": _body(
        contactId=cast.STRANGER.contact_id,
        loyaltySubscriptionId="LM-NEW",
        creationDate="2026-01-05T08:00:00Z",
        meta={"by": "test"},
    ),
    "deleteSubscription": _with(cid=AMARA),
    "addSubscriptionMembers": _body(contactId=AMARA, memberContactIds=[cast.STRANGER.contact_id]),
    "deleteSubscriptionMembers": _query(memberContactIds=f"{cast.SHARER.contact_id}"),
    "listBalanceDefinitions": _query(version="active", limit=200),
    "getBalanceDefinition": lambda _: Ask({**PROGRAMME, "bdid": catalogue.POINTS}, {"version": "active"}),
    "getBalanceLimit": _with(bdid=catalogue.POINTS, blid=catalogue.POINTS_PER_DAY),
    "getSubscriptionBalances": _with(cid=str(AMARA)),
    "createSubscriptionBalance": lambda _: Ask(
        {**PROGRAMME, "cid": str(AMARA)}, body={"balanceDefinitionId": catalogue.CASHBACK}
    ),
    "listContactBalances": _query(
        balanceDefinitionId=catalogue.POINTS, limit=10, sortField="value", sort="desc"
    ),
    "listActiveBalances": _query(**_DEFINED, limit=500, sort="asc"),
    "listTransactions": _query(**_DEFINED, limit=100),
    "createTransaction": _body(**_DEFINED, amount=500, meta={"intent": "one"}, ttl=300),
    "completeTransaction": _draft,
    "cancelTransaction": _draft,
    "createOrder": _body(**_DEFINED, amount=50, dueAt="2031-01-01T00:00:00Z", source="user", meta={"a": 1}),
    "listRewards": _query(version="active", limit=100),
    "getReward": lambda _: Ask({**PROGRAMME, "rid": reward_catalogue.TEN_OFF}, {"version": "active"}),
    "listVouchers": _query(contactId=cast.VOUCHERS.contact_id, limit=100),
    "attributeVoucher": _body(
        rewardId=reward_catalogue.TEN_OFF, contactId=AMARA, code="SUP-1", value=12.5, meta={"a": "b"}
    ),
    "revokeVouchers": lambda remote: Ask(PROGRAMME, {"attributedRewardIds": usable(remote)["id"]}),
    "validateReward": lambda remote: Ask(PROGRAMME, body={"code": usable(remote)["code"]}),
    "createRedemption": lambda remote: Ask(
        PROGRAMME, body={"attributedRewardId": usable(remote)["id"], "ttl": 60, "meta": {}}
    ),
    "completeRedemption": _redemption,
    "getCodeCount": _with(cpid=reward_catalogue.TEN_OFF_POOL),
    "listTierGroups": _query(version="active"),
    "getTierGroup": _with(gid=catalogue.STATUS_GROUP),
    "listTiers": _query(version="active"),
    "assignTier": _with(cid=str(AMARA), tid=catalogue.PLATINUM),
    "listContacts": lambda _: Ask(query={"filter": 'equals(LASTNAME,"Okafor")', "limit": 10}),
    "createContact": lambda _: Ask(
        body={"email": "new@example.com", "ext_id": "N-1", "attributes": {"LASTNAME": "New"}}
    ),
    "getContact": lambda _: Ask({"identifier": cast.AMARA.email}, {"identifierType": "email_id"}),
    "listContactAttributes": lambda _: Ask(),
    "getAccount": lambda _: Ask(),
}
"""A call of every operation that succeeds."""
