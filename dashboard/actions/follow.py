"""What follows from a change once it is done: points given back, a voucher issued anew, a contact enrolled.

It is asked for together with the first change and kept with it, and becomes an intent of its own in the same
transaction that settles the first one as done. Its ID is computed, so that it can only be written down once.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import datetime
from uuid import UUID, uuid5

import msgspec

from dashboard.store.intents import Intent, Kind, Link

THEN = "then"
"""The value under which what follows is kept."""


class Then(msgspec.Struct, frozen=True):
    """One change that is to follow."""

    kind: Kind
    link: Link
    values: Mapping[str, str | None]


def written(then: tuple[Then, ...]) -> str | None:
    """What is to follow, as a value of the first intent."""
    if not then:
        return None
    return json.dumps([{"kind": one.kind, "link": one.link, "values": dict(one.values)} for one in then])


def planned(intent: Intent) -> tuple[Then, ...]:
    """What is to follow once ``intent`` is done."""
    return _read(intent.values)


def _read(values: Mapping[str, str | None]) -> tuple[Then, ...]:
    told = json.loads(values.get(THEN) or "[]")
    return tuple(Then(Kind(one["kind"]), Link(one["link"]), one["values"]) for one in told)


def id_of(intent_id: str, link: Link) -> str:
    """The ID of what follows from an intent in this way."""
    return str(uuid5(UUID(intent_id), link.value))


def ids(intent: Intent) -> dict[Link, str]:
    """The IDs of all that follows from an intent, and from what follows, by what they are to it."""
    found: dict[Link, str] = {}
    for then in planned(intent):
        found |= _ids(intent.id, then)
    return found


def _ids(intent_id: str, then: Then) -> dict[Link, str]:
    own = id_of(intent_id, then.link)
    found = {then.link: own}
    for one in _read(then.values):
        found |= _ids(own, one)
    return found


def followers(intent: Intent, now: datetime) -> tuple[Intent, ...]:
    """The intents that follow from one that is done: asked for by the same person, with the same request."""
    return tuple(
        Intent(
            id=id_of(intent.id, then.link),
            kind=then.kind,
            programme_id=intent.programme_id,
            contact_id=intent.contact_id,
            staff_id=intent.staff_id,
            staff_name=intent.staff_name,
            staff_role=intent.staff_role,
            request_id=intent.request_id,
            ip=intent.ip,
            values=then.values,
            values_hash=intent.values_hash,
            created_at=now,
            updated_at=now,
            next_at=now,
            linked_id=intent.id,
            link=then.link,
        )
        for then in planned(intent)
    )
