from __future__ import annotations

from datetime import timedelta

import pytest
from argon2 import PasswordHasher
from msgspec.structs import replace
from sqlalchemy import select

from dashboard.permissions import Role
from dashboard.store import sessions, staff
from dashboard.store.database import Database
from dashboard.store.passwords import WeakPassword
from dashboard.store.staff import Density, StaffError, Theme
from tests.support.database import KEYS

PASSWORD = "violin tram obelisk"


def add(database: Database, now, **fields):
    person = {"email": "ana@shop.example", "name": "Ana", "role": Role.ADMIN, **fields}
    with database.write() as connection:
        return staff.add(connection, now=now, **person)


def sign_in(database: Database, person, now) -> str:
    with database.write() as connection:
        return sessions.open_session(connection, person.id, user_agent="", ip="::1", now=now).token


def is_signed_in(database: Database, token: str, now) -> bool:
    with database.read() as connection:
        return staff.signed_in(connection, token, now) is not None


def test_a_new_person_has_no_password_and_the_usual_screen(database, now):
    ana = add(database, now)
    assert (ana.has_password, ana.theme, ana.density, ana.shortcuts_on) == (
        False,
        Theme.SYSTEM,
        Density.NORMAL,
        True,
    )


def test_a_person_is_found_by_address_in_upper_or_lower_case(database, now):
    ana = add(database, now, email=" Ana@Shop.Example ")
    with database.read() as connection:
        assert staff.by_email(connection, "aNA@shop.example") == ana


def test_the_same_address_in_another_case_is_refused(database, now):
    add(database, now)
    with pytest.raises(StaffError, match="already"):
        add(database, now, email="ANA@SHOP.EXAMPLE")


@pytest.mark.parametrize(
    "email",
    [
        "",
        "ana",
        "@shop.example",
        "ana@shop",
        "ana smith@shop.example",
        "ana\u202e@shop.example",
        "a" * 242 + "@shop.example",
    ],
)
def test_what_is_no_address_is_refused(database, now, email):
    with pytest.raises(StaffError, match="e-mail address"):
        add(database, now, email=email)


def test_the_longest_address_has_254_characters(database, now):
    assert add(database, now, email="a" * 241 + "@shop.example").email == "a" * 241 + "@shop.example"


@pytest.mark.parametrize(
    ("fields", "field"),
    [({"email": "ana"}, "email"), ({"name": " "}, "name"), ({"email": "lea@shop.example"}, "email")],
    ids=["no address", "no name", "a taken address"],
)
def test_a_refusal_says_what_it_is_about(database, now, lea, fields, field):
    with pytest.raises(StaffError) as refused:
        add(database, now, **fields)
    assert refused.value.field == field


@pytest.mark.parametrize(("typed", "kept"), [(" Ana \t Castro ", "Ana Castro"), ("A" * 100, "A" * 100)])
def test_a_name_is_kept_without_needless_spaces(database, now, typed, kept):
    assert add(database, now, name=typed).name == kept


@pytest.mark.parametrize("name", ["", "   ", "A" * 101, "Ana\u202e"])
def test_a_name_must_be_readable(database, now, name):
    with pytest.raises(StaffError, match="name"):
        add(database, now, name=name)


def test_everybody_is_listed_by_name(database, now):
    add(database, now, name="Zoë", email="zoe@shop.example")
    add(database, now)
    with database.read() as connection:
        assert [person.name for person in staff.list_all(connection)] == ["Ana", "Zoë"]


def test_people_of_one_name_are_listed_by_address(database, now):
    for email in ("b@shop.example", "c@shop.example", "a@shop.example"):
        add(database, now, email=email)
    with database.read() as connection:
        found = [member.email[0] for member in staff.list_all(connection)]
    assert found == ["a", "b", "c"]


