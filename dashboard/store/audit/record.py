"""Writing and reading the audit record."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from decimal import Decimal
from enum import StrEnum

import msgspec
from msgspec.structs import asdict
from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Column,
    Connection,
    Index,
    Integer,
    LargeBinary,
    Select,
    Table,
    Text,
    bindparam,
    insert,
    select,
    update,
)

from dashboard.store.audit.chain import canonical, link, seal, signing_key
from dashboard.store.audit.columns import amount_in_hundredths, from_record
from dashboard.store.database import metadata
from dashboard.store.direct import Direct


class Outcome(StrEnum):
    """How it ended."""

    DONE = "done"
    DECLINED = "declined"
    """The remote said no."""
    FAILED = "failed"
    DENIED = "denied"
    """The console said no: role, limit or rule."""
    PENDING = "pending"
    UNKNOWN = "unknown"
    """Sent, and no answer tells whether it was done; a later row does."""


table = Table(
    "audit",
    metadata,
    Column("seq", BigInteger, primary_key=True, autoincrement=False),
    Column("record", Text, nullable=False),
    Column("hash", LargeBinary(32), nullable=False),
    from_record("at", Text()),
    from_record("actor_id", Text()),
    from_record("action", Text()),
    from_record("programme_id", Text()),
    from_record("contact_id", BigInteger()),
    from_record("intent_id", Text()),
    from_record("outcome", Text()),
    from_record("reason", Text()),
    Index("ix_audit_at", "at"),
    Index("ix_audit_actor", "actor_id", "seq"),
    Index("ix_audit_member", "contact_id", "programme_id", "seq"),
    Index("ix_audit_intent", "intent_id", "seq"),
    Index("ix_audit_action", "action", "seq"),
)

head = Table(
    "audit_head",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=False),
    Column("seq", BigInteger, nullable=False),
    Column("hash", LargeBinary(32), nullable=False),
    Column("signature", LargeBinary(32), nullable=False),
    CheckConstraint("id = 1", name="one"),
)


# Rows wait for one another while these run.
_LAST = Direct(select(head.c.seq, head.c.hash).with_for_update())
_APPEND = Direct(insert(table).values({name: bindparam(name) for name in ("seq", "record", "hash")}))
_MOVE_HEAD = Direct(update(head).values({name: bindparam(name) for name in ("seq", "hash", "signature")}))


class Entry(msgspec.Struct, frozen=True, kw_only=True):
    """One thing that somebody did, tried or was refused.

    ``before``, ``after`` and ``remote_ids`` hold numbers of the ledger and IDs, never personal data of the
    member.
    """

    at: datetime
    actor_id: str | None
    """None for what the console does by itself."""
    actor_name: str
    """The name at that time; no e-mail address."""
    actor_role: str
    action: str
    """A dotted deed, such as ``credit.give``."""
    outcome: Outcome
    programme_id: str | None = None
    contact_id: int | None = None
    intent_id: str | None = None
    reason: str | None = None
    case_reference: str | None = None
    before: Mapping[str, object] = msgspec.field(default_factory=dict)
    after: Mapping[str, object] = msgspec.field(default_factory=dict)
    remote_ids: Mapping[str, object] = msgspec.field(default_factory=dict)
    request_id: str | None = None
    ip: str | None = None


class Recorded(msgspec.Struct, frozen=True):
    """A row of the record: its number and what was entered. Decimals come back as text."""

    seq: int
    entry: Entry


class Filters(msgspec.Struct, frozen=True, kw_only=True):
    """What a page of the record is narrowed to; None narrows nothing."""

    since: datetime | None = None
    until: datetime | None = None
    """Not included."""
    actor_id: str | None = None
    action: str | None = None
    programme_id: str | None = None
    contact_id: int | None = None
    intent_id: str | None = None
    outcome: Outcome | None = None
    reason: str | None = None
    least: Decimal | None = None
    """Only rows about this amount or more, given or taken."""


def append(connection: Connection, entry: Entry) -> int:
    """Append one row and give its number. Whatever is raised here must end the caller's transaction too.

    Rows wait for each other from here to the end of the transaction, so keep that short.

    :raises ValueError: the entry cannot be written, or the database was opened without secret keys.
    """
    if entry.at.tzinfo is None:
        raise ValueError("A moment without a time zone cannot be recorded.")
    key = signing_key(connection)
    last_seq, last_hash = _LAST.row(connection)
    seq: int = last_seq + 1
    record = canonical(_values(entry))
    digest = link(last_hash, record)
    _APPEND.run(connection, {"seq": seq, "record": record, "hash": digest})
    _MOVE_HEAD.run(connection, {"seq": seq, "hash": digest, "signature": seal(key, seq, digest)})
    return seq


def page(
    connection: Connection, filters: Filters, *, before_seq: int | None = None, limit: int = 50
) -> tuple[Recorded, ...]:
    """Rows, newest first.

    :param before_seq: only older ones than this: the number of the last row of the page before.
    """
    statement = _narrowed(filters)
    if before_seq is not None:
        statement = statement.where(table.c.seq < before_seq)
    return _newest(connection, statement, limit)


def moment(at: datetime) -> str:
    """``at`` as the record writes it: UTC, microseconds, always as long, so that texts sort as moments do."""
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def _values(entry: Entry) -> dict[str, object]:
    return {**asdict(entry), "at": moment(entry.at)}


def _newest(connection: Connection, statement: Select[int, str], limit: int) -> tuple[Recorded, ...]:
    rows = connection.execute(statement.order_by(table.c.seq.desc()).limit(limit))
    return tuple(Recorded(seq, msgspec.json.decode(record, type=Entry)) for seq, record in rows)


def _narrowed(filters: Filters) -> Select[int, str]:
    statement = select(table.c.seq, table.c.record)
    if filters.since is not None:
        statement = statement.where(table.c.at >= moment(filters.since))
    if filters.until is not None:
        statement = statement.where(table.c.at < moment(filters.until))
    for name in ("actor_id", "action", "programme_id", "contact_id", "intent_id", "outcome", "reason"):
        wanted = getattr(filters, name)
        if wanted is not None:
            statement = statement.where(table.c[name] == wanted)
    if filters.least is not None:
        statement = statement.where(amount_in_hundredths >= int(filters.least * 100))
    return statement
