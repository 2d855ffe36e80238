"""The anchorer: a thread that keeps the head of the audit record in a second place."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from pathlib import Path
from threading import Event, Thread

import structlog

from dashboard.store import audit
from dashboard.store.audit import Anchor
from dashboard.store.database import Database, DatabaseUnavailable

_log = structlog.get_logger("actions.anchorer")

SPAN = timedelta(seconds=60)
"""No new row stays without an anchor for longer."""
ROWS = 100
"""Nor do as many, to the second."""
INTERVAL = 1.0
"""Seconds between two looks: one small read of the local database."""
STOP_SECONDS = 5.0


class Anchorer:
    """Runs :meth:`round` every second in a thread of its own. Start it after a fork, once a process.

    A record that does not grow gets no further anchors. Several processes may work on one file: each looks
    what is there before it writes.
    """

    def __init__(
        self,
        database: Database,
        path: Path,
        secret_keys: Sequence[str],
        clock: Callable[[], datetime],
        *,
        interval: float = INTERVAL,
    ) -> None:
        self._database = database
        self._path = path
        self._keys = secret_keys
        self._clock = clock
        self._interval = interval
        self._last: Anchor | None = None
        self._trouble: str | None = None
        self._stop = Event()
        self._thread: Thread | None = None

    @property
    def is_running(self) -> bool:
        """Whether the thread lives in this process."""
        return self._thread is not None and self._thread.is_alive()

    @property
    def trouble(self) -> str | None:
        """Why the last round could not do its work, in a sentence; None when it could."""
        return self._trouble

    def last(self) -> Anchor | None:
        """The last anchor in the file, whichever process wrote it.

        :raises OSError: the file cannot be read.
        """
        return audit.last_anchor(self._path, self._keys)

    def start(self) -> None:
        """Begin at once. A second start does nothing."""
        if self._thread is None:
            self._stop.clear()
            self._thread = Thread(target=self._run, name="anchorer", daemon=True)
            self._thread.start()

    def stop(self) -> None:
        """Anchor what is not yet, and end."""
        self._stop.set()
        if self._thread is not None:
            self._thread.join(STOP_SECONDS)
            self._thread = None

    def round(self, *, is_last: bool = False) -> Anchor | None:
        """Anchor the head when that is due; gives the anchor that was written, if any.

        :param is_last: anchor whatever is new.
        :raises DatabaseUnavailable: the head cannot be read.
        :raises OSError: the file cannot be read or written.
        """
        with self._database.read() as connection:
            seq = audit.head_seq(connection)
            if not self._is_due(seq, is_last=is_last):
                return None
            self._last = self.last()
            if not self._is_due(seq, is_last=is_last):
                return None
            self._last = audit.anchor(connection, self._path, self._clock())
        _log.info("audit.anchored", seq=self._last.seq)
        return self._last

    def _is_due(self, seq: int, *, is_last: bool) -> bool:
        if self._last is None:
            return seq > 0
        new = abs(seq - self._last.seq)
        return new > 0 and (is_last or new >= ROWS or self._clock() - self._last.taken_at >= SPAN)

    def _run(self) -> None:
        wait = 0.0
        while not self._stop.wait(wait):
            self._attempt(is_last=False)
            wait = self._interval
        self._attempt(is_last=True)

    def _attempt(self, *, is_last: bool) -> None:
        """One round. Trouble is logged when it begins and when it ends; the console goes on all the same."""
        before = self._trouble
        try:
            self.round(is_last=is_last)
            self._trouble = None
        except OSError as error:
            self._trouble = f"{self._path} cannot be written: {error.strerror or error}."
        except DatabaseUnavailable as error:
            self._trouble = str(error)
        except Exception:
            # A thread that ends would leave the record without anchors.
            if before is None:
                _log.exception("audit.anchoring_broke")
            self._trouble = "Anchoring failed; the log says why."
        if self._trouble != before:
            log = _log.info if self._trouble is None else _log.error
            log("audit.anchoring" if self._trouble is None else "audit.not_anchored", reason=self._trouble)
