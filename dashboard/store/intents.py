"""Intents: changes that staff asked for, from the moment they are written down until their outcome is known.

An intent is recorded before anything is sent and outlives crashes. Its ID comes from the form, so the same
form sent twice is one intent. A row is changed only by whoever read its newest ``version``: that number is
the fence that makes a late worker's write fail; the lease (owner, until) only saves doing work twice.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from msgspec.structs import replace
from sqlalchemy import (
    JSON,
    BigInteger,
    CheckConstraint,
    Column,
    Connection,
    ForeignKey,
    Index,
    Integer,
    RowMapping,
    Select,
    String,
    Table,
    and_,
    bindparam,
    func,
    insert,
    literal_column,
    or_,
    select,
    update,
)

from dashboard.store import spending
from dashboard.store.database import DecimalText, UtcDateTime, metadata
from dashboard.store.direct import Direct
from dashboard.store.intent import ENDED, SETTLED, Goal, Intent, Kind, Link, Pause, Phase, State, Waiting

__all__ = ["ENDED", "SETTLED", "Goal", "Intent", "Kind", "Link", "Pause", "Phase", "State", "Waiting"]

table = Table(
    "intents",
    metadata,
    Column("id", String(36), primary_key=True),
    Column("kind", String(20), nullable=False),
    Column("programme_id", String(36), nullable=False),
    Column("contact_id", BigInteger, nullable=False),
    Column("staff_id", String(36), ForeignKey("staff.id"), nullable=False),
    Column("staff_name", String(100), nullable=False),
    Column("staff_role", String(20), nullable=False),
    Column("request_id", String(64)),
    Column("ip", String(45)),
    Column("values", JSON, nullable=False),
    Column("values_hash", String(64), nullable=False),
    Column("balance_before", DecimalText),
    Column("balance_before_at", UtcDateTime),
    Column("expires_at", UtcDateTime),
    Column("created_at", UtcDateTime, nullable=False),
    Column("version", Integer, nullable=False),
    Column("state", String(20), nullable=False),
    Column("goal", String(20), nullable=False),
    Column("transaction_id", String(36)),
    Column("waiting", String(20)),
    Column("next_at", UtcDateTime, nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("creates", Integer, nullable=False),
    Column("refusals", Integer, nullable=False),
    Column("empty_looks", Integer, nullable=False),
    Column("partial_looks", Integer, nullable=False),
    Column("unknown_since", UtcDateTime),
    Column("sweep_at", UtcDateTime),
    Column("sent_at", UtcDateTime),
    Column("called_at", UtcDateTime),
    Column("applied_amount", DecimalText),
    Column("balance_after", DecimalText),
    Column("failure_code", String(40)),
    Column("failure_text", String(400)),
    Column("adopted", String(20)),
    Column("evidence", JSON, nullable=False),
    Column("updated_at", UtcDateTime, nullable=False),
    Column("settled_at", UtcDateTime),
    Column("lease_owner", String(36)),
    Column("lease_until", UtcDateTime),
    Column("linked_id", String(36)),
    Column("link", String(20)),
    Column("batch_id", String(36)),
    Column("remote_id", String(100)),
    Column("result", JSON(none_as_null=True)),
    CheckConstraint(
        "state IN ('awaiting_approval', 'reserved', 'creating', 'looking_up', 'draft', 'completing',"
        " 'checking', 'done', 'failed', 'cancelled', 'held')",
        name="state",
    ),
    Index("ix_intents_member", "programme_id", "contact_id", "created_at"),
    Index("ix_intents_staff", "staff_id", "created_at"),
    Index("ix_intents_linked", "linked_id"),
    Index("ix_intents_batch", "batch_id"),
    Index("ix_intents_transaction", "transaction_id"),
    # What was done in a time: the goodwill report reads a month of years.
    Index("ix_intents_settled", "settled_at"),
    # Which rows a partial index holds stands in its migration alone. A condition here would have to name both
    # dialects, and SQLAlchemy loads each with all its drivers: 25 ms and 2 MB for PostgreSQL alone.
    Index("ix_intents_due", "next_at"),  # of those that are open
    Index("ix_intents_held", "state"),  # of those that are held
    Index("ix_intents_unsettled", "staff_id"),  # of those that have not ended
    Index("ix_intents_stray", "sweep_at"),  # of those that may have left a draft behind
    Index("ux_intents_reversal", "linked_id", unique=True),  # of reversals that count
)
_is_open = table.c.settled_at.is_(None)
_is_held = table.c.state == literal_column("'held'")
# Written out, as the index is: a bound value would not be known to be in it.
_is_unsettled = table.c.state.not_in(
    [literal_column(f"'{state}'") for state in ("done", "failed", "cancelled")]
)


# What every change, and the settler every second, runs: built once, they take a fifth of the time.
_ADD = insert(table)
_BY_ID = select(table).where(table.c.id == bindparam("intent"))
_SAVE = update(table).where(table.c.id == bindparam("intent"), table.c.version == bindparam("read"))
_now = bindparam("now", type_=UtcDateTime)
_is_due = and_(
    _is_open, table.c.next_at <= _now, or_(table.c.lease_until.is_(None), table.c.lease_until <= _now)
)
_CLAIM = (
    update(table)
    .where(table.c.id == bindparam("intent"), _is_due)
    .values(
        lease_owner=bindparam("owner"),
        lease_until=bindparam("until", type_=UtcDateTime),
        version=table.c.version + 1,
    )
)
_DUE = select(table.c.id).where(_is_due).order_by(table.c.next_at, table.c.id).limit(bindparam("limit"))
_STRAYS = (
    select(table.c.id)
    # Only once the draft is chosen, or none is wanted any more, is every other draft a stray.
    .where(
        table.c.sweep_at <= _now,
        or_(table.c.transaction_id.is_not(None), table.c.state.in_(ENDED)),
    )
    .order_by(table.c.sweep_at, table.c.id)
    .limit(bindparam("limit"))
)
_until = func.max(table.c.next_at)
_PAUSE = (
    select(table.c.waiting, _until.label("until"))
    .where(
        _is_open,
        table.c.next_at > _now,
        table.c.waiting.in_((Waiting.RATE_LIMITED, Waiting.UNAUTHORISED)),
    )
    .group_by(table.c.waiting)
    .order_by(_until.desc())
)


def add(connection: Connection, intent: Intent) -> None:
    """Write a new intent down.

    :raises sqlalchemy.exc.IntegrityError: there is one with this ID.
    """
    connection.execute(_ADD, _columns(intent))


def get(connection: Connection, intent_id: str) -> Intent | None:
    """The intent with this ID."""
    found = _found(connection, _BY_ID, {"intent": intent_id})
    return found[0] if found else None


def save(connection: Connection, intent: Intent) -> Intent | None:
    """Keep ``intent``, one version on; None when somebody else changed it since it was read.

    What it reserved of somebody's limits is settled with it, so that none can forget to.
    """
    newer = replace(intent, version=intent.version + 1)
    unchanged = {"intent": intent.id, "read": intent.version}
    if connection.execute(_SAVE, {**_columns(newer), **unchanged}).rowcount == 0:
        return None
    if newer.state in ENDED:
        spending.settle(connection, newer)
    return newer


def claim(
    connection: Connection, intent_id: str, owner: str, now: datetime, until: datetime
) -> Intent | None:
    """Take the lease of an intent that is due; None when it is not, or somebody else holds it."""
    lease = {"intent": intent_id, "owner": owner, "now": now, "until": until}
    if connection.execute(_CLAIM, lease).rowcount == 0:
        return None
    return get(connection, intent_id)


def free_leases(connection: Connection, owner: str) -> int:
    """End all leases of one owner; gives how many there were."""
    held = table.c.lease_owner == owner
    free = {"lease_owner": None, "lease_until": None}
    return connection.execute(update(table).where(held, _is_open).values(free)).rowcount


def due(connection: Connection, now: datetime, limit: int) -> tuple[str, ...]:
    """IDs of intents that can be moved on now, the longest waiting first."""
    return tuple(connection.execute(_DUE, {"now": now, "limit": limit}).scalars())


def strays(connection: Connection, now: datetime, limit: int) -> tuple[str, ...]:
    """IDs of intents of which a draft may lie unused in the remote and should be swept now."""
    return tuple(connection.execute(_STRAYS, {"now": now, "limit": limit}).scalars())


def pause(connection: Connection, now: datetime) -> Pause | None:
    """What keeps every write from being sent: a refused key, or an hour without requests left."""
    row = connection.execute(_PAUSE, {"now": now}).first()
    return None if row is None else Pause(Waiting(row.waiting), row.until)


# Every opened member asks this.
_OF_MEMBER = Direct(
    select(table)
    .where(table.c.programme_id == bindparam("programme"), table.c.contact_id == bindparam("contact"))
    .order_by(table.c.created_at.desc(), table.c.id)
    .limit(bindparam("limit"))
)


def for_member(
    connection: Connection, programme_id: str, contact_id: int, limit: int = 20
) -> tuple[Intent, ...]:
    """What staff asked for about one member, newest first."""
    which = {"programme": programme_id, "contact": contact_id, "limit": limit}
    return tuple(_intent(row._asdict()) for row in _OF_MEMBER.rows(connection, which))


def unsettled(
    connection: Connection,
    limit: int = 50,
    staff_id: str | None = None,
    *,
    programme_id: str | None = None,
) -> tuple[Intent, ...]:
    """What is not ended, HELD included, oldest first.

    :param staff_id: only what this person asked for.
    :param programme_id: only what is about this programme.
    """
    statement = select(table).where(_is_unsettled)
    if programme_id is not None:
        statement = statement.where(table.c.programme_id == programme_id)
    if staff_id is not None:
        statement = statement.where(table.c.staff_id == staff_id)
    return _found(connection, statement.order_by(table.c.created_at, table.c.id).limit(limit))


# Every page of a supervisor asks this.
_HELD = Direct(select(func.count()).where(_is_held))


def count_held(connection: Connection) -> int:
    """How many wait for a person to decide them."""
    return int(_HELD.row(connection)[0])


# Every page of an agent asks this.
_OWN_UNSETTLED = Direct(
    select(func.count()).where(
        table.c.staff_id == bindparam("staff"), _is_unsettled, table.c.state != State.AWAITING_APPROVAL
    )
)


def count_own_unsettled(connection: Connection, staff_id: str) -> int:
    """How many changes of this person are not ended, HELD included, but not what waits for an approval."""
    return int(_OWN_UNSETTLED.row(connection, {"staff": staff_id})[0])


def linked_to(connection: Connection, intent_id: str) -> tuple[Intent, ...]:
    """What belongs to this intent, oldest first: its reversal, or what follows from it."""
    statement = select(table).where(table.c.linked_id == intent_id)
    return _found(connection, statement.order_by(table.c.created_at, table.c.id))


def of_batch(connection: Connection, batch_id: str) -> tuple[Intent, ...]:
    """All that one form asked for, in the order of the members."""
    statement = select(table).where(table.c.batch_id == batch_id)
    return _found(connection, statement.order_by(table.c.contact_id, table.c.id))


def about_transaction(connection: Connection, programme_id: str, transaction_id: str) -> tuple[Intent, ...]:
    """Whatever staff did with one transaction of the remote, oldest first."""
    mine = and_(table.c.programme_id == programme_id, table.c.transaction_id == transaction_id)
    return _found(connection, select(table).where(mine).order_by(table.c.created_at, table.c.id))


def by_ids(connection: Connection, ids: Sequence[str]) -> Mapping[str, Intent]:
    """Those of these intents that there are."""
    if not ids:
        return {}
    return {each.id: each for each in _found(connection, select(table).where(table.c.id.in_(ids)))}


def credits_of(connection: Connection, staff_id: str, since: datetime) -> tuple[Intent, ...]:
    """The credits that a person gave since then, newest first."""
    mine = and_(table.c.staff_id == staff_id, table.c.created_at >= since)
    given = and_(mine, table.c.kind == Kind.CREDIT, table.c.state == State.DONE)
    return _found(connection, select(table).where(given).order_by(table.c.created_at.desc(), table.c.id))


def _found(
    connection: Connection,
    statement: Select[tuple[object, ...]],
    parameters: Mapping[str, object] | None = None,
) -> tuple[Intent, ...]:
    return tuple(_intent(row) for row in connection.execute(statement, parameters).mappings())


def _intent(row: RowMapping | dict[str, Any]) -> Intent:
    typed = {
        "kind": Kind(row["kind"]),
        "state": State(row["state"]),
        "goal": Goal(row["goal"]),
        "waiting": None if row["waiting"] is None else Waiting(row["waiting"]),
        "link": None if row["link"] is None else Link(row["link"]),
        "result": row["result"] or {},
    }
    return Intent(**{**row, **typed})


def _columns(intent: Intent) -> dict[str, object]:
    return {name: getattr(intent, name) for name in Intent.__struct_fields__}
