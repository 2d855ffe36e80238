"""One intent through one seeded schedule of faults, crashes, other people and other workers.

Everything is drawn from one seed, so a schedule that fails can be played again, exactly. After the storm the
remote works and the schedule must end; then the remote's truth is held against what the console believes.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import count
from random import Random
from typing import ClassVar, Self

from dashboard.actions.engine import Engine
from dashboard.store.audit import Outcome
from dashboard.store.intent import Intent, State
from tests.actions.fake_remote import Clock, Crash, Fault
from tests.actions.memory import MemoryJournal

ON_WRITES = (
    Fault.NOT_SENT,
    Fault.LOST_BEFORE,
    Fault.LOST_AFTER,
    Fault.HANG,
    Fault.LATE,
    Fault.SLOW,
    Fault.FOREIGN,
    Fault.EMPTY,
    Fault.SERVER_ERROR,
    Fault.LIMITED,
    Fault.UNAUTHORISED,
    Fault.WORDLESS,
    Fault.CRASH_BEFORE,
    Fault.CRASH_AFTER,
    Fault.REFUSED,
)
ON_LOOK = (Fault.LOOK_FAILS, Fault.LOOK_BROKE, Fault.LOOK_SHIFTS, Fault.CRASH_BEFORE)
SELDOM = 0.02
"""The share of calls that meet a fault on an ordinary bad day: the bars are about it."""
MOST_CALLS = 100
"""What one change may ever take in the worst weather: a sixth of the hour's 600."""
CALLS_PER_TROUBLE = 7
"""What one fault, crash or stranger may cost: three looks, another draft, and sweeping what came late; or, at
a refusal, looks until a read is surely younger than it."""
CALLS_PER_LAG = 8
"""Looks in vain while reads are behind."""

_ENDS = {
    State.DONE: {Outcome.DONE},
    State.FAILED: {Outcome.FAILED, Outcome.DECLINED},
    State.CANCELLED: {Outcome.FAILED},
    State.HELD: {Outcome.UNKNOWN},
}


