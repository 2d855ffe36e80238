"""Which connections calls use, and what is never sent where."""

from __future__ import annotations

import socket
import ssl
import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

from dashboard.brevo import Brevo, IdentifierType
from dashboard.brevo.deadline import Deadline
from dashboard.brevo.errors import ForeignAnswer, InvalidInput
from dashboard.brevo.wire import Wire
from tests.brevo.conftest import PATIENCE
from tests.brevo.remote import ScriptedRemote, answer, answer_bytes, raw
from tests.brevo.values import KEY, MEMBER, OTHER_MEMBER, PROGRAMME, account_info, create, transaction

NO_PROGRAMMES: dict[str, object] = {"items": []}


def test_reads_one_after_the_other_share_a_connection(remote, brevo):
    remote.always(lambda _: answer(200, NO_PROGRAMMES))

    for _ in range(5):
        brevo.programmes.list()

    assert remote.lines == 1


def test_reads_side_by_side_have_a_connection_each_and_keep_them(remote, client):
    brevo = client(remote.url)
    together = threading.Barrier(8)

    def meet(link):
        together.wait(5)
        return answer(200, NO_PROGRAMMES)(link)

    remote.always(lambda _: meet)
    with ThreadPoolExecutor(8) as threads:
        for _ in range(3):
            list(threads.map(lambda _: brevo.programmes.list(), range(8)))

    assert remote.lines == 8


def test_every_request_says_who_asks_and_what_is_understood(remote, brevo):
    remote.then(answer(200, NO_PROGRAMMES))

    brevo.programmes.list()

    said = remote.requests[0].headers
    assert {name: said.get(name) for name in ("accept", "accept-encoding", "user-agent", "api-key")} == {
        "accept": "application/json",
        "accept-encoding": "gzip",
        "user-agent": "loyalty-desk",
        "api-key": KEY,
    }


def test_every_write_has_a_connection_of_its_own(remote, brevo):
    remote.always(lambda request: answer(200, transaction() if request.body else NO_PROGRAMMES))

    brevo.programmes.list()
    create(brevo)
    create(brevo)
    brevo.programmes.list()

    assert [request.line for request in remote.requests] == [0, 1, 2, 0]
    assert [request.headers.get("connection") for request in remote.requests] == [
        None,
        "close",
        "close",
        None,
    ]


def test_a_kept_connection_that_the_remote_closed_is_replaced(remote, brevo):
    remote.always(lambda _: answer(200, NO_PROGRAMMES, keep=False))

    for _ in range(3):
        brevo.programmes.list()

    assert remote.lines == 3


def test_a_call_that_is_made_only_once_does_not_meet_a_connection_closed_meanwhile(remote, brevo):
    closed = threading.Event()

    def answer_and_leave(link):
        answer(200, NO_PROGRAMMES)(link)
        link.socket.shutdown(socket.SHUT_RDWR)
        closed.set()
        return False

    remote.then(answer_and_leave, answer(200, {"authorize": True}))
    brevo.programmes.list()
    closed.wait(5)

    assert brevo.vouchers.validate(PROGRAMME, code="SPRING").value
    assert remote.lines == 2


def test_a_stray_answer_on_a_kept_connection_is_never_taken_for_the_next_one(remote, brevo):
    stray = answer_bytes(200, account_info())
    remote.then(raw(answer_bytes(200, account_info()) + stray, keep=True))
    remote.always(lambda _: answer(200, account_info(), keep=True))
    brevo.members.account_info(PROGRAMME, contact_id=MEMBER)

    # The stray answer even fits the next request; it is still not its answer.
    with pytest.raises(ForeignAnswer, match="before the request"):
        brevo.members.account_info(PROGRAMME, contact_id=MEMBER)


def test_after_a_foreign_answer_all_connections_are_new(remote, brevo):
    remote.then(answer(200, account_info()), answer(200, account_info()))
    remote.always(
        lambda _: answer(
            200, account_info(balance={"contactId": OTHER_MEMBER}, tier=[], reward=[], members=[])
        )
    )
    brevo.members.account_info(PROGRAMME, contact_id=MEMBER)
    brevo.members.account_info(PROGRAMME, contact_id=MEMBER)
    with pytest.raises(ForeignAnswer):
        brevo.members.account_info(PROGRAMME, contact_id=MEMBER)

    brevo.members.account_info(PROGRAMME, contact_id=OTHER_MEMBER)

    assert [request.line for request in remote.requests] == [0, 0, 0, 1]


