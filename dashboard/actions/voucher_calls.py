"""Issuing and revoking a voucher: the call, and the member's list of vouchers that shows what it did."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Protocol

from dashboard.actions import words
from dashboard.actions.one_phase import Doubt, Seen, Sight
from dashboard.actions.operation import mark
from dashboard.brevo.errors import NotFound
from dashboard.brevo.fetched import Evidence, Fetched, Write
from dashboard.brevo.rows import moment
from dashboard.brevo.vouchers import LARGEST_PAGE, Redemption, Voucher, VoucherPage
from dashboard.store.intents import Intent

CLOCKS_DIFFER = timedelta(minutes=5)
MOST_PAGES = 20

_LATEST = datetime.max.replace(tzinfo=UTC)
_UNPROCESSABLE = frozenset({400, 409, 422})
_TAKEN = ("taken", "duplicate", "exist", "already", "unique")


class VoucherCalls(Protocol):
    """What :class:`dashboard.brevo.vouchers.Vouchers` offers; a simulator offers the same."""

    def list(
        self,
        programme_id: str,
        contact_id: int,
        *,
        reward_id: str | None = None,
        limit: int = 25,
        offset: int = 0,
        newest_created_first: bool = False,
        priority: bool = False,
    ) -> Fetched[VoucherPage]:
        """A member's vouchers."""
        ...

    def attribute(  # noqa: PLR0913 - the contract's fields
        self,
        programme_id: str,
        *,
        contact_id: int,
        reward_id: str,
        code: str,
        value: Decimal | None = None,
        valid_from: datetime | None = None,
        expires_at: datetime | None = None,
        meta: Mapping[str, object],
    ) -> Write[Voucher]:
        """Give a voucher."""
        ...

    def revoke(self, programme_id: str, voucher_ids: tuple[str, ...]) -> Write[None]:
        """Withdraw vouchers."""
        ...

    def redeem(
        self, programme_id: str, *, voucher_id: str, contact_id: int, ttl: int, meta: Mapping[str, object]
    ) -> Write[Redemption]:
        """Begin to use one."""
        ...

    def complete_redemption(
        self, programme_id: str, redemption_id: str, *, contact_id: int
    ) -> Write[Redemption]:
        """Use it."""
        ...


class Listing:
    """A member's vouchers, read page by page until all that can matter were seen."""

    def __init__(
        self,
        calls: VoucherCalls,
        intent: Intent,
        *,
        reward_id: str | None = None,
        since: datetime | None = None,
    ) -> None:
        self._calls = calls
        self._intent = intent
        self._reward_id = reward_id
        self._since = since
        self.is_whole = True
        self.at = intent.created_at
        self.vouchers = tuple(self._read())

    def _read(self) -> Iterator[Voucher]:
        seen: set[str] = set()
        for _ in range(MOST_PAGES):
            fetched = self._page(len(seen))
            self.at = fetched.at
            self.is_whole = self.is_whole and not fetched.odd_rows
            page = fetched.value
            new = [one for one in page.vouchers if one.id not in seen]
            seen.update(one.id for one in new)
            yield from new
            if len(page.vouchers) < LARGEST_PAGE or not new or self._is_past(new):
                return
        self.is_whole = False

    def _page(self, offset: int) -> Fetched[VoucherPage]:
        return self._calls.list(
            self._intent.programme_id,
            self._intent.contact_id,
            reward_id=self._reward_id,
            limit=LARGEST_PAGE,
            offset=offset,
            newest_created_first=True,
            priority=True,
        )

    def _is_past(self, page: list[Voucher]) -> bool:
        """Whether every later page is older than what is looked for."""
        times = [one.created_at for one in page if one.created_at is not None]
        return self._since is not None and bool(times) and min(times) < self._since - CLOCKS_DIFFER


