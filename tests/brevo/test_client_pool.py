"""Last in, first out, and never two calls on one line."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

from dashboard.brevo.pool import LifoPool, PoolExhausted


class Line:
    def __init__(self, number: int) -> None:
        self.number = number
        self.closed = False
        self.is_usable = True
        self.in_use = threading.Lock()

    def close(self) -> None:
        self.closed = True


class Made:
    def __init__(self) -> None:
        self.lines: list[Line] = []

    def __call__(self) -> Line:
        self.lines.append(Line(len(self.lines)))
        return self.lines[-1]


def pool_of(size: int, *, idle: float = 60) -> tuple[LifoPool[Line], list[Line]]:
    made = Made()
    return LifoPool(made, size=size, idle=idle), made.lines


def test_the_line_that_came_back_last_goes_out_first():
    pool, _ = pool_of(3)
    with pool.lent(1) as first, pool.lent(1) as second:
        pass

    with pool.lent(1) as again:
        assert again is first
    assert second is not first


def test_a_line_is_closed_when_its_call_fails():
    pool, lines = pool_of(2)
    with pytest.raises(RuntimeError), pool.lent(1):
        raise RuntimeError

    with pool.lent(1) as line:
        assert line.number == 1
    assert [line.closed for line in lines] == [True, False]


def test_a_line_that_broke_while_idle_is_closed_and_replaced():
    pool, lines = pool_of(2)
    with pool.lent(1), pool.lent(1):
        pass
    lines[0].is_usable = False

    with pool.lent(1) as line:
        assert line is lines[1]
    assert [line.closed for line in lines] == [True, False]


def test_there_are_never_more_lines_than_its_size():
    pool, _ = pool_of(1)

    with pool.lent(1), pytest.raises(PoolExhausted), pool.lent(0.01):
        pass

    with pool.lent(0):
        pass


def test_dropping_closes_idle_lines_now_and_lent_ones_later():
    pool, lines = pool_of(3)
    with pool.lent(1), pool.lent(1):
        pass
    with pool.lent(1) as out:
        pool.drop()
        assert [line.closed for line in lines if line is not out] == [True]
        assert not out.closed
        with pool.lent(1) as new:
            assert not new.closed

    assert out.closed


def test_lines_idle_for_too_long_are_closed():
    pool, lines = pool_of(3, idle=0)
    with pool.lent(1), pool.lent(1):
        pass

    with pool.lent(1):
        pass

    assert lines[1].closed


def test_no_line_serves_two_calls_at_once():
    pool, lines = pool_of(4)

    def call(_: int) -> None:
        with pool.lent(5) as line:
            assert line.in_use.acquire(blocking=False)
            line.in_use.release()

    with ThreadPoolExecutor(16) as threads:
        list(threads.map(call, range(500)))

    assert len(lines) <= 4
