"""The vouchers a member has, read now, with what our own record says of each."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from uuid import UUID

import msgspec
from msgspec.structs import replace

from dashboard.actions.completing import is_open
from dashboard.actions.paying import Paid, is_recorded, paid_for
from dashboard.brevo.errors import BrevoError, NotFound
from dashboard.brevo.vouchers import LARGEST_PAGE, Voucher
from dashboard.store import intents
from dashboard.store.intents import Intent, Kind, Phase
from dashboard.web.access import services
from dashboard.web.changes.asking import programme
from dashboard.web.changes.subject import Subject
from dashboard.web.errors import remote_trouble
from dashboard.web.members.gather import snapshots
from dashboard.web.members.vouchers import reward_names
from dashboard.web.vouchers.shelf import shelf

MOST_PAGES = 5
_CHANGES = 200


class Holding(msgspec.Struct, frozen=True):
    """What the member has. With ``error`` it is older, or nothing, because the remote cannot be read now."""

    vouchers: tuple[Voucher, ...]
    at: datetime | None
    error: BrevoError | None = None

    def find(self, voucher_id: UUID | str) -> Voucher | None:
        """The voucher with this ID."""
        wanted = str(voucher_id).casefold()
        return next((one for one in self.vouchers if one.id.casefold() == wanted), None)

    @property
    def notice(self) -> str | None:
        """What is wrong with it, in a sentence."""
        if self.error is None:
            return None
        return f"{remote_trouble(self.error)[1]} The vouchers shown may be old or missing."


def read(whose: Subject) -> Holding:
    """All vouchers of a member, called by their rewards' names; the newest first."""
    configuration = programme(whose.programme_id)
    names = reward_names(
        whose.account.vouchers if whose.account else (),
        {each.id: each.name for each in configuration.rewards},
    )
    try:
        found, at = _listed(whose)
    except NotFound:
        return Holding((), services().clock())
    except BrevoError as error:
        older = snapshots().open(whose.programme_id, whose.contact_id).vouchers.answer
        known = older.value.vouchers if older else ()
        return Holding(_named(known, names), older.at if older else None, error)
    return Holding(_named(found, names), at)


def issues(vouchers: tuple[Voucher, ...]) -> Mapping[str, Intent]:
    """The changes of ours that issued them, by voucher ID. What was issued elsewhere has none."""
    marks = {one.id: mark for one in vouchers if isinstance(mark := one.meta.get("intent"), str)}
    with services().database.read() as connection:
        known = intents.by_ids(connection, tuple(marks.values()))
    issued = {voucher_id: known.get(mark) for voucher_id, mark in marks.items()}
    # A mark is text of the remote's: what it points at must say the same.
    return {
        voucher_id: intent
        for voucher_id, intent in issued.items()
        if intent is not None and intent.kind is Kind.VOUCHER_ISSUE and intent.remote_id == voucher_id
    }


def costs(whose: Subject, vouchers: tuple[Voucher, ...]) -> Mapping[str, Paid]:
    """What they cost their member, by voucher ID: by our record, else by what their rewards cost now."""
    issued = issues(vouchers)
    paid = {}
    for one in vouchers:
        ours = issued.get(one.id)
        reward = None if is_recorded(ours) else shelf().find(whose.programme_id, one.reward_id)
        paid[one.id] = paid_for(ours, reward)
    return {voucher_id: each for voucher_id, each in paid.items() if each is not None}


class Uses(msgspec.Struct, frozen=True):
    """What our own record knows of using one voucher."""

    used: Intent | None = None
    """Who used it here."""
    begun: Intent | None = None
    """A redemption that waits to be completed."""


def uses(whose: Subject, voucher: Voucher) -> Uses:
    """Who used it, or has begun to."""
    now = services().clock()
    with services().database.read() as connection:
        ours = intents.for_member(connection, str(whose.programme_id), whose.contact_id, _CHANGES)
    mine = [one for one in ours if one.kind is Kind.VOUCHER_REDEEM and one.remote_id == voucher.id]
    return Uses(
        used=next((one for one in mine if one.phase is Phase.DONE), None),
        begun=next((one for one in mine if is_open(one, now)), None),
    )


def _listed(whose: Subject) -> tuple[tuple[Voucher, ...], datetime]:
    found: dict[str, Voucher] = {}
    for _ in range(MOST_PAGES):
        fetched = services().brevo.vouchers.list(
            whose.programme_id,
            whose.contact_id,
            limit=LARGEST_PAGE,
            offset=len(found),
            newest_created_first=True,
        )
        known = len(found)
        found.update((one.id, one) for one in fetched.value.vouchers)
        if len(fetched.value.vouchers) < LARGEST_PAGE or len(found) == known:
            break
    return tuple(found.values()), fetched.at


def _named(vouchers: tuple[Voucher, ...], names: Mapping[str, str]) -> tuple[Voucher, ...]:
    return tuple(
        replace(one, reward_name=one.reward_name or names.get(one.reward_id or "")) for one in vouchers
    )
