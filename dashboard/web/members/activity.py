"""What moved, or did not move, a balance: rows of the history, told in words that are true of them. Pure."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from enum import StrEnum

import msgspec

from dashboard.brevo.history import HistoryItem
from dashboard.brevo.status import TransactionStatus
from dashboard.web.members.running import is_expiry, moved_at
from dashboard.web.members.telling import Telling, inside_a_sentence, tell

PAGE = 12
INTENT = "intent"
"""The field of a transaction's ``meta`` that names the deed of ours behind it."""


class Filter(StrEnum):
    """The chips above the list, each a rule over what the remote gives."""

    ALL = "all"
    EARNED = "earned"
    SPENT = "spent"
    GOODWILL = "goodwill"
    EXPIRED = "expired"
    PENDING = "pending"
    FAILED = "failed"

    @property
    def label(self) -> str:
        """As written on the chip."""
        return "Not completed" if self is Filter.FAILED else self.value.capitalize()


class Tie(msgspec.Struct, frozen=True):
    """Another change of ours that one belongs with: ``Taken back by Lea Moreau``."""

    text: str
    intent_id: str


class Deed(msgspec.Struct, frozen=True):
    """A change of ours, from the audit record."""

    actor: str
    reason: str | None
    """As staff chose it: "Late delivery"."""
    case_reference: str | None
    is_new: bool = False
    """Whether the reader made it just now."""
    tie: Tie | None = None
    """What took it back, or what it took back."""
    can_undo: bool = False
    """Whether the reader may take it back."""


class Row(msgspec.Struct, frozen=True):
    """One transaction as the table shows it. Empty texts are left empty, never guessed."""

    id: str
    intent_id: str | None
    """Of the change of ours that made it, where it is known here."""
    at: datetime | None
    what: str
    detail: str
    points: Decimal
    balance: Decimal | None
    by: str
    status: TransactionStatus
    status_label: str | None
    """None for a completed one: that is what a row is unless it says otherwise."""
    status_tag: str
    is_new: bool
    """Whether the reader made it just now."""
    tie: Tie | None = None
    """What took it back, or what it took back."""
    can_undo: bool = False
    """Whether the reader may take it back."""

    @property
    def is_increase(self) -> bool:
        """Whether it gave something."""
        return self.points > 0 and self.status is TransactionStatus.COMPLETED

    @property
    def is_void(self) -> bool:
        """Whether it never took effect and never will."""
        return self.status in _NEVER


_NEVER = frozenset({TransactionStatus.REJECTED, TransactionStatus.CANCELLED, TransactionStatus.EXPIRED})
_STATUS = {
    TransactionStatus.DRAFT: ("Pending", "warn"),
    TransactionStatus.REJECTED: ("Rejected", "bad"),
    TransactionStatus.CANCELLED: ("Cancelled", "neutral"),
    TransactionStatus.EXPIRED: ("Lapsed", "neutral"),
}


class Activity(msgspec.Struct, frozen=True):
    """Some rows of a list, and where it goes on."""

    rows: tuple[Row, ...]
    filter: Filter
    shown: int
    """Rows of the list up to and with the last one here."""
    total: int | None
    """Rows the list has; None when that is not known, as for a filter over a history not read to its end."""
    searched: int | None
    """How many transactions the filter looked through, where that is not all there are."""
    older: str | None
    """The cursor that goes on after the last row; None at the end."""
    is_newest: bool


def row(item: HistoryItem, deeds: Mapping[str, Deed], balances: Mapping[str, Decimal]) -> Row:
    """One row.

    :param deeds: ours, by intent ID.
    :param balances: right after a transaction, by its ID, as far as they can be counted back.
    """
    intent = item.meta.get(INTENT)
    deed = deeds.get(intent) if isinstance(intent, str) else None
    told = tell(item.meta)
    label, tag = _status(item)
    return Row(
        id=item.id,
        intent_id=intent if deed is not None and isinstance(intent, str) else None,
        at=moved_at(item),
        what=_what(item, told, deed),
        detail=_detail(item, told, deed),
        points=item.signed_amount,
        balance=balances.get(item.id),
        by=deed.actor if deed else told.by,
        status=item.status,
        status_label=label,
        status_tag=tag,
        is_new=deed is not None and deed.is_new,
        tie=deed.tie if deed is not None else None,
        can_undo=deed is not None and deed.can_undo,
    )


