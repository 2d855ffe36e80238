"""The member's vouchers as the page shows them, usable ones first. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from decimal import Decimal

import msgspec

from dashboard.brevo.vouchers import Voucher, VoucherPage, VoucherState


class VoucherRow(msgspec.Struct, frozen=True):
    """One voucher. ``at`` is the date that matters in its state, ``preposition`` how it is said."""

    id: str
    name: str
    code: str | None
    value: Decimal | None
    unit: str | None
    state: VoucherState
    label: str
    tag: str
    """The kind of tag the state is shown with."""
    preposition: str
    at: datetime | None

    @property
    def is_usable(self) -> bool:
        """Whether it could be redeemed now, as far as its dates say."""
        return self.state is VoucherState.AVAILABLE

    @property
    def is_open(self) -> bool:
        """Whether it can still be used, now or later."""
        return self.state in {VoucherState.AVAILABLE, VoucherState.NOT_YET_VALID}


class VoucherList(msgspec.Struct, frozen=True):
    """The vouchers that came, and how many there are when the remote said so."""

    rows: tuple[VoucherRow, ...]
    total: int | None

    @property
    def usable(self) -> tuple[VoucherRow, ...]:
        """Those that could be redeemed now; the one that ends first leads."""
        return tuple(row for row in self.rows if row.is_usable)

    @property
    def is_whole(self) -> bool:
        """Whether these are all the member has."""
        return self.total is None or self.total <= len(self.rows)


SHOWN = {
    VoucherState.AVAILABLE: ("Active", "good", "to"),
    VoucherState.NOT_YET_VALID: ("Not yet valid", "accent", "from"),
    VoucherState.CONSUMED: ("Redeemed", "neutral", ""),
    VoucherState.EXPIRED: ("Expired", "neutral", ""),
}
"""How a state is told: label, kind of tag, and what stands before the date that matters."""
_ORDER = tuple(SHOWN)


def voucher_list(page: VoucherPage, names: Mapping[str, str], now: datetime) -> VoucherList:
    """Vouchers by state and, within it, by the date that matters: the nearest first for open ones,
    the latest first for those that are over.

    :param names: of rewards by their ID; the list itself carries none.
    """
    rows = sorted((_row(each, names, now) for each in page.vouchers), key=lambda row: _place(row, now))
    return VoucherList(tuple(rows), page.count)


def reward_names(vouchers: Iterable[Voucher], rewards: Mapping[str, str]) -> dict[str, str]:
    """Names by reward ID: what account-info calls them, else the configuration."""
    told = {each.reward_id: each.reward_name for each in vouchers if each.reward_id and each.reward_name}
    return {**rewards, **told}


def _row(voucher: Voucher, names: Mapping[str, str], now: datetime) -> VoucherRow:
    state = voucher.state(now)
    label, tag, preposition = SHOWN[state]
    at = {
        VoucherState.CONSUMED: voucher.consumed_at,
        VoucherState.NOT_YET_VALID: voucher.valid_from,
    }.get(state, voucher.expires_at)
    return VoucherRow(
        id=voucher.id,
        name=voucher.reward_name or names.get(voucher.reward_id or "") or "Voucher",
        code=voucher.code,
        value=voucher.value,
        unit=voucher.unit,
        state=state,
        label=label,
        tag=tag,
        preposition=preposition,
        at=at,
    )


def _place(row: VoucherRow, now: datetime) -> tuple[int, float]:
    distance = (row.at - now).total_seconds() if row.at else float("inf")
    return _ORDER.index(row.state), abs(distance)
