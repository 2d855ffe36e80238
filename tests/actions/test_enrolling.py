"""Contacts created and enrolled by form: what is accepted, what is refused and how, and what follows."""

from __future__ import annotations

from datetime import timedelta
from zoneinfo import ZoneInfo

import pytest

from dashboard.actions.enrolling import ContactForm, EnrolForm, create_contact, enrol, enrolled_as
from dashboard.actions.refusals import Problem
from dashboard.brevo.members import AccountInfo
from dashboard.store import audit
from dashboard.store.audit import Filters
from dashboard.store.intent import Kind, Link, State
from tests.actions.counter import basics
from tests.actions.fake_remote import START

MEMBERSHIP = AccountInfo(
    contact_id=8,
    subscription_id="LM-8",
    member_since=START,
    programme_name=None,
    balances=(),
    tiers=(),
    vouchers=(),
    sharers=(),
)


def test_a_new_contact_is_created_and_then_enrolled_with_our_number(counter):
    form = ContactForm(**basics(contact_id=0, email="nia@shop.example", subscription_id="LM-100"))
    done = counter.do(create_contact, form)
    enrolment = counter.find(enrolled_as(done))
    assert (done.state, enrolment.state) == (State.DONE, State.DONE)
    assert (enrolment.kind, enrolment.link, enrolment.contact_id) == (
        Kind.MEMBER_ENROL,
        Link.ENROLMENT,
        done.contact_id,
    )
    assert counter.desk.world.members[done.contact_id].subscription_id == "LM-100"


def test_nothing_personal_stays_with_us_once_the_contact_exists(counter):
    form = ContactForm(**basics(contact_id=0, email="nia@shop.example", first_name="Nia", enrols=False))
    done = counter.do(create_contact, form)
    with counter.database.read() as connection:
        rows = audit.page(connection, Filters())
    assert "nia" not in f"{counter.find(done.id)}{rows}".casefold()


BAD_CONTACTS = [
    ({}, Problem("email", "Enter an e-mail address, a phone number or an external ID")),
    ({"email": "nia"}, Problem("email", "Enter an e-mail address such as name@example.com")),
    (
        {"phone": None},
        Problem("phone", "Enter a phone number with its country code, such as +447700900123"),
    ),
    (
        {"external_id": "x", "subscription_id": "L" * 65},
        Problem("subscription_id", "Member number must be 64 characters or fewer"),
    ),
    (
        {"external_id": "x", "member_since": (START + timedelta(days=1)).date().isoformat()},
        Problem("member_since", "Choose a day that has been"),
    ),
    (
        {"external_id": "x", "member_since": "18/11/2026"},
        Problem("member_since", "Enter a day such as 2026-11-18"),
    ),
    (
        {"external_id": "x", "member_since": "0001-01-01"},
        Problem("member_since", "Choose a day of 1970 or later"),
    ),
    (
        {"external_id": "x", "last_name": "Ob\u202ei"},
        Problem("last_name", "Last name can hold only text that shows. Remove hidden characters"),
    ),
]


@pytest.mark.parametrize(("typed", "problem"), BAD_CONTACTS)
def test_a_contact_that_cannot_be_created_says_what_to_enter(counter, typed, problem):
    assert counter.problems(create_contact, ContactForm(**basics(contact_id=0, **typed))) == [problem]


def test_a_contact_is_enrolled_without_a_reason(counter):
    done = counter.do(enrol, EnrolForm(**basics(contact_id=8, reason="", subscription_id="LM-8")))
    assert (done.state, done.remote_id) == (State.DONE, "LM-8")


def test_the_past_day_begins_in_the_zone_of_the_programme(counter):
    zone = ZoneInfo("Pacific/Auckland")
    done = counter.do(enrol, EnrolForm(**basics(contact_id=8, member_since="2025-07-01", zone=zone)))
    assert done.values["member_since"] == "2025-07-01T00:00:00+12:00"


def test_a_member_is_not_enrolled_again(counter):
    (problem,) = counter.problems(enrol, EnrolForm(**basics(contact_id=8, member=lambda: MEMBERSHIP)))
    assert problem.message == "This contact is a member already. Open the contact again"
