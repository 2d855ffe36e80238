"""The amounts offered on the credit form as buttons."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from sqlalchemy import Column, Connection, Integer, Table, delete, insert, select

from dashboard.store.database import DecimalText, hold, metadata

MOST = 6
"""How many fit on the form, on a phone too."""

table = Table(
    "presets",
    metadata,
    Column("position", Integer, primary_key=True, autoincrement=False),
    Column("amount", DecimalText, nullable=False),
)


class PresetsError(ValueError):
    """These amounts cannot be kept; the message says what to do."""


def list_all(connection: Connection) -> tuple[Decimal, ...]:
    """The amounts in their order."""
    return tuple(connection.execute(select(table.c.amount).order_by(table.c.position)).scalars())


def lock(connection: Connection) -> None:
    """Let nobody else change the amounts before this transaction ends."""
    hold(connection, table)


def check(amounts: Sequence[Decimal]) -> None:
    """Whether these amounts can be offered.

    :raises PresetsError: there are none or too many, or one stands twice.
    """
    if not 1 <= len(amounts) <= MOST:
        raise PresetsError(f"Enter 1 to {MOST} amounts, one a line")
    twice = next((amount for amount in amounts if amounts.count(amount) > 1), None)
    if twice is not None:
        raise PresetsError(f"Enter {twice:,f} once only")


def replace(connection: Connection, amounts: Sequence[Decimal]) -> None:
    """Offer these amounts, in this order, instead of those before.

    :raises PresetsError: as :func:`check`.
    """
    check(amounts)
    lock(connection)
    connection.execute(delete(table))
    connection.execute(
        insert(table), [{"position": at, "amount": amount} for at, amount in enumerate(amounts, start=1)]
    )
