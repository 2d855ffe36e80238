"""The times and counts that the protocol works with, each with its reason."""

from __future__ import annotations

import math
from datetime import timedelta

import msgspec


class Policy(msgspec.Struct, frozen=True):
    """How patient the engine is. The defaults are the product's; a simulator may turn each one."""

    draft_ttl: int = 600
    """Seconds until the remote lets an unfinished draft lapse: longer than any settling takes."""
    lease: timedelta = timedelta(seconds=20)
    """Longer than a write's deadline, so that a living worker keeps what it works on."""
    looks: tuple[timedelta, ...] = (timedelta(seconds=1), timedelta(seconds=4), timedelta(seconds=10))
    """Waits before each look for a lost draft, together longer than a read usually lags."""
    read_lag: timedelta = timedelta(seconds=30)
    """How far a read may lag behind a write before we stop reckoning with it."""
    most_creates: int = 5
    """Drafts asked for without one being seen, then it has failed."""
    settle_window: timedelta = timedelta(seconds=60)
    """How long what takes one call is looked for, before its absence is believed or a person is asked."""
    redemption_ttl: int = 120
    """Seconds until the remote lets an unfinished redemption lapse: a lost one blocks the voucher so long."""
    begun_ttl: int = 600
    """The same for one that a person is to complete: as long as it takes to fetch what was ordered."""
    most_redemptions: int = 3
    """Redemptions begun without one being seen, then it has failed."""
    redeem_within: timedelta = timedelta(minutes=10)
    """How long a redemption waits to be sent at all: nobody stands at a till for a day."""
    most_looks: int = 20
    """Answered looks that settle nothing, then a person has to look."""
    refusals: int = 2
    """Refusals to complete a draft that is still open, then it is cancelled."""
    give_up: timedelta = timedelta(hours=24)
    """How long a change waits to be sent at all."""
    stray_after: timedelta = timedelta(minutes=15)
    """When drafts of ours that nobody chose are swept, and what failed after a lost call is looked at once
    more: after the slowest delivery and their own lapse."""
    longest_wait: timedelta = timedelta(seconds=60)
    """Between two tries while the remote does not answer."""
    key_wait: timedelta = timedelta(seconds=30)
    """Before the next try with a key that was refused."""
    longest_pause: timedelta = timedelta(minutes=60)
    """No rate limit's window is longer, whatever the header says."""
    default_pause: timedelta = timedelta(seconds=60)
    """When a 429 does not say how long."""

    def backoff(self, attempts: int) -> timedelta:
        """The wait after ``attempts`` calls in a row that brought nothing: 1, 2, 4 seconds and so on."""
        return min(self.longest_wait, timedelta(seconds=2 ** min(attempts, 10)))

    def pause(self, retry_after: float | None) -> timedelta:
        """The wait after a 429. Headers are read with suspicion: absent, text, 0 and years all occur."""
        if retry_after is None or not math.isfinite(retry_after):
            return self.default_pause
        return timedelta(seconds=min(max(retry_after, 1.0), self.longest_pause.total_seconds()))