def test_a_redirect_is_never_followed_and_the_key_stays_home(remote, brevo):
    elsewhere = ScriptedRemote().always(lambda _: answer(200, transaction()))
    remote.then(answer(307, None, {"location": elsewhere.url}))

    create(brevo)

    elsewhere.shut()
    assert elsewhere.requests == []
    assert remote.requests[0].headers["api-key"] == KEY


@pytest.mark.parametrize("target", ["@{0}/", "//{0}/", "http://{0}/", ":1@{0}/"])
def test_no_target_leads_the_key_to_another_host(remote, target):
    elsewhere = ScriptedRemote()
    remote.is_older = True  # what is asked for is not in the contract
    remote.then(answer(404))
    host = remote.url.removeprefix("http://").removesuffix("/v3")
    wire = Wire(f"http://{host}", KEY)

    wire.send(
        "GET", target.format(elsewhere.url[7:-3]), None, deadline=Deadline(PATIENCE), own_connection=False
    )

    wire.drop()
    elsewhere.shut()
    assert elsewhere.requests == []
    assert remote.requests[0].headers["host"] == host


def test_proxies_of_the_environment_are_not_used(remote, brevo, monkeypatch):
    elsewhere = ScriptedRemote()
    for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY"):
        monkeypatch.setenv(name, elsewhere.url)
    remote.then(answer(200, NO_PROGRAMMES))

    brevo.programmes.list()

    elsewhere.shut()
    assert elsewhere.requests == []


def test_cookies_are_not_kept(remote, brevo):
    remote.always(lambda _: answer(200, NO_PROGRAMMES, {"set-cookie": "who=me"}))

    brevo.programmes.list()
    brevo.programmes.list()

    assert "cookie" not in remote.requests[1].headers


@pytest.mark.parametrize(
    "identifier",
    ["a/b", "a?b=c", "a#b", "50%", "..%2f", "zoë@example.org", "a b", "a\\b", "../account", "x;y"],
)
def test_an_identifier_reaches_the_remote_as_one_path_segment(remote, brevo, identifier):
    remote.then(answer(200, {"id": 7, "attributes": {"EXT_ID": identifier}}))

    brevo.contacts.get(identifier, IdentifierType.EXTERNAL)

    assert remote.requests[0].target.count("/") == 3
    assert remote.requests[0].path == f"/v3/contacts/{identifier}"
    assert remote.requests[0].query == {"identifierType": "ext_id"}


@pytest.mark.parametrize("identifier", ["", ".", ".."])
def test_an_identifier_that_would_be_another_address_is_not_sent(remote, brevo, identifier):
    with pytest.raises(InvalidInput):
        brevo.contacts.get(identifier, IdentifierType.EXTERNAL)

    assert remote.requests == []


@pytest.mark.parametrize("programme_id", ["", "1", "../../account", PROGRAMME + "/x"])
def test_a_programme_that_is_no_uuid_is_not_sent(remote, brevo, programme_id):
    with pytest.raises(InvalidInput, match="UUID"):
        brevo.programmes.get(programme_id)

    assert remote.requests == []


@pytest.mark.parametrize("contact_id", [0, -1, 2**63, True])
def test_a_contact_id_that_cannot_be_is_not_sent(remote, brevo, contact_id):
    with pytest.raises(InvalidInput, match="contact_id"):
        brevo.members.account_info(PROGRAMME, contact_id=contact_id)

    assert remote.requests == []


def test_a_key_that_could_smuggle_a_header_is_refused_at_once():
    with pytest.raises(ValueError, match="printable"):
        Brevo("http://127.0.0.1/v3", "key\r\nx-more: 1")


def test_a_closed_client_works_again(remote, brevo):
    remote.always(lambda _: answer(200, NO_PROGRAMMES))
    brevo.programmes.list()

    brevo.close()
    brevo.programmes.list()

    assert remote.lines == 2


def test_tls_is_verified_and_not_older_than_1_2(client):
    context = client("https://api.example/v3")._exchange._wire._ssl

    assert (context.verify_mode, context.check_hostname) == (ssl.CERT_REQUIRED, True)
    assert context.minimum_version >= ssl.TLSVersion.TLSv1_2
