"""Our register of orders: the remote shows an order once, in the answer that makes it, and never again.

And the drafts that were seen while members were read: the remote lists drafts only member by member.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import msgspec
from msgspec.structs import asdict
from sqlalchemy import (
    BigInteger,
    BindParameter,
    Column,
    Connection,
    Index,
    RowMapping,
    Select,
    String,
    Table,
    and_,
    bindparam,
    delete,
    func,
    or_,
    select,
    union_all,
    update,
)

from dashboard.store import intents
from dashboard.store.database import DecimalText, UtcDateTime, metadata, upsert
from dashboard.store.direct import Direct
from dashboard.store.intent import Kind, State

table = Table(
    "orders",
    metadata,
    Column("intent_id", String(36), primary_key=True),
    Column("programme_id", String(36), nullable=False),
    Column("contact_id", BigInteger, nullable=False),
    Column("definition_id", String(36), nullable=False),
    Column("amount", DecimalText, nullable=False),
    Column("due_at", UtcDateTime, nullable=False),
    Column("expires_at", UtcDateTime),
    Column("order_id", String(100)),
    Column("transaction_id", String(36)),
    Column("made_at", UtcDateTime, nullable=False),
    Column("closed_at", UtcDateTime),
    Column("looked_at", UtcDateTime),
    Index("ix_orders_member", "programme_id", "contact_id"),
    Index("ix_orders_transaction", "transaction_id"),
    # How many wait is counted on every page: without it all orders that ever were.
    Index("ix_orders_open", "programme_id", "made_at"),  # of those that are open: see dashboard.store.intents
)

drafts = Table(
    "seen_drafts",
    metadata,
    Column("programme_id", String(36), primary_key=True),
    Column("transaction_id", String(36), primary_key=True),
    Column("contact_id", BigInteger, nullable=False),
    Column("definition_id", String(36), nullable=False),
    Column("amount", DecimalText, nullable=False),
    Column("made_at", UtcDateTime, nullable=False),
    Column("expires_at", UtcDateTime),
    Column("source", String(40)),
    Column("seen_at", UtcDateTime, nullable=False),
    Index("ix_seen_drafts_member", "programme_id", "contact_id", "definition_id"),
    Index("ix_seen_drafts_age", "programme_id", "made_at"),
)


class OrderRow(msgspec.Struct, frozen=True, kw_only=True):
    """One order of ours. ``amount`` is signed."""

    intent_id: str
    programme_id: str
    contact_id: int
    definition_id: str
    amount: Decimal
    due_at: datetime
    expires_at: datetime | None
    order_id: str | None
    transaction_id: str | None
    """Its transaction, once the remote named it."""
    made_at: datetime
    closed_at: datetime | None = None
    """When its transaction was seen to be no draft any more, or, without one, when a person gave it up."""
    looked_at: datetime | None = None
    """When the member was last read in vain for its transaction; None once that is named."""


class SeenDraft(msgspec.Struct, frozen=True, kw_only=True):
    """A draft as a member's history showed it. ``amount`` is signed."""

    programme_id: str
    transaction_id: str
    contact_id: int
    definition_id: str
    amount: Decimal
    made_at: datetime
    expires_at: datetime | None
    source: str | None
    """Who made it, in the word of its ``meta``; None when it says nothing."""
    seen_at: datetime


class Waiting(msgspec.Struct, frozen=True):
    """How many wait, and since when the oldest does."""

    count: int
    oldest: datetime | None


def register(connection: Connection, order: OrderRow) -> None:
    """Write an order down; what is known of one that stands there is brought up to date."""
    values = asdict(order)
    upsert(connection, table, {"intent_id": values.pop("intent_id")}, values)


def found_transaction(connection: Connection, intent_id: str, transaction_id: str) -> None:
    """Keep which transaction an order became. One that was given up waits again."""
    mine = and_(table.c.intent_id == intent_id, table.c.transaction_id.is_(None))
    known = {"transaction_id": transaction_id, "looked_at": None, "closed_at": None}
    connection.execute(update(table).where(mine).values(known))


