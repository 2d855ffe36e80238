"""Members: end a membership, share it, change a tier."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta

from dashboard.actions.deeds import (
    PATIENCE,
    Accepted,
    Actor,
    Ask,
    Form,
    is_uuid,
    perform,
    refuse,
    tidy,
)
from dashboard.actions.engine import Engine
from dashboard.actions.refusals import Problem, Unacceptable
from dashboard.brevo.calls import LARGEST_CONTACT_ID
from dashboard.brevo.contacts import MOST_IDS
from dashboard.brevo.members import AccountInfo
from dashboard.brevo.tiers import Tier
from dashboard.permissions import Permission
from dashboard.store import own_contacts
from dashboard.store.database import Database
from dashboard.store.intent import Intent, Kind

OWN_MEMBERSHIP = "You can't change your own membership. Ask a colleague"
MOST_SHARERS = MOST_IDS
"""At once: as many as one request can look up."""

_DIGITS = re.compile(r"[0-9]{1,19}")

ReadMember = Callable[[], AccountInfo | None]
"""Reads the member now; None for no member (any more). Asked only when a form comes for the first time: one
sent again gets its first answer, whatever became of the member. May raise
:class:`dashboard.actions.refusals.Unacceptable`.
"""


def is_contact(text: str) -> bool:
    """Whether this can be a contact's ID."""
    return bool(_DIGITS.fullmatch(text)) and 1 <= int(text) <= LARGEST_CONTACT_ID


def _known(ids: Sequence[int]) -> Sequence[int]:
    return ()


class EndForm(Form, frozen=True, kw_only=True):
    """A membership to end."""

    member: ReadMember
    typed_name: str
    """The member's name as typed to confirm, and as it should be."""
    name: str


class SharersForm(Form, frozen=True, kw_only=True):
    """Contacts to add to a membership, or to take out of it."""

    sharer_ids: Sequence[str]
    """Contact IDs as typed."""
    member: ReadMember
    unknown: Callable[[Sequence[int]], Sequence[int]] = _known
    """Which of these contacts do not exist; asked as :data:`ReadMember` is, for those to add."""


class TierForm(Form, frozen=True, kw_only=True):
    """A tier to put a member into. The next evaluation may undo it."""

    tier_id: str
    tiers: Sequence[Tier]
    """Those of the programme, as it is configured now."""
    member: ReadMember


def end_membership(
    database: Database, engine: Engine, actor: Actor, form: EndForm, *, patience: timedelta = PATIENCE
) -> Intent:
    """End a membership for good. Raises as :func:`dashboard.actions.deeds.perform`."""
    ask = Ask(
        kind=Kind.MEMBER_END,
        permission=Permission.MEMBERSHIPS_END,
        form=form,
        typed=(),
        accept=lambda now: _end(form),
    )
    return perform(database, engine, actor, ask, patience=patience)


def add_sharers(
    database: Database, engine: Engine, actor: Actor, form: SharersForm, *, patience: timedelta = PATIENCE
) -> Intent:
    """Let others share a membership, not oneself. Raises as :func:`dashboard.actions.deeds.perform`."""
    return _share(Kind.SHARERS_ADD, database, engine, actor, form, patience)


def remove_sharers(
    database: Database, engine: Engine, actor: Actor, form: SharersForm, *, patience: timedelta = PATIENCE
) -> Intent:
    """Let contacts share a membership no more. Raises as :func:`dashboard.actions.deeds.perform`."""
    return _share(Kind.SHARERS_REMOVE, database, engine, actor, form, patience)


def assign_tier(
    database: Database, engine: Engine, actor: Actor, form: TierForm, *, patience: timedelta = PATIENCE
) -> Intent:
    """Put a member into a tier, not oneself. Raises as :func:`dashboard.actions.deeds.perform`."""

    def accept(now: datetime) -> Accepted:
        _refuse_own(database, actor, ask, {form.contact_id}, now)
        return _tier(form)

    ask = Ask(
        kind=Kind.TIER_ASSIGN,
        permission=Permission.TIERS_WRITE,
        form=form,
        typed=(form.tier_id,),
        accept=accept,
    )
    return perform(database, engine, actor, ask, patience=patience)


