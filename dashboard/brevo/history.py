"""The history of transactions: its pages, whatever ``offset`` means, and looking one up in it.

Whether the remote's ``offset`` counts pages (from 0 or from 1) or records is not settled (contract,
section 6). The first time somebody goes past the first page we find out by asking for two rows
without an offset and two with ``offset=1``, and remember the finding for the life of the client.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta
from decimal import Decimal
from itertools import pairwise

import msgspec

from dashboard.brevo.calls import Call, path, within
from dashboard.brevo.cursor import Place, read_cursor, write_cursor
from dashboard.brevo.errors import InvalidInput, Unreadable
from dashboard.brevo.exchange import Exchange
from dashboard.brevo.fetched import Fetched
from dashboard.brevo.paging import OffsetMeaning, meaning_of
from dashboard.brevo.rows import Document, OddRow, Row
from dashboard.brevo.status import TransactionStatus, is_debit, transaction_status

LARGEST_PAGE = 100
"""Larger limits are documented nowhere for this list."""
LOOK_UP_PAGE = 50
MOST_LOOK_UP_PAGES = 20
CLOCK_MARGIN = timedelta(minutes=5)
"""How far the remote's clock may be from ours."""
PROBES = (2, 2, 10)
"""Rows per probe: small ones first; a larger one sees past an odd row."""


class HistoryItem(msgspec.Struct, frozen=True, kw_only=True):
    """One transaction in a member's history. ``amount`` is absolute; ``expires_at`` is that of the points."""

    id: str
    amount: Decimal
    is_debit: bool
    status: TransactionStatus
    status_text: str | None = None
    created_at: datetime | None = None
    completed_at: datetime | None = None
    cancelled_at: datetime | None = None
    rejected_at: datetime | None = None
    reject_reason: str | None = None
    expires_at: datetime | None = None
    meta: Mapping[str, object] = {}

    @property
    def signed_amount(self) -> Decimal:
        """Negative for a debit."""
        return -self.amount if self.is_debit else self.amount

    def is_of(self, *, intent_id: str | None = None, transaction_id: str | None = None) -> bool:
        """Whether this is the transaction of our intent, or the one with this ID."""
        if transaction_id is not None:
            return self.id.casefold() == transaction_id.casefold()
        return intent_id is not None and self.meta.get("intent") == intent_id


class HistoryPage(msgspec.Struct, frozen=True, kw_only=True):
    """A page of history. ``older`` goes into the next call's ``after``; None on the last page."""

    items: tuple[HistoryItem, ...]
    count: int | None
    older: str | None


class Lookup(msgspec.Struct, frozen=True, kw_only=True):
    """The result of looking for one transaction.

    ``complete`` is False when the look was empty but may have missed something: rows that made no
    sense, a list that shrank meanwhile, or too many pages. ``recent`` are the transactions seen in
    the time looked at, for telling a look that found nothing from a remote that lost our ``meta``.
    """

    found: HistoryItem | None
    complete: bool
    at: datetime
    request_id: str | None
    recent: tuple[HistoryItem, ...]


class _Rows(msgspec.Struct, frozen=True):
    items: tuple[HistoryItem, ...]
    listed: Sequence[object]
    count: int | None

    @property
    def ids(self) -> tuple[str | None, ...]:
        """The ID of every row, the odd ones' included where they have one."""
        return tuple(_id(value) for value in self.listed)

    def has_more(self, seen: int, limit: int) -> bool:
        """Whether rows follow, ``seen`` ones having come so far, these included."""
        if not self.listed:
            return False
        return seen < self.count if self.count is not None else len(self.listed) >= limit


class _List(msgspec.Struct, frozen=True, kw_only=True):
    """Which history: a member's, of one definition, perhaps filtered."""

    programme_id: str
    contact_id: int
    definition_id: str
    status: TransactionStatus | None = None
    type: str | None = None
    priority: bool = False


