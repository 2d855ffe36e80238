"""A last-in-first-out pool: the warmest line goes out first, one line to one call at a time."""

from __future__ import annotations

import threading
import time
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Generic, Protocol, TypeVar


class Line(Protocol):
    """What can stand in a pool."""

    @property
    def is_usable(self) -> bool: ...
    def close(self) -> None: ...


L = TypeVar("L", bound=Line)


class PoolExhausted(Exception):  # noqa: N818 - says what happened
    """All lines were out for as long as the caller could wait."""


class LifoPool(Generic[L]):
    """At most ``size`` lines, made when needed; idle ones are closed after ``idle`` seconds.

    A line that broke while it was idle is replaced.
    """

    def __init__(self, make: Callable[[], L], *, size: int, idle: float) -> None:
        self._make = make
        self._idle_limit = idle
        self._free = threading.BoundedSemaphore(size)
        self._lock = threading.Lock()
        self._idle: deque[tuple[float, L]] = deque()
        self._generation = 0

    @contextmanager
    def lent(self, wait: float) -> Iterator[L]:
        """A line for the length of a ``with``; closed for good when the block raises.

        :raises PoolExhausted: when none came free within ``wait`` seconds.
        """
        if not self._free.acquire(timeout=max(wait, 0)):
            raise PoolExhausted
        try:
            generation, line = self._take()
            try:
                yield line
            except BaseException:
                line.close()
                raise
            self._give_back(generation, line)
        finally:
            self._free.release()

    def drop(self) -> None:
        """Close every line: idle ones now, lent ones when they come back."""
        with self._lock:
            self._generation += 1
            dropped = [line for _, line in self._idle]
            self._idle.clear()
        for line in dropped:
            line.close()

    def _take(self) -> tuple[int, L]:
        while True:
            with self._lock:
                generation = self._generation
                line = self._idle.pop()[1] if self._idle else None
            if line is None:
                return generation, self._make()
            if line.is_usable:
                return generation, line
            line.close()

    def _give_back(self, generation: int, line: L) -> None:
        now = time.monotonic()
        surplus: list[L] = []
        with self._lock:
            if generation == self._generation:
                self._idle.append((now, line))
            else:
                surplus.append(line)
            while self._idle and now - self._idle[0][0] > self._idle_limit:
                surplus.append(self._idle.popleft()[1])
        for old in surplus:
            old.close()
