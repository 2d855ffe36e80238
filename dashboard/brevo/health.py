"""What the latest calls met, so that pages can say how the remote is doing without asking it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from threading import Lock

import msgspec
from msgspec.structs import replace

from dashboard.brevo.errors import BrevoError, Forbidden, Limited, RemoteFailure, Unauthorised, Unreachable

TROUBLES = (Unreachable, Unauthorised, Forbidden, Limited, RemoteFailure)
"""What is wrong with the remote or our access to it; other errors are about one call."""


class Condition(msgspec.Struct, frozen=True):
    """``trouble`` is what the latest call met, None when it was answered well."""

    answered_at: datetime | None = None
    failed_at: datetime | None = None
    failure: BrevoError | None = None
    """The last one, even when calls have been answered since."""
    trouble: BrevoError | None = None


class Health:
    """The condition of one remote. Safe to share between threads."""

    def __init__(self, clock: Callable[[], datetime]) -> None:
        self._clock = clock
        self._lock = Lock()
        self._condition = Condition()

    @property
    def condition(self) -> Condition:
        """As of the latest call of this process."""
        return self._condition

    def met(self, error: BrevoError | None) -> None:
        """Take in how a call ended."""
        now = self._clock()
        with self._lock:
            if isinstance(error, TROUBLES):
                self._condition = replace(self._condition, failed_at=now, failure=error, trouble=error)
            else:
                self._condition = replace(self._condition, answered_at=now, trouble=None)
