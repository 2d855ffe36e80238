"""The same member and case within a day: whoever gives something is told once of what was given before."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Protocol

from dashboard.actions.refusals import Repeated
from dashboard.store import intents
from dashboard.store.database import Database
from dashboard.store.intent import Intent, Kind, Link, Phase

WITHIN = timedelta(days=1)
"""How long the same case of the same member brings a warning."""
_LOOKED_THROUGH = 100
_GIVES = frozenset({Kind.CREDIT, Kind.VOUCHER_ISSUE})
_GIVES_BACK = frozenset({Link.REVERSAL, Link.RETURN})
"""What was the member's before, and comes back with another change, is nothing given."""


class Giving(Protocol):
    """What the forms that give something have."""

    @property
    def intent_id(self) -> str: ...
    @property
    def programme_id(self) -> str: ...
    @property
    def contact_id(self) -> int: ...
    @property
    def case_reference(self) -> str: ...


def warn_once(database: Database, form: Giving, again: str, now: datetime) -> None:
    """Stop once before the same case brings the same member something twice, points or voucher.

    :param again: the ID of the earlier change that the person was warned of and means to add to.
    :raises Repeated: unless that is the newest one.
    """
    case = form.case_reference.strip().casefold()
    if not case:
        return
    with database.read() as connection:
        earlier = intents.for_member(connection, form.programme_id, form.contact_id, _LOOKED_THROUGH)
    same = (one for one in earlier if one.id != form.intent_id and _is_same(one, case, now))
    newest = next(same, None)
    if newest is not None and newest.id != again:
        raise Repeated(newest)


def _is_same(earlier: Intent, case: str, now: datetime) -> bool:
    """Whether ``earlier`` gives, or may give, something for the same case within a day."""
    return (
        earlier.kind in _GIVES
        and earlier.link not in _GIVES_BACK
        and (earlier.case_reference or "").casefold() == case
        and earlier.phase is not Phase.FAILED
        and now - earlier.created_at < WITHIN
    )
