"""Contact IDs that no contact can have, typed into the address."""

from __future__ import annotations

import pytest

from dashboard.sandbox.cast import NORTHWIND
from tests.support.app import Desk

BEYOND = [0, 2**63, 10**24]


@pytest.mark.parametrize("contact_id", BEYOND)
@pytest.mark.parametrize("part", ["", "/lots", "/credit", "/tier"])
def test_an_id_that_no_contact_can_have_is_not_found(open_desk: Desk, contact_id: int, part: str) -> None:
    path = f"/programmes/{NORTHWIND}/members/{contact_id}{part}"

    assert open_desk.visitor("sam").open(path).status_code == 404


def test_a_note_about_nobody_is_not_kept(open_desk: Desk) -> None:
    sam = open_desk.visitor("sam")

    response = sam.open(
        f"/programmes/{NORTHWIND}/members/0/notes",
        method="POST",
        data={"_token": sam.token(), "note": "Called"},
    )

    assert response.status_code == 404
