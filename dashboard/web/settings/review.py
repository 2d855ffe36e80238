"""The difference that a save would make: shown first, saved only when exactly it was seen."""

from __future__ import annotations

import json
from collections.abc import Mapping
from hashlib import sha256

import msgspec

from dashboard.web.audit.words import Change, label


class Review(msgspec.Struct, frozen=True):
    """What is settled before and after, value by name, as the audit record keeps it too."""

    before: Mapping[str, str]
    after: Mapping[str, str]

    @property
    def changes(self) -> tuple[Change, ...]:
        """Before and after side by side."""
        names = dict.fromkeys((*self.before, *self.after))
        return tuple(Change(label(name), self.before.get(name), self.after.get(name)) for name in names)

    @property
    def is_empty(self) -> bool:
        """Whether a save would change nothing."""
        return self.before == self.after

    @property
    def seal(self) -> str:
        """Stands for exactly this difference; the button that saves carries it."""
        return sha256(json.dumps([dict(self.before), dict(self.after)]).encode()).hexdigest()

    def require_seen(self, seal: str) -> None:
        """Go on only when this difference is the one that was shown.

        Call it inside the transaction, after the change: whatever it raises takes the change back.

        :raises NotSeen: another one was shown, or none yet.
        """
        if self.is_empty or seal != self.seal:
            raise NotSeen(self)


class NotSeen(Exception):  # noqa: N818 - says what happened
    """The difference has to be looked at first."""

    def __init__(self, review: Review) -> None:
        super().__init__()
        self.review = review
