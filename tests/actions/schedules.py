"""The explorer: one intent through one seeded schedule of faults, crashes, other people and other workers.

Everything is drawn from one seed, so a schedule that fails can be played again, exactly. After the storm the
remote works and the schedule must end; then the remote's truth is held against what the console believes.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta
from decimal import Decimal
from itertools import count
from random import Random

from dashboard.actions.engine import Engine
from dashboard.actions.policy import Policy
from dashboard.actions.two_phase import TwoPhase
from dashboard.brevo.status import TransactionStatus as Status
from dashboard.store.audit import Outcome
from dashboard.store.intent import Intent, Kind, Phase, State
from tests.actions.fake_remote import DEFINITION, PROGRAMME, START, Clock, Crash, Entry, FakeRemote, Fault
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
ON_CREATE = (*ON_WRITES, Fault.TWICE, Fault.MARK_LOST)
ON_END = (*ON_WRITES, Fault.REJECTED)
ON_LOOK = (Fault.LOOK_FAILS, Fault.LOOK_BROKE, Fault.LOOK_SHIFTS, Fault.CRASH_BEFORE)
ON_ANY = (*ON_CREATE, *ON_LOOK)
RARE = frozenset({Fault.REFUSED, Fault.REJECTED, Fault.MARK_LOST})
"""Faults that end a story early: too many of them would leave little to tell."""
SELDOM = 0.02
"""The share of calls that meet a fault on an ordinary bad day: the bars are about it."""
MOST_CALLS = 100
"""What one credit may ever take in the worst weather: a sixth of the hour's 600."""
CALLS_PER_TROUBLE = 7
"""What one fault, crash or stranger may cost: three looks, another draft, and sweeping what came late; or, at
a refusal, looks until a line of the history is surely younger than it."""
CALLS_PER_LAG = 8
"""Looks in vain while reads are behind."""

MakeProtocol = Callable[[], TwoPhase]
MakeEngine = Callable[..., Engine]


def new_intent(intent_id: str = "11111111-1111-4111-8111-111111111111", amount: str = "500") -> Intent:
    """An intent as the form makes it."""
    return Intent(
        id=intent_id,
        kind=Kind.CREDIT if Decimal(amount) > 0 else Kind.DEBIT,
        programme_id=PROGRAMME,
        contact_id=7,
        staff_id="22222222-2222-4222-8222-222222222222",
        staff_name="Sam Agent",
        staff_role="agent",
        values={
            "definition_id": DEFINITION,
            "amount": amount,
            "reason": "late_delivery",
            "case_reference": "ZD-1",
        },
        values_hash="",
        created_at=START,
        updated_at=START,
        next_at=START,
    )


