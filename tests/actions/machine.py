"""The same story, told by hypothesis: which fault comes when, who dies where. It finds the shortest one."""

from __future__ import annotations

from collections import defaultdict, deque
from dataclasses import dataclass, field
from datetime import timedelta
from functools import partial

from hypothesis import HealthCheck, Phase, assume, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, precondition, rule

from dashboard.actions.engine import Engine
from dashboard.actions.two_phase import TwoPhase
from tests.actions.fake_remote import Crash, Fault
from tests.actions.figures import quiet_log
from tests.actions.playing import ON_LOOK
from tests.actions.schedules import ON_CREATE, ON_END, MakeEngine, MakeProtocol, Schedule


@dataclass
class Told(Schedule):
    """A schedule in which nothing happens by chance."""

    orders: dict[str, deque[Fault]] = field(default_factory=lambda: defaultdict(deque))
    """What the next calls meet, by call."""
    commits_to_live: int | None = None
    """The process dies at that many commits from now."""

    def __post_init__(self) -> None:
        super().__post_init__()
        self.meddles = False
        self.remote.retry_after = 3

    def next_fault(self, call: str) -> Fault:
        """The one that was ordered."""
        ordered = self.orders["complete" if call == "cancel" else call]
        if not ordered:
            return Fault.NONE
        fault = ordered.popleft()
        self.met.append(fault)
        self.mark_was_lost = self.mark_was_lost or fault is Fault.MARK_LOST
        return fault

    def _commit(self, when: str) -> None:
        if self.commits_to_live is None:
            return
        self.commits_to_live -= 1
        if self.commits_to_live < 0:
            self.commits_to_live = None
            raise Crash(when)

    def stranger(self) -> None:
        """Somebody else decides about one of our drafts."""
        self._meddle()


class Credits(RuleBasedStateMachine):
    """One credit. Rules order what goes wrong; whatever was ordered, it must end, and end in the truth."""

    make_engine: MakeEngine = Engine
    make_protocol: MakeProtocol = TwoPhase

    def __init__(self) -> None:
        super().__init__()
        self.story = Told(0, type(self).make_engine, type(self).make_protocol)

    @initialize(lag=st.sampled_from((0, 2, 12, 25)), slow=st.sampled_from((2, 60)), lapses=st.booleans())
    def begins(self, lag: int, slow: int, *, lapses: bool) -> None:
        """A remote whose reads may be behind, and which may forget that drafts lapse."""
        self.story.remote.keeps_ttl = lapses
        self.story.lag = self.story.remote.lag = timedelta(seconds=lag)
        self.story.remote.slow_seconds = slow
        self.story.journal.add(self.story.intent)

    @rule(fault=st.sampled_from(ON_CREATE))
    def a_create_will_meet(self, fault: Fault) -> None:
        """The next one for which nothing is ordered yet."""
        # Of a draft that was delivered twice without a loss we never hear: only its own lapse ends it.
        assume(fault is not Fault.TWICE or self.story.remote.keeps_ttl)
        self.story.orders["create"].append(fault)

    @rule(fault=st.sampled_from(ON_END))
    def an_end_will_meet(self, fault: Fault) -> None:
        """A completion or a cancellation."""
        self.story.orders["complete"].append(fault)

    @rule(fault=st.sampled_from(ON_LOOK))
    def a_look_will_meet(self, fault: Fault) -> None:
        """Into the history."""
        self.story.orders["find"].append(fault)

    @rule(commits=st.integers(0, 4))
    def the_process_will_die(self, commits: int) -> None:
        """At a commit that comes soon."""
        self.story.commits_to_live = commits

    @rule()
    def a_worker_goes_on(self) -> None:
        """And waits until there is something to do."""
        with quiet_log():
            self.story.work()
        assert self.story.wrong == []

    @rule()
    def another_process_starts(self) -> None:
        """It takes whoever has the lease for gone, rightly or wrongly."""
        self.story.free_lease()

    @rule(seconds=st.sampled_from((1, 10, 40, 1_000)))
    def time_passes(self, seconds: int) -> None:
        """While nobody works."""
        self.story.clock.forward(seconds)
        self.story.catch_up()

    @precondition(lambda self: not self.story.did_meddle)
    @rule()
    def a_stranger_decides(self) -> None:
        """In the remote's own pages."""
        self.story.stranger()

    def teardown(self) -> None:
        """After the last rule the remote works, and it must end."""
        if self.story.intent.id not in self.story.journal.rows:
            return
        self.story.commits_to_live = None
        with quiet_log():
            self.story.calm()
        self.story.judge()
        assert self.story.wrong == []


def machine(
    make_engine: MakeEngine = Engine, make_protocol: MakeProtocol = TwoPhase
) -> type[RuleBasedStateMachine]:
    """The machine over some engine."""
    made = {"make_engine": partial(make_engine), "make_protocol": partial(make_protocol)}
    return type("Credits", (Credits,), made)


def patience(examples: int, *, is_random: bool = False) -> settings:
    """How many stories are told; the same ones each time, unless ``is_random``."""
    return settings(
        max_examples=examples,
        stateful_step_count=20,
        derandomize=not is_random,
        database=None,
        deadline=None,
        report_multiple_bugs=False,
        phases=(Phase.generate, Phase.shrink),
        suppress_health_check=list(HealthCheck),
    )
