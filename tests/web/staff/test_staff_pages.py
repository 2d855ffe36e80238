"""Staff as admins manage them: add, rename, another role, disable, sessions, one-time links."""

from __future__ import annotations

import logging
import re
from urllib.parse import urlsplit

import pytest
import structlog

from dashboard.permissions import Role
from dashboard.store import links, sessions, staff
from tests.support.app import PASSWORD, Desk
from tests.support.page import Page

NEW = {"E-mail": "Mia@Example.com", "Name": "Mia Berg", "role": "agent"}
LONG = "seven umbrellas on a quiet tram"


def page_of(desk: Desk, name: str, *, who: str = "ana") -> Page:
    return desk.visitor(who).get(f"/staff/{desk.staff_id(name)}")


def address(desk: Desk, name: str, *, part: str = "") -> str:
    return f"/staff/{desk.staff_id(name)}{part}"


def role_of(desk: Desk, name: str) -> Role:
    with desk.services.database.read() as connection:
        member = staff.by_id(connection, desk.staff_id(name))
    assert member is not None
    return member.role


def add_mia(desk: Desk) -> Page:
    return desk.visitor("ana").get("/staff/add").form("Add staff").fill(NEW).send()


def link_in(page: Page) -> str:
    return page.by_id("password-link").get("value", "")


def path_in(page: Page) -> str:
    return urlsplit(link_in(page)).path


def second_admin(desk: Desk) -> None:
    with desk.services.database.write() as connection:
        staff.set_role(connection, desk.staff_id("lea"), Role.ADMIN, desk.clock())


def test_the_list_tells_who_may_sign_in_as_what(desk):
    page = desk.visitor("ana").get("/staff/")

    assert page.title == "Staff · Loyalty Desk"
    assert "Sam Rivera sam@demo.example Agent Active Demo Never" in page.main
    assert "Ana Castro (you) ana@demo.example Admin Active Demo just now" in page.main


def test_a_new_person_sets_their_own_password_by_the_link_that_is_shown_once(desk):
    page = add_mia(desk)

    assert page.h1 == "Mia Berg is added as an agent"
    assert re.fullmatch(r"http://127\.0\.0\.1:8000/set-password/[\w-]{43}", link_in(page))
    visitor = desk.visitor()
    visitor.get(path_in(page)).form("Set password").fill({"New password": LONG}).send()
    visitor.sign_in("mia@example.com", LONG)
    assert visitor.get("/account/").h1 == "Mia Berg"


def test_the_link_stands_on_no_other_page_and_not_in_the_record(desk):
    token = link_in(add_mia(desk)).rsplit("/", 1)[1]

    ana = desk.visitor("ana")
    pages = [ana.get(path).text for path in ("/staff/", "/audit/", f"/audit/{len(desk.record())}")]
    assert not any(token in text for text in pages)
    assert token not in repr(desk.record())


def test_the_link_stands_in_no_log(desk, caplog):
    caplog.set_level(logging.DEBUG)
    with structlog.testing.capture_logs() as logs:
        path = path_in(add_mia(desk))
        desk.visitor().get(path)

    token = path.rsplit("/", 1)[1]
    assert any(line.get("route") == "/set-password/<token>" for line in logs)
    assert token not in repr(logs)
    assert token not in caplog.text


def test_nothing_of_the_answer_with_the_link_is_stored(desk):
    response = desk.visitor("ana").get("/staff/add").form("Add staff").fill(NEW).send_raw()

    assert response.headers["Cache-Control"] == "no-store"


def test_outside_the_demo_the_link_is_https(real_desk):
    second = staff_admin(real_desk)

    page = second.get("/staff/add").form("Add staff").fill({**NEW, "E-mail": "kim@example.com"}).send()

    assert link_in(page).startswith("https://desk.example/set-password/")


def staff_admin(desk: Desk):
    with desk.services.database.write() as connection:
        mia = staff.by_email(connection, "mia@example.com")
        assert mia is not None
        staff.set_role(connection, mia.id, Role.ADMIN, desk.clock())
    visitor = desk.visitor()
    visitor.sign_in("mia@example.com", PASSWORD)
    return visitor


