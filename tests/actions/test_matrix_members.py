"""The fault matrix for memberships: each change under each fault is read back before it is sent again."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import pytest

from dashboard.actions.member_calls import AddSharers, EndMembership, Enrol, RemoveSharers
from dashboard.actions.one_phase import Doubt
from dashboard.brevo.fetched import Evidence
from dashboard.store.audit import Outcome
from dashboard.store.intent import Intent, Kind, Phase, State
from tests.actions.fake_acting import MEMBER, Member
from tests.actions.fake_desk import FakeDesk
from tests.actions.fake_remote import START, Clock, Crash, Fault
from tests.actions.tale import Tale, asked

STRANGER = 8
GOLD = "7c0a7a52-7f0c-4f0e-8a53-3c4d1b2e9f02"


@dataclass(frozen=True)
class Change:
    """One kind of change, and how the truth shows it."""

    call: str
    intent: Intent
    is_so: Callable[[FakeDesk], bool]
    read: str = "account_info"


def _member(desk: FakeDesk) -> Member:
    return desk.world.members[MEMBER]


CHANGES = {
    "enrol": Change(
        "enrol",
        asked(Kind.MEMBER_ENROL, {"subscription_id": "LM-8"}, contact_id=STRANGER),
        lambda desk: STRANGER in desk.world.members,
    ),
    "end": Change("end", asked(Kind.MEMBER_END, {}), lambda desk: MEMBER not in desk.world.members),
    "add": Change(
        "add_sharers",
        asked(Kind.SHARERS_ADD, {"sharer_ids": "21,22"}),
        lambda desk: {21, 22} <= set(_member(desk).sharers),
    ),
    "remove": Change(
        "remove_sharers",
        asked(Kind.SHARERS_REMOVE, {"sharer_ids": "31"}),
        lambda desk: _member(desk).sharers == [32],
    ),
    "tier": Change(
        "assign", asked(Kind.TIER_ASSIGN, {"tier_id": GOLD}), lambda desk: _member(desk).tier_id == GOLD
    ),
    "contact": Change(
        "create_contact",
        asked(Kind.CONTACT_CREATE, {"email": "new@shop.example"}, contact_id=0),
        lambda desk: list(desk.world.contacts.values()).count("new@shop.example") == 1,
        "get_contact",
    ),
}

CODES = {
    Fault.NONE: "done",
    Fault.NOT_SENT: "R",
    Fault.LIMITED: "R",
    Fault.UNAUTHORISED: "R",
    Fault.LOST_BEFORE: "C resend",
    Fault.HANG: "C resend",
    Fault.LATE: "C resend",
    Fault.LOST_AFTER: "C final",
    Fault.SERVER_ERROR: "C final",
    Fault.FOREIGN: "C final",
    Fault.EMPTY: "C final",
    Fault.WORDLESS: "C final",
    Fault.TWICE: "done",
    Fault.ECHO: "A",
    Fault.REFUSED: "X",
}
MEANS = {
    "done": (State.DONE, 1),
    "R": (State.DONE, 2),
    "C resend": (State.DONE, 2),
    "C final": (State.DONE, 1),
    "A": (State.DONE, 1),
    "X": (State.FAILED, 1),
}


def tale_of(name: str, **faults: Any) -> Tale:
    desk = FakeDesk(Clock())
    desk.world.members[MEMBER].sharers = [31, 32] if name == "remove" else []
    desk.world.contacts[STRANGER] = "stranger@shop.example"
    return Tale(CHANGES[name].intent, desk, **faults)


@pytest.mark.parametrize("name", CHANGES)
@pytest.mark.parametrize(("fault", "code"), CODES.items(), ids=str)
def test_each_change_under_each_fault_ends_as_the_table_says(name, fault, code):
    change = CHANGES[name]
    tale = tale_of(name, **{change.call: [fault]})
    settled = tale.settle()
    assert (settled.state, tale.desk.calls.count(change.call)) == MEANS[code]
    assert change.is_so(tale.desk) is (settled.state is State.DONE)


@pytest.mark.parametrize("name", CHANGES)
def test_nothing_is_sent_again_without_a_read_before(name):
    change = CHANGES[name]
    tale = tale_of(name, **{change.call: [Fault.LOST_BEFORE, Fault.LOST_BEFORE]})
    tale.settle()
    assert tale.calls == f"{change.call} {change.read} {change.call} {change.read} {change.call}"


@pytest.mark.parametrize("name", CHANGES)
def test_a_read_that_lags_only_takes_longer(name):
    change = CHANGES[name]
    tale = tale_of(name, **{change.call: [Fault.LOST_AFTER]})
    tale.desk._remember()
    tale.desk.lag = timedelta(seconds=20)
    assert tale.settle().state is State.DONE
    assert change.is_so(tale.desk)


@pytest.mark.parametrize("name", CHANGES)
@pytest.mark.parametrize("fault", [Fault.CRASH_BEFORE, Fault.CRASH_AFTER])
def test_dying_in_the_middle_of_the_call_is_read_back(name, fault):
    change = CHANGES[name]
    tale = tale_of(name, **{change.call: [fault]})
    with pytest.raises(Crash):
        tale.advance()
    assert tale.settle().state is State.DONE
    assert change.is_so(tale.desk)


@pytest.mark.parametrize("name", CHANGES)
@pytest.mark.parametrize("fault", [Fault.LOOK_FAILS, Fault.LOOK_BROKE])
def test_a_read_that_fails_leaves_it_unknown_and_visible(name, fault):
    change = CHANGES[name]
    tale = tale_of(name, **{change.call: [Fault.LOST_BEFORE], change.read: [fault] * 4})
    for _ in range(4):
        assert tale.advance().phase is Phase.CHECKING
        tale.clock.forward(70)
    assert tale.desk.calls.count(change.call) == 1


def test_a_membership_that_is_gone_already_is_adopted():
    tale = tale_of("end")
    del tale.desk.world.members[MEMBER]
    done = tale.settle()
    assert (done.state, done.adopted, tale.calls) == (State.DONE, "already", "end")


def test_a_contact_who_is_a_member_under_another_number_is_told():
    tale = tale_of("enrol")
    tale.desk.world.members[STRANGER] = Member("LM-99")
    failed = tale.settle()
    assert failed.failure_code == "other_number"
    assert failed.failure_text == (
        "The contact is a member already, with the number LM-99. Nothing was changed."
    )


def test_a_number_that_is_taken_is_refused_at_once_in_the_remotes_words():
    tale = Tale(asked(Kind.MEMBER_ENROL, {"subscription_id": "LM-7"}, contact_id=STRANGER))
    failed = tale.advance()
    assert (failed.state, failed.failure_code) == (State.FAILED, "number_taken")
    assert failed.failure_text == (
        "Brevo refused it: loyaltySubscriptionId already belongs to a contact. Nobody was enrolled."
    )
    assert failed.evidence["held_by"] == MEMBER
    assert tale.calls == "enrol account_info account_info"
    assert tale.journal.audit[-1].outcome is Outcome.DECLINED


@pytest.mark.parametrize("seconds", [0, 12])
def test_a_number_that_turns_out_to_be_ours_by_an_echo_is_enrolled(seconds):
    tale = tale_of("enrol", enrol=[Fault.ECHO])
    tale.desk._remember()
    tale.desk.lag = timedelta(seconds=seconds)
    assert tale.settle().state is State.DONE


def test_who_holds_a_number_is_asked_once_and_not_where_it_cannot_be_read():
    taken = asked(Kind.MEMBER_ENROL, {"subscription_id": "LM-7"}, contact_id=STRANGER)
    tale = Tale(taken, account_info=[Fault.NONE, Fault.LOOK_FAILS])
    failed = tale.settle()
    assert (failed.state, failed.failure_code) == (State.FAILED, "refused")
    assert tale.calls.count("account_info") == 2 + 5


@pytest.mark.parametrize(
    ("step", "message", "doubt"),
    [
        (Enrol, "contact does not exist", Doubt.LOOK),
        (AddSharers, "contact 9 doesn't exist", Doubt.LOOK),
        (Enrol, "contact is already enrolled", Doubt.ECHO),
        (EndMembership, "subscription does not exist", Doubt.ECHO),
        (RemoveSharers, "contact 9 does not exist", Doubt.ECHO),
    ],
)
def test_what_does_not_exist_is_an_echo_only_of_what_ends_it(step, message, doubt):
    evidence = Evidence(kind="refused", at=START, sent=True, status=422, message=message)
    assert step(FakeDesk(Clock())).doubt(CHANGES["enrol"].intent, evidence) is doubt


def test_an_enrolment_tells_the_number_that_the_remote_made():
    tale = Tale(asked(Kind.MEMBER_ENROL, {"subscription_id": None}, contact_id=STRANGER))
    assert tale.settle().result == {"subscription_id": "made-8"}


def test_only_those_who_are_left_are_taken_out_again():
    tale = tale_of("remove", remove_sharers=[Fault.LOST_AFTER])
    tale.desk.world.members[9] = Member("LM-9", sharers=[])
    tale.advance()
    tale.desk.world.members[9].sharers = [31]
    assert tale.settle().state is State.DONE
    assert tale.desk.world.members[9].sharers == [31]


def test_a_contact_that_exists_is_taken_and_what_was_typed_is_forgotten():
    tale = Tale(asked(Kind.CONTACT_CREATE, {"email": "amara@shop.example"}, contact_id=0))
    done = tale.settle()
    assert (done.contact_id, done.adopted) == (MEMBER, "already")
    assert "email" not in done.values


def test_a_change_that_never_shows_ends_with_a_person():
    tale = tale_of("tier", assign=[Fault.LOST_BEFORE] * 100)
    assert tale.settle().state is State.HELD
