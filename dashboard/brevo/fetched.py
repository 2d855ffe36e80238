"""What calls give back: a read with its age, a write with its verdict and the evidence for it."""

from __future__ import annotations

from datetime import UTC, datetime
from enum import StrEnum
from typing import Generic, TypeVar

import msgspec

T_co = TypeVar("T_co", covariant=True)


def utc_now() -> datetime:
    """The clock everything here uses unless a test hands in another."""
    return datetime.now(UTC)


class Fetched(msgspec.Struct, Generic[T_co], frozen=True):
    """A read's answer: its value, when it came, and the remote's ID for the request."""

    value: T_co
    at: datetime
    request_id: str | None = None
    odd_rows: int = 0
    """Rows of the answer that made no sense and were left out."""


class Verdict(StrEnum):
    """What is known about a write. There is no fourth value."""

    APPLIED = "applied"
    NOT_APPLIED = "not_applied"
    UNKNOWN = "unknown"


class Evidence(msgspec.Struct, frozen=True):
    """Why a verdict was given; goes into the audit record as it is.

    ``kind`` is one of ``answer`` (a bound 2xx), ``refused`` (a bound 4xx), ``unauthorised`` (401, 403),
    ``rate_limited`` (429), ``not_sent``, ``no_answer``, ``server_error`` (5xx), ``unreadable``,
    ``foreign``, ``redirect``. ``retry_after`` is in seconds and set for ``rate_limited``.
    """

    kind: str
    at: datetime
    sent: bool
    status: int | None = None
    code: str | None = None
    message: str | None = None
    request_id: str | None = None
    retry_after: float | None = None


class Write(msgspec.Struct, Generic[T_co], frozen=True):
    """A write's outcome. ``value`` is there only with APPLIED, and may be None even then (a 204)."""

    verdict: Verdict
    value: T_co | None
    evidence: Evidence
