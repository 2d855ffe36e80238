"""The server, its control path, and the process of its own."""

import http.client
import json
import os
import re
import signal
import subprocess
import sys
import threading
from datetime import UTC, datetime
from urllib.parse import urlsplit

import pytest

from dashboard.sandbox import SandboxOptions, cast, catalogue
from tests.sandbox.raw import Wire
from tests.support.sandbox import start

INFO = f"/loyalty/config/programs/{cast.NORTHWIND}/account-info?contactId=142"


def control(remote, method, path="", body=None):
    parts = urlsplit(remote.url)
    connection = http.client.HTTPConnection(parts.hostname, parts.port, timeout=10)
    connection.request(method, f"/_sandbox{path}", None if body is None else json.dumps(body))
    response = connection.getresponse()
    answer = response.status, json.loads(response.read())
    connection.close()
    return answer


def test_a_connection_serves_many_calls(sandbox):
    with Wire(sandbox) as wire:
        for _ in range(3):
            wire.ask("GET", INFO)
            assert wire.answer()[0] == 200


def test_calls_sent_at_once_are_answered_in_order(sandbox):
    with Wire(sandbox) as wire:
        wire.ask("GET", "/account")
        wire.ask("GET", "/nowhere")
        found = b""
        while b"no such path" not in found:
            found += wire.chunk()
    assert found.index(b"Northwind Trading") < found.index(b"no such path")


def test_a_client_that_closes_is_closed(sandbox):
    with Wire(sandbox) as wire:
        wire.send(b"GET /v3/account HTTP/1.1\r\napi-key: sandbox\r\nconnection: close\r\n\r\n")
        assert b"connection: close" in wire.rest()


@pytest.mark.parametrize(
    ("request_bytes", "status"),
    [
        (b"NONSENSE\r\n\r\n", 400),
        (b"GET /v3/account HTTP/2\r\n\r\n", 400),
        (b"GET /v3/account HTTP/1.1\r\nno colon\r\n\r\n", 400),
        (b"POST /v3/contacts HTTP/1.1\r\ncontent-length: many\r\n\r\n", 400),
        (b"POST /v3/contacts HTTP/1.1\r\ntransfer-encoding: chunked\r\n\r\n", 411),
        (b"POST /v3/contacts HTTP/1.1\r\ncontent-length: 9999999\r\n\r\n", 413),
        (b"GET / HTTP/1.1\r\n" + b"x: " + b"y" * 70_000 + b"\r\n\r\n", 431),
    ],
)
def test_what_is_no_request_we_read_is_refused(sandbox, request_bytes, status):
    with Wire(sandbox) as wire:
        wire.send(request_bytes)
        assert wire.chunk().startswith(f"HTTP/1.1 {status} ".encode())


@pytest.mark.parametrize("content", [b"", b"{", b"[]", b"null", b"\xff", b'{"amount": NaN}', b"[" * 5_000])
def test_a_body_that_is_no_object_is_refused(sandbox, content):
    path = f"/loyalty/balance/programs/{cast.NORTHWIND}/transactions"
    assert sandbox.ask("POST", path, content).status == 422


def test_a_wrong_method_is_told_apart_from_a_wrong_path(sandbox):
    wrong = sandbox.ask("PUT", "/contacts")
    assert (wrong.status, wrong.headers["allow"]) == (405, "GET, POST")
    assert sandbox.ask("GET", "/contact").status == 404


def test_twenty_clients_at_once_lose_nothing(sandbox):
    path = f"/loyalty/balance/programs/{cast.NORTHWIND}/transactions"
    body = {"amount": 1, "balanceDefinitionId": catalogue.POINTS, "contactId": 116, "autoComplete": True}

    def give():
        for _ in range(10):
            assert sandbox.ask("POST", path, body).status == 200

    clients = [threading.Thread(target=give) for _ in range(20)]
    for one in clients:
        one.start()
    for one in clients:
        one.join()
    assert sandbox.ledger(cast.NORTHWIND, 116)["balances"][catalogue.POINTS] == 200


def test_latency_holds_up_every_call_but_not_the_others(sandbox):
    sandbox.latency(0.3)
    began = datetime.now(UTC)
    clients = [threading.Thread(target=sandbox.ask, args=("GET", INFO)) for _ in range(8)]
    for one in clients:
        one.start()
    for one in clients:
        one.join()
    assert 0.3 <= (datetime.now(UTC) - began).total_seconds() < 2.0


def test_the_control_path_says_who_this_is(sandbox):
    status, who = control(sandbox, "GET")
    assert (status, who["name"], who["version"]) == (200, "loyalty-desk sandbox", "1")
    assert {"id": cast.NORTHWIND, "name": "Northwind Rewards"} in who["programmes"]


def test_the_control_path_needs_no_budget_and_leaves_no_record(sandbox):
    sandbox.control.plan("general")
    control(sandbox, "GET")
    assert sandbox.calls() == []
    assert sandbox.ask("GET", INFO).headers["x-sib-ratelimit-remaining"] == "599"


