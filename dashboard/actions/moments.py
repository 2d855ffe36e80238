"""Times as people type them into a form: a day and a time in the programme's zone."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta, tzinfo

from dashboard.actions.refusals import Problem

FARTHEST = timedelta(days=3652)
"""How far ahead a time may be: beyond it, a slip of the finger."""
# Written out, because \d takes the digits of every script.
_TIME = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}[T ][0-9]{2}:[0-9]{2}(?::[0-9]{2})?")


def parse_time(text: str, zone: tzinfo) -> datetime:
    """The moment that was typed, in ``zone``: ``2026-11-20T14:30``, also with a blank for the ``T``.

    :raises ValueError: it is none.
    """
    if not _TIME.fullmatch(text):
        raise ValueError(text)
    return datetime.fromisoformat(text).replace(tzinfo=zone).astimezone(UTC)


def typed_time(
    name: str, typed: datetime | str | None, zone: tzinfo, problems: list[Problem]
) -> datetime | None:
    """What was typed at the field ``name``, None for nothing; what is no time goes to ``problems``."""
    if not isinstance(typed, str):
        return typed
    try:
        return parse_time(typed.strip(), zone) if typed.strip() else None
    except (ValueError, OverflowError):
        problems.append(Problem(name, "Enter a day and a time such as 2026-11-20 14:30"))
        return None
