"""The figures of one storm, or of many."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field, fields

from tests.actions.figures import MEDIAN_BAR, P99_BAR, Spread
from tests.faults.storm import Storm

SERVING_BAR, RESUMED_BAR = 2.0, 5.0
"""Seconds from ``kill -9`` to an answer, and from there until all is gone on with: on a machine with nothing
else to do."""


@dataclass
class Weather:
    """Sums over storms."""

    kinds: Counter[str] = field(default_factory=Counter)
    """Changes by kind."""
    doubles: int = 0
    losses: int = 0
    wrong: int = 0
    held: int = 0
    in_the_middle: int = 0
    lost_answers: int = 0
    kills: Counter[str] = field(default_factory=Counter)
    met: Counter[str] = field(default_factory=Counter)
    calls: Counter[str] = field(default_factory=Counter)
    times: list[float] = field(default_factory=list)
    """Seconds that credits took from the form to the end."""
    times_of_others: list[float] = field(default_factory=list)
    serving: list[float] = field(default_factory=list)
    resumed: list[float] = field(default_factory=list)

    @classmethod
    def of(cls, storm: Storm) -> Weather:
        """Of one that is over, while its stack stands."""
        return cls(
            kinds=Counter(change.kind for change in storm.changes),
            doubles=storm.doubles,
            losses=storm.losses,
            wrong=len(storm.wrong),
            held=storm.held,
            in_the_middle=storm.in_the_middle,
            lost_answers=sum(change.deaths for change in storm.changes),
            kills=storm.kills,
            met=storm.met,
            calls=storm.calls,
            times=storm.times(of_credits=True),
            times_of_others=storm.times(of_credits=False),
            serving=storm.serving,
            resumed=storm.resumed,
        )

    def add(self, other: Weather) -> None:
        """Take those of another one in."""
        for each in fields(self):
            setattr(self, each.name, getattr(self, each.name) + getattr(other, each.name))

    @property
    def settled(self) -> Spread:
        """How long credits took."""
        return Spread(self.times)

    @property
    def missed(self) -> list[str]:
        """The bars that were not kept. Times depend on what else the machine does."""
        times = {
            "credits settled, median": (self.settled.cut(50), MEDIAN_BAR),
            "credits settled, p99": (self.settled.cut(99), P99_BAR),
            "kill -9 to serving, longest": (max(self.serving, default=0.0), SERVING_BAR),
            "serving to all resumed, longest": (max(self.resumed, default=0.0), RESUMED_BAR),
        }
        return [f"{what}: {took:.1f} s (bar {bar:.0f})" for what, (took, bar) in times.items() if took > bar]

    def __str__(self) -> str:
        each_call = ", ".join(f"{name} {number:,}" for name, number in self.calls.most_common())
        others = ", ".join(f"{kind} {self.kinds[kind]:,}" for kind in sorted(self.kinds) if kind != "credit")
        faults = ", ".join(f"{kind} {number}" for kind, number in self.met.most_common())
        return f"""\
real HTTP   {self.kinds.total():,} changes, {self.met.total():,} faults met of {len(self.met)} kinds, \
kill -9 of a worker {self.kills["a worker"]}, of everything {self.kills["everything"]}
kinds       {self.kinds["credit"]:,} credits, {others}
faults      {faults}
answers     {self.lost_answers} lost to a kill, the button pressed again
outcome     {self.doubles} doubles, {self.losses} losses, {self.wrong} wrong beliefs, {self.held} held
settled     credits: median {self.settled.cut(50):.1f} s (bar {MEDIAN_BAR:.0f}), \
p99 {self.settled.cut(99):.1f} s (bar {P99_BAR:.0f}), longest {max(self.times, default=0):.1f} s; \
others: {_told(self.times_of_others)}
calls       {self.calls.total() / max(1, self.kinds["credit"]):.2f} a credit at 30% faults: {each_call}
kill -9     serves after {_told(self.serving)} (bar {SERVING_BAR:.0f}); {self.in_the_middle} changes were in \
the middle of a call, gone on with {_told(self.resumed)} later (bar {RESUMED_BAR:.0f})"""


def _told(seconds: list[float]) -> str:
    if not seconds:
        return "-"
    return f"median {sorted(seconds)[len(seconds) // 2]:.1f} s, longest {max(seconds):.1f} s"
