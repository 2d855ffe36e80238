"""The settler: starts at once, keeps going whatever breaks, stops when told."""

from __future__ import annotations

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


def settler_of(story: Story) -> Settler:
    return Settler(story.engine(), story.clock, interval=0.01)


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
    settler = settler_of(story)
    settler.start()
    assert watched.settled.wait(5)
    settler.stop()
    assert (story.now.state, story.applied) == (State.DONE, 1)


def test_a_round_touches_only_what_is_due():
    story = Story(complete=[Fault.NOT_SENT])
    settler = settler_of(story)
    assert settler.round() == 1
    assert settler.round() == 0
    story.clock.forward(2)
    assert settler.round() == 1
    assert story.now.state is State.DONE


def test_one_bad_intent_does_not_keep_the_others_waiting():
    story = Story()
    broken = replace(new_intent(OTHER), attempts="many")
    story.journal.add(broken)
    assert settler_of(story).round() == 2
    assert story.now.state is State.DONE


def test_strays_are_swept_in_the_same_round():
    story = Story(create=[Fault.LATE])
    story.settle()
    story.clock.forward(60)
    story.remote.catch_up()
    story.remote.entries[-1].lapses_at = None
    story.clock.forward(16 * 60)
    settler_of(story).round()
    assert not story.remote.open_drafts()


def test_nothing_is_swept_while_there_are_no_requests_left():
    story = Story(create=[Fault.LATE])
    story.settle()
    story.clock.forward(16 * 60)
    other = Story(create=[Fault.LIMITED])
    story.journal.add(new_intent(OTHER))
    story.faults["create"] = other.faults["create"]
    before = story.remote.count("find")
    settler_of(story).round()
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
    settler = Settler(Engine(journal, Story().remote, Clock()), Clock(), interval=0.001)
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
    settler = Settler(Engine(journal, Story().remote, Clock()), Clock(), interval=0.001)
    settler.start()
    assert journal.often.wait(5)
    settler.stop()


def test_it_can_be_started_twice_and_stopped_twice():
    settler = settler_of(Story())
    settler.start()
    settler.start()
    settler.stop()
    settler.stop()


def test_it_runs_again_after_a_stop():
    watched = Watched()
    settler = Settler(Engine(watched, Story().remote, Clock()), Clock(), interval=0.01)
    settler.start()
    settler.stop()
    watched.add(new_intent())
    settler.start()
    assert watched.settled.wait(5)
    settler.stop()
