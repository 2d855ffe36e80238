"""What many schedules came to, in the figures that the bars are about."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from contextlib import contextmanager
from dataclasses import dataclass, field, fields
from operator import iadd
from statistics import quantiles
from typing import TYPE_CHECKING, Self

import structlog

from dashboard.store.audit import Outcome
from dashboard.store.intent import State
from tests.actions.playing import SELDOM
from tests.actions.schedules import Schedule

if TYPE_CHECKING:
    from collections.abc import Iterator

MEDIAN_BAR, P99_BAR, CALLS_BAR = 5.0, 60.0, 3.2
"""Seconds from UNKNOWN to final while the remote answers; calls of a credit while it seldom does not."""


@contextmanager
def quiet_log() -> Iterator[None]:
    """No line of the log is written: many thousands of stories would take half their time for it."""
    before = structlog.get_config()
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(50))
    try:
        yield
    finally:
        structlog.configure(**before)


@dataclass
class Spread:
    """Median and p99 of what was counted."""

    values: list[float] = field(default_factory=list)

    def cut(self, percent: int) -> float:
        """The percentile; 0 of nothing."""
        if len(self.values) < 2:
            return sum(self.values)
        return quantiles(self.values, n=100, method="inclusive")[percent - 1]

    def __iadd__(self, other: Spread) -> Self:
        self.values += other.values
        return self

    @property
    def mean(self) -> float:
        """The average; 0 of nothing."""
        return sum(self.values) / len(self.values) if self.values else 0.0


@dataclass
class Figures:
    """Sums over schedules. ``wrong`` names the first seeds that went wrong, and how."""

    schedules: int = 0
    doubles: int = 0
    losses: int = 0
    lies: int = 0
    blind: int = 0
    deaths: int = 0
    wrong: list[tuple[int, list[str]]] = field(default_factory=list)
    states: Counter[str] = field(default_factory=Counter)
    faults: Counter[str] = field(default_factory=Counter)
    calls_in_calm: Spread = field(default_factory=Spread)
    calls_on_bad_days: Spread = field(default_factory=Spread)
    unknown: Spread = field(default_factory=Spread)
    """Seconds from UNKNOWN to final on bad days: while the remote answers all but a few calls."""
    unknown_while_current: Spread = field(default_factory=Spread)
    """Those of them in which reads show at once what writes did."""
    unknown_in_storms: Spread = field(default_factory=Spread)

    def count(self, schedule: Schedule) -> None:
        """Add one that has run."""
        applied = len(schedule.remote.applied(schedule.intent.id))
        self.schedules += 1
        self.doubles += max(0, applied - 1)
        self.losses += not schedule.row.is_settled or (schedule.row.state is State.DONE and not applied)
        self.lies += any(each.startswith("says") for each in schedule.wrong)
        self.blind += schedule.remote.blind
        self.deaths += schedule.deaths
        self.states[schedule.row.state.value] += 1
        for fault in schedule.met:
            self.faults[fault.value] += 1
        if schedule.wrong:
            self.wrong.append((schedule.seed, schedule.wrong))
        self._measure(schedule)

    def _measure(self, schedule: Schedule) -> None:
        is_bad_day = schedule.fault_rate == SELDOM and not schedule.crash_rate and not schedule.meddles
        is_calm = not (schedule.fault_rate or schedule.crash_rate or schedule.meddles)
        if is_calm or is_bad_day:
            spread = self.calls_in_calm if is_calm else self.calls_on_bad_days
            spread.values.append(len(schedule.remote.calls))
        unknown = next((each.at for each in schedule.journal.audit if each.outcome is Outcome.UNKNOWN), None)
        settled = schedule.row.settled_at
        if unknown is None or settled is None:
            return
        seconds = (settled - unknown).total_seconds()
        (self.unknown if is_bad_day else self.unknown_in_storms).values.append(seconds)
        if is_bad_day and not schedule.remote.lag:
            self.unknown_while_current.values.append(seconds)

    def add(self, other: Figures) -> None:
        """Take those of other schedules in."""
        for each in fields(self):
            mine, theirs = getattr(self, each.name), getattr(other, each.name)
            setattr(self, each.name, iadd(mine, theirs))

    @property
    def missed(self) -> list[str]:
        """The bars that were not kept."""
        figures = {
            "calls a credit without faults": (self.calls_in_calm.mean, 2.0),
            f"calls a credit at {SELDOM:.0%} faults": (self.calls_on_bad_days.mean, CALLS_BAR),
            "blind re-sends": (self.blind, 0),
            "UNKNOWN to final, median": (self.unknown_while_current.cut(50), MEDIAN_BAR),
            "UNKNOWN to final, p99": (self.unknown.cut(99), P99_BAR),
        }
        return [f"{what}: {found:.2f} (bar {bar:g})" for what, (found, bar) in figures.items() if found > bar]

    def __str__(self) -> str:
        ended = ", ".join(f"{state} {number:,}" for state, number in self.states.most_common())
        now, late, storm = self.unknown_while_current, self.unknown, self.unknown_in_storms
        return f"""\
simulator   {self.schedules:,} schedules of one credit, {self.faults.total():,} faults of \
{len(self.faults)} kinds, {self.deaths:,} crashes
outcome     {self.doubles} doubles, {self.losses} losses, {self.lies} wrong beliefs, \
{self.blind} blind re-sends, {len(self.wrong)} schedules with anything wrong
ended       {ended}
calls       {self.calls_in_calm.mean:.2f} a credit without faults (bar 2.00), \
{self.calls_on_bad_days.mean:.2f} at {SELDOM:.0%} faults (bar {CALLS_BAR:.2f})
unknown     to final at {SELDOM:.0%} faults: median {now.cut(50):.1f} s (bar {MEDIAN_BAR:.0f}), \
p99 {now.cut(99):.1f} s (bar {P99_BAR:.0f}) of {len(now.values):,} while reads are current
            where half of them are 2 to 25 s behind: median {late.cut(50):.1f} s, p99 {late.cut(99):.1f} s
            in storms of 10 to 60% faults: median {storm.cut(50):.1f} s, p99 {storm.cut(99):.0f} s"""


def played(seeds: Iterable[int]) -> Figures:
    """The schedules of these seeds, counted."""
    figures = Figures()
    with quiet_log():
        for seed in seeds:
            figures.count(Schedule(seed).run())
    return figures
