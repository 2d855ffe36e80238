"""What belongs to an entry: the other rows of its change, and the changes that it undoes or that undo it."""

from __future__ import annotations

from collections.abc import Mapping

import msgspec

from dashboard.services import Services
from dashboard.store import audit, intents
from dashboard.store.audit import Entry, Filters, Recorded
from dashboard.store.intents import Link

_FORWARD: Mapping[Link | None, str] = {
    Link.REVERSAL: "What this takes back",
    Link.RETURN: "Why these points were given back",
    Link.REISSUE: "What this replaces",
    Link.ENROLMENT: "The contact that this enrols",
}
_BACKWARD: Mapping[Link | None, str] = {
    Link.REVERSAL: "What took this back",
    Link.RETURN: "Points given back for this",
    Link.REISSUE: "What replaced this",
    Link.ENROLMENT: "The enrolment of this contact",
}


class Group(msgspec.Struct, frozen=True):
    """Rows of one change."""

    title: str
    rows: tuple[Recorded, ...]


def groups(services: Services, entry: Entry) -> tuple[Group, ...]:
    """The rows of the entry's own change, its approval among them; then those of what belongs to it."""
    if entry.intent_id is None:
        return ()
    with services.database.read() as connection:
        intent = intents.get(connection, entry.intent_id)
        wanted = [("All entries of this change", entry.intent_id)]
        if intent is not None and intent.linked_id is not None:
            wanted.append((_FORWARD.get(intent.link, "What this belongs to"), intent.linked_id))
        wanted += [
            (_BACKWARD.get(each.link, "What belongs to this"), each.id)
            for each in intents.linked_to(connection, entry.intent_id)
        ]
        found = [Group(title, audit.page(connection, Filters(intent_id=id_))) for title, id_ in wanted]
    own, *others = found
    return ((own,) if len(own.rows) > 1 else ()) + tuple(each for each in others if each.rows)
