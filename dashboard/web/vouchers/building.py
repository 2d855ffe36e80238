"""What the forms about held vouchers are made of, read for one request."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import TypedDict
from uuid import UUID

from dashboard.actions.refusals import Problem, Unacceptable
from dashboard.brevo.configuration import ProgrammeConfiguration
from dashboard.brevo.vouchers import Voucher
from dashboard.store import intents, reasons
from dashboard.store.intents import Intent
from dashboard.store.reasons import Reason
from dashboard.web.access import services
from dashboard.web.changes.asking import programme
from dashboard.web.changes.subject import Subject
from dashboard.web.errors import ErrorPage, Link, remote_trouble
from dashboard.web.filters import Formats, formats
from dashboard.web.members.gather import member_url
from dashboard.web.vouchers.held import BLANK
from dashboard.web.vouchers.holding import Holding


class Basics(TypedDict):
    """What every one of the forms takes."""

    subject: Subject
    holding: Holding
    offered: tuple[Reason, ...]
    configuration: ProgrammeConfiguration
    formats: Formats
    now: datetime


def basics(whose: Subject, holding: Holding) -> Basics:
    """Read it."""
    parts = services()
    with parts.database.read() as connection:
        offered = reasons.offered(connection)
    return {
        "subject": whose,
        "holding": holding,
        "offered": offered,
        "configuration": programme(whose.programme_id),
        "formats": formats(),
        "now": parts.clock(),
    }


def filled(typed: Mapping[str, str]) -> dict[str, str]:
    """What was typed, and whether anything was sent at all."""
    return {**BLANK, **typed, "sent": "1" if typed else ""}


def known(intent_id: str) -> Intent | None:
    """What an earlier sending of the form wrote down."""
    with services().database.read() as connection:
        return intents.get(connection, intent_id)


def voucher_of(whose: Subject, holding: Holding, voucher_id: UUID, intent_id: str = "") -> Voucher:
    """The voucher, as the member's list shows it.

    Of a form that was sent before (``intent_id``) it may be gone by now: its ID is then all that is needed.

    :raises ErrorPage: the member has no such voucher, or the list cannot be read.
    """
    found = holding.find(voucher_id)
    if found is None and intent_id and known(intent_id) is not None:
        return Voucher(id=str(voucher_id))
    if found is not None:
        return found
    way_on = Link(member_url(whose.programme_id, whose.contact_id), f"Open member {whose.contact_id}")
    if holding.error is not None:
        raise ErrorPage(503, *remote_trouble(holding.error), link=way_on)
    raise ErrorPage(
        404,
        f"{whose.name} has no such voucher",
        "It may have been revoked. Open the member again.",
        link=way_on,
    )


def check_fresh(holding: Holding, intent_id: str) -> None:
    """Nothing new is begun on a list that is old.

    :raises Unacceptable: the list could not be read, and nothing of the form was written down before.
    """
    if holding.error is not None and known(intent_id) is None:
        trouble = remote_trouble(holding.error)[0]
        raise Unacceptable((Problem("", f"{trouble}. Nothing was sent. Send it again in a minute"),))
