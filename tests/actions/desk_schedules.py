"""The explorer of all other kinds of change: see :mod:`tests.actions.playing`."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial

from dashboard.actions.engine import Engine
from dashboard.actions.operation import Operations
from dashboard.actions.operations import operations
from dashboard.store.intent import Intent, Phase, State
from tests.actions.desk_deeds import DEEDS, Deed
from tests.actions.fake_desk import FakeDesk
from tests.actions.fake_remote import Clock, Fault
from tests.actions.playing import ON_LOOK, ON_WRITES, Play

MAY_HAVE_ARRIVED = frozenset(
    {
        Fault.LOST_BEFORE,
        Fault.LOST_AFTER,
        Fault.HANG,
        Fault.LATE,
        Fault.FOREIGN,
        Fault.EMPTY,
        Fault.SERVER_ERROR,
        Fault.WORDLESS,
        Fault.CRASH_BEFORE,
        Fault.CRASH_AFTER,
    }
)
HIDES = frozenset({Fault.LATE, Fault.SLOW, *ON_LOOK})
"""After these a person may be called though it is done: it could not be seen in time."""
LOOKS = frozenset({"list", "account_info", "get_contact", "find"})
WHOLE_LOOKS = frozenset({"account_info", "get_contact"})
"""Reads of one thing, which no other row can shift."""
REFUSED_AFTER_LATE = 0.2
"""How often the call after one that comes late is refused: by chance alone it would hardly ever be."""
LAPSE = timedelta(seconds=120)
"""After that a redemption nobody completed is void."""

MakeOperations = Callable[[FakeDesk, Clock], Operations]


@dataclass
class DeskSchedule(Play):
    """One change of a kind."""

    name: str = "issue"
    make_operations: MakeOperations = operations

    def _set_up(self) -> Intent:
        self.deed: Deed = DEEDS[self.name]
        self.desk = FakeDesk(
            self.clock,
            lag=self.lag,
            late_seconds=self.random.choice((5, 20, 90, 300)),
            slow_seconds=self.random.choice((2, 60)),
            while_slow=self.another_worker,
            unique_codes=self.random.random() < 0.7,
        )
        self.deed.prepare(self.desk)
        self.desk.begin(self._fault)
        self.trail: list[tuple[datetime, str, Fault]] = []
        return self.deed.intent

    def engine(self) -> Engine:
        """On the fake desk."""
        carried = self.make_operations(self.desk, self.clock)
        return Engine(self.journal, self.desk.ledger, self.clock, operations=carried, owner=self.new_lease)

    def catch_up(self) -> None:
        """At the desk and in its ledger."""
        self.desk.catch_up()

    def _late(self) -> list[datetime]:
        return [moment for moment, _ in (*self.desk.pending, *self.desk.ledger.pending)]

    def _calls(self) -> int:
        return len(self.desk.calls)

    def _least_calls(self) -> int:
        return len(self.deed.writes) + self.deed.leaves_strays

    def _fault(self, call: str) -> Fault:
        fault = self.next_fault(call)
        self.trail.append((self.clock.now, call, fault))
        return fault

    def _faults(self, call: str) -> tuple[Fault, ...]:
        return ON_LOOK if call in LOOKS else (*ON_WRITES, *self.deed.more_faults)

    def _drawn(self, call: str) -> Fault:
        is_late = call in self.deed.writes and Fault.LATE in self.met
        if is_late and self.random.random() < REFUSED_AFTER_LATE:
            return Fault.REFUSED
        return super()._drawn(call)

    def _meddle(self) -> None:
        if self.deed.meddle is not None and not self.row.is_settled:
            self.did_meddle = self.deed.meddle(self.desk, self.random)

    # -- what must never be --------------------------------------------------------------------------

    def observe(self) -> None:
        """What is so, against what a page says of it."""
        times, phase = self.deed.times(self.desk), self.row.phase
        if phase is Phase.DONE and not times:
            self.wrong.append("says done without having been")
        if phase in {Phase.FAILED, Phase.QUEUED} and times and not self.did_meddle and not self._can_sweep():
            self.wrong.append(f"says {phase} while applied")

    def _can_sweep(self) -> bool:
        """A voucher that came late may be there until it is swept."""
        return self.row.sweep_at is not None

    def _judge_truth(self) -> None:
        times, row = self.deed.times(self.desk), self.row
        if times > 1:
            self.wrong.append(f"applied {times} times")
        is_hidden = bool(self.lag) or self.did_meddle or not HIDES.isdisjoint(self.met)
        if row.state is State.HELD and times and not is_hidden:
            self.wrong.append(f"held without need: {row.failure_code}")
        if row.state is State.CANCELLED and not self.did_meddle:
            self.wrong.append("cancelled by nobody")
        if row.state is not State.HELD:
            self.wrong += self.deed.also_wrong(self.desk, row)
        self._judge_sending()

    def _judge_sending(self) -> None:
        """What may have arrived is looked for before it is sent again; what must not be twice, never is."""
        lost: tuple[datetime, str] | None = None
        for at, call, fault in self.trail:
            if lost is not None and call == lost[1]:
                if call != "redeem" or at - lost[0] < LAPSE:
                    self.wrong.append(f"sent {call} again without looking")
                lost = None
            if self.deed.resends and self._is_look(call, fault):
                lost = None
            if call in self.deed.writes and fault in MAY_HAVE_ARRIVED:
                lost = at, call

    def _is_look(self, call: str, fault: Fault) -> bool:
        is_whole = fault is Fault.NONE or (fault is Fault.LOOK_SHIFTS and call in WHOLE_LOOKS)
        return call in LOOKS and is_whole


def first_wrong(name: str, seeds: range, make_operations: MakeOperations = operations) -> DeskSchedule | None:
    """The first schedule of this kind that goes wrong."""
    play = partial(DeskSchedule, name=name, make_operations=make_operations)
    return next((one for one in (play(seed).run() for seed in seeds) if one.wrong), None)
