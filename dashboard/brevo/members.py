"""Memberships: the whole member in one read, enrolment, and who shares an account."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from decimal import Decimal

import msgspec

from dashboard.brevo.calls import Call, Id, body, contact, contacts, path, short, timestamp, uuid_text
from dashboard.brevo.errors import ForeignAnswer, InvalidInput, NotAMember, NotFound, Refused, Unreadable
from dashboard.brevo.exchange import Exchange
from dashboard.brevo.fetched import Fetched, Write
from dashboard.brevo.rows import Document, Row
from dashboard.brevo.vouchers import Voucher, voucher

LONGEST_SUBSCRIPTION_ID = 64


class MemberBalance(msgspec.Struct, frozen=True, kw_only=True):
    """A member's total for one balance definition."""

    definition_id: str
    value: Decimal
    definition_name: str | None = None


class MemberTier(msgspec.Struct, frozen=True, kw_only=True):
    """The tier a member holds in one tier group, and since when."""

    tier_id: str
    group_id: str | None = None
    tier_name: str | None = None
    group_name: str | None = None
    since: datetime | None = None


class Sharer(msgspec.Struct, frozen=True, kw_only=True):
    """A further contact who shares the membership."""

    contact_id: int
    since: datetime | None = None


class AccountInfo(msgspec.Struct, frozen=True, kw_only=True):
    """A whole member. ``contact_id`` is the owner's; names are None where an older remote leaves them out."""

    contact_id: int
    subscription_id: str | None
    member_since: datetime | None
    programme_name: str | None
    balances: tuple[MemberBalance, ...]
    tiers: tuple[MemberTier, ...]
    vouchers: tuple[Voucher, ...]
    sharers: tuple[Sharer, ...]

    def balance(self, definition_id: str) -> Decimal | None:
        """The total for one definition, or None when the remote did not name it."""
        return next((item.value for item in self.balances if item.definition_id == definition_id), None)


class Subscription(msgspec.Struct, frozen=True, kw_only=True):
    """A membership as enrolment answers it."""

    contact_id: int | None
    subscription_id: str | None
    created_at: datetime | None


class Sharers(msgspec.Struct, frozen=True, kw_only=True):
    """The owner and all sharers after adding some."""

    owner_contact_id: int | None
    contact_ids: tuple[int, ...]


class Members:
    """Calls about memberships."""

    def __init__(self, exchange: Exchange) -> None:
        self._exchange = exchange

    def account_info(
        self,
        programme_id: Id,
        *,
        contact_id: int | None = None,
        subscription_id: str | None = None,
        priority: bool = False,
    ) -> Fetched[AccountInfo]:
        """The member with this contact ID or this loyalty subscription ID; exactly one is given.

        :raises NotAMember: for a 404, a 422, or a 200 that holds nothing of a membership.
        """
        if (contact_id is None) == (subscription_id is None):
            raise InvalidInput("contact_id", "Give either a contact ID or a subscription ID.")
        pid = uuid_text(programme_id, "programme_id")
        query = {
            "contactId": None if contact_id is None else contact(contact_id),
            "loyaltySubscriptionId": short(subscription_id, "subscription_id", LONGEST_SUBSCRIPTION_ID),
        }
        call = Call("getAccountInfo", "GET", _config(pid, "account-info"), query)
        try:
            return self._exchange.read(
                call,
                lambda document: _account_info(document, pid, contact_id, subscription_id),
                priority=priority,
            )
        except NotFound as error:
            raise _not_a_member(error.status, error.code, error.request_id) from error
        except Refused as error:
            if error.status == 422:
                raise _not_a_member(error.status, error.code, error.request_id) from error
            raise

    def enrol(
        self,
        programme_id: Id,
        contact_id: int,
        *,
        subscription_id: str | None = None,
        created_at: datetime | None = None,
        meta: Mapping[str, object] | None = None,
    ) -> Write[Subscription]:
        """Make a contact a member. ``created_at`` must lie in the past."""
        pid, cid = uuid_text(programme_id, "programme_id"), contact(contact_id)
        sent = body(
            contactId=cid,
            loyaltySubscriptionId=short(subscription_id, "subscription_id", LONGEST_SUBSCRIPTION_ID),
            creationDate=timestamp(created_at, "created_at"),
            meta=meta,
        )

        def decode(document: Document) -> Subscription:
            row = document.row
            row.expect(contactId=cid, loyaltyProgramId=pid)
            if subscription_id is not None:
                row.expect(loyaltySubscriptionId=subscription_id)
            return Subscription(
                contact_id=row.integer("contactId"),
                subscription_id=row.text("loyaltySubscriptionId"),
                created_at=row.moment("createdAt"),
            )

        return self._exchange.write(
            Call("createSubscription", "POST", _config(pid, "subscriptions"), body=sent), decode
        )

    def end(self, programme_id: Id, contact_id: int) -> Write[None]:
        """End a membership for good. What becomes of balance and vouchers is not documented."""
        pid, cid = uuid_text(programme_id, "programme_id"), contact(contact_id)
        return self._exchange.write(Call("deleteSubscription", "DELETE", _config(pid, "contact", str(cid))))

    def add_sharers(self, programme_id: Id, contact_id: int, sharer_ids: Iterable[int]) -> Write[Sharers]:
        """Let further contacts share the membership of ``contact_id``."""
        pid, cid = uuid_text(programme_id, "programme_id"), contact(contact_id)
        sent = body(contactId=cid, memberContactIds=contacts(sharer_ids, "sharer_ids"))

        def decode(document: Document) -> Sharers:
            document.row.expect(ownerContactId=cid)
            ids = document.row.values("memberContactIds")
            return Sharers(
                owner_contact_id=document.row.integer("ownerContactId"),
                contact_ids=tuple(value for value in ids if isinstance(value, int)),
            )

        return self._exchange.write(
            Call("addSubscriptionMembers", "POST", _config(pid, "subscription-members"), body=sent), decode
        )

    def remove_sharers(self, programme_id: Id, sharer_ids: Iterable[int]) -> Write[None]:
        """Take contacts out of whatever membership they share; the remote names no owner here.

        :raises InvalidInput: without a single contact.
        """
        pid = uuid_text(programme_id, "programme_id")
        query = {"memberContactIds": ",".join(str(value) for value in contacts(sharer_ids, "sharer_ids"))}
        return self._exchange.write(
            Call("deleteSubscriptionMembers", "DELETE", _config(pid, "subscription-members"), query)
        )


