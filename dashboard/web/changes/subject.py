"""Whose balance is to change, from what the console read of them within the last minute or reads now."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal
from uuid import UUID

import msgspec

from dashboard.brevo.errors import BrevoError, NotFound
from dashboard.brevo.members import AccountInfo
from dashboard.web import programmes
from dashboard.web.errors import ErrorPage, Link, remote_trouble
from dashboard.web.members.gather import member_url, snapshots, unknown_contact
from dashboard.web.members.page import person_of
from dashboard.web.members.reads import Deadline

SECONDS = 2.5
"""What the form waits for figures that it can do without."""


class Subject(msgspec.Struct, frozen=True):
    """Whose balances are changed, as far as the page could read them."""

    programme_id: UUID
    contact_id: int
    name: str
    balances: Mapping[str, Decimal]
    """By definition ID; what could not be read is absent."""
    balances_at: datetime | None = None
    """When they were read."""
    sharers: frozenset[int] = frozenset()
    """Other contacts that the balances belong to."""
    account: AccountInfo | None = None
    """The membership, as it was read then."""
    notice: str | None = None
    """What is wrong with the figures shown, in a sentence."""


def read(programme_id: UUID, contact_id: int) -> Subject:
    """The member. Where the remote fails the form still comes, without figures, and says why.

    :raises ErrorPage: the remote knows no such programme or contact, or no membership of theirs.
    """
    programmes.require(programme_id)
    snapshot = snapshots().open(programme_id, contact_id)
    snapshot.account.start()
    deadline = Deadline(SECONDS)
    contact = snapshot.contact.wait(deadline)
    account = snapshot.account.wait(deadline)
    if isinstance(contact.error, NotFound) and isinstance(account.error, NotFound):
        raise unknown_contact(contact_id)
    name = person_of(contact, contact_id).name
    if isinstance(account.error, NotFound):
        raise ErrorPage(
            404,
            f"{name} is no member",
            "Points can be given to members of this programme only.",
            searched=str(contact_id),
            link=Link(member_url(programme_id, contact_id), f"Open contact {contact_id}"),
        )
    known = account.value
    return Subject(
        programme_id=programme_id,
        contact_id=contact_id,
        name=name,
        balances={each.definition_id: each.value for each in known.balances} if known else {},
        balances_at=account.at,
        sharers=_sharers(known),
        account=known,
        notice=_notice(account.error, is_late=account.is_late),
    )


def _sharers(account: AccountInfo | None) -> frozenset[int]:
    return (
        frozenset()
        if account is None
        else frozenset({account.contact_id, *(each.contact_id for each in account.sharers)})
    )


def _notice(error: BrevoError | None, *, is_late: bool) -> str | None:
    if error is not None:
        return f"{remote_trouble(error)[1]} The balance shown may be old or missing."
    return "Brevo is slow. The balance shown may be old or missing." if is_late else None
