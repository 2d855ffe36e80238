"""Stops page reads from queueing up behind a remote that does not answer."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable

from dashboard.brevo.outbound import BREAKER_FAILURES, BREAKER_SECONDS


class Breaker:
    """Open after so many calls in a row without an answer; then lets one through every few seconds.

    Any answer closes it, an error's too: it is about the way to the remote, not about what it says.
    """

    def __init__(self, now: Callable[[], float] = time.monotonic) -> None:
        self._now = now
        self._lock = threading.Lock()
        self._failures = 0
        self._next_probe = 0.0

    def lets_through(self) -> bool:
        """Whether a call may be tried now. While open, saying yes uses up the probe."""
        with self._lock:
            if self._failures < BREAKER_FAILURES:
                return True
            now = self._now()
            if now < self._next_probe:
                return False
            self._next_probe = now + BREAKER_SECONDS
            return True

    def answered(self) -> None:
        """An answer came."""
        with self._lock:
            self._failures = 0

    def failed(self) -> None:
        """No answer came."""
        with self._lock:
            self._failures += 1
            if self._failures == BREAKER_FAILURES:
                self._next_probe = self._now() + BREAKER_SECONDS
