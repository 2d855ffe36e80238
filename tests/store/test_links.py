from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from sqlalchemy import select

from dashboard.permissions import Role
from dashboard.store import links, sessions, staff
from dashboard.store.database import Database
from dashboard.store.links import LinkSpent
from dashboard.store.passwords import WeakPassword

PASSWORD = "violin tram obelisk"


@pytest.fixture
def token(database: Database, sam, now) -> str:
    with database.write() as connection:
        return links.create(connection, sam.id, now)


def owner(database: Database, token: str, now):
    with database.read() as connection:
        return links.find(connection, token, now)


def test_a_link_leads_to_its_person(database, sam, token, now):
    assert owner(database, token, now) == sam


def test_only_a_hash_of_the_token_is_kept(database, token):
    with database.read() as connection:
        kept = connection.execute(select(links.table.c.token_hash)).scalar_one()
    assert (len(token), len(kept), token.encode() in kept) == (43, 32, False)


def test_a_link_sets_the_password(database, token, now):
    links.use(database, token, PASSWORD, now)
    assert staff.verify(database, "sam@shop.example", PASSWORD, demo=False) is not None


def test_a_link_ends_the_person_s_sessions(database, sam, token, now):
    with database.write() as connection:
        opened = sessions.open_session(connection, sam.id, user_agent="", ip="::1", now=now)
    links.use(database, token, PASSWORD, now)
    with database.read() as connection:
        assert staff.signed_in(connection, opened.token, now) is None


def test_a_link_works_once(database, token, now):
    links.use(database, token, PASSWORD, now)
    with pytest.raises(LinkSpent):
        links.use(database, token, "another violin obelisk", now)


def test_of_two_who_use_a_link_at_once_one_is_refused(database, token, now):
    def use(word: str) -> bool:
        try:
            links.use(database, token, f"{PASSWORD} {word}", now)
        except LinkSpent:
            return False
        return True

    with ThreadPoolExecutor(2) as threads:
        assert sorted(threads.map(use, ("walnut", "kettle"))) == [False, True]


@pytest.mark.parametrize(("minutes", "works"), [(59, True), (60, False)])
def test_a_link_works_for_an_hour(database, token, now, minutes, works):
    assert (owner(database, token, now + timedelta(minutes=minutes)) is not None) == works


def test_a_new_link_ends_the_one_before(database, sam, token, now):
    with database.write() as connection:
        links.create(connection, sam.id, now)
    assert owner(database, token, now) is None


def test_a_new_link_leaves_those_of_others(database, lea, token, now):
    with database.write() as connection:
        links.create(connection, lea.id, now)
    assert owner(database, token, now) is not None


def test_a_link_that_is_used_leaves_those_of_others(database, sam, lea, token, now):
    with database.write() as connection:
        hers = links.create(connection, lea.id, now)
    links.use(database, token, PASSWORD, now)
    assert owner(database, hers, now) == lea


@pytest.mark.parametrize("password", ["thornquist thornquist", "am.oka@north.wind am"])
def test_a_password_of_the_person_s_own_words_is_refused(database, now, password):
    with database.write() as connection:
        amara = staff.add(
            connection, email="am.oka@north.wind", name="Amara Thornquist", role=Role.AGENT, now=now
        )
        token = links.create(connection, amara.id, now)
    with pytest.raises(WeakPassword, match="easy to guess"):
        links.use(database, token, password, now)


def test_a_weak_password_does_not_spend_the_link(database, token, now):
    with pytest.raises(WeakPassword):
        links.use(database, token, "too short", now)
    assert owner(database, token, now) is not None


def test_a_made_up_token_does_not_work(database, now):
    with pytest.raises(LinkSpent):
        links.use(database, "made up", PASSWORD, now)


def test_a_disabled_person_s_link_does_not_work(database, sam, token, now):
    with database.write() as connection:
        staff.disable(connection, sam.id, now)
    assert owner(database, token, now) is None
