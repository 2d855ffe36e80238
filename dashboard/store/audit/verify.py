"""Checking the whole audit record: every link, every number, the signed head, and anchors if there are."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Sequence
from enum import StrEnum
from hashlib import sha256
from pathlib import Path
from typing import cast

import msgspec
from sqlalchemy import Connection, func, select

from dashboard.store.audit.anchors import read_anchors
from dashboard.store.audit.chain import BEGINNING, is_sealed
from dashboard.store.audit.record import head, table

_ROWS_AT_ONCE = 500  # more of them fall out of the processor's cache before they are hashed
_NO_LAST = 2**63 - 1
_ON_SQLITE = "SELECT seq, CAST(record AS BLOB), hash FROM audit WHERE seq <= ? ORDER BY seq"
_FINDINGS_KEPT = 100

_Rows = Sequence[tuple[int, bytes, bytes]]
"""Number, record and hash."""


class Kind(StrEnum):
    """What is wrong."""

    CHANGED = "changed"
    """A row does not follow from the one before: edited, swapped or put in between."""
    MISSING = "missing"
    """Numbers are left out."""
    CUT = "cut"
    """The record ends before its head or before an anchor."""
    ADDED = "added"
    """There are rows beyond the head."""
    HEAD = "head"
    """The head is gone, not signed by us, or not the hash of the last row."""
    REWRITTEN = "rewritten"
    """A row is not what an anchor says it was."""
    ANCHORS = "anchors"
    """Lines of the anchors' file are damaged or not signed by us."""


class Finding(msgspec.Struct, frozen=True):
    """One thing that is wrong, in a sentence."""

    kind: Kind
    seq: int
    """The row where it shows."""
    text: str


class VerifyReport(msgspec.Struct, frozen=True):
    """What a check of the record found."""

    rows: int
    last_seq: int
    findings: tuple[Finding, ...]
    """At most 100, first ones first."""
    anchors: int = 0
    """How many anchored rows it was compared with."""

    @property
    def is_intact(self) -> bool:
        """Whether nothing is wrong."""
        return not self.findings


def verify(connection: Connection, secret_keys: Sequence[str], anchors: Path | None = None) -> VerifyReport:
    """Read the whole record once, in order, and check it.

    Without ``anchors`` two things stay unseen: a rewrite by somebody who holds the secret key, and a cut
    back to an older head that somebody kept.

    :raises OSError: the anchors cannot be read.
    """
    check = _Check()
    compared = 0
    if anchors is not None:
        check.anchored, damaged = read_anchors(anchors, secret_keys)
        compared = len(check.anchored)
        if damaged:
            check.report(
                Kind.ANCHORS, 0, f"{damaged} lines of {anchors.name} are damaged or not signed by us."
            )
    last = connection.execute(select(head)).one_or_none()
    if last is None:
        check.report(Kind.HEAD, 0, "The head is gone.")
    # Where others append meanwhile, what is beyond the head just read is not asked about.
    for rows in _up_to(connection, None if last is None else last.seq):
        check.follow(rows)
    if last is not None:
        signed = is_sealed(secret_keys, last.seq, last.hash, last.signature)
        check.close(last.seq, last.hash, signed=signed, beyond=_beyond_head(connection))
    return VerifyReport(check.rows, check.seq, tuple(check.findings), compared)


class _Check:
    """What is known after each row."""

    def __init__(self) -> None:
        self.rows = 0
        self.seq = 0
        self.digest = BEGINNING
        self.anchored: dict[int, bytes] = {}
        self.findings: list[Finding] = []

    def report(self, kind: Kind, seq: int, text: str) -> None:
        if len(self.findings) < _FINDINGS_KEPT:
            self.findings.append(Finding(kind, seq, text))

    def follow(self, rows: _Rows) -> None:
        """Check rows that follow those checked before. Every row costs about a microsecond: keep it bare."""
        expected, previous = self.seq + 1, self.digest
        for seq, record, digest in rows:
            if seq != expected:
                self.report(Kind.MISSING, seq, f"Rows {expected} to {seq - 1} are missing.")
            elif sha256(previous + record).digest() != digest:
                self.report(Kind.CHANGED, seq, f"Row {seq} is not what followed row {seq - 1}.")
            expected, previous = seq + 1, digest
        self.rows += len(rows)
        self.seq, self.digest = expected - 1, previous
        if self.anchored:
            self._compare(rows)

    def close(self, seq: int, digest: bytes, *, signed: bool, beyond: int) -> None:
        """Check the end of the record against its head and the anchors."""
        if not signed:
            self.report(Kind.HEAD, seq, "The head is not signed with the secret key.")
        if self.seq < seq:
            self.report(Kind.CUT, self.seq, f"Rows {self.seq + 1} to {seq} are cut off the end.")
        elif self.digest != digest:
            self.report(Kind.HEAD, seq, f"The head does not carry the hash of row {seq}.")
        if beyond:
            self.report(Kind.ADDED, seq + 1, f"{beyond} rows were added beyond the head.")
        for missing in sorted(self.anchored):
            self.report(Kind.CUT, missing, f"Row {missing} was anchored and is gone.")

    def _compare(self, rows: _Rows) -> None:
        for seq, _record, digest in rows:
            if self.anchored.pop(seq, digest) != digest:
                self.report(Kind.REWRITTEN, seq, f"Row {seq} is not the row that was anchored.")


def _up_to(connection: Connection, last_seq: int | None) -> Iterator[_Rows]:
    last = _NO_LAST if last_seq is None else last_seq
    if connection.dialect.name == "sqlite":
        # Past SQLAlchemy: to make its rows takes as long as to check them.
        driver = cast(sqlite3.Connection, connection.connection.driver_connection)
        cursor = driver.execute(_ON_SQLITE, (last,))
        while rows := cursor.fetchmany(_ROWS_AT_ONCE):
            yield rows
        return
    record = func.convert_to(table.c.record, "UTF8")
    statement = select(table.c.seq, record, table.c.hash).where(table.c.seq <= last).order_by(table.c.seq)
    result = connection.execute(statement, execution_options={"yield_per": _ROWS_AT_ONCE})
    for found in result.partitions():
        yield [(seq, bytes(record), digest) for seq, record, digest in found]


def _beyond_head(connection: Connection) -> int:
    head_seq = select(head.c.seq).scalar_subquery()
    return connection.execute(
        select(func.count()).select_from(table).where(table.c.seq > head_seq)
    ).scalar_one()
