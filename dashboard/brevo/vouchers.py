"""Vouchers: rewards attributed to a member, and their redemption."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from decimal import Decimal
from enum import StrEnum

import msgspec

from dashboard.brevo.calls import Call, Id, at_least, body, contact, path, short, timestamp, uuid_text, within
from dashboard.brevo.errors import InvalidInput
from dashboard.brevo.exchange import Exchange
from dashboard.brevo.fetched import Fetched, Write
from dashboard.brevo.rows import Document, Row

LARGEST_PAGE = 100
LONGEST_CODE = 128
SMALLEST_VALUE = Decimal("0.01")
LARGEST_VALUE = Decimal("99999999.99")


class VoucherState(StrEnum):
    """What a voucher is good for now; the remote sends no status (contract, section 3)."""

    AVAILABLE = "available"
    NOT_YET_VALID = "not_yet_valid"
    EXPIRED = "expired"
    CONSUMED = "consumed"


class Voucher(msgspec.Struct, frozen=True, kw_only=True):
    """One attribution of a reward. Names and description come with account-info only."""

    id: str
    reward_id: str | None = None
    reward_name: str | None = None
    description: str | None = None
    code: str | None = None
    value: Decimal | None = None
    unit: str | None = None
    valid_from: datetime | None = None
    expires_at: datetime | None = None
    consumed_at: datetime | None = None
    created_at: datetime | None = None
    updated_at: datetime | None = None
    meta: Mapping[str, object] = {}

    def state(self, now: datetime) -> VoucherState:
        """Consumed if it was used; else expired; else not yet valid; else available."""
        if self.consumed_at is not None:
            return VoucherState.CONSUMED
        if self.expires_at is not None and self.expires_at <= now:
            return VoucherState.EXPIRED
        if self.valid_from is not None and self.valid_from > now:
            return VoucherState.NOT_YET_VALID
        return VoucherState.AVAILABLE


class VoucherPage(msgspec.Struct, frozen=True, kw_only=True):
    """Some of a member's vouchers, and how many there are, if the remote said."""

    vouchers: tuple[Voucher, ...]
    count: int | None


class Redemption(msgspec.Struct, frozen=True, kw_only=True):
    """A redemption request; ``status_text`` is the remote's own word, undocumented."""

    id: str
    voucher_id: str | None = None
    contact_id: int | None = None
    status_text: str | None = None
    reject_reason: str | None = None
    debit_transaction_id: str | None = None
    created_at: datetime | None = None
    completed_at: datetime | None = None
    cancelled_at: datetime | None = None
    rejected_at: datetime | None = None
    expires_at: datetime | None = None


