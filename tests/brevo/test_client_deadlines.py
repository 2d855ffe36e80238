"""Every call ends by its deadline, whatever the remote does with the socket."""

from __future__ import annotations

import socket
import threading
import time

import httpcore
import pytest

from dashboard.brevo import Verdict
from dashboard.brevo.deadline import Address, Deadline, DeadlineBackend, resolve
from dashboard.brevo.errors import BrevoError, NotSent, Timeout, Unreadable
from tests.brevo.conftest import PATIENCE
from tests.brevo.remote import ScriptedRemote, answer, answer_bytes, drip, hang, raw
from tests.brevo.values import create, transaction

GRACE = 0.2
"""Seconds that a call may overrun (the design's bar)."""

SLOW_BODY = b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: 100000\r\n\r\n"


def _first_bytes_then_drip(link):
    link.socket.sendall(SLOW_BODY)
    return drip(b"")(link)


@pytest.mark.parametrize(
    "step",
    [
        pytest.param(hang(), id="hang"),
        pytest.param(drip(answer_bytes(200, {"items": []})), id="header drip"),
        pytest.param(_first_bytes_then_drip, id="body drip"),
    ],
)
def test_a_read_ends_in_time(remote, brevo, step):
    remote.always(lambda _: step)
    started = time.monotonic()

    with pytest.raises(Timeout):
        brevo.programmes.list()

    assert PATIENCE - 0.05 < time.monotonic() - started < PATIENCE + GRACE
    assert len(remote.requests) == 1, "there is no time for another try"


@pytest.mark.parametrize("step", [hang(), _first_bytes_then_drip], ids=["hang", "body drip"])
def test_a_write_ends_in_time(remote, brevo, step):
    remote.always(lambda _: step)
    started = time.monotonic()

    written = create(brevo)

    assert written.verdict is Verdict.UNKNOWN
    assert time.monotonic() - started < PATIENCE + GRACE


def test_tries_share_one_deadline(remote, brevo):
    remote.then(answer(503)).always(lambda _: hang())
    started = time.monotonic()

    with pytest.raises(Timeout):
        brevo.programmes.list()

    assert len(remote.requests) == 2
    assert time.monotonic() - started < PATIENCE + GRACE


def test_a_resolver_that_hangs_ends_in_time_and_counts_as_not_sent(client):
    over = threading.Event()

    def stuck(host, port):
        over.wait(10)
        return []

    brevo = client("http://slow.invalid/v3", write_deadline=0.3, resolver=stuck)
    started = time.monotonic()

    written = create(brevo)

    over.set()
    assert (written.verdict, written.evidence.kind) == (Verdict.NOT_APPLIED, "not_sent")
    assert time.monotonic() - started < 0.3 + GRACE


@pytest.fixture
def deaf():
    """The address of a listener that nobody serves and whose queue is full: a connection to it hangs."""
    with socket.create_server(("127.0.0.1", 0), backlog=0) as listener, socket.socket() as waiting:
        waiting.connect(listener.getsockname())
        yield listener.getsockname()


def row(address: tuple[str, int]) -> Address:
    return (socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP, "", address)


def address_of(remote: ScriptedRemote) -> tuple[str, int]:
    return "127.0.0.1", int(remote.url.rsplit(":", 1)[1].removesuffix("/v3"))


def test_an_address_that_hangs_leaves_time_for_the_next_one(remote, client, deaf):
    remote.then(answer(200, {"items": []}))
    asked = []

    def resolver(host, port):
        asked.append((host, port))
        return [row(deaf), row(address_of(remote))]

    assert client("http://api.example:99/v3", deadline=1, resolver=resolver).programmes.list().value == ()
    assert asked == [("api.example", 99)]


@pytest.mark.parametrize("trouble", [OSError("no such name"), UnicodeError("label too long")])
def test_a_name_that_cannot_be_resolved_counts_as_not_sent(client, trouble):
    def resolver(host, port):
        raise trouble

    written = create(client("http://api.example/v3", resolver=resolver))

    assert (written.verdict, written.evidence.kind) == (Verdict.NOT_APPLIED, "not_sent")
    assert written.evidence.message == str(trouble)


def test_a_name_without_an_address_counts_as_not_sent(client):
    written = create(client("http://api.example/v3", resolver=lambda host, port: []))

    assert (written.verdict, written.evidence.message) == (Verdict.NOT_APPLIED, "api.example has no address")


def test_connecting_ends_after_its_own_time_even_if_the_call_has_more(deaf):
    host, port = deaf
    backend = DeadlineBackend(resolve)
    backend.deadline = Deadline(8)
    started = time.monotonic()

    with pytest.raises(httpcore.ConnectTimeout):
        backend.connect_tcp(host, port, timeout=0.2)

    assert time.monotonic() - started < 0.2 + GRACE


def test_a_tls_handshake_that_hangs_ends_in_time_and_counts_as_not_sent(remote, client):
    remote.always(lambda _: hang())
    brevo = client(remote.url.replace("http:", "https:"), deadline=0.5)
    started = time.monotonic()

    with pytest.raises(NotSent):
        brevo.programmes.list()

    assert time.monotonic() - started < 0.5 + GRACE


def test_a_connection_is_given_up_after_two_seconds_however_long_the_call_may_take(client, deaf):
    host, port = deaf
    brevo = client(f"http://{host}:{port}/v3", write_deadline=8)
    started = time.monotonic()

    assert create(brevo).evidence.kind == "not_sent"

    assert 1.9 < time.monotonic() - started < 2 + GRACE


def test_an_endless_body_ends_at_the_cap_and_not_at_the_deadline(remote, client):
    brevo = client(remote.url, deadline=10)

    def flood(link):
        link.socket.sendall(b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n")
        while not link.over.is_set():
            link.socket.sendall(b"10000\r\n" + b" " * 0x10000 + b"\r\n")
        return False

    remote.always(lambda _: flood)
    started = time.monotonic()

    with pytest.raises(Unreadable, match="too big"):
        brevo.programmes.list()

    assert time.monotonic() - started < 2


def test_endless_headers_end_long_before_they_fill_the_memory(remote, brevo):
    def flood(link):
        link.socket.sendall(b"HTTP/1.1 200 OK\r\n")
        while not link.over.is_set():
            link.socket.sendall(b"x-more: " + b"y" * 10_000 + b"\r\n")
        return False

    remote.always(lambda _: flood)

    with pytest.raises(BrevoError):
        brevo.programmes.list()


def test_a_call_after_one_that_hung_works(remote, brevo):
    remote.then(hang(), raw(answer_bytes(200, transaction())))

    first, second = create(brevo), create(brevo)

    assert (first.verdict, second.verdict) == (Verdict.UNKNOWN, Verdict.APPLIED)
