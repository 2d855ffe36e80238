"""Keeps pages that wait for the remote from taking every thread of the process.

Sign-in, search form and audit log need no remote. They stay quick while it hangs, as only so many requests
may wait for it at once; the next ones stand in line while the line moves, and are told at once when it stands
still. That comes before everything that costs time: who is told may be many.
"""

from __future__ import annotations

from collections.abc import Callable
from threading import Lock, Semaphore
from time import monotonic
from typing import cast

from flask import Blueprint, Flask, current_app, g, request

from dashboard.web.errors import ErrorPage

PLACES = 32
"""Requests of one process that may wait for the remote at once. Serve with twice as many threads."""
PATIENCE = 0.3
"""Seconds for which nobody came or went and the remote answered nobody: then the line stands still."""
RETRY_AFTER = 3
_EXTENSION = "loyalty-desk-bulkhead"


class Bulkhead:
    """So many places, and a line before them.

    :param answered: a value that changes whenever the remote answers.
    """

    def __init__(
        self, answered: Callable[[], object], places: int = PLACES, patience: float = PATIENCE
    ) -> None:
        self._answered = answered
        self._free = Semaphore(places)
        self._patience = patience
        self._lock = Lock()
        self._seen: object = None
        self._moved_at = monotonic()

    def enter(self) -> bool:
        """Take a place, waiting in line if need be; False when the line stands still."""
        while not self._free.acquire(timeout=self._left()):
            if self._left() == 0:
                return False
        self._move()
        return True

    def leave(self) -> None:
        """Give the place back."""
        self._move()
        self._free.release()

    def _left(self) -> float:
        """Seconds until the line stands still, unless it moves."""
        answered = self._answered()
        with self._lock:
            if answered != self._seen:
                self._seen, self._moved_at = answered, monotonic()
            return max(0.0, self._moved_at + self._patience - monotonic())

    def _move(self) -> None:
        with self._lock:
            self._moved_at = monotonic()


class Crowded(ErrorPage):
    """Too many wait already, and nothing moves."""

    def __init__(self) -> None:
        super().__init__(
            503,
            "Brevo does not answer",
            "Many pages are waiting for it already. Try again in a few seconds.",
            retry_after=RETRY_AFTER,
        )


def init_app(app: Flask, answered: Callable[[], object], *waiting: Blueprint) -> None:
    """Put the bulkhead before the pages of ``waiting``."""
    names = frozenset(blueprint.name for blueprint in waiting)
    app.extensions[_EXTENSION] = Bulkhead(answered)

    def enter() -> None:
        if request.blueprint in names:
            bulkhead = cast(Bulkhead, current_app.extensions[_EXTENSION])
            if not bulkhead.enter():
                raise Crowded
            g.bulkhead = bulkhead

    app.before_request(enter)
    app.teardown_request(_leave)


def _leave(_error: BaseException | None) -> None:
    bulkhead: Bulkhead | None = g.pop("bulkhead", None)
    if bulkhead is not None:
        bulkhead.leave()
