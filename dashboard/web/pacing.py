"""Refuses what comes too fast, and says when it can be sent again. Each refusal is in the audit record."""

from __future__ import annotations

from math import ceil
from uuid import uuid4

from flask import Response, make_response
from flask.typing import ResponseReturnValue

from dashboard.store import pace
from dashboard.store.audit import Outcome
from dashboard.store.pace import Full, Pace
from dashboard.store.staff import StaffMember
from dashboard.web import record
from dashboard.web.access import current_staff, services
from dashboard.web.errors import spoken
from dashboard.web.filters import formats


class TooFast(Exception):  # noqa: N818 - what happened, not what went wrong
    """Nothing was done. The message says why, and when it can be sent again."""

    def __init__(self, message: str, wait: int) -> None:
        super().__init__(message)
        self.wait = wait
        """Seconds."""


def admit(what: Pace, key: str = "", by: StaffMember | None = None) -> None:
    """Count one more.

    :param key: the one-time ID of a form: sent again it is the same one.
    :param by: who does it, when it is not the one who is signed in.
    :raises TooFast: they, or all staff, did too many within a minute or an hour.
    :raises DatabaseUnavailable: it cannot be counted.
    """
    parts, now = services(), services().clock()
    # Hasty: what a power cut takes from the count of an hour harms nobody.
    with parts.database.write(hasty=True) as connection:
        full = pace.admit(
            connection,
            what,
            key or str(uuid4()),
            staff_id=(by or current_staff()).id,
            now=now,
            times=parts.settings.pace,
        )
    if full is not None:
        because = {"because": f"Too many {what.what}", "most": full.most, "in": _span(full)}
        record.write("request.refused", Outcome.DENIED, actor=by, after=because)
        raise TooFast(_told(what, full), ceil((full.until - now).total_seconds()))


def waits(page: ResponseReturnValue, refused: TooFast) -> Response:
    """``page``, which shows what was typed, as the answer to what came too fast."""
    response = make_response(page)
    response.status_code = 429
    response.headers["Retry-After"] = str(refused.wait)
    return response


def _told(what: Pace, full: Full) -> str:
    who = "You" if full.is_own else "All staff together"
    whose = "one person" if full.is_own else "the console"
    wait = (full.until - services().clock()).total_seconds()
    return (
        f"{who} sent {full.most} {what.what} within {_span(full)}, as many as {whose} may. "
        f"Nothing was sent now. Send it again in {spoken(wait)}, at {formats().clock_time(full.until)}"
    )


def _span(full: Full) -> str:
    return "a minute" if full.span == pace.MINUTE else "an hour"
