"""Where the engine writes down what it does: one transaction each, with its row of the audit record."""

from __future__ import annotations

from datetime import datetime
from typing import Protocol

from sqlalchemy import Connection
from sqlalchemy.exc import IntegrityError

from dashboard.actions import records, registers
from dashboard.store import audit, intents, spending
from dashboard.store.audit import Entry
from dashboard.store.database import Database
from dashboard.store.intents import Intent, Pause
from dashboard.store.spending import Act


class Superseded(Exception):  # noqa: N818 - what happened, not what went wrong
    """Somebody else changed the intent meanwhile; what this worker just learnt is theirs to find out."""


class Journal(Protocol):
    """What the engine needs kept. A simulator keeps it in memory; the product in the database."""

    def add(self, intent: Intent, act: Act | None = None) -> Intent:
        """Write a new intent down, or give the one that has its ID already.

        :param act: what it takes out of somebody's limits, in the same breath.
        :raises OverLimit: it does not fit into them; nothing is written down.
        """
        ...

    def get(self, intent_id: str) -> Intent:
        """The intent.

        :raises LookupError: there is none.
        """
        ...

    def claim(self, intent_id: str, owner: str, now: datetime, until: datetime) -> Intent | None:
        """Take the lease; None when the intent is not due or somebody else has it."""
        ...

    def save(self, before: Intent, after: Intent, now: datetime, then: tuple[Intent, ...] = ()) -> Intent:
        """Replace ``before`` by ``after`` and write down ``then``, which follows from it, in one breath.

        :raises Superseded: ``before`` is not the newest version.
        """
        ...

    def decided(self, after: Intent, entry: Entry, now: datetime, then: tuple[Intent, ...] = ()) -> Intent:
        """Keep what a person decided, with the row that names the person.

        :raises Superseded: it changed since ``after`` was made of it.
        """
        ...

    def pause(self, now: datetime) -> Pause | None:
        """What keeps every write from being sent."""
        ...

    def swept(self, before: Intent, after: Intent, cancelled: tuple[str, ...], now: datetime) -> None:
        """Keep that drafts nobody chose were cancelled."""
        ...

    def due(self, now: datetime, limit: int) -> tuple[str, ...]:
        """IDs of intents to move on."""
        ...

    def strays(self, now: datetime, limit: int) -> tuple[str, ...]:
        """IDs of intents to sweep."""
        ...

    def free_leases(self, owner: str) -> int:
        """End the leases of an owner that is gone; gives how many."""
        ...


def begin(connection: Connection, intent: Intent) -> None:
    """Write a new intent down, with its audit row.

    :raises sqlalchemy.exc.IntegrityError: there is one with its ID, or it is a second reversal.
    """
    intents.add(connection, intent)
    audit.append(connection, records.of_new(intent))


class DatabaseJournal:
    """The journal in the database.

    Every method raises :class:`~dashboard.store.database.DatabaseUnavailable` when it cannot be used; then
    nothing of the entry is kept.
    """

    def __init__(self, database: Database) -> None:
        self.database = database

    def add(self, intent: Intent, act: Act | None = None) -> Intent:
        """Intent and audit row, before anything is sent. Of two at once one writes, both get the same."""
        try:
            with self.database.write() as connection:
                if act is not None:
                    # Before looking: the same form sent twice at once must not use up the limits twice.
                    spending.lock(connection, act.staff_id)
                known = intents.get(connection, intent.id)
                if known is not None:
                    return known
                if act is not None:
                    spending.reserve(connection, act)
                begin(connection, intent)
        except IntegrityError:
            with self.database.read() as connection:
                known = intents.get(connection, intent.id)
            if known is None:
                raise
            return known
        return intent

    def get(self, intent_id: str) -> Intent:
        """The intent as it stands."""
        with self.database.read() as connection:
            intent = intents.get(connection, intent_id)
        if intent is None:
            raise LookupError(intent_id)
        return intent

    def claim(self, intent_id: str, owner: str, now: datetime, until: datetime) -> Intent | None:
        """Compare-and-set on owner and end of the lease."""
        with self.database.write() as connection:
            return intents.claim(connection, intent_id, owner, now, until)

    def save(self, before: Intent, after: Intent, now: datetime, then: tuple[Intent, ...] = ()) -> Intent:
        """Compare-and-set on the version, with the audit rows in the same transaction."""
        return self._replace(after, records.of_change(before, after, now), now, then)

    def decided(self, after: Intent, entry: Entry, now: datetime, then: tuple[Intent, ...] = ()) -> Intent:
        """What a person decided about an intent, with the row that names the person.

        :raises Superseded: it changed since ``after`` was made of it.
        """
        return self._replace(after, entry, now, then)

    def _replace(self, after: Intent, entry: Entry | None, now: datetime, then: tuple[Intent, ...]) -> Intent:
        with self.database.write() as connection:
            saved = intents.save(connection, after)
            if saved is None:
                raise Superseded(after.id)
            if entry is not None:
                audit.append(connection, entry)
            registers.keep(connection, saved, now)
            for following in then:
                begin(connection, following)
        return saved

    def pause(self, now: datetime) -> Pause | None:
        """Read from the intents that wait for it."""
        with self.database.read() as connection:
            return intents.pause(connection, now)

    def swept(self, before: Intent, after: Intent, cancelled: tuple[str, ...], now: datetime) -> None:
        """The intent and, where drafts were cancelled, an audit row of the console's own."""
        with self.database.write() as connection:
            if intents.save(connection, after) is None:
                raise Superseded(before.id)
            if cancelled:
                audit.append(connection, records.of_sweep(after, cancelled, now))

    def due(self, now: datetime, limit: int) -> tuple[str, ...]:
        """The longest waiting first."""
        with self.database.read() as connection:
            return intents.due(connection, now, limit)

    def strays(self, now: datetime, limit: int) -> tuple[str, ...]:
        """The longest waiting first."""
        with self.database.read() as connection:
            return intents.strays(connection, now, limit)

    def free_leases(self, owner: str) -> int:
        """Whatever it was doing is due at once."""
        with self.database.write() as connection:
            return intents.free_leases(connection, owner)
