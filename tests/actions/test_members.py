"""Memberships by form: what is accepted, what is refused and how, and what follows."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any
from uuid import uuid4
from zoneinfo import ZoneInfo

import pytest

from dashboard.actions.members import (
    ContactForm,
    EndForm,
    EnrolForm,
    SharersForm,
    TierForm,
    add_sharers,
    assign_tier,
    create_contact,
    end_membership,
    enrol,
    enrolled_as,
    remove_sharers,
)
from dashboard.actions.refusals import Denied, Problem
from dashboard.brevo.members import AccountInfo, MemberTier, Sharer
from dashboard.brevo.tiers import Tier
from dashboard.store import audit
from dashboard.store.audit import Filters, Outcome
from dashboard.store.intent import Kind, Link, State
from tests.actions.counter import Counter
from tests.actions.fake_acting import MEMBER
from tests.actions.fake_desk import GROUP
from tests.actions.fake_remote import PROGRAMME, START

GOLD = "7c0a7a52-7f0c-4f0e-8a53-3c4d1b2e9f02"
TIER = Tier(id=GOLD, name="Gold", group_id=GROUP, conditions=(), reward_ids=())


@pytest.fixture
def counter(database, sam):
    return Counter(database, sam)


def basics(**more: Any) -> dict[str, Any]:
    return {
        "intent_id": str(uuid4()),
        "programme_id": PROGRAMME,
        "contact_id": MEMBER,
        "reason": "store_complaint",
        "case_reference": "ZD-1",
        **more,
    }


def member(*sharers: int, owner: int = MEMBER, tier: str | None = None) -> AccountInfo:
    return AccountInfo(
        contact_id=owner,
        subscription_id="LM-7",
        member_since=START,
        programme_name=None,
        balances=(),
        tiers=() if tier is None else (MemberTier(tier_id=tier),),
        vouchers=(),
        sharers=tuple(Sharer(contact_id=one) for one in sharers),
    )


def ending(**more: Any) -> EndForm:
    return EndForm(**basics(member=member, typed_name="amara okafor ", name="Amara Okafor", **more))


def sharing(*ids: str, of: AccountInfo | None = None) -> SharersForm:
    return SharersForm(**basics(sharer_ids=ids, member=lambda: of or member()))


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


def test_a_supervisor_ends_a_membership_with_the_name_typed_again(counter, lea):
    assert counter.at(lea).do(end_membership, ending()).state is State.DONE
    assert counter.desk.world.members == {}


def test_an_agent_ends_no_membership_and_the_try_is_recorded(counter):
    with pytest.raises(Denied):
        counter.do(end_membership, ending())
    assert counter.record() == [("member.end", Outcome.DENIED)]


def test_another_name_ends_nothing(counter, lea):
    form = replace(ending(), typed_name="Amara")
    assert counter.at(lea).problems(end_membership, form) == [
        Problem("typed_name", "Enter Amara Okafor to confirm")
    ]


def test_a_sharers_page_does_not_end_the_owners_membership(counter, lea):
    form = replace(ending(), member=lambda: member(MEMBER, owner=99))
    (problem,) = counter.at(lea).problems(end_membership, form)
    assert problem.message == "This membership is shared. Open its owner, contact 99"


def test_sharers_are_added_and_taken_out(counter):
    assert counter.do(add_sharers, sharing("21", " 22 ")).state is State.DONE
    assert counter.desk.world.members[MEMBER].sharers == [21, 22]
    form = sharing("21", of=member(21, 22))
    assert counter.do(remove_sharers, form).state is State.DONE
    assert counter.desk.world.members[MEMBER].sharers == [22]


def test_somebody_elses_sharer_is_never_taken_out(counter):
    (problem,) = counter.problems(remove_sharers, sharing("31", of=member(21)))
    assert problem.message == "Choose only contacts that share this membership"


@pytest.mark.parametrize("typed", [(), ("x",), ("-1",), ("0",), ("٣",), ("1.5",), ("99999999999999999999",)])
def test_sharers_that_are_no_contact_ids_are_refused(counter, typed):
    (problem,) = counter.problems(add_sharers, sharing(*typed))
    assert problem.message == "Enter contact IDs: whole numbers of 1 or more"


def test_the_owner_is_no_sharer(counter):
    (problem,) = counter.problems(add_sharers, sharing(str(MEMBER)))
    assert problem.field == "sharer_ids"


def test_contacts_that_do_not_exist_are_not_added(counter):
    form = replace(sharing("21", "999"), unknown=lambda ids: [one for one in ids if one > 100])
    (problem,) = counter.problems(add_sharers, form)
    assert problem.message == "Brevo has no contact 999. Check the digits"


def test_a_member_is_put_into_a_tier(counter):
    done = counter.do(assign_tier, TierForm(**basics(tier_id=GOLD, tiers=(TIER,), member=member)))
    assert done.state is State.DONE
    assert counter.desk.world.members[MEMBER].tier_id == GOLD


def test_a_tier_that_is_held_or_unknown_is_refused(counter):
    form = TierForm(**basics(tier_id=GOLD, tiers=(TIER,), member=lambda: member(tier=GOLD)))
    assert counter.problems(assign_tier, form) == [Problem("tier_id", "The member is in Gold already")]
    assert counter.problems(assign_tier, replace(form, tiers=())) == [Problem("tier_id", "Choose a tier")]


def test_the_same_form_twice_changes_once(counter):
    form = TierForm(**basics(tier_id=GOLD, tiers=(TIER,), member=member))
    assert counter.do(assign_tier, form) == counter.do(assign_tier, form)
    assert counter.desk.calls == ["assign"]


def test_what_has_ended_since_cannot_be_changed(counter):
    form = TierForm(**basics(tier_id=GOLD, tiers=(TIER,), member=lambda: None))
    (problem,) = counter.problems(assign_tier, form)
    assert problem.message == "This contact is not a member any more. Open the contact again"


def test_a_form_sent_again_does_not_ask_for_the_member_again(counter, lea):
    form = ending()
    counter.at(lea).do(end_membership, form)
    assert counter.at(lea).do(end_membership, replace(form, member=lambda: None)).state is State.DONE


def test_the_past_day_begins_in_the_zone_of_the_programme(counter):
    zone = ZoneInfo("Pacific/Auckland")
    done = counter.do(enrol, EnrolForm(**basics(contact_id=8, member_since="2025-07-01", zone=zone)))
    assert done.values["member_since"] == "2025-07-01T00:00:00+12:00"
