"""Reason codes: why staff changed a balance. Retired, never deleted, because the audit record names them."""

from __future__ import annotations

import re
from datetime import datetime
from typing import Any

import msgspec
from sqlalchemy import Boolean, Column, Connection, Integer, Row, String, Table, func, insert, select, update

from dashboard.store.database import UtcDateTime, hold, metadata
from dashboard.store.direct import Direct
from dashboard.store.texts import shows_what_it_is

LONGEST_CODE = 40
LONGEST_LABEL = 80

_CODE = re.compile(rf"[a-z][a-z0-9_]{{0,{LONGEST_CODE - 1}}}")

table = Table(
    "reasons",
    metadata,
    Column("code", String(LONGEST_CODE), primary_key=True),
    Column("label", String(LONGEST_LABEL), nullable=False),
    Column("position", Integer, nullable=False),
    Column("requires_reference", Boolean(create_constraint=False), nullable=False),
    Column("requires_note", Boolean(create_constraint=False), nullable=False),
    Column("retired_at", UtcDateTime),
)

# Every opened member whom staff did something for asks this.
_ALL = Direct(select(table).order_by(table.c.position))


class ReasonError(ValueError):
    """A reason cannot be kept this way; the message says what to do.

    ``field`` names what it is about: ``code``, ``label``, or empty.
    """

    def __init__(self, message: str, field: str = "") -> None:
        super().__init__(message)
        self.field = field


class Reason(msgspec.Struct, frozen=True):
    """One reason that staff can choose."""

    code: str
    label: str
    requires_reference: bool
    """Whether a case or order number must be given."""
    requires_note: bool
    is_retired: bool
    """Named in old records, no longer offered."""


def offered(connection: Connection) -> tuple[Reason, ...]:
    """The reasons to choose from, in their order."""
    return tuple(reason for reason in list_all(connection) if not reason.is_retired)


def list_all(connection: Connection) -> tuple[Reason, ...]:
    """All reasons, retired ones too, in their order."""
    return tuple(_reason(row) for row in _ALL.rows(connection))


def by_code(connection: Connection, code: str) -> Reason | None:
    """The reason of this code, retired or not."""
    row = connection.execute(select(table).where(table.c.code == code)).one_or_none()
    return None if row is None else _reason(row)


def lock(connection: Connection) -> None:
    """Let nobody else change reasons before this transaction ends."""
    hold(connection, table)


def tidy_code(code: str) -> str:
    """A code that can be kept.

    :raises ReasonError: it is none.
    """
    if not _CODE.fullmatch(code):
        raise ReasonError(
            f"Enter a code of at most {LONGEST_CODE} small letters, digits and _, beginning with a letter",
            "code",
        )
    return code


def tidy_label(label: str) -> str:
    """A label that can be kept.

    :raises ReasonError: it is empty, too long, or shows something else than it is.
    """
    tidy = " ".join(label.split())
    if not tidy or len(tidy) > LONGEST_LABEL or not shows_what_it_is(tidy):
        raise ReasonError(f"Enter a label of 1 to {LONGEST_LABEL} characters", "label")
    return tidy


def add(connection: Connection, reason: Reason) -> None:
    """Offer a new reason, as the last one.

    :raises ReasonError: the code or the label cannot be used.
    """
    lock(connection)
    code, label = tidy_code(reason.code), tidy_label(reason.label)
    if by_code(connection, code) is not None:
        raise ReasonError(f"The code {code} is taken. Choose another, or restore that reason.", "code")
    _refuse_twin(connection, code, label)
    last = connection.execute(select(func.coalesce(func.max(table.c.position), 0))).scalar_one()
    connection.execute(
        insert(table).values(
            code=code,
            label=label,
            position=last + 1,
            requires_reference=reason.requires_reference,
            requires_note=reason.requires_note,
        )
    )


def change(connection: Connection, reason: Reason) -> None:
    """Keep another label and other requirements; the code stays, and old records read as the new label.

    :raises ReasonError: the label cannot be used.
    """
    lock(connection)
    label = tidy_label(reason.label)
    _refuse_twin(connection, reason.code, label)
    _set(
        connection,
        reason.code,
        label=label,
        requires_reference=reason.requires_reference,
        requires_note=reason.requires_note,
    )


def retire(connection: Connection, code: str, now: datetime) -> None:
    """Offer a reason no longer. One must stay, because no credit goes without.

    :raises ReasonError: it is the last one.
    """
    lock(connection)
    if [reason.code for reason in offered(connection)] == [code]:
        raise ReasonError("This is the last reason. Add another before you retire it.")
    _set(connection, code, retired_at=now)


def restore(connection: Connection, code: str) -> None:
    """Offer a retired reason again, at its old place.

    :raises ReasonError: another reason has its label by now.
    """
    lock(connection)
    reason = by_code(connection, code)
    if reason is not None:
        _refuse_twin(connection, code, reason.label)
    _set(connection, code, retired_at=None)


def move(connection: Connection, code: str, *, up: bool) -> bool:
    """Change places with the one offered before it, or after it; False where there is none."""
    lock(connection)
    codes = [reason.code for reason in offered(connection)]
    at = codes.index(code) if code in codes else -1
    other = at - 1 if up else at + 1
    if at < 0 or not 0 <= other < len(codes):
        return False
    rows = connection.execute(select(table.c.code, table.c.position))
    positions = {row.code: row.position for row in rows}
    _set(connection, code, position=positions[codes[other]])
    _set(connection, codes[other], position=positions[code])
    return True


def _refuse_twin(connection: Connection, code: str, label: str) -> None:
    for reason in offered(connection):
        if reason.code != code and reason.label.casefold() == label.casefold():
            raise ReasonError(f"There is a reason “{reason.label}” already. Choose another label.", "label")


def _set(connection: Connection, code: str, **values: object) -> None:
    connection.execute(update(table).where(table.c.code == code).values(values))


def _reason(row: Row[*tuple[Any, ...]]) -> Reason:
    return Reason(row.code, row.label, row.requires_reference, row.requires_note, row.retired_at is not None)
