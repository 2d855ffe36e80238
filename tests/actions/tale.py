"""One change of any kind, one engine, and faults in the order told: for tests that read as a story."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from dashboard.actions.engine import Engine
from dashboard.actions.operations import operations
from dashboard.store.intent import Intent, Kind
from tests.actions.fake_acting import MEMBER
from tests.actions.fake_desk import FakeDesk
from tests.actions.fake_remote import PROGRAMME, START, Clock, Fault
from tests.actions.memory import MemoryJournal

ID = "11111111-1111-4111-8111-111111111111"


def asked(kind: Kind, values: Mapping[str, str | None], **more: Any) -> Intent:
    """An intent as a form makes it."""
    return Intent(
        id=ID,
        kind=kind,
        programme_id=PROGRAMME,
        contact_id=more.pop("contact_id", MEMBER),
        staff_id="22222222-2222-4222-8222-222222222222",
        staff_name="Sam Agent",
        staff_role="agent",
        values={"reason": "late_delivery", "case_reference": "ZD-1", **values},
        values_hash="",
        created_at=START,
        updated_at=START,
        next_at=START,
        **more,
    )


class Tale:
    """Give the faults by call: ``Tale(intent, attribute=[Fault.LOST_AFTER])``. Calls beyond the list work."""

    def __init__(self, intent: Intent, /, desk: FakeDesk | None = None, **faults: Any) -> None:
        self.desk = desk or FakeDesk(Clock())
        self.clock = self.desk.clock
        self.faults = defaultdict(list, {call: list(given) for call, given in faults.items()})
        self.desk.next_fault = self._next
        self.journal = MemoryJournal()
        self.intent = self.journal.add(intent)

    @property
    def now(self) -> Intent:
        """The intent as it stands."""
        return self.journal.get(self.intent.id)

    @property
    def calls(self) -> str:
        """The calls made so far, by name."""
        return " ".join(self.desk.calls)

    def engine(self) -> Engine:
        """A fresh engine, as after a restart."""
        carried = operations(self.desk, self.clock)
        return Engine(self.journal, self.desk.ledger, self.clock, operations=carried)

    def advance(self, seconds: float = 15) -> Intent:
        """What one request of a page, or one turn of the settler, does."""
        return self.engine().advance(self.intent.id, until=self.clock.now + timedelta(seconds=seconds))

    def settle(self, limit: int = 100) -> Intent:
        """Go on, waiting as long as is asked, until it is settled."""
        for _ in range(limit):
            intent = self.advance()
            if intent.is_settled:
                return intent
            marks = [mark for mark in (intent.next_at, intent.lease_until) if mark is not None]
            self.clock.forward(max(0.1, (max(marks) - self.clock.now).total_seconds()))
            self.desk.catch_up()
        raise AssertionError(f"not settled: {self.now.state}, after {self.calls}")

    def sweep(self) -> None:
        """A quarter of an hour later the settler sweeps."""
        self.clock.forward(16 * 60)
        self.desk.catch_up()
        for intent_id in self.journal.strays(self.clock.now, 10):
            self.engine().sweep(intent_id)

    def _next(self, call: str) -> Fault:
        return self.faults[call].pop(0) if self.faults[call] else Fault.NONE
