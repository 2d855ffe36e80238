"""Remote reads that several requests wait for together, and that outlive the request that began them."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Executor, Future
from contextvars import copy_context
from datetime import datetime
from threading import Lock
from time import monotonic
from typing import Generic, TypeVar

import msgspec

from dashboard.brevo.errors import BrevoError
from dashboard.brevo.fetched import Fetched

T = TypeVar("T")
U = TypeVar("U")


class Part(msgspec.Struct, Generic[T], frozen=True):
    """One part of a page: what is known, since when, and why it is not newer."""

    fetched: Fetched[T] | None = None
    """The answer; with ``error`` or ``is_late`` an older one, if there is any."""
    error: BrevoError | None = None
    is_late: bool = False
    """Still on its way."""

    @property
    def value(self) -> T | None:
        """The answer's content, fresh or older."""
        return self.fetched.value if self.fetched else None

    @property
    def at(self) -> datetime | None:
        """When the answer came."""
        return self.fetched.at if self.fetched else None

    def map(self, make: Callable[[T], U]) -> Part[U]:
        """The same part with another content, as old as this one."""
        fetched = self.fetched
        if fetched is None:
            return Part(None, self.error, self.is_late)
        return Part(Fetched(make(fetched.value), fetched.at, fetched.request_id), self.error, self.is_late)


class Deadline:
    """A moment that waiting ends at, shared by all that is waited for."""

    def __init__(self, seconds: float) -> None:
        self._end = monotonic() + seconds

    @property
    def left(self) -> float:
        """Seconds, never negative."""
        return max(0.0, self._end - monotonic())


class SharedRead(Generic[T]):
    """One remote read, asked at most once at a time.

    :param ask: the read; runs on ``pool``.
    :param before: an older answer, shown while there is no newer one.
    """

    def __init__(
        self, pool: Executor, ask: Callable[[], Fetched[T]], before: Fetched[T] | None = None
    ) -> None:
        self._pool = pool
        self._ask = ask
        self._before = before
        self._lock = Lock()
        self._future: Future[Fetched[T]] | None = None

    def start(self) -> None:
        """Ask, unless it was asked already. A failed read stays failed; see :meth:`retry`."""
        with self._lock:
            if self._future is None:
                self._future = self._submit()

    def retry(self) -> None:
        """Ask again if the last time failed; join it while it is under way."""
        with self._lock:
            if self._future is None or self.has_failed:
                self._future = self._submit()

    def put(self, fetched: Fetched[T]) -> None:
        """Take an answer that came another way."""
        done: Future[Fetched[T]] = Future()
        done.set_result(fetched)
        with self._lock:
            self._future = done

    def wait(self, deadline: Deadline) -> Part[T]:
        """The answer, or what there is when ``deadline`` passes. Starts the read if nobody did."""
        self.start()
        future = self._future
        assert future is not None  # noqa: S101 - start() has set it
        try:
            return Part(future.result(timeout=deadline.left))
        except BrevoError as error:
            return Part(self._before, error=error)
        except TimeoutError:
            return Part(self._before, is_late=True)

    @property
    def has_failed(self) -> bool:
        """Whether the read ended without an answer."""
        future = self._future
        return future is not None and future.done() and future.exception() is not None

    @property
    def has_answered(self) -> bool:
        """Whether the read ended with an answer."""
        future = self._future
        return future is not None and future.done() and future.exception() is None

    @property
    def answer(self) -> Fetched[T] | None:
        """The newest answer there is, without waiting."""
        future = self._future
        if future is not None and future.done() and future.exception() is None:
            return future.result()
        return self._before

    def _submit(self) -> Future[Fetched[T]]:
        # The context carries the request's ID into the log lines of the thread.
        return self._pool.submit(copy_context().run, self._ask)
