"""When each member of staff was last here."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from sqlalchemy import Connection, func, select

from dashboard.store import sessions, staff
from dashboard.store.audit.record import table as audit


def last_seen(connection: Connection) -> Mapping[str, datetime]:
    """The last use of the console by staff ID; who was never here is absent.

    Exact to a minute for sessions of the last day. Older ones are forgotten: then it is the last sign-in.
    """
    used = select(sessions.table.c.staff_id, func.max(sessions.table.c.last_used_at))
    seen = {row[0]: row[1] for row in connection.execute(used.group_by(sessions.table.c.staff_id))}
    return {**_signed_in(connection), **seen}


def _signed_in(connection: Connection) -> dict[str, datetime]:
    newest = (
        select(audit.c.at)
        .where(audit.c.actor_id == staff.table.c.id, audit.c.action == "sign_in")
        .order_by(audit.c.seq.desc())
        .limit(1)
        .scalar_subquery()
    )
    rows = connection.execute(select(staff.table.c.id, newest))
    return {staff_id: datetime.fromisoformat(at) for staff_id, at in rows if at is not None}
