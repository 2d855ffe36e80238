"""The filters of the audit page in words."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import msgspec

from dashboard.web.audit import words
from dashboard.web.audit.filters import Choice
from dashboard.web.filters import formats


class Names(msgspec.Struct, frozen=True):
    """What staff and reasons are called, by ID and code."""

    people: Mapping[str, str]
    reasons: Mapping[str, str]


def nothing(choice: Choice, names: Names) -> str:
    """The sentence of a page without rows: what was asked for, so that a slip shows."""
    return f"No entries {', '.join(_parts(choice, names)) or 'yet'}."


def _parts(choice: Choice, names: Names) -> Iterator[str]:
    filters = choice.filters
    if filters.action:
        yield f"for “{words.action(filters.action)}”"
    if filters.actor_id:
        yield f"by {names.people.get(filters.actor_id, filters.actor_id)}"
    if filters.contact_id is not None:
        yield f"about contact {filters.contact_id}"
    if filters.outcome:
        yield f"with the outcome “{words.OUTCOMES[filters.outcome][0]}”"
    if filters.reason:
        yield f"with the reason “{names.reasons.get(filters.reason, filters.reason)}”"
    if filters.least is not None:
        yield f"of {formats().points(filters.least)} or more"
    yield from _days(choice)


def _days(choice: Choice) -> Iterator[str]:
    first, last = choice.days.first, choice.days.last
    if first == choice.today and last in {None, first}:
        yield "today"
    elif first and first == last:
        yield f"on {formats().day(first)}"
    else:
        if first:
            yield f"since {formats().day(first)}"
        if last:
            yield f"until {formats().day(last)}"
