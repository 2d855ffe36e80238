"""The settler: threads that move on whatever is not settled, from the first second after a start."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from concurrent.futures import Future, ThreadPoolExecutor, wait
from datetime import datetime, timedelta
from threading import Event, Thread
from typing import Protocol

import structlog

from dashboard.actions.engine import Engine
from dashboard.store.database import DatabaseUnavailable

_log = structlog.get_logger("actions.settler")

INTERVAL = 1.0
"""Seconds between two rounds. A round without work is a few small reads of the local machine."""
LONGEST_INTERVAL = 30.0
"""While the database is away."""
LANES = 8
"""Intents moved on at once: a call that hangs until its deadline keeps none but its own waiting."""
SHARE = timedelta(seconds=2)
"""No further call for an intent is begun in a turn after this, so that lanes become free again."""
BATCH = 20
"""Intents a round."""
STOP_SECONDS = 11.0
"""How long a stop waits: a share and the longest call that may be on its way then."""


class Holders(Protocol):
    """What :class:`dashboard.store.holders.Holders` offers of it."""

    def bury(self, free: Callable[[str], int]) -> int:
        """End what each process held that is gone."""
        ...


class Settler:
    """Runs :meth:`round` every second in a thread of its own. Start it after a fork, once a process."""

    def __init__(
        self,
        engine: Engine,
        clock: Callable[[], datetime],
        holders: Holders,
        *,
        interval: float = INTERVAL,
    ) -> None:
        self._engine = engine
        self._clock = clock
        self._holders = holders
        self._interval = interval
        self._stop = Event()
        self._thread: Thread | None = None
        self._lanes = ThreadPoolExecutor(LANES, thread_name_prefix="settler")
        self._going: dict[str, Future[None]] = {}

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
        """End after the calls on their way, if any; what is not settled stays written down."""
        self._stop.set()
        if self._thread is not None:
            self._thread.join(STOP_SECONDS)
            self._thread = None
        self.rest(STOP_SECONDS)

    def round(self) -> int:
        """Hand out every intent that is due, and every one to sweep; gives how many.

        Does not wait for them: see :meth:`rest`.

        :raises DatabaseUnavailable: nothing can be read.
        """
        self._holders.bury(self._engine.take_over)
        self._going = {one: lane for one, lane in self._going.items() if not lane.done()}
        now = self._clock()
        journal = self._engine.journal
        due = self._hand_out(journal.due(now, BATCH), self._advance)
        # Sweeping costs requests too: not while there are none.
        if self._engine.pause():
            return due
        return due + self._hand_out(journal.strays(now, BATCH), self._engine.sweep)

    def rest(self, seconds: float | None = None) -> None:
        """Wait until nothing that was handed out is on its way, at most so long."""
        wait(self._going.values(), seconds)

    def _advance(self, intent_id: str) -> None:
        self._engine.advance(intent_id, until=self._clock() + SHARE)

    def _hand_out(self, intent_ids: Iterable[str], move: Callable[[str], object]) -> int:
        new = [one for one in intent_ids if one not in self._going]
        self._going |= {one: self._lanes.submit(self._move, move, one) for one in new}
        return len(new)

    def _move(self, move: Callable[[str], object], intent_id: str) -> None:
        if self._stop.is_set():
            return
        try:
            move(intent_id)
        except DatabaseUnavailable as error:
            _log.warning("settler.no_database", intent=intent_id, reason=str(error))
        except Exception:
            # One bad intent must not keep the others waiting.
            _log.exception("settler.intent_broke", intent=intent_id)

    def _run(self) -> None:
        rested = True
        delay = 0.0
        while not self._stop.wait(delay):
            worked = self._works()
            if worked != rested:
                (_log.info if worked else _log.error)("settler.works" if worked else "settler.stands_still")
            rested = worked
            delay = self._interval if worked else min(LONGEST_INTERVAL, max(self._interval, delay * 2))

    def _works(self) -> bool:
        """Whether a round could be done. Outages are logged and waited out; no thread dies of them."""
        try:
            self.round()
        except DatabaseUnavailable as error:
            _log.warning("settler.no_database", reason=str(error))
            return False
        except Exception:
            # A thread that ends would leave changes unsettled.
            _log.exception("settler.round_broke")
            return False
        return True
