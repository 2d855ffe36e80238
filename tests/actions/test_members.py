"""Memberships by form: ended, shared, put into another tier; what is refused and how."""

from __future__ import annotations

from typing import Any

import pytest
from msgspec.structs import replace

from dashboard.actions.members import (
    EndForm,
    SharersForm,
    TierForm,
    add_sharers,
    assign_tier,
    end_membership,
    remove_sharers,
)
from dashboard.actions.refusals import Denied, Problem
from dashboard.brevo.members import AccountInfo, MemberTier, Sharer
from dashboard.brevo.tiers import Tier
from dashboard.store import own_contacts
from dashboard.store.audit import Outcome
from dashboard.store.intent import State
from tests.actions.counter import basics
from tests.actions.fake_acting import MEMBER
from tests.actions.fake_desk import GROUP
from tests.actions.fake_remote import START

GOLD = "7c0a7a52-7f0c-4f0e-8a53-3c4d1b2e9f02"
TIER = Tier(id=GOLD, name="Gold", group_id=GROUP, conditions=(), reward_ids=())


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


def own(counter, contact_id):
    with counter.database.write() as connection:
        own_contacts.link(connection, counter.actor.staff_id, contact_id)


def test_nobody_changes_their_own_tier_and_the_try_is_recorded(counter):
    own(counter, MEMBER)
    form = TierForm(**basics(tier_id=GOLD, tiers=(TIER,), member=member))
    (problem,) = counter.problems(assign_tier, form)
    assert problem.message == "You can't change your own membership. Ask a colleague"
    assert counter.record() == [("tier.assign", Outcome.DENIED)]


@pytest.mark.parametrize("contact_id", [MEMBER, 21])
def test_nobody_lets_themselves_share_a_membership(counter, contact_id):
    own(counter, contact_id)
    (problem,) = counter.problems(add_sharers, sharing("21", "22"))
    assert problem.message == "You can't change your own membership. Ask a colleague"


def test_what_has_ended_since_cannot_be_changed(counter):
    form = TierForm(**basics(tier_id=GOLD, tiers=(TIER,), member=lambda: None))
    (problem,) = counter.problems(assign_tier, form)
    assert problem.message == "This contact is not a member any more. Open the contact again"


def test_a_form_sent_again_does_not_ask_for_the_member_again(counter, lea):
    form = ending()
    counter.at(lea).do(end_membership, form)
    assert counter.at(lea).do(end_membership, replace(form, member=lambda: None)).state is State.DONE
