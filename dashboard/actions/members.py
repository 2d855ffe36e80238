"""Members: create a contact, enrol, end a membership, share it, change a tier."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, tzinfo

from dashboard.actions import follow
from dashboard.actions.deeds import (
    PATIENCE,
    Accepted,
    Actor,
    Ask,
    Form,
    is_uuid,
    perform,
    text_problems,
    tidy,
)
from dashboard.actions.engine import Engine
from dashboard.actions.follow import Then
from dashboard.actions.refusals import Problem, Unacceptable
from dashboard.brevo.calls import LARGEST_CONTACT_ID
from dashboard.brevo.contacts import MOST_IDS
from dashboard.brevo.members import LONGEST_SUBSCRIPTION_ID, AccountInfo
from dashboard.brevo.tiers import Tier
from dashboard.permissions import Permission
from dashboard.store.database import Database
from dashboard.store.intent import Intent, Kind, Link

LONGEST_IDENTIFIER = 200
MOST_SHARERS = MOST_IDS
"""At once: as many as one request can look up."""
FIRST_DAY = date(1970, 1, 1)
"""Nobody was a member before."""

_EMAIL = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s.]+")
_PHONE = re.compile(r"\+[1-9][0-9]{5,14}")
_DIGITS = re.compile(r"[0-9]{1,19}")

ReadMember = Callable[[], AccountInfo | None]
"""Reads the member now; None for no member (any more). Asked only when a form comes for the first time: one
sent again gets its first answer, whatever became of the member. May raise
:class:`dashboard.actions.refusals.Unacceptable`.
"""


def _unknown() -> None:
    return None


def _known(ids: Sequence[int]) -> Sequence[int]:
    return ()


@dataclass(frozen=True, slots=True, kw_only=True)
class EnrolForm(Form):
    """A contact to make a member."""

    subscription_id: str = ""
    """Our own member number; empty for one that the remote makes."""
    member_since: str = ""
    """A day that has been, as typed: ``2026-11-18``; empty for now."""
    zone: tzinfo = UTC
    """The programme's: where that day begins."""
    member: ReadMember = _unknown
    """Whether they are a member already, as far as it is known."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ContactForm(EnrolForm):
    """A contact to create, and to enrol at once. ``contact_id`` is 0: there is none yet."""

    contact_id: int = 0
    email: str = ""
    external_id: str = ""
    phone: str | None = ""
    """With its country's code, as the remote wants it; None when no number can be read in what was typed."""
    first_name: str = ""
    last_name: str = ""
    enrols: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class EndForm(Form):
    """A membership to end."""

    member: ReadMember
    typed_name: str
    """The member's name as typed to confirm, and as it should be."""
    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SharersForm(Form):
    """Contacts to add to a membership, or to take out of it."""

    sharer_ids: Sequence[str]
    """Contact IDs as typed."""
    member: ReadMember
    unknown: Callable[[Sequence[int]], Sequence[int]] = _known
    """Which of these contacts do not exist; asked as :data:`ReadMember` is, for those to add."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TierForm(Form):
    """A tier to put a member into. The next evaluation may undo it."""

    tier_id: str
    tiers: Sequence[Tier]
    """Those of the programme, as it is configured now."""
    member: ReadMember


def create_contact(
    database: Database, engine: Engine, actor: Actor, form: ContactForm, *, patience: timedelta = PATIENCE
) -> Intent:
    """Create a contact, and enrol it once it exists: see :func:`enrolled_as`.

    A contact that exists already is taken as it is (``adopted``). What was typed about the person is
    forgotten once the contact exists. Raises as :func:`dashboard.actions.deeds.perform`.
    """
    whom = (form.email, form.external_id, form.phone or "", form.first_name, form.last_name)
    ask = Ask(
        kind=Kind.CONTACT_CREATE,
        permission=Permission.MEMBERS_WRITE,
        form=form,
        typed=(*map(tidy, whom), form.enrols, tidy(form.subscription_id), tidy(form.member_since)),
        accept=lambda now: _contact(form, now),
        needs_reason=False,
    )
    return perform(database, engine, actor, ask, patience=patience)


def enrolled_as(creation: Intent) -> str | None:
    """The ID of the intent that enrols a contact that was created; None when none does."""
    return follow.ids(creation).get(Link.ENROLMENT)


def enrol(
    database: Database, engine: Engine, actor: Actor, form: EnrolForm, *, patience: timedelta = PATIENCE
) -> Intent:
    """Make a contact a member. Raises as :func:`dashboard.actions.deeds.perform`."""
    ask = Ask(
        kind=Kind.MEMBER_ENROL,
        permission=Permission.MEMBERS_WRITE,
        form=form,
        typed=(tidy(form.subscription_id), tidy(form.member_since)),
        accept=lambda now: _enrolment(form, now),
        needs_reason=False,
    )
    return perform(database, engine, actor, ask, patience=patience)


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
    """Let further contacts share a membership. Raises as :func:`dashboard.actions.deeds.perform`."""
    return _share(Kind.SHARERS_ADD, database, engine, actor, form, patience)


def remove_sharers(
    database: Database, engine: Engine, actor: Actor, form: SharersForm, *, patience: timedelta = PATIENCE
) -> Intent:
    """Let contacts share a membership no more. Raises as :func:`dashboard.actions.deeds.perform`."""
    return _share(Kind.SHARERS_REMOVE, database, engine, actor, form, patience)


def assign_tier(
    database: Database, engine: Engine, actor: Actor, form: TierForm, *, patience: timedelta = PATIENCE
) -> Intent:
    """Put a member into a tier. Raises as :func:`dashboard.actions.deeds.perform`."""
    ask = Ask(
        kind=Kind.TIER_ASSIGN,
        permission=Permission.TIERS_WRITE,
        form=form,
        typed=(form.tier_id,),
        accept=lambda now: _tier(form),
    )
    return perform(database, engine, actor, ask, patience=patience)


def _share(
    kind: Kind, database: Database, engine: Engine, actor: Actor, form: SharersForm, patience: timedelta
) -> Intent:
    ask = Ask(
        kind=kind,
        permission=Permission.MEMBERS_WRITE,
        form=form,
        typed=(sorted(tidy(one) for one in form.sharer_ids),),
        accept=lambda now: _sharers(kind, form),
    )
    return perform(database, engine, actor, ask, patience=patience)


# -- what may be asked for -------------------------------------------------------------------------


def _enrolment_values(form: EnrolForm, now: datetime) -> tuple[dict[str, str | None], list[Problem]]:
    number = tidy(form.subscription_id)
    problems = text_problems("subscription_id", "Member number", number, LONGEST_SUBSCRIPTION_ID)
    try:
        since = _since(tidy(form.member_since), form.zone, now)
    except ValueError as error:
        since = None
        problems.append(Problem("member_since", str(error)))
    told = None if since is None else since.isoformat()
    return {"subscription_id": number or None, "member_since": told}, problems


def _since(text: str, zone: tzinfo, now: datetime) -> datetime | None:
    """The beginning of the day that was typed, None without one.

    :raises ValueError: it is none that can be; the message says what to do.
    """
    if not text:
        return None
    try:
        day = date.fromisoformat(text)
    except ValueError:
        raise ValueError("Enter a day such as 2026-11-18") from None
    if day < FIRST_DAY:
        raise ValueError(f"Choose a day of {FIRST_DAY.year} or later")
    began = datetime.combine(day, time.min, zone)
    if began > now:
        raise ValueError("Choose a day that has been")
    return began


def _enrolment(form: EnrolForm, now: datetime) -> Accepted:
    values, problems = _enrolment_values(form, now)
    if problems:
        raise Unacceptable(tuple(problems))
    if form.member() is not None:
        raise Unacceptable((Problem("", "This contact is a member already. Open the contact again"),))
    return Accepted(values=values)


def _contact(form: ContactForm, now: datetime) -> Accepted:
    enrolment, problems = _enrolment_values(form, now)
    problems = [*_contact_problems(form), *problems]
    if problems:
        raise Unacceptable(tuple(problems))
    named = {"FIRSTNAME": form.first_name, "LASTNAME": form.last_name, "SMS": form.phone or ""}
    attributes = {name: tidy(value) for name, value in named.items() if tidy(value)}
    said = {"reason": form.reason or None, "case_reference": tidy(form.case_reference) or None}
    then = (Then(Kind.MEMBER_ENROL, Link.ENROLMENT, {**enrolment, **said}),) if form.enrols else ()
    return Accepted(
        values={
            "email": tidy(form.email) or None,
            "external_id": tidy(form.external_id) or None,
            "attributes": json.dumps(attributes) if attributes else None,
            follow.THEN: follow.written(then),
        }
    )


def _contact_problems(form: ContactForm) -> list[Problem]:
    email, external_id = tidy(form.email), tidy(form.external_id)
    if not (email or external_id) and form.phone == "":
        return [Problem("email", "Enter an e-mail address, a phone number or an external ID")]
    problems = []
    if email and not _EMAIL.fullmatch(email):
        problems.append(Problem("email", "Enter an e-mail address such as name@example.com"))
    problems += text_problems("email", "E-mail address", email, LONGEST_IDENTIFIER)
    if form.phone is None or (form.phone and not _PHONE.fullmatch(form.phone)):
        problems.append(Problem("phone", "Enter a phone number with its country code, such as +447700900123"))
    problems += text_problems("external_id", "External ID", external_id, LONGEST_IDENTIFIER)
    problems += text_problems("first_name", "First name", tidy(form.first_name), LONGEST_IDENTIFIER)
    problems += text_problems("last_name", "Last name", tidy(form.last_name), LONGEST_IDENTIFIER)
    return problems


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
    bad = [one for one in texts if not _DIGITS.fullmatch(one) or not 1 <= int(one) <= LARGEST_CONTACT_ID]
    ids = sorted({int(one) for one in texts}) if not bad else []
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
