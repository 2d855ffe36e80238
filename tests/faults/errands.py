"""What agents do in a storm: every kind of change on its own form, and how often the remote really did it.

Each errand is about a member (or contact) that nothing else is done to; what it needs beforehand, such as a
voucher to revoke, is put into the remote directly, before any fault is ordered.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from itertools import count
from typing import Any

from dashboard.sandbox import catalogue
from dashboard.sandbox.cast import NORTHWIND
from dashboard.sandbox.reward_catalogue import LOUNGE, WELCOME_GIFT
from tests.faults.stack import AMOUNT, COMPLETE, CREATE, LOOK, Stack

_LOYALTY = "/loyalty/{}/programs/" + NORTHWIND
_MEMBERS = "/loyalty/config/programs/" + NORTHWIND
_numbers = count(1)


@dataclass(frozen=True)
class Errand:
    """One change that somebody is to make."""

    contact_id: int
    """0 for somebody who is still to be created."""
    form: str
    """Where its form is, below the member's page."""
    happened: Callable[[str], int]
    """How often the remote has carried it out, by the intent's ID."""
    typed: Mapping[str, str] = field(default_factory=dict)
    """Besides the case and its reason."""
    moves: Decimal = Decimal(0)
    """Points that the member's balance has more once it is done."""
    part: str | None = None
    """What the intent is about, where the form can ask for several."""


@dataclass(frozen=True)
class Kind:
    """One kind of errand."""

    new: Callable[[Stack], Errand]
    writes: tuple[str, ...]
    """The calls that change something."""
    looks: tuple[str, ...] = ()
    """Those for what became of them, where pages do not read the same."""
    may_be_held: bool = False
    """Whether a lost answer can leave it to a person: it takes one call, and the same call twice is two."""
    takes: int = 0
    """Minutes that a lost answer can take to be settled."""
    names_contact: bool = True
    """Whether its calls tell whom they are about."""
    by: str = "sam"
    """Whose errand it is."""


def _credit(stack: Stack) -> Errand:
    member = stack.new_member()
    return Errand(
        member, "credit", lambda intent: stack.given(member, intent), {"amount": str(AMOUNT)}, AMOUNT
    )


def _debit(stack: Stack) -> Errand:
    member = stack.new_member()
    while stack.points(member) < AMOUNT:
        member = stack.new_member()
    return Errand(
        member, "debit", lambda intent: stack.given(member, intent), {"amount": str(AMOUNT)}, -AMOUNT
    )


def _complete(stack: Stack) -> Errand:
    return _ending(stack, "complete", "completed", AMOUNT)


def _cancel(stack: Stack) -> Errand:
    return _ending(stack, "cancel", "cancelled", Decimal(0))


def _ending(stack: Stack, deed: str, becomes: str, moves: Decimal) -> Errand:
    member = stack.new_member()
    draft = {"amount": int(AMOUNT), "balanceDefinitionId": catalogue.POINTS, "contactId": member}
    path = f"{_LOYALTY.format('balance')}/transactions"
    transaction = stack.remote.ask("POST", path, draft).json["id"]

    def happened(_intent: str) -> int:
        return sum(
            each["id"] == transaction and each["status"] == becomes
            for each in _held(stack, member, "transactions")
        )

    return Errand(member, f"pending/{transaction}/{deed}", happened, moves=moves)


def _issue(stack: Stack) -> Errand:
    member = stack.new_member()

    def happened(intent: str) -> int:
        return sum((each["meta"] or {}).get("intent") == intent for each in _held(stack, member, "vouchers"))

    return Errand(member, f"vouchers/new/{WELCOME_GIFT}", happened, {"pays": "goodwill"})


def _revoke(stack: Stack) -> Errand:
    member = stack.new_member()
    voucher = _voucher_of(stack, member)

    def happened(_intent: str) -> int:
        return sum(
            each["id"] == voucher and each["revokedAt"] is not None
            for each in _held(stack, member, "vouchers")
        )

    return Errand(member, f"vouchers/revoke?voucher={voucher}", happened, part=voucher)


def _redeem(stack: Stack) -> Errand:
    member = stack.new_member()
    voucher = _voucher_of(stack, member)

    def happened(_intent: str) -> int:
        return sum(
            each["id"] == voucher and each["consumedAt"] is not None
            for each in _held(stack, member, "vouchers")
        )

    return Errand(member, f"vouchers/{voucher}/redeem", happened)


