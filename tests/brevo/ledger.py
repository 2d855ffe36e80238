"""A member's history behind the scripted remote, with ``offset`` in each of the three readings."""

from __future__ import annotations

from typing import Any

from tests.brevo.remote import Request, Step, answer
from tests.brevo.values import history

READINGS = ("pages from 0", "pages from 1", "records")


class Ledger:
    """Rows, newest first. ``most`` caps the page as a remote may; ``counts`` leaves the total out."""

    def __init__(
        self, rows: list[dict[str, Any]], reading: str, *, most: int = 100, counts: bool = True
    ) -> None:
        self.rows = rows
        self.reading = reading
        self.most = most
        self.counts = counts
        self.arriving: list[dict[str, Any]] = []
        """One of these is put on top before each answer."""

    def __call__(self, request: Request) -> Step:
        if self.arriving:
            self.rows.insert(0, self.arriving.pop(0))
        query = request.query
        rows = [row for row in self.rows if query.get("status") in {None, row["status"]}]
        limit = min(int(query.get("limit", 20)), self.most)
        start = self._start(query.get("offset"), limit)
        body = history(rows[start : start + limit], count=len(rows))
        if not self.counts:
            del body["count"]
        return answer(200, body)

    def _start(self, offset: str | None, limit: int) -> int:
        if offset is None:
            return 0
        if self.reading == "records":
            return int(offset)
        first = 1 if self.reading == "pages from 1" else 0
        return max(int(offset) - first, 0) * limit