@dataclass
class Schedule:
    """One run. ``wrong`` lists what must never be; it is empty for a right engine."""

    seed: int
    make_engine: MakeEngine = Engine
    make_protocol: MakeProtocol = TwoPhase
    wrong: list[str] = field(default_factory=list)
    met: list[Fault] = field(default_factory=list)
    """The faults that calls met."""
    deaths: int = 0

    def __post_init__(self) -> None:
        self.random = Random(self.seed)
        self.clock = Clock()
        self.is_storm = True
        self.crash_rate = self.random.choice((0.0, 0.02, 0.06))
        self.fault_rate = self.random.choice((0.0, SELDOM, 0.1, 0.3, 0.3, 0.6))
        if self.fault_rate == SELDOM:
            self.crash_rate = 0.0
        self.favourite = self.random.choice(ON_ANY)
        self.meddles = self.random.random() < 0.2
        self.remote = FakeRemote(
            self.clock,
            next_fault=self._fault,
            while_slow=self._another_worker,
            lag=timedelta(seconds=self.random.choice((0, 0, 0, 2, 12, 25))),
            keeps_ttl=self.random.random() < 0.7,
            retry_after=self.random.choice((0, 3, 1e9, None, float("nan"))),
            slow_seconds=self.random.choice((2, 60)),
        )
        self.journal = MemoryJournal(self._commit)
        self.intent = new_intent(amount=self.random.choice(("500", "-120")))
        self.did_meddle = False
        self.mark_was_lost = False
        self._ids = count()

    def run(self) -> Schedule:
        """Play it to its end."""
        self._record()
        self._foreign_draft()
        self._storm()
        self._calm()
        self._judge()
        return self

    @property
    def row(self) -> Intent:
        """What the console believes."""
        return self.journal.rows[self.intent.id]

    # -- the story -----------------------------------------------------------------------------------

    def _record(self) -> None:
        while self.intent.id not in self.journal.rows:
            self._alive(lambda: self.journal.add(self.intent))

    def _foreign_draft(self) -> None:
        """Another system's draft of the same amount: not ours to touch."""
        if self.random.random() < 0.3:
            meta = {"intent": "33333333-3333-4333-8333-333333333333"}
            self.remote.entries.append(
                Entry("ffffffff-ffff-4fff-8fff-ffffffffffff", self.intent.amount, meta, START, None)
            )

    def _storm(self) -> None:
        for _ in range(60):
            self._work()
            if self.row.is_settled:
                return

    def _calm(self) -> None:
        self.is_storm = False
        for _ in range(200):
            if self.row.is_settled and self.row.sweep_at is None and not self.remote.pending:
                break
            self._work()
        self.clock.forward(20 * 60)  # whatever only lapses by itself has lapsed

    def _work(self) -> None:
        engine = self._engine()
        self._alive(lambda: engine.advance(self.intent.id, until=self.clock.now + timedelta(seconds=15)))
        self._alive(lambda: self._sweep(engine))
        self._observe()
        self._meddle()
        self._wait()
        self.remote.catch_up()

    def _sweep(self, engine: Engine) -> None:
        for intent_id in self.journal.strays(self.clock.now, 10):
            engine.sweep(intent_id)

    def _wait(self) -> None:
        row, now = self.row, self.clock.now
        marks = [row.next_at, row.lease_until, row.sweep_at, *(moment for moment, _ in self.remote.pending)]
        ahead = [mark for mark in marks if mark is not None and mark > now]
        is_due = not row.is_settled and row.next_at <= now and (row.lease_until or now) <= now
        step = min(ahead) - now if ahead and not is_due else timedelta(seconds=1)
        self.clock.forward(max(step.total_seconds(), self.random.choice((0.5, 1, 3))))

    def _another_worker(self) -> None:
        """While a call is slow its lease runs out, or is freed by a process that starts."""
        if self.random.random() < 0.5:
            self.journal.free_leases()
        if self.random.random() < 0.7:
            for _ in range(self.random.randint(1, 8)):
                until = self.clock.now + timedelta(seconds=15)
                self._engine().advance(self.intent.id, until=until)
                self.clock.forward(self.random.choice((1, 5, 12)))

    def _meddle(self) -> None:
        """A person decides about the draft in the remote's own pages; completes only the one that counts."""
        if not self.meddles or self.did_meddle or self.random.random() > 0.2:
            return
        chosen, drafts = self.row.transaction_id, self.remote.open_drafts()
        ours = [draft for draft in drafts if draft.meta.get("intent") == self.intent.id]
        if not ours:
            return
        draft = self.random.choice(ours)
        may_complete = draft.id == chosen and self.random.random() < 0.5
        self.remote.somebody(draft.id, Status.COMPLETED if may_complete else Status.CANCELLED)
        self.did_meddle = True

    # -- chance --------------------------------------------------------------------------------------

    def _engine(self) -> Engine:
        """A fresh engine each time: nothing may live in its memory."""
        return self.make_engine(
            self.journal,
            self.remote,
            self.clock,
            protocol=self.make_protocol(),
            ids=lambda: f"lease-{next(self._ids)}",
        )

    def _alive(self, work: Callable[[], object]) -> None:
        try:
            work()
        except Crash:
            self.deaths += 1
            if self.random.random() < 0.5:
                self.journal.free_leases()

    def _commit(self, when: str) -> None:
        if self.is_storm and self.random.random() < self.crash_rate:
            raise Crash(when)

    def _fault(self, call: str) -> Fault:
        if not self.is_storm or self.random.random() > self.fault_rate:
            return Fault.NONE
        faults = {"create": ON_CREATE, "find": ON_LOOK}.get(call, ON_END)
        fault = (
            self.favourite
            if self.favourite in faults and self.random.random() < 0.4
            else self.random.choice(faults)
        )
        if fault is Fault.TWICE and not self.remote.keeps_ttl:
            return Fault.NONE  # the first answer is clean, so only the draft's own lapse can end the second
        if fault in RARE and self.random.random() < 0.7:
            return Fault.NONE
        self.met.append(fault)
        self.mark_was_lost = self.mark_was_lost or fault is Fault.MARK_LOST
        return fault

    # -- what must never be --------------------------------------------------------------------------

    def _observe(self) -> None:
        """What a page would say now must not be a lie."""
        applied, phase = self.remote.applied(self.intent.id), self.row.phase
        if phase is Phase.FAILED and applied:
            self.wrong.append("says failed while applied")
        if phase is Phase.QUEUED and any(entry.decided_by == "us" for entry in applied):
            self.wrong.append("says queued while applied")
        if phase is Phase.DONE and not applied:
            self.wrong.append("says done without having been")

    def _judge(self) -> None:
        self._observe()
        self._judge_truth()
        self._judge_manners()
        self._judge_audit()

    def _judge_truth(self) -> None:
        applied, row = self.remote.applied(self.intent.id), self.row
        if len(applied) > 1:
            self.wrong.append(f"applied {len(applied)} times")
        if not row.is_settled:
            self.wrong.append(f"lost: still {row.state}")
        # A person is called only when a mark was lost, or after many looks that could not see everything.
        was_seen = max(row.partial_looks, row.empty_looks) < Policy().most_looks - 1
        if row.state is State.HELD and was_seen and not self.mark_was_lost:
            self.wrong.append(f"held without need: {row.failure_code}")
        if row.state is State.CANCELLED and not self.did_meddle:
            self.wrong.append("cancelled by nobody")
        if row.state is State.DONE and row.applied_amount != self.intent.amount:
            self.wrong.append(f"receipt says {row.applied_amount}")
        if row.state is State.DONE and row.transaction_id not in {entry.id for entry in applied}:
            self.wrong.append("receipt names another transaction")

    def _judge_manners(self) -> None:
        foreign = [e for e in self.remote.entries if e.meta.get("intent") not in {self.intent.id, None}]
        if any(entry.status is not Status.DRAFT for entry in foreign):
            self.wrong.append("touched somebody else's draft")
        if self.remote.blind:
            self.wrong.append("asked for another draft without looking")
        strays = [e for e in self.remote.open_drafts() if e.meta.get("intent") == self.intent.id]
        if strays and not self.mark_was_lost and self.row.state is not State.HELD:
            self.wrong.append(f"left {len(strays)} drafts lying about")
        self._judge_budget()

    def _judge_budget(self) -> None:
        """Two calls, and for every trouble no more than it needs."""
        calls, troubles = len(self.remote.calls), len(self.met) + self.deaths + self.did_meddle
        needed = 2 + CALLS_PER_TROUBLE * troubles + (CALLS_PER_LAG if self.remote.lag and troubles else 0)
        if calls > min(needed, MOST_CALLS):
            self.wrong.append(f"{calls} calls where {needed} do")

    def _judge_audit(self) -> None:
        told = [entry.outcome for entry in self.journal.audit if entry.action != "draft.sweep"]
        if told[0] is not Outcome.PENDING:
            self.wrong.append("sent before it was recorded")
        expected = {
            State.DONE: {Outcome.DONE},
            State.FAILED: {Outcome.FAILED, Outcome.DECLINED},
            State.CANCELLED: {Outcome.FAILED},
            State.HELD: {Outcome.UNKNOWN},
        }.get(self.row.state, set())
        if told[-1] not in expected:
            self.wrong.append(f"the record ends with {told[-1]}, the intent with {self.row.state}")


def first_wrong(
    seeds: range, make_engine: MakeEngine = Engine, make_protocol: MakeProtocol = TwoPhase
) -> Schedule | None:
    """The first schedule that goes wrong."""
    for seed in seeds:
        schedule = Schedule(seed, make_engine, make_protocol).run()
        if schedule.wrong:
            return schedule
    return None
