"""How a read fails, and which failures a second try mends."""

from __future__ import annotations

import gzip
import json
import time

import pytest
from structlog.testing import capture_logs

from dashboard.brevo import IdentifierType, Verdict
from dashboard.brevo.errors import (
    BrevoError,
    Forbidden,
    ForeignAnswer,
    NoAnswer,
    NotFound,
    NotSent,
    RateLimited,
    Redirected,
    Refused,
    RemoteFailure,
    Unauthorised,
    Unreadable,
)
from tests.brevo.remote import answer, answer_bytes, bomb, close, raw, reset
from tests.brevo.values import (
    MEMBER,
    OTHER_MEMBER,
    OTHER_PROGRAMME,
    POINTS,
    PROGRAMME,
    VOUCHER,
    account_info,
    create,
    history,
    item,
    transaction,
)

HTML_TYPE = {"content-type": "text/html"}
PROGRAMMES = answer(200, {"items": [{"id": PROGRAMME, "name": "Beans", "state": "active"}]})


@pytest.mark.parametrize(
    ("step", "error"),
    [
        (answer(400, {"message": "no"}), Refused),
        (answer(400, {"message": "limit is required"}), Refused),
        (
            answer(401, {"message": "authentication not found in headers", "code": "unauthorized"}),
            Unauthorised,
        ),
        (answer(403, b"blocked", HTML_TYPE), Forbidden),
        (answer(404, {"message": "no"}), NotFound),
        (answer(422, {"message": "no"}), Refused),
        (answer(429, {"message": "no"}, {"x-sib-ratelimit-reset": "900"}), RateLimited),
        (answer(500, {"message": "no"}), RemoteFailure),
        (answer(301, None, {"location": "http://127.0.0.1:1/"}), Redirected),
        (answer(200, b"<html>", HTML_TYPE), Unreadable),
        (answer(200, b""), Unreadable),
        (answer(200, {"unexpected": []}), Unreadable),
        (bomb(20_000_000), Unreadable),
    ],
    ids=lambda value: getattr(value, "__name__", None),
)
def test_an_answer_that_is_final_is_not_asked_for_again(remote, brevo, step, error):
    remote.then(step)

    with pytest.raises(error) as caught:
        brevo.programmes.list()

    assert type(caught.value) is error
    assert caught.value.operation == "listPrograms"
    assert len(remote.requests) == 1


@pytest.mark.parametrize(
    "step",
    [
        pytest.param(close(), id="closed"),
        pytest.param(reset(), id="reset"),
        pytest.param(raw(b"garbage\r\n\r\n"), id="garbage"),
        pytest.param(raw(answer_bytes(200, {"items": []})[:-3]), id="truncated"),
        pytest.param(answer(502), id="502"),
        pytest.param(answer(503), id="503"),
        pytest.param(answer(504), id="504"),
    ],
)
def test_a_failure_that_passes_is_asked_again_twice_at_most(remote, brevo, step):
    remote.then(step, step, PROGRAMMES)

    assert [programme.name for programme in brevo.programmes.list().value] == ["Beans"]


@pytest.mark.parametrize(("step", "error"), [(close(), NoAnswer), (answer(503), RemoteFailure)])
def test_the_third_failure_is_the_last(remote, brevo, step, error):
    remote.always(lambda _: step)

    with pytest.raises(error):
        brevo.programmes.list()

    assert len(remote.requests) == 3


@pytest.mark.parametrize("encoding", ["gzip", "x-gzip", " GZIP"])
@pytest.mark.parametrize("chunked", [False, True], ids=["at once", "in pieces"])
def test_a_compressed_answer_is_read(remote, brevo, encoding, chunked):
    padding = "".join(chr(33 + number * number % 89) for number in range(40_000))
    body = gzip.compress(json.dumps({"items": [{"id": PROGRAMME, "name": "Beans", "x": padding}]}).encode())
    said = {"content-encoding": encoding}
    step = answer(200, body, said)
    if chunked:
        pieces = [body[start : start + 7] for start in range(0, len(body), 7)]
        chunks = b"".join(b"%x\r\n%s\r\n" % (len(piece), piece) for piece in [*pieces, b""])
        head = f"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\ncontent-encoding: {encoding}\r\n\r\n"
        step = raw(head.encode() + chunks, keep=True)
    remote.then(step)

    assert [programme.name for programme in brevo.programmes.list().value] == ["Beans"]


@pytest.mark.parametrize("encoding", ["identity", "gzip"])
def test_an_answer_may_have_a_million_bytes_and_no_more(remote, brevo, encoding):
    def sized(size):
        body = b'{"items": []' + b" " * (size - 13) + b"}"
        said = {"content-encoding": encoding}
        return answer(200, gzip.compress(body) if encoding == "gzip" else body, said)

    remote.then(sized(1_000_000), sized(1_000_001))

    assert brevo.programmes.list().value == ()
    with pytest.raises(Unreadable, match="too big"):
        brevo.programmes.list()


def test_an_empty_answer_that_is_said_to_be_compressed_is_empty(remote, brevo):
    remote.then(answer(204, None, {"content-encoding": "gzip"}))

    assert brevo.members.end(PROGRAMME, MEMBER).verdict is Verdict.APPLIED


def test_a_rate_limit_that_ends_within_the_deadline_is_waited_for(remote, client):
    brevo = client(remote.url, deadline=3)
    remote.then(answer(429, {"message": "slow"}, {"x-sib-ratelimit-reset": "1"}), PROGRAMMES)
    began = time.monotonic()

    assert len(brevo.programmes.list().value) == 1
    assert time.monotonic() - began >= 1


