"""The mathematics of the chain, apart from any table: links, seals, and the text that is hashed."""

from __future__ import annotations

import hmac
from collections.abc import Iterable, Mapping, Sequence
from hashlib import sha256

import msgspec
from sqlalchemy import Connection

from dashboard.store.database import SIGNING

BEGINNING = bytes(32)
"""What the first row is chained to."""

_PURPOSE = b"loyalty-desk audit head v1\n"


def canonical(values: Mapping[str, object]) -> str:
    """The one JSON text of ``values``: keys sorted, no spaces, decimals and moments as text."""
    return msgspec.json.encode(values, order="sorted").decode()


def link(previous: bytes, record: str) -> bytes:
    """The hash of a row: SHA-256 over the hash of the row before and the row's own text."""
    return sha256(previous + record.encode()).digest()


def seal(key: str, seq: int, digest: bytes) -> bytes:
    """The signature of a head: HMAC-SHA-256 with a key that is used for nothing else."""
    return hmac.digest(hmac.digest(key.encode(), _PURPOSE, "sha256"), b"%d\n%s" % (seq, digest), "sha256")


def signing_key(connection: Connection) -> str:
    """The key that signs on this connection.

    :raises ValueError: the database was opened without secret keys.
    """
    keys: Sequence[str] = connection.get_execution_options().get(SIGNING, ())
    if not keys:
        raise ValueError("The audit record cannot be signed: open the database with its secret keys.")
    return keys[0]


def is_sealed(keys: Iterable[str], seq: int, digest: bytes, signature: bytes) -> bool:
    """Whether any of ``keys`` made this signature."""
    return any(hmac.compare_digest(seal(key, seq, digest), signature) for key in keys)
