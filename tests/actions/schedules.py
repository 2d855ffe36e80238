"""The explorer of credits and debits: see :mod:`tests.actions.playing`."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from dashboard.actions.engine import Engine
from dashboard.actions.policy import Policy
from dashboard.actions.two_phase import TwoPhase
from dashboard.brevo.status import TransactionStatus as Status
from dashboard.store.intent import Intent, Kind, Phase, State
from tests.actions.fake_remote import DEFINITION, PROGRAMME, START, Entry, FakeRemote, Fault
from tests.actions.playing import ON_LOOK, ON_WRITES, Play

ON_CREATE = (*ON_WRITES, Fault.TWICE, Fault.MARK_LOST)
ON_END = (*ON_WRITES, Fault.REJECTED)
ON_ANY = (*ON_CREATE, *ON_LOOK)
RARE = frozenset({Fault.REFUSED, Fault.REJECTED, Fault.MARK_LOST})
"""Faults that end a story early: too many of them would leave little to tell."""

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
class Schedule(Play):
    """One credit or debit."""

    make_engine: MakeEngine = Engine
    make_protocol: MakeProtocol = TwoPhase

    def _set_up(self) -> Intent:
        self.favourite = self.random.choice(ON_ANY)
        self.remote = FakeRemote(
            self.clock,
            next_fault=self.next_fault,
            while_slow=self.another_worker,
            lag=self.lag,
            keeps_ttl=self.random.random() < 0.7,
            retry_after=self.random.choice((0, 3, 1e9, None, float("nan"))),
            slow_seconds=self.random.choice((2, 60)),
        )
        self.mark_was_lost = False
        intent = new_intent(amount=self.random.choice(("500", "-120")))
        if self.random.random() < 0.3:
            # Another system's draft of the same amount: not ours to touch.
            meta = {"intent": "33333333-3333-4333-8333-333333333333"}
            foreign = Entry("ffffffff-ffff-4fff-8fff-ffffffffffff", intent.amount, meta, START, None)
            self.remote.entries.append(foreign)
        return intent

    def engine(self) -> Engine:
        """On the fake ledger."""
        return self.make_engine(
            self.journal, self.remote, self.clock, protocol=self.make_protocol(), owner=self.new_lease
        )

    def catch_up(self) -> None:
        """In the ledger."""
        self.remote.catch_up()

    def _late(self) -> list[datetime]:
        return [moment for moment, _ in self.remote.pending]

    def _calls(self) -> int:
        return len(self.remote.calls)

    def _least_calls(self) -> int:
        return 2

    def _meddle(self) -> None:
        """A person decides about the draft in the remote's own pages; completes only the one that counts."""
        chosen, drafts = self.row.transaction_id, self.remote.open_drafts()
        ours = [draft for draft in drafts if draft.meta.get("intent") == self.intent.id]
        if not ours:
            return
        draft = self.random.choice(ours)
        may_complete = draft.id == chosen and self.random.random() < 0.5
        self.remote.somebody(draft.id, Status.COMPLETED if may_complete else Status.CANCELLED)
        self.did_meddle = True

    def _faults(self, call: str) -> tuple[Fault, ...]:
        return {"create": ON_CREATE, "find": ON_LOOK}.get(call, ON_END)

    def _drawn(self, call: str) -> Fault:
        is_favoured = self.favourite in self._faults(call) and self.random.random() < 0.4
        fault = self.favourite if is_favoured else super()._drawn(call)
        if fault is Fault.TWICE and not self.remote.keeps_ttl:
            return Fault.NONE  # the first answer is clean, so only the draft's own lapse can end the second
        if fault in RARE and self.random.random() < 0.7:
            return Fault.NONE
        self.mark_was_lost = self.mark_was_lost or fault is Fault.MARK_LOST
        return fault

    # -- what must never be --------------------------------------------------------------------------

    def observe(self) -> None:
        """Points that moved or did not, against what a page says of them."""
        applied, phase = self.remote.applied(self.intent.id), self.row.phase
        if phase is Phase.FAILED and applied:
            self.wrong.append("says failed while applied")
        if phase is Phase.QUEUED and any(entry.decided_by == "us" for entry in applied):
            self.wrong.append("says queued while applied")
        if phase is Phase.DONE and not applied:
            self.wrong.append("says done without having been")

    def _judge_truth(self) -> None:
        applied, row = self.remote.applied(self.intent.id), self.row
        if len(applied) > 1:
            self.wrong.append(f"applied {len(applied)} times")
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
        self._judge_drafts()

    def _judge_drafts(self) -> None:
        foreign = [e for e in self.remote.entries if e.meta.get("intent") not in {self.intent.id, None}]
        if any(entry.status is not Status.DRAFT for entry in foreign):
            self.wrong.append("touched somebody else's draft")
        if self.remote.blind:
            self.wrong.append("asked for another draft without looking")
        strays = [e for e in self.remote.open_drafts() if e.meta.get("intent") == self.intent.id]
        if strays and not self.mark_was_lost and self.row.state is not State.HELD:
            self.wrong.append(f"left {len(strays)} drafts lying about")


def first_wrong(
    seeds: range, make_engine: MakeEngine = Engine, make_protocol: MakeProtocol = TwoPhase
) -> Schedule | None:
    """The first schedule that goes wrong."""
    for seed in seeds:
        schedule = Schedule(seed, make_engine, make_protocol).run()
        if schedule.wrong:
            return schedule
    return None
