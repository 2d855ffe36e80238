"""Where a page of history ends, as opaque text that a link can carry and a restart survives."""

from __future__ import annotations

from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Sequence
from datetime import datetime
from typing import Annotated, Protocol, TypeVar

import msgspec

from dashboard.brevo.errors import InvalidInput

LONGEST = 400


class _Dated(Protocol):
    @property
    def id(self) -> str: ...
    @property
    def created_at(self) -> datetime | None: ...


D = TypeVar("D", bound=_Dated)
_Count = Annotated[int, msgspec.Meta(ge=0, le=10_000_000)]


class Place(msgspec.Struct, frozen=True, kw_only=True, array_like=True, forbid_unknown_fields=True):
    """The start of page ``page`` (the first is 0): ``seen`` rows went before, the last one as named."""

    limit: Annotated[int, msgspec.Meta(ge=2, le=100)]
    page: _Count = 0
    seen: _Count = 0
    last_id: str | None = None
    last_at: Annotated[datetime, msgspec.Meta(tz=True)] | None = None

    def unseen(self, items: Sequence[D]) -> tuple[D, ...]:
        """The items that were not shown before, newest first.

        New transactions push old ones down, so a page may begin with what the page before showed.
        """
        for index, item in enumerate(items):
            if item.id == self.last_id:
                return tuple(items[index + 1 :])
        last = self.last_at
        if last is None:
            return tuple(items)
        return tuple(item for item in items if item.created_at is None or item.created_at <= last)


def write_cursor(place: Place) -> str:
    """``place`` as URL-safe text."""
    return urlsafe_b64encode(msgspec.json.encode(place)).decode().rstrip("=")


def read_cursor(text: str) -> Place:
    """The place that :func:`write_cursor` wrote.

    :raises InvalidInput: for any other text.
    """
    try:
        padded = text[:LONGEST].encode("ascii") + b"=" * (-len(text) % 4)
        place = msgspec.json.decode(urlsafe_b64decode(padded), type=Place)
    except ValueError as error:
        raise InvalidInput("after", "This link to older transactions is not complete.") from error
    if place.page < 1:
        raise InvalidInput("after", "This link to older transactions is not complete.")
    return place