class History:
    """Pages of history and look-ups in it. One per client, so that the finding is made once."""

    def __init__(self, exchange: Exchange) -> None:
        self._exchange = exchange
        self._meaning: OffsetMeaning | None = None

    def page(
        self,
        programme_id: str,
        contact_id: int,
        definition_id: str,
        *,
        limit: int,
        status: TransactionStatus | None,
        type: str | None,  # noqa: A002 - the field's word
        after: str | None,
    ) -> Fetched[HistoryPage]:
        """See :meth:`dashboard.brevo.balances.Balances.history`."""
        if status is TransactionStatus.UNKNOWN:
            raise InvalidInput("status", "The history cannot be asked for an unknown status.")
        if type not in {None, "credit", "debit"}:
            raise InvalidInput("type", "type must be credit or debit.")
        which = _List(
            programme_id=programme_id,
            contact_id=contact_id,
            definition_id=definition_id,
            status=status,
            type=type,
        )
        place = read_cursor(after) if after else Place(limit=within(limit, 2, LARGEST_PAGE))
        fetched = self._at(which, place)
        items = place.unseen(fetched.value.items)
        while not items and (following := _following(place, fetched.value, items)):
            # So many new transactions came that this page is all new or shown before; older ones follow.
            place = following
            fetched = self._at(which, place)
            items = place.unseen(fetched.value.items)
        older = _following(place, fetched.value, items)
        page = HistoryPage(
            items=items, count=fetched.value.count, older=write_cursor(older) if older is not None else None
        )
        return Fetched(page, fetched.at, fetched.request_id, fetched.odd_rows)

    def find(
        self,
        programme_id: str,
        contact_id: int,
        definition_id: str,
        *,
        wanted: Callable[[HistoryItem], bool],
        since: datetime,
    ) -> Lookup:
        """See :meth:`dashboard.brevo.transactions.Transactions.find`."""
        which = _List(
            programme_id=programme_id, contact_id=contact_id, definition_id=definition_id, priority=True
        )
        earliest = since - CLOCK_MARGIN
        place = Place(limit=LOOK_UP_PAGE)
        recent: list[HistoryItem] = []
        whole, count = True, None
        for _ in range(MOST_LOOK_UP_PAGES):
            fetched = self._at(which, place)
            rows = fetched.value
            recent += [item for item in rows.items if item.created_at is None or item.created_at >= earliest]
            found = next((item for item in rows.items if wanted(item)), None)
            shrank = count is not None and rows.count is not None and rows.count < count
            whole = whole and not shrank and not fetched.odd_rows
            count = rows.count
            after = _following(place, rows, rows.items)
            if found is None and after is not None and not _ends_before(earliest, rows.items):
                place = after
                continue
            seen_all = after is not None or count is None or place.seen + len(rows.listed) >= count
            return Lookup(
                found=found,
                complete=found is not None or (whole and seen_all),
                at=fetched.at,
                request_id=fetched.request_id,
                recent=tuple(recent),
            )
        return Lookup(
            found=None, complete=False, at=fetched.at, request_id=fetched.request_id, recent=tuple(recent)
        )

    def _at(self, which: _List, place: Place) -> Fetched[_Rows]:
        if place.page == 0:
            return self._rows(which, place.limit, None)
        if self._meaning is None:
            self._meaning = self._probe(which)
        return self._rows(which, place.limit, self._meaning.offset(page=place.page, seen=place.seen))

    def _probe(self, which: _List) -> OffsetMeaning:
        for limit in PROBES:
            top, next_ = self._rows(which, limit, None), self._rows(which, limit, 1)
            if top.value.count == next_.value.count:
                meaning = meaning_of(top.value.ids, next_.value.ids)
                if meaning is not None:
                    return meaning
        raise Unreadable("The history changes while it is read. Older transactions cannot be shown now.")

    def _rows(self, which: _List, limit: int, offset: int | None) -> Fetched[_Rows]:
        query = {
            "contactId": which.contact_id,
            "balanceDefinitionId": which.definition_id,
            "limit": limit,
            "offset": offset,
            "sort": "desc",
            "status": which.status.value if which.status else None,
            "transactionType": which.type,
        }

        def decode(document: Document) -> _Rows:
            listed = document.listed("transactionHistory", "items")
            count = None
            if not isinstance(document.value, list):
                document.row.expect(
                    contactId=which.contact_id,
                    loyaltyProgramId=which.programme_id,
                    balanceDefinitionId=which.definition_id,
                )
                count = document.row.integer("count")
            items = {item.id: item for item in document.rows(listed, _item)}
            return _Rows(tuple(items.values()), listed, count)

        target = path("loyalty", "balance", "programs", which.programme_id, "transaction-history")
        return self._exchange.read(
            Call("listTransactions", "GET", target, query),
            decode,
            priority=which.priority,
            snake_case_names=True,
        )


def _following(place: Place, rows: _Rows, shown: Sequence[HistoryItem]) -> Place | None:
    """Where the next page starts, if there is one; ``shown`` are the rows of this one that were new."""
    # Rows beyond the limit are no part of the list. Counting too few only repeats some, which are dropped.
    seen = place.seen + min(len(rows.listed), place.limit)
    if not rows.has_more(seen, place.limit):
        return None
    return Place(
        limit=place.limit,
        page=place.page + 1,
        seen=seen,
        last_id=shown[-1].id if shown else place.last_id,
        last_at=shown[-1].created_at if shown else place.last_at,
    )


def _ends_before(earliest: datetime, items: Sequence[HistoryItem]) -> bool:
    """Whether every later page is older than ``earliest``: only a list that does run backwards can tell."""
    times = [item.created_at for item in items if item.created_at is not None]
    return bool(times) and times[-1] < earliest and all(one >= other for one, other in pairwise(times))


def _item(row: Row) -> HistoryItem:
    amount = row.need_number("amount")
    status_text = row.text("status")
    return HistoryItem(
        id=row.need_text("id", "transactionId"),
        amount=abs(amount),
        is_debit=is_debit(row, amount),
        status=transaction_status(status_text),
        status_text=status_text,
        created_at=row.moment("createdAt"),
        completed_at=row.moment("completedAt"),
        cancelled_at=row.moment("cancelledAt"),
        rejected_at=row.moment("rejectedAt"),
        reject_reason=row.text("rejectReason"),
        expires_at=row.moment("balanceExpirationDate"),
        meta=row.mapping("meta"),
    )


def _id(value: object) -> str | None:
    try:
        return Row(value).text("id", "transactionId")
    except OddRow:
        return None
