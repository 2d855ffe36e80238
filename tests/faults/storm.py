"""A storm: many changes at once, a third of all calls meet a fault, and ``kill -9`` comes again and again.

Most changes are credits, the others of every other kind. What an errand needs is there before it begins.

Everything random comes from one seed. The test run has a short one, ``make soak`` one after the other.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from decimal import Decimal
from itertools import cycle, islice
from pathlib import Path
from random import Random
from threading import Event, Semaphore
from time import monotonic, sleep
from typing import Any

import httpx

from dashboard.store import intents
from dashboard.store.intents import State
from tests.faults.browser import Browser, FilledForm
from tests.faults.console import PATIENCE, until
from tests.faults.errands import KINDS, Errand
from tests.faults.stack import COMPLETE, CREATE, LOOK, Stack, running
from tests.faults.witness import Story, Witness

PRESSING = 8
"""Agents who press at once."""
KILL_EVERY = (1.0, 3.0)
"""Seconds between two kills; one in three takes the arbiter, too."""
FAULTY = 0.3
"""How likely each call meets a fault."""
OTHERS = 0.4
"""The share of changes that are no credits."""
LONGEST = 300.0
"""Seconds until a change must be settled: a lost redemption alone blocks its voucher for two minutes."""
CALLING = frozenset({State.CREATING, State.COMPLETING})

WRITE_FAULTS: tuple[tuple[str, Mapping[str, Any]], ...] = (
    ("drop_before", {}),
    ("apply_then_drop", {}),
    ("reset_before", {}),
    ("apply_then_reset", {}),
    ("status", {"status": 500}),
    ("status", {"status": 503}),
    ("apply_then_status", {"status": 500}),
    ("status", {"status": 429, "headers": {"x-sib-ratelimit-reset": "1"}}),
    ("truncate", {}),
    ("garbage", {}),
    ("not_json", {}),
    ("empty", {}),
    ("foreign", {}),
    ("stray", {}),
    ("html", {"status": 502}),
    ("html", {"status": 200}),
    ("redirect", {}),
    ("huge", {}),
    ("gzip_bomb", {}),
    ("delay", {"seconds": 2.0}),
    ("delay", {"seconds": 9.0}),
    ("apply_then_delay", {"seconds": 2.0}),
    ("apply_then_delay", {"seconds": 9.0}),
    ("drip", {"seconds": 2.0}),
    ("slow_headers", {"seconds": 2.0}),
)
LOOK_FAULTS: tuple[tuple[str, Mapping[str, Any]], ...] = (
    ("drop_before", {}),
    ("status", {"status": 500}),
    ("truncate", {}),
    ("not_json", {}),
    ("foreign", {}),
    ("html", {"status": 200}),
    ("delay", {"seconds": 1.0}),
)


Ordered = tuple[str, str, Mapping[str, Any]]
"""A fault: of which call, its kind, and what more there is to it."""


@dataclass(frozen=True)
class Change:
    """One change, settled."""

    kind: str
    errand: Errand
    before: Decimal
    """The member's points; 0 of who is none."""
    story: Story
    deaths: int
    """How often the console died over the button."""

    @property
    def happened(self) -> int:
        """How often the remote has carried it out."""
        return self.errand.happened(self.story.intent_id)


def drawn(changes: int, seed: int) -> list[str]:
    """The kinds of so many changes in the order in which they come: what may take long comes first."""
    kinds = [*islice(cycle(sorted(KINDS.keys() - {"credit"})), int(OTHERS * changes))]
    kinds += ["credit"] * (changes - len(kinds))
    Random(seed).shuffle(kinds)
    return sorted(kinds, key=lambda kind: -KINDS[kind].takes)


def faults_of(kinds: Iterable[str], seed: int) -> Iterator[list[Ordered]]:
    """What the calls of each change will meet. No fault comes again before all others came."""
    random = Random(f"{seed}:faults")
    on_writes, on_looks = (cycle(random.sample(all_, len(all_))) for all_ in (WRITE_FAULTS, LOOK_FAULTS))
    for kind in (KINDS[name] for name in kinds):
        ordered: list[Ordered] = []
        writes = [(operation, on_writes) for operation in kind.writes]
        for operation, faults in [*writes, *((each, on_looks) for each in kind.looks)]:
            while random.random() < FAULTY:
                ordered.append((operation, *next(faults)))
        yield ordered


