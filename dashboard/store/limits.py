"""How much a person may give alone: by role, and for single persons instead of what their role says.

All limits count points. What is moved in another unit, and a voucher by its value, is counted in points too,
at the rate of its unit, so that one budget holds for all of it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from decimal import ROUND_DOWN, ROUND_UP, Decimal
from enum import StrEnum

import msgspec
from sqlalchemy import Column, Connection, Integer, String, Table, delete, insert, select

from dashboard.permissions import Role
from dashboard.store.database import DecimalText, hold, metadata, upsert

POINTS = "POINTS"
HUNDREDTH = Decimal("0.01")


class Span(StrEnum):
    """What a limit is counted over. Days, weeks (from Monday) and months are of the programme's zone."""

    ACT = "act"
    """One credit, debit or voucher."""
    DAY = "day"
    WEEK = "week"
    MONTH = "month"
    MEMBER_DAY = "member_day"
    """All that one member gets in a day, from whomever."""


table = Table(
    "limits",
    metadata,
    # A role, or the ID of the one person it is for.
    Column("subject", String(36), primary_key=True),
    Column("span", String(20), primary_key=True),
    Column("value", DecimalText),
    Column("times", Integer),
)

rates = Table(
    "limit_rates",
    metadata,
    Column("unit", String(20), primary_key=True),
    Column("points", DecimalText, nullable=False),
)


class Limit(msgspec.Struct, frozen=True):
    """The most that is allowed within a span; None for no bound."""

    value: Decimal | None = None
    """In points."""
    times: int | None = None
    """How many credits and vouchers."""


NOTHING = Limit(Decimal(0))
"""What a role without a limit for a single act may give: an omission must not open the till."""


def of(connection: Connection, role: Role, staff_id: str | None = None) -> Mapping[Span, Limit]:
    """The limits that hold for a person: their own where there are some, else their role's."""
    subjects = [role.value] if staff_id is None else [role.value, staff_id]
    rows = connection.execute(select(table).where(table.c.subject.in_(subjects))).all()
    found = {Span.ACT: NOTHING}
    for row in sorted(rows, key=lambda row: row.subject == staff_id):
        found[Span(row.span)] = Limit(row.value, row.times)
    return found


def own(connection: Connection, subject: str) -> Mapping[Span, Limit]:
    """What is set for ``subject`` itself: a role, or the ID of a person."""
    rows = connection.execute(select(table).where(table.c.subject == subject))
    return {Span(row.span): Limit(row.value, row.times) for row in rows}


def lock(connection: Connection) -> None:
    """Let nobody else change limits or rates before this transaction ends."""
    hold(connection, table)


def subjects(connection: Connection) -> frozenset[str]:
    """Every role and person that a limit is set for."""
    return frozenset(connection.execute(select(table.c.subject)).scalars())


def put(connection: Connection, subject: str, span: Span, limit: Limit | None) -> None:
    """Set a limit of a role or of one person; None takes it away, so that the role's holds, or none.

    :raises ValueError: a single act always has a value that bounds it.
    """
    if span is Span.ACT and limit is not None and limit.value is None:
        raise ValueError("A limit for a single act needs a value.")
    if limit is None:
        connection.execute(delete(table).where(table.c.subject == subject, table.c.span == span))
    else:
        upsert(
            connection,
            table,
            {"subject": subject, "span": span.value},
            {"value": limit.value, "times": limit.times},
        )


def most_at_once(connection: Connection, roles: Iterable[Role]) -> Decimal:
    """The most that any of ``roles`` may give in a single act, in points."""
    return max((of(connection, role)[Span.ACT].value or Decimal(0) for role in roles), default=Decimal(0))


def rate(connection: Connection, unit: str) -> Decimal:
    """How many points one of ``unit`` counts as: 1 unless an admin says otherwise."""
    if unit.upper() == POINTS:
        return Decimal(1)
    found = connection.execute(
        select(rates.c.points).where(rates.c.unit == unit.upper())
    ).scalar_one_or_none()
    return Decimal(1) if found is None else found


def all_rates(connection: Connection) -> Mapping[str, Decimal]:
    """How many points one of each unit counts as, where an admin said so; by unit."""
    return {row.unit: row.points for row in connection.execute(select(rates).order_by(rates.c.unit))}


def replace_rates(connection: Connection, wanted: Mapping[str, Decimal]) -> None:
    """Set the rates of all units at once; a unit that is not named counts as 1.

    :raises ValueError: a rate is not more than 0, or is one of points themselves.
    """
    if any(points <= 0 for points in wanted.values()) or POINTS in wanted:
        raise ValueError("A rate is more than 0, and of another unit than points.")
    connection.execute(delete(rates))
    if wanted:
        connection.execute(insert(rates), [{"unit": u, "points": p} for u, p in wanted.items()])


def in_points(amount: Decimal, rate: Decimal) -> Decimal:
    """What ``amount`` counts as, never too little."""
    return (amount * rate).quantize(HUNDREDTH, ROUND_UP)


def in_unit(points: Decimal, rate: Decimal) -> Decimal:
    """How much of the unit ``points`` are, never too much."""
    return points if rate == 1 else (points / rate).quantize(HUNDREDTH, ROUND_DOWN)
