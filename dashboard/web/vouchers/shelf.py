"""The rewards of programmes in full, and how many codes are left of them, kept for a while.

The list of rewards has names only; all else takes a request for each, so it is asked once for everybody.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from threading import Lock
from typing import cast
from uuid import UUID

import msgspec
from cachetools import LRUCache
from flask import current_app

from dashboard.brevo.cached import Cached
from dashboard.brevo.client import Brevo
from dashboard.brevo.errors import BrevoError
from dashboard.brevo.rewards import Reward

EXTENSION = "loyalty-desk-rewards"
FRESH = timedelta(hours=1)
CODES_FRESH = timedelta(minutes=5)
"""Codes are used up by others all the time; the number is a hint, the remote decides."""
MOST = 1000
THREADS = 8


class Shelved(msgspec.Struct, frozen=True):
    """One reward as far as it could be read."""

    id: str
    reward: Reward | None
    codes_left: int | None
    """None where codes are not counted, or could not be."""


class Shelf:
    """The rewards of this process. Safe to share between threads."""

    def __init__(self, brevo: Brevo, clock: Callable[[], datetime]) -> None:
        self._brevo = brevo
        self._clock = clock
        self._executor = ThreadPoolExecutor(THREADS, "reward")
        self._lock = Lock()
        self._rewards: LRUCache[tuple[UUID, str], Cached[Reward]] = LRUCache(MOST)
        self._codes: LRUCache[tuple[UUID, str], Cached[int]] = LRUCache(MOST)

    def get(self, programme_id: UUID, reward_id: str) -> Reward:
        """One reward in full.

        :raises NotFound: the programme has none with this ID.
        :raises BrevoError: it could never be read.
        """
        return self._reward(programme_id, reward_id).get()[0].value

    def find(self, programme_id: UUID, reward_id: str | None) -> Reward | None:
        """The same; None where it cannot be read, or is no more."""
        if not reward_id:
            return None
        try:
            return self.get(programme_id, reward_id)
        except BrevoError:
            return None

    def show(self, programme_id: UUID, reward_ids: Iterable[str]) -> tuple[Shelved, ...]:
        """Several at once, in their order, each as far as it can be read."""
        wanted = tuple(reward_ids)
        for each in wanted:
            self._reward(programme_id, each).prepare()
        rewards = [self.find(programme_id, each) for each in wanted]
        pools = [self._pool(programme_id, each.code_pool_id) if each else None for each in rewards]
        for pool in filter(None, pools):
            pool.prepare()
        return tuple(
            Shelved(id_, reward, _left(pool))
            for id_, reward, pool in zip(wanted, rewards, pools, strict=True)
        )

    def codes_left(self, programme_id: UUID, reward: Reward) -> int | None:
        """How many codes its pool holds; None without a pool, or while that cannot be read."""
        return _left(self._pool(programme_id, reward.code_pool_id))

    def _reward(self, programme_id: UUID, reward_id: str) -> Cached[Reward]:
        with self._lock:
            found: Cached[Reward] | None = self._rewards.get((programme_id, reward_id))
            if found is None:
                found = self._rewards[programme_id, reward_id] = Cached(
                    lambda: self._brevo.rewards.get(programme_id, reward_id),
                    executor=self._executor,
                    clock=self._clock,
                    fresh_for=FRESH,
                )
            return found

    def _pool(self, programme_id: UUID, pool_id: str | None) -> Cached[int] | None:
        if pool_id is None:
            return None
        with self._lock:
            found: Cached[int] | None = self._codes.get((programme_id, pool_id))
            if found is None:
                found = self._codes[programme_id, pool_id] = Cached(
                    lambda: self._brevo.rewards.code_count(programme_id, pool_id),
                    executor=self._executor,
                    clock=self._clock,
                    fresh_for=CODES_FRESH,
                )
            return found


def shelf() -> Shelf:
    """The shelf of this process."""
    return cast(Shelf, current_app.extensions[EXTENSION])


def _left(pool: Cached[int] | None) -> int | None:
    if pool is None:
        return None
    try:
        return pool.get()[0].value
    except BrevoError:
        return None