class Vouchers:
    """Calls about vouchers."""

    def __init__(self, exchange: Exchange) -> None:
        self._exchange = exchange

    def list(
        self,
        programme_id: Id,
        contact_id: int,
        *,
        reward_id: Id | None = None,
        limit: int = 25,
        offset: int = 0,
        newest_created_first: bool = False,
        priority: bool = False,
    ) -> Fetched[VoucherPage]:
        """A member's vouchers, last changed first, or newest first.

        ``limit`` is 1 to 100, ``offset`` counts vouchers; ``priority`` reads may use the reserve.
        """
        pid, cid = uuid_text(programme_id, "programme_id"), contact(contact_id)
        query = {
            "contactId": cid,
            "rewardId": uuid_text(reward_id, "reward_id") if reward_id else None,
            "limit": within(limit, 1, LARGEST_PAGE),
            "offset": at_least(offset, 0, "offset") or None,
            "sort": "desc",
            "sortField": "createdAt" if newest_created_first else "updatedAt",
        }

        def decode(document: Document) -> VoucherPage:
            rows = document.rows(
                document.listed("contactRewards", "vouchers", "items"), lambda row: _bound(row, pid, cid)
            )
            if isinstance(document.value, list):
                return VoucherPage(vouchers=rows, count=None)
            document.row.expect(contactId=cid, loyaltyProgramId=pid)
            return VoucherPage(vouchers=rows, count=document.row.integer("count", "totalCount"))

        call = Call("listVouchers", "GET", path("loyalty", "offer", "programs", pid, "vouchers"), query)
        return self._exchange.read(call, decode, priority=priority)

    def attribute(  # noqa: PLR0913 - the contract's fields
        self,
        programme_id: Id,
        *,
        contact_id: int,
        reward_id: Id,
        code: str,
        value: Decimal | None = None,
        valid_from: datetime | None = None,
        expires_at: datetime | None = None,
        meta: Mapping[str, object],
    ) -> Write[Voucher]:
        """Give a member a voucher.

        ``code`` is required here although the remote can make one: a code of ours, with the intent's
        ID in ``meta``, is the only proof of a lost answer (contract, section 12).
        """
        pid, cid, rid = (
            uuid_text(programme_id, "programme_id"),
            contact(contact_id),
            uuid_text(reward_id, "reward_id"),
        )
        if value is not None and not SMALLEST_VALUE <= value <= LARGEST_VALUE:
            raise InvalidInput("value", f"value must be {SMALLEST_VALUE} to {LARGEST_VALUE}.")
        sent = body(
            rewardId=rid,
            contactId=cid,
            code=short(code, "code", LONGEST_CODE),
            value=value,
            validFrom=timestamp(valid_from, "valid_from"),
            expirationDate=timestamp(expires_at, "expires_at"),
            meta=meta,
        )

        def decode(document: Document) -> Voucher:
            document.row.expect(rewardId=rid, code=code)
            return _bound(document.row, pid, cid)

        call = Call("attributeVoucher", "POST", self._rewards_path(pid, "attribute"), body=sent)
        return self._exchange.write(call, decode)

    def revoke(self, programme_id: Id, voucher_ids: Iterable[str]) -> Write[None]:
        """Withdraw vouchers for good.

        :raises InvalidInput: without a single ID. The remote marks the list as optional, and what an
            empty one would withdraw is anybody's guess.
        """
        ids = list(dict.fromkeys(uuid_text(voucher_id, "voucher_ids") for voucher_id in voucher_ids))
        if not ids:
            raise InvalidInput("voucher_ids", "voucher_ids must name at least one voucher.")
        pid = uuid_text(programme_id, "programme_id")
        query = {"attributedRewardIds": ",".join(ids)}
        return self._exchange.write(
            Call("revokeVouchers", "DELETE", self._rewards_path(pid, "revoke"), query)
        )

    def validate(
        self,
        programme_id: Id,
        *,
        voucher_id: Id | None = None,
        code: str | None = None,
        contact_id: int | None = None,
    ) -> Fetched[bool]:
        """Whether the voucher could be redeemed now, named by ID or by code. No reason comes with a no."""
        pid = uuid_text(programme_id, "programme_id")
        if (voucher_id is None) == (code is None):
            raise InvalidInput("voucher_id", "Give either a voucher's ID or its code.")
        sent = body(
            attributedRewardId=uuid_text(voucher_id, "voucher_id") if voucher_id else None,
            code=short(code, "code", LONGEST_CODE),
            contactId=None if contact_id is None else contact(contact_id),
        )
        call = Call("validateReward", "POST", self._rewards_path(pid, "validate"), body=sent)
        return self._exchange.read(call, lambda document: document.row.flag("authorize"))

    def redeem(
        self, programme_id: Id, *, voucher_id: Id, contact_id: int, ttl: int, meta: Mapping[str, object]
    ) -> Write[Redemption]:
        """Start redeeming; lapses by itself after ``ttl`` seconds unless completed."""
        pid, cid = uuid_text(programme_id, "programme_id"), contact(contact_id)
        vid = uuid_text(voucher_id, "voucher_id")
        sent = body(
            attributedRewardId=vid, contactId=cid, ttl=at_least(ttl, 0, "ttl"), autoComplete=False, meta=meta
        )

        def decode(document: Document) -> Redemption:
            document.row.expect(rewardAttributionId=vid, contactId=cid, loyaltyProgramId=pid)
            return _redemption(document.row)

        call = Call("createRedemption", "POST", self._rewards_path(pid, "redeem"), body=sent)
        return self._exchange.write(call, decode)

    def complete_redemption(
        self, programme_id: Id, redemption_id: str, *, contact_id: int
    ) -> Write[Redemption]:
        """Finish redeeming. Safe to send again: it names the same redemption."""
        pid, cid = uuid_text(programme_id, "programme_id"), contact(contact_id)

        def decode(document: Document) -> Redemption:
            document.row.expect(id=redemption_id, contactId=cid, loyaltyProgramId=pid)
            return _redemption(document.row)

        target = self._rewards_path(pid, "redeem", redemption_id, "complete")
        return self._exchange.write(Call("completeRedemption", "POST", target), decode)

    @staticmethod
    def _rewards_path(*parts: str) -> str:
        programme_id, *rest = parts
        return path("loyalty", "offer", "programs", programme_id, "rewards", *rest)


def voucher(row: Row) -> Voucher:
    """A voucher from any of the three calls that give one; they name its ID differently."""
    unit = row.text("unit")
    return Voucher(
        id=row.need_text("id", "attributedRewardId", "rewardAttributionId"),
        reward_id=row.key("rewardId", "offerId"),
        reward_name=row.text("rewardName", "offerName"),
        description=row.text("publicDescription"),
        code=row.text("code"),
        value=row.number("value"),
        unit=unit.upper() if unit else None,
        valid_from=row.sure_moment("validFrom"),
        expires_at=row.sure_moment("expirationDate", "expiresAt"),
        consumed_at=row.sure_moment("consumedAt"),
        created_at=row.moment("createdAt"),
        updated_at=row.moment("updatedAt"),
        meta=row.mapping("meta"),
    )


def _bound(row: Row, programme_id: str, contact_id: int) -> Voucher:
    row.expect(contactId=contact_id, loyaltyProgramId=programme_id)
    return voucher(row)


def _redemption(row: Row) -> Redemption:
    return Redemption(
        id=row.need_text("id"),
        voucher_id=row.text("rewardAttributionId"),
        contact_id=row.integer("contactId"),
        status_text=row.text("status"),
        reject_reason=row.text("rejectReason"),
        debit_transaction_id=row.text("debitTransactionId"),
        created_at=row.moment("createdAt"),
        completed_at=row.moment("completedAt"),
        cancelled_at=row.moment("cancelledAt"),
        rejected_at=row.moment("rejectedAt"),
        expires_at=row.moment("expiresAt"),
    )
