"""What reading a member tells our register: which transactions are orders of ours, what waits, what ended."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

import msgspec
from sqlalchemy import Connection

from dashboard.brevo.history import HistoryItem
from dashboard.brevo.status import TransactionStatus
from dashboard.store import intents, orders
from dashboard.store.intent import Intent, Kind
from dashboard.store.orders import OrderRow, SeenDraft

_OVER = frozenset(TransactionStatus) - {TransactionStatus.DRAFT, TransactionStatus.UNKNOWN}
_SOURCES = ("source", "channel", "shop")
_LONGEST_SOURCE = 40


class Reading(msgspec.Struct, frozen=True, kw_only=True):
    """Transactions of one balance as the remote listed them, newest first."""

    programme_id: str
    contact_id: int
    definition_id: str
    items: tuple[HistoryItem, ...]
    is_whole: bool
    """Whether these are all there are."""
    at: datetime


def note_transactions(connection: Connection, reading: Reading) -> int:
    """Bring the register up to date with what was read; gives how many orders of ours got to know their
    transaction. Nothing is written when the register knows nothing of the member and no draft was read.
    """
    drafts = [one for one in reading.items if one.status is TransactionStatus.DRAFT]
    ours = orders.of_member(connection, reading.programme_id, reading.contact_id)
    if not (
        drafts
        or any(one.closed_at is None for one in ours)
        or orders.has_drafts(connection, reading.programme_id, reading.contact_id, reading.definition_id)
    ):
        return 0
    carriers = intents.by_ids(connection, [mark for one in drafts if (mark := _mark(one))])
    waiting = {one.intent_id for one in ours if one.transaction_id is None}
    found = [one for one in reading.items if _mark(one) in waiting]
    for item in found:
        orders.found_transaction(connection, _mark(item), canonical(item.id) or item.id)
    if waiting:
        orders.looked_in_vain(
            connection,
            reading.programme_id,
            reading.contact_id,
            reading.definition_id,
            reading.at,
            since=_goes_back_to(reading),
        )
    _close(connection, reading, ours, found)
    orders.saw_drafts(
        connection,
        reading.programme_id,
        reading.contact_id,
        reading.definition_id,
        [_seen(reading, one) for one in drafts if can_be_ended(one.id, carriers.get(_mark(one)))],
        reading.at,
        since=_goes_back_to(reading),
    )
    return len(found)


def can_be_ended(transaction_id: str, carrier: Intent | None) -> bool:
    """Whether a person may complete or cancel this draft.

    The draft of a credit of ours is not theirs to complete: the credit ends it itself, and a second draft
    that a lost answer left behind would come to a second credit.

    :param carrier: the change of ours whose mark the draft bears.
    """
    return canonical(transaction_id) is not None and (carrier is None or carrier.kind is Kind.ORDER_CREATE)


def canonical(transaction_id: str) -> str | None:
    """The one spelling of a transaction's ID; None when it can be named in no call."""
    try:
        return str(UUID(transaction_id))
    except ValueError:
        return None


def _goes_back_to(reading: Reading) -> datetime | None:
    """None for the beginning; the reading's own time, so nothing is replaced, when its rows do not tell."""
    if reading.is_whole:
        return None
    return (reading.items[-1].created_at if reading.items else None) or reading.at


def _close(
    connection: Connection, reading: Reading, ours: tuple[OrderRow, ...], found: list[HistoryItem]
) -> None:
    is_open = {one.transaction_id for one in ours if one.closed_at is None} | {
        canonical(one.id) for one in found
    }
    for item in reading.items:
        name = canonical(item.id)
        if name is not None and name in is_open and item.status in _OVER:
            orders.close(connection, reading.programme_id, name, reading.at)


def _seen(reading: Reading, item: HistoryItem) -> SeenDraft:
    return SeenDraft(
        programme_id=reading.programme_id,
        transaction_id=canonical(item.id) or item.id,
        contact_id=reading.contact_id,
        definition_id=reading.definition_id,
        amount=item.signed_amount,
        made_at=item.created_at or reading.at,
        expires_at=None,  # The history names the end of the points, not that of the draft.
        source=_source(item),
        seen_at=reading.at,
    )


def _source(item: HistoryItem) -> str | None:
    texts = (item.meta.get(name) for name in _SOURCES)
    named = next((text for text in texts if isinstance(text, str) and text.strip()), None)
    return None if named is None else " ".join(named.split())[:_LONGEST_SOURCE]


def _mark(item: HistoryItem) -> str:
    mark = item.meta.get("intent")
    return mark if isinstance(mark, str) else ""
