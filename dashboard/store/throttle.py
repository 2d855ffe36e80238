"""Slows guessing down: per account and per address, exponentially, never for good.

OWASP ASVS 5.0, 6.3.1 and 6.1.1. Kept in the database, so that a restart forgets nothing and all workers count
together. Every attempt is counted before the password is looked at and forgiven when it was right; attempts
at the same moment cannot slip through.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from hashlib import sha256
from math import ceil
from unicodedata import normalize

import msgspec
from sqlalchemy import Column, Connection, Integer, String, Table, delete, select, update

from dashboard.store.database import UtcDateTime, metadata, upsert

LONGEST_WAIT = timedelta(minutes=15)
FORGET_AFTER = timedelta(hours=12)

_FREE_PER_ACCOUNT = 5
_FREE_PER_ADDRESS = 30
"""More, because a whole office may stand behind one address."""

table = Table(
    "throttle",
    metadata,
    Column("key", String(64), primary_key=True),
    Column("attempts", Integer, nullable=False),
    Column("last_at", UtcDateTime, nullable=False, index=True),
    Column("blocked_until", UtcDateTime),
)


class Key(msgspec.Struct, frozen=True):
    """What is counted: a hash, so that the table tells neither addresses nor accounts."""

    digest: str
    free: int
    """How many attempts cost no waiting."""


def account_key(email: str) -> Key:
    """Counts attempts at one account, whether it exists or not."""
    return Key(_digest("account", normalize("NFC", email.strip()).lower()), _FREE_PER_ACCOUNT)


def address_key(ip: str) -> Key:
    """Counts attempts from one IP address."""
    return Key(_digest("address", ip), _FREE_PER_ADDRESS)


def admit(connection: Connection, keys: tuple[Key, ...], now: datetime) -> int:
    """Ask for one attempt. 0: go on, it is counted. Otherwise the seconds to wait, and nothing is counted.

    Needs a connection that writes.
    """
    connection.execute(delete(table).where(table.c.last_at < now - FORGET_AFTER))
    ordered = sorted(keys, key=lambda key: key.digest)  # everybody locks in the same order
    blocked = [_blocked_until(connection, key, now) for key in ordered]
    wait = max((until - now for until in blocked if until is not None), default=timedelta())
    if wait > timedelta():
        return ceil(wait.total_seconds())
    for key in ordered:
        _count(connection, key, now)
    return 0


def forgive(connection: Connection, account: Key, address: Key | None = None) -> None:
    """The password was right: forget the attempts at this account, and this one attempt from the address.

    The address's other attempts stay, or one known account would buy endless guesses at the others; but an
    office where everybody signs in rightly never waits.
    """
    connection.execute(delete(table).where(table.c.key == account.digest))
    if address is not None:
        counted = (table.c.key == address.digest) & (table.c.attempts > 0)
        connection.execute(update(table).where(counted).values(attempts=table.c.attempts - 1))


def _blocked_until(connection: Connection, key: Key, now: datetime) -> datetime | None:
    # The write makes the row where there is none and locks it until the transaction ends, on both databases.
    upsert(connection, table, {"key": key.digest}, {"last_at": now}, new={"attempts": 0})
    statement = select(table.c.blocked_until).where(table.c.key == key.digest)
    until: datetime | None = connection.execute(statement).scalar_one()
    return until


def _count(connection: Connection, key: Key, now: datetime) -> None:
    mine = table.c.key == key.digest
    attempts = connection.execute(select(table.c.attempts).where(mine)).scalar_one() + 1
    values = {"attempts": attempts, "blocked_until": now + _wait_after(attempts - key.free)}
    connection.execute(update(table).where(mine).values(values))


def _wait_after(beyond_free: int) -> timedelta:
    """0 for the free attempts, then 1, 2, 4 … seconds up to the longest wait."""
    if beyond_free <= 0:
        return timedelta()
    return min(timedelta(seconds=2 ** min(beyond_free - 1, 20)), LONGEST_WAIT)


def _digest(kind: str, what: str) -> str:
    return sha256(f"{kind}\n{what}".encode()).hexdigest()
