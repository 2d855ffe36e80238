"""How the record stands: when it was last checked, and how far it is anchored outside the database."""

from __future__ import annotations

import msgspec

from dashboard.services import Services
from dashboard.store import audit
from dashboard.store.audit import Anchor, Check


class Standing(msgspec.Struct, frozen=True):
    """What a page says of the chain without reading it."""

    last_seq: int
    check: Check | None
    """The last check of the last month."""
    anchor: Anchor | None
    trouble: str | None
    """Why nothing can be anchored at present, in a sentence."""
    is_anchoring: bool
    """Whether this process anchors at all."""

    @property
    def unanchored(self) -> int:
        """How many rows came after the last anchor."""
        return self.last_seq - (self.anchor.seq if self.anchor else 0)


def read(services: Services) -> Standing:
    """One small read of the database, and the end of the file of anchors.

    :raises DatabaseUnavailable: the record cannot be read.
    """
    with services.database.read() as connection:
        last_seq = audit.head_seq(connection)
        check = audit.last_check(connection, services.clock())
    anchor, trouble = None, services.anchorer.trouble
    try:
        anchor = services.anchorer.last()
    except OSError as error:
        trouble = trouble or f"{services.settings.audit_anchors} cannot be read: {error.strerror}."
    return Standing(last_seq, check, anchor, trouble, services.anchorer.is_running)
