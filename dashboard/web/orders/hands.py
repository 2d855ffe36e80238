"""Which drafts a change of ours holds already: those are nobody's to complete or cancel. Pure."""

from __future__ import annotations

from collections.abc import Iterable

from dashboard.actions.noting import can_be_ended, canonical
from dashboard.store.intents import Intent, Kind
from dashboard.web.members.activity import Row

ENDINGS = frozenset({Kind.DRAFT_COMPLETE, Kind.DRAFT_CANCEL})


class Hands:
    """Ask it about the drafts of one member.

    :param changes: what staff asked for about them.
    """

    def __init__(self, changes: Iterable[Intent]) -> None:
        changes = tuple(changes)
        self._by_id = {each.id: each for each in changes}
        self._ending = {each.transaction_id: each for each in changes if is_ending(each)}

    def holder(self, row: Row) -> Intent | None:
        """The change of ours that the draft is part of, or that is about to end it."""
        ending = self._ending.get(canonical(row.id))
        carrier = self._by_id.get(row.intent_id or "")
        return ending or (None if carrier is None or can_be_ended(row.id, carrier) else carrier)

    def is_free(self, row: Row) -> bool:
        """Whether it can be completed or cancelled by hand."""
        return canonical(row.id) is not None and self.holder(row) is None


def is_ending(intent: Intent) -> bool:
    """Whether it is about to complete or cancel a draft."""
    return intent.kind in ENDINGS and not intent.is_settled
