"""What is known about a write after every way it can end, over a real socket."""

from __future__ import annotations

import gzip
import json
import socket
from decimal import Decimal

import pytest
from structlog.testing import capture_logs

from dashboard.brevo import TransactionStatus, Verdict
from dashboard.brevo.calls import Call
from dashboard.brevo.errors import InvalidInput
from tests.brevo.remote import answer, answer_bytes, bomb, close, drip, hang, raw, reset
from tests.brevo.values import (
    INTENT,
    MEMBER,
    OTHER_MEMBER,
    OTHER_PROGRAMME,
    OTHER_TID,
    POINTS,
    PROGRAMME,
    TID,
    complete,
    create,
    transaction,
)

HTML = b"<!doctype html><title>Please wait</title>"
HTML_TYPE = {"content-type": "text/html"}


def test_a_bound_answer_is_applied_and_is_its_own_evidence(remote, brevo):
    remote.then(answer(200, transaction(), {"sib-request-id": "r-1"}))

    written = create(brevo)

    assert written.verdict is Verdict.APPLIED
    assert written.value is not None
    assert (written.value.id, written.value.signed_amount) == (TID, Decimal(500))
    assert (written.evidence.kind, written.evidence.status, written.evidence.request_id) == (
        "answer",
        200,
        "r-1",
    )
    assert written.evidence.at.tzinfo is not None


def test_a_draft_is_sent_signed_exact_and_in_two_phases(remote, brevo):
    remote.then(answer(200, transaction()))

    create(brevo, "-0.10")

    sent = remote.requests[0]
    assert b'"amount":-0.10' in sent.body
    assert sent.json == {
        "amount": -0.1,
        "balanceDefinitionId": POINTS,
        "contactId": MEMBER,
        "meta": {"intent": INTENT},
        "ttl": 600,
        "autoComplete": False,
    }


def test_a_200_that_says_rejected_is_an_answer_the_caller_reads(remote, brevo):
    remote.then(answer(200, transaction(status="rejected", rejectReason="limit reached")))

    written = complete(brevo)

    assert written.verdict is Verdict.APPLIED
    assert written.value is not None
    assert (written.value.status, written.value.reject_reason) == (
        TransactionStatus.REJECTED,
        "limit reached",
    )


def test_the_new_balance_is_there_when_the_call_changed_it(remote, brevo):
    remote.then(answer(200, transaction(status="completed", balance=1740.55)))

    written = complete(brevo)

    assert written.value is not None
    assert written.value.balance == Decimal("1740.55")


@pytest.mark.parametrize("status", [400, 404, 409, 412, 417, 422, 424, 425, 451])
def test_a_refusal_is_not_applied_and_carries_the_reason(remote, brevo, status):
    remote.then(answer(status, {"code": "invalid", "message": "not so"}))

    written = create(brevo)

    assert written.verdict is Verdict.NOT_APPLIED
    assert written.value is None
    assert (written.evidence.kind, written.evidence.sent) == ("refused", True)
    assert (written.evidence.status, written.evidence.code, written.evidence.message) == (
        status,
        "invalid",
        "not so",
    )


@pytest.mark.parametrize("status", [401, 403])
@pytest.mark.parametrize("body", [{"message": "no"}, HTML, b""])
def test_a_key_that_is_not_let_in_is_not_applied_whatever_the_page_looks_like(remote, brevo, status, body):
    remote.then(answer(status, body, HTML_TYPE if body == HTML else {}))

    written = create(brevo)

    assert (written.verdict, written.evidence.kind) == (Verdict.NOT_APPLIED, "unauthorised")


@pytest.mark.parametrize(
    ("reset_header", "seconds"),
    [
        ("30", 30),
        ("12.5", 12.5),
        ("0", 1),
        ("3", 3),
        ("1e9", 3600),
        ("abc", 60),
        ("", 60),
        ("-5", 60),
        ("nan", 60),
    ],
)
def test_a_rate_limit_is_not_applied_and_says_how_long_it_lasts(remote, brevo, reset_header, seconds):
    remote.then(answer(429, {"message": "slow"}, {"x-sib-ratelimit-reset": reset_header}))

    written = create(brevo)

    assert (written.verdict, written.evidence.kind) == (Verdict.NOT_APPLIED, "rate_limited")
    assert written.evidence.retry_after == seconds


