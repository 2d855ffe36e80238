"""The members a person opened last, as shown on their home page.

Holds the little that the list shows and nothing more of the member; only the newest few are kept, and only
their own person sees them.
"""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import Any

import msgspec
from sqlalchemy import (
    BigInteger,
    Column,
    Connection,
    ForeignKey,
    Row,
    String,
    Table,
    and_,
    bindparam,
    delete,
    select,
    update,
)

from dashboard.store.database import DecimalText, UtcDateTime, metadata, upsert
from dashboard.store.direct import Direct

KEPT = 10
"""For each person and programme."""

table = Table(
    "recents",
    metadata,
    Column("staff_id", String(36), ForeignKey("staff.id"), primary_key=True),
    Column("programme_id", String(36), primary_key=True),
    Column("contact_id", BigInteger, primary_key=True, autoincrement=False),
    Column("label", String(200), nullable=False),
    Column("subscription_id", String(64)),
    Column("tier", String(100)),
    Column("balance", DecimalText),
    Column("last_action", String(120)),
    Column("seen_at", UtcDateTime, nullable=False),
)


class Recent(msgspec.Struct, frozen=True):
    """A member as seen when the person last opened them."""

    contact_id: int
    label: str
    """The member's name, or what stands for it."""
    subscription_id: str | None
    tier: str | None
    balance: Decimal | None
    last_action: str | None
    """What the person did there last, such as "Gave 500 points"."""
    seen_at: datetime
    """How old the balance is."""


_MINE = and_(table.c.staff_id == bindparam("staff"), table.c.programme_id == bindparam("programme"))
# Every opened member asks these two.
_LIST = select(table).where(_MINE).order_by(table.c.seen_at.desc(), table.c.contact_id)
_SEEN_AT = Direct(select(table.c.seen_at).where(_MINE, table.c.contact_id == bindparam("contact")))
_FORGET = Direct(
    delete(table).where(
        _MINE,
        table.c.contact_id.not_in(
            select(table.c.contact_id)
            .where(_MINE)
            .order_by(table.c.seen_at.desc(), table.c.contact_id)
            .limit(KEPT)
        ),
    )
)


def touch(  # noqa: PLR0913 - one name for each thing the list shows
    connection: Connection,
    *,
    staff_id: str,
    programme_id: str,
    contact_id: int,
    label: str,
    now: datetime,
    subscription_id: str | None = None,
    tier: str | None = None,
    balance: Decimal | None = None,
) -> None:
    """The person opened this member: put it first, and forget what goes beyond :data:`KEPT`."""
    values = {
        "label": label[:200],
        "subscription_id": subscription_id,
        "tier": None if tier is None else tier[:100],
        "balance": balance,
        "seen_at": now,
    }
    key = {"staff_id": staff_id, "programme_id": programme_id, "contact_id": contact_id}
    upsert(connection, table, key, values)
    _FORGET.run(connection, _of(staff_id, programme_id))


def set_last_action(
    connection: Connection, *, staff_id: str, programme_id: str, contact_id: int, last_action: str
) -> None:
    """Keep what the person did there; nothing happens when the member is not on the list."""
    which = (
        table.c.staff_id == staff_id,
        table.c.programme_id == programme_id,
        table.c.contact_id == contact_id,
    )
    connection.execute(update(table).where(*which).values(last_action=last_action[:120]))


def list_for(connection: Connection, staff_id: str, programme_id: str) -> tuple[Recent, ...]:
    """The members the person opened, last first, :data:`KEPT` at most."""
    return tuple(_recent(row) for row in connection.execute(_LIST, _of(staff_id, programme_id)))


def seen_at(connection: Connection, staff_id: str, programme_id: str, contact_id: int) -> datetime | None:
    """When the person last opened this member; None when it is not on the list."""
    key = {**_of(staff_id, programme_id), "contact": contact_id}
    row = _SEEN_AT.row(connection, key)
    return None if row is None else row.seen_at


def _of(staff_id: str, programme_id: str) -> dict[str, object]:
    return {"staff": staff_id, "programme": programme_id}


def _recent(row: Row[*tuple[Any, ...]]) -> Recent:
    return Recent(
        row.contact_id, row.label, row.subscription_id, row.tier, row.balance, row.last_action, row.seen_at
    )
