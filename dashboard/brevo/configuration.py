"""What a programme is made of: its definitions, tiers and rewards, read rarely and kept for an hour.

Configuration changes when somebody publishes a programme, and at 600 requests an hour for everybody
it must not be asked for by every page. See :class:`dashboard.brevo.cached.Cached` for who waits.
"""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress
from datetime import datetime, timedelta
from threading import Lock
from typing import TypeVar

import msgspec
from cachetools import LRUCache

from dashboard.brevo.balances import BalanceDefinition
from dashboard.brevo.cached import Cached
from dashboard.brevo.calls import Id, uuid_text
from dashboard.brevo.client import Brevo
from dashboard.brevo.errors import BrevoError, NotFound, Refused
from dashboard.brevo.fetched import Fetched
from dashboard.brevo.programmes import Programme
from dashboard.brevo.rewards import RewardSummary
from dashboard.brevo.tiers import Tier, TierGroup

T = TypeVar("T")

FRESH = timedelta(hours=1)
MOST_PROGRAMMES = 50
MOST_PREFETCHED = 2
"""Programmes read before anybody asks: each costs five requests of the hour."""
THREADS = 10
FAILED_DEPENDENCY = 424


class ActiveProgrammes(msgspec.Struct, frozen=True):
    """The programmes that members can be in, when they were read, and whether that is too long ago."""

    value: tuple[Programme, ...]
    at: datetime
    stale: bool


class ProgrammeConfiguration(msgspec.Struct, frozen=True):
    """A programme's configuration.

    ``fetched_at`` is the age of its oldest part, ``stale`` whether any part is older than it should be.
    ``missing`` names the parts (``tier_groups``, ``tiers``, ``rewards``) that could never be read yet;
    they are empty here, which then does not mean that the programme has none.
    """

    programme: Programme
    definitions: tuple[BalanceDefinition, ...]
    tier_groups: tuple[TierGroup, ...]
    tiers: tuple[Tier, ...]
    rewards: tuple[RewardSummary, ...]
    fetched_at: datetime
    stale: bool
    missing: frozenset[str]

    def definition(self, definition_id: str) -> BalanceDefinition | None:
        """The definition with this ID."""
        return next((found for found in self.definitions if found.id == definition_id), None)

    def reward(self, reward_id: str) -> RewardSummary | None:
        """The reward with this ID."""
        return next((found for found in self.rewards if found.id == reward_id), None)


class Configuration:
    """The configuration of all programmes, kept. Safe to share between threads."""

    def __init__(self, brevo: Brevo, clock: Callable[[], datetime]) -> None:
        self._brevo = brevo
        self._clock = clock
        self._executor = ThreadPoolExecutor(THREADS, "configuration")
        self._lock = Lock()
        self._programmes = self._cached(brevo.programmes.list)
        self._parts: LRUCache[str, _Parts] = LRUCache(MOST_PROGRAMMES)

    def prefetch(self) -> Future[None]:
        """Have everything read that the first pages will need; never waits, and a failure is met by them.

        :returns: done when all was asked for.
        """
        return self._executor.submit(self._ask_for_all)

    def programmes(self) -> ActiveProgrammes:
        """The active programmes, by name.

        :raises BrevoError: when they could never be read.
        """
        fetched, stale = self._programmes.get()
        active = tuple(programme for programme in fetched.value if programme.is_active)
        return ActiveProgrammes(active, fetched.at, stale)

    def of(self, programme_id: Id) -> ProgrammeConfiguration:
        """One programme's configuration; its parts are read side by side.

        :raises NotFound: when there is no such programme.
        :raises BrevoError: when the programme or its definitions could never be read.
        """
        parts = self._parts_of(uuid_text(programme_id, "programme_id"))
        parts.prepare()
        reading = _Reading()
        return ProgrammeConfiguration(
            programme=reading.needed(parts.programme),
            definitions=reading.needed(parts.definitions),
            tier_groups=reading.wished("tier_groups", parts.tier_groups),
            tiers=reading.wished("tiers", parts.tiers),
            rewards=reading.wished("rewards", parts.rewards),
            fetched_at=min(reading.times),
            stale=reading.stale,
            missing=frozenset(reading.missing),
        )

    def close(self) -> None:
        """End the threads."""
        self._executor.shutdown(wait=False, cancel_futures=True)

    def _ask_for_all(self) -> None:
        with suppress(BrevoError):
            for programme in self.programmes().value[:MOST_PREFETCHED]:
                self._parts_of(programme.id).prepare()

    def _parts_of(self, programme_id: str) -> _Parts:
        brevo = self._brevo
        with self._lock:
            found: _Parts | None = self._parts.get(programme_id)
            if found is None:
                found = self._parts[programme_id] = _Parts(
                    programme=self._cached(lambda: brevo.programmes.get(programme_id)),
                    definitions=self._cached(lambda: brevo.balances.definitions(programme_id)),
                    tier_groups=self._cached(lambda: self._or_none(brevo.tiers.groups, programme_id)),
                    tiers=self._cached(lambda: self._or_none(brevo.tiers.tiers, programme_id)),
                    rewards=self._cached(lambda: self._or_none(brevo.rewards.list, programme_id)),
                )
            return found

    def _cached(self, fetch: Callable[[], Fetched[T]]) -> Cached[T]:
        return Cached(fetch, executor=self._executor, clock=self._clock, fresh_for=FRESH)

    def _or_none(
        self, read: Callable[[str], Fetched[tuple[T, ...]]], programme_id: str
    ) -> Fetched[tuple[T, ...]]:
        """A list whose absence the remote may tell as 404 or 424 (contract, section 5)."""
        try:
            return read(programme_id)
        except NotFound as error:
            return Fetched((), self._clock(), error.request_id)
        except Refused as error:
            if error.status != FAILED_DEPENDENCY:
                raise
            return Fetched((), self._clock(), error.request_id)


class _Parts(msgspec.Struct, frozen=True):
    programme: Cached[Programme]
    definitions: Cached[tuple[BalanceDefinition, ...]]
    tier_groups: Cached[tuple[TierGroup, ...]]
    tiers: Cached[tuple[Tier, ...]]
    rewards: Cached[tuple[RewardSummary, ...]]

    def prepare(self) -> None:
        for part in (self.programme, self.definitions, self.tier_groups, self.tiers, self.rewards):
            part.prepare()


class _Reading:
    """Collects the ages of the parts that one configuration is put together from."""

    def __init__(self) -> None:
        self.times: list[datetime] = []
        self.stale = False
        self.missing: set[str] = set()

    def needed(self, part: Cached[T]) -> T:
        fetched, stale = part.get()
        self.times.append(fetched.at)
        self.stale = self.stale or stale
        return fetched.value

    def wished(self, name: str, part: Cached[tuple[T, ...]]) -> tuple[T, ...]:
        try:
            return self.needed(part)
        except BrevoError:
            self.missing.add(name)
            return ()
