"""Rows of the audit record as a request makes them: who, from where, under which number."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import msgspec
from flask import g, request

from dashboard.store import audit
from dashboard.store.staff import StaffMember
from dashboard.web.access import services, signed_in

_JUST_DONE = timedelta(minutes=10)


class Nobody(msgspec.Struct, frozen=True):
    """Who acts before anybody has signed in."""

    id = None
    name = "Nobody signed in"
    role = "none"


def entry(
    action: str, outcome: audit.Outcome, *, actor: StaffMember | None = None, **details: Any
) -> audit.Entry:
    """An entry about this request. ``details`` are the other fields of :class:`dashboard.store.audit.Entry`.

    :param actor: who acts, when it is not the one who is signed in.
    """
    user = signed_in()
    who = actor or (user.staff if user else Nobody())
    return audit.Entry(
        at=services().clock(),
        actor_id=who.id,
        actor_name=who.name,
        actor_role=str(who.role),
        action=action,
        outcome=outcome,
        request_id=g.request_id,
        ip=request.remote_addr,
        **details,
    )


def write(action: str, outcome: audit.Outcome, *, actor: StaffMember | None = None, **details: Any) -> None:
    """Append one entry in a transaction of its own. What changes more appends in the same transaction."""
    with services().database.write() as connection:
        audit.append(connection, entry(action, outcome, actor=actor, **details))


def just_done(seq: int | None) -> audit.Recorded | None:
    """The row of this number, if the reader made it a moment ago: what a receipt may tell.

    The number stands in the address after a change. The row is looked up, so that no address makes the
    console say what was not done.
    """
    reader = signed_in()
    if seq is None or reader is None:
        return None
    with services().database.read() as connection:
        rows = audit.page(connection, audit.Filters(), before_seq=seq + 1, limit=1)
    return next((row for row in rows if row.seq == seq and _is_fresh(row.entry, reader.staff)), None)


def _is_fresh(entry: audit.Entry, reader: StaffMember) -> bool:
    return entry.actor_id == reader.id and services().clock() - entry.at < _JUST_DONE
