"""Default deny, and the table of roles, routes and methods (security lines 1 and 2)."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from werkzeug.exceptions import MethodNotAllowed
from werkzeug.test import TestResponse

from dashboard.permissions import Permission, Role
from dashboard.store import staff
from dashboard.web import access
from dashboard.web.access import access_of, requires
from tests.support import app as support
from tests.support.app import Desk
from tests.support.page import HTMX
from tests.web.access_table import ARGUMENTS, PUBLIC, TABLE

NAMES = {Role.AGENT: "sam", Role.SUPERVISOR: "lea", Role.ADMIN: "ana", Role.AUDITOR: "ike"}


@pytest.fixture(scope="module")
def desk(desk_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    with support.running(desk_template, tmp_path_factory.mktemp("access")) as running:
        yield running


def routes(app: Flask) -> set[tuple[str, str]]:
    return {
        (rule.endpoint, method)
        for rule in app.url_map.iter_rules()
        for method in rule.methods or ()
        if method != "HEAD"
    }


def address(app: Flask, endpoint: str) -> str:
    with app.test_request_context():
        rule = next(rule for rule in app.url_map.iter_rules(endpoint))
        arguments: dict[str, Any] = {
            name: {**ARGUMENTS, **(rule.defaults or {})}[name] for name in rule.arguments
        }
        return app.url_for(endpoint, **arguments)


def call(desk: Desk, name: str, endpoint: str, method: str) -> TestResponse:
    visitor = desk.visitor(name)
    data = {"_token": visitor.token() if name else "none"} if method == "POST" else None
    return visitor.open(address(desk.app, endpoint), method=method, data=data)


def test_every_route_has_a_row_and_every_row_a_route(desk):
    assert routes(desk.app) == PUBLIC | TABLE.keys()


def test_what_is_public_fits_on_five_lines(desk):
    assert len(access.PUBLIC) <= 5
    assert {endpoint for endpoint, _ in PUBLIC} == access.PUBLIC


def test_every_endpoint_declares_one_permission_or_is_public(desk):
    with desk.app.app_context():
        for endpoint in desk.app.view_functions:
            declared = access_of(endpoint)
            assert (declared is not None) != (endpoint in access.PUBLIC), endpoint
            assert declared is None or isinstance(declared.permission, Permission)


@pytest.mark.parametrize(("endpoint", "method"), sorted(TABLE))
@pytest.mark.parametrize("role", Role)
def test_a_role_is_let_in_exactly_where_the_table_says(desk, role, endpoint, method):
    response = call(desk, NAMES[role], endpoint, method)

    if role in TABLE[endpoint, method]:
        refused = (
            response.status_code == 403
            and "You can't" in response.text
            and "demo password" not in response.text
        )
        assert not refused, response.text
        assert response.status_code not in {401, 405, 419, 500}
    else:
        assert response.status_code == 403


@pytest.mark.parametrize(("endpoint", "method"), sorted(TABLE))
def test_nobody_is_let_in_without_signing_in(desk, endpoint, method):
    response = call(desk, "", endpoint, method)

    if method == "GET":
        assert response.status_code == 303
        assert response.headers["Location"].startswith("/sign-in")
    else:
        assert response.status_code == 401


@pytest.mark.parametrize(("endpoint", "method"), sorted(TABLE))
def test_a_script_is_told_to_load_the_sign_in_page(desk, endpoint, method):
    data = {"_token": "none"} if method == "POST" else None
    response = desk.visitor().open(address(desk.app, endpoint), method=method, data=data, headers=HTMX)

    assert response.status_code == 401
    with desk.app.app_context():
        access = access_of(endpoint)
    assert access is not None
    if not access.in_place:
        assert response.headers["HX-Redirect"].startswith("/sign-in")


@pytest.mark.parametrize(
    ("declared", "leads_away"), [({}, True), ({"in_place": True}, False), ({"polls": True}, False)]
)
def test_only_what_comes_by_itself_never_leads_away_from_what_is_typed(
    desk_template, tmp_path, declared, leads_away
):
    with support.running(desk_template, tmp_path) as running:
        view = requires(Permission.STATUS_READ, **declared)(lambda: "part")
        running.app.add_url_rule("/part", "part", view)

        response = running.visitor().open("/part", headers=HTMX)

    assert response.status_code == 401
    assert ("HX-Redirect" in response.headers) == leads_away


@pytest.mark.parametrize(("endpoint", "method"), sorted(key for key in TABLE if key[1] == "POST"))
def test_what_changes_something_is_never_reached_by_get(desk, endpoint, method):
    with desk.app.test_request_context():
        adapter = desk.app.url_map.bind("desk")
        try:
            reached, _ = adapter.match(address(desk.app, endpoint), method="GET")
        except MethodNotAllowed:
            return
    assert reached != endpoint


def test_an_endpoint_that_declares_nothing_is_refused_to_everybody(desk_template, tmp_path):
    with support.running(desk_template, tmp_path) as running:
        running.app.add_url_rule("/forgotten", "forgotten", lambda: "secret")

        response = running.visitor("ana").open("/forgotten")

    assert response.status_code == 403
    assert "secret" not in response.text


def test_a_refusal_says_who_can_and_is_recorded(desk_template, tmp_path):
    with support.running(desk_template, tmp_path) as running:
        running.app.add_url_rule("/ledger", "ledger", requires(Permission.AUDIT_READ)(lambda: "secret"))

        page = running.visitor("sam").get("/ledger", status=403)

        assert page.h1 == "You can't see the audit log"
        assert "Supervisors, admins and auditors can." in page.main
        refusal = running.record()[-1]
        assert (refusal.action, refusal.outcome, refusal.actor_name) == (
            "request.refused",
            "denied",
            "Sam Rivera",
        )
        assert refusal.after == {
            "method": "GET",
            "route": "/ledger",
            "because": "You can't see the audit log",
        }


@pytest.mark.parametrize("permission", Permission)
def test_each_permission_has_words_for_its_refusal(permission):
    refusal = access.Forbidden(permission)

    assert refusal.title.startswith("You can't ")
    assert refusal.text.endswith(" can. Ask one of them to do it.")


@pytest.mark.parametrize("method", ["OPTIONS", "PUT", "PATCH", "DELETE"])
def test_other_methods_are_not_answered(desk, method):
    response = desk.visitor("sam").open("/account/", method=method, headers={"Content-Length": "0"})

    assert response.status_code in {405, 411}


@pytest.mark.parametrize("change", ["disable", "role"])
def test_a_changed_account_counts_from_the_next_request(desk_template, tmp_path, change):
    with support.running(desk_template, tmp_path) as running:
        visitor = running.visitor("ana")
        with running.services.database.write() as connection:
            if change == "disable":
                staff.disable(connection, running.staff_id("ana"), running.clock())
            else:
                staff.set_role(connection, running.staff_id("ana"), Role.AGENT, running.clock())

        assert visitor.open("/account/").status_code == 303
