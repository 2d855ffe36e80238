"""What staff gave and took back, from our own intents: each act that was done, once."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from sqlalchemy import Connection, and_, func, select

from dashboard.store import intents
from dashboard.store.intent import ENDED, Kind, Link, State

_MOVES = (Kind.CREDIT.value, Kind.DEBIT.value)


@dataclass(frozen=True, slots=True, kw_only=True)
class Act:
    """One credit or debit that was done."""

    intent_id: str
    kind: Kind
    link: Link | None
    """Why it belongs to another act; None for what somebody gave or took by itself."""
    programme_id: str
    contact_id: int
    definition_id: str
    staff_id: str
    staff_name: str
    staff_role: str
    reason: str
    case_reference: str
    amount: Decimal
    """What the remote moved, without its sign."""
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
    )
    statement = (
        select(*columns)
        .select_from(given.outerjoin(undone, is_reversal))
        .where(given.c.kind.in_(_MOVES), given.c.state == State.DONE.value)
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
            amount=abs(_moved(row.applied_amount, row.asked.get("amount"))),
            at=row.settled_at,
            is_undone=row.undone_by is not None,
        )
        for row in connection.execute(statement)
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


def _moved(applied: Decimal | None, asked: str | None) -> Decimal:
    return Decimal(asked or 0) if applied is None else applied
