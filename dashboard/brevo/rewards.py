"""Rewards, which the remote also calls offers: what a voucher is an attribution of."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal

import msgspec

from dashboard.brevo.calls import Call, Id, path, uuid_text
from dashboard.brevo.exchange import Exchange
from dashboard.brevo.fetched import Fetched
from dashboard.brevo.rows import Document, Row

PAGE = 100


class RewardSummary(msgspec.Struct, frozen=True, kw_only=True):
    """A reward as the list gives it; ``state`` is the remote's own word, undocumented."""

    id: str
    name: str
    state: str | None = None
    starts_at: datetime | None = None
    ends_at: datetime | None = None
    updated_at: datetime | None = None


class Reward(msgspec.Struct, frozen=True, kw_only=True):
    """A reward in full. ``cost`` in ``cost_definition_id`` is charged to whoever gets it."""

    id: str
    name: str
    public_name: str | None = None
    public_description: str | None = None
    value: Decimal | None = None
    value_type: str | None = None
    unit: str | None = None
    code_pool_id: str | None = None
    cost_definition_id: str | None = None
    cost: Decimal | None = None
    costs_whole_balance: bool = False
    charged_when: str | None = None
    """``attribution`` or ``redemption``, in the remote's own word; None where it does not say."""
    attributions_per_member: int | None = None
    redemptions_per_member: int | None = None
    starts_at: datetime | None = None
    ends_at: datetime | None = None
    expires_at: datetime | None = None
    lifetime_value: int | None = None
    lifetime_unit: str | None = None
    lifetime_modifier: str | None = None
    disabled_at: datetime | None = None


class Rewards:
    """Calls about rewards."""

    def __init__(self, exchange: Exchange) -> None:
        self._exchange = exchange

    def list(self, programme_id: Id) -> Fetched[tuple[RewardSummary, ...]]:
        """All rewards of a programme, as members have them.

        Whether ``offset`` counts records or pages is not documented for this list, so pages are
        collected by ID, and one that brings nothing new ends it.
        """
        pid = uuid_text(programme_id, "programme_id")
        found: dict[str, RewardSummary] = {}
        odd_rows = 0
        while True:
            page, total = self._page(pid, len(found) + odd_rows)
            known = len(found)
            found.update((reward.id, reward) for reward in page.value)
            odd_rows += page.odd_rows
            whole = total is not None and len(found) + odd_rows >= total
            if whole or len(found) == known or len(page.value) + page.odd_rows < PAGE:
                return Fetched(tuple(found.values()), page.at, page.request_id, odd_rows)

    def get(self, programme_id: Id, reward_id: Id) -> Fetched[Reward]:
        """One reward in full.

        :raises NotFound: when there is none.
        """
        pid, rid = uuid_text(programme_id, "programme_id"), uuid_text(reward_id, "reward_id")

        def decode(document: Document) -> Reward:
            document.row.expect(id=rid, loyaltyProgramId=pid)
            return _reward(document.row)

        call = Call("getReward", "GET", _offer(pid, "rewards", rid), {"version": "active"})
        return self._exchange.read(call, decode)

    def code_count(self, programme_id: Id, code_pool_id: Id) -> Fetched[int]:
        """How many codes a pool holds."""
        pid, cpid = uuid_text(programme_id, "programme_id"), uuid_text(code_pool_id, "code_pool_id")
        call = Call("getCodeCount", "GET", _offer(pid, "code-pools", cpid, "codes-count"))
        return self._exchange.read(call, lambda document: document.row.need_integer("count"))

    def _page(self, programme_id: str, offset: int) -> tuple[Fetched[tuple[RewardSummary, ...]], int | None]:
        total: int | None = None

        def decode(document: Document) -> tuple[RewardSummary, ...]:
            nonlocal total
            if not isinstance(document.value, list):
                total = document.row.integer("totalCount", "count")
            return document.rows(document.listed("items"), lambda row: _summary(row, programme_id))

        query = {"limit": PAGE, "offset": offset or None, "version": "active"}
        return self._exchange.read(
            Call("listRewards", "GET", _offer(programme_id, "offers"), query), decode
        ), total


def _offer(programme_id: str, *rest: str) -> str:
    return path("loyalty", "offer", "programs", programme_id, *rest)


def _summary(row: Row, programme_id: str) -> RewardSummary:
    row.expect(loyaltyProgramId=programme_id)
    return RewardSummary(
        id=row.need_uuid("id"),
        name=row.text("name") or "Unnamed reward",
        state=row.text("state"),
        starts_at=row.moment("startDate"),
        ends_at=row.moment("endDate"),
        updated_at=row.moment("updatedAt"),
    )


def _reward(row: Row) -> Reward:
    unit = row.text("unit")
    return Reward(
        id=row.need_uuid("id"),
        name=row.text("name") or "Unnamed reward",
        public_name=row.text("publicName"),
        public_description=row.text("publicDescription"),
        value=row.number("value"),
        value_type=row.text("valueType"),
        unit=unit.upper() if unit else None,
        code_pool_id=row.key("codePoolId"),
        cost_definition_id=row.key("subtractBalanceDefinitionId"),
        cost=row.number("subtractBalanceValue"),
        costs_whole_balance=row.flag("subtractTotalBalance"),
        charged_when=row.text("subtractBalanceStrategy"),
        attributions_per_member=row.integer("attributionPerConsumer"),
        redemptions_per_member=row.integer("redeemPerConsumer"),
        starts_at=row.moment("startDate"),
        ends_at=row.moment("endDate"),
        expires_at=row.moment("expirationDate"),
        lifetime_value=row.integer("expirationValue"),
        lifetime_unit=row.text("expirationUnit"),
        lifetime_modifier=row.text("expirationModifier"),
        disabled_at=row.moment("disabledAt"),
    )
