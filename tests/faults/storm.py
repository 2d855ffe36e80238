"""A storm: many credits at once, a third of all calls meet a fault, and ``kill -9`` comes again and again.

Everything random comes from one seed. The test run has a short one, ``make soak`` one after the other.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path
from random import Random
from threading import Event, Semaphore
from time import monotonic, sleep
from typing import Any

import httpx

from dashboard.store import intents
from dashboard.store.intents import State
from tests.faults.browser import Browser, CreditForm
from tests.faults.console import PATIENCE, until
from tests.faults.stack import COMPLETE, CREATE, LOOK, Stack, running
from tests.faults.witness import Story, Witness

PRESSING = 8
"""Agents who press at once."""
KILL_EVERY = (1.0, 3.0)
"""Seconds between two kills; one in three takes the arbiter, too."""
FAULTY = 0.3
"""How likely each call meets a fault."""
LONGEST = 120.0
"""Seconds until a change must be settled."""
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


@dataclass(frozen=True)
class Change:
    """One credit, settled."""

    before: Decimal
    """The member's points."""
    story: Story
    deaths: int
    """How often the console died over the button."""


@dataclass
class Storm:
    """What happened."""

    stack: Stack
    seed: int
    changes: dict[int, Change] = field(default_factory=dict)
    """By contact ID."""
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
        """Credits given beyond the first."""
        return sum(max(0, each - 1) for each in self._given())

    @property
    def losses(self) -> int:
        """Credits never given."""
        return self._given().count(0)

    @property
    def held(self) -> int:
        """Credits that only a person can settle."""
        states = [self.stack.intent(each.story.intent_id).state for each in self.changes.values()]
        return states.count(State.HELD)

    @property
    def wrong(self) -> list[str]:
        """What pages said that was not true."""
        return [each for change in self.changes.values() for each in change.story.wrong]

    @property
    def calls(self) -> Counter[str]:
        """Calls that made the changes, by operation."""
        operations = {CREATE, COMPLETE, LOOK, "cancelTransaction"}
        return Counter(
            each.operation for each in self.stack.remote.control.calls() if each.operation in operations
        )

    @property
    def met(self) -> Counter[str]:
        """Faults that a call met, by kind."""
        return self.ordered - Counter(str(each["kind"]) for each in self.stack.remote.control.faults())

    @property
    def times(self) -> list[float]:
        """Seconds from the form to the end, of each change."""
        return [change.story.settled_after or 0.0 for change in self.changes.values()]

    def _given(self) -> list[int]:
        return [self.stack.given(member, each.story.intent_id) for member, each in self.changes.items()]

    # -- what happens --------------------------------------------------------------------------------

    def rage(self, changes: int, kills: int) -> None:
        """All of it, to the end."""
        browser, agents = self.stack.browser(), Semaphore(PRESSING)
        with ThreadPoolExecutor(1) as killer, ThreadPoolExecutor(changes) as pool:
            killing = killer.submit(self._kill, kills)
            giving = [pool.submit(self._give, browser, agents, number) for number in range(changes)]
            try:
                for each in giving:
                    each.result()
            finally:
                self._is_over.set()
            killing.result()

    def _spoil(self, member: int, number: int) -> None:
        """Order what the calls of one change will meet."""
        random = Random(f"{self.seed}:{number}")
        for operation, faults in ((CREATE, WRITE_FAULTS), (COMPLETE, WRITE_FAULTS), (LOOK, LOOK_FAULTS)):
            while random.random() < FAULTY:
                kind, more = random.choice(faults)
                self.stack.fault(kind, operation, member, **more)
                self.ordered[kind] += 1

    def _kill(self, kills: int) -> None:
        """``kill -9`` again and again, while there is something to do."""
        random, console = Random(f"{self.seed}:kills"), self.stack.console
        for number in range(kills):
            if self._is_over.wait(random.uniform(*KILL_EVERY)):
                return
            began = monotonic()
            if number % 3 == 2:
                console.kill_all()
                last, left = self._last_call(), self._calling()
                console.start()
                self.kills["everything"] += 1
                console.serves()
                self.serving.append(monotonic() - began)
                self._wait_until_resumed(left, last)
            else:
                console.kill_worker(random.randrange(len(console.workers)))
                self.kills["a worker"] += 1
                console.serves()
                self.serving.append(monotonic() - began)

    def _wait_until_resumed(self, left: set[int], last: int) -> None:
        served = monotonic()
        until(lambda: left <= self._called_about_since(last), "not all changes were resumed")
        self.in_the_middle += len(left)
        self.resumed.append(monotonic() - served)

    def _calling(self) -> set[int]:
        with self.stack.database.read() as connection:
            return {each.contact_id for each in intents.unsettled(connection, 1_000) if each.state in CALLING}

    def _last_call(self) -> int:
        return max((each.number for each in self.stack.remote.control.calls()), default=0)

    def _called_about_since(self, last: int) -> set[int]:
        calls = self.stack.remote.control.calls()
        return {each.contact for each in calls if each.number > last and each.contact is not None}

    def _give(self, browser: Browser, agents: Semaphore, number: int) -> None:
        """One agent gives one credit, presses again when the console dies, and looks until it is done."""
        member = self.stack.new_member()
        before = self.stack.points(member)
        with agents:
            witness = Witness(self.stack, browser, _opened(browser, member), opens_member=False)
            self._spoil(member, number)
            deaths = witness.press_until_answered()
        self.changes[member] = Change(before, witness.watch(LONGEST), deaths)


def _opened(browser: Browser, member: int) -> CreditForm:
    """The member's form, asked for again while the console is away."""
    end = monotonic() + PATIENCE
    while True:
        try:
            return browser.open_form(member)
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
