"""The audit record as a CSV file that a spreadsheet opens without running anything."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Mapping
from datetime import UTC

import msgspec

from dashboard.store.audit import Recorded

COLUMNS = (
    "number", "time_utc", "actor_id", "actor", "role", "action", "outcome", "programme_id", "contact_id",
    "reason", "case_or_order_number", "before", "after", "remote_ids", "intent_id", "request_id", "ip",
)  # fmt: skip

_STARTS_A_FORMULA = ("=", "+", "-", "@", "\t", "\r")


def write(rows: Iterable[Recorded]) -> str:
    """``rows`` under their headings, times in UTC, mappings as JSON."""
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(COLUMNS)
    for row in rows:
        writer.writerow([harmless(cell) for cell in _cells(row)])
    return out.getvalue()


def _cells(row: Recorded) -> tuple[str, ...]:
    entry = row.entry
    return (
        str(row.seq),
        entry.at.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z"),
        entry.actor_id or "",
        entry.actor_name,
        entry.actor_role,
        entry.action,
        entry.outcome,
        entry.programme_id or "",
        "" if entry.contact_id is None else str(entry.contact_id),
        entry.reason or "",
        entry.case_reference or "",
        _json(entry.before),
        _json(entry.after),
        _json(entry.remote_ids),
        entry.intent_id or "",
        entry.request_id or "",
        entry.ip or "",
    )


def _json(values: Mapping[str, object]) -> str:
    return msgspec.json.encode(values).decode() if values else ""


def harmless(cell: str) -> str:
    """A spreadsheet runs a cell that begins like a formula, and the case number was typed by somebody."""
    return f"'{cell}" if cell.startswith(_STARTS_A_FORMULA) else cell
