"""Reads that several requests share, and the snapshots they are kept in."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from threading import Event

import pytest

from dashboard.brevo.errors import RemoteFailure
from dashboard.brevo.fetched import Fetched
from dashboard.web.members.reads import Deadline, SharedRead
from tests.web.members.samples import NOW, ago


@pytest.fixture
def pool() -> Iterator[ThreadPoolExecutor]:
    with ThreadPoolExecutor(4) as threads:
        yield threads


class Remote:
    """Counts how often it is asked, and answers when it may."""

    def __init__(self) -> None:
        self.asked = 0
        self.may_answer = Event()
        self.fails = False

    def __call__(self) -> Fetched[str]:
        self.asked += 1
        assert self.may_answer.wait(10)
        if self.fails:
            raise RemoteFailure("500")
        return Fetched(f"answer {self.asked}", NOW)


def test_those_who_wait_together_share_one_request(pool: ThreadPoolExecutor) -> None:
    remote = Remote()
    read = SharedRead(pool, remote)
    read.start()
    read.start()
    remote.may_answer.set()
    assert [read.wait(Deadline(5)).value for _ in range(3)] == ["answer 1"] * 3
    assert remote.asked == 1


def test_who_cannot_wait_gets_what_was_known_before(pool: ThreadPoolExecutor) -> None:
    remote = Remote()
    late = SharedRead(pool, remote, Fetched("old", ago(minutes=3))).wait(Deadline(0))
    assert (late.value, late.at, late.is_late) == ("old", ago(minutes=3), True)
    remote.may_answer.set()


def test_a_failure_is_told_with_what_was_known_before(pool: ThreadPoolExecutor) -> None:
    remote = Remote()
    remote.fails = True
    remote.may_answer.set()
    part = SharedRead(pool, remote, Fetched("old", ago(minutes=3))).wait(Deadline(5))
    assert part.value == "old"
    assert isinstance(part.error, RemoteFailure)


def test_only_what_failed_is_asked_again(pool: ThreadPoolExecutor) -> None:
    remote = Remote()
    remote.fails = True
    remote.may_answer.set()
    read = SharedRead(pool, remote)
    read.wait(Deadline(5))
    remote.fails = False
    read.retry()
    assert read.wait(Deadline(5)).value == "answer 2"
    read.retry()
    assert read.wait(Deadline(5)).value == "answer 2"


def test_an_answer_that_came_another_way_saves_the_request(pool: ThreadPoolExecutor) -> None:
    remote = Remote()
    read = SharedRead(pool, remote)
    read.put(Fetched("given", NOW))
    assert read.wait(Deadline(0)).value == "given"
    assert remote.asked == 0


def test_a_part_keeps_its_age_whatever_is_made_of_it(pool: ThreadPoolExecutor) -> None:
    read = SharedRead(pool, Remote())
    read.put(Fetched("given", ago(seconds=9)))
    made = read.wait(Deadline(0)).map(len)
    assert (made.value, made.at) == (5, ago(seconds=9))
