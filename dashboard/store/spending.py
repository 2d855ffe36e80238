"""What staff gave within their limits: reserved with the intent in one transaction, released when it fails.

:func:`reserve` is exact when many ask at once: it locks the person's row first, then the member. On SQLite
there is one writer at a time anyway.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, time, timedelta, tzinfo
from decimal import ROUND_UP, Decimal
from hashlib import sha256

import msgspec
from msgspec.structs import replace
from sqlalchemy import (
    BigInteger,
    Column,
    ColumnElement,
    Connection,
    ForeignKey,
    Index,
    String,
    Table,
    and_,
    func,
    insert,
    select,
    text,
    update,
)

from dashboard.permissions import Role
from dashboard.store import limits, staff
from dashboard.store.database import UtcDateTime, metadata
from dashboard.store.intent import Intent, Link, State
from dashboard.store.limits import Limit, Span

table = Table(
    "reservations",
    metadata,
    Column("intent_id", String(36), primary_key=True),
    Column("staff_id", String(36), ForeignKey("staff.id"), nullable=False),
    Column("programme_id", String(36), nullable=False),
    Column("contact_id", BigInteger, nullable=False),
    # Points in hundredths: the one exact number that both databases can add up.
    Column("hundredths", BigInteger, nullable=False),
    Column("at", UtcDateTime, nullable=False),
    Column("released_at", UtcDateTime),
    Index("ix_reservations_staff", "staff_id", "at"),
    Index("ix_reservations_member", "programme_id", "contact_id", "at"),
)


class Member(msgspec.Struct, frozen=True):
    """Who gets it."""

    programme_id: str
    contact_id: int


class Act(msgspec.Struct, frozen=True, kw_only=True):
    """One credit or voucher that is to use up a person's limits."""

    intent_id: str
    staff_id: str
    """Whose limits: who asks, or who approves."""
    member: Member
    amount: Decimal
    """More than 0, in ``unit``; a voucher's value."""
    unit: str
    now: datetime
    zone: tzinfo
    """Of the programme: its days count."""


class Room(msgspec.Struct, frozen=True):
    """One limit and what is used of it."""

    span: Span
    limit: Limit
    used: Decimal = Decimal(0)
    times: int = 0

    @property
    def left(self) -> Decimal | None:
        """How much more fits in; None for any amount."""
        if self.limit.times is not None and self.times >= self.limit.times:
            return Decimal(0)
        return None if self.limit.value is None else max(self.limit.value - self.used, Decimal(0))

    def holds(self, amount: Decimal) -> bool:
        """Whether ``amount`` still fits in."""
        return self.left is None or amount <= self.left


class Standing(msgspec.Struct, frozen=True):
    """How a person stands against all limits that hold for them."""

    rooms: tuple[Room, ...]

    @property
    def alone(self) -> Decimal | None:
        """The most that the person may give now without asking; None for any amount."""
        return min((room.left for room in self.rooms if room.left is not None), default=None)

    def exceeded(self, amount: Decimal) -> tuple[Room, ...]:
        """The limits that ``amount`` would break."""
        return tuple(room for room in self.rooms if not room.holds(amount))

    def room(self, span: Span) -> Room | None:
        """The limit over ``span``, if there is one."""
        return next((room for room in self.rooms if room.span is span), None)

    def at_once(self) -> Standing:
        """The limit for a single act alone: the only one that holds for taking back."""
        return Standing(tuple(room for room in self.rooms if room.span is Span.ACT))

    def told_in(self, rate: Decimal) -> Standing:
        """The same figures in a unit of which one counts as ``rate`` points."""
        return Standing(tuple(_converted(room, rate) for room in self.rooms))


class OverLimit(Exception):  # noqa: N818 - says what happened
    """The act does not fit into the person's limits; nothing was reserved."""

    def __init__(self, exceeded: tuple[Room, ...]) -> None:
        super().__init__(", ".join(room.span.value for room in exceeded))
        self.exceeded = exceeded


def lock(connection: Connection, staff_id: str) -> Role | None:
    """Let nobody else reserve for this person until the transaction ends.

    The person's role as it is now; None for who may do nothing any more.
    """
    mine = select(staff.table.c.role, staff.table.c.disabled_at).where(staff.table.c.id == staff_id)
    row = connection.execute(mine.with_for_update()).one_or_none()
    return None if row is None or row.disabled_at is not None else Role(row.role)


def reserve(connection: Connection, act: Act) -> None:
    """Take an act out of the person's limits. Needs a connection that writes; its transaction must also write
    the intent down.

    Role and limits are read now, under the lock: what an admin changed a moment ago counts.

    :raises OverLimit: it does not fit.
    """
    role = lock(connection, act.staff_id)
    _lock_member(connection, act.member)
    points = limits.in_points(act.amount, limits.rate(connection, act.unit))
    exceeded = _standing(connection, act.staff_id, role, act.member, starts(act.now, act.zone)).exceeded(
        points
    )
    if exceeded:
        raise OverLimit(exceeded)
    connection.execute(
        insert(table).values(
            intent_id=act.intent_id,
            staff_id=act.staff_id,
            programme_id=act.member.programme_id,
            contact_id=act.member.contact_id,
            hundredths=int(points * 100),
            at=act.now,
        )
    )


