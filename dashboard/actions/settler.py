"""The settler: a thread that moves on whatever is not settled, from the first second after a start."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import datetime, timedelta
from threading import Event, Thread

import structlog

from dashboard.actions.engine import Engine
from dashboard.store.database import DatabaseUnavailable

_log = structlog.get_logger("actions.settler")

INTERVAL = 1.0
"""Seconds between two rounds. A round without work is two small reads of the local database."""
LONGEST_INTERVAL = 30.0
"""While the database is away."""
SHARE = timedelta(seconds=2)
"""No further call for an intent is begun in a round after this, so that none keeps the others waiting."""
BATCH = 20
"""Intents a round."""
STOP_SECONDS = 11.0
"""How long a stop waits: a share and the longest call that may be on its way then."""


class Settler:
    """Runs :meth:`round` every second in a thread of its own. Start it after a fork, once a process."""

    def __init__(self, engine: Engine, clock: Callable[[], datetime], *, interval: float = INTERVAL) -> None:
        self._engine = engine
        self._clock = clock
        self._interval = interval
        self._stop = Event()
        self._thread: Thread | None = None

    @property
    def is_running(self) -> bool:
        """Whether the thread lives in this process."""
        return self._thread is not None and self._thread.is_alive()

    def start(self) -> None:
        """Begin at once, with what an earlier process left behind. A second start does nothing."""
        if self._thread is not None:
            return
        self._stop.clear()
        self._thread = Thread(target=self._run, name="settler", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """End after the call on its way, if any; what is not settled stays written down."""
        self._stop.set()
        if self._thread is not None:
            self._thread.join(STOP_SECONDS)
            self._thread = None

    def round(self) -> int:
        """Move on every intent that is due and sweep what is left over; gives how many were touched.

        :raises DatabaseUnavailable: nothing can be read.
        """
        now = self._clock()
        journal = self._engine.journal
        due = self._each(journal.due(now, BATCH), self._advance)
        # Sweeping costs requests too: not while there are none.
        return (
            due if self._engine.pause() else due + self._each(journal.strays(now, BATCH), self._engine.sweep)
        )

    def _advance(self, intent_id: str) -> None:
        self._engine.advance(intent_id, until=self._clock() + SHARE)

    def _each(self, intent_ids: Iterable[str], move: Callable[[str], object]) -> int:
        count = 0
        for intent_id in intent_ids:
            if self._stop.is_set():
                break
            count += 1
            try:
                move(intent_id)
            except DatabaseUnavailable:
                raise
            except Exception:
                # One bad intent must not keep the others waiting.
                _log.exception("settler.intent_broke", intent=intent_id)
        return count

    def _run(self) -> None:
        rested = self._attempt(self._engine.take_over)
        wait = 0.0
        while not self._stop.wait(wait):
            worked = self._attempt(self.round)
            if worked != rested:
                (_log.info if worked else _log.error)("settler.works" if worked else "settler.stands_still")
            rested = worked
            wait = self._interval if worked else min(LONGEST_INTERVAL, max(self._interval, wait * 2))

    def _attempt(self, work: Callable[[], object]) -> bool:
        """Whether ``work`` could be done. Outages are logged and waited out; no thread dies of them."""
        try:
            work()
        except DatabaseUnavailable as error:
            _log.warning("settler.no_database", reason=str(error))
            return False
        except Exception:
            # A thread that ends would leave changes unsettled.
            _log.exception("settler.round_broke")
            return False
        return True
