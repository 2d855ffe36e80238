"""The settler: starts at once, keeps going whatever breaks or hangs, stops when told."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from threading import Event

import pytest
from msgspec.structs import replace

from dashboard.actions.engine import Engine
from dashboard.actions.settler import Settler
from dashboard.store.database import DatabaseUnavailable
from dashboard.store.intent import State
from tests.actions.fake_remote import Clock, Crash, Fault
from tests.actions.memory import MemoryJournal
from tests.actions.schedules import new_intent
from tests.actions.story import Story

OTHER = "44444444-4444-4444-8444-444444444444"


class Gone:
    """Processes that are gone, each to be buried once."""

    def __init__(self, *names: str) -> None:
        self.names = list(names)

    def bury(self, free: Callable[[str], int]) -> int:
        freed = sum(map(free, self.names))
        self.names.clear()
        return freed


def settler_of(story: Story, *gone: str) -> Settler:
    return Settler(story.engine(), story.clock, Gone(*gone), interval=0.01)


def wait_for(event: Event) -> None:
    assert event.wait(5)


def turn(settler: Settler) -> int:
    """A round to its end."""
    touched = settler.round()
    settler.rest()
    return touched


class Watched(MemoryJournal):
    """Tells when an intent is settled."""

    def __init__(self) -> None:
        super().__init__()
        self.settled = Event()

    def _write(self, intent, entry):
        super()._write(intent, entry)
        if intent.is_settled:
            self.settled.set()


def test_what_a_dead_process_left_behind_is_finished_in_the_first_round():
    watched = Watched()
    story = Story(journal=watched, create=[Fault.CRASH_AFTER])
    with pytest.raises(Crash):
        story.advance()
    settler = settler_of(story, story.now.lease_owner or "nobody")
    settler.start()
    assert watched.settled.wait(5)
    settler.stop()
    assert (story.now.state, story.applied) == (State.DONE, 1)


def test_what_another_process_may_still_be_doing_is_left_to_it():
    story = Story(create=[Fault.CRASH_AFTER])
    with pytest.raises(Crash):
        story.advance()
    assert turn(settler_of(story, "somebody else")) == 0
    assert story.now.state is State.CREATING


def test_a_call_that_hangs_keeps_no_other_intent_waiting():
    answers = Event()
    watched = Watched()
    story = Story(journal=watched, create=[Fault.SLOW])
    story.remote.slow_seconds = 0
    story.remote.while_slow = lambda: wait_for(answers)
    watched.add(new_intent(OTHER))
    settler = settler_of(story)
    settler.start()
    assert watched.settled.wait(5)
    assert watched.get(OTHER).state is State.DONE
    assert not story.now.is_settled
    answers.set()
    settler.stop()
    assert story.now.state is State.DONE


def test_what_is_on_its_way_is_not_handed_out_again():
    answers = Event()
    story = Story(create=[Fault.SLOW])
    story.remote.slow_seconds = 60  # its lease ends meanwhile
    story.remote.while_slow = lambda: wait_for(answers)
    settler = settler_of(story)
    assert settler.round() == 1
    assert settler.round() == 0
    answers.set()
    settler.rest()


def test_a_round_touches_only_what_is_due():
    story = Story(complete=[Fault.NOT_SENT])
    settler = settler_of(story)
    assert turn(settler) == 1
    assert turn(settler) == 0
    story.clock.forward(2)
    assert turn(settler) == 1
    assert story.now.state is State.DONE


def test_one_bad_intent_does_not_keep_the_others_waiting():
    story = Story()
    broken = replace(new_intent(OTHER), attempts="many")
    story.journal.add(broken)
    assert turn(settler_of(story)) == 2
    assert story.now.state is State.DONE


def test_strays_are_swept_in_the_same_round():
    story = Story(create=[Fault.LATE])
    story.settle()
    story.clock.forward(60)
    story.remote.catch_up()
    story.remote.entries[-1].lapses_at = None
    story.clock.forward(16 * 60)
    turn(settler_of(story))
    assert not story.remote.open_drafts()


def test_nothing_is_swept_while_there_are_no_requests_left():
    story = Story(create=[Fault.LATE, Fault.NONE, Fault.LIMITED])
    swept_at = story.settle().sweep_at or story.clock.now
    story.clock.now = swept_at - timedelta(seconds=1)
    story.journal.add(new_intent(OTHER))
    settler = settler_of(story)
    turn(settler)
    before = story.remote.count("find")
    story.clock.now = swept_at
    turn(settler)
    assert story.remote.count("find") == before


class Away(MemoryJournal):
    """A database that is away at first."""

    def __init__(self, rounds: int) -> None:
        super().__init__()
        self.rounds = rounds
        self.back = Event()

    def due(self, now, limit):
        if self.rounds:
            self.rounds -= 1
            raise DatabaseUnavailable("The database is busy.")
        self.back.set()
        return super().due(now, limit)


def test_a_database_that_is_away_is_waited_for():
    journal = Away(rounds=3)
    settler = Settler(Engine(journal, Story().remote, Clock()), Clock(), Gone(), interval=0.001)
    settler.start()
    assert journal.back.wait(5)
    settler.stop()


class Broken(MemoryJournal):
    """A bug where nobody expects one."""

    def __init__(self) -> None:
        super().__init__()
        self.seen = 0
        self.often = Event()

    def due(self, now, limit):
        self.seen += 1
        if self.seen > 2:
            self.often.set()
        raise RuntimeError("a bug")


def test_a_bug_does_not_end_the_thread():
    journal = Broken()
    settler = Settler(Engine(journal, Story().remote, Clock()), Clock(), Gone(), interval=0.001)
    settler.start()
    assert journal.often.wait(5)
    settler.stop()


def test_it_can_be_started_twice_and_stopped_twice():
    settler = settler_of(Story())
    settler.start()
    settler.start()
    assert settler.is_running
    settler.stop()
    settler.stop()
    assert not settler.is_running


def test_it_runs_again_after_a_stop():
    watched = Watched()
    settler = Settler(Engine(watched, Story().remote, Clock()), Clock(), Gone(), interval=0.01)
    settler.start()
    settler.stop()
    watched.add(new_intent())
    settler.start()
    assert watched.settled.wait(5)
    settler.stop()