def test_a_rate_limit_that_leaves_no_time_for_another_try_is_told_at_once(remote, client):
    brevo = client(remote.url, deadline=1.1)
    remote.then(answer(429, {"message": "slow"}, {"x-sib-ratelimit-reset": "1"}), PROGRAMMES)

    with pytest.raises(RateLimited):
        brevo.programmes.list()

    assert len(remote.requests) == 1


def test_asking_whether_a_voucher_is_valid_is_a_post_and_never_repeated(remote, brevo):
    remote.always(lambda _: answer(503))

    with pytest.raises(RemoteFailure):
        brevo.vouchers.validate(PROGRAMME, voucher_id=VOUCHER, contact_id=MEMBER)

    assert len(remote.requests) == 1


def test_nothing_listening_is_not_sent(remote, client):
    remote.shut()

    with pytest.raises(NotSent):
        client(remote.url).programmes.list()


def test_an_error_carries_what_the_remote_said(remote, brevo):
    remote.then(
        answer(403, {"code": "permission_denied", "message": "IP blocked"}, {"sib-request-id": "r-7"})
    )

    with pytest.raises(Forbidden) as caught:
        brevo.account.get()

    error = caught.value
    assert (error.message, error.code, error.status, error.request_id) == (
        "IP blocked",
        "permission_denied",
        403,
        "r-7",
    )


@pytest.mark.parametrize(
    ("status", "words"),
    [
        (300, "The remote sent us elsewhere."),
        (401, "The key is missing or wrong."),
        (403, "The key may not do this, or Loyalty is off."),
        (404, "Not found."),
        (409, "The remote refused (409)."),
        (429, "The remote's hourly limit is used up."),
        (500, "The remote failed (500)."),
    ],
)
def test_an_error_without_words_is_told_in_ours(remote, brevo, status, words):
    remote.then(answer(status, b"", {"sib-request-id": "r-8"}))

    with pytest.raises(BrevoError) as caught:
        brevo.account.get()

    assert (caught.value.message, caught.value.status, caught.value.request_id) == (words, status, "r-8")


def test_a_rate_limit_carries_what_the_remote_said(remote, brevo):
    said = {"x-sib-ratelimit-reset": "900", "sib-request-id": "r-9"}
    remote.then(answer(429, {"code": "too_many_requests", "message": "slow"}, said))

    with pytest.raises(RateLimited) as caught:
        brevo.account.get()

    error = caught.value
    assert (error.message, error.code, error.status, error.request_id) == (
        "slow",
        "too_many_requests",
        429,
        "r-9",
    )


@pytest.mark.parametrize(
    ("body", "words"),
    [
        ({"error": "no such programme"}, "no such programme"),
        ({"message": "wrong", "errors": [{"path": "ttl", "message": "too short"}]}, "wrong; ttl: too short"),
    ],
)
def test_the_remotes_words_are_found_under_each_of_their_names(remote, brevo, body, words):
    remote.then(answer(400, body))

    with pytest.raises(Refused) as caught:
        brevo.account.get()

    assert caught.value.message == words


@pytest.mark.parametrize(
    "changes",
    [
        {"contactId": OTHER_MEMBER},
        {"loyaltyProgramId": OTHER_PROGRAMME},
        {"balanceDefinitionId": OTHER_PROGRAMME},
    ],
    ids=["contact", "programme", "definition"],
)
def test_a_history_of_something_else_is_refused_with_an_alarm(remote, brevo, changes):
    remote.then(answer(200, history([item(1)], **changes)))

    with capture_logs() as logs, pytest.raises(ForeignAnswer):
        brevo.balances.history(PROGRAMME, MEMBER, POINTS)

    assert "brevo.foreign_answer" in [line["event"] for line in logs]


def test_a_read_says_when_it_was_answered_and_under_which_number(remote, brevo):
    remote.then(answer(200, account_info(), {"sib-request-id": "r-3"}))

    fetched = brevo.members.account_info(PROGRAMME, contact_id=MEMBER)

    assert fetched.request_id == "r-3"
    assert fetched.at.tzinfo is not None


def test_a_call_is_logged_without_anything_personal(remote, brevo):
    remote.then(answer(404, {"message": "zoe@example.org is not there"}, {"sib-request-id": "r-5"}))

    with capture_logs() as logs, pytest.raises(BrevoError):
        brevo.contacts.get("zoe@example.org", IdentifierType.EMAIL)

    (line,) = logs
    assert line.pop("ms") >= 0
    assert line == {
        "event": "brevo.call",
        "log_level": "info",
        "operation": "getContact",
        "outcome": "answer",
        "status": 404,
        "attempt": 1,
        "request_id": "r-5",
        "budget_remaining": None,
    }


def test_a_call_without_an_answer_is_logged_with_what_it_met_and_which_try_it_was(remote, brevo):
    remote.always(lambda _: close())

    with capture_logs() as logs, pytest.raises(NoAnswer):
        brevo.programmes.list()

    assert [(line["operation"], line["outcome"], line["status"], line["attempt"]) for line in logs] == [
        ("listPrograms", "NoAnswer", None, 1),
        ("listPrograms", "NoAnswer", None, 2),
        ("listPrograms", "NoAnswer", None, 3),
    ]


def test_a_write_is_logged_as_the_first_try(remote, brevo):
    remote.then(answer(200, transaction()))

    with capture_logs() as logs:
        create(brevo)

    assert [(line["operation"], line["attempt"]) for line in logs] == [("createTransaction", 1)]
