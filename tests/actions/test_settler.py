"""The settler: starts at once, keeps going whatever breaks or hangs, stops when told."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor, wait
from datetime import timedelta
from threading import Event, Semaphore
from uuid import uuid4

import pytest
import structlog
from msgspec.structs import replace
from structlog.testing import capture_logs

from dashboard.actions.engine import Engine
from dashboard.actions.settler import BATCH, LANES, Settler
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


def hanging(story):
    """Let the first call of ``story`` hang: events that say when it does, and that let it go on."""
    hangs, answers = Event(), Event()
    story.remote.slow_seconds = 0

    def while_slow():
        hangs.set()
        wait_for(answers)

    story.remote.while_slow = while_slow
    return hangs, answers


def test_a_call_that_hangs_keeps_no_other_intent_waiting():
    watched = Watched()
    story = Story(journal=watched, create=[Fault.SLOW])
    hangs, answers = hanging(story)
    settler = settler_of(story)
    settler.start()
    wait_for(hangs)
    watched.add(new_intent(OTHER))
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


def test_no_more_than_eight_intents_are_on_their_way_at_once():
    story, on_their_way, answers = Story(), Semaphore(0), Event()
    story.remote.slow_seconds = 0
    story.remote.next_fault = lambda call: Fault.SLOW

    def while_slow():
        on_their_way.release()
        wait_for(answers)

    story.remote.while_slow = while_slow
    for _ in range(LANES):
        story.journal.add(new_intent(str(uuid4())))
    settler = settler_of(story)
    assert settler.round() == 9
    for _ in range(8):
        assert on_their_way.acquire(timeout=5)
    assert not on_their_way.acquire(timeout=0.1)
    answers.set()
    settler.rest()


def test_a_slow_intent_gives_its_lane_back_after_two_seconds():
    story = Story(create=[Fault.SLOW])
    story.remote.slow_seconds = 2
    settler = settler_of(story)
    turn(settler)
    assert story.calls == "create"
    turn(settler)
    assert (story.calls, story.now.state) == ("create complete", State.DONE)


def test_a_round_hands_out_twenty_and_the_next_one_the_rest():
    story = Story()
    for _ in range(BATCH):
        story.journal.add(new_intent(str(uuid4())))
    settler = settler_of(story)
    assert (turn(settler), turn(settler)) == (20, 1)


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
    assert turn(settler_of(story)) == 1
    assert not story.remote.open_drafts()


def test_nothing_is_swept_while_there_are_no_requests_left():
    story = Story(create=[Fault.LATE, Fault.NONE, Fault.LIMITED])
    swept_at = story.settle().sweep_at or story.clock.now
    story.clock.now = swept_at - timedelta(seconds=1)
    story.journal.add(new_intent(OTHER))
    settler = settler_of(story)
    assert turn(settler) == 1
    before = story.remote.count("find")
    story.clock.now = swept_at
    turn(settler)
    assert story.remote.count("find") == before


class Away(Watched):
    """A database that is away at first."""

    def __init__(self, rounds: int) -> None:
        super().__init__()
        self.rounds = rounds
        self.asked: list[float] = []
        self.back = Event()

    def due(self, now, limit):
        self.asked.append(time.monotonic())
        if len(self.asked) <= self.rounds:
            self.away()
        self.back.set()
        return super().due(now, limit)

    def away(self):
        raise DatabaseUnavailable("The database is busy.")


class Broken(Away):
    """A bug where nobody expects one."""

    def away(self):
        raise RuntimeError("a bug")


def settler_on(journal: MemoryJournal) -> Settler:
    return Settler(Engine(journal, Story().remote, Clock()), Clock(), Gone(), interval=0.001)


@pytest.mark.parametrize("trouble", [Away, Broken])
def test_neither_a_database_that_is_away_nor_a_bug_ends_the_thread(trouble):
    journal = trouble(rounds=3)
    settler = settler_on(journal)
    settler.start()
    assert journal.back.wait(5)
    settler.stop()


@pytest.mark.parametrize("trouble", [Away, Broken])
def test_rounds_come_ever_later_while_nothing_can_be_done(trouble):
    journal = trouble(rounds=9)
    settler = settler_on(journal)
    settler.start()
    assert journal.back.wait(5)
    settler.stop()
    assert journal.asked[9] - journal.asked[8] > 0.2


class Counted(MemoryJournal):
    """Tells when it was asked often."""

    def __init__(self) -> None:
        super().__init__()
        self.asked = 0
        self.often = Event()

    def due(self, now, limit):
        self.asked += 1
        if self.asked == 20:
            self.often.set()
        return super().due(now, limit)


def test_rounds_come_no_later_while_all_is_well():
    journal = Counted()
    settler = settler_on(journal)
    settler.start()
    assert journal.often.wait(5)
    settler.stop()


@pytest.mark.parametrize(("rounds", "told"), [(3, ["stands_still", "works"]), (0, [])])
def test_that_it_stands_still_and_that_it_works_again_is_told_once(rounds, told):
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.INFO))
    journal = Away(rounds)
    journal.add(new_intent())
    settler = settler_on(journal)
    with capture_logs() as lines:
        settler.start()
        assert journal.settled.wait(5)
        settler.stop()
    events = [line["event"].removeprefix("settler.") for line in lines]
    assert [event for event in events if event in {"stands_still", "works"}] == told


class Blocked(MemoryJournal):
    """A database that takes its time."""

    def __init__(self) -> None:
        super().__init__()
        self.asked, self.answers = Event(), Event()

    def due(self, now, limit):
        self.asked.set()
        wait_for(self.answers)
        return super().due(now, limit)


def test_a_stop_waits_for_the_round_that_is_under_way():
    journal = Blocked()
    settler = settler_on(journal)
    settler.start()
    wait_for(journal.asked)
    with ThreadPoolExecutor() as pool:
        stopping = pool.submit(settler.stop)
        assert not wait([stopping], 0.1).done
        journal.answers.set()
        stopping.result()
    assert not settler.is_running


def test_a_stop_waits_for_the_call_that_is_under_way():
    story = Story(create=[Fault.SLOW])
    hangs, answers = hanging(story)
    settler = settler_of(story)
    settler.start()
    wait_for(hangs)
    with ThreadPoolExecutor() as pool:
        stopping = pool.submit(settler.stop)
        assert not wait([stopping], 0.1).done
        answers.set()
        stopping.result()
    assert story.now.state is State.DONE


def test_it_keeps_no_process_alive():
    before = set(threading.enumerate())
    settler = settler_of(Story(), "nobody")
    settler.start()
    thread = next(one for one in set(threading.enumerate()) - before if one.name == "settler")
    assert thread.daemon
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
