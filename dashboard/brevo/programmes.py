"""Loyalty programmes."""

from __future__ import annotations

from datetime import datetime

import msgspec

from dashboard.brevo.calls import Call, Id, path, uuid_text
from dashboard.brevo.exchange import Exchange
from dashboard.brevo.fetched import Fetched
from dashboard.brevo.rows import Document, Row

PAGE = 100
MOST_PAGES = 10


class Programme(msgspec.Struct, frozen=True, kw_only=True):
    """A loyalty programme. ``state`` is ``active``, ``inactive``, ``draft`` or whatever else was sent."""

    id: str
    name: str
    description: str | None = None
    state: str | None = None
    created_at: datetime | None = None
    updated_at: datetime | None = None

    @property
    def is_active(self) -> bool:
        """Whether members can be served: published, or nothing to the contrary was said."""
        return self.state in {"active", None}


class Programmes:
    """Calls about programmes."""

    def __init__(self, exchange: Exchange) -> None:
        self._exchange = exchange

    def list(self) -> Fetched[tuple[Programme, ...]]:
        """All programmes of the account, by name. The remote gives no total, so a short page ends it."""
        found: dict[str, Programme] = {}
        odd_rows = 0
        for number in range(MOST_PAGES):
            page = self._page(number * PAGE)
            odd_rows += page.odd_rows
            known = len(found)
            found.update((programme.id, programme) for programme in page.value)
            if len(page.value) + page.odd_rows < PAGE or len(found) == known:
                break
        programmes = tuple(sorted(found.values(), key=lambda programme: programme.name.casefold()))
        return Fetched(programmes, page.at, page.request_id, odd_rows)

    def get(self, programme_id: Id) -> Fetched[Programme]:
        """One programme.

        :raises NotFound: when there is none.
        """
        pid = uuid_text(programme_id, "programme_id")

        def decode(document: Document) -> Programme:
            document.row.expect(id=pid)
            return _programme(document.row)

        return self._exchange.read(
            Call("getProgram", "GET", path("loyalty", "config", "programs", pid)), decode
        )

    def _page(self, offset: int) -> Fetched[tuple[Programme, ...]]:
        query = {"limit": PAGE, "offset": offset or None, "sort_field": "name", "sort": "asc"}
        call = Call("listPrograms", "GET", path("loyalty", "config", "programs"), query)
        return self._exchange.read(call, lambda document: document.rows(document.listed("items"), _programme))


def _programme(row: Row) -> Programme:
    state = row.text("state")
    return Programme(
        id=row.need_uuid("id"),
        name=row.text("name") or "Unnamed programme",
        description=row.text("description"),
        state=state.lower() if state else None,
        created_at=row.moment("createdAt"),
        updated_at=row.moment("updatedAt"),
    )
