"""The console on PostgreSQL, with the role that may do what serving needs and nothing more."""

from __future__ import annotations

from pathlib import Path

import pytest

from dashboard.sandbox.cast import AMARA, NORTHWIND
from dashboard.store import audit
from dashboard.store.database import Database
from tests.support.app import PASSWORD, SECRET, add_people, on_sandbox
from tests.support.database import (  # noqa: F401 - fixtures
    postgres_database,
    postgres_server,
    serving_postgres_url,
    upgraded_postgres_url,
)
from tests.support.warm import remote_of

MEMBER = f"/programmes/{NORTHWIND}/members/{AMARA.contact_id}"


@pytest.mark.postgres
def test_who_serves_can_sign_people_in_give_points_settle_and_record_it(
    desk_template: Path,
    tmp_path: Path,
    postgres_database: Database,  # noqa: F811 - the fixture of that name
    serving_postgres_url: str,  # noqa: F811 - the fixture of that name
) -> None:
    add_people(postgres_database)
    with on_sandbox(desk_template, tmp_path, database_url=serving_postgres_url) as desk:
        sam = desk.visitor()
        sam.sign_in("sam@demo.example", PASSWORD)
        form = sam.get(f"{MEMBER}/credit").form("Give points")
        remote_of(desk).fault("apply_then_reset", "POST", "completeTransaction")
        form.fill({"Points": "500", "Reason": "Late delivery"}).send()
        desk.clock.advance(minutes=5)
        desk.services.settler.round()
        desk.services.settler.rest()

        assert [(entry.action, entry.outcome.value) for entry in desk.record()] == [
            ("sign_in", "done"),
            ("credit.give", "pending"),
            ("credit.give", "unknown"),
            ("credit.give", "done"),
        ]
        with desk.services.database.read() as connection:
            assert audit.verify(connection, (SECRET,)).is_intact
