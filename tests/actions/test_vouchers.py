"""Vouchers by form: what is accepted, what follows, and once only."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from msgspec.structs import replace
from msgspec.structs import replace as replace_reward

from dashboard.actions import vouchers
from dashboard.actions.approvals import Look, OwnRequest, Verdict, approve, fingerprint
from dashboard.actions.deeds import Gift
from dashboard.actions.paying import is_recorded
from dashboard.actions.refusals import Conflict, Denied, Problem
from dashboard.actions.vouchers import (
    IssueForm,
    Paid,
    Pays,
    RedeemForm,
    ReissueForm,
    RevokeForm,
    issue_voucher,
    redeem,
    reissue,
    revoke_vouchers,
)
from dashboard.brevo.rewards import Reward
from dashboard.store import approvals as requests
from dashboard.store import intents, limits, own_contacts
from dashboard.store.approvals import Asked
from dashboard.store.audit import Outcome
from dashboard.store.intent import Intent, Kind, Link, State
from dashboard.store.limits import Limit, Span
from tests.actions.counter import Counter, basics, new_form
from tests.actions.fake_acting import MEMBER
from tests.actions.fake_remote import DEFINITION, PROGRAMME, START, Fault

REWARD = Reward(id="7c0a7a52-7f0c-4f0e-8a53-3c4d1b2e9f01", name="Ten off", value=Decimal(10), unit="GBP")
CHEAP = Reward(id=REWARD.id, name="Mug", cost=Decimal(10), cost_definition_id=DEFINITION)
PAID = Paid(DEFINITION, Decimal(2000))
ONE, TWO = "cccccccc-0000-4000-8000-000000000001", "cccccccc-0000-4000-8000-000000000002"


def day(days: int) -> str:
    """A day as it is typed, so many days from now."""
    return (START + timedelta(days=days)).date().isoformat()


def issuing(**more: Any) -> IssueForm:
    return IssueForm(**basics(reward=REWARD, **more))


def revoking(counter: Counter, *ids: str, **more: Any) -> RevokeForm:
    held = tuple(counter.desk.world.vouchers.values())
    return RevokeForm(**basics(voucher_ids=ids, vouchers=held, **more))


def test_a_voucher_is_issued_with_a_code_of_ours(counter):
    done = counter.do(issue_voucher, issuing())
    assert done.state is State.DONE
    assert len(done.result["code"]) == 14
    assert counter.record() == [("voucher.issue", Outcome.PENDING), ("voucher.issue", Outcome.DONE)]


def test_no_two_codes_are_alike():
    assert len({vouchers.new_code() for _ in range(1000)}) == 1000


def test_the_same_form_twice_gives_one_voucher(counter):
    form = issuing()
    assert counter.do(issue_voucher, form) == counter.do(issue_voucher, form)
    assert len(counter.desk.world.vouchers) == 1


def test_the_same_form_with_another_value_is_a_conflict(counter):
    form = issuing()
    counter.do(issue_voucher, form)
    with pytest.raises(Conflict):
        counter.do(issue_voucher, replace(form, value="5"))


def test_an_auditor_may_not_issue_and_that_is_recorded(counter, ike):
    with pytest.raises(Denied):
        counter.at(ike).do(issue_voucher, issuing())
    assert counter.record() == [("voucher.issue", Outcome.DENIED)]


BAD = [
    ({"code": "A" * 129}, Problem("code", "Code must be 128 characters or fewer")),
    ({"value": "-5"}, Problem("value", "Enter the amount in GBP")),
    ({"value": "1e3"}, Problem("value", "Enter the amount in GBP")),
    ({"value": "٥"}, Problem("value", "Enter the amount in GBP")),
    ({"value": "1.234"}, Problem("value", "Amount must have 2 decimal places or fewer")),
    ({"value": "100000000"}, Problem("value", "Value must be 0.01 to 99,999,999.99")),
    ({"expires_at": day(-1)}, Problem("expires_at", "Choose a day of expiry that is still to come")),
    ({"valid_from": day(-1)}, Problem("valid_from", "Choose a first day that is today or later")),
    ({"valid_from": "tomorrow"}, Problem("valid_from", "Enter a day such as 2026-12-24")),
    ({"expires_at": "9999-12-31"}, Problem("expires_at", "Enter a day such as 2026-12-24")),
    ({"expires_at": "2027-02-30"}, Problem("expires_at", "Enter a day such as 2026-12-24")),
    (
        {"valid_from": day(9), "expires_at": day(8)},
        Problem("expires_at", "Choose a day of expiry after the first day of validity"),
    ),
    ({"pays": "points"}, Problem("pays", "This reward costs no points. Choose goodwill")),
    ({"pays": "nobody"}, Problem("pays", "Choose who pays")),
    ({"reason": ""}, Problem("reason", "Choose a reason")),
    ({"intent_id": "x"}, Problem("intent", "Open the form again: its number was lost on the way")),
]


@pytest.mark.parametrize(("typed", "problem"), BAD)
def test_what_cannot_be_issued_says_what_to_do(counter, typed, problem):
    assert counter.problems(issue_voucher, replace(issuing(), **typed)) == [problem]


PERCENT = Reward(id=REWARD.id, name="Fifth off", value=Decimal(20), unit="PERCENT")


@pytest.mark.parametrize(
    ("reward", "value", "message"),
    [
        (CHEAP, "5", "This reward has no value. Leave it empty"),
        (PERCENT, "101", "Percentage must be 100 or less"),
        (PERCENT, "-1", "Enter the percentage, such as 20"),
    ],
)
def test_a_value_must_be_one_that_the_reward_can_have(counter, reward, value, message):
    form = replace(issuing(), reward=reward, value=value)
    assert counter.problems(issue_voucher, form) == [Problem("value", message)]


def test_a_voucher_is_valid_for_whole_days_of_the_programme(counter):
    zone = ZoneInfo("Europe/Paris")
    counter.do(issue_voucher, issuing(valid_from="2026-12-01", expires_at="2026-12-24", zone=zone))
    (given,) = counter.desk.world.vouchers.values()
    assert given.valid_from == datetime(2026, 12, 1, tzinfo=zone)
    assert given.expires_at == datetime(2026, 12, 24, 23, 59, 59, tzinfo=zone)


def test_a_voucher_from_today_is_valid_at_once(counter):
    done = counter.do(issue_voucher, issuing(valid_from=day(0), expires_at=day(0)))
    assert (done.state, done.values["valid_from"]) == (State.DONE, None)


def test_what_is_only_charged_when_it_is_used_is_not_given_back_before(counter):
    later = replace_reward(CHEAP, charged_when="redemption")
    done = counter.do(issue_voucher, replace(issuing(), reward=later, pays=Pays.POINTS))
    assert vouchers.paid_for(done, later) is None


def test_a_voucher_that_nobody_may_give_is_refused_and_recorded(counter):
    form = replace(issuing(), value="90000")
    assert [one.field for one in counter.problems(issue_voucher, form)] == ["value"]
    assert counter.record() == [("voucher.issue", Outcome.DENIED)]


LOOK = Look(definition=None, balance=None, balance_at=None, sharers=frozenset(), zone=UTC)


def asked_for(counter: Counter, form: IssueForm) -> Asked:
    intent = counter.do(issue_voucher, form)
    assert (intent.state, counter.desk.calls) == (State.AWAITING_APPROVAL, [])
    with counter.database.read() as connection:
        asked = requests.get(connection, intent.id)
    assert asked is not None
    return asked


def approved(counter: Counter, asked: Asked) -> Intent:
    verdict = Verdict(intent_id=asked.intent.id, seen=fingerprint(asked, None))
    return approve(counter.database, counter.engine, counter.actor, verdict, LOOK)


def test_goodwill_above_the_limit_waits_for_approval_and_is_then_issued(counter, lea):
    asked = asked_for(counter, replace(issuing(), value="2000"))
    assert (asked.request.amount, asked.request.unit) == (Decimal(2000), "GBP")
    assert [one.most for one in asked.request.exceeded] == ["1000"]
    done = approved(counter.at(lea), asked)
    assert (done.state, done.values["approved_by"]) == (State.DONE, "Lea")
    (given,) = counter.desk.world.vouchers.values()
    assert given.value == Decimal(2000)


def test_what_approved_goodwill_costs_is_given_back_too(counter, lea):
    with counter.database.write() as connection:
        limits.put(connection, "agent", Span.ACT, Limit(Decimal(5)))
    asked = asked_for(counter, replace(issuing(), reward=CHEAP))
    approved(counter.at(lea), asked)
    assert [each.amount for each in counter.desk.ledger.entries] == [Decimal(10)]


def test_a_percentage_above_the_limit_is_asked_for_in_points(counter):
    with counter.database.write() as connection:
        limits.put(connection, "agent", Span.ACT, Limit(Decimal(5)))
    asked = asked_for(counter, replace(issuing(), reward=PERCENT))
    assert (asked.request.amount, asked.request.unit) == (Decimal(20), "POINTS")


def test_the_same_request_twice_is_one(counter):
    form = replace(issuing(), value="2000")
    assert counter.do(issue_voucher, form) == counter.do(issue_voucher, form)


def test_nobody_approves_their_own_voucher(counter, lea):
    with counter.database.write() as connection:
        limits.put(connection, lea.id, Span.ACT, Limit(Decimal(5)))
    asked = asked_for(counter.at(lea), issuing())
    with pytest.raises(OwnRequest):
        approved(counter.at(lea), asked)
    assert counter.desk.calls == []


POUND = Reward(
    id=REWARD.id, name="Pound", value=Decimal(1), unit="GBP", cost=Decimal(10), cost_definition_id=DEFINITION
)


@pytest.mark.parametrize("value", ["0.50", "5000"])
def test_points_pay_for_what_the_reward_is_worth_and_for_no_other_value(counter, value):
    form = replace(issuing(), reward=POUND, pays=Pays.POINTS, value=value)
    (problem,) = counter.problems(issue_voucher, form)
    assert problem == Problem("value", "Points pay for 1.00 GBP. Leave it empty, or choose goodwill")


def test_the_rewards_own_value_can_be_typed_where_points_pay(counter):
    form = replace(issuing(), reward=POUND, pays=Pays.POINTS, value="1.00")
    assert counter.do(issue_voucher, form).state is State.DONE


def test_a_voucher_that_points_pay_for_needs_no_approval(counter):
    with counter.database.write() as connection:
        limits.put(connection, "agent", Span.ACT, Limit(Decimal(5)))
    form = replace(issuing(), reward=CHEAP, pays=Pays.POINTS)
    assert counter.do(issue_voucher, form).state is State.DONE


def test_what_goodwill_pays_for_is_given_back_as_a_credit_that_belongs_to_it(counter):
    form = replace(issuing(), reward=CHEAP, pays=Pays.GOODWILL)
    done = counter.do(issue_voucher, form)
    with counter.database.read() as connection:
        (back,) = intents.linked_to(connection, done.id)
    assert (back.kind, back.link, back.amount, back.state) == (
        Kind.CREDIT,
        Link.RETURN,
        Decimal(10),
        State.DONE,
    )


def test_several_vouchers_are_revoked_each_with_an_intent_of_its_own(counter):
    counter.desk.give(ONE)
    counter.desk.give(TWO, code="LOST-2")
    form = revoking(counter, ONE, TWO)
    done = counter.do(revoke_vouchers, form)
    assert [one.state for one in done] == [State.DONE, State.DONE]
    assert {one.batch_id for one in done} == {form.intent_id}
    assert counter.desk.world.vouchers == {}


def test_revoking_goes_on_after_an_interruption_and_revokes_none_twice(counter):
    counter.desk.give(ONE)
    counter.desk.give(TWO, code="LOST-2")
    form = revoking(counter, ONE, TWO)
    counter.desk.next_fault = lambda call: Fault.NOT_SENT if len(counter.desk.calls) == 2 else Fault.NONE
    first = counter.do(revoke_vouchers, form)
    assert [one.state for one in first] == [State.DONE, State.RESERVED]
    counter.clock.forward(2)
    again = counter.do(revoke_vouchers, replace(form, vouchers=()))
    assert [one.state for one in again] == [State.DONE, State.DONE]
    assert counter.desk.calls.count("revoke") == 3


def test_points_come_back_once_the_voucher_is_gone(counter):
    counter.desk.give(ONE)
    (done,) = counter.do(revoke_vouchers, revoking(counter, ONE, paid={ONE: PAID}))
    with counter.database.read() as connection:
        (back,) = intents.linked_to(connection, done.id)
    assert (back.link, back.amount, back.state) == (Link.RETURN, Decimal(2000), State.DONE)
    assert counter.desk.ledger.balance == Decimal(14480)


BACK = Gift(amount=Decimal(2000), unit="POINTS", field="give_back")
"""What comes back though nobody knows that it was paid."""


def test_what_nobody_knows_to_have_been_paid_counts_towards_the_limit(counter):
    counter.desk.give(ONE)
    form = revoking(counter, ONE, paid={ONE: PAID}, gifts={ONE: BACK})
    (problem,) = counter.problems(revoke_vouchers, form)
    assert problem == Problem("give_back", "Your limit leaves 1,000. A supervisor can give more")
    assert counter.record() == [("voucher.revoke", Outcome.DENIED)]


def test_a_limit_that_is_used_up_is_told_at_what_would_be_given_back(counter):
    with counter.database.write() as connection:
        limits.put(connection, "agent", Span.DAY, Limit(Decimal(0)))
    counter.desk.give(ONE)
    form = revoking(counter, ONE, paid={ONE: PAID}, gifts={ONE: BACK})
    assert counter.problems(revoke_vouchers, form) == [Problem("give_back", "Your limit is used up")]


def test_together_they_may_use_the_limit_up_to_the_last_point(counter):
    with counter.database.write() as connection:
        limits.put(connection, "agent", Span.DAY, Limit(Decimal(1800)))
    counter.desk.give(ONE)
    counter.desk.give(TWO, code="LOST-2")
    part, gift = Paid(DEFINITION, Decimal(900)), replace(BACK, amount=Decimal(900))
    form = revoking(counter, ONE, TWO, paid={ONE: part, TWO: part}, gifts={ONE: gift, TWO: gift})
    assert [one.state for one in counter.do(revoke_vouchers, form)] == [State.DONE, State.DONE]


def test_together_they_must_fit_into_the_limit_or_none_is_revoked(counter):
    with counter.database.write() as connection:
        limits.put(connection, "agent", Span.DAY, Limit(Decimal(1500)))
    counter.desk.give(ONE)
    counter.desk.give(TWO, code="LOST-2")
    part, gift = Paid(DEFINITION, Decimal(900)), replace(BACK, amount=Decimal(900))
    paid, gifts = {ONE: part, TWO: part}, {ONE: gift, TWO: gift}
    counter.problems(revoke_vouchers, revoking(counter, ONE, TWO, paid=paid, gifts=gifts))
    with counter.database.read() as connection:
        assert intents.for_member(connection, PROGRAMME, MEMBER, 10) == ()
    (done,) = counter.do(revoke_vouchers, revoking(counter, ONE, paid=paid, gifts=gifts))
    assert done.state is State.DONE


def test_nothing_is_given_back_to_oneself_that_nobody_knows_to_have_been_paid(counter, sam):
    with counter.database.write() as connection:
        own_contacts.link(connection, sam.id, MEMBER)
    counter.desk.give(ONE)
    small = replace(BACK, amount=Decimal(10))
    form = revoking(counter, ONE, paid={ONE: PAID}, gifts={ONE: small})
    (problem,) = counter.problems(revoke_vouchers, form)
    assert problem.message == "You can't give points to your own membership. Ask a colleague"


def test_without_giving_back_no_limit_matters(counter):
    counter.desk.give(ONE)
    form = revoking(counter, ONE, paid={ONE: PAID}, gifts={ONE: BACK}, gives_back=False)
    (done,) = counter.do(revoke_vouchers, form)
    assert done.state is State.DONE


def test_no_points_come_back_for_a_voucher_that_stays(counter):
    counter.desk.give(ONE)
    counter.desk.next_fault = lambda call: Fault.REFUSED if call == "revoke" else Fault.NONE
    (failed,) = counter.do(revoke_vouchers, revoking(counter, ONE, paid={ONE: PAID}))
    assert failed.state is State.FAILED
    assert counter.desk.ledger.entries == []


def test_nothing_is_revoked_when_one_of_them_is_not_the_members(counter):
    counter.desk.give(ONE)
    problems = counter.problems(revoke_vouchers, revoking(counter, ONE, TWO))
    assert problems == [Problem("voucher_ids", "Open the vouchers again: the member has this one no more")]
    assert counter.record() == []


def test_a_used_voucher_cannot_be_revoked(counter):
    counter.desk.give(ONE)
    counter.desk.use(ONE)
    (problem,) = counter.problems(revoke_vouchers, revoking(counter, ONE))
    assert problem.message == "LOST-1 was used: it cannot be revoked"


def test_choosing_no_voucher_says_so(counter):
    assert counter.problems(revoke_vouchers, revoking(counter)) == [Problem("rows", "Choose at least one")]


@pytest.mark.parametrize("reward", [REWARD, CHEAP])
def test_a_lost_voucher_is_revoked_and_one_like_it_issued(counter, reward):
    old = counter.desk.give(ONE, value=Decimal(10))
    done = counter.do(reissue, ReissueForm(**basics(voucher=old, reward=reward)))
    assert done.state is State.DONE
    new = counter.find(vouchers.reissued_as(done))
    assert (new.kind, new.link, new.state) == (Kind.VOUCHER_ISSUE, Link.REISSUE, State.DONE)
    (left,) = counter.desk.world.vouchers.values()
    assert (left.value, left.code != old.code) == (Decimal(10), True)


OVER = replace_reward(REWARD, ends_at=START - timedelta(days=1))


@pytest.mark.parametrize("reward", [None, OVER, replace_reward(REWARD, disabled_at=START)])
def test_what_could_not_be_issued_again_is_not_revoked(counter, reward):
    old = counter.desk.give(ONE)
    (problem,) = counter.problems(reissue, ReissueForm(**basics(voucher=old, reward=reward)))
    assert problem == Problem("voucher", "Its reward is not given any more. Issue another voucher")


@pytest.mark.parametrize("pays", Pays)
def test_a_voucher_issued_anew_is_paid_for_as_the_lost_one_was(counter, pays):
    issued = counter.do(issue_voucher, replace(issuing(), reward=CHEAP, pays=pays))
    (old,) = counter.desk.world.vouchers.values()
    done = counter.do(reissue, ReissueForm(**basics(voucher=old, reward=CHEAP, issued=issued)))
    new = counter.find(vouchers.reissued_as(done))
    assert vouchers.paid_for(new, CHEAP) == vouchers.paid_for(issued, CHEAP)


def test_who_paid_for_a_voucher_of_elsewhere_is_not_known_once_it_is_issued_anew(counter):
    old = counter.desk.give(ONE)
    done = counter.do(reissue, ReissueForm(**basics(voucher=old, reward=CHEAP)))
    assert not is_recorded(counter.find(vouchers.reissued_as(done)))


def test_a_receipt_can_name_what_was_revoked(counter):
    given = replace_reward(counter.desk.give(ONE), reward_name="Ten off")
    form = RevokeForm(**basics(voucher_ids=(ONE,), vouchers=(given,)))
    (done,) = counter.do(revoke_vouchers, form)
    assert (done.values["code"], done.values["reward_name"]) == ("LOST-1", "Ten off")


def test_points_stay_taken_when_that_was_chosen(counter):
    counter.desk.give(ONE)
    counter.do(revoke_vouchers, revoking(counter, ONE, paid={ONE: PAID}, gives_back=False))
    assert counter.desk.ledger.entries == []


def test_the_same_form_sent_again_finds_its_revocation_whatever_is_known_of_the_voucher_by_then(counter):
    counter.desk.give(ONE)
    form = revoking(counter, ONE, paid={ONE: PAID})
    (first,) = counter.do(revoke_vouchers, form)
    (again,) = counter.do(revoke_vouchers, replace(form, vouchers=(), paid={}))
    assert again == first


def test_while_the_old_voucher_may_live_no_new_one_is_issued(counter):
    old = counter.desk.give(ONE)
    counter.desk.next_fault = lambda call: Fault.LOST_BEFORE if call == "revoke" else Fault.NONE
    first = counter.do(reissue, ReissueForm(**basics(voucher=old, reward=REWARD)))
    assert first.state is State.LOOKING_UP
    assert "attribute" not in counter.desk.calls


def test_a_voucher_is_used_with_the_number_of_the_till(counter):
    given = counter.desk.give(ONE)
    form = RedeemForm(**basics(voucher=given, case_reference="TILL-4", reason=""))
    done = counter.do(redeem, form)
    assert (done.state, done.case_reference) == (State.DONE, "TILL-4")
    assert done.expires_at == START + timedelta(seconds=120)


def test_using_a_voucher_needs_a_number_and_a_voucher_that_is_good(counter):
    given = counter.desk.give(ONE, valid_from=START + timedelta(days=1))
    form = RedeemForm(**basics(voucher=given, case_reference=""))
    assert counter.problems(redeem, form) == [
        Problem("voucher", "This voucher is not valid yet"),
        Problem("case_reference", "Enter the number of the order or the till"),
    ]


def test_a_new_form_for_a_voucher_that_was_used_is_told_before_anything_is_sent(counter):
    given = counter.desk.give(ONE)
    form = RedeemForm(**basics(voucher=given))
    counter.do(redeem, form)
    used = counter.desk.world.vouchers[ONE]
    (problem,) = counter.problems(redeem, new_form(replace(form, voucher=used)))
    assert problem == Problem("voucher", "This voucher was used before")
