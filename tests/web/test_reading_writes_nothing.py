"""GET and HEAD never write, here or at the remote (security line 22): every one of them is called."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from typing import Any

import pytest

from dashboard.sandbox.cast import AMARA, NORTHWIND
from tests.support.app import Desk
from tests.web.access_table import ARGUMENTS

MEMBER = f"/programmes/{NORTHWIND}/members/{AMARA.contact_id}"
KNOWN: dict[str, Any] = {**ARGUMENTS, "programme_id": NORTHWIND, "contact_id": AMARA.contact_id}


def addresses(desk: Desk) -> list[str]:
    """Every address that answers GET, about a member and programme that exist."""
    rules = [rule for rule in desk.app.url_map.iter_rules() if "GET" in (rule.methods or ())]
    with desk.app.test_request_context():
        return [
            desk.app.url_for(
                rule.endpoint,
                **{
                    name: {**KNOWN, **(rule.defaults or {})}.get(name, "js/console.js")
                    for name in rule.arguments
                },
            )
            for rule in rules
        ]


def kept(desk: Desk) -> list[str]:
    """Every row of the database."""
    with closing(sqlite3.connect(desk.settings.database_url.removeprefix("sqlite:///"))) as connection:
        return list(connection.iterdump())


@pytest.mark.parametrize("method", ["GET", "HEAD"])
def test_whatever_is_read_nothing_is_written(open_desk: Desk, method: str) -> None:
    visitor = open_desk.visitor("ana")  # an admin is refused least, and refusals are written down
    visitor.get(MEMBER)  # the one look that is written down, once in five minutes
    before = kept(open_desk)

    answers = {path: visitor.open(path, method=method).status_code for path in addresses(open_desk)}

    assert kept(open_desk) == before
    assert {each for each in open_desk.calls if not each.startswith(("get", "list"))} == set()
    assert sum(status == 200 for status in answers.values()) > len(answers) / 3, answers
    assert not [path for path, status in answers.items() if status == 403]