def test_a_rate_limit_without_headers_lasts_a_minute(remote, brevo):
    remote.then(answer(429, HTML, HTML_TYPE))

    written = create(brevo)

    assert (written.evidence.kind, written.evidence.retry_after) == ("rate_limited", 60)


@pytest.mark.parametrize(
    ("step", "kind"),
    [
        pytest.param(answer(500, {"message": "sorry"}), "server_error", id="500"),
        pytest.param(answer(502, HTML, HTML_TYPE), "server_error", id="502 as a page"),
        pytest.param(answer(503), "server_error", id="503 without a body"),
        pytest.param(answer(408, {"message": "too slow"}), "no_answer", id="408"),
        pytest.param(answer(302, None, {"location": "/elsewhere"}), "redirect", id="302"),
        pytest.param(answer(307, None, {"location": "/elsewhere"}), "redirect", id="307"),
        pytest.param(answer(304), "redirect", id="304"),
        pytest.param(answer(200, b""), "unreadable", id="empty 200"),
        pytest.param(answer(204), "unreadable", id="204 where an object was due"),
        pytest.param(answer(200, HTML, HTML_TYPE), "unreadable", id="HTML 200"),
        pytest.param(answer(404, HTML, HTML_TYPE), "unreadable", id="HTML 404"),
        pytest.param(answer(404, b"Please wait", HTML_TYPE), "unreadable", id="404 that is called HTML"),
        pytest.param(answer(404, HTML), "unreadable", id="404 that looks like HTML"),
        pytest.param(answer(200, b'{"id": '), "unreadable", id="cut-off JSON"),
        pytest.param(answer(200, []), "unreadable", id="a list"),
        pytest.param(answer(200, {}), "unreadable", id="an empty object"),
        pytest.param(answer(200, b"[" * 50_000), "unreadable", id="nested beyond reason"),
        pytest.param(answer(200, b'{"id":' + b"1" * 5000 + b"}"), "unreadable", id="a number without end"),
        pytest.param(answer(200, b'{"id": "\xff"}'), "unreadable", id="not UTF-8"),
        pytest.param(answer(200, b" " * 1_100_000), "unreadable", id="too big"),
        pytest.param(bomb(50_000_000), "unreadable", id="gzip bomb"),
        pytest.param(answer(200, b"no gzip", {"content-encoding": "gzip"}), "unreadable", id="false gzip"),
        pytest.param(
            answer(200, gzip.compress(b"{}" * 400)[:-9], {"content-encoding": "gzip"}),
            "unreadable",
            id="cut-off gzip",
        ),
        pytest.param(answer(200, b"{}", {"content-encoding": "br"}), "unreadable", id="brotli"),
        pytest.param(close(), "no_answer", id="closed"),
        pytest.param(reset(), "no_answer", id="reset"),
        pytest.param(hang(), "no_answer", id="hang"),
        pytest.param(raw(b"SSH-2.0-OpenSSH_9.7\r\n"), "no_answer", id="another protocol"),
        pytest.param(raw(b"HTTP/1.1 200 OK\r\ncontent-"), "no_answer", id="cut-off header"),
        pytest.param(raw(answer_bytes(200, transaction())[:-5]), "no_answer", id="truncated"),
        pytest.param(drip(answer_bytes(200, transaction())), "no_answer", id="header drip"),
        pytest.param(raw(b"HTTP/1.1 101 Switching Protocols\r\nupgrade: x\r\n\r\n"), "no_answer", id="101"),
    ],
)
def test_anything_else_is_unknown(remote, brevo, step, kind):
    remote.then(step)

    written = create(brevo)

    assert (written.verdict, written.evidence.kind, written.evidence.sent) == (Verdict.UNKNOWN, kind, True)
    assert len(remote.requests) == 1, "a write was sent again"


