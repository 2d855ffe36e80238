"""Writing down who looked at whom: for the record before a page is made, for the reader once it has left.

What a look found pending goes into the register of orders with it.
"""

from __future__ import annotations

from decimal import Decimal
from uuid import UUID

from flask import Response, g, request
from structlog import get_logger

from dashboard.actions.noting import Reading, note_transactions
from dashboard.store import audit, recents
from dashboard.store.database import DatabaseUnavailable
from dashboard.web import record
from dashboard.web.access import current_staff, services
from dashboard.web.members.local import Local

ACTION = "member.view"
"""The audit action of opening a member."""

_log = get_logger("web.members")


def record_look(known: Local, programme_id: UUID, contact_id: int) -> None:
    """Record that the reader asks for this member, unless their last look is still fresh.

    Call it while the remote's answers are on their way: the disk is waited for meanwhile. What cannot be
    recorded is not shown; what then cannot be shown was asked for all the same.

    :raises DatabaseUnavailable: it cannot be recorded.
    """
    if "look_at" in g or request.method == "HEAD" or known.looks_again(services().clock()):
        return
    entry = record.entry(ACTION, audit.Outcome.DONE, programme_id=str(programme_id), contact_id=contact_id)
    with services().database.write() as connection:
        audit.append(connection, entry)
    g.look_at = entry.at


def remember_look(  # noqa: PLR0913 - one name for each thing the list shows
    response: Response,
    programme_id: UUID,
    contact_id: int,
    *,
    label: str,
    subscription_id: str | None = None,
    tier: str | None = None,
    balance: Decimal | None = None,
    reading: Reading | None = None,
) -> None:
    """If this was a new look, put the member on the reader's list once ``response`` has left.

    :param reading: the history that was read: what is pending there is kept for the desk's queue.
    """
    if "look_at" not in g:
        return
    database, staff_id, at = services().database, current_staff().id, g.look_at

    def write() -> None:
        try:
            with database.write(hasty=True) as connection:
                recents.touch(
                    connection,
                    staff_id=staff_id,
                    programme_id=str(programme_id),
                    contact_id=contact_id,
                    label=label,
                    subscription_id=subscription_id,
                    tier=tier,
                    balance=balance,
                    now=at,
                )
                if reading is not None:
                    note_transactions(connection, reading)
        except DatabaseUnavailable as error:
            _log.warning("look.not_kept", reason=str(error))

    response.call_on_close(write)
