"""The sandbox's own time: the wall clock, moved forward by tests, or standing still where they put it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from threading import Lock


class Clock:
    """Aware UTC times with millisecond precision.

    :param start: stand still there until moved; the wall clock when not given.
    """

    def __init__(self, start: datetime | None = None) -> None:
        self._lock = Lock()
        self._fixed = start.astimezone(UTC) if start else None
        self._offset = timedelta()

    def now(self) -> datetime:
        with self._lock:
            now = self._fixed or datetime.now(UTC) + self._offset
        return now.replace(microsecond=now.microsecond // 1000 * 1000)

    def advance(self, seconds: float) -> None:
        """Move on; back is not possible, what has lapsed stays lapsed."""
        if seconds < 0:
            raise ValueError("the clock moves forward only")
        step = timedelta(seconds=seconds)
        with self._lock:
            if self._fixed:
                self._fixed += step
            else:
                self._offset += step

    def set(self, moment: datetime) -> None:
        """Stand still at ``moment`` (aware)."""
        with self._lock:
            self._fixed = moment.astimezone(UTC)