@pytest.mark.parametrize(
    "foreign",
    [
        {"contactId": OTHER_MEMBER},
        {"loyaltyProgramId": OTHER_PROGRAMME},
        {"balanceDefinitionId": OTHER_TID},
        {"meta": {"intent": "intent-2"}},
    ],
    ids=lambda fields: next(iter(fields)),
)
def test_an_answer_about_something_else_is_unknown_and_raises_the_alarm(remote, brevo, foreign):
    remote.then(answer(200, transaction(**foreign), {"sib-request-id": "r-9"}))

    with capture_logs() as logs:
        written = create(brevo)

    assert (written.verdict, written.evidence.kind) == (Verdict.UNKNOWN, "foreign")
    assert written.value is None
    assert [line["event"] for line in logs if line["log_level"] == "error"] == ["brevo.foreign_answer"]


@pytest.mark.parametrize("foreign", [{"id": OTHER_TID}, {"contactId": OTHER_MEMBER}], ids=["id", "contact"])
def test_completing_is_bound_to_the_transaction_and_the_contact(remote, brevo, foreign):
    remote.then(answer(200, transaction(status="completed", **foreign)))

    assert complete(brevo).evidence.kind == "foreign"


def test_ids_may_come_in_capitals_and_numbers_as_text(remote, brevo):
    remote.then(answer(200, transaction(id=TID.upper(), contactId=str(MEMBER), amount="500.00")))

    assert complete(brevo).verdict is Verdict.APPLIED


def test_a_refused_connection_is_not_sent(client):
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        brevo = client(f"http://127.0.0.1:{unused.getsockname()[1]}/v3")

        written = create(brevo)

    assert (written.verdict, written.evidence.kind) == (Verdict.NOT_APPLIED, "not_sent")
    assert (written.evidence.sent, written.evidence.status) == (False, None)


def test_a_name_that_does_not_resolve_is_not_sent(client):
    def nowhere(host, port):
        raise socket.gaierror("Name or service not known")

    written = create(client("http://remote.invalid/v3", resolver=nowhere))

    assert (written.verdict, written.evidence.kind) == (Verdict.NOT_APPLIED, "not_sent")


def test_a_failed_tls_handshake_is_not_sent(remote, client):
    brevo = client(remote.url.replace("http:", "https:"), write_deadline=1)

    written = create(brevo)

    assert (written.verdict, written.evidence.kind) == (Verdict.NOT_APPLIED, "not_sent")
    assert remote.requests == []


def test_an_error_may_be_a_bare_string_or_a_list_of_what_is_wrong(remote, brevo):
    remote.then(
        answer(400, "the code is taken"),
        answer(422, {"message": "wrong", "errors": [{"path": "amount", "rule": "max", "error": "too much"}]}),
        answer(422, [{"path": "ttl", "error": "too short"}, "and more"]),
    )

    messages = [create(brevo).evidence.message for _ in range(3)]

    assert messages == ["the code is taken", "wrong; amount: too much: max", "ttl: too short; and more"]


def test_a_reason_is_cut_to_what_a_person_reads(remote, brevo):
    remote.then(answer(422, json.dumps({"message": "no\r\n\x00" + "x" * 5000}).encode()))

    message = create(brevo).evidence.message

    assert message is not None
    assert message.startswith("no x")
    assert len(message) == 500


@pytest.mark.parametrize("amount", ["0", "0.00", "NaN", "Infinity"])
def test_an_amount_that_moves_nothing_is_not_sent(remote, brevo, amount):
    with pytest.raises(InvalidInput, match="amount"):
        create(brevo, amount)

    assert remote.requests == []


def test_a_ttl_too_short_for_the_remote_is_not_sent(remote, brevo):
    with pytest.raises(InvalidInput, match="ttl"):
        brevo.transactions.create(
            PROGRAMME, contact_id=MEMBER, definition_id=POINTS, amount=Decimal(1), meta={}, ttl=9
        )

    assert remote.requests == []


def test_a_defect_of_ours_does_not_hide_that_a_write_may_have_been_applied(remote, brevo):
    remote.then(answer(200, transaction()))

    def broken(document):
        raise KeyError("defect")

    with capture_logs() as logs:
        written = brevo._exchange.write(Call("createTransaction", "DELETE", "/loyalty/x"), broken)

    remote.requests.clear()
    assert (written.verdict, written.evidence.kind, written.evidence.sent) == (
        Verdict.UNKNOWN,
        "no_answer",
        True,
    )
    assert "brevo.defect" in [line["event"] for line in logs]
