"""A read that is kept: one caller asks while the others wait, and an old answer beats none."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Executor, Future
from contextvars import copy_context
from datetime import datetime, timedelta
from threading import Lock
from typing import Generic, TypeVar

from dashboard.brevo.errors import BrevoError
from dashboard.brevo.fetched import Fetched

T = TypeVar("T")

EARLY = 0.8
"""The part of its fresh time after which an answer is renewed behind the scenes."""
BACK_OFF = timedelta(seconds=5)
"""After a failure the remote is left alone for this long."""
FAILURE_KEPT = timedelta(seconds=30)
"""Where nothing but a failure is known, it is told at once for this long, while new tries run."""


class Cached(Generic[T]):
    """The last answer of ``fetch``. Safe to share between threads.

    ``fetch`` runs on ``executor``, once at a time. Only a caller for whom nothing at all is known
    waits for it; everybody else is answered at once.
    """

    def __init__(
        self,
        fetch: Callable[[], Fetched[T]],
        *,
        executor: Executor,
        clock: Callable[[], datetime],
        fresh_for: timedelta,
    ) -> None:
        self._fetch = fetch
        self._executor = executor
        self._clock = clock
        self._fresh_for = fresh_for
        self._lock = Lock()
        self._answer: Fetched[T] | None = None
        self._failure: tuple[BrevoError, datetime] | None = None
        self._flight: Future[Fetched[T]] | None = None

    def prepare(self) -> None:
        """Have the answer fetched if there is none or it grows old; never waits."""
        with self._lock:
            self._prepare()

    def get(self) -> tuple[Fetched[T], bool]:
        """The answer, and whether it is stale: older than it should be, because renewing it failed.

        :raises BrevoError: the failure, when there never was an answer.
        """
        with self._lock:
            self._prepare()
            if self._answer is not None:
                return self._answer, self._age(self._answer) >= self._fresh_for
            failure = self._failed_within(FAILURE_KEPT)
            if failure is not None:
                raise failure.with_traceback(None)
            flight = self._flight or self._start()
        return flight.result(), False

    def _prepare(self) -> None:
        is_young = self._answer is not None and self._age(self._answer) < self._fresh_for * EARLY
        if not is_young and self._flight is None and self._failed_within(BACK_OFF) is None:
            self._start()

    def _start(self) -> Future[Fetched[T]]:
        # The context carries the page's request ID into the log lines of the thread.
        self._flight = self._executor.submit(copy_context().run, self._renew)
        return self._flight

    def _renew(self) -> Fetched[T]:
        try:
            answer = self._fetch()
        except BrevoError as error:
            with self._lock:
                self._failure, self._flight = (error, self._clock()), None
            raise
        except BaseException:
            with self._lock:
                self._flight = None
            raise
        with self._lock:
            self._answer, self._failure, self._flight = answer, None, None
        return answer

    def _age(self, answer: Fetched[T]) -> timedelta:
        return self._clock() - answer.at

    def _failed_within(self, time: timedelta) -> BrevoError | None:
        if self._failure is None:
            return None
        error, at = self._failure
        return error if self._clock() - at < time else None
