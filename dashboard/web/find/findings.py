"""What searches found, kept in this process for the page that shows it: reading it again costs no request."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from threading import Lock
from uuid import UUID

from cachetools import TTLCache

from dashboard.brevo.client import Brevo
from dashboard.web.find.recognise import Plan
from dashboard.web.find.search import Finding, search

KEPT = timedelta(minutes=10)
MOST = 200
THREADS = 16


class Findings:
    """The findings of this process, by the ID of their search."""

    def __init__(self, brevo: Brevo, clock: Callable[[], datetime]) -> None:
        self._brevo = brevo
        self._pool = ThreadPoolExecutor(THREADS, "find")
        self._lock = Lock()
        self._kept: TTLCache[str, Finding] = TTLCache(
            MOST, KEPT.total_seconds(), timer=lambda: clock().timestamp()
        )

    def search(self, programme_id: UUID, plan: Plan) -> Finding:
        """Ask the remote."""
        return search(self._brevo, self._pool, programme_id, plan)

    def keep(self, search_id: str, finding: Finding) -> None:
        """Keep what a search found, unless a part of it failed: then the page is to ask again."""
        if not finding.errors:
            with self._lock:
                self._kept[search_id] = finding

    def get(self, search_id: str) -> Finding | None:
        """What a search found, as long as it is kept here."""
        with self._lock:
            return self._kept.get(search_id)
