"""The journal in a real database of each kind: kept whole, fenced, leased, exact when eight ask at once."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from decimal import Decimal
from itertools import count
from threading import Barrier

import pytest
from msgspec.structs import replace
from sqlalchemy.exc import IntegrityError

from dashboard.actions.journal import DatabaseJournal, Superseded
from dashboard.store import audit, intents
from dashboard.store.audit import Filters, Outcome
from dashboard.store.database import Database, DatabaseUnavailable
from dashboard.store.intent import Intent, State, Waiting
from dashboard.store.staff import StaffMember
from tests.actions.conftest import hired
from tests.actions.fake_remote import START, Crash, Fault
from tests.actions.schedules import new_intent
from tests.actions.story import Story
from tests.support.database import KEYS


@pytest.fixture
def journal(database: Database) -> DatabaseJournal:
    return DatabaseJournal(database)


@pytest.fixture
def intent(sam: StaffMember) -> Intent:
    return replace(new_intent(), staff_id=sam.id)


def test_an_intent_comes_back_as_it_was_written(journal, intent):
    whole = replace(
        intent,
        balance_before=Decimal("12480.50"),
        balance_before_at=START,
        evidence={"kind": "answer", "status": 200},
        waiting=Waiting.NOT_SENT,
    )
    journal.add(whole)
    assert journal.get(intent.id) == whole


def test_writing_one_down_leaves_a_pending_row_in_the_audit_record(journal, intent, database):
    journal.add(intent)
    (row,) = _rows(database, intent)
    assert (row.outcome, row.action, row.actor_id) == (Outcome.PENDING, "credit.give", intent.staff_id)


def test_writing_the_same_one_down_again_gives_the_first(journal, intent, database):
    journal.add(intent)
    assert journal.add(replace(intent, staff_name="Somebody else")) == intent
    assert len(_rows(database, intent)) == 1


def test_without_its_audit_row_an_intent_is_not_kept(sqlite_database):
    journal, intent = (
        DatabaseJournal(sqlite_database),
        replace(new_intent(), staff_id=hired(sqlite_database).id),
    )
    with sqlite_database.write() as connection:
        connection.exec_driver_sql("DROP TABLE audit")
    with pytest.raises(DatabaseUnavailable):
        journal.add(intent)
    with pytest.raises(LookupError):
        journal.get(intent.id)


def test_an_unknown_member_of_staff_cannot_have_an_intent(journal):
    with pytest.raises(IntegrityError):
        journal.add(new_intent())


def test_an_older_version_cannot_be_saved(journal, intent):
    journal.add(intent)
    journal.save(intent, replace(intent, attempts=1), START)
    with pytest.raises(Superseded):
        journal.save(intent, replace(intent, attempts=2), START)
    assert journal.get(intent.id).attempts == 1


def test_a_lease_is_one_persons_until_it_runs_out(journal, intent):
    journal.add(intent)
    until = START + timedelta(seconds=20)
    claimed = journal.claim(intent.id, "first", START, until)
    assert claimed == journal.get(intent.id)
    assert journal.claim(intent.id, "second", until - timedelta(seconds=1), until) is None
    assert journal.claim(intent.id, "second", until, until + timedelta(seconds=20)).lease_owner == "second"


def test_whoever_lost_the_lease_cannot_save(journal, intent):
    journal.add(intent)
    first = journal.claim(intent.id, "first", START, START)
    journal.claim(intent.id, "second", START, START + timedelta(seconds=20))
    with pytest.raises(Superseded):
        journal.save(first, replace(first, state=State.CREATING), START)


def test_what_is_not_due_or_settled_cannot_be_claimed(journal, intent):
    journal.add(replace(intent, next_at=START + timedelta(seconds=5)))
    assert journal.claim(intent.id, "me", START, START + timedelta(seconds=20)) is None
    assert journal.due(START, 10) == ()
    assert journal.due(START + timedelta(seconds=5), 10) == (intent.id,)


def test_a_refused_key_is_the_pause_of_all(journal, intent):
    until = START + timedelta(seconds=30)
    journal.add(replace(intent, waiting=Waiting.UNAUTHORISED, next_at=until))
    pause = journal.pause(START)
    assert (pause.waiting, pause.until) == (Waiting.UNAUTHORISED, until)
    assert journal.pause(until) is None


def test_only_decided_intents_are_swept(journal, intent):
    journal.add(replace(intent, sweep_at=START))
    assert journal.strays(START, 10) == ()
    journal.save(intent, replace(intent, sweep_at=START, transaction_id="chosen"), START)
    assert journal.strays(START, 10) == (intent.id,)


def test_an_older_version_cannot_be_swept(journal, intent, database):
    journal.add(intent)
    journal.save(intent, replace(intent, attempts=1), START)
    rows = _rows(database, intent)
    with pytest.raises(Superseded):
        journal.swept(intent, intent, ("stray",), START)
    assert _rows(database, intent) == rows


def test_a_sweep_that_found_nothing_leaves_no_row(journal, intent, database):
    journal.add(replace(intent, sweep_at=START))
    rows = _rows(database, intent)
    journal.swept(intent, replace(intent, sweep_at=None), (), START)
    assert journal.get(intent.id).sweep_at is None
    assert _rows(database, intent) == rows


def test_what_is_open_can_be_listed_by_person_and_by_member(journal, intent, database):
    journal.add(intent)
    with database.read() as connection:
        assert intents.unsettled(connection, staff_id=intent.staff_id) == (intent,)
        assert intents.unsettled(connection, staff_id="somebody else") == ()
        assert intents.for_member(connection, intent.programme_id, intent.contact_id) == (intent,)
        assert intents.for_member(connection, intent.programme_id, 8) == ()


UNSETTLED = frozenset(State) - intents.ENDED - {State.AWAITING_APPROVAL}


@pytest.mark.parametrize("state", State)
def test_what_is_neither_ended_nor_waiting_for_approval_is_counted_as_unsettled(
    journal, intent, database, state
):
    journal.add(replace(intent, state=state))

    with database.read() as connection:
        assert intents.count_own_unsettled(connection, intent.staff_id) == (state in UNSETTLED)
        assert intents.count_own_unsettled(connection, "somebody else") == 0


@pytest.mark.parametrize("fault", [Fault.NONE, Fault.LOST_AFTER, Fault.LOST_BEFORE, Fault.LATE])
@pytest.mark.parametrize("call", ["create", "complete"])
def test_a_story_in_the_database_ends_as_in_memory(journal, intent, database, call, fault):
    told, kept = Story(), Story(journal=journal, intent=intent)
    told.faults[call], kept.faults[call] = [fault], [fault]
    assert (kept.settle().state, kept.calls) == (told.settle().state, told.calls)
    assert [row.outcome for row in reversed(_rows(database, intent))] == [
        row.outcome for row in told.memory.audit
    ]
    with database.read() as connection:
        assert audit.verify(connection, KEYS).findings == ()


@pytest.mark.parametrize("call", ["create", "complete"])
def test_a_fresh_engine_on_the_same_database_finishes_what_a_dead_one_began(journal, intent, call):
    story = Story(journal=journal, intent=intent)
    story.faults[call] = [Fault.CRASH_AFTER]
    with pytest.raises(Crash):
        story.advance()
    assert journal.free_leases("somebody else") == 0
    assert story.take_over() == 1
    assert story.settle().state is State.DONE
    assert story.applied == 1


def test_words_of_the_remote_that_no_database_takes_do_not_stop_the_record(journal, intent, database):
    story = Story(journal=journal, intent=intent, complete=[Fault.LOST_AFTER])
    story.advance()
    story.remote.entries[0].status_text = "a\x00b\ud800" + "c" * 1000
    assert story.settle().state is State.DONE
    assert _rows(database, intent)[0].outcome is Outcome.DONE


def test_a_reason_of_the_remote_that_no_database_takes_is_told_without_it(journal, intent):
    story = Story(journal=journal, intent=intent, create=[Fault.REFUSED])
    story.remote.refusal = "a\x00b\ud800 " + "c" * 1000
    assert (story.advance().failure_text or "").startswith("Brevo refused it: a b ccc")


def test_eight_at_once_write_one_intent_down(journal, intent, database):
    names = count()
    kept = _eight(lambda: journal.add(replace(intent, staff_name=f"Sam {next(names)}")))
    assert kept == [journal.get(intent.id)] * 8
    assert len(_rows(database, intent)) == 1


def test_of_eight_at_once_one_gets_the_lease(journal, intent):
    journal.add(intent)
    until = START + timedelta(seconds=20)
    claims = _eight(lambda: journal.claim(intent.id, "somebody", START, until))
    assert sum(claim is not None for claim in claims) == 1


def test_of_eight_at_once_one_saves(journal, intent):
    journal.add(intent)

    def save() -> bool:
        try:
            journal.save(intent, replace(intent, attempts=1), START)
        except Superseded:
            return False
        return True

    assert sum(_eight(save)) == 1


def test_eight_engines_at_once_give_one_credit(journal, intent):
    story = Story(journal=journal, intent=intent)
    _eight(story.advance)
    assert story.settle().state is State.DONE
    assert (story.remote.count("create"), story.remote.count("complete"), story.applied) == (1, 1, 1)


def _eight(work):
    start = Barrier(8)

    def at_once(_number):
        start.wait()
        return work()

    with ThreadPoolExecutor(8) as pool:
        return list(pool.map(at_once, range(8)))


def _rows(database: Database, intent: Intent) -> list[audit.Entry]:
    with database.read() as connection:
        return [row.entry for row in audit.page(connection, Filters(intent_id=intent.id))]
