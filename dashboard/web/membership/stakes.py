"""What a member has that goes with the membership: balances, vouchers, tiers, what is pending, sharers."""

from __future__ import annotations

from collections.abc import Iterator

import msgspec

from dashboard.brevo.configuration import ProgrammeConfiguration
from dashboard.brevo.members import AccountInfo
from dashboard.web.access import services
from dashboard.web.changes.asking import balance, programme
from dashboard.web.changes.subject import SECONDS
from dashboard.web.filters import formats
from dashboard.web.members.activity import pending
from dashboard.web.members.gather import snapshots
from dashboard.web.members.reads import Deadline
from dashboard.web.members.strip import balances, tier_names
from dashboard.web.members.vouchers import voucher_list
from dashboard.web.membership.whose import Whose

UNKNOWN = "Not known now"


class Stake(msgspec.Struct, frozen=True):
    """One kind of it."""

    label: str
    value: str


def stakes(whose: Whose) -> tuple[Stake, ...]:
    """All of it: balances, tiers and sharers as they are now, the rest as read within the last minute."""
    if whose.account is None:
        return ()
    return tuple(_stakes(whose, whose.account, programme(whose.programme_id)))


def _stakes(whose: Whose, account: AccountInfo, configuration: ProgrammeConfiguration) -> Iterator[Stake]:
    told = formats()
    for each in balances(configuration.definitions, account):
        yield Stake(f"{each.name} balance", told.amount(each.value, each.unit))
    yield Stake("Vouchers that can be used", _vouchers(whose))
    yield Stake("Tier", ", ".join(tier_names(account, configuration.tiers)) or "None")
    yield Stake("Pending", _pending(whose))
    yield Stake("Shared with", whose.sharers)


def _vouchers(whose: Whose) -> str:
    read = snapshots().open(whose.programme_id, whose.contact_id).vouchers
    read.retry()
    found = read.wait(Deadline(SECONDS)).value
    if found is None:
        return UNKNOWN
    listed = voucher_list(found, {}, services().clock())
    usable = formats().points(len(listed.usable))
    return usable if listed.is_whole else f"{usable} of the newest {len(listed.rows)}"


def _pending(whose: Whose) -> str:
    definition = balance(programme(whose.programme_id), None)
    ledger = snapshots().open(whose.programme_id, whose.contact_id).ledger(definition.id)
    ledger.newest.retry()
    if ledger.newest.wait(Deadline(SECONDS)).value is None:
        return UNKNOWN
    found = pending(ledger.items, is_whole=ledger.is_whole)
    if not found.drafts:
        return "Nothing" if found.over is None else f"Nothing among the newest {found.over}"
    amount = f"{formats().signed(found.amount, definition.unit)} in {found.drafts} not completed"
    return amount if found.over is None else f"{amount}, of the newest {found.over}"
