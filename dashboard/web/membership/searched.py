"""What somebody searched for and did not find, as the first values of a new contact."""

from __future__ import annotations

from uuid import UUID

from dashboard.store import searches
from dashboard.web.access import current_staff, services
from dashboard.web.find.recognise import Hints, Kind, plan

_FIELDS = {Kind.EMAIL: "email", Kind.PHONE: "phone", Kind.LAST_NAME: "last_name"}
"""Numbers are not carried over: nobody knows what kind the one was that nobody has."""


def searched(programme_id: UUID, search_id: str) -> dict[str, str]:
    """Values by field, from a search of this person's last hour; none when it is not kept any more.

    The search is named by its ID, so that no e-mail or phone number stands in an address.
    """
    parts = services()
    with parts.database.read() as connection:
        saved = searches.get(
            connection,
            search_id,
            staff_id=current_staff().id,
            programme_id=str(programme_id),
            now=parts.clock(),
        )
    if saved is None:
        return {}
    kind, _, query = saved.partition(":")
    found = plan(query, Hints(parts.settings.phone_region), Kind(kind) if kind else None).lookups
    values: dict[str, str] = {}
    for lookup in found:
        if lookup.kind in _FIELDS:
            values.setdefault(_FIELDS[lookup.kind], lookup.value)
    return values