def give_up(connection: Connection, intent_id: str, at: datetime) -> None:
    """Nobody waits any more for the transaction of an order: a person said so."""
    mine = and_(table.c.intent_id == intent_id, table.c.transaction_id.is_(None))
    connection.execute(update(table).where(mine).values(closed_at=at))


def looked_in_vain(
    connection: Connection,
    programme_id: str,
    contact_id: int,
    definition_id: str,
    at: datetime,
    *,
    since: datetime | None = None,
) -> None:
    """A member's transactions of one balance were read: orders that have none by now were not among them.

    :param since: the list goes back to here only; nothing is known of orders that were made before.
    """
    missing = and_(
        table.c.programme_id == programme_id,
        table.c.contact_id == contact_id,
        table.c.definition_id == definition_id,
        table.c.transaction_id.is_(None),
        table.c.closed_at.is_(None),
    )
    if since is not None:
        missing = and_(missing, table.c.made_at >= since)
    connection.execute(update(table).where(missing).values(looked_at=at))


def close(connection: Connection, programme_id: str, transaction_id: str, at: datetime) -> None:
    """The transaction is no draft any more: neither order nor draft waits for anybody."""
    of_order = and_(
        table.c.programme_id == programme_id,
        table.c.transaction_id == transaction_id,
        table.c.closed_at.is_(None),
    )
    connection.execute(update(table).where(of_order).values(closed_at=at))
    seen = and_(drafts.c.programme_id == programme_id, drafts.c.transaction_id == transaction_id)
    connection.execute(delete(drafts).where(seen))


def get(connection: Connection, intent_id: str) -> OrderRow | None:
    """The order that this intent made."""
    row = connection.execute(select(table).where(table.c.intent_id == intent_id)).mappings().first()
    return None if row is None else _order(row)


def open_orders(connection: Connection, programme_id: str, limit: int = 200) -> tuple[OrderRow, ...]:
    """Orders whose transaction may still be pending, oldest first."""
    mine = and_(table.c.programme_id == programme_id, table.c.closed_at.is_(None))
    rows = connection.execute(select(table).where(mine).order_by(table.c.made_at).limit(limit)).mappings()
    return tuple(_order(row) for row in rows)


def lapsed(connection: Connection, programme_id: str, now: datetime) -> tuple[OrderRow, ...]:
    """Orders that nobody is known to have ended and whose time has run out."""
    mine = and_(table.c.programme_id == programme_id, table.c.closed_at.is_(None), table.c.expires_at <= now)
    return tuple(_order(row) for row in connection.execute(select(table).where(mine)).mappings())


def waiting(connection: Connection, programme_id: str, now: datetime) -> Waiting:
    """How many orders and drafts are known to wait, and since when the oldest does; one that is both counts
    once.
    """
    count, oldest = _WAITING.row(connection, {"programme": programme_id, "now": now})
    return Waiting(count, oldest)


def _waiting() -> Select[int, datetime]:
    programme: BindParameter[str] = bindparam("programme")
    now: BindParameter[datetime] = bindparam("now", type_=UtcDateTime)
    lasts = or_(table.c.expires_at.is_(None), table.c.expires_at > now)
    is_open = and_(table.c.programme_id == programme, table.c.closed_at.is_(None), lasts)
    same = and_(
        table.c.programme_id == drafts.c.programme_id, table.c.transaction_id == drafts.c.transaction_id
    )
    is_known = select(table.c.intent_id).where(same, table.c.closed_at.is_(None)).exists()
    own = select(table.c.made_at).where(is_open)
    seen = select(drafts.c.made_at).where(drafts.c.programme_id == programme, ~is_known)
    both = union_all(own, seen).subquery()
    return select(func.count(), func.min(both.c.made_at))


