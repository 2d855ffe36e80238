"""``kill -9`` at every step of a credit: the next process goes on, and one credit is the end of it.

Each scene holds several changes at different steps and then kills the console: once its worker alone, which
the arbiter replaces, and once everything, as when the machine's memory runs out.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from decimal import Decimal
from operator import sub
from pathlib import Path
from time import monotonic

import pytest

from dashboard.store.audit import Outcome
from dashboard.store.intents import State
from tests.faults.browser import Browser, Claim, claim_of
from tests.faults.console import Console, until
from tests.faults.stack import AMOUNT, COMPLETE, CREATE, NEVER, ONE_CREDIT, Stack, running
from tests.faults.weather import RESUMED_BAR, SERVING_BAR
from tests.faults.witness import Story, Witness

pytestmark = pytest.mark.timeout(300)

VICTIMS = ["worker", "everything"]
HELD = 4.0
"""Seconds a call is held whose answer must come: long enough to set the scene on a busy machine."""
STEPS = {
    "before the create call is sent": State.RESERVED,
    "the create call hangs, not carried out": State.CREATING,
    "the create call hangs, carried out": State.CREATING,
    "the create call is answered, its outcome not committed": State.CREATING,
    "the draft is known, before the complete call is sent": State.DRAFT,
    "the complete call hangs, not carried out": State.COMPLETING,
    "the complete call hangs, carried out": State.COMPLETING,
    "the complete call is answered, its outcome not committed": State.COMPLETING,
}
"""Each step, and what the console has written down there."""
CALLING = frozenset({State.CREATING, State.COMPLETING})
"""In the middle of a call, which holds a lease."""


@dataclass
class Change:
    """A button pressed, and what became of it."""

    member: int
    points_before: Decimal
    witness: Witness
    pressed: Future[Story] | None = None
    state_when_killed: State | None = None

    @property
    def story(self) -> Story:
        return self.witness.story

    def answered(self) -> Story:
        """Wait for the answer to the button, or for its loss."""
        assert self.pressed is not None
        return self.pressed.result()


@dataclass
class Scene:
    """A stack whose console is killed while changes stand at every step."""

    stack: Stack
    victim: str
    pool: ThreadPoolExecutor
    changes: dict[str, Change] = field(default_factory=dict)
    watched: list[Future[Story]] = field(default_factory=list)
    serving: list[float] = field(default_factory=list)
    """Seconds from each kill to the next answer."""
    resumed: list[float] = field(default_factory=list)
    """Seconds from each kill until every change that was left in the middle of a call is looked after."""

    def __post_init__(self) -> None:
        self._browser: Browser = self.stack.browser()

    def open_form(self, step: str) -> Change:
        """Fill in the form of a new member."""
        member = self.stack.new_member()
        witness = Witness(self.stack, self._browser, self._browser.open_form(member))
        self.changes[step] = Change(member, self.stack.points(member), witness)
        return self.changes[step]

    def press(self, change: Change) -> None:
        """Press its button, in a thread."""
        change.pressed = self.pool.submit(change.witness.press)

    def press_into(self, change: Change, kind: str, operation: str, seconds: float) -> None:
        """The same; that call meets a fault, and has met it when this comes back."""
        fault = self.stack.fault(kind, operation, change.member, seconds=seconds)
        self.press(change)
        self.stack.wait_for(fault)

    def answers(self) -> int:
        """How many answers to the two calls the console has read, as its log says."""
        lines = self.stack.console.log.read_text(encoding="utf-8").splitlines()
        calls = [line for line in lines if '"brevo.call"' in line and '"status": 200' in line]
        return sum(f'"{CREATE}"' in line or f'"{COMPLETE}"' in line for line in calls)

    @property
    def unsettled(self) -> set[str]:
        """The steps whose changes are not settled."""
        return {
            step
            for step, change in self.changes.items()
            if not self.stack.intent(change.story.intent_id).is_settled
        }

    def kill(self, changes: list[Change]) -> tuple[float, int]:
        """``kill -9``; gives when, and the number of the last call before."""
        for change in changes:
            change.state_when_killed = self.stack.intent(change.story.intent_id).state
        last = max(each.number for each in self.stack.remote.control.calls())
        killed_at = monotonic()
        KILLS[self.victim](self.stack.console)
        return killed_at, last

    def revive(self, changes: list[Change], killed_at: float, last: int) -> None:
        """Wait until something serves and goes on; those who got no answer press again and keep looking."""
        self.stack.console.serves()
        self.serving.append(monotonic() - killed_at)
        # The others wait for a time of their own.
        left = {change.member for change in changes if change.state_when_killed in CALLING}
        until(lambda: left <= self._called_about_since(last), "not all changes were resumed")
        self.resumed.append(monotonic() - killed_at)
        self.watched += [self.pool.submit(_see_through, change) for change in changes]

    def _called_about_since(self, last: int) -> set[int]:
        return {each.contact for each in self.stack.remote.control.calls() if each.number > last}


def _see_through(change: Change) -> Story:
    if change.answered().answer is None:
        change.witness.press()
    return change.witness.watch()


def _kill_everything(console: Console) -> None:
    console.kill_all()
    console.start()


KILLS: dict[str, Callable[[Console], None]] = {"worker": Console.kill_worker, "everything": _kill_everything}


def _play(scene: Scene) -> None:
    _kill_between_calls(scene)
    _kill_before_commits(scene)
    for story in scene.watched:
        story.result()


def _kill_between_calls(scene: Scene) -> None:
    hanging = {
        "the create call hangs, not carried out": ("delay", CREATE),
        "the create call hangs, carried out": ("apply_then_delay", CREATE),
        "the complete call hangs, not carried out": ("delay", COMPLETE),
        "the complete call hangs, carried out": ("apply_then_delay", COMPLETE),
    }
    forms = {step: scene.open_form(step) for step in hanging}
    unsent = scene.open_form("before the create call is sent")
    drafted = scene.open_form("the draft is known, before the complete call is sent")

    for step, (kind, operation) in hanging.items():
        scene.press_into(forms[step], kind, operation, NEVER)
    scene.press_into(drafted, "apply_then_delay", CREATE, 1.5)
    scene.stack.door.shut()
    scene.press(unsent)
    for change in (unsent, drafted):
        assert claim_of(change.answered().told[0]) is Claim.WAITS
    changes = [*forms.values(), unsent, drafted]
    moment = scene.kill(changes)
    scene.stack.door.open()
    scene.revive(changes, *moment)


def _kill_before_commits(scene: Scene) -> None:
    # Others' calls must not be taken for those of this scene; the slowest one comes much later.
    until(lambda: scene.unsettled <= {"the create call hangs, not carried out"}, "the rest is not settled")
    created = scene.open_form("the create call is answered, its outcome not committed")
    completed = scene.open_form("the complete call is answered, its outcome not committed")
    scene.press_into(completed, "apply_then_delay", COMPLETE, HELD)
    scene.press_into(created, "apply_then_delay", CREATE, HELD)
    with scene.stack.nothing_is_committed():
        heard = scene.answers()
        until(lambda: scene.answers() == heard + 2, "the answers were not heard")
        moment = scene.kill([created, completed])
    scene.revive([created, completed], *moment)


@pytest.fixture(scope="module")
def scenes(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, Scene]]:
    """One scene for each victim, played side by side."""
    folders: list[Path] = [tmp_path_factory.mktemp(victim) for victim in VICTIMS]
    with (
        running(folders[0]) as one,
        running(folders[1]) as other,
        ThreadPoolExecutor(2 * len(STEPS)) as pool,
        ThreadPoolExecutor(2) as both,
    ):
        played = {
            victim: Scene(stack, victim, pool) for victim, stack in zip(VICTIMS, (one, other), strict=True)
        }
        list(both.map(_play, played.values()))
        for victim, scene in played.items():
            _print_figures(victim, scene)
        yield played


def _print_figures(victim: str, scene: Scene) -> None:
    def told(seconds: list[float]) -> str:
        return ", ".join(f"{each:.1f} s" for each in seconds)

    settled = max(change.story.settled_after or 0.0 for change in scene.changes.values())
    print(
        f"\nkill -9 of {victim}: serves after {told(scene.serving)} (bar {SERVING_BAR:.0f} s), "
        f"changes resumed after {told(scene.resumed)} (bar {RESUMED_BAR:.0f} s), "
        f"{len(scene.changes)} changes settled, the last after {settled:.1f} s"
    )


@pytest.mark.parametrize("victim", VICTIMS)
@pytest.mark.parametrize("step", STEPS)
def test_what_was_being_done_is_done_once(scenes: dict[str, Scene], victim: str, step: str):
    scene, change = scenes[victim], scenes[victim].changes[step]
    intent = scene.stack.intent(change.story.intent_id)

    assert change.state_when_killed is STEPS[step]
    assert scene.stack.ours(change.member, intent.id) == ONE_CREDIT
    assert scene.stack.points(change.member) - change.points_before == AMOUNT
    assert (intent.state, intent.applied_amount) == (State.DONE, AMOUNT)
    sent = scene.stack.calls(change.member)
    # A call that hangs without being carried out is not among them: it takes one more.
    assert (sent.count(CREATE), sent.count(COMPLETE)) == (1, 1)


@pytest.mark.parametrize("victim", VICTIMS)
@pytest.mark.parametrize("step", STEPS)
def test_no_page_says_what_is_not_true(scenes: dict[str, Scene], victim: str, step: str):
    story = scenes[victim].changes[step].story

    assert story.wrong == []
    assert claim_of(story.told[-1]) is Claim.DONE


@pytest.mark.parametrize("victim", VICTIMS)
@pytest.mark.parametrize("step", STEPS)
def test_the_record_has_the_wish_and_its_outcome(scenes: dict[str, Scene], victim: str, step: str):
    scene = scenes[victim]
    outcomes = [each.outcome for each in scene.stack.record(scene.changes[step].story.intent_id)]

    assert (outcomes[0], outcomes[-1]) == (Outcome.PENDING, Outcome.DONE)
    assert outcomes.count(Outcome.DONE) == 1


@pytest.mark.parametrize("victim", VICTIMS)
def test_the_whole_record_verifies(scenes: dict[str, Scene], victim: str):
    assert "is whole" in scenes[victim].stack.verify()


@pytest.mark.parametrize("victim", VICTIMS)
def test_whoever_serves_again_goes_on_at_once(scenes: dict[str, Scene], victim: str):
    # Counted from serving, which takes as long as the machine is busy. Waiting for a lease takes far longer.
    scene = scenes[victim]
    assert max(map(sub, scene.resumed, scene.serving)) < RESUMED_BAR
