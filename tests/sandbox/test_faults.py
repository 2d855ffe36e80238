"""Faults, over real sockets."""

import contextlib
import gzip
import json
import time

import pytest

from dashboard.sandbox import cast, catalogue
from dashboard.sandbox.faults import KINDS, BadFault
from tests.sandbox.calling import PID
from tests.sandbox.raw import Wire

CONTACT = cast.NEWCOMER.contact_id
CREATE = f"/loyalty/balance/programs/{PID}/transactions"
INFO = f"/loyalty/config/programs/{PID}/account-info?contactId={CONTACT}"
BODY = {"amount": 5, "balanceDefinitionId": catalogue.POINTS, "contactId": CONTACT, "autoComplete": True}


def balance(remote):
    return remote.ledger(PID, CONTACT)["balances"][catalogue.POINTS]


@pytest.fixture
def wire(sandbox):
    with Wire(sandbox) as connection:
        yield connection


def post(wire):
    wire.ask("POST", CREATE, BODY)


@pytest.mark.parametrize("kind", ["drop_before", "apply_then_drop"])
def test_a_dropped_call_ends_without_a_byte(sandbox, wire, kind):
    sandbox.fault(kind, "POST")
    post(wire)
    assert wire.rest() == b""
    assert balance(sandbox) == (5 if KINDS[kind] else 0)


@pytest.mark.parametrize("kind", ["reset_before", "apply_then_reset"])
def test_a_reset_call_ends_in_a_tcp_reset(sandbox, wire, kind):
    sandbox.fault(kind, "POST")
    post(wire)
    with pytest.raises(ConnectionResetError):
        wire.rest()
    assert balance(sandbox) == (5 if KINDS[kind] else 0)


@pytest.mark.parametrize("kind", ["status", "apply_then_status"])
def test_a_status_comes_with_an_error_body(sandbox, wire, kind):
    sandbox.fault(kind, "POST", status=503)
    post(wire)
    status, body = wire.answer()
    assert (status, json.loads(body)["code"]) == (503, "internal_error")
    assert balance(sandbox) == (5 if KINDS[kind] else 0)


def test_a_status_may_carry_headers_of_its_own(sandbox):
    sandbox.fault("status", status=429, headers={"x-sib-ratelimit-reset": "abc"})
    reply = sandbox.ask("GET", INFO)
    assert (reply.status, reply.headers["x-sib-ratelimit-reset"]) == (429, "abc")
    assert sandbox.calls()[0].status == 429


def test_a_truncated_answer_stops_in_the_middle(sandbox, wire):
    sandbox.fault("truncate", "POST")
    post(wire)
    with pytest.raises(EOFError):
        wire.answer()
    assert balance(sandbox) == 5


def test_garbage_is_no_http(sandbox, wire):
    sandbox.fault("garbage", "POST")
    post(wire)
    assert not wire.rest().startswith(b"HTTP/")
    assert balance(sandbox) == 5


def test_a_body_may_be_no_json(sandbox, wire):
    sandbox.fault("not_json", "POST")
    post(wire)
    status, body = wire.answer()
    assert status == 200
    with pytest.raises(json.JSONDecodeError):
        json.loads(body)


def test_a_body_may_be_empty(sandbox, wire):
    sandbox.fault("empty", "POST")
    post(wire)
    assert wire.answer() == (200, b"")
    assert balance(sandbox) == 5


def test_a_foreign_answer_tells_of_other_objects(sandbox, wire):
    sandbox.fault("foreign", "POST")
    post(wire)
    answer = json.loads(wire.answer()[1])
    assert answer["contactId"] == CONTACT + 1
    assert answer["loyaltyProgramId"] != PID
    assert answer["status"] == "completed"
    assert balance(sandbox) == 5


def test_a_stray_answer_waits_for_the_next_request(sandbox, wire):
    sandbox.fault("stray", "POST")
    post(wire)
    found = wire.chunk()
    while found.count(b'"status":"completed"') < 2:
        found += wire.chunk()
    assert found.count(b"HTTP/1.1 200") == 2


@pytest.mark.parametrize("kind", ["drip", "slow_headers"])
def test_a_dripping_answer_takes_its_time_and_is_whole(sandbox, wire, kind):
    sandbox.fault(kind, seconds=0.2)
    began = time.monotonic()
    wire.ask("GET", INFO)
    status, body = wire.answer()
    assert time.monotonic() - began >= 0.15
    assert (status, json.loads(body)["loyaltyProgramName"]) == (200, "Northwind Rewards")


@pytest.mark.parametrize("kind", ["delay", "apply_then_delay"])
def test_a_delayed_answer_comes_late(sandbox, wire, kind):
    sandbox.fault(kind, seconds=0.1)
    began = time.monotonic()
    wire.ask("GET", INFO)
    assert wire.answer()[0] == 200
    assert time.monotonic() - began >= 0.1