def test_adding_is_recorded_without_the_address(desk):
    add_mia(desk)

    entry = desk.record()[-1]
    assert (entry.action, entry.actor_name, entry.before) == ("staff.add", "Ana Castro", {})
    assert {**entry.after, "staff_id": ""} == {"staff_id": "", "name": "Mia Berg", "role": "agent"}
    assert "mia@example.com" not in repr(entry)


def test_what_is_missing_is_named_and_what_was_typed_is_kept(desk):
    form = desk.visitor("ana").get("/staff/add").form("Add staff")

    page = form.fill({"E-mail": "mia", "Name": "  "}).send(status=422)

    assert page.title.startswith("Error: ")
    for message in ("Enter an e-mail address", "Enter a name", "Choose a role"):
        assert message in page.main
    assert page.by_id("email").get("value") == "mia"


def test_an_address_can_be_used_once(desk):
    form = desk.visitor("ana").get("/staff/add").form("Add staff")

    page = form.fill({**NEW, "E-mail": "SAM@demo.example"}).send(status=422)

    assert "sam@demo.example is already a member of staff." in page.main
    assert page.by_id("name").get("value") == "Mia Berg"


def test_no_role_is_preselected(desk):
    page = desk.visitor("ana").get("/staff/add")

    assert "role" not in page.form("Add staff").values


def test_a_form_sent_after_the_session_ended_is_kept(desk):
    form = desk.visitor("ana").get("/staff/add").form("Add staff").fill(NEW)
    desk.clock.advance(minutes=31)

    response = form.send_raw()

    assert response.status_code == 401
    assert "Mia Berg" in response.text
    with desk.services.database.read() as connection:
        assert staff.by_email(connection, "mia@example.com") is None


def test_rights_are_shown_before_a_role_is_saved(desk):
    page = page_of(desk, "sam")
    page = desk.visitor("ana").get(page.links()["Change role"])
    response = desk.visitor("ana").get(f"{address(desk, 'sam', part='/role')}?role=auditor")

    assert page.by_id("choose") is not None
    assert "Gains See the audit log Export the audit log" in response.main
    assert "Loses Write notes Give credits" in response.main
    assert role_of(desk, "sam") is Role.AGENT


def test_more_rights_are_confirmed(desk):
    ana = desk.visitor("ana")
    page = ana.get(f"{address(desk, 'sam', part='/role')}?role=supervisor")

    page = page.form("Make Sam Rivera a supervisor").send(status=422)

    assert "Confirm that Sam Rivera gets more rights" in page.main
    assert role_of(desk, "sam") is Role.AGENT
    page = page.form("Make Sam Rivera a supervisor").fill({"confirmed": "1"}).send()
    assert "Sam Rivera is a supervisor now." in page.main
    assert role_of(desk, "sam") is Role.SUPERVISOR


def test_fewer_rights_need_no_confirmation(desk):
    page = desk.visitor("ana").get(f"{address(desk, 'lea', part='/role')}?role=agent")

    page = page.form("Make Lea Moreau an agent").send()

    assert "Lea Moreau is an agent now." in page.main


def test_another_role_counts_from_the_next_request(desk):
    lea = desk.visitor("lea")
    assert lea.open("/audit/").status_code == 200

    desk.visitor("ana").get(f"{address(desk, 'lea', part='/role')}?role=agent").form("Make Lea Moreau").send()

    assert lea.open("/audit/").status_code == 303
    assert desk.visitor("lea").open("/audit/").status_code == 403


def test_a_role_is_recorded_before_and_after(desk):
    lea = desk.staff_id("lea")
    desk.visitor("lea")
    desk.visitor("ana").get(f"/staff/{lea}/role?role=agent").form("Make Lea Moreau").send()

    entry = desk.record()[-1]
    assert entry.action == "staff.set_role"
    assert entry.before == {"staff_id": lea, "name": "Lea Moreau", "role": "supervisor"}
    assert entry.after == {"staff_id": lea, "name": "Lea Moreau", "role": "agent", "sessions_ended": 1}