def test_an_unknown_address_is_nobodys(database, sam, lea):
    with database.read() as connection:
        assert staff.by_email(connection, "nobody@shop.example") is None
        assert staff.by_email(connection, "lea@shop.example") == lea


def test_the_right_password_finds_the_person(database, now):
    ana = add(database, now)
    staff.set_password(database, ana.id, PASSWORD, now)
    found = staff.verify(database, "ANA@shop.example", PASSWORD, demo=False)
    assert found is not None
    assert found.id == ana.id


def test_the_right_password_finds_its_person_among_others(database, now, sam, lea):
    staff.set_password(database, lea.id, PASSWORD, now)
    found = staff.verify(database, "lea@shop.example", PASSWORD, demo=False)
    assert found is not None
    assert found.id == lea.id


def test_a_wrong_password_finds_nobody(database, now):
    staff.set_password(database, add(database, now).id, PASSWORD, now)
    assert staff.verify(database, "ana@shop.example", PASSWORD + "!", demo=False) is None


def test_an_unknown_address_finds_nobody(database):
    assert staff.verify(database, "nobody@shop.example", PASSWORD, demo=False) is None


def test_a_person_without_a_password_is_not_let_in(database, now):
    add(database, now)
    assert staff.verify(database, "ana@shop.example", "nobody has this password", demo=False) is None


def test_a_disabled_person_is_not_let_in(database, now):
    ana = add(database, now)
    staff.set_password(database, ana.id, PASSWORD, now)
    with database.write() as connection:
        staff.disable(connection, ana.id, now)
    assert staff.verify(database, "ana@shop.example", PASSWORD, demo=False) is None


@pytest.mark.parametrize("demo", [True, False])
def test_a_demo_account_is_let_in_only_where_the_demo_runs(database, now, demo):
    sam = add(database, now, is_demo=True)
    staff.set_password(database, sam.id, "loyalty-desk-demo", now)
    found = staff.verify(database, "ana@shop.example", "loyalty-desk-demo", demo=demo)
    assert (found is not None, sam.may_sign_in(demo=demo)) == (demo, demo)


def test_a_weak_password_is_refused_to_everybody_else(database, now):
    ana = add(database, now)
    with pytest.raises(WeakPassword):
        staff.set_password(database, ana.id, "loyalty-desk-demo", now)


@pytest.mark.parametrize("password", ["thornquist thornquist", "am.oka@north.wind am"])
def test_a_password_of_the_person_s_own_words_is_refused(database, now, password):
    amara = add(database, now, email="am.oka@north.wind", name="Amara Thornquist")
    with pytest.raises(WeakPassword, match="easy to guess"):
        staff.set_password(database, amara.id, password, now)


def test_only_the_hash_of_whoever_signs_in_is_replaced(database, now, sam):
    weaker = PasswordHasher(time_cost=1, memory_cost=8 * 1024, parallelism=1).hash(PASSWORD)
    ana = add(database, now)
    with database.write() as connection:
        for person in (ana, sam):
            staff.set_password_hash(connection, person.id, weaker, now)
    staff.verify(database, "ana@shop.example", PASSWORD, demo=False)
    with database.read() as connection:
        of_sam = select(staff.table.c.password_hash).where(staff.table.c.id == sam.id)
        assert connection.execute(of_sam).scalar_one() == weaker


def test_a_password_changed_while_its_person_signs_in_stays_changed(sqlite_database, now):
    weaker = PasswordHasher(time_cost=1, memory_cost=8 * 1024, parallelism=1).hash(PASSWORD)
    ana = add(sqlite_database, now)
    with sqlite_database.write() as connection:
        staff.set_password_hash(connection, ana.id, weaker, now)

    class Overtaken(Database):
        def write(self, **how: bool):
            with super().write() as connection:
                staff.set_password_hash(connection, ana.id, "changed meanwhile", now)
            return super().write(**how)

    overtaken = Overtaken(f"sqlite:///{sqlite_database.place}", KEYS)
    staff.verify(overtaken, "ana@shop.example", PASSWORD, demo=False)
    overtaken.dispose()
    with sqlite_database.read() as connection:
        kept = connection.execute(select(staff.table.c.password_hash)).scalar_one()
    assert kept == "changed meanwhile"