# Every page asks the first, every opened member the others.
_WAITING = Direct(_waiting())
_OF_MEMBER = Direct(
    select(table)
    .where(table.c.programme_id == bindparam("programme"), table.c.contact_id == bindparam("contact"))
    .order_by(table.c.made_at.desc())
)
_OF_BALANCE = and_(
    drafts.c.programme_id == bindparam("programme"),
    drafts.c.contact_id == bindparam("contact"),
    drafts.c.definition_id == bindparam("definition"),
)
_HAS_DRAFTS = Direct(select(drafts.c.transaction_id).where(_OF_BALANCE).limit(1))
_BEGINNING = datetime.min.replace(tzinfo=UTC)
_FORGET_DRAFTS = Direct(
    delete(drafts).where(
        _OF_BALANCE, drafts.c.seen_at <= bindparam("at"), drafts.c.made_at >= bindparam("since")
    )
)


def last_completed(connection: Connection, programme_id: str) -> datetime | None:
    """When staff completed a draft last."""
    mine = and_(
        intents.table.c.programme_id == programme_id,
        intents.table.c.kind == Kind.DRAFT_COMPLETE,
        intents.table.c.state == State.DONE,
    )
    found: datetime | None = connection.execute(
        select(intents.table.c.settled_at).where(mine).order_by(intents.table.c.settled_at.desc()).limit(1)
    ).scalar()
    return found


def of_member(connection: Connection, programme_id: str, contact_id: int) -> tuple[OrderRow, ...]:
    """All orders of ours for one member, newest first."""
    which = {"programme": programme_id, "contact": contact_id}
    return tuple(_order(row._asdict()) for row in _OF_MEMBER.rows(connection, which))


def saw_drafts(
    connection: Connection,
    programme_id: str,
    contact_id: int,
    definition_id: str,
    seen: Iterable[SeenDraft],
    at: datetime,
    *,
    since: datetime | None = None,
) -> None:
    """Replace what is known of a member's drafts of one balance by a complete list of them, as of ``at``.

    :param since: the list goes back to here only; what was made before stays as it is known.
    """
    which = _balance(programme_id, contact_id, definition_id)
    _FORGET_DRAFTS.run(connection, {**which, "at": at, "since": since or _BEGINNING})
    for draft in seen:
        values = asdict(draft)
        key = {name: values.pop(name) for name in ("programme_id", "transaction_id")}
        upsert(connection, drafts, key, values)


def seen_drafts(connection: Connection, programme_id: str, limit: int = 200) -> tuple[SeenDraft, ...]:
    """Drafts known from reading members, oldest first. One may have been decided since it was seen."""
    statement = select(drafts).where(drafts.c.programme_id == programme_id)
    rows = connection.execute(statement.order_by(drafts.c.made_at).limit(limit)).mappings()
    return tuple(_draft(row) for row in rows)


def by_transaction(connection: Connection, programme_id: str, transaction_id: str) -> OrderRow | None:
    """The order of ours that became this transaction."""
    mine = and_(table.c.programme_id == programme_id, table.c.transaction_id == transaction_id)
    row = connection.execute(select(table).where(mine)).mappings().first()
    return None if row is None else _order(row)


def find_draft(connection: Connection, programme_id: str, transaction_id: str) -> SeenDraft | None:
    """A draft that was seen and is not known to have ended."""
    mine = and_(drafts.c.programme_id == programme_id, drafts.c.transaction_id == transaction_id)
    row = connection.execute(select(drafts).where(mine)).mappings().first()
    return None if row is None else _draft(row)


def has_drafts(connection: Connection, programme_id: str, contact_id: int, definition_id: str) -> bool:
    """Whether any draft of this balance of the member is known."""
    which = _balance(programme_id, contact_id, definition_id)
    return _HAS_DRAFTS.row(connection, which) is not None


def _balance(programme_id: str, contact_id: int, definition_id: str) -> dict[str, object]:
    """The parameters of ``_OF_BALANCE``."""
    return {"programme": programme_id, "contact": contact_id, "definition": definition_id}


def _order(row: RowMapping | dict[str, Any]) -> OrderRow:
    return OrderRow(**{str(name): value for name, value in row.items()})


def _draft(row: RowMapping) -> SeenDraft:
    return SeenDraft(**{str(name): value for name, value in row.items()})