def test_a_role_that_changed_since_it_was_shown_is_looked_at_again(desk):
    ana = desk.visitor("ana")
    form = ana.get(f"{address(desk, 'sam', part='/role')}?role=auditor").form("Make Sam Rivera")
    with desk.services.database.write() as connection:
        staff.set_role(connection, desk.staff_id("sam"), Role.SUPERVISOR, desk.clock())

    page = form.fill({"confirmed": "1"}).send(status=409)

    assert page.h1 == "Sam Rivera is a supervisor by now"
    assert role_of(desk, "sam") is Role.SUPERVISOR


@pytest.mark.parametrize("role", ["", "owner"])
def test_a_role_there_is_not_is_refused(desk, role):
    ana = desk.visitor("ana")

    page = ana.get(f"{address(desk, 'sam', part='/role')}?role={role}")
    assert "Choose a role" in page.main
    sent = {"_token": ana.token(), "role": role, "was": "agent"}
    assert "Choose a role" in ana.post(address(desk, "sam", part="/role"), sent, status=422).main


def test_the_present_role_changes_nothing(desk):
    page = desk.visitor("ana").get(f"{address(desk, 'sam', part='/role')}?role=agent")

    assert "Sam Rivera is an agent already" in page.main


def test_a_disabled_person_is_out_at_once_and_until_enabled(desk):
    sam, ana = desk.visitor("sam"), desk.visitor("ana")
    page = ana.get(address(desk, "sam", part="/disable"))
    assert "1 open session of Sam Rivera ends now" in page.main

    page = page.form("Disable Sam Rivera").send()

    assert "Sam Rivera is disabled. 1 session ended." in page.main
    assert "What Sam Rivera may do once enabled again" in page.main
    assert sam.open("/account/").status_code == 303
    desk.visitor().sign_in("sam@demo.example", PASSWORD, status=422)

    page = page.form("Enable").send()
    assert "Sam Rivera is enabled." in page.main
    desk.visitor().sign_in("sam@demo.example", PASSWORD)


def test_opening_the_page_that_disables_changes_nothing(desk):
    sam = desk.visitor("sam")
    desk.visitor("ana").get(address(desk, "sam", part="/disable"))

    assert sam.open("/account/").status_code == 200
    assert desk.record() == []


def test_disabling_twice_is_recorded_once(desk):
    ana = desk.visitor("ana")
    form = ana.get(address(desk, "sam", part="/disable")).form("Disable Sam Rivera")

    form.send()
    form.send()

    assert [entry.action for entry in desk.record()] == ["staff.disable"]


def test_all_sessions_of_a_person_are_ended_from_the_next_request(desk):
    phone, laptop = desk.visitor("sam"), desk.visitor("sam")

    page = page_of(desk, "sam").form("End all sessions").send()

    assert "Sam Rivera is signed out everywhere. 2 sessions ended." in page.main
    assert [one.open("/account/").status_code for one in (phone, laptop)] == [303, 303]
    assert desk.visitor("lea").open("/account/").status_code == 200
    assert (desk.record()[-1].before["sessions"], desk.record()[-1].after["sessions"]) == (2, 0)


def test_where_a_person_is_signed_in_is_shown(desk):
    desk.visitor("sam")

    assert "Test browser 127.0.0.1" in page_of(desk, "sam").main
    assert "Signed in nowhere." in page_of(desk, "lea").main


def test_another_name_is_recorded_before_and_after(desk):
    page = page_of(desk, "sam").form("Save name").fill({"Name": "Sam Ortiz"}).send()

    assert page.h1 == "Sam Ortiz"
    assert "It was Sam Rivera." in page.main
    entry = desk.record()[-1]
    assert (entry.action, entry.before["name"], entry.after["name"]) == (
        "staff.rename",
        "Sam Rivera",
        "Sam Ortiz",
    )


def test_a_name_that_cannot_be_used_is_kept_in_the_field(desk):
    page = page_of(desk, "sam").form("Save name").fill({"Name": "x" * 101}).send(status=422)

    assert "Enter a name of 1 to 100 characters." in page.main
    assert page.by_id("name").get("value") == "x" * 101
    assert page.h1 == "Sam Rivera"


