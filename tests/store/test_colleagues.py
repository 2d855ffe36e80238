"""Changes of one admin to another, when several are made at once."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier

import pytest

from dashboard.permissions import Role
from dashboard.store import audit, colleagues, presence, sessions, staff
from dashboard.store.colleagues import NoAdmin, OwnAccount, Unknown, changing
from dashboard.store.database import Database


def admin(database: Database, name: str, now):
    with database.write() as connection:
        return staff.add(
            connection, email=f"{name.lower()}@shop.example", name=name, role=Role.ADMIN, now=now
        )


def admins(database: Database) -> list[str]:
    with database.read() as connection:
        people = staff.list_all(connection)
    return [one.name for one in people if one.role is Role.ADMIN and one.disabled_at is None]


def test_an_admin_changes_somebody_else(database, sam, now):
    ana = admin(database, "Ana", now)
    with changing(database, ana.id, sam.id) as change:
        staff.set_role(change.connection, sam.id, Role.SUPERVISOR, now)
    with database.read() as connection:
        changed = staff.by_id(connection, sam.id)
    assert changed is not None
    assert (change.member, changed.role) == (sam, Role.SUPERVISOR)


def test_nobody_changes_their_own_account(database, now):
    ana = admin(database, "Ana", now)
    with pytest.raises(OwnAccount), changing(database, ana.id, ana.id):
        pass


@pytest.mark.parametrize("actor", ["sam", "lea"])
def test_only_admins_change_staff(database, sam, lea, actor):
    who, whom = (sam, lea) if actor == "sam" else (lea, sam)
    with pytest.raises(NoAdmin), changing(database, who.id, whom.id):
        pass


def test_a_disabled_admin_changes_nobody(database, sam, now):
    ana = admin(database, "Ana", now)
    with database.write() as connection:
        staff.disable(connection, ana.id, now)
    with pytest.raises(NoAdmin), changing(database, ana.id, sam.id):
        pass


def test_nobody_cannot_be_changed(database, now):
    with pytest.raises(Unknown), changing(database, admin(database, "Ana", now).id, "nobody"):
        pass


@pytest.mark.parametrize("deed", ["disable", "role"])
def test_of_admins_who_remove_one_another_at_once_one_stays(database, now, deed):
    people = [admin(database, f"Admin{number}", now) for number in range(4)]
    together = Barrier(8)

    def remove(pair: tuple[int, int]) -> bool:
        actor, target = pair
        together.wait()
        try:
            with changing(database, people[actor].id, people[target].id) as change:
                if deed == "disable":
                    staff.disable(change.connection, change.member.id, now)
                else:
                    staff.set_role(change.connection, change.member.id, Role.AGENT, now)
        except colleagues.NoAdmin:
            return False
        return True

    pairs = [(0, 1), (1, 0), (2, 3), (3, 2), (0, 2), (2, 0), (1, 3), (3, 1)]
    with ThreadPoolExecutor(8) as threads:
        done = list(threads.map(remove, pairs))
    assert len(admins(database)) >= 1
    assert any(done)
    assert not all(done)


def test_an_enabled_person_is_let_in_again(database, sam, now):
    with database.write() as connection:
        staff.disable(connection, sam.id, now)
        assert staff.enable(connection, sam.id, now).may_sign_in(demo=False)


def test_another_name_is_kept_without_its_outer_blanks(database, sam):
    with database.write() as connection:
        assert staff.rename(connection, sam.id, " Sam  Rivera ").name == "Sam Rivera"


def test_who_never_signed_in_was_never_seen(database, sam):
    with database.read() as connection:
        assert presence.last_seen(connection) == {}


def test_the_last_use_of_any_session_counts(database, sam, now):
    with database.write() as connection:
        for minutes in (0, 20, 10):
            at = now + timedelta(minutes=minutes)
            sessions.open_session(connection, sam.id, user_agent="", ip="::1", now=at)
        seen = presence.last_seen(connection)
    assert seen == {sam.id: now + timedelta(minutes=20)}


def test_when_sessions_are_forgotten_the_last_sign_in_counts(database, sam, now):
    with database.write() as connection:
        for days, action in ((1, "sign_in"), (2, "sign_in"), (3, "credit.give")):
            audit.append(
                connection,
                audit.Entry(
                    at=now + timedelta(days=days),
                    actor_id=sam.id,
                    actor_name="Sam",
                    actor_role="agent",
                    action=action,
                    outcome=audit.Outcome.DONE,
                ),
            )
        seen = presence.last_seen(connection)
    assert seen == {sam.id: now + timedelta(days=2)}
