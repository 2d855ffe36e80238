"""Who was faster with a draft: said on the receipt of whoever came second."""

from __future__ import annotations

from dashboard.actions.orders import decided_by
from dashboard.store.intents import Intent
from dashboard.web.access import services
from dashboard.web.orders.finding import winner
from dashboard.web.orders.hands import ENDINGS

_VERBS = {"completed": "completed", "cancelled": "cancelled"}
"""By what the remote showed instead of taking our call."""


def who_was_faster(intent: Intent) -> str | None:
    """``Lea Moreau completed it on 18 Nov 12:00.``; None when nobody was."""
    verb = _VERBS.get(intent.adopted or "")
    if intent.kind not in ENDINGS or verb is None:
        return None
    return winner(decided_by(services().database, intent), verb)
