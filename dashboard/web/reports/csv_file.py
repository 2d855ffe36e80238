"""The acts behind the goodwill report as a CSV file: one row an act, so that any sum can be made again."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable
from datetime import UTC

from dashboard.store.goodwill import Act
from dashboard.web.audit.csv_file import harmless
from dashboard.web.reports.goodwill import is_given

COLUMNS = (
    "time_utc", "goodwill", "kind", "linked_as", "amount", "undone", "agent_id", "agent", "role", "reason",
    "case_or_order_number", "contact_id", "programme_id", "definition_id", "intent_id",
)  # fmt: skip


def write(acts: Iterable[Act]) -> str:
    """``acts`` under their headings, times in UTC. The report sums those of goodwill ``yes``."""
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(COLUMNS)
    for act in acts:
        writer.writerow([harmless(cell) for cell in _cells(act)])
    return out.getvalue()


def _cells(act: Act) -> tuple[str, ...]:
    return (
        act.at.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z"),
        _yes(is_given(act)),
        act.kind,
        act.link or "",
        format(act.amount, "f"),
        _yes(act.is_undone),
        act.staff_id,
        act.staff_name,
        act.staff_role,
        act.reason,
        act.case_reference,
        str(act.contact_id),
        act.programme_id,
        act.definition_id,
        act.intent_id,
    )


def _yes(value: bool) -> str:
    return "yes" if value else "no"