class Issue:
    """Gives one voucher. The same call twice may be two: never sent again once it may have arrived."""

    resends = False

    def __init__(self, calls: VoucherCalls) -> None:
        self._calls = calls

    def send(self, intent: Intent) -> Write[object]:
        """With a code of ours, by which it is known again."""
        values = intent.values
        value = values.get("value")
        return self._calls.attribute(
            intent.programme_id,
            contact_id=intent.contact_id,
            reward_id=values["reward_id"] or "",
            code=values["code"] or "",
            value=None if value is None else Decimal(value),
            valid_from=moment(values.get("valid_from") or ""),
            expires_at=moment(values.get("expires_at") or ""),
            meta=mark(intent),
        )

    def told(self, intent: Intent, value: object) -> Sight:
        """The voucher, if the answer holds one."""
        return _issued(value) if isinstance(value, Voucher) else Sight(seen=Seen.UNSURE)

    def doubt(self, intent: Intent, evidence: Evidence) -> Doubt:
        """A code that is taken is most likely taken by an earlier delivery of the same call."""
        if evidence.status not in _UNPROCESSABLE:
            return Doubt.NONE
        said = f"{evidence.code or ''} {evidence.message or ''}".casefold()
        is_taken = "code" in said and any(word in said for word in _TAKEN)
        return Doubt.OURS if is_taken or "duplicate" in said else Doubt.LOOK

    def look(self, intent: Intent) -> Sight:
        """By code and mark in the member's list."""
        ours, listing = self._ours(intent)
        if ours:
            return _issued(min(ours, key=_age), at=listing.at if listing else None)
        is_sure = listing is None or listing.is_whole
        return Sight(seen=Seen.OPEN if is_sure else Seen.UNSURE, text=words.not_found(intent))

    def strays(self, intent: Intent) -> tuple[str, ...] | None:
        """Vouchers of ours that are not the chosen one and were not used."""
        ours, listing = self._ours(intent)
        if listing is not None and not listing.is_whole:
            return None
        return tuple(one.id for one in ours if one.id != intent.remote_id and one.consumed_at is None)

    def withdraw(self, intent: Intent, stray: str) -> Write[None]:
        """Revoke it."""
        return self._calls.revoke(intent.programme_id, (stray,))

    def _ours(self, intent: Intent) -> tuple[list[Voucher], Listing | None]:
        try:
            listing = Listing(
                self._calls,
                intent,
                reward_id=intent.values["reward_id"],
                since=intent.sent_at or intent.created_at,
            )
        except NotFound:
            return [], None  # No member, no vouchers.
        code = (intent.values["code"] or "").casefold()
        ours = [
            one for one in listing.vouchers if is_of(one, intent.id) or (one.code or "").casefold() == code
        ]
        return ours, listing


class Revoke:
    """Withdraws one voucher. Sending it again names the same voucher."""

    resends = True

    def __init__(self, calls: VoucherCalls) -> None:
        self._calls = calls

    def send(self, intent: Intent) -> Write[object]:
        """Never without an ID: what an empty list withdraws is anybody's guess."""
        return self._calls.revoke(intent.programme_id, (voucher_id(intent),))

    def told(self, intent: Intent, value: object) -> Sight:
        """The answer is empty, and all there is."""
        return Sight(seen=Seen.DONE)

    def doubt(self, intent: Intent, evidence: Evidence) -> Doubt:
        """404 means that it is gone (contract, section 12)."""
        if evidence.status == 404:
            return Doubt.SO
        return Doubt.LOOK if evidence.status in _UNPROCESSABLE else Doubt.NONE

    def look(self, intent: Intent) -> Sight:
        """Gone from the member's list, used meanwhile, or still there."""
        found, is_whole, at = find(self._calls, intent)
        evidence = evidence_of_voucher(found, at)
        if found is None:
            return Sight(seen=Seen.DONE if is_whole else Seen.UNSURE, evidence=evidence)
        if found.consumed_at is not None:
            text = words.used_meanwhile(intent)
            return Sight(seen=Seen.ELSE, evidence=evidence, code="used", text=text)
        return Sight(seen=Seen.OPEN, evidence=evidence)


def find(calls: VoucherCalls, intent: Intent) -> tuple[Voucher | None, bool, datetime]:
    """The voucher of an intent as the list shows it, whether the list was whole, and when it was read.

    :raises BrevoError: the list cannot be read.
    """
    try:
        listing = Listing(calls, intent)
    except NotFound:
        return None, True, intent.updated_at
    wanted = voucher_id(intent).casefold()
    found = next((one for one in listing.vouchers if one.id.casefold() == wanted), None)
    return found, listing.is_whole, listing.at


def voucher_id(intent: Intent) -> str:
    """Which voucher an intent is about."""
    return intent.values["voucher_id"] or ""


def is_of(voucher: Voucher, intent_id: str) -> bool:
    """Whether the voucher carries this intent's mark."""
    return voucher.meta.get("intent") == intent_id


def evidence_of_voucher(voucher: Voucher | None, at: datetime) -> dict[str, object]:
    """What a line of the list proved."""
    told: dict[str, object] = {"kind": "voucher_list", "listed": voucher is not None, "at": at.isoformat()}
    if voucher is not None and voucher.consumed_at is not None:
        told["decided_at"] = voucher.consumed_at.isoformat()
    return told


def _issued(voucher: Voucher, at: datetime | None = None) -> Sight:
    result = {
        "code": voucher.code,
        "value": None if voucher.value is None else format(voucher.value, "f"),
        "unit": voucher.unit,
        "valid_from": _text(voucher.valid_from),
        "expires_at": _text(voucher.expires_at),
    }
    told = {name: value for name, value in result.items() if value is not None}
    fields = {"remote_id": voucher.id[:100], "result": told}
    evidence = {} if at is None else evidence_of_voucher(voucher, at)
    return Sight(seen=Seen.DONE, fields=fields, evidence=evidence)


def _text(at: datetime | None) -> str | None:
    return None if at is None else at.isoformat()


def _age(voucher: Voucher) -> datetime:
    return voucher.created_at or _LATEST