def test_faults_are_ordered_over_the_control_path(sandbox):
    order = {"kind": "status", "method": "GET", "path": "getAccount", "status": 503, "times": 2}
    assert control(sandbox, "POST", "/faults", order)[0] == 200
    assert sandbox.ask("GET", "/account").status == 503
    assert control(sandbox, "GET", "/faults")[1][0]["left"] == 1
    assert control(sandbox, "DELETE", "/faults") == (200, None)
    assert sandbox.ask("GET", "/account").status == 200


def test_switches_are_set_over_the_control_path(sandbox):
    assert control(sandbox, "PUT", "/switches", {"status_words": "old", "read_lag": 3})[0] == 200
    assert control(sandbox, "GET", "/switches")[1]["status_words"] == "old"


def test_the_clock_is_moved_over_the_control_path(sandbox):
    control(sandbox, "PUT", "/clock", {"now": "2027-01-01T00:00:00Z"})
    answer = control(sandbox, "PUT", "/clock", {"advance": 60})
    assert answer == (200, {"now": "2027-01-01T00:01:00Z"})


def test_calls_are_read_and_forgotten_over_the_control_path(sandbox):
    sandbox.ask("GET", INFO)
    (one,) = control(sandbox, "GET", "/calls")[1]
    assert (one["operation"], one["query"], one["status"]) == ("getAccountInfo", "contactId=142", 200)
    assert "api-key" not in one["headers"]
    control(sandbox, "DELETE", "/calls")
    assert control(sandbox, "GET", "/calls")[1] == []


def test_budget_and_latency_are_set_over_the_control_path(sandbox):
    control(sandbox, "PUT", "/budget", {"plan": "general", "family": "other", "remaining": 0})
    assert sandbox.ask("GET", "/account").status == 429
    assert control(sandbox, "PUT", "/latency", {"seconds": 0.01})[0] == 200


def test_a_ledger_is_read_over_the_control_path(sandbox):
    status, ledger = control(sandbox, "GET", f"/ledger?programme={cast.NORTHWIND}&contact=142")
    assert (status, ledger["balances"][catalogue.POINTS]) == (200, 12_480)


def test_a_reset_begins_anew(sandbox):
    sandbox.ask("DELETE", f"/loyalty/config/programs/{cast.NORTHWIND}/contact/142")
    assert sandbox.ask("GET", INFO).status == 404
    assert control(sandbox, "POST", "/reset", {"seed": 2})[0] == 200
    assert sandbox.ask("GET", INFO).status == 200
    assert control(sandbox, "GET")[1]["seed"] == 2


def test_the_cast_is_listed_over_the_control_path(sandbox):
    members = control(sandbox, "GET", "/cast")[1]
    assert "Amara Okafor" in {one["name"] for one in members}


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        ("PUT", "/switches", {"colour": "red"}),
        ("POST", "/faults", {"kind": "earthquake"}),
        ("POST", "/faults", {"kind": "delay", "colour": "red"}),
        ("PUT", "/clock", {}),
        ("PUT", "/clock", {"advance": -1}),
        ("PUT", "/latency", {"seconds": "long"}),
        ("PUT", "/latency", []),
        ("PUT", "/budget", {"plan": "free"}),
        ("GET", "/ledger?programme=x&contact=1", None),
        ("GET", "/ledger", None),
    ],
)
def test_an_order_that_makes_no_sense_is_refused_in_words(sandbox, method, path, body):
    status, answer = control(sandbox, method, path, body)
    assert status == 400
    assert answer["message"]


def test_a_control_that_does_not_exist_is_told(sandbox):
    assert control(sandbox, "GET", "/weather")[0] == 404


def test_a_stopped_sandbox_answers_nobody():
    remote = start()
    with Wire(remote) as wire:
        wire.ask("GET", INFO)
        wire.answer()
        remote.server.stop()
        assert wire.rest() == b""
    with pytest.raises(OSError, match="refused"):
        remote.ask("GET", INFO)


def test_a_stop_ends_calls_that_wait():
    remote = start()
    remote.fault("delay", seconds=600)
    with Wire(remote) as wire:
        wire.ask("GET", INFO)
        while remote.control.faults() != []:
            pass
        remote.server.stop()
        wire.rest()


def test_a_taken_port_is_an_error():
    remote = start()
    with pytest.raises(OSError, match="in use"):
        start(SandboxOptions(port=urlsplit(remote.url).port or 0))
    remote.server.stop()


@pytest.mark.parametrize("ending", [signal.SIGTERM, signal.SIGINT])
def test_a_process_tells_where_it_is_and_ends_when_asked(ending):
    script = "from dashboard.sandbox import *; serve(SandboxOptions(members=9, key='k'))"
    process = subprocess.Popen(
        [sys.executable, "-u", "-W", "error", "-c", script], stdout=subprocess.PIPE, text=True, env=os.environ
    )
    assert process.stdout
    line = process.stdout.readline()
    assert re.fullmatch(r"Sandbox at http://127\.0\.0\.1:\d+/v3 with the key k\n", line)
    process.send_signal(ending)
    process.communicate(timeout=20)
    assert process.returncode == 0
