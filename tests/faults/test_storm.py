"""A storm: many credits at once, a third of all calls meet a fault, and ``kill -9`` comes again and again.

Everything random comes from one seed. ``FAULTS_SEED`` and ``FAULTS_CHANGES`` choose another storm or a longer
one; the figures are printed, and shown by ``pytest -rP``.
"""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path
from random import Random
from statistics import quantiles
from threading import Semaphore
from time import monotonic, sleep
from typing import Any

import httpx
import pytest

from dashboard.store.audit import Outcome
from dashboard.store.intents import State
from tests.faults.browser import Browser, Claim, CreditForm, claim_of
from tests.faults.console import PATIENCE
from tests.faults.stack import AMOUNT, COMPLETE, CREATE, LOOK, Stack, running
from tests.faults.witness import Story, Witness

pytestmark = pytest.mark.timeout(300)

SEED = int(os.environ.get("FAULTS_SEED", "20261118"))
CHANGES = int(os.environ.get("FAULTS_CHANGES", "60"))
PRESSING = 8
"""Agents who press at once."""
KILLS = CHANGES // 10
KILL_EVERY = (1.0, 3.0)
"""Seconds between two kills; one in three takes the arbiter, too."""
FAULTY = 0.3
"""How likely each call meets a fault."""
LONGEST = 90.0
"""Seconds until a change must be settled."""

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
    changes: dict[int, Change] = field(default_factory=dict)
    """By contact ID."""
    ordered: Counter[str] = field(default_factory=Counter)
    """Faults by kind."""
    kills: Counter[str] = field(default_factory=Counter)

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

    def _given(self) -> list[int]:
        return [self.stack.given(member, each.story.intent_id) for member, each in self.changes.items()]


def _spoil(storm: Storm, member: int, number: int) -> None:
    """Order what the calls of one change will meet."""
    random = Random(f"{SEED}:{number}")
    for operation, faults in ((CREATE, WRITE_FAULTS), (COMPLETE, WRITE_FAULTS), (LOOK, LOOK_FAULTS)):
        while random.random() < FAULTY:
            kind, more = random.choice(faults)
            storm.stack.fault(kind, operation, member, **more)
            storm.ordered[kind] += 1


def _kill(storm: Storm) -> None:
    """``kill -9`` again and again."""
    random, console = Random(f"{SEED}:kills"), storm.stack.console
    for number in range(KILLS):
        sleep(random.uniform(*KILL_EVERY))
        if number % 3 == 2:
            console.kill_all()
            console.start()
            storm.kills["everything"] += 1
        else:
            console.kill_worker(random.randrange(len(console.workers)))
            storm.kills["a worker"] += 1
        console.serves()


def _give(storm: Storm, browser: Browser, agents: Semaphore, number: int) -> None:
    """One agent gives one credit, presses again when the console dies over it, and looks until it is done."""
    member = storm.stack.new_member()
    before = storm.stack.points(member)
    with agents:
        witness = Witness(storm.stack, browser, _opened(browser, member), opens_member=False)
        _spoil(storm, member, number)
        deaths = witness.press_until_answered()
    storm.changes[member] = Change(before, witness.watch(LONGEST), deaths)


def _opened(browser: Browser, member: int) -> CreditForm:
    """The member's form, asked for again while the console is away."""
    end = monotonic() + PATIENCE
    while True:
        try:
            return browser.open_form(member)
        except httpx.TransportError:
            assert monotonic() < end, "the console stays away"
            sleep(0.1)


@pytest.fixture(scope="module")
def storm(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Storm]:
    """One storm, to its end."""
    folder: Path = tmp_path_factory.mktemp("storm")
    with running(folder, workers=2, members=CHANGES + 100) as stack:
        storm = Storm(stack)
        browser, agents = stack.browser(), Semaphore(PRESSING)
        with ThreadPoolExecutor(1) as killer, ThreadPoolExecutor(CHANGES) as pool:
            killing = killer.submit(_kill, storm)
            giving = [pool.submit(_give, storm, browser, agents, number) for number in range(CHANGES)]
            for each in giving:
                each.result()
            killing.result()
        _print_figures(storm)
        yield storm


def _print_figures(storm: Storm) -> None:
    times = [change.story.settled_after or 0.0 for change in storm.changes.values()]
    cuts = quantiles(times, n=100, method="inclusive")
    calls, met, told = storm.calls, storm.met, len(storm.wrong)
    lost = sum(change.deaths for change in storm.changes.values())
    print(
        f"""
storm {SEED}: {CHANGES} changes, {sum(met.values())} faults met, kill -9 of {dict(storm.kills)}
faults      {", ".join(f"{kind} {number}" for kind, number in met.most_common())}
answers     {lost} lost to a kill, the button pressed again
outcome     {storm.doubles} doubles, {storm.losses} losses, {told} wrong beliefs, {storm.held} held
settled     median {cuts[49]:.1f} s (bar 5), p99 {cuts[98]:.1f} s (bar 60), longest {max(times):.1f} s
calls       {calls.total() / CHANGES:.2f} a change: {dict(calls)}"""
    )


def test_nothing_is_given_twice_and_nothing_is_lost(storm: Storm):
    assert (storm.doubles, storm.losses) == (0, 0), f"seed {SEED}"
    moved = {member: storm.stack.points(member) - change.before for member, change in storm.changes.items()}
    assert {member: points for member, points in moved.items() if points != AMOUNT} == {}, f"seed {SEED}"


def test_nobody_is_told_what_is_not_true(storm: Storm):
    assert storm.wrong == [], f"seed {SEED}"
    last = {claim_of(change.story.told[-1]) for change in storm.changes.values()}
    assert last == {Claim.GIVEN}, f"seed {SEED}"


def test_the_console_knows_of_every_one_that_it_is_done(storm: Storm):
    states = Counter(storm.stack.intent(change.story.intent_id).state for change in storm.changes.values())
    assert states == {State.DONE: CHANGES}, f"seed {SEED}"


def test_the_record_has_every_wish_and_every_outcome_and_is_whole(storm: Storm):
    for change in storm.changes.values():
        outcomes = [each.outcome for each in storm.stack.record(change.story.intent_id)]
        assert (outcomes[0], outcomes[-1]) == (Outcome.PENDING, Outcome.DONE), f"seed {SEED}"
        assert outcomes.count(Outcome.DONE) == 1, f"seed {SEED}"
    assert "is whole" in storm.stack.verify()


def test_it_was_a_storm(storm: Storm):
    assert sum(storm.met.values()) >= CHANGES // 2
    assert storm.kills.total() == KILLS
