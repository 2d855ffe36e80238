"""What is kept about members: notes, the recent ones, searches."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

import pytest
from sqlalchemy import func, select

from dashboard.store import notes, recents, searches
from dashboard.store.database import Database
from dashboard.store.notes import NoteError

MEMBER = {"programme_id": "p-1", "contact_id": 4821}


def add_note(database: Database, person, text: str, now, **member) -> notes.Note:
    with database.write() as connection:
        return notes.add(connection, staff_id=person.id, text=text, now=now, **{**MEMBER, **member})


def open_member(database: Database, person, contact_id: int, now, **fields) -> None:
    seen = {"programme_id": "p-1", "label": f"Member {contact_id}", **fields}
    with database.write() as connection:
        recents.touch(connection, staff_id=person.id, contact_id=contact_id, now=now, **seen)


def recent(database: Database, person, programme_id: str = "p-1") -> tuple[recents.Recent, ...]:
    with database.read() as connection:
        return recents.list_for(connection, person.id, programme_id)


def test_a_note_carries_its_author_and_time(database, sam, now):
    note = add_note(database, sam, "  Called twice.\r\nAngry.  ", now)
    assert (note.text, note.author_id, note.author_name, note.created_at) == (
        "Called twice.\nAngry.",
        sam.id,
        "Sam",
        now,
    )


def test_notes_come_newest_first_and_not_more_than_asked_for(database, sam, lea, now):
    for minute, (person, text) in enumerate([(sam, "one"), (lea, "two"), (sam, "three")]):
        add_note(database, person, text, now + timedelta(minutes=minute))
    with database.read() as connection:
        found = notes.list_for(connection, "p-1", 4821, limit=2)
    assert [(note.text, note.author_name) for note in found] == [("three", "Sam"), ("two", "Lea")]


def test_a_note_belongs_to_one_member_of_one_programme(database, sam, now):
    add_note(database, sam, "elsewhere", now, programme_id="p-2")
    add_note(database, sam, "somebody else", now, contact_id=1)
    with database.read() as connection:
        assert notes.list_for(connection, "p-1", 4821) == ()


@pytest.mark.parametrize("text", ["", "  \n ", "x" * 2001, "hidden\u202etext", "nul\x00"])
def test_a_note_that_says_nothing_or_hides_something_is_refused(database, sam, now, text):
    with pytest.raises(NoteError):
        add_note(database, sam, text, now)


def test_a_note_may_have_2000_characters_of_any_script(database, sam, now):
    text = "喜🎁\n\t" * 499 + "می\u200cخ"
    assert add_note(database, sam, text, now).text == text


def test_the_member_opened_last_comes_first(database, sam, now):
    for minute, contact_id in enumerate([1, 2, 1]):
        open_member(database, sam, contact_id, now + timedelta(minutes=minute))
    assert [one.contact_id for one in recent(database, sam)] == [1, 2]


def test_a_recent_member_shows_what_was_seen_last(database, sam, now):
    open_member(database, sam, 1, now, balance=Decimal(5))
    open_member(
        database, sam, 1, now, label="Amara", subscription_id="LM-1", tier="Gold", balance=Decimal("12480.5")
    )
    assert recent(database, sam) == (
        recents.Recent(1, "Amara", "LM-1", "Gold", Decimal("12480.5"), None, now),
    )


def test_the_last_action_stays_when_the_member_is_opened_again(database, sam, now):
    open_member(database, sam, 1, now)
    with database.write() as connection:
        recents.set_last_action(
            connection, staff_id=sam.id, programme_id="p-1", contact_id=1, last_action="Gave 500 points"
        )
    open_member(database, sam, 1, now)
    assert [one.last_action for one in recent(database, sam)] == ["Gave 500 points"]


def test_ten_recent_members_are_kept_and_no_more(database, sam, now):
    for minute in range(13):
        open_member(database, sam, minute, now + timedelta(minutes=minute))
    with database.read() as connection:
        kept = connection.execute(select(func.count()).select_from(recents.table)).scalar_one()
    assert (kept, [one.contact_id for one in recent(database, sam)]) == (10, list(range(12, 2, -1)))


def test_recent_members_belong_to_one_person_and_programme(database, sam, lea, now):
    open_member(database, lea, 1, now)
    open_member(database, sam, 2, now, programme_id="p-2")
    assert recent(database, sam) == ()


@pytest.fixture
def search_id(database: Database, sam, now) -> str:
    with database.write() as connection:
        return searches.save(
            connection, staff_id=sam.id, programme_id="p-1", query="amara@example.com", now=now
        )


def get(database: Database, search_id: str, person, now, programme_id: str = "p-1") -> str | None:
    with database.read() as connection:
        return searches.get(connection, search_id, staff_id=person.id, programme_id=programme_id, now=now)


@pytest.mark.parametrize(("minutes", "query"), [(59, "amara@example.com"), (60, None)])
def test_a_search_is_known_for_an_hour(database, sam, search_id, now, minutes, query):
    assert get(database, search_id, sam, now + timedelta(minutes=minutes)) == query


def test_a_search_is_its_own_person_s(database, lea, search_id, now):
    assert get(database, search_id, lea, now) is None


def test_a_search_belongs_to_its_programme(database, sam, search_id, now):
    assert get(database, search_id, sam, now, programme_id="p-2") is None


def test_searches_older_than_an_hour_are_deleted(database, sam, search_id, now):
    with database.write() as connection:
        later = now + timedelta(hours=1)
        searches.save(connection, staff_id=sam.id, programme_id="p-1", query="new", now=later)
        kept = connection.execute(select(searches.table.c.query)).scalars().all()
    assert kept == ["new"]


def test_a_search_that_is_too_long_is_refused(database, sam, now):
    with pytest.raises(ValueError, match="320"), database.write() as connection:
        searches.save(connection, staff_id=sam.id, programme_id="p-1", query="x" * 321, now=now)
