"""What stands around every page."""

from __future__ import annotations

from uuid import UUID

import pytest
from flask import g

from dashboard.sandbox.cast import NORTHWIND
from dashboard.web.shell import show_age
from tests.support import app as support
from tests.support.page import Page

NAVIGATION = {
    "sam": ["Search", "Unsettled", "Status"],
    "lea": ["Search", "Approvals", "Unsettled", "Audit log", "Reports", "Status"],
    "ana": ["Search", "Approvals", "Unsettled", "Audit log", "Reports", "Staff", "Settings", "Status"],
    "ike": ["Search", "Audit log", "Reports", "Status"],
}


@pytest.mark.parametrize(("name", "items"), NAVIGATION.items())
def test_the_navigation_holds_what_the_role_may_open(desk, name, items):
    page = desk.visitor(name).get("/account/")

    links = [link for item in page.by_id("nav").iter("li") for link in item.iter("a")]
    assert ["".join(link.itertext()).strip() for link in links] == items


def test_everybody_is_told_the_keys_of_their_own_navigation(desk):
    told = {name: keys_told(desk.visitor(name).get("/account/")) for name in NAVIGATION}

    assert {name: set(NAVIGATION[name]) <= keys for name, keys in told.items()} == dict.fromkeys(told, True)
    assert {"Staff", "Audit log"} & told["sam"] == set()


def test_nobody_is_told_the_keys_of_deeds_that_the_role_forbids(desk):
    agent, auditor = (keys_told(desk.visitor(name).get("/account/")) for name in ("sam", "ike"))

    assert "Give credit" in agent
    assert "Give credit" not in auditor


def keys_told(page: Page) -> set[str]:
    return {"".join(each.itertext()) for each in page.by_id("shortcuts").iter("dt")}


def test_the_navigation_marks_where_one_is(desk):
    page = desk.visitor("sam").get("/status/")

    (current,) = [link for link in page.by_id("nav").iter("a") if link.get("aria-current")]
    assert current.get("href") == "/status/"


def test_the_start_leads_to_the_programme(open_desk):
    response = open_desk.visitor("sam").open("/")

    assert response.status_code == 303
    assert response.headers["Location"].startswith("/programmes/")


def test_a_programme_can_be_chosen_to_open_first(desk_template, tmp_path):
    with support.on_sandbox(desk_template, tmp_path) as running:
        last = running.services.configuration.programmes().value[-1]
    (tmp_path / "again").mkdir()

    with support.on_sandbox(desk_template, tmp_path / "again", program_id=last.id) as running:
        assert running.visitor("sam").open("/").headers["Location"] == f"/programmes/{last.id}/"


def test_every_page_has_the_search_box_of_its_programme(open_desk):
    page = open_desk.visitor("sam").get("/status/")

    assert page.by_id("finder").get("type") == "text"


@pytest.mark.parametrize("path", ["/account/", "/approvals/", "/staff/", f"/programmes/{NORTHWIND}/pending"])
def test_every_page_names_the_zone_of_its_times(open_desk, path):
    page = open_desk.visitor("ana").get(path)

    assert "Times in Europe/London" in page.main


def test_programmes_are_asked_for_once_an_hour_however_many_pages(open_desk):
    visitor = open_desk.visitor("sam")
    for path in ("/status/", "/account/", "/", "/status/"):
        visitor.open(path)

    assert open_desk.calls == ["listPrograms"]


def test_the_switch_lists_all_active_programmes(open_desk):
    active = open_desk.services.configuration.programmes().value

    page = open_desk.visitor("sam").get("/status/")

    assert all(f"/programmes/{each.id}/" in page.links().values() for each in active)


def test_an_unknown_programme_is_not_found(open_desk):
    page = open_desk.visitor("sam").get("/programmes/00000000-0000-4000-8000-000000000000/", status=404)

    assert page.h1 == "No such programme"


def test_the_sandbox_is_marked_plainly_before_and_after_signing_in(desk):
    assert "Sandbox" in desk.visitor().get("/sign-in").text
    assert "Sandbox" in desk.visitor("sam").get("/status/").text


def test_the_live_account_is_marked_quietly(desk_template, tmp_path):
    with support.running(desk_template, tmp_path, demo=False, api_url="https://api.brevo.com/v3") as running:
        page = running.visitor().get("/sign-in")

    assert "Sandbox" not in page.text


def test_the_page_tells_the_age_of_its_oldest_figure(desk):
    with desk.app.test_request_context():
        later, earlier = support.NOON, support.NOON.replace(hour=9)
        for at in (later, earlier, later):
            show_age(at)
        assert g.data_as_of == earlier


def test_without_any_programme_the_start_says_so(desk_template, tmp_path):
    with support.running(desk_template, tmp_path) as running:
        page = running.visitor("sam").get("/")

    assert page.h1 == "Find a member"
    assert "so the programmes are not known" in page.main
    assert page.links()["Try again"] == "/"


def test_a_shared_link_has_its_search_form_even_when_the_programmes_cannot_be_read(desk):
    address = "/programmes/7f1c9a52-3a7e-4a57-9d0e-5a2b0c1d2e3f/"

    page = desk.visitor("sam").get(address)

    assert page.by_id("finder") is not None
    assert f"{address}find" in {form.get("action") for form in page.all("form")}


def test_the_programme_of_the_settings_is_opened_even_when_the_list_cannot_be_read(desk_template, tmp_path):
    chosen = UUID("7f1c9a52-3a7e-4a57-9d0e-5a2b0c1d2e3f")
    with support.running(desk_template, tmp_path, program_id=chosen) as running:
        assert running.visitor("sam").open("/").headers["Location"] == f"/programmes/{chosen}/"


@pytest.mark.parametrize(("path", "status"), [("/account/", 200), ("/status/", 200), ("/nothing", 404)])
def test_pages_come_with_a_wrong_key_and_say_what_is_wrong(desk_template, tmp_path, sandbox, path, status):
    with support.running(desk_template, tmp_path, api_url=sandbox.url, api_key="wrong") as running:
        page = running.visitor("sam").get(path, status=status)

    assert "Brevo refuses this console's key" in page.main
