"""The account's request budget: per family and plan, in fixed windows, told in three headers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from math import ceil
from threading import Lock
from typing import Final

HOUR: Final = 3_600
PLANS: Final[Mapping[str, Mapping[str, Mapping[int, int]]]] = {
    "general": {"loyalty": {HOUR: 600}, "contacts": {HOUR: 36_000, 1: 10}, "other": {HOUR: 100}},
    "advanced": {"loyalty": {HOUR: 1_200}, "contacts": {HOUR: 72_000, 1: 20}, "other": {HOUR: 200}},
    "extended": {"loyalty": {HOUR: 100_000}, "contacts": {1: 60}, "other": {HOUR: 600}},
    "off": {},
}
"""Requests allowed by plan, family and window length in seconds (section 7 of the contract's README)."""


@dataclass(slots=True)
class _Window:
    seconds: int
    allowed: int
    began: datetime
    used: int = 0

    def turn(self, now: datetime) -> None:
        if now >= self.began + timedelta(seconds=self.seconds):
            self.began, self.used = now, 0

    def left(self) -> int:
        return max(self.allowed - self.used, 0)

    def reset_in(self, now: datetime) -> int:
        return max(ceil((self.began + timedelta(seconds=self.seconds) - now).total_seconds()), 0)


class Budget:
    """Counts calls. Thread-safe."""

    def __init__(self, plan: str) -> None:
        self._lock = Lock()
        self._plan = plan
        self._windows: dict[str, list[_Window]] = {}

    @property
    def plan(self) -> str:
        return self._plan

    def use_plan(self, plan: str) -> None:
        """:raises ValueError: for an unknown plan."""
        if plan not in PLANS:
            raise ValueError(f"plan must be one of {', '.join(PLANS)}")
        with self._lock:
            self._plan = plan
            self._windows = {}

    def leave(self, family: str, remaining: int, now: datetime) -> None:
        """Use up the family's longest window but for ``remaining`` requests."""
        with self._lock:
            for window in self._of(family, now, None)[:1]:
                window.turn(now)
                window.used = max(window.allowed - remaining, 0)

    def take(self, family: str, now: datetime, extended: int) -> tuple[bool, dict[str, str]]:
        """Count one call.

        :param extended: loyalty requests an hour on the extended plan; the sources disagree.
        :returns: whether the call may go on, and the headers of its answer.
        """
        with self._lock:
            windows = self._of(family, now, extended)
            for window in windows:
                window.turn(now)
            if not windows:
                return True, {}
            tightest = min(windows, key=_Window.left)
            allowed = tightest.left() > 0
            if allowed:
                for window in windows:
                    window.used += 1
            return allowed, {
                "x-sib-ratelimit-limit": str(tightest.allowed),
                "x-sib-ratelimit-remaining": str(tightest.left()),
                "x-sib-ratelimit-reset": str(tightest.reset_in(now)),
            }

    def _of(self, family: str, now: datetime, extended: int | None) -> list[_Window]:
        if family not in self._windows:
            allowed = PLANS[self._plan].get(family, {})
            self._windows[family] = [_Window(seconds, number, now) for seconds, number in allowed.items()]
        windows = self._windows[family]
        if extended and self._plan == "extended" and family == "loyalty":
            windows[0].allowed = extended
        return windows
