"""The kinds of change that the explorer plays: how each is asked for, and how the remote's truth shows it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal
from random import Random

from dashboard.brevo.status import TransactionStatus as Status
from dashboard.store.intent import Goal, Intent, Kind, State
from tests.actions.fake_acting import MEMBER, Member, Refusal
from tests.actions.fake_desk import GROUP, FakeDesk
from tests.actions.fake_remote import DEFINITION, START, Entry, Fault
from tests.actions.tale import ID, asked

VOUCHER = "cccccccc-0000-4000-8000-000000000001"
DRAFT = "dddddddd-0000-4000-8000-000000000001"
GOLD = "7c0a7a52-7f0c-4f0e-8a53-3c4d1b2e9f02"
STRANGER = 8
CODE = "AB12-CD34"
EMAIL = "new@shop.example"


@dataclass(frozen=True)
class Deed:
    """One kind of change."""

    intent: Intent
    writes: tuple[str, ...]
    """The calls that make it, when all is well."""
    times: Callable[[FakeDesk], int]
    """How often it is so, in truth."""
    prepare: Callable[[FakeDesk], object] = lambda desk: None
    meddle: Callable[[FakeDesk, Random], bool] | None = None
    """Somebody else does something at the same time; whether there was anything to do."""
    more_faults: tuple[Fault, ...] = (Fault.TWICE, Fault.ECHO)
    resends: bool = True
    leaves_strays: bool = False
    """Whether it is looked for once more, a quarter of an hour later."""
    also_wrong: Callable[[FakeDesk, Intent], list[str]] = lambda desk, intent: []


def _member(desk: FakeDesk) -> Member:
    return desk.world.members[MEMBER]


def _marked(desk: FakeDesk) -> list[str]:
    marked = (key for key, one in desk.world.vouchers.items() if one.meta.get("intent") == ID)
    return [key for key in marked if key not in desk.revoked]


def _names_one_that_is_there(desk: FakeDesk, intent: Intent) -> list[str]:
    is_there = intent.remote_id in _marked(desk)
    if intent.state is State.DONE and not is_there:
        return ["receipt names another voucher"]
    return ["left vouchers lying about"] if intent.state is State.FAILED and _marked(desk) else []


def _tries(act: Callable[[], object]) -> bool:
    try:
        act()
    except Refusal:
        return False
    return True


def _uses_or_revokes(desk: FakeDesk, random: Random) -> bool:
    if desk.is_blocked(VOUCHER) or VOUCHER not in desk.world.vouchers:
        return False  # a redemption that was begun keeps everybody else away
    if random.random() < 0.5:
        return _tries(lambda: desk.use(VOUCHER))
    return _tries(lambda: desk.withdrawn(VOUCHER))


def _redeemed(desk: FakeDesk) -> int:
    return sum(one.completed_at is not None for one in desk.world.redemptions.values())


def _used_once(desk: FakeDesk, intent: Intent) -> list[str]:
    done = {key for key, one in desk.world.redemptions.items() if one.completed_at is not None}
    is_named = not done or intent.transaction_id in done
    return [] if is_named else ["receipt names another redemption"]


def _enrols_otherwise(desk: FakeDesk, random: Random) -> bool:
    return STRANGER not in desk.world.members and bool(desk.enrolled(STRANGER, "LM-99"))


def _shares(desk: FakeDesk) -> None:
    _member(desk).sharers = [31, 32]


def _draft(desk: FakeDesk) -> None:
    desk.ledger.entries.append(
        Entry(DRAFT, Decimal(200), {"source": "shop"}, START - timedelta(days=2), None)
    )


def _decides(desk: FakeDesk, random: Random) -> bool:
    if not desk.ledger.open_drafts():
        return False
    desk.ledger.somebody(DRAFT, random.choice((Status.COMPLETED, Status.CANCELLED)))
    return True


def _ended_as(status: Status) -> Callable[[FakeDesk], int]:
    return lambda desk: int(desk.ledger.entries[0].status is status)


def _never_the_other_way(wanted: Status) -> Callable[[FakeDesk, Intent], list[str]]:
    def judge(desk: FakeDesk, intent: Intent) -> list[str]:
        entry = desk.ledger.entries[0]
        is_ours = entry.status not in {wanted, Status.DRAFT, Status.REJECTED} and entry.decided_by == "us"
        return ["ended somebody's draft in another way"] if is_ours else []

    return judge


def _ending(kind: Kind, goal: Goal) -> Intent:
    return asked(
        kind,
        {"definition_id": DEFINITION, "amount": "200"},
        state=State.DRAFT,
        goal=goal,
        transaction_id=DRAFT,
        sent_at=START - timedelta(days=2),
    )


_ORDER = {"definition_id": DEFINITION, "amount": "200", "due_at": START.isoformat(), "expires_at": None}

DEEDS = {
    "issue": Deed(
        asked(Kind.VOUCHER_ISSUE, {"reward_id": GROUP, "code": CODE}),
        ("attribute",),
        lambda desk: len(_marked(desk)),
        resends=False,
        leaves_strays=True,
        also_wrong=_names_one_that_is_there,
    ),
    "revoke": Deed(
        asked(Kind.VOUCHER_REVOKE, {"voucher_id": VOUCHER}),
        ("revoke",),
        lambda desk: int(VOUCHER in desk.revoked),
        prepare=lambda desk: desk.give(VOUCHER),
        meddle=_uses_or_revokes,
    ),
    "redeem": Deed(
        asked(Kind.VOUCHER_REDEEM, {"voucher_id": VOUCHER}),
        ("redeem", "complete_redemption"),
        _redeemed,
        prepare=lambda desk: desk.give(VOUCHER),
        meddle=_uses_or_revokes,
        also_wrong=_used_once,
    ),
    "order": Deed(
        asked(Kind.ORDER_CREATE, _ORDER),
        ("create_order",),
        lambda desk: len(desk.world.orders),
        more_faults=(),
        resends=False,
    ),
    "complete": Deed(
        _ending(Kind.DRAFT_COMPLETE, Goal.COMPLETE),
        ("complete",),
        _ended_as(Status.COMPLETED),
        prepare=_draft,
        meddle=_decides,
        more_faults=(Fault.TWICE,),
        also_wrong=_never_the_other_way(Status.COMPLETED),
    ),
    "cancel": Deed(
        _ending(Kind.DRAFT_CANCEL, Goal.CANCEL),
        ("cancel",),
        _ended_as(Status.CANCELLED),
        prepare=_draft,
        meddle=_decides,
        more_faults=(Fault.TWICE,),
        also_wrong=_never_the_other_way(Status.CANCELLED),
    ),
    "enrol": Deed(
        asked(Kind.MEMBER_ENROL, {"subscription_id": "LM-8"}, contact_id=STRANGER),
        ("enrol",),
        lambda desk: int(desk.number_of(STRANGER) == "LM-8"),
        meddle=_enrols_otherwise,
    ),
    "end": Deed(asked(Kind.MEMBER_END, {}), ("end",), lambda desk: int(MEMBER not in desk.world.members)),
    "add sharers": Deed(
        asked(Kind.SHARERS_ADD, {"sharer_ids": "21,22"}),
        ("add_sharers",),
        lambda desk: int({21, 22} <= set(_member(desk).sharers)),
    ),
    "remove sharers": Deed(
        asked(Kind.SHARERS_REMOVE, {"sharer_ids": "31"}),
        ("remove_sharers",),
        lambda desk: int(31 not in _member(desk).sharers),
        prepare=_shares,
        also_wrong=lambda desk, intent: [] if 32 in _member(desk).sharers else ["removed somebody else"],
    ),
    "tier": Deed(
        asked(Kind.TIER_ASSIGN, {"tier_id": GOLD}),
        ("assign",),
        lambda desk: int(_member(desk).tier_id == GOLD),
    ),
    "contact": Deed(
        asked(Kind.CONTACT_CREATE, {"email": EMAIL}, contact_id=0),
        ("create_contact",),
        lambda desk: list(desk.world.contacts.values()).count(EMAIL),
        prepare=lambda desk: desk.world.contacts.update({STRANGER: "stranger@shop.example"}),
    ),
}