def _share(
    kind: Kind, database: Database, engine: Engine, actor: Actor, form: SharersForm, patience: timedelta
) -> Intent:
    def accept(now: datetime) -> Accepted:
        if kind is Kind.SHARERS_ADD:
            ids = sharer_ids(form.contact_id, form.sharer_ids)
            _refuse_own(database, actor, ask, {form.contact_id, *ids}, now)
        return _sharers(kind, form)

    ask = Ask(
        kind=kind,
        permission=Permission.MEMBERS_WRITE,
        form=form,
        typed=(sorted(tidy(one) for one in form.sharer_ids),),
        accept=accept,
    )
    return perform(database, engine, actor, ask, patience=patience)


def _refuse_own(database: Database, actor: Actor, ask: Ask, contacts: set[int], now: datetime) -> None:
    """Nobody raises their own tier, and nobody lets themselves share what a member has."""
    with database.read() as connection:
        own = own_contacts.of(connection, actor.staff_id)
    if not own.isdisjoint(contacts):
        refuse(database, actor, ask, now)
        raise Unacceptable((Problem("", OWN_MEMBERSHIP),))


# -- what may be asked for -------------------------------------------------------------------------


def _owned(read: ReadMember, contact_id: int) -> AccountInfo:
    """The membership of this contact, as it is now.

    :raises Unacceptable: it has ended, or somebody else's is shared.
    """
    member = read()
    if member is None:
        raise Unacceptable((Problem("", "This contact is not a member any more. Open the contact again"),))
    if member.contact_id != contact_id:
        raise Unacceptable(
            (Problem("", f"This membership is shared. Open its owner, contact {member.contact_id}"),)
        )
    return member


def _end(form: EndForm) -> Accepted:
    _owned(form.member, form.contact_id)
    if tidy(form.typed_name).casefold() != tidy(form.name).casefold():
        raise Unacceptable((Problem("typed_name", f"Enter {tidy(form.name)} to confirm"),))
    return Accepted(values={})


def sharer_ids(owner_id: int, typed: Sequence[str]) -> list[int]:
    """The contact IDs that were typed, each once, in their order.

    :raises Unacceptable: they cannot share the membership of this owner, whoever they are.
    """
    texts = [tidy(one) for one in typed if tidy(one)]
    ids = sorted({int(one) for one in texts}) if all(map(is_contact, texts)) else []
    if not ids:
        text = "Enter contact IDs: whole numbers of 1 or more"
    elif len(ids) > MOST_SHARERS:
        text = f"Enter {MOST_SHARERS} contacts or fewer"
    elif owner_id in ids:
        text = "The owner of the membership is no sharer. Leave this contact out"
    else:
        return ids
    raise Unacceptable((Problem("sharer_ids", text),))


def _sharers(kind: Kind, form: SharersForm) -> Accepted:
    ids = sharer_ids(form.contact_id, form.sharer_ids)
    problem = _sharing_problem(kind, form, ids)
    if problem is not None:
        raise Unacceptable((Problem("sharer_ids", problem),))
    return Accepted(values={"sharer_ids": ",".join(str(one) for one in ids)})


def _sharing_problem(kind: Kind, form: SharersForm, ids: list[int]) -> str | None:
    sharing = {one.contact_id for one in _owned(form.member, form.contact_id).sharers}
    if kind is Kind.SHARERS_REMOVE and not set(ids) <= sharing:
        # The call names no membership: another one's sharer would be taken out of that.
        return "Choose only contacts that share this membership"
    if kind is Kind.SHARERS_ADD and set(ids) <= sharing:
        return "They share this membership already"
    missing = form.unknown(ids) if kind is Kind.SHARERS_ADD else ()
    if missing:
        told = ", ".join(str(one) for one in missing)
        return f"Brevo has no contact {told}. Check the digits"
    return None


def _tier(form: TierForm) -> Accepted:
    tier = next((one for one in form.tiers if one.id == form.tier_id), None)
    if tier is None or not is_uuid(form.tier_id):
        raise Unacceptable((Problem("tier_id", "Choose a tier"),))
    if any(one.tier_id == form.tier_id for one in _owned(form.member, form.contact_id).tiers):
        raise Unacceptable((Problem("tier_id", f"The member is in {tier.name} already"),))
    return Accepted(values={"tier_id": tier.id, "tier_name": tier.name})
