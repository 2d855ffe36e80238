"""What ``offset`` means in the transaction history, and how to tell (contract, section 6)."""

from __future__ import annotations

from collections.abc import Sequence
from enum import Enum


class OffsetMeaning(Enum):
    """The three readings of the sources."""

    PAGES_FROM_0 = "pages from 0"
    PAGES_FROM_1 = "pages from 1"
    RECORDS = "records"

    def offset(self, *, page: int, seen: int) -> int:
        """The offset that reaches page ``page`` (the first is 0), after ``seen`` rows."""
        if self is OffsetMeaning.RECORDS:
            return seen
        return page + 1 if self is OffsetMeaning.PAGES_FROM_1 else page


def meaning_of(top: Sequence[str | None], probe: Sequence[str | None]) -> OffsetMeaning | None:
    """The reading that explains the IDs of ``probe`` (``offset=1``) next to those of ``top`` (no offset).

    All repeated: pages from 1. All but the first repeated: records. Mostly new: pages from 0. None when
    neither fits, or when so many rows have no ID (None) that chance could decide.
    """
    if not _tells(top) or not _tells(probe):
        return None
    place, first = next((index, found) for index, found in enumerate(probe) if found is not None)
    if first in top:
        shift = top.index(first) - place
        return {0: OffsetMeaning.PAGES_FROM_1, 1: OffsetMeaning.RECORDS}.get(shift)
    repeated = sum(found in top for found in probe if found is not None)
    return OffsetMeaning.PAGES_FROM_0 if repeated * 2 < len(probe) else None


def _tells(ids: Sequence[str | None]) -> bool:
    return sum(found is None for found in ids) * 2 < len(ids)
