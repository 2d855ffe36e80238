"""What staff gave and took back, from our own intents: each act that was done, once."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import Any

import msgspec
from sqlalchemy import Connection, Row, and_, func, or_, select

from dashboard.store import intents, spending
from dashboard.store.intent import ENDED, Kind, Link, State

_MOVES = (Kind.CREDIT.value, Kind.DEBIT.value)
_GOODWILL = "goodwill"


class Act(msgspec.Struct, frozen=True, kw_only=True):
    """One credit or debit that was done, or a voucher that the shop paid for."""

    intent_id: str
    kind: Kind
    link: Link | None
    """Why it belongs to another act; None for what somebody gave or took by itself."""
    programme_id: str
    contact_id: int
    definition_id: str
    """Empty for a voucher."""
    staff_id: str
    staff_name: str
    staff_role: str
    reason: str
    case_reference: str
    amount: Decimal
    """What the remote moved, without its sign; a voucher's value in points, as it counted against limits."""
    at: datetime
    is_undone: bool
    """Whether it was reversed since."""


def acts(connection: Connection, since: datetime, until: datetime) -> tuple[Act, ...]:
    """All that was done from ``since`` until before ``until``, oldest first."""
    given = intents.table
    undone = given.alias("undone")
    is_reversal = and_(
        undone.c.linked_id == given.c.id,
        undone.c.link == Link.REVERSAL.value,
        undone.c.state == State.DONE.value,
    )
    columns = (
        given.c.id,
        given.c.kind,
        given.c.link,
        given.c.programme_id,
        given.c.contact_id,
        given.c.staff_id,
        given.c.staff_name,
        given.c.staff_role,
        given.c["values"].label("asked"),
        given.c.applied_amount,
        given.c.settled_at,
        undone.c.id.label("undone_by"),
        spending.table.c.hundredths,
    )
    is_voucher = and_(given.c.kind == Kind.VOUCHER_ISSUE.value, given.c.link.is_(None))
    reserved = given.outerjoin(spending.table, spending.table.c.intent_id == given.c.id)
    statement = (
        select(*columns)
        .select_from(reserved.outerjoin(undone, is_reversal))
        .where(or_(given.c.kind.in_(_MOVES), is_voucher), given.c.state == State.DONE.value)
        .where(given.c.settled_at >= since, given.c.settled_at < until)
        .order_by(given.c.settled_at, given.c.id)
    )
    return tuple(
        Act(
            intent_id=row.id,
            kind=Kind(row.kind),
            link=None if row.link is None else Link(row.link),
            programme_id=row.programme_id,
            contact_id=row.contact_id,
            definition_id=row.asked.get("definition_id") or "",
            staff_id=row.staff_id,
            staff_name=row.staff_name,
            staff_role=row.staff_role,
            reason=row.asked.get("reason") or "",
            case_reference=row.asked.get("case_reference") or "",
            amount=_amount(row),
            at=row.settled_at,
            is_undone=row.undone_by is not None,
        )
        for row in connection.execute(statement)
        if row.kind in _MOVES or row.asked.get("paid_with") == _GOODWILL
    )


def open_credits(connection: Connection, since: datetime, until: datetime) -> int:
    """How many credits were asked for in that time and have not ended: they are in no figure."""
    table = intents.table
    statement = select(func.count()).where(
        table.c.kind == Kind.CREDIT.value,
        table.c.state.not_in(ENDED),
        table.c.created_at >= since,
        table.c.created_at < until,
    )
    return int(connection.execute(statement).scalar_one())


def _amount(row: Row[*tuple[Any, ...]]) -> Decimal:
    if row.kind not in _MOVES:
        return Decimal(row.hundredths or 0) / 100
    moved: Decimal | None = row.applied_amount
    return abs(Decimal(row.asked.get("amount") or 0) if moved is None else moved)
