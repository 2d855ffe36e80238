"""One intent, one engine, and faults that come in the order they are told: for tests that read as a story."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from datetime import datetime, timedelta

from dashboard.actions.engine import Engine
from dashboard.actions.journal import Journal
from dashboard.actions.two_phase import TwoPhase
from dashboard.store.intent import Intent
from tests.actions.fake_remote import Clock, FakeRemote, Fault
from tests.actions.memory import MemoryJournal
from tests.actions.schedules import new_intent


class Story:
    """Give the faults by call: ``Story(create=[Fault.LOST_AFTER])``. Calls beyond the list work."""

    def __init__(
        self,
        *,
        create: Iterable[Fault] = (),
        complete: Iterable[Fault] = (),
        cancel: Iterable[Fault] = (),
        find: Iterable[Fault] = (),
        journal: Journal | None = None,
        intent: Intent | None = None,
        protocol: TwoPhase | None = None,
    ) -> None:
        self.clock = Clock()
        given = {"create": create, "complete": complete, "cancel": cancel, "find": find}
        self.faults = defaultdict(list, {call: list(faults) for call, faults in given.items()})
        self.times: list[tuple[str, datetime]] = []
        self.remote = FakeRemote(self.clock, next_fault=self._next)
        self.memory = MemoryJournal()
        self.journal: Journal = journal or self.memory
        self.intent = intent or new_intent()
        self.protocol = protocol
        self.journal.add(self.intent)

    @property
    def now(self) -> Intent:
        """The intent as it stands."""
        return self.journal.get(self.intent.id)

    @property
    def calls(self) -> str:
        """The calls made so far, by name."""
        return " ".join(name for name, _ in self.remote.calls)

    @property
    def applied(self) -> int:
        """How often it was really completed."""
        return len(self.remote.applied(self.intent.id))

    def engine(self) -> Engine:
        """A fresh engine, as after a restart."""
        return Engine(self.journal, self.remote, self.clock, protocol=self.protocol)

    def advance(self, seconds: float = 15) -> Intent:
        """What one request of a page, or one turn of the settler, does."""
        return self.engine().advance(self.intent.id, until=self.clock.now + timedelta(seconds=seconds))

    def take_over(self) -> int:
        """What others do once they know that whoever had the intent is gone."""
        return self.engine().take_over(self.now.lease_owner or "nobody")

    def settle(self, limit: int = 100) -> Intent:
        """Go on, waiting as long as is asked, until it is settled."""
        for _ in range(limit):
            intent = self.advance()
            if intent.is_settled:
                return intent
            marks = [mark for mark in (intent.next_at, intent.lease_until) if mark is not None]
            self.clock.forward(max(0.1, (max(marks) - self.clock.now).total_seconds()))
            self.remote.catch_up()
        raise AssertionError(f"not settled: {self.now.state}, after {self.calls}")

    def sweep(self) -> None:
        """A quarter of an hour later the settler sweeps."""
        self.clock.forward(16 * 60)
        self.remote.catch_up()
        for intent_id in self.journal.strays(self.clock.now, 10):
            self.engine().sweep(intent_id)

    def _next(self, call: str) -> Fault:
        self.times.append((call, self.clock.now))
        return self.faults[call].pop(0) if self.faults[call] else Fault.NONE