def test_a_gateway_answers_a_page(sandbox, wire):
    sandbox.fault("html", "POST", status=502)
    post(wire)
    status, body = wire.answer()
    assert (status, body[:15]) == (502, b"<!doctype html>")
    assert balance(sandbox) == 0


def test_a_redirect_leads_elsewhere(sandbox, wire):
    sandbox.fault("redirect", "POST")
    post(wire)
    assert b"location: http://127.0.0.1:9/" in wire.chunk()
    assert balance(sandbox) == 0


def test_a_huge_answer_is_huge(sandbox, wire):
    sandbox.fault("huge", megabytes=3)
    wire.ask("GET", INFO)
    assert len(wire.answer()[1]) > 3_000_000


def test_a_bomb_is_small_until_it_is_unpacked(sandbox, wire):
    sandbox.fault("gzip_bomb", megabytes=3)
    wire.ask("GET", INFO)
    body = wire.answer()[1]
    assert len(body) < 30_000
    assert len(gzip.decompress(body)) > 3_000_000


@pytest.mark.parametrize("kind", sorted(KINDS))
def test_after_any_fault_the_next_call_is_whole(sandbox, kind):
    sandbox.fault(kind, seconds=0, megabytes=1)
    with Wire(sandbox) as broken:
        broken.ask("GET", INFO)
        with contextlib.suppress(ConnectionResetError):
            broken.chunk()
    assert sandbox.ask("GET", INFO).status == 200


def test_a_fault_holds_for_as_many_calls_as_ordered(sandbox):
    sandbox.fault("status", times=2, status=500)
    assert [sandbox.ask("GET", INFO).status for _ in range(3)] == [500, 500, 200]


def test_a_fault_may_spare_the_first_calls(sandbox):
    sandbox.fault("status", skip=1)
    assert [sandbox.ask("GET", INFO).status for _ in range(3)] == [200, 500, 200]


def test_a_fault_may_hold_until_it_is_cleared(sandbox):
    sandbox.fault("status", times=0)
    assert [sandbox.ask("GET", INFO).status for _ in range(5)] == [500] * 5
    sandbox.clear_faults()
    assert sandbox.ask("GET", INFO).status == 200


@pytest.mark.parametrize("path", ["getAccountInfo", "/loyalty/*/account-info", "*account-info"])
def test_a_fault_meets_only_what_it_names(sandbox, path):
    sandbox.fault("status", "GET", path)
    assert sandbox.ask("GET", "/account").status == 200
    assert sandbox.ask("GET", INFO).status == 500


def test_a_fault_meets_only_its_method(sandbox):
    sandbox.fault("status", "POST")
    assert sandbox.ask("GET", INFO).status == 200
    assert sandbox.ask("POST", CREATE, BODY).status == 500


@pytest.mark.parametrize(
    "order",
    [
        {"kind": "earthquake"},
        {"kind": "delay", "seconds": -1},
        {"kind": "status", "status": 99},
        {"kind": "huge", "megabytes": 0},
    ],
    ids=str,
)
def test_a_fault_that_is_none_is_refused(sandbox, order):
    with pytest.raises(BadFault):
        sandbox.fault(**order)


def test_a_fault_may_be_about_one_contact(sandbox):
    draft = {**BODY, "autoComplete": False}
    ours = sandbox.ask("POST", CREATE, draft).json["id"]
    sandbox.fault("drop_before", "POST", contact=CONTACT, times=2)
    others = sandbox.ask("POST", CREATE, {**draft, "contactId": cast.AMARA.contact_id})
    assert sandbox.ask("POST", f"{CREATE}/{others.json['id']}/complete").status == 200
    for path, body in ((CREATE, draft), (f"{CREATE}/{ours}/complete", None)):
        with Wire(sandbox) as broken:
            broken.ask("POST", path, body)
            assert broken.rest() == b""
    assert [one.contact for one in sandbox.calls()] == [CONTACT, *[cast.AMARA.contact_id] * 2, *[CONTACT] * 2]


def test_open_orders_are_listed(sandbox):
    sandbox.fault("delay", "GET", "getAccount", times=3, seconds=0.5)
    (order,) = sandbox.control.faults()
    assert (order["kind"], order["path"], order["left"]) == ("delay", "getAccount", 3)


def test_the_record_says_what_was_applied(sandbox):
    for kind in ("apply_then_drop", "drop_before"):
        sandbox.fault(kind, "POST")
        with Wire(sandbox) as broken:
            post(broken)
            broken.rest()
    sandbox.ask("POST", CREATE, BODY)
    told = [(one.operation, one.status, one.applied, one.fault) for one in sandbox.calls()]
    assert told == [
        ("createTransaction", None, True, "apply_then_drop"),
        ("createTransaction", None, False, "drop_before"),
        ("createTransaction", 200, True, None),
    ]


def test_a_refused_call_is_on_record_as_not_applied(sandbox):
    sandbox.ask("POST", CREATE, {**BODY, "amount": 0})
    (one,) = sandbox.calls()
    assert (one.status, one.applied, one.body) == (422, False, {**BODY, "amount": 0})
