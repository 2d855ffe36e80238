"""How many requests are left, as the remote's own headers say (contract, section 7).

The limit is one for everything that uses the account. The last tenth of the loyalty budget is kept
for writes and for checking lost ones: to run dry between the two steps of a credit is the worst moment.
"""

from __future__ import annotations

import math
import threading
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta

import msgspec

from dashboard.brevo.outbound import LONGEST_WAIT, RESERVE, UNTOLD_WAIT

_LIMIT = "x-sib-ratelimit-limit"
_REMAINING = "x-sib-ratelimit-remaining"
_RESET = "x-sib-ratelimit-reset"


class FamilyBudget(msgspec.Struct, frozen=True):
    """What was last heard about one family of calls. None is what was not said."""

    limit: int | None
    remaining: int | None
    resets_at: datetime
    seen_at: datetime


class Budget:
    """The budgets of all families. Safe to share between threads."""

    def __init__(self, clock: Callable[[], datetime]) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self._families: dict[str, FamilyBudget] = {}

    @property
    def families(self) -> Mapping[str, FamilyBudget]:
        """A copy: ``loyalty``, ``contacts`` and ``other``, those that were heard of."""
        with self._lock:
            return dict(self._families)

    def heard(self, family: str, headers: Mapping[str, str], *, used_up: bool = False) -> None:
        """Take in an answer's headers. ``used_up`` is a 429, which counts even without headers."""
        remaining = 0 if used_up else _count(headers.get(_REMAINING))
        if remaining is None:
            return
        now = self._clock()
        reset = timedelta(seconds=reset_seconds(headers))
        seen = FamilyBudget(_count(headers.get(_LIMIT)), remaining, now + reset, now)
        with self._lock:
            self._families[family] = seen

    def wait(self, family: str) -> float:
        """Seconds until a read that can wait should be sent; 0 when it may be sent now."""
        with self._lock:
            seen = self._families.get(family)
        if seen is None or seen.remaining is None or seen.remaining > _reserve(family, seen.limit):
            return 0.0
        return max((seen.resets_at - self._clock()).total_seconds(), 0.0)

    def remaining(self, family: str) -> int | None:
        """What the last answer said is left, for the log."""
        with self._lock:
            seen = self._families.get(family)
        return None if seen is None else seen.remaining


def reset_seconds(headers: Mapping[str, str]) -> float:
    """The time a rate limit lasts, in seconds: at least 1, at most an hour, a minute when it is not said.

    The header is time left, not a clock time; what makes no sense as such counts as not said.
    """
    try:
        seconds = float(headers.get(_RESET, ""))
    except ValueError:
        return UNTOLD_WAIT
    if not math.isfinite(seconds) or seconds < 0:
        return UNTOLD_WAIT
    return min(max(seconds, 1.0), LONGEST_WAIT)


def _reserve(family: str, limit: int | None) -> int:
    return math.floor(limit * RESERVE) if family == "loyalty" and limit else 0


def _count(text: str | None) -> int | None:
    try:
        count = int(text or "")
    except ValueError:
        return None
    return count if count >= 0 else None