def allow_once(connection: Connection, act: Act) -> None:
    """Check an act against the limit for a single one alone, and take nothing out of the others.

    :raises OverLimit: it is above that.
    """
    role = lock(connection, act.staff_id)
    points = limits.in_points(act.amount, limits.rate(connection, act.unit))
    exceeded = (
        _standing(connection, act.staff_id, role, None, starts(act.now, act.zone)).at_once().exceeded(points)
    )
    if exceeded:
        raise OverLimit(exceeded)


def settle(connection: Connection, intent: Intent) -> None:
    """Make the reservation say what an ended intent came to, and that of the one it took back. Nothing
    happens without a reservation.
    """
    if intent.state is not State.DONE:
        _release(connection, intent.id, intent.updated_at)
    elif intent.amount and intent.applied_amount is not None and intent.applied_amount != intent.amount:
        _correct(connection, intent.id, abs(intent.applied_amount / intent.amount))
    elif intent.link is Link.REVERSAL and intent.linked_id is not None:
        # A slip that was taken back whole is no gift: it leaves room for the right one.
        _release(connection, intent.linked_id, intent.updated_at)


def standing(
    connection: Connection,
    staff_id: str,
    role: Role,
    now: datetime,
    zone: tzinfo,
    member: Member | None = None,
) -> Standing:
    """How a person stands at ``now``, for showing it: only :func:`reserve` decides.

    :param member: with one, the limit for a member and day is looked at too.
    """
    return _standing(connection, staff_id, role, member, starts(now, zone))


def starts(now: datetime, zone: tzinfo) -> Mapping[Span, datetime]:
    """When the present day, week and month of ``zone`` began."""
    today = now.astimezone(zone).date()
    first = {
        Span.DAY: today,
        Span.WEEK: today - timedelta(days=today.weekday()),
        Span.MONTH: today.replace(day=1),
        Span.MEMBER_DAY: today,
    }
    return {span: datetime.combine(day, time(), zone) for span, day in first.items()}


def _standing(
    connection: Connection,
    staff_id: str,
    role: Role | None,
    member: Member | None,
    begun: Mapping[Span, datetime],
) -> Standing:
    bounds = {Span.ACT: limits.NOTHING} if role is None else limits.of(connection, role, staff_id)
    rooms = []
    for span, limit in sorted(bounds.items(), key=lambda item: list(Span).index(item[0])):
        if span is Span.ACT:
            rooms.append(Room(span, limit))
        elif span is not Span.MEMBER_DAY:
            rooms.append(_used(connection, span, limit, table.c.staff_id == staff_id, begun[span]))
        elif member is not None:
            theirs = and_(
                table.c.programme_id == member.programme_id, table.c.contact_id == member.contact_id
            )
            rooms.append(_used(connection, span, limit, theirs, begun[span]))
    return Standing(tuple(rooms))


def _used(
    connection: Connection, span: Span, limit: Limit, whose: ColumnElement[bool], since: datetime
) -> Room:
    counted = select(func.coalesce(func.sum(table.c.hundredths), 0), func.count()).where(
        whose, table.c.at >= since, table.c.released_at.is_(None)
    )
    hundredths, times = connection.execute(counted).one()
    return Room(span, limit, Decimal(hundredths) / 100, times)


def _lock_member(connection: Connection, member: Member) -> None:
    """A member has no row of ours to lock, and several of the staff may give to one at the same time."""
    if connection.dialect.name == "postgresql":
        name = f"member {member.programme_id} {member.contact_id}"
        number = int.from_bytes(sha256(name.encode()).digest()[:8], signed=True)
        connection.execute(text("SELECT pg_advisory_xact_lock(:number)"), {"number": number})


def _converted(room: Room, rate: Decimal) -> Room:
    value = None if room.limit.value is None else limits.in_unit(room.limit.value, rate)
    used = room.used if rate == 1 else (room.used / rate).quantize(limits.HUNDREDTH, ROUND_UP)
    return replace(room, limit=replace(room.limit, value=value), used=used)


def _release(connection: Connection, intent_id: str, at: datetime) -> None:
    held = and_(table.c.intent_id == intent_id, table.c.released_at.is_(None))
    connection.execute(update(table).where(held).values(released_at=at))


def _correct(connection: Connection, intent_id: str, share: Decimal) -> None:
    """The remote moved another amount than was asked for: that ``share`` of it counts."""
    mine = table.c.intent_id == intent_id
    held = connection.execute(select(table.c.hundredths).where(mine)).scalar_one_or_none()
    if held is not None:
        counted = int((share * held).quantize(Decimal(1), ROUND_UP))
        connection.execute(update(table).where(mine).values(hundredths=counted))
