"""A redemption that is only begun: it waits for a person, is completed once, or lapses."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from msgspec.structs import replace

from dashboard.actions.completing import complete, is_open
from dashboard.actions.refusals import Denied, NotRecorded, Unacceptable
from dashboard.actions.vouchers import RedeemForm, redeem
from dashboard.store import audit
from dashboard.store.audit import Filters, Outcome
from dashboard.store.intent import Goal, Intent, Kind, State
from tests.actions.conftest import hired
from tests.actions.counter import Counter
from tests.actions.fake_acting import MEMBER
from tests.actions.fake_desk import FakeDesk
from tests.actions.fake_remote import PROGRAMME, Clock, Crash, Fault
from tests.actions.tale import Tale, asked

VOUCHER = "cccccccc-0000-4000-8000-000000000001"
TEN_MINUTES = 600


def begun(counter: Counter) -> Intent:
    form = RedeemForm(
        intent_id=str(uuid4()),
        programme_id=PROGRAMME,
        contact_id=MEMBER,
        case_reference="TILL-4",
        voucher=counter.desk.give(VOUCHER),
        only_begins=True,
    )
    intent: Intent = counter.do(redeem, form)
    return intent


def completed(counter: Counter, intent: Intent) -> Intent:
    return complete(counter.database, counter.engine, counter.actor, counter.find(intent.id))


def is_used(counter: Counter) -> bool:
    return counter.desk.world.vouchers[VOUCHER].consumed_at is not None


def test_what_is_only_begun_uses_nothing_and_waits_for_ten_minutes(counter):
    intent = begun(counter)
    assert (intent.state, counter.desk.calls) == (State.DRAFT, ["redeem"])
    assert is_open(intent, counter.clock.now)
    assert intent.next_at == intent.expires_at == counter.clock.now + timedelta(seconds=TEN_MINUTES)


def test_completing_it_uses_the_voucher_with_the_redemption_that_was_begun(counter):
    done = completed(counter, begun(counter))
    assert (done.state, is_used(counter)) == (State.DONE, True)
    assert counter.desk.calls == ["redeem", "complete_redemption"]


def test_a_colleague_can_complete_it_and_is_named_for_it(counter, lea):
    intent = begun(counter)
    assert completed(counter.at(lea), intent).state is State.DONE
    with counter.database.read() as connection:
        rows = audit.page(connection, Filters(outcome=Outcome.PENDING))
    assert [row.entry.actor_name for row in rows] == ["Lea", "Sam"]


def test_the_record_says_who_completed_what_and_with_which_request(counter, lea):
    intent, colleague = begun(counter), counter.at(lea)
    colleague.actor = replace(colleague.actor, request_id="r2", ip="127.0.0.2")
    completed(colleague, intent)
    with counter.database.read() as connection:
        asked_for = audit.page(connection, Filters(outcome=Outcome.PENDING))[0].entry
    assert (asked_for.actor_id, asked_for.actor_role, asked_for.request_id, asked_for.ip) == (
        lea.id,
        "supervisor",
        "r2",
        "127.0.0.2",
    )
    assert (asked_for.programme_id, asked_for.contact_id) == (PROGRAMME, MEMBER)
    assert (asked_for.intent_id, asked_for.case_reference) == (intent.id, "TILL-4")


def test_completing_it_twice_completes_it_once(counter):
    intent = begun(counter)
    assert completed(counter, intent) == completed(counter, intent)
    assert counter.desk.calls.count("complete_redemption") == 1


def test_two_who_complete_it_at_once_complete_it_once(counter, lea):
    intent = begun(counter)
    done = completed(counter, intent)
    late = complete(counter.database, counter.engine, counter.at(lea).actor, intent)
    assert late.state is done.state is State.DONE
    assert counter.desk.calls.count("complete_redemption") == 1


def test_what_nobody_completes_lapses_and_says_so(counter):
    intent = begun(counter)
    counter.clock.forward(TEN_MINUTES)
    lapsed = counter.settle(intent.id)
    assert (lapsed.state, lapsed.failure_code) == (State.FAILED, "lapsed")
    assert lapsed.failure_text == "Nobody completed it before it lapsed. The voucher was not redeemed."
    assert counter.desk.calls == ["redeem"]


def test_what_lapsed_cannot_be_completed(counter):
    intent = begun(counter)
    counter.clock.forward(TEN_MINUTES)
    with pytest.raises(Unacceptable):
        completed(counter, intent)
    assert counter.desk.calls == ["redeem"]


def test_an_auditor_cannot_complete_it_and_that_is_recorded(counter, ike):
    intent = begun(counter)
    with pytest.raises(Denied):
        completed(counter.at(ike), intent)
    assert counter.record()[-1] == ("voucher.redeem", Outcome.DENIED)
    assert not is_used(counter)


# -- under faults ----------------------------------------------------------------------------------


def waiting(**faults: Any) -> Tale:
    desk = FakeDesk(Clock())
    desk.give(VOUCHER)
    intent = asked(Kind.VOUCHER_REDEEM, {"voucher_id": VOUCHER}, goal=Goal.BEGIN)
    return Tale(intent, desk, **faults)


LOST = [Fault.LOST_BEFORE, Fault.HANG, Fault.LOST_AFTER, Fault.SERVER_ERROR, Fault.FOREIGN, Fault.EMPTY]


@pytest.mark.parametrize("fault", [Fault.NOT_SENT, Fault.LIMITED, Fault.UNAUTHORISED])
def test_what_was_not_sent_is_begun_once_the_remote_answers(fault):
    tale = waiting(redeem=[fault])
    tale.advance()
    tale.clock.forward(60)
    assert tale.advance().state is State.DRAFT
    assert tale.calls == "redeem redeem"


@pytest.mark.parametrize("fault", LOST)
def test_a_beginning_whose_answer_was_lost_lapses_before_another_one_is_begun(fault):
    tale = waiting(redeem=[fault])
    lost = tale.advance()
    assert (lost.state, tale.calls) == (State.LOOKING_UP, "redeem")
    assert lost.next_at - tale.clock.now > timedelta(seconds=TEN_MINUTES)
    tale.clock.forward(TEN_MINUTES + 60)
    assert tale.advance().state is State.FAILED
    assert tale.calls == "redeem list"


@pytest.mark.parametrize("fault", [Fault.CRASH_BEFORE, Fault.CRASH_AFTER])
def test_dying_while_it_is_begun_uses_nothing(fault):
    tale = waiting(redeem=[fault])
    with pytest.raises(Crash):
        tale.advance()
    assert tale.settle().state is State.FAILED
    assert tale.desk.world.vouchers[VOUCHER].consumed_at is None


@pytest.mark.parametrize("fault", [*LOST, Fault.NOT_SENT, Fault.TWICE])
def test_completing_it_under_each_fault_uses_the_voucher_once(counter, fault):
    intent = begun(counter)
    faults = [fault]
    counter.desk.next_fault = lambda call: (
        faults.pop() if call == "complete_redemption" and faults else Fault.NONE
    )
    completed(counter, intent)
    assert counter.settle(intent.id).state is State.DONE
    assert (is_used(counter), counter.desk.calls.count("redeem")) == (True, 1)


def test_nothing_is_sent_while_it_cannot_be_written_down(sqlite_database):
    counter = Counter(sqlite_database, hired(sqlite_database))
    intent = begun(counter)
    with sqlite_database.write() as connection:
        connection.exec_driver_sql("ALTER TABLE audit_head RENAME TO elsewhere")
    with pytest.raises(NotRecorded, match="nothing was sent"):
        completed(counter, intent)
    assert not is_used(counter)
