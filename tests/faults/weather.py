"""The figures of one storm, or of many."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field, fields
from statistics import quantiles

from tests.faults.storm import Storm


@dataclass
class Weather:
    """Sums over storms."""

    changes: int = 0
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
    serving: list[float] = field(default_factory=list)
    resumed: list[float] = field(default_factory=list)

    @classmethod
    def of(cls, storm: Storm) -> Weather:
        """Of one that is over, while its stack stands."""
        return cls(
            changes=len(storm.changes),
            doubles=storm.doubles,
            losses=storm.losses,
            wrong=len(storm.wrong),
            held=storm.held,
            in_the_middle=storm.in_the_middle,
            lost_answers=sum(change.deaths for change in storm.changes.values()),
            kills=storm.kills,
            met=storm.met,
            calls=storm.calls,
            times=storm.times,
            serving=storm.serving,
            resumed=storm.resumed,
        )

    def add(self, other: Weather) -> None:
        """Take those of another one in."""
        for each in fields(self):
            setattr(self, each.name, getattr(self, each.name) + getattr(other, each.name))

    def __str__(self) -> str:
        cuts = quantiles(self.times, n=100, method="inclusive") if len(self.times) > 1 else [0.0] * 99
        each_call = ", ".join(f"{name} {number:,}" for name, number in self.calls.most_common())
        kinds = ", ".join(f"{kind} {number}" for kind, number in self.met.most_common())
        return f"""\
real HTTP   {self.changes:,} credits, {self.met.total():,} faults met of {len(self.met)} kinds, \
kill -9 of a worker {self.kills["a worker"]}, of everything {self.kills["everything"]}
faults      {kinds}
answers     {self.lost_answers} lost to a kill, the button pressed again
outcome     {self.doubles} doubles, {self.losses} losses, {self.wrong} wrong beliefs, {self.held} held
settled     median {cuts[49]:.1f} s (bar 5), p99 {cuts[98]:.1f} s (bar 60), \
longest {max(self.times, default=0):.1f} s
calls       {self.calls.total() / max(1, self.changes):.2f} a credit at 30% faults: {each_call}
kill -9     serves after {_told(self.serving)} (bar 2); {self.in_the_middle} credits were in the middle of a \
call, looked after {_told(self.resumed)} later (bar 5)"""


def _told(seconds: list[float]) -> str:
    if not seconds:
        return "-"
    return f"median {sorted(seconds)[len(seconds) // 2]:.1f} s, longest {max(seconds):.1f} s"
