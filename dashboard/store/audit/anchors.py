"""Anchors: heads of the chain written to a file outside the database.

Who holds the database and the secret key can rewrite the whole chain so that it fits together. They cannot
change what was written elsewhere before: keep this file on other storage, where the console may only append.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

import msgspec
from sqlalchemy import Connection, select

from dashboard.store.audit.chain import is_sealed
from dashboard.store.audit.record import head, moment

_TAIL = 16 * 1024
"""Bytes at the end of the file in which the last good line is looked for; a line has about 220."""


class Anchor(msgspec.Struct, frozen=True):
    """The head as it stood at a moment."""

    seq: int
    hash: str
    at: str
    signature: str

    @property
    def taken_at(self) -> datetime:
        """When it was written, in UTC."""
        return datetime.fromisoformat(self.at)


def head_seq(connection: Connection) -> int:
    """The number of the last row; 0 for an empty record."""
    return int(connection.execute(select(head.c.seq)).scalar_one())


def anchor(connection: Connection, path: Path, now: datetime) -> Anchor:
    """Append the present head, with the signature that it carries, to the file at ``path``.

    :raises OSError: the file cannot be written.
    """
    last = connection.execute(select(head)).one()
    written = Anchor(int(last.seq), last.hash.hex(), moment(now), last.signature.hex())
    _append(path, msgspec.json.encode(written))
    return written


def last_anchor(path: Path, keys: Sequence[str]) -> Anchor | None:
    """The last line that is whole and signed by us; None when there is none.

    :raises OSError: the file is there and cannot be read.
    """
    try:
        with path.open("rb") as file:
            file.seek(max(0, file.seek(0, os.SEEK_END) - _TAIL))
            lines = file.read().splitlines()
    except FileNotFoundError:
        return None
    return next((one for line in reversed(lines) if (one := _read(line, keys)) is not None), None)


def kept_anchors(path: Path) -> Path | None:
    """``path`` when there is such a file: what a check compares with unless told otherwise."""
    return path if path.exists() else None


def read_anchors(path: Path, keys: Sequence[str]) -> tuple[dict[int, bytes], int]:
    """The hash of each anchored row, and how many lines are damaged or carry no valid signature.

    :raises OSError: the file cannot be read.
    """
    anchored: dict[int, bytes] = {}
    damaged = 0
    for line in path.read_bytes().splitlines():
        one = _read(line, keys)
        if one is None or anchored.setdefault(one.seq, bytes.fromhex(one.hash)) != bytes.fromhex(one.hash):
            damaged += 1
    return anchored, damaged


def _read(line: bytes, keys: Sequence[str]) -> Anchor | None:
    """The anchor on a line; None when it is damaged or not signed by us."""
    try:
        one = msgspec.json.decode(line, type=Anchor)
        sealed = is_sealed(keys, one.seq, bytes.fromhex(one.hash), bytes.fromhex(one.signature))
        is_ours = sealed and one.taken_at.tzinfo is not None
    except ValueError:  # of msgspec too
        return None
    return one if is_ours else None


def _append(path: Path, line: bytes) -> None:
    """One line, on the disk when this returns. A torn line of a crash before is ended, not continued."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    descriptor = os.open(path, os.O_RDWR | os.O_APPEND | os.O_CREAT, 0o600)
    with os.fdopen(descriptor, "r+b", buffering=0) as file:
        size = file.seek(0, os.SEEK_END)
        is_torn = size > 0 and os.pread(file.fileno(), 1, size - 1) != b"\n"
        file.write((b"\n" if is_torn else b"") + line + b"\n")
        os.fsync(file.fileno())
