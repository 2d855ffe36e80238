"""All that the console knows to be pending in a programme, oldest first, from its own database alone."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import datetime, timedelta
from decimal import Decimal
from enum import StrEnum

import msgspec

from dashboard.store import intents, orders
from dashboard.store.database import Database
from dashboard.store.intents import Intent, Phase
from dashboard.store.orders import OrderRow, SeenDraft
from dashboard.web.changes.words import STANDINGS
from dashboard.web.orders import overdue
from dashboard.web.orders.hands import ENDINGS

OLD, VERY_OLD = timedelta(hours=24), timedelta(hours=72)
MOST = 500
"""Rows of each kind that are read."""


class Chip(StrEnum):
    """The chips above the list."""

    ALL = "all"
    READY = "ready"
    BLOCKED = "blocked"
    MINE = "mine"

    @property
    def label(self) -> str:
        """As written on the chip."""
        return self.value.capitalize()


class Waiting(msgspec.Struct, frozen=True, kw_only=True):
    """One thing that waits."""

    key: str
    """The transaction's ID, else that of the change behind it."""
    contact_id: int
    definition_id: str
    amount: Decimal | None
    """Signed; None for what moves no balance."""
    made_at: datetime
    state: str
    tag: str
    """The kind of tag that the state is shown with."""
    source: str
    transaction_id: str | None = None
    expires_at: datetime | None = None
    """When it lapses, where that is known."""
    seen_at: datetime | None = None
    """When it was last seen at the remote; None for what only we know of."""
    intent: Intent | None = None
    """The change of ours that it is, or that is about to end it."""
    is_ready: bool = False
    """Whether it can be completed or cancelled now."""
    is_mine: bool = False
    is_order: bool = False
    """Whether it is an order of ours."""

    def age(self, now: datetime) -> tuple[str, str] | None:
        """How far beyond what is usual it waits: label and kind of tag."""
        if now - self.made_at > VERY_OLD:
            return "over 72 h", "bad"
        return ("over 24 h", "warn") if now - self.made_at > OLD else None


_SHOWS: Mapping[Chip, Callable[[Waiting], bool]] = {
    Chip.ALL: lambda row: True,
    Chip.READY: lambda row: row.is_ready,
    Chip.BLOCKED: lambda row: not row.is_ready,
    Chip.MINE: lambda row: row.is_mine,
}


def under(chip: Chip, rows: Iterable[Waiting]) -> tuple[Waiting, ...]:
    """The rows that the chip shows."""
    return tuple(row for row in rows if _SHOWS[chip](row))


def queue(database: Database, programme_id: str, reader_id: str, now: datetime) -> tuple[Waiting, ...]:
    """Our own orders, drafts seen while members were read, and changes of ours that wait or are held."""
    with database.read() as connection:
        own = [each for each in orders.open_orders(connection, programme_id, MOST) if not _is_over(each, now)]
        drafts = orders.seen_drafts(connection, programme_id, MOST)
        lapsed = {each.transaction_id for each in orders.lapsed(connection, programme_id, now)}
        changes = intents.unsettled(connection, MOST, programme_id=programme_id)
        makers = intents.by_ids(connection, [each.intent_id for each in own])
    by_draft = {each.transaction_id: each for each in drafts if each.transaction_id not in lapsed}
    ending = {each.transaction_id: each for each in changes if each.kind in ENDINGS}
    told = {each.transaction_id for each in own} | set(by_draft)
    rows = [
        *(_of_order(each, by_draft, makers, ending, reader_id, now) for each in own),
        *(
            _of_draft(each, ending, reader_id)
            for each in by_draft.values()
            if each.transaction_id not in {one.transaction_id for one in own}
        ),
        *(
            _of_intent(each, reader_id)
            for each in changes
            if each.kind not in ENDINGS or each.transaction_id not in told
        ),
    ]
    return tuple(sorted(rows, key=lambda row: (row.made_at, row.key)))


def _of_order(
    order: OrderRow,
    drafts: Mapping[str, SeenDraft],
    makers: Mapping[str, Intent],
    ending: Mapping[str | None, Intent],
    reader_id: str,
    now: datetime,
) -> Waiting:
    maker, seen = makers.get(order.intent_id), drafts.get(order.transaction_id or "")
    busy = ending.get(order.transaction_id) if order.transaction_id else None
    if busy is not None:
        state, tag = _busy(busy)
    elif order.transaction_id is not None:
        state, tag = "Ready", "good"
    else:
        state, tag = overdue.standing(order, now)
    return Waiting(
        key=order.transaction_id or order.intent_id,
        contact_id=order.contact_id,
        definition_id=order.definition_id,
        amount=order.amount,
        made_at=order.made_at,
        state=state,
        tag=tag,
        source=f"Order by {maker.staff_name}" if maker else "Order of ours",
        transaction_id=order.transaction_id,
        expires_at=order.expires_at,
        seen_at=seen.seen_at if seen else None,
        intent=busy or maker,
        is_ready=order.transaction_id is not None and busy is None,
        is_mine=maker is not None and maker.staff_id == reader_id,
        is_order=True,
    )


def _of_draft(draft: SeenDraft, ending: Mapping[str | None, Intent], reader_id: str) -> Waiting:
    busy = ending.get(draft.transaction_id)
    state, tag = ("Ready", "good") if busy is None else _busy(busy)
    return Waiting(
        key=draft.transaction_id,
        contact_id=draft.contact_id,
        definition_id=draft.definition_id,
        amount=draft.amount,
        made_at=draft.made_at,
        state=state,
        tag=tag,
        source=draft.source or "Not said",
        transaction_id=draft.transaction_id,
        expires_at=draft.expires_at,
        seen_at=draft.seen_at,
        intent=busy,
        is_ready=busy is None,
        is_mine=busy is not None and busy.staff_id == reader_id,
    )


def _of_intent(intent: Intent, reader_id: str) -> Waiting:
    state, tag = STANDINGS[intent.phase]
    return Waiting(
        key=intent.id,
        contact_id=intent.contact_id,
        definition_id=intent.definition_id,
        amount=intent.amount if intent.definition_id else None,
        made_at=intent.created_at,
        state=state,
        tag="bad" if intent.phase is Phase.HELD else tag,
        source=f"Change by {intent.staff_name}",
        transaction_id=intent.transaction_id,
        intent=intent,
        is_mine=intent.staff_id == reader_id,
    )


def _busy(intent: Intent) -> tuple[str, str]:
    """Somebody is at it: ``Lea Moreau: on its way``."""
    label, tag = STANDINGS[intent.phase]
    return f"{intent.staff_name}: {label[:1].lower()}{label[1:]}", tag


def _is_over(order: OrderRow, now: datetime) -> bool:
    return order.expires_at is not None and order.expires_at <= now
