"""A journal in memory, with the rules of the one in the database, for many thousands of schedules."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from msgspec.structs import replace

from dashboard.actions import records
from dashboard.actions.journal import Superseded
from dashboard.store.audit import Entry
from dashboard.store.intent import ENDED, Intent, Pause, Waiting
from dashboard.store.spending import Act


class MemoryJournal:
    """What :class:`dashboard.actions.journal.DatabaseJournal` does, in a dict.

    :param commit: called before and after every commit; may raise, as a process may die.
    """

    def __init__(self, commit: Callable[[str], None] = lambda when: None) -> None:
        self.rows: dict[str, Intent] = {}
        self.audit: list[Entry] = []
        self._commit = commit

    def add(self, intent: Intent, act: Act | None = None) -> Intent:
        """Write a new intent down, or give the known one. Limits are the database's alone."""
        if intent.id in self.rows:
            return self.rows[intent.id]
        self._write(intent, records.of_new(intent))
        return intent

    def get(self, intent_id: str) -> Intent:
        """The intent."""
        return self.rows[intent_id]

    def claim(self, intent_id: str, owner: str, now: datetime, until: datetime) -> Intent | None:
        """Compare-and-set on the lease."""
        row = self.rows[intent_id]
        if row.settled_at is not None or row.next_at > now or not _is_free(row, now):
            return None
        claimed = replace(row, lease_owner=owner, lease_until=until, version=row.version + 1)
        self._write(claimed, None)
        return claimed

    def save(self, before: Intent, after: Intent, now: datetime, then: tuple[Intent, ...] = ()) -> Intent:
        """Compare-and-set on the version."""
        if self.rows[after.id].version != after.version:
            raise Superseded(after.id)
        saved = replace(after, version=after.version + 1)
        self._write(saved, records.of_change(before, after, now))
        for following in then:
            self.add(following)
        return saved

    def decided(self, after: Intent, entry: Entry, now: datetime, then: tuple[Intent, ...] = ()) -> Intent:
        """A person's decision."""
        if self.rows[after.id].version != after.version:
            raise Superseded(after.id)
        saved = replace(after, version=after.version + 1)
        self._write(saved, entry)
        for following in then:
            self.add(following)
        return saved

    def pause(self, now: datetime) -> Pause | None:
        """The longest of the pauses that hold every write."""
        held = {Waiting.RATE_LIMITED, Waiting.UNAUTHORISED}
        waits = [
            Pause(row.waiting, row.next_at)
            for row in self.rows.values()
            if row.waiting in held and row.settled_at is None and row.next_at > now
        ]
        return max(waits, key=lambda pause: pause.until, default=None)

    def swept(self, before: Intent, after: Intent, cancelled: tuple[str, ...], now: datetime) -> None:
        """The swept intent and its audit row."""
        if self.rows[before.id].version != before.version:
            raise Superseded(before.id)
        entry = records.of_sweep(after, cancelled, now) if cancelled else None
        self._write(replace(after, version=after.version + 1), entry)

    def due(self, now: datetime, limit: int) -> tuple[str, ...]:
        """Intents to move on."""
        rows = [
            r for r in self.rows.values() if r.settled_at is None and r.next_at <= now and _is_free(r, now)
        ]
        return tuple(row.id for row in sorted(rows, key=lambda row: row.next_at)[:limit])

    def strays(self, now: datetime, limit: int) -> tuple[str, ...]:
        """Intents to sweep."""
        rows = [
            row
            for row in self.rows.values()
            if row.sweep_at is not None
            and row.sweep_at <= now
            and (row.transaction_id is not None or row.state in ENDED)
        ]
        return tuple(row.id for row in rows[:limit])

    def free_leases(self, owner: str) -> int:
        """End the leases of one owner."""
        held = [row for row in self.rows.values() if row.lease_owner == owner and row.settled_at is None]
        for row in held:
            self.rows[row.id] = replace(row, lease_owner=None, lease_until=None)
        return len(held)

    def _write(self, intent: Intent, entry: Entry | None) -> None:
        self._commit("before")
        self.rows[intent.id] = intent
        if entry is not None:
            self.audit.append(entry)
        self._commit("after")


def _is_free(row: Intent, now: datetime) -> bool:
    return row.lease_until is None or row.lease_until <= now