@dataclass
class Storm:
    """What happened."""

    stack: Stack
    seed: int
    changes: list[Change] = field(default_factory=list)
    ordered: Counter[str] = field(default_factory=Counter)
    """Faults by kind."""
    kills: Counter[str] = field(default_factory=Counter)
    serving: list[float] = field(default_factory=list)
    """Seconds from each ``kill -9`` to the next answer."""
    resumed: list[float] = field(default_factory=list)
    """Seconds from serving until all changes that were in the middle of a call are looked after."""
    in_the_middle: int = 0
    """How many those were."""
    _is_over: Event = field(default_factory=Event)

    @property
    def doubles(self) -> int:
        """How often something was done beyond the first time."""
        return sum(max(0, each.happened - 1) for each in self.changes)

    @property
    def losses(self) -> int:
        """Changes never made, but for those that a person is told to look at."""
        return sum(not each.happened and not self._may_wait(each) for each in self.changes)

    @property
    def held(self) -> int:
        """Changes that only a person can settle."""
        return sum(self.state_of(each) is State.HELD for each in self.changes)

    def state_of(self, change: Change) -> State:
        """What the console knows of it."""
        return self.stack.outcome(change.story.intent_id).state

    def _may_wait(self, change: Change) -> bool:
        return KINDS[change.kind].may_be_held and self.state_of(change) is State.HELD

    @property
    def wrong(self) -> list[str]:
        """What pages said that was not true."""
        return [each for change in self.changes for each in change.story.wrong]

    @property
    def calls(self) -> Counter[str]:
        """Calls that made the credits, by operation."""
        operations = {CREATE, COMPLETE, LOOK, "cancelTransaction"}
        members = {each.errand.contact_id for each in self.changes if each.kind == "credit"}
        return Counter(
            each.operation
            for each in self.stack.remote.control.calls()
            if each.operation in operations and each.contact in members
        )

    @property
    def met(self) -> Counter[str]:
        """Faults that a call met, by kind."""
        return self.ordered - Counter(str(each["kind"]) for each in self.stack.remote.control.faults())

    def times(self, *, of_credits: bool) -> list[float]:
        """Seconds from the form to the end, of each credit or of each other change."""
        return [
            change.story.settled_after or 0.0
            for change in self.changes
            if (change.kind == "credit") is of_credits
        ]

    # -- what happens --------------------------------------------------------------------------------

    def rage(self, changes: int, kills: int) -> None:
        """All of it, to the end."""
        agents, browsers = Semaphore(PRESSING), {name: self.stack.browser(name) for name in ("sam", "lea")}
        kinds = drawn(changes, self.seed)
        errands = [KINDS[kind].new(self.stack) for kind in kinds]
        faults = faults_of(kinds, self.seed)
        with ThreadPoolExecutor(1) as killer, ThreadPoolExecutor(changes) as pool:
            killing = killer.submit(self._kill, kills)
            making = [
                pool.submit(self._make, browsers[KINDS[each[0]].by], agents, *each)
                for each in zip(kinds, errands, faults, strict=True)
            ]
            try:
                for each in making:
                    each.result()
            finally:
                self._is_over.set()
            killing.result()

    def _spoil(self, contact_id: int, faults: list[Ordered]) -> None:
        """Order what the calls of one change will meet."""
        for operation, fault, more in faults:
            self.stack.fault(fault, operation, contact_id, **more)
            self.ordered[fault] += 1

    def _kill(self, kills: int) -> None:
        """``kill -9`` again and again, while there is something to do."""
        random, console = Random(f"{self.seed}:kills"), self.stack.console
        for number in range(kills):
            if self._is_over.wait(random.uniform(*KILL_EVERY)):
                return
            began = monotonic()
            if number % 3 == 2:
                console.kill_all()
                left = self._calling()
                console.start()
                self.kills["everything"] += 1
                console.serves()
                self.serving.append(monotonic() - began)
                self._wait_until_resumed(left)
            else:
                console.kill_worker(random.randrange(len(console.workers)))
                self.kills["a worker"] += 1
                console.serves()
                self.serving.append(monotonic() - began)

    def _wait_until_resumed(self, left: Mapping[str, int]) -> None:
        served = monotonic()
        until(lambda: all(self._version(each) > left[each] for each in left), "not all changes were resumed")
        self.in_the_middle += len(left)
        self.resumed.append(monotonic() - served)

    def _calling(self) -> Mapping[str, int]:
        """The versions of what is in the middle of a call, by intent: each step counts one up."""
        with self.stack.database.read() as connection:
            found = intents.unsettled(connection, 1_000)
        return {each.id: each.version for each in found if each.state in CALLING}

    def _version(self, intent_id: str) -> int:
        return self.stack.intent(intent_id).version

    def _make(
        self, browser: Browser, agents: Semaphore, kind: str, errand: Errand, faults: list[Ordered]
    ) -> None:
        """One agent makes one change, presses again when the console dies, and looks until it is done."""
        before = self.stack.points_of_any(errand.contact_id)
        with agents:
            form = _opened(browser, errand)
            witness = Witness(self.stack, browser, form, opens_member=False, happened=errand.happened)
            self._spoil(errand.contact_id if KINDS[kind].names_contact else 0, faults)
            deaths = witness.press_until_answered()
        self.changes.append(Change(kind, errand, before, witness.watch(LONGEST), deaths))


def _opened(browser: Browser, errand: Errand) -> FilledForm:
    """The errand's form, asked for again while the console is away."""
    end = monotonic() + PATIENCE
    while True:
        try:
            return browser.open_form(errand.contact_id, errand.form, errand.typed, errand.part)
        except httpx.TransportError:
            assert monotonic() < end, "the console stays away"
            sleep(0.1)


@contextmanager
def stormy(folder: Path, seed: int, changes: int, kills: int) -> Iterator[Storm]:
    """A storm on a stack of its own, over; the stack still stands."""
    with running(folder, workers=2, members=changes + 100) as stack:
        storm = Storm(stack, seed)
        storm.rage(changes, kills)
        yield storm
