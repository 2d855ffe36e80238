"""Checks of the record that were made. Each is a row of the record itself: as hard to forge as any other."""

from __future__ import annotations

from datetime import datetime, timedelta

import msgspec
from sqlalchemy import Connection

from dashboard.store.audit.record import Filters, page
from dashboard.store.audit.verify import Kind, VerifyReport

ACTION = "audit.verify"
REMEMBERED = timedelta(days=31)
"""An older check says little about the record of today, and finding one would mean reading far back."""

_TEXTS_KEPT = 10


class Check(msgspec.Struct, frozen=True):
    """What the last check found."""

    at: datetime
    by: str
    last_seq: int
    anchors: int
    """How many anchors it was compared with."""
    findings: int
    texts: tuple[str, ...]
    """The first findings, in sentences."""

    @property
    def is_intact(self) -> bool:
        """Whether nothing was wrong."""
        return self.findings == 0


def may_be_kept(report: VerifyReport) -> bool:
    """Whether a row about this check may be appended.

    A new row is put behind the head and signs it anew: that would wipe away what is wrong with the head.
    """
    return not any(finding.kind in {Kind.HEAD, Kind.ADDED} for finding in report.findings)


def told(report: VerifyReport) -> dict[str, object]:
    """What the row about a check says: the ``after`` of its entry."""
    return {
        "last_seq": report.last_seq,
        "rows": report.rows,
        "anchors": report.anchors,
        "findings": len(report.findings),
        "first": [finding.text for finding in report.findings[:_TEXTS_KEPT]],
    }


def last_check(connection: Connection, now: datetime) -> Check | None:
    """The last check of the last month that was kept."""
    found = page(connection, Filters(action=ACTION, since=now - REMEMBERED), limit=1)
    if not found:
        return None
    entry = found[0].entry
    return Check(
        at=entry.at,
        by=entry.actor_name,
        last_seq=_number(entry.after.get("last_seq")),
        anchors=_number(entry.after.get("anchors")),
        findings=_number(entry.after.get("findings")),
        texts=_texts(entry.after.get("first")),
    )


def _number(value: object) -> int:
    return value if isinstance(value, int) else 0


def _texts(value: object) -> tuple[str, ...]:
    return tuple(str(text) for text in value) if isinstance(value, list) else ()
