"""Console, remote and database as they run in earnest, and what tests see behind their backs."""

from __future__ import annotations

import sqlite3
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from decimal import Decimal
from itertools import count
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from dashboard.actions.enrolling import enrolled_as
from dashboard.permissions import Role
from dashboard.sandbox import SandboxOptions, catalogue
from dashboard.sandbox.cast import NORTHWIND
from dashboard.store import audit, intents, sessions, staff
from dashboard.store.audit import Entry
from dashboard.store.database import Database
from dashboard.store.intents import Intent, State
from tests.faults.browser import Browser
from tests.faults.console import ROOT, Console, until
from tests.faults.door import Door
from tests.support.sandbox import Remote, start

CREATE, COMPLETE, LOOK = "createTransaction", "completeTransaction", "listTransactions"
AMOUNT = Decimal(10)
"""Points of every credit: few, so that no limit of a day is met."""
ONE_CREDIT = [(AMOUNT, "completed")]
"""What :meth:`Stack.ours` gives when all is well."""
NEVER = 3_600.0
"""Seconds: a call held that long is never answered while a test runs."""
PEOPLE = {
    "sam": ("Sam Rivera", Role.AGENT),
    "lea": ("Lea Moreau", Role.SUPERVISOR),
    "ike": ("Ike Obi", Role.AUDITOR),
}
_SECRET = "what tests of faults sign with and nobody else"
_FIRST_MEMBER = 1_001


