"""Whether a voucher can be used now, and why not: the remote says yes or no, the reason is derived here."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from enum import StrEnum
from typing import Protocol

import msgspec

from dashboard.brevo.errors import NotFound, Refused
from dashboard.brevo.fetched import Fetched
from dashboard.brevo.vouchers import LONGEST_CODE, Voucher, VoucherState


class Reason(StrEnum):
    """Why a voucher is or is not good."""

    GOOD = "good"
    NOT_YET_VALID = "not_yet_valid"
    EXPIRED = "expired"
    USED = "used"
    NOT_THIS_MEMBERS = "not_this_members"
    UNKNOWN = "unknown"
    """There is no voucher with this code."""
    REFUSED = "refused"
    """The remote says no, and nothing that it shows explains it."""


class Validating(Protocol):
    """What :class:`dashboard.brevo.vouchers.Vouchers` offers of it."""

    def validate(
        self,
        programme_id: str,
        *,
        voucher_id: str | None = None,
        code: str | None = None,
        contact_id: int | None = None,
    ) -> Fetched[bool]:
        """Whether it could be used now."""
        ...


class Validation(msgspec.Struct, frozen=True):
    """The answer. ``voucher`` is the member's, where it is theirs; ``at`` when the remote was asked."""

    reason: Reason
    voucher: Voucher | None
    at: datetime | None

    @property
    def is_good(self) -> bool:
        """Whether it can be used now."""
        return self.reason is Reason.GOOD


_DERIVED = {
    VoucherState.CONSUMED: Reason.USED,
    VoucherState.EXPIRED: Reason.EXPIRED,
    VoucherState.NOT_YET_VALID: Reason.NOT_YET_VALID,
}


def validate(
    remote: Validating,
    programme_id: str,
    contact_id: int,
    said: str,
    vouchers: Iterable[Voucher],
    now: datetime,
) -> Validation:
    """Whether the voucher with this code or ID is good for this member.

    Of a voucher that its own dates rule out the remote is not asked.

    :param said: as typed; case, spaces and dashes do not count.
    :param vouchers: all that the member has, as read now.
    :raises BrevoError: the remote cannot be asked.
    """
    wanted = _plain(said)
    named = (one for one in vouchers if wanted in {_plain(one.code or ""), _plain(one.id)})
    found = next(named, None) if wanted else None
    if found is None:
        return _elsewhere(remote, programme_id, said.strip())
    derived = _DERIVED.get(found.state(now))
    if derived is not None:
        return Validation(derived, found, None)
    try:
        asked = remote.validate(programme_id, voucher_id=found.id, contact_id=contact_id)
    except (NotFound, Refused):
        return Validation(Reason.REFUSED, found, None)
    return Validation(Reason.GOOD if asked.value else Reason.REFUSED, found, asked.at)


def _elsewhere(remote: Validating, programme_id: str, code: str) -> Validation:
    """Whether somebody else's voucher has this code."""
    if not 1 <= len(code) <= LONGEST_CODE:
        return Validation(Reason.UNKNOWN, None, None)
    try:
        asked = remote.validate(programme_id, code=code)
    except (NotFound, Refused):
        return Validation(Reason.UNKNOWN, None, None)
    return Validation(Reason.NOT_THIS_MEMBERS, None, asked.at)


def _plain(text: str) -> str:
    return "".join(c for c in text if c.isalnum()).casefold()
