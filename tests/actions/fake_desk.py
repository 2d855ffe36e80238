"""All of the remote but its ledger, in memory, with the faults of :mod:`tests.actions.fake_remote`.

One object plays every resource: vouchers, members, tiers, contacts and orders. It keeps the contract's rules
as far as they decide what a repeated or lost call does, and the truth about all of it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from copy import deepcopy
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from msgspec.structs import replace as changed

from dashboard.brevo.contacts import Contact, IdentifierType
from dashboard.brevo.errors import NotAMember, NotFound
from dashboard.brevo.fetched import Fetched, Write
from dashboard.brevo.members import AccountInfo, MemberTier, Sharer, Sharers, Subscription
from dashboard.brevo.orders import NewOrder, Order
from dashboard.brevo.tiers import TierAssignment
from dashboard.brevo.vouchers import Redemption, Voucher, VoucherPage
from tests.actions.fake_acting import Acting, Member, Refusal
from tests.actions.fake_remote import PROGRAMME, Entry, FakeRemote, Fault

GROUP = "7c0a7a52-7f0c-4f0e-8a53-3c4d1b2e9f01"


@dataclass
class FakeDesk(Acting):
    """``vouchers``, ``members``, ``tiers``, ``contacts`` and ``orders`` are all this object."""

    keeps_revoked: bool = False
    unique_codes: bool = True
    order_meta: bool = True
    orders_name_transaction: bool = True
    revoked: set[str] = field(default_factory=set)
    ledger: FakeRemote = field(init=False)

    def __post_init__(self) -> None:
        self.ledger = FakeRemote(self.clock, next_fault=self._fault)
        self.ledger.calls = _Names(self.calls)
        self._past.append((self.clock.now, deepcopy(self.world)))

    def begin(self, next_fault: Callable[[str], Fault]) -> None:
        """All is prepared: from now on calls meet faults, and reads lag."""
        self.next_fault = next_fault
        self.ledger.lag, self.ledger.while_slow = self.lag, self.while_slow
        self.ledger.slow_seconds = self.slow_seconds
        self._past = [(self.clock.now, deepcopy(self.world))]

    @property
    def vouchers(self) -> FakeDesk:
        return self

    @property
    def members(self) -> FakeDesk:
        return self

    @property
    def tiers(self) -> FakeDesk:
        return self

    @property
    def contacts(self) -> FakeContacts:
        return FakeContacts(self)

    @property
    def orders(self) -> FakeOrders:
        return FakeOrders(self)

    @property
    def transactions(self) -> FakeRemote:
        return self.ledger

    def catch_up(self) -> None:
        """The ledger's late calls too."""
        super().catch_up()
        self.ledger.catch_up()

    # -- vouchers ------------------------------------------------------------------------------------

    def list(self, programme_id: str, contact_id: int, **asked: Any) -> Fetched[VoucherPage]:
        """The member's vouchers, newest first."""
        world = self._read("list")
        if contact_id not in world.members:
            raise NotFound("subscription not found")
        listed = [one for key, one in world.vouchers.items() if self.keeps_revoked or key not in self.revoked]
        chosen = [one for one in listed if asked.get("reward_id") in {None, one.reward_id}]
        if self._odd_rows:
            chosen = chosen[:-1]  # the row that made no sense
        newest = sorted(chosen, key=lambda one: (one.created_at, one.id), reverse=True)
        offset, limit = asked.get("offset") or 0, asked["limit"]
        page = VoucherPage(vouchers=tuple(newest[offset : offset + limit]), count=len(newest))
        return self._fetched(page)

    def attribute(self, programme_id: str, **sent: Any) -> Write[Voucher]:
        def act() -> Voucher:
            taken = [one for one in self.world.vouchers.values() if one.code == sent["code"]]
            if taken and self.unique_codes:
                raise Refusal(422, "the code is taken")
            made = Voucher(
                id=self._new_id("aaaa"),
                reward_id=sent["reward_id"],
                code=sent["code"],
                value=sent.get("value"),
                valid_from=sent.get("valid_from"),
                expires_at=sent.get("expires_at"),
                created_at=self.clock.now,
                meta=sent["meta"],
            )
            self.world.vouchers[made.id] = made
            return made

        return self._write("attribute", act)

    def revoke(self, programme_id: str, voucher_ids: Iterable[str]) -> Write[None]:
        def act() -> None:
            for one in voucher_ids:
                self._withdraw(one)

        return self._write("revoke", act, is_empty=True)

    def withdrawn(self, voucher_id: str) -> None:
        """Somebody else revokes a voucher."""
        self._withdraw(voucher_id)
        self._remember()

    def _withdraw(self, voucher_id: str) -> None:
        if voucher_id not in self.world.vouchers or voucher_id in self.revoked:
            raise Refusal(404, "voucher not found")
        if self.world.vouchers[voucher_id].consumed_at is not None:
            raise Refusal(422, "a used voucher cannot be revoked")
        if self.keeps_revoked:
            kept = changed(self.world.vouchers[voucher_id], updated_at=self.clock.now)
            self.world.vouchers[voucher_id] = kept
        else:
            del self.world.vouchers[voucher_id]
        self.revoked.add(voucher_id)

    def redeem(
        self, programme_id: str, *, voucher_id: str, contact_id: int, ttl: int, meta: Mapping[str, object]
    ) -> Write[Redemption]:
        assert contact_id > 0
        assert meta["intent"]

        def act() -> Redemption:
            self._usable(voucher_id)
            if self.is_blocked(voucher_id):
                raise Refusal(417, "another redemption of the voucher is pending")
            made = Redemption(
                id=self._new_id("bbbb"),
                voucher_id=voucher_id,
                expires_at=self.clock.now + timedelta(seconds=ttl),
            )
            self.world.redemptions[made.id] = made
            return made

        return self._write("redeem", act)

    def complete_redemption(
        self, programme_id: str, redemption_id: str, *, contact_id: int
    ) -> Write[Redemption]:
        assert contact_id > 0

        def act() -> Redemption:
            begun = self.world.redemptions[redemption_id]
            if begun.completed_at is not None:
                raise Refusal(417, "the redemption is completed")
            if begun.expires_at is not None and begun.expires_at <= self.clock.now:
                raise Refusal(412, "the redemption is expired")
            self.use(begun.voucher_id or "")
            done = changed(begun, completed_at=self.clock.now)
            self.world.redemptions[redemption_id] = done
            return done

        return self._write("complete_redemption", act)

    def use(self, voucher_id: str) -> None:
        """Somebody uses a voucher."""
        used = self._usable(voucher_id)
        self.world.vouchers[voucher_id] = changed(used, consumed_at=self.clock.now)
        self._remember()

    def give(self, voucher_id: str = "cccccccc-0000-4000-8000-000000000001", **more: Any) -> Voucher:
        """The member has a voucher."""
        given = Voucher(
            id=voucher_id, **{"code": "LOST-1", "reward_id": GROUP, "created_at": self.clock.now, **more}
        )
        self.world.vouchers[given.id] = given
        self._remember()
        return given

    def _usable(self, voucher_id: str) -> Voucher:
        found = self.world.vouchers.get(voucher_id)
        if found is None or voucher_id in self.revoked:
            raise Refusal(404, "voucher not found")
        if found.consumed_at is not None:
            raise Refusal(417, "the voucher was used")
        return found

    def is_blocked(self, voucher_id: str) -> bool:
        """Whether a redemption of it was begun and has not ended."""
        return any(self._blocks(one, voucher_id) for one in self.world.redemptions.values())

    def _blocks(self, one: Redemption, voucher_id: str) -> bool:
        is_open = one.completed_at is None and one.expires_at is not None and one.expires_at > self.clock.now
        return is_open and one.voucher_id == voucher_id

    # -- members -------------------------------------------------------------------------------------

    def account_info(
        self,
        programme_id: str,
        *,
        contact_id: int | None = None,
        subscription_id: str | None = None,
        priority: bool,
    ) -> Fetched[AccountInfo]:
        assert priority
        members = self._read("account_info").members
        numbers = {one.subscription_id: key for key, one in members.items()}
        contact_id = contact_id or numbers.get(subscription_id) or 0
        member = members.get(contact_id)
        if member is None:
            raise NotAMember("No membership in this programme.")
        tiers = () if member.tier_id is None else (MemberTier(tier_id=member.tier_id, group_id=GROUP),)
        return self._fetched(
            AccountInfo(
                contact_id=contact_id,
                subscription_id=member.subscription_id,
                member_since=self.clock.now,
                programme_name=None,
                balances=(),
                tiers=tiers,
                vouchers=(),
                sharers=tuple(Sharer(contact_id=one) for one in member.sharers),
            )
        )

    def enrol(
        self, programme_id: str, contact_id: int, *, subscription_id: str | None = None, **sent: Any
    ) -> Write[Subscription]:
        def act() -> Subscription:
            if contact_id in self.world.members:
                raise Refusal(422, "contact is already enrolled")
            if subscription_id in {one.subscription_id for one in self.world.members.values()}:
                raise Refusal(400, "loyaltySubscriptionId already belongs to a contact")
            self.world.members[contact_id] = Member(subscription_id or f"made-{contact_id}")
            number = self.world.members[contact_id].subscription_id
            return Subscription(contact_id=contact_id, subscription_id=number, created_at=self.clock.now)

        return self._write("enrol", act)

    def enrolled(self, contact_id: int, number: str) -> Member:
        """Somebody else enrols a contact."""
        self.world.members[contact_id] = Member(number)
        self._remember()
        return self.world.members[contact_id]

    def number_of(self, contact_id: int) -> str | None:
        """The number of a member; None for who is none."""
        member = self.world.members.get(contact_id)
        return None if member is None else member.subscription_id

    def end(self, programme_id: str, contact_id: int) -> Write[None]:
        def act() -> None:
            if self.world.members.pop(contact_id, None) is None:
                raise Refusal(404, "subscription not found")

        return self._write("end", act, is_empty=True)

    def add_sharers(self, programme_id: str, contact_id: int, sharer_ids: Iterable[int]) -> Write[Sharers]:
        def act() -> Sharers:
            member = self._member(contact_id)
            member.sharers += [one for one in sharer_ids if one not in member.sharers]
            return Sharers(owner_contact_id=contact_id, contact_ids=tuple(member.sharers))

        return self._write("add_sharers", act)

    def remove_sharers(self, programme_id: str, sharer_ids: Iterable[int]) -> Write[None]:
        def act() -> None:
            wanted = set(sharer_ids)
            if not any(wanted & set(one.sharers) for one in self.world.members.values()):
                raise Refusal(404, "subscription not found")
            for one in self.world.members.values():
                one.sharers = [sharer for sharer in one.sharers if sharer not in wanted]

        return self._write("remove_sharers", act, is_empty=True)

    def assign(self, programme_id: str, contact_id: int, tier_id: str) -> Write[TierAssignment]:
        def act() -> TierAssignment:
            member = self._member(contact_id)
            if member.tier_id == tier_id:
                raise Refusal(409, "the member already holds the tier")
            member.tier_id = tier_id
            return TierAssignment(
                id="assigned", contact_id=contact_id, group_id=GROUP, created_at=self.clock.now
            )

        return self._write("assign", act)

    def _member(self, contact_id: int) -> Member:
        member = self.world.members.get(contact_id)
        if member is None:
            raise Refusal(422, "the owner is not enrolled in the loyalty program")
        return member