def activity(
    items: Sequence[HistoryItem],
    chosen: Filter,
    after: str | None,
    *,
    make_row: Callable[[HistoryItem], Row],
    count: int | None,
    is_whole: bool,
) -> Activity | None:
    """A page of ``items``, newest first, that pass the filter, after the one with the ID ``after``.

    :param make_row: called for what is shown only.
    :param count: transactions the remote says there are.
    :param is_whole: whether ``items`` are all of them.
    :returns: None when none has the ID ``after``: read on, or start again.
    """
    passes = _PASSES[chosen]
    listed = [each for each in items if passes(each)]
    start = 0
    if after is not None:
        place = next((index for index, each in enumerate(items) if each.id == after), None)
        if place is None:
            return None
        start = sum(passes(each) for each in items[: place + 1])
    end = start + PAGE
    more = len(listed) > end or not is_whole
    shown = listed[start:end]
    last = shown[-1].id if shown else items[-1].id if items else None
    total = len(listed) if is_whole else count if chosen is Filter.ALL else None
    return Activity(
        rows=tuple(make_row(each) for each in shown),
        filter=chosen,
        shown=min(end, len(listed)),
        total=total,
        searched=None if is_whole or chosen is Filter.ALL else len(items),
        older=last if more else None,
        is_newest=start == 0,
    )


def _is_completed(item: HistoryItem) -> bool:
    return item.status is TransactionStatus.COMPLETED


def _is_goodwill(item: HistoryItem) -> bool:
    """Whether staff gave or took it: with a console like this one, or by what it says itself."""
    said = item.meta.get("type")
    return isinstance(item.meta.get(INTENT), str) or (isinstance(said, str) and said.lower() == "goodwill")


_PASSES: dict[Filter, Callable[[HistoryItem], bool]] = {
    Filter.ALL: lambda item: True,
    Filter.EARNED: lambda item: _is_completed(item) and not item.is_debit and not _is_goodwill(item),
    Filter.SPENT: lambda item: _is_completed(item) and item.is_debit and not is_expiry(item),
    Filter.GOODWILL: lambda item: _is_completed(item) and not item.is_debit and _is_goodwill(item),
    Filter.EXPIRED: lambda item: _is_completed(item) and is_expiry(item),
    Filter.PENDING: lambda item: item.status is TransactionStatus.DRAFT,
    Filter.FAILED: lambda item: item.status in _NEVER,
}


class Pending(msgspec.Struct, frozen=True):
    """What is open: the sum of the drafts among the transactions that were read."""

    amount: Decimal
    drafts: int
    over: int | None
    """How many of the newest transactions were read; None when those are all."""
    items: tuple[HistoryItem, ...] = ()
    """The drafts themselves, newest first."""


def pending(items: Iterable[HistoryItem], *, is_whole: bool) -> Pending:
    """Add up the drafts. The remote has no figure of its own for them."""
    items = tuple(items)
    drafts = [each for each in items if each.status is TransactionStatus.DRAFT]
    amount = sum((each.signed_amount for each in drafts), Decimal(0))
    return Pending(amount, len(drafts), None if is_whole else len(items), tuple(drafts))


def _status(item: HistoryItem) -> tuple[str | None, str]:
    if item.status is TransactionStatus.COMPLETED:
        return None, ""
    unknown = (item.status_text or "Unknown state", "warn")
    return _STATUS.get(item.status, unknown)


def _what(item: HistoryItem, told: Telling, deed: Deed | None) -> str:
    if is_expiry(item):
        return "Points expired"
    if deed is None:
        return told.what or ("Debit" if item.is_debit else "Credit")
    act = "Taken back" if item.is_debit else "Goodwill"
    return f"{act}: {inside_a_sentence(deed.reason)}" if deed.reason else act


def _detail(item: HistoryItem, told: Telling, deed: Deed | None) -> str:
    why = f"Because: {item.reject_reason}" if item.reject_reason else ""
    reference = f"Ref {deed.case_reference}" if deed and deed.case_reference else ""
    return " · ".join(part for part in (why, reference if deed else told.detail) if part)