def test_an_older_hash_is_replaced_when_its_person_signs_in(database, now):
    ana = add(database, now)
    weaker = PasswordHasher(time_cost=1, memory_cost=8 * 1024, parallelism=1).hash(PASSWORD)
    with database.write() as connection:
        staff.set_password_hash(connection, ana.id, weaker, now)
    staff.verify(database, "ana@shop.example", PASSWORD, demo=False)
    with database.read() as connection:
        kept = connection.execute(select(staff.table.c.password_hash)).scalar_one()
    assert kept.startswith("$argon2id$v=19$m=19456,t=2,p=1$")


@pytest.mark.parametrize("deed", ["role", "disable", "password"])
def test_a_change_of_rights_or_password_ends_the_person_s_sessions(database, now, deed):
    ana = add(database, now)
    token = sign_in(database, ana, now)
    if deed == "password":
        staff.set_password(database, ana.id, PASSWORD, now)
    else:
        with database.write() as connection:
            if deed == "role":
                staff.set_role(connection, ana.id, Role.AUDITOR, now)
            else:
                staff.disable(connection, ana.id, now)
    assert not is_signed_in(database, token, now + timedelta(seconds=1))


def test_other_people_stay_signed_in(database, now, sam):
    token = sign_in(database, sam, now)
    ana = add(database, now)
    with database.write() as connection:
        staff.disable(connection, ana.id, now)
    assert is_signed_in(database, token, now)


def test_whoever_is_enabled_again_is_let_in_with_the_password_they_had(database, now, sam):
    ana = add(database, now)
    staff.set_password(database, ana.id, PASSWORD, now)
    with database.write() as connection:
        for person in (ana, sam):
            staff.disable(connection, person.id, now)
        back = staff.enable(connection, ana.id, now)
    assert back.disabled_at is None
    assert staff.verify(database, "ana@shop.example", PASSWORD, demo=False) == back


def test_a_change_is_one_person_s_alone(database, now, sam, lea):
    with database.write() as connection:
        staff.set_role(connection, sam.id, Role.AUDITOR, now)
        staff.rename(connection, sam.id, " Samira ")
        staff.set_preferences(
            connection, sam.id, theme=Theme.DARK, density=Density.COMPACT, shortcuts_on=False
        )
        assert staff.by_id(connection, lea.id) == lea


def test_whoever_is_renamed_has_the_new_name(database, sam):
    with database.write() as connection:
        assert staff.rename(connection, sam.id, " Samira  Rivera ") == replace(sam, name="Samira Rivera")


def test_nobody_cannot_be_renamed(database):
    with pytest.raises(StaffError, match="no such"), database.write() as connection:
        staff.rename(connection, "nobody", "Samira")


def test_a_new_role_is_kept(database, now):
    ana = add(database, now)
    with database.write() as connection:
        staff.set_role(connection, ana.id, Role.AUDITOR, now)
    with database.read() as connection:
        changed = staff.by_id(connection, ana.id)
    assert changed is not None
    assert changed.role is Role.AUDITOR


def test_nobody_cannot_be_changed(database, now):
    with pytest.raises(StaffError, match="no such"), database.write() as connection:
        staff.disable(connection, "nobody", now)


def test_how_the_screen_is_liked_is_kept(database, now):
    ana = add(database, now)
    with database.write() as connection:
        staff.set_preferences(
            connection, ana.id, theme=Theme.DARK, density=Density.COMPACT, shortcuts_on=False
        )
        kept = staff.by_id(connection, ana.id)
    assert kept == replace(ana, theme=Theme.DARK, density=Density.COMPACT, shortcuts_on=False)
