"""How often people may do what costs requests of the remote, counted in the database for all workers.

OWASP ASVS 5.0, 2.4.1 and 15.2.2. A limit of points stops one large gift; this stops a program, or a stolen
session, that makes many small ones or reads members out. Whoever waits as told may go on.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta

import msgspec
from sqlalchemy import Column, Connection, ForeignKey, Index, String, Table, delete, insert, select

from dashboard.store.database import UtcDateTime, hold, metadata

MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)
_LONGEST_KEY = 36


class Pace(msgspec.Struct, frozen=True):
    """How many may be done within each span, by one person and by all staff together."""

    what: str
    own: Mapping[timedelta, int]
    together: Mapping[timedelta, int]


CHANGES = Pace(
    "changes",
    # A minute is little for a case; ten in one is a run of small corrections, and nobody keeps that up.
    own={MINUTE: 10, HOUR: 60},
    # The remote takes 600 requests an hour. A credit costs two, and about one more to open its member:
    # 180 leave the tenth that is kept for looking after lost answers. Three people at full speed fit in.
    together={MINUTE: 30, HOUR: 180},
)
"""Forms that change something at the remote: each is one, however many rows it has. A person reads it over
before it is sent; it has fifty rows at most, and the budget of requests bounds what those cost. So a queue of
orders can still be ended, and a reissue, which revokes and issues, is not refused half-way. Approving is one
of whoever approves, for it is carried out then, and so is settling what is held: ten a minute is faster than
the evidence can be read. Declining and withdrawing stop something: they never wait."""

SEARCHES = Pace(
    "searches",
    # One in two seconds is as fast as anybody types, and 300 an hour is more than anybody has calls.
    own={MINUTE: 30, HOUR: 300},
    # Up to three requests each, of families that take 600 requests a minute together with everything else.
    together={MINUTE: 120, HOUR: 1200},
)
"""Searches for members, and checks of voucher codes: both would tell a program who or what exists."""

table = Table(
    "paces",
    metadata,
    Column("what", String(10), primary_key=True),
    Column("key", String(_LONGEST_KEY), primary_key=True),
    Column("staff_id", String(36), ForeignKey("staff.id"), nullable=False),
    Column("at", UtcDateTime, nullable=False),
    Index("ix_paces_at", "what", "at"),
)


class Full(msgspec.Struct, frozen=True):
    """As many as may be were done within ``span``; ``until``: when there is room again."""

    most: int
    span: timedelta
    is_own: bool
    """Whether the person did them all; else all staff together."""
    until: datetime


def admit(
    connection: Connection, pace: Pace, key: str, *, staff_id: str, now: datetime, times: int = 1
) -> Full | None:
    """Ask for one more. None: go on, it is counted. Otherwise what is full for longest; nothing is counted.

    Needs a connection that writes; exact when many ask at once.

    :param key: what is counted, such as the one-time ID of a form: the same one again counts once an hour.
    :param times: so many times the usual pace is allowed.
    """
    hold(connection, table)
    connection.execute(delete(table).where(table.c.what == pace.what, table.c.at <= now - HOUR))
    known = select(table.c.at).where(table.c.what == pace.what, table.c.key == key[:_LONGEST_KEY])
    if connection.execute(known).first() is not None:
        return None
    full = [
        *_full(connection, pace, pace.own, now, times, staff_id=staff_id),
        *_full(connection, pace, pace.together, now, times),
    ]
    if full:
        return max(full, key=lambda each: each.until)
    row = {"what": pace.what, "key": key[:_LONGEST_KEY], "staff_id": staff_id, "at": now}
    connection.execute(insert(table).values(row))
    return None


def _full(
    connection: Connection,
    pace: Pace,
    allowed: Mapping[timedelta, int],
    now: datetime,
    times: int,
    *,
    staff_id: str | None = None,
) -> list[Full]:
    counted = select(table.c.at).where(table.c.what == pace.what)
    if staff_id is not None:
        counted = counted.where(table.c.staff_id == staff_id)
    found = []
    for span, most in allowed.items():
        # While this many were done within the span, the next one waits until the first of them is past it.
        nth = counted.order_by(table.c.at.desc()).offset(most * times - 1).limit(1)
        first: datetime | None = connection.execute(nth).scalar_one_or_none()
        if first is not None and first + span > now:
            found.append(Full(most * times, span, staff_id is not None, first + span))
    return found