def test_a_person_gets_a_new_password_only_by_their_own_hand(desk):
    add_mia(desk)
    with desk.services.database.read() as connection:
        mia = staff.by_email(connection, "mia@example.com")
    assert mia is not None
    ana = desk.visitor("ana")

    page = ana.get(f"/staff/{mia.id}/password-link").form("Make a link").send()

    assert page.h1 == "Password link for Mia Berg"
    desk.visitor().get(path_in(page)).form("Set password").fill({"New password": LONG}).send()
    desk.visitor().sign_in("mia@example.com", LONG)
    assert desk.record()[-3].action == "staff.set_password"


def test_a_second_link_ends_the_first(desk):
    first = path_in(add_mia(desk))
    with desk.services.database.read() as connection:
        mia = staff.by_email(connection, "mia@example.com")
    assert mia is not None

    desk.visitor("ana").get(f"/staff/{mia.id}/password-link").form("Make a link").send()

    desk.visitor().get(first, status=404)


def test_a_demo_account_keeps_the_password_that_everybody_knows(desk):
    assert "Make a password link" not in page_of(desk, "sam").links()
    desk.visitor("ana").get(address(desk, "sam", part="/password-link"), status=409)


def test_a_disabled_person_gets_no_link(desk):
    add_mia(desk)
    with desk.services.database.write() as connection:
        mia = staff.by_email(connection, "mia@example.com")
        assert mia is not None
        staff.disable(connection, mia.id, desk.clock())

    page = desk.visitor("ana").get(f"/staff/{mia.id}/password-link", status=409)

    assert page.h1 == "Mia Berg is disabled"


OWN = {
    "/name": {"name": "Boss"},
    "/role": {"role": "agent", "was": "admin"},
    "/disable": {},
    "/enable": {},
    "/sessions/end": {},
    "/password-link": {},
}


@pytest.mark.parametrize("part", OWN)
def test_nobody_changes_their_own_account(desk, part):
    second_admin(desk)
    ana = desk.visitor("ana")

    page = ana.post(address(desk, "ana", part=part), {"_token": ana.token(), **OWN[part]}, status=409)

    assert page.h1 == "You can't change your own account here"
    assert role_of(desk, "ana") is Role.ADMIN
    assert ana.open("/account/").status_code == 200
    assert desk.record()[-1].outcome == "denied"


def test_ones_own_page_offers_no_change(desk):
    page = page_of(desk, "ana")

    assert "This is your own account." in page.main
    assert {"Change role", "Disable", "Make a password link"}.isdisjoint(page.links())
    assert {"End all sessions", "Save name"}.isdisjoint(page.buttons())


def test_who_is_no_admin_any_more_changes_nobody(desk):
    second_admin(desk)
    lea = desk.visitor("lea")
    form = lea.get(address(desk, "ana", part="/disable")).form("Disable Ana Castro")
    desk.visitor("ana").get(f"{address(desk, 'lea', part='/role')}?role=agent").form("Make Lea").send()

    assert form.send_raw().status_code == 401
    assert role_of(desk, "ana") is Role.ADMIN


def test_a_receipt_tells_only_what_the_reader_has_just_done(desk):
    page = page_of(desk, "sam").form("Save name").fill({"Name": "Sam Ortiz"}).send()
    told = page.path
    assert "receipt" in {element.get("id") for element in page.root.iter()}

    ana = desk.visitor("ana")
    for other in (told.replace(desk.staff_id("sam"), desk.staff_id("lea")), f"{told}0"):
        assert "is the name now" not in ana.get(other).main
    desk.clock.advance(minutes=11)
    assert "is the name now" not in ana.get(told).main


def test_nobody_is_not_found(desk):
    desk.visitor("ana").get("/staff/4c1d8f5e-2a3b-4c5d-8e9f-0a1b2c3d4e5f", status=404)


def test_last_seen_is_the_last_use(desk):
    with desk.services.database.write() as connection:
        sessions.open_session(connection, desk.staff_id("sam"), user_agent="", ip="::1", now=desk.clock())
    desk.clock.advance(minutes=20)

    assert "Active Demo 20 minutes ago" in desk.visitor("ana").get("/staff/").main


def test_a_link_ends_after_the_hour_that_the_page_tells(desk):
    page = add_mia(desk)

    assert "until 18 Nov 13:00" in page.main
    desk.clock.advance(seconds=links.LIVES.total_seconds())
    desk.visitor().get(path_in(page), status=404)
