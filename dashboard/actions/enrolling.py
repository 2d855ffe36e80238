"""Making members: create a contact, enrol it."""

from __future__ import annotations

import json
import re
from datetime import UTC, date, datetime, time, timedelta, tzinfo

from dashboard.actions import follow
from dashboard.actions.deeds import PATIENCE, Accepted, Actor, Ask, Form, perform, text_problems, tidy
from dashboard.actions.engine import Engine
from dashboard.actions.follow import Then
from dashboard.actions.members import ReadMember
from dashboard.actions.refusals import Problem, Unacceptable
from dashboard.brevo.members import LONGEST_SUBSCRIPTION_ID
from dashboard.permissions import Permission
from dashboard.store.database import Database
from dashboard.store.intent import Intent, Kind, Link

LONGEST_IDENTIFIER = 200
FIRST_DAY = date(1970, 1, 1)
"""Nobody was a member before."""

_EMAIL = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s.]+")
_PHONE = re.compile(r"\+[1-9][0-9]{5,14}")


def _unknown() -> None:
    return None


class EnrolForm(Form, frozen=True, kw_only=True):
    """A contact to make a member."""

    subscription_id: str = ""
    """Our own member number; empty for one that the remote makes."""
    member_since: str = ""
    """A day that has been, as typed: ``2026-11-18``; empty for now."""
    zone: tzinfo = UTC
    """The programme's: where that day begins."""
    member: ReadMember = _unknown
    """Whether they are a member already, as far as it is known."""


class ContactForm(EnrolForm, frozen=True, kw_only=True):
    """A contact to create, and to enrol at once. ``contact_id`` is 0: there is none yet."""

    contact_id: int = 0
    email: str = ""
    external_id: str = ""
    phone: str | None = ""
    """With its country's code, as the remote wants it; None when no number can be read in what was typed."""
    first_name: str = ""
    last_name: str = ""
    enrols: bool = True


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
