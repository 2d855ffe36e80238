"""What makes every operation give every error status it documents.

401, 403, 429 and 500 have the same cause everywhere (see :data:`EVERYWHERE`). Where the contract names no
cause for a status and nothing natural fits, an ordered fault gives it (:data:`ORDERED`).
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from dashboard.sandbox import cast, catalogue, reward_catalogue
from tests.sandbox.calling import AMARA, NOBODY, PROGRAMME, VALID, Prepare, call, credit, usable, voucher_of
from tests.sandbox.contract import Ask
from tests.support.sandbox import Remote

EVERYWHERE = {"401", "403", "429", "500"}
"""Wrong key; the switch ``loyalty=off``; a used-up budget; an ordered fault."""

ORDERED = {("listPrograms", "404"), ("listContactAttributes", "400"), ("getAccount", "400")}
"""Statuses without a natural cause here: an ordered fault ``status``."""

STRANGER = cast.STRANGER.contact_id
_DEFINED = {"contactId": AMARA, "balanceDefinitionId": catalogue.POINTS}


def _path(name: str, **values: object) -> Prepare:
    """The valid call of ``name`` with other values in its path."""

    def prepare(remote: Remote) -> Ask:
        ask = VALID[name](remote)
        return replace(ask, path={**ask.path, **values})

    return prepare


def _query(name: str, **values: object) -> Prepare:
    """The valid call of ``name`` with other values in its query; None takes one away."""

    def prepare(remote: Remote) -> Ask:
        ask = VALID[name](remote)
        merged = {**ask.query, **values}
        return replace(ask, query={key: value for key, value in merged.items() if value is not None})

    return prepare


def _body(name: str, **values: object) -> Prepare:
    """The valid call of ``name`` with other values in its body; None takes one away."""

    def prepare(remote: Remote) -> Ask:
        ask = VALID[name](remote)
        merged = {**ask.body, **values}
        return replace(ask, body={key: value for key, value in merged.items() if value is not None})

    return prepare


def _exact_body(body: Any) -> Prepare:
    return lambda _: Ask(PROGRAMME, body=body)


def _completed(remote: Remote) -> Ask:
    return Ask({**PROGRAMME, "tid": credit(remote, autoComplete=True)["id"]})


def _voucher(reward_id: str) -> Prepare:
    return lambda remote: Ask(PROGRAMME, body={"attributedRewardId": voucher_of(remote, reward_id)["id"]})


def _orphan(remote: Remote) -> Ask:
    voucher = voucher_of(remote, reward_catalogue.WITHDRAWN, cast.ORPHAN_VOUCHER.contact_id)
    return Ask(PROGRAMME, body={"code": voucher["code"]})


def _redemption(remote: Remote, ttl: int) -> Ask:
    body = {"attributedRewardId": usable(remote)["id"], "ttl": ttl}
    return Ask({**PROGRAMME, "tid": call(remote, "createRedemption", Ask(PROGRAMME, body=body)).json["id"]})


def _lapsed_redemption(remote: Remote) -> Ask:
    ask = _redemption(remote, 5)
    remote.advance(6)
    return ask


def _completed_redemption(remote: Remote) -> Ask:
    ask = _redemption(remote, 600)
    call(remote, "completeRedemption", ask)
    return ask


_KIDS = {"pid": cast.KIDS}
_UNKNOWN = {"pid": NOBODY}

REFUSED: dict[tuple[str, str], Prepare] = {
    ("listPrograms", "400"): _query("listPrograms", sort_field="age"),
    ("listPrograms", "422"): _query("listPrograms", limit=0),
    ("getAccountInfo", "400"): _query("getAccountInfo", contactId="amara"),
    ("getAccountInfo", "422"): _query("getAccountInfo", loyaltySubscriptionId="LM-4821-0093-77"),
    ("createSubscription", "400"): _body(
        "createSubscription", loyaltySubscriptionId=cast.AMARA.subscription_id
    ),
    ("createSubscription", "404"): _body("createSubscription", contactId=999_999_999),
    ("createSubscription", "422"): _path("createSubscription", **_KIDS),
    ("deleteSubscription", "400"): _path("deleteSubscription", cid="amara"),
    ("deleteSubscription", "404"): _path("deleteSubscription", cid=STRANGER),
    ("deleteSubscription", "422"): _path("deleteSubscription", cid=cast.SHARER.contact_id),
    ("addSubscriptionMembers", "409"): _body("addSubscriptionMembers", memberContactIds=[AMARA]),
    ("addSubscriptionMembers", "422"): _body("addSubscriptionMembers", contactId=STRANGER),
    ("deleteSubscriptionMembers", "400"): _query("deleteSubscriptionMembers", memberContactIds=None),
    ("deleteSubscriptionMembers", "404"): _query("deleteSubscriptionMembers", memberContactIds=STRANGER),
    ("deleteSubscriptionMembers", "422"): _query("deleteSubscriptionMembers", memberContactIds="a,b"),
    ("listBalanceDefinitions", "422"): _query("listBalanceDefinitions", version="newest"),
    ("getBalanceDefinition", "404"): _path("getBalanceDefinition", bdid=NOBODY),
    ("getBalanceLimit", "404"): _path("getBalanceLimit", blid=NOBODY),
    ("getSubscriptionBalances", "404"): _path("getSubscriptionBalances", cid=STRANGER),
    ("createSubscriptionBalance", "404"): _body("createSubscriptionBalance", balanceDefinitionId=NOBODY),
    ("createSubscriptionBalance", "422"): _exact_body({}),
    ("listContactBalances", "404"): _query("listContactBalances", balanceDefinitionId=NOBODY),
    ("listContactBalances", "422"): _query("listContactBalances", balanceDefinitionId=None),
    ("listActiveBalances", "404"): _query("listActiveBalances", contactId=STRANGER),
    ("listActiveBalances", "422"): _query("listActiveBalances", contactId=None),
    ("listTransactions", "404"): _query("listTransactions", contactId=STRANGER),
    ("listTransactions", "422"): _query("listTransactions", balanceDefinitionId=None),
    ("createTransaction", "404"): _body("createTransaction", balanceDefinitionId=NOBODY),
    ("createTransaction", "422"): _body("createTransaction", amount=0),
    ("completeTransaction", "404"): _path("completeTransaction", tid=NOBODY),
    ("completeTransaction", "422"): _completed,
    ("cancelTransaction", "404"): _path("cancelTransaction", tid=NOBODY),
    ("cancelTransaction", "422"): _completed,
    ("createOrder", "422"): _body("createOrder", contactId=STRANGER),
    ("listRewards", "422"): _query("listRewards", limit=101),
    ("listRewards", "424"): _path("listRewards", **_KIDS),
    ("getReward", "404"): _path("getReward", rid=NOBODY),
    ("getReward", "424"): _path("getReward", **_KIDS),
    ("listVouchers", "404"): _query("listVouchers", contactId=STRANGER),
    ("listVouchers", "422"): _query("listVouchers", contactId=None),
    ("attributeVoucher", "400"): _body("attributeVoucher", code="x" * 129),
    ("attributeVoucher", "404"): _body("attributeVoucher", rewardId=NOBODY),
    ("attributeVoucher", "422"): _body("attributeVoucher", rewardId=reward_catalogue.TOTE_BAG),
    ("revokeVouchers", "400"): _query("revokeVouchers", attributedRewardIds=None),
    ("revokeVouchers", "404"): _query("revokeVouchers", attributedRewardIds=NOBODY),
    ("revokeVouchers", "422"): lambda remote: Ask(
        PROGRAMME, {"attributedRewardIds": voucher_of(remote, reward_catalogue.FREE_COFFEE)["id"]}
    ),
    ("validateReward", "404"): _exact_body({"code": "NO-SUCH-CODE"}),
    ("validateReward", "422"): _exact_body({}),
    ("validateReward", "424"): _orphan,
    ("createRedemption", "400"): _body("createRedemption", ttl=-1),
    ("createRedemption", "404"): _exact_body({"code": "NO-SUCH-CODE"}),
    ("createRedemption", "412"): _voucher(reward_catalogue.FIVE_OFF),
    ("createRedemption", "417"): _voucher(reward_catalogue.FREE_COFFEE),
    ("createRedemption", "422"): _body("createRedemption", contactId=AMARA),
    ("completeRedemption", "400"): _path("completeRedemption", tid="no-uuid"),
    ("completeRedemption", "404"): _path("completeRedemption", tid=NOBODY),
    ("completeRedemption", "412"): _lapsed_redemption,
    ("completeRedemption", "417"): _completed_redemption,
    ("completeRedemption", "422"): _path("completeRedemption", pid="no-uuid"),
    ("getCodeCount", "400"): _path("getCodeCount", cpid=NOBODY),
    ("getCodeCount", "422"): _path("getCodeCount", **_UNKNOWN),
    ("getTierGroup", "404"): _path("getTierGroup", gid=NOBODY),
    ("listTierGroups", "404"): _path("listTierGroups", **_KIDS),
    ("listTiers", "404"): _path("listTiers", **_KIDS),
    ("assignTier", "404"): _path("assignTier", cid=STRANGER),
    ("assignTier", "409"): _path("assignTier", tid=catalogue.GOLD),
    ("assignTier", "424"): _path("assignTier", **_KIDS),
    ("listContacts", "400"): lambda _: Ask(query={"filter": 'contains(LASTNAME,"Oka")'}),
    ("createContact", "400"): _body("createContact", email=cast.AMARA.email),
    ("createContact", "425"): _body("createContact", email=cast.BUSY_CONTACT.email),
    ("getContact", "400"): _query("getContact", identifierType="nickname"),
    ("getContact", "404"): _path("getContact", identifier="nobody@example.com"),
    **{(name, "404"): _path(name, **_UNKNOWN) for name in (
        "getProgram", "publishProgram", "addSubscriptionMembers", "listRewards",
    )},
    **{(name, "422"): _path(name, pid="no-uuid") for name in (
        "getProgram", "publishProgram", "getBalanceDefinition", "getBalanceLimit", "getSubscriptionBalances",
        "getReward", "listTierGroups", "getTierGroup", "listTiers", "assignTier",
    )},
}  # fmt: skip
"""The call that provokes the status, by operation and status."""