@dataclass
class Stack:
    """One console on its sandbox. Every change in a test is about a member of its own."""

    console: Console
    remote: Remote
    door: Door
    database: Database
    environment: Mapping[str, str]
    folder: Path
    browsers: list[Browser] = field(default_factory=list)
    _members: Iterator[int] = field(default_factory=lambda: count(_FIRST_MEMBER))

    def new_member(self) -> int:
        """The contact ID of a member that nothing was done to."""
        return next(self._members)

    def browser(self, name: str = "sam") -> Browser:
        """A browser in which ``sam``, ``lea`` or ``ike`` is signed in."""
        now = datetime.now(UTC)
        with self.database.write() as connection:
            opened = sessions.open_session(
                connection, self.staff_id(name), user_agent="Firefox", ip="127.0.0.1", now=now
            )
        self.browsers.append(Browser(self.console.url, opened.token))
        return self.browsers[-1]

    def staff_id(self, name: str) -> str:
        """Who that is in the record."""
        with self.database.read() as connection:
            member = staff.by_email(connection, f"{name}@example.com")
        assert member is not None
        return member.id

    def fault(self, kind: str, operation: str, contact_id: int, **more: Any) -> int:
        """Order a fault for the next call of that operation about that member."""
        return self.remote.fault(kind, path=operation, contact=contact_id, **more)

    def is_met(self, fault: int) -> bool:
        """Whether the call of an ordered fault has come."""
        return all(order["number"] != fault for order in self.remote.control.faults())

    def wait_for(self, fault: int) -> None:
        """Wait until the call of an ordered fault has come."""
        until(lambda: self.is_met(fault), "the call that meets the fault")

    # -- what became of it --------------------------------------------------------------------------

    def ours(self, contact_id: int, intent_id: str) -> list[tuple[Decimal, str]]:
        """Signed amount and status of the remote's transactions that carry this intent's mark."""
        return [
            (each["amount"], each["status"])
            for each in self.remote.ledger(NORTHWIND, contact_id)["transactions"]
            if (each["meta"] or {}).get("intent") == intent_id
        ]

    def given(self, contact_id: int, intent_id: str) -> int:
        """How often the remote has really carried it out."""
        return [status for _, status in self.ours(contact_id, intent_id)].count("completed")

    def points(self, contact_id: int) -> Decimal:
        """The member's balance in the remote."""
        balance: Decimal = self.remote.ledger(NORTHWIND, contact_id)["balances"][catalogue.POINTS]
        return balance

    def points_of_any(self, contact_id: int) -> Decimal:
        """The same; 0 of a contact who is no member."""
        is_member = self.remote.control.ledger(NORTHWIND, contact_id) is not None
        return self.points(contact_id) if is_member else Decimal(0)

    def intent(self, intent_id: str) -> Intent:
        """What the console knows of it."""
        found = self.find_intent(intent_id)
        assert found is not None, f"the console has no intent {intent_id}"
        return found

    def outcome(self, intent_id: str) -> Intent:
        """The same; once a contact is created the enrolment that follows by itself."""
        intent = self.intent(intent_id)
        enrolment = enrolled_as(intent) if intent.state is State.DONE else None
        return self.intent(enrolment) if enrolment else intent

    def find_intent(self, intent_id: str) -> Intent | None:
        """The same, when there is one."""
        with self.database.read() as connection:
            return intents.get(connection, intent_id)

    def settled(self, intent_id: str) -> Intent:
        """The intent once nothing more happens by itself."""
        until(lambda: self.intent(intent_id).is_settled, f"intent {intent_id} is not settled", 90)
        return self.intent(intent_id)

    def record(self, intent_id: str) -> list[Entry]:
        """The audit rows of an intent, oldest first."""
        return self._rows(audit.Filters(intent_id=intent_id))

    def record_of(self, contact_id: int) -> list[Entry]:
        """The audit rows about a member, oldest first."""
        return self._rows(audit.Filters(contact_id=contact_id))

    def _rows(self, filters: audit.Filters) -> list[Entry]:
        with self.database.read() as connection:
            rows = audit.page(connection, filters, limit=1_000)
        return [each.entry for each in reversed(rows)]

    def calls(self, contact_id: int) -> list[str]:
        """The writes about a member that reached the remote, and the looks for what became of them.

        A call that is being held before it is applied is not among them yet.
        """
        return [each.operation for each in self.remote.control.calls() if each.contact == contact_id]

    def verify(self) -> str:
        """What ``loyalty-desk audit verify`` says; it must succeed."""
        done = subprocess.run(
            [sys.executable, "-m", "dashboard", "audit", "verify"],
            env={"PYTHONPATH": str(ROOT), **self.environment},
            cwd=self.folder,
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    @contextmanager
    def nothing_is_committed(self) -> Iterator[None]:
        """Hold the database's write lock: whoever commits has to wait."""
        with closing(sqlite3.connect(self.folder / "desk.db", isolation_level=None)) as connection:
            connection.execute("BEGIN IMMEDIATE")
            yield
            connection.execute("ROLLBACK")


@contextmanager
def running(folder: Path, *, workers: int = 1, threads: int = 16, members: int = 400) -> Iterator[Stack]:
    """A stack on a fresh database below ``folder``; everything ends with it."""
    remote = start(SandboxOptions(members=members, plan="off"))
    door = Door(("127.0.0.1", urlsplit(remote.url).port or 0))
    database = _database(folder)
    environment = {
        "BREVO_API_KEY": remote.key,
        "BREVO_API_URL": f"http://127.0.0.1:{door.port}/v3",
        "DATABASE_URL": f"sqlite:///{folder / 'desk.db'}",
        "SECRET_KEY": _SECRET,
        "PACE": "9999",  # A storm gives in a minute what staff give in days.
    }
    console = Console(folder, environment, workers=workers, threads=threads)
    try:
        console.start()
        console.serves()
        stack = Stack(console, remote, door, database, environment, folder)
        yield stack
        for browser in stack.browsers:
            browser.close()
    finally:
        remote.clear_faults()
        console.close()
        database.dispose()
        door.close()
        remote.server.stop()


def _database(folder: Path) -> Database:
    database = Database(f"sqlite:///{folder / 'desk.db'}", (_SECRET,))
    database.upgrade()
    for short, (name, role) in PEOPLE.items():
        with database.write() as connection:
            staff.add(connection, email=f"{short}@example.com", name=name, role=role, now=datetime.now(UTC))
    return database
