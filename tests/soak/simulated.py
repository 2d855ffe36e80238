"""The simulator for as long as there is time, in processes of its own."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from dataclasses import dataclass, field
from itertools import count, cycle
from multiprocessing import get_context
from time import monotonic

from hypothesis.stateful import run_state_machine_as_test

from tests.actions.desk_deeds import DEEDS
from tests.actions.desk_schedules import DeskSchedule
from tests.actions.figures import Figures, played, quiet_log
from tests.actions.machine import machine, patience

CREDITS, OTHERS, STORIES = 20_000, 200, 300
"""In one piece of work: schedules of a credit, schedules of each other kind, stories of the state machine."""


@dataclass
class Simulated:
    """What the simulator played."""

    credits: Figures = field(default_factory=Figures)
    others: Counter[str] = field(default_factory=Counter)
    """Schedules by kind of change."""
    faults: Counter[str] = field(default_factory=Counter)
    """Those that changes of other kinds met."""
    deaths: int = 0
    stories: int = 0
    wrong: list[str] = field(default_factory=list)
    """What went wrong but with credits, each with what plays it again."""

    def add(self, other: Simulated) -> None:
        """Take what another piece of work played in."""
        self.credits.add(other.credits)
        self.others += other.others
        self.faults += other.faults
        self.deaths += other.deaths
        self.stories += other.stories
        self.wrong += other.wrong

    @property
    def is_right(self) -> bool:
        """Whether nothing went wrong."""
        return not self.wrong and not self.credits.wrong

    def __str__(self) -> str:
        seeds = [f"Schedule({seed}): {', '.join(what)}" for seed, what in self.credits.wrong]
        kinds = ", ".join(f"{kind} {number:,}" for kind, number in sorted(self.others.items()))
        wrong = "".join(f"\nWRONG       {each}" for each in (*seeds, *self.wrong)[:20])
        return f"""\
{self.credits}
others      {self.others.total():,} schedules of other kinds ({kinds}), {self.faults.total():,} faults of \
{len(self.faults)} kinds, {self.deaths:,} crashes, {len(self.wrong)} with anything wrong
stories     {self.stories:,} told by the state machine
faults      {_by_kind(self.credits.faults + self.faults)}{wrong}"""


def _by_kind(faults: Counter[str]) -> str:
    return ", ".join(f"{kind} {number:,}" for kind, number in faults.most_common())


def simulate(until: float, seed: int, processes: int) -> Simulated:
    """Play until then (of the monotonic clock), with seeds from ``seed`` on."""
    total = Simulated()
    work = _work(seed)
    # A process that is forked while threads run may hang: these are started anew.
    with ProcessPoolExecutor(processes, get_context("spawn"), initializer=os.nice, initargs=(5,)) as pool:
        going: set[Future[Simulated]] = set()
        while monotonic() < until or going:
            while monotonic() < until and len(going) < processes:
                kind, first = next(work)
                going.add(pool.submit(piece, kind, first))
            done, going = wait(going, return_when=FIRST_COMPLETED)
            for each in done:
                total.add(each.result())
    return total


def _work(seed: int) -> Iterator[tuple[str, int]]:
    kinds = cycle(("credits", "credits", "others", "stories"))
    return zip(kinds, count(seed, CREDITS), strict=False)


def piece(kind: str, first: int) -> Simulated:
    """One piece of work, with seeds from ``first`` on."""
    return {"credits": _credits, "others": _others, "stories": _stories}[kind](first)


def _credits(first: int) -> Simulated:
    return Simulated(credits=played(range(first, first + CREDITS)))


def _others(first: int) -> Simulated:
    told = Simulated()
    with quiet_log():
        for name in DEEDS:
            for seed in range(first, first + OTHERS):
                schedule = DeskSchedule(seed, name).run()
                told.others[name] += 1
                told.deaths += schedule.deaths
                told.faults.update(fault.value for fault in schedule.met)
                if schedule.wrong:
                    told.wrong.append(f'DeskSchedule({seed}, "{name}"): {", ".join(schedule.wrong)}')
    return told


def _stories(first: int) -> Simulated:
    try:
        run_state_machine_as_test(machine(), settings=patience(STORIES, is_random=True))
    except AssertionError as error:
        story = "\n".join(getattr(error, "__notes__", ()))
        return Simulated(stories=STORIES, wrong=[f"a story of the state machine:\n{story}"])
    return Simulated(stories=STORIES)
