"""Requests to do more than one may do alone, and what was decided about each: at most one decision.

A request belongs to an intent that waits in AWAITING_APPROVAL. Whether it is still open is the intent's to
say; when its time runs out the intent fails, and nothing is written here.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from decimal import Decimal
from enum import StrEnum

import msgspec
from sqlalchemy import (
    JSON,
    BindParameter,
    Boolean,
    Column,
    Connection,
    ForeignKey,
    Index,
    RowMapping,
    Select,
    String,
    Table,
    and_,
    bindparam,
    exists,
    func,
    insert,
    select,
    update,
)

from dashboard.store import intents
from dashboard.store.database import DecimalText, UtcDateTime, metadata
from dashboard.store.direct import Direct
from dashboard.store.intent import Intent, State

LIFE = timedelta(hours=24)
"""Then a request ends by itself: what was urgent is not any more, and figures have changed."""


class Decision(StrEnum):
    """What somebody decided."""

    APPROVED = "approved"
    REDUCED = "reduced"
    """Approved, but less."""
    DECLINED = "declined"


table = Table(
    "approvals",
    metadata,
    Column("intent_id", String(36), primary_key=True),
    Column("staff_id", String(36), ForeignKey("staff.id"), nullable=False),
    Column("amount", DecimalText, nullable=False),
    Column("unit", String(20), nullable=False),
    Column("exceeded", JSON, nullable=False),
    Column("asked_at", UtcDateTime, nullable=False),
    Column("expires_at", UtcDateTime, nullable=False),
    Column("decision", String(10)),
    Column("decided_by", String(36), ForeignKey("staff.id")),
    Column("decided_name", String(100)),
    Column("decided_at", UtcDateTime),
    Column("decided_amount", DecimalText),
    Column("reason", String(300)),
    Column("in_place", Boolean(create_constraint=False), nullable=False),
    Index("ix_approvals_staff", "staff_id", "asked_at"),
    Index("ix_approvals_decided", "decided_at"),
    Index("ix_approvals_open", "asked_at"),  # of those that nobody has decided: see dashboard.store.intents
)
_is_undecided = table.c.decision.is_(None)


class Excess(msgspec.Struct, frozen=True):
    """One limit that the act is above: as told to whoever decides. Figures in the request's unit, as text."""

    span: str
    most: str | None
    used: str
    most_times: int | None
    times: int


class Request(msgspec.Struct, frozen=True, kw_only=True):
    """What somebody asked another person to allow."""

    intent_id: str
    staff_id: str
    """Who asks."""
    amount: Decimal
    """More than 0, in ``unit``; a voucher's value."""
    unit: str
    exceeded: tuple[Excess, ...]
    asked_at: datetime
    expires_at: datetime
    decision: Decision | None = None
    decided_by: str | None = None
    decided_name: str | None = None
    decided_at: datetime | None = None
    decided_amount: Decimal | None = None
    reason: str | None = None
    """Of whoever decided, for whoever asked."""
    in_place: bool = False
    """Decided at the screen of whoever asked."""


class Asked(msgspec.Struct, frozen=True):
    """A request and the intent that it is about."""

    request: Request
    intent: Intent

    @property
    def is_open(self) -> bool:
        """Whether somebody can still decide."""
        return self.intent.state is State.AWAITING_APPROVAL


class Waiting(msgspec.Struct, frozen=True):
    """How many requests wait for a person, and since when the oldest does."""

    count: int
    oldest: datetime | None


def add(connection: Connection, request: Request) -> None:
    """Write a new request down."""
    connection.execute(insert(table).values(_columns(request)))


def get(connection: Connection, intent_id: str, *, lock: bool = False) -> Asked | None:
    """The request about this intent.

    :param lock: let nobody else decide it until the transaction ends.
    """
    mine = select(table).where(table.c.intent_id == intent_id)
    row = connection.execute(mine.with_for_update() if lock else mine).mappings().one_or_none()
    intent = None if row is None else intents.get(connection, intent_id)
    return None if row is None or intent is None else Asked(_request(row), intent)


def decide(connection: Connection, request: Request) -> bool:
    """Keep a decision; False when there is one already."""
    undecided = and_(table.c.intent_id == request.intent_id, _is_undecided)
    return connection.execute(update(table).where(undecided).values(_columns(request))).rowcount == 1


def waiting(connection: Connection, now: datetime, limit: int) -> tuple[Asked, ...]:
    """Requests that somebody has to decide, oldest first."""
    return _all(connection, _waiting(now).order_by(table.c.asked_at, table.c.intent_id).limit(limit))


def waiting_for(connection: Connection, staff_id: str, now: datetime) -> Waiting:
    """How many wait for this person: everybody's but their own."""
    count, oldest = _FOR_OTHERS.row(connection, {"now": now, "staff": staff_id})
    return Waiting(count, oldest)


def decided(connection: Connection, since: datetime, limit: int) -> tuple[Asked, ...]:
    """What was decided lately, newest first."""
    lately = select(table).where(table.c.decided_at >= since)
    return _all(connection, lately.order_by(table.c.decided_at.desc(), table.c.intent_id).limit(limit))


def of_requester(connection: Connection, staff_id: str, since: datetime, limit: int) -> tuple[Asked, ...]:
    """What a person asked for lately, newest first."""
    mine = select(table).where(table.c.staff_id == staff_id, table.c.asked_at >= since)
    return _all(connection, mine.order_by(table.c.asked_at.desc(), table.c.intent_id).limit(limit))


def _waiting(now: datetime | BindParameter[datetime]) -> Select[tuple[object, ...]]:
    # A subquery for each open request: joined, SQLite reads every intent there ever was.
    still_waits = exists().where(
        intents.table.c.id == table.c.intent_id, intents.table.c.state == State.AWAITING_APPROVAL
    )
    return select(table).where(_is_undecided, table.c.expires_at > now, still_waits)


# Every page of a supervisor asks this.
_FOR_OTHERS = Direct(
    _waiting(bindparam("now", type_=UtcDateTime))
    .where(table.c.staff_id != bindparam("staff"))
    .with_only_columns(func.count(), func.min(table.c.asked_at))
)


def _all(connection: Connection, statement: Select[tuple[object, ...]]) -> tuple[Asked, ...]:
    requests = [_request(row) for row in connection.execute(statement).mappings()]
    known = intents.by_ids(connection, [request.intent_id for request in requests])
    return tuple(Asked(request, known[request.intent_id]) for request in requests)


def _request(row: RowMapping) -> Request:
    exceeded = msgspec.convert(row["exceeded"], tuple[Excess, ...])
    decision = None if row["decision"] is None else Decision(row["decision"])
    return Request(**{**row, "exceeded": exceeded, "decision": decision})


def _columns(request: Request) -> dict[str, object]:
    values = {name: getattr(request, name) for name in Request.__struct_fields__}
    return {**values, "exceeded": msgspec.to_builtins(request.exceeded)}