def _order(stack: Stack) -> Errand:
    member = stack.new_member()
    before = len(_held(stack, member, "orders"))
    typed = {"amount": str(AMOUNT), "direction": "adds", "due_at": "2030-01-01T12:00"}
    return Errand(member, "order", lambda _intent: len(_held(stack, member, "orders")) - before, typed)


def _enrol(stack: Stack) -> Errand:
    contact = _new_contact(stack)
    return Errand(contact, "enrol", lambda _intent: int(_is_member(stack, contact)))


def _share(stack: Stack) -> Errand:
    member, contact = stack.new_member(), _new_contact(stack)
    return Errand(
        member,
        f"sharers/add?sharer_ids={contact}",
        lambda _intent: _held(stack, member, "sharers").count(contact),
    )


def _unshare(stack: Stack) -> Errand:
    member, contact = stack.new_member(), _new_contact(stack)
    body = {"contactId": member, "memberContactIds": [contact]}
    stack.remote.ask("POST", f"{_MEMBERS}/subscription-members", body)
    assert contact in _held(stack, member, "sharers")
    return Errand(
        member,
        f"sharers/{contact}/remove",
        lambda _intent: int(contact not in _held(stack, member, "sharers")),
    )


def _end(stack: Stack) -> Errand:
    member = stack.new_member()
    called = stack.remote.ask("GET", f"/contacts/{member}").json["attributes"]
    return Errand(
        member,
        "end",
        lambda _intent: int(not _is_member(stack, member)),
        {"typed_name": f"{called['FIRSTNAME']} {called['LASTNAME']}"},
        -stack.points(member),
    )


def _create(stack: Stack) -> Errand:
    """A contact, who is enrolled once there is one: it is done when both are."""
    email = _new_email()

    def happened(_intent: str) -> int:
        found = stack.remote.ask("GET", "/contacts", filter=f'equals(EMAIL,"{email}")').json["contacts"]
        return sum(_is_member(stack, each["id"]) for each in found)

    return Errand(0, "new", happened, {"email": email, "enrols": "1"})


def _tier(stack: Stack) -> Errand:
    member = stack.new_member()
    held = set(_held(stack, member, "tiers").values())
    wanted = next(one for one in (catalogue.GOLD, catalogue.SILVER) if one not in held)
    return Errand(
        member,
        "tier/change",
        lambda _intent: int(_held(stack, member, "tiers").get(catalogue.STATUS_GROUP) == wanted),
        {"tier_id": wanted},
    )


KINDS: Mapping[str, Kind] = {
    "credit": Kind(_credit, (CREATE, COMPLETE), (LOOK,)),
    "debit": Kind(_debit, (CREATE, COMPLETE), (LOOK,)),
    "complete": Kind(_complete, (COMPLETE,)),
    "cancel": Kind(_cancel, ("cancelTransaction",)),
    "issue": Kind(_issue, ("attributeVoucher",), may_be_held=True, takes=1),
    "revoke": Kind(_revoke, ("revokeVouchers",), names_contact=False),
    # Only its completion meets faults: one that is begun and lost blocks its voucher for two minutes.
    "redeem": Kind(_redeem, ("completeRedemption",), takes=3),
    "order": Kind(_order, ("createOrder",), (LOOK,), may_be_held=True, takes=1),
    "create": Kind(_create, ("createContact", "createSubscription"), names_contact=False),
    "enrol": Kind(_enrol, ("createSubscription",)),
    "share": Kind(_share, ("addSubscriptionMembers",)),
    "unshare": Kind(_unshare, ("deleteSubscriptionMembers",), names_contact=False),
    "tier": Kind(_tier, ("assignTier",)),
    "end": Kind(_end, ("deleteSubscription",), by="lea"),
}


def _held(stack: Stack, member: int, what: str) -> Any:
    return stack.remote.ledger(NORTHWIND, member)[what]


def _voucher_of(stack: Stack, member: int) -> str:
    path = f"{_LOYALTY.format('offer')}/rewards/attribute"
    voucher: str = stack.remote.ask("POST", path, {"contactId": member, "rewardId": LOUNGE}).json["id"]
    return voucher


def _is_member(stack: Stack, contact_id: int) -> bool:
    return stack.remote.control.ledger(NORTHWIND, contact_id) is not None


def _new_email() -> str:
    return f"storm-{next(_numbers)}@example.com"


def _new_contact(stack: Stack) -> int:
    body = {"email": _new_email(), "attributes": {"FIRSTNAME": "Nia"}}
    contact: int = stack.remote.ask("POST", "/contacts", body).json["id"]
    return contact