class FakeContacts:
    """The contacts of a desk."""

    def __init__(self, desk: FakeDesk) -> None:
        self._desk = desk

    def get(self, identifier: str | int, kind: IdentifierType, *, priority: bool = False) -> Fetched[Contact]:
        world = self._desk._read("get_contact")
        found = next((key for key, email in world.contacts.items() if email == identifier), None)
        if found is None:
            raise NotFound("contact not found")
        return self._desk._fetched(Contact(id=found, email=str(identifier)))

    def create(self, **sent: Any) -> Write[int]:
        desk = self._desk

        def act() -> int:
            if sent["email"] in desk.world.contacts.values():
                raise Refusal(400, "Contact already exist")
            contact_id = 100 + len(desk.world.contacts)
            desk.world.contacts[contact_id] = sent["email"]
            return contact_id

        return desk._write("create_contact", act)


class FakeOrders:
    """The orders of a desk: shown once, in the answer."""

    def __init__(self, desk: FakeDesk) -> None:
        self._desk = desk

    def create(self, programme_id: str, contact_id: int, sent: NewOrder) -> Write[Order]:
        assert programme_id == PROGRAMME
        desk = self._desk

        def act() -> Order:
            order_id = desk._new_id("dddd")
            transaction_id = desk._new_id("eeee")
            meta = sent.meta if desk.order_meta else {}
            entry = Entry(transaction_id, sent.amount, meta, desk.clock.now, sent.expires_at)
            desk.ledger.entries.append(entry)
            desk.world.orders.append(order_id)
            return Order(
                id=order_id,
                amount=sent.amount,
                due_at=sent.due_at,
                expires_at=sent.expires_at,
                processed_at=None,
                created_at=desk.clock.now,
                transaction_id=transaction_id if desk.orders_name_transaction else None,
            )

        return desk._write("create_order", act)


class _Names(list[tuple[str, str]]):
    """Takes the ledger's calls into the one list of names."""

    def __init__(self, names: list[str]) -> None:
        super().__init__()
        self._all = names

    def append(self, call: tuple[str, str]) -> None:
        super().append(call)
        self._all.append(call[0])