def member_balance(row: Row) -> MemberBalance:
    """A total, in either of the two spellings it comes in."""
    return MemberBalance(
        definition_id=row.need_uuid("balanceDefinitionId", "id"),
        value=row.need_number("value", "amount"),
        definition_name=row.text("balanceDefinitionName", "name"),
    )


def _config(programme_id: str, *rest: str) -> str:
    return path("loyalty", "config", "programs", programme_id, *rest)


def _not_a_member(status: int | None, code: str | None, request_id: str | None) -> NotAMember:
    return NotAMember("No membership in this programme.", status=status, code=code, request_id=request_id)


def _account_info(
    document: Document, programme_id: str, contact_id: int | None, subscription_id: str | None
) -> AccountInfo:
    row = document.row
    nested = row.get("balance")
    balance = row.row("balance")
    # The list stands under balance.balances, under balance.balance, or bare under balance.
    listed = nested if isinstance(nested, list) else balance.values("balances", "balance") if balance else ()
    tier_rows, voucher_rows = row.values("tier", "tiers"), row.values("reward", "rewards")
    membership = row.row("membership")
    sharers = document.rows(row.values("members"), _sharer)
    if membership is None and not (listed or tier_rows or voucher_rows or sharers):
        raise NotAMember("No membership in this programme.", status=200)
    owners = _owners(balance, [*tier_rows, *voucher_rows], programme_id)
    owner = _owner(owners, sharers, contact_id)
    found_id = membership.text("loyaltySubscriptionId") if membership else None
    if subscription_id and found_id and found_id.casefold() != subscription_id.casefold():
        raise ForeignAnswer("The answer is about another subscription.")
    return AccountInfo(
        contact_id=owner,
        subscription_id=found_id or subscription_id,
        member_since=membership.moment("createdAt") if membership else None,
        programme_name=row.text("loyaltyProgramName"),
        balances=document.rows(listed, member_balance),
        tiers=document.rows(tier_rows, _tier),
        vouchers=document.rows(voucher_rows, voucher),
        sharers=sharers,
    )


def _owners(balance: Row | None, rows: Sequence[object], programme_id: str) -> list[int]:
    """Every contact ID the answer's parts name, in the order the contract trusts them."""
    parts = [] if balance is None else [balance]
    parts += [Row(item) for item in rows if isinstance(item, Mapping)]
    for part in parts:
        part.expect(loyaltyProgramId=programme_id)
    return [found for part in parts if (found := part.integer("contactId"))]


def _owner(owners: list[int], sharers: tuple[Sharer, ...], contact_id: int | None) -> int:
    """Whose membership this is. Asked for a sharer, the remote may answer with the owner's.

    :raises ForeignAnswer: when the parts disagree, or name somebody who was not asked for.
    """
    if len(set(owners)) > 1:
        raise ForeignAnswer("The answer mixes several contacts.")
    if not owners:
        if contact_id is None:
            raise Unreadable("The answer does not say whose membership it is.")
        return contact_id
    shared = any(sharer.contact_id == contact_id for sharer in sharers)
    if contact_id is not None and owners[0] != contact_id and not shared:
        raise ForeignAnswer("The answer is about another contact.")
    return owners[0]


def _sharer(row: Row) -> Sharer:
    return Sharer(contact_id=row.need_integer("memberContactId"), since=row.moment("createdAt"))


def _tier(row: Row) -> MemberTier:
    return MemberTier(
        tier_id=row.need_key("tierId", "id"),
        group_id=row.key("groupId"),
        tier_name=row.text("tierName", "name"),
        group_name=row.text("groupName"),
        since=row.moment("createdAt"),
    )