@dataclass
class Play(ABC):
    """One run. ``wrong`` lists what must never be; it is empty for a right engine."""

    longest_call: ClassVar[timedelta] = timedelta(minutes=5)
    """How long a call goes on although another worker has taken its work over."""

    seed: int
    wrong: list[str] = field(default_factory=list, init=False)
    met: list[Fault] = field(default_factory=list, init=False)
    """The faults that calls met."""
    deaths: int = field(default=0, init=False)

    def __post_init__(self) -> None:
        self.random = Random(self.seed)
        self.clock = Clock()
        self.is_storm = True
        self.crash_rate = self.random.choice((0.0, 0.02, 0.06))
        self.fault_rate = self.random.choice((0.0, SELDOM, 0.1, 0.3, 0.3, 0.6))
        if self.fault_rate == SELDOM:
            self.crash_rate = 0.0
        self.meddles = self.random.random() < 0.2
        self.did_meddle = False
        self.lag = timedelta(seconds=self.random.choice((0, 0, 0, 2, 12, 25)))
        self.journal = MemoryJournal(self._commit)
        self._ids = count()
        self.intent = self._set_up()

    def run(self) -> Self:
        """Play it to its end."""
        while self.intent.id not in self.journal.rows:
            self.alive(lambda: self.journal.add(self.intent))
        for _ in range(60):
            self.work()
            if self.row.is_settled:
                break
        self.calm()
        self.judge()
        return self

    @property
    def row(self) -> Intent:
        """What the console believes."""
        return self.journal.rows[self.intent.id]

    # -- what each kind of run has of its own --------------------------------------------------------

    @abstractmethod
    def _set_up(self) -> Intent:
        """Make the remote, and the intent."""

    @abstractmethod
    def engine(self) -> Engine:
        """A fresh engine each time: nothing may live in its memory."""

    @abstractmethod
    def catch_up(self) -> None:
        """Let the remote do what is due of calls that act late."""

    @abstractmethod
    def _late(self) -> list[datetime]:
        """When calls act that have not yet."""

    @abstractmethod
    def _calls(self) -> int:
        """How many calls were made."""

    @abstractmethod
    def _least_calls(self) -> int:
        """How many it takes when all is well."""

    @abstractmethod
    def _faults(self, call: str) -> tuple[Fault, ...]:
        """What a call may meet."""

    @abstractmethod
    def _meddle(self) -> None:
        """Another person does something; sets ``did_meddle``."""

    @abstractmethod
    def observe(self) -> None:
        """What a page would say now must not be a lie."""

    @abstractmethod
    def _judge_truth(self) -> None:
        """Hold the remote's truth against what the console believes in the end."""

    # -- the story -----------------------------------------------------------------------------------

    def work(self) -> None:
        """One turn of the settler, the time until the next one, and what else happens meanwhile."""
        engine = self.engine()
        self.alive(lambda: engine.advance(self.intent.id, until=self.clock.now + timedelta(seconds=15)))
        self.alive(lambda: self._sweep(engine))
        self.observe()
        if self.meddles and not self.did_meddle and self.random.random() < 0.2:
            self._meddle()
        self._wait()
        self.catch_up()

    def calm(self) -> None:
        """No more faults: now it must end."""
        self.is_storm = False
        for _ in range(200):
            if self.row.is_settled and not self._is_to_sweep() and not self._late():
                break
            self.work()
        self.clock.forward(20 * 60)  # whatever only lapses by itself has lapsed

    def _is_to_sweep(self) -> bool:
        waits_for_a_person = self.row.state is State.HELD and self.row.transaction_id is None
        return self.row.sweep_at is not None and not waits_for_a_person

    def _sweep(self, engine: Engine) -> None:
        for intent_id in self.journal.strays(self.clock.now, 10):
            engine.sweep(intent_id)

    def _wait(self) -> None:
        row, now = self.row, self.clock.now
        marks = [row.next_at, row.lease_until, row.sweep_at, *self._late()]
        ahead = [mark for mark in marks if mark is not None and mark > now]
        is_due = not row.is_settled and row.next_at <= now and (row.lease_until or now) <= now
        step = min(ahead) - now if ahead and not is_due else timedelta(seconds=1)
        self.clock.forward(max(step.total_seconds(), self.random.choice((0.5, 1, 3))))

    def another_worker(self) -> None:
        """While a call is slow its lease runs out, or is freed although its owner lives."""
        if self.random.random() < 0.5:
            self.free_lease()
        if self.random.random() < 0.7:
            end = self.clock.now + self.longest_call
            for _ in range(self.random.randint(1, 8)):
                until = self.clock.now + timedelta(seconds=15)
                self.engine().advance(self.intent.id, until=until)
                self.clock.now = min(end, self.clock.now + timedelta(seconds=self.random.choice((1, 5, 12))))

    # -- chance --------------------------------------------------------------------------------------

    def new_lease(self) -> str:
        """Names in the order of their making, so that a story is the same each time."""
        return f"lease-{next(self._ids)}"

    def free_lease(self) -> None:
        """Whoever holds the intent is taken for gone, rightly or wrongly."""
        known = self.journal.rows.get(self.intent.id)
        if known is not None and known.lease_owner is not None:
            self.journal.free_leases(known.lease_owner)

    def alive(self, work: Callable[[], object]) -> None:
        """Do something; the process may die over it."""
        try:
            work()
        except Crash:
            self.deaths += 1
            if self.random.random() < 0.5:
                self.free_lease()

    def _commit(self, when: str) -> None:
        if self.is_storm and self.random.random() < self.crash_rate:
            raise Crash(when)

    def next_fault(self, call: str) -> Fault:
        """What the next call meets."""
        if not self.is_storm or self.random.random() > self.fault_rate:
            return Fault.NONE
        fault = self._drawn(call)
        if fault is not Fault.NONE:
            self.met.append(fault)
        return fault

    def _drawn(self, call: str) -> Fault:
        return self.random.choice(self._faults(call))

    # -- what must never be --------------------------------------------------------------------------

    def judge(self) -> None:
        """Once it has ended."""
        self.observe()
        self._judge_truth()
        if not self.row.is_settled:
            self.wrong.append(f"lost: still {self.row.state}")
        self._judge_budget()
        self._judge_audit()

    def _judge_budget(self) -> None:
        """The calls it takes, and for every trouble no more than it needs."""
        calls, troubles = self._calls(), len(self.met) + self.deaths + self.did_meddle
        needed = self._least_calls() + CALLS_PER_TROUBLE * troubles
        needed += CALLS_PER_LAG if self.lag and troubles else 0
        if calls > min(needed, MOST_CALLS):
            self.wrong.append(f"{calls} calls where {needed} do")

    def _judge_audit(self) -> None:
        told = [entry.outcome for entry in self.journal.audit if not entry.action.endswith(".sweep")]
        if told[0] is not Outcome.PENDING:
            self.wrong.append("sent before it was recorded")
        if told[-1] not in _ENDS.get(self.row.state, set()):
            self.wrong.append(f"the record ends with {told[-1]}, the intent with {self.row.state}")
