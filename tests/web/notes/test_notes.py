"""Notes about a member."""

from __future__ import annotations

import pytest

from dashboard.sandbox import cast
from dashboard.store import audit, notes
from tests.support.app import Desk
from tests.support.page import Visitor

AMARA = f"/programmes/{cast.NORTHWIND}/members/{cast.AMARA.contact_id}"


@pytest.fixture
def sam(open_desk: Desk) -> Visitor:
    return open_desk.visitor("sam")


def kept(desk: Desk) -> list[str]:
    with desk.services.database.read() as connection:
        return [note.text for note in notes.list_for(connection, cast.NORTHWIND, cast.AMARA.contact_id)]


def test_a_note_is_kept_and_stands_on_the_members_page(open_desk: Desk, sam: Visitor) -> None:
    page = sam.get(AMARA).form("Add note").fill({"note": "Rang twice\nabout the parcel"}).send()
    assert kept(open_desk) == ["Rang twice\nabout the parcel"]
    assert "You wrote" in page.main
    assert "about the parcel" in page.main


def test_a_colleague_sees_who_wrote_it(open_desk: Desk, sam: Visitor) -> None:
    sam.get(AMARA).form("Add note").fill({"note": "Rang twice"}).send()
    assert "Sam Rivera wrote" in open_desk.visitor("lea").get(AMARA).main


def test_the_audit_record_says_that_a_note_was_written_and_never_what(open_desk: Desk, sam: Visitor) -> None:
    sam.get(AMARA).form("Add note").fill({"note": "Rang twice"}).send()
    with open_desk.services.database.read() as connection:
        (row,) = audit.page(connection, audit.Filters(action="note.add"))
    assert row.entry.contact_id == cast.AMARA.contact_id
    assert "Rang" not in repr(row)


@pytest.mark.parametrize(
    ("text", "said"), [("   ", "Enter a note."), ("x" * 2001, "A note must be 2,000 characters or fewer.")]
)
def test_a_note_that_cannot_be_kept_is_answered_with_what_to_do(
    open_desk: Desk, sam: Visitor, text: str, said: str
) -> None:
    page = sam.get(AMARA).form("Add note").fill({"note": text}).send(status=422)
    assert said in page.main
    assert page.title.startswith("Error: ")
    assert kept(open_desk) == []


def test_what_was_typed_is_still_in_the_field(sam: Visitor) -> None:
    page = sam.get(AMARA).form("Add note").fill({"note": "x" * 2001}).send(status=422)
    assert page.form("Add note").values["note"] == "x" * 2001


def test_markup_in_a_note_is_only_text(sam: Visitor) -> None:
    page = sam.get(AMARA).form("Add note").fill({"note": "<script>alert(1)</script>"}).send()
    assert "<script>alert(1)</script>" in page.main
    assert all(script.get("src") for script in page.all("script"))


def test_a_role_that_only_reads_is_refused(open_desk: Desk) -> None:
    ike = open_desk.visitor("ike")
    assert "Add note" not in ike.get(AMARA).buttons()
    ike.post(f"{AMARA}/notes", {"note": "Rang twice", "_token": ike.token()}, status=403)
    assert kept(open_desk) == []


def test_opening_the_address_of_the_form_writes_nothing(open_desk: Desk, sam: Visitor) -> None:
    assert sam.open(f"{AMARA}/notes").status_code == 405
    assert kept(open_desk) == []
