"""The product's own client and engine against the sandbox over real HTTP: every fault, on both calls."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import uuid4

import pytest
from msgspec.structs import replace

from dashboard.actions.engine import Engine
from dashboard.actions.journal import DatabaseJournal
from dashboard.brevo import Brevo
from dashboard.sandbox import catalogue
from dashboard.sandbox.cast import AMARA, NEWCOMER
from dashboard.store import audit
from dashboard.store.audit import Filters, Outcome
from dashboard.store.database import Database
from dashboard.store.intent import Intent, Phase, State, Waiting
from tests.actions.conftest import hired
from tests.actions.schedules import new_intent
from tests.support.sandbox import Remote, sandbox  # noqa: F401 - a fixture

DEADLINE = 0.25
"""Seconds for a call in these tests."""


class Bench:
    """An engine on a database, its remote, and a clock that both share and tests can move."""

    def __init__(self, remote: Remote, database: Database, staff_id: str) -> None:
        self.remote = remote
        self.database = database
        self.journal = DatabaseJournal(database)
        self.ahead = timedelta(0)
        self.clients: list[Brevo] = []
        self.staff_id = staff_id
        self.intent = self.ask("500")

    def ask(self, amount: str, contact_id: int = NEWCOMER.contact_id) -> Intent:
        """Write another intent down; it is the one that is looked at from now on."""
        now = self.clock()
        self.intent = self.journal.add(
            replace(
                new_intent(str(uuid4()), amount),
                staff_id=self.staff_id,
                programme_id=catalogue.NORTHWIND,
                contact_id=contact_id,
                values={"definition_id": catalogue.POINTS, "amount": amount, "reason": "late_delivery"},
                created_at=now,
                updated_at=now,
                next_at=now,
            )
        )
        return self.intent

    def clock(self) -> datetime:
        return datetime.now(UTC) + self.ahead

    def forward(self, seconds: float) -> None:
        self.ahead += timedelta(seconds=seconds)
        self.remote.advance(seconds)

    def engine(self, url: str | None = None, key: str | None = None) -> Engine:
        """A fresh one, as after a restart."""
        client = Brevo(
            url or self.remote.url, key or self.remote.key, clock=self.clock, write_deadline=DEADLINE
        )
        self.clients.append(client)
        return Engine(self.journal, client.transactions, self.clock)

    def advance(self, engine: Engine | None = None) -> Intent:
        return (engine or self.engine()).advance(self.intent.id, until=self.clock() + timedelta(seconds=15))

    def settle(self) -> Intent:
        for _ in range(40):
            intent = self.advance()
            if intent.is_settled:
                return intent
            self.forward(max(0.0, (intent.next_at - self.clock()).total_seconds()) + 0.001)
        raise AssertionError(f"not settled: {intent}")

    def completed(self) -> list[Decimal]:
        """What the remote really moved under our mark."""
        ledger: dict[str, Any] = self.remote.ledger(catalogue.NORTHWIND, self.intent.contact_id)
        ours = [one for one in ledger["transactions"] if (one["meta"] or {}).get("intent") == self.intent.id]
        return [one["amount"] for one in ours if one["status"] in {"completed", "complete"}]

    def outcomes(self) -> list[Outcome]:
        with self.database.read() as connection:
            rows = audit.page(connection, Filters(intent_id=self.intent.id))
        return [row.entry.outcome for row in reversed(rows)]


@pytest.fixture
def bench(sandbox: Remote, sqlite_database: Database) -> Iterator[Bench]:  # noqa: F811
    made = Bench(sandbox, sqlite_database, hired(sqlite_database).id)
    yield made
    for client in made.clients:
        client.close()


def test_a_credit_takes_two_calls_and_tells_the_new_balance(bench):
    done = bench.advance()
    assert (done.state, done.balance_after) == (State.DONE, Decimal(500))
    assert bench.remote.operations() == ["createTransaction", "completeTransaction"]
    assert bench.completed() == [500]
    assert bench.outcomes() == [Outcome.PENDING, Outcome.DONE]


LOST = [
    {"kind": "drop_before"},
    {"kind": "apply_then_drop"},
    {"kind": "reset_before"},
    {"kind": "apply_then_reset"},
    {"kind": "truncate"},
    {"kind": "garbage"},
    {"kind": "not_json"},
    {"kind": "empty"},
    {"kind": "foreign"},
    {"kind": "status", "status": 500},
    {"kind": "apply_then_status", "status": 500},
    {"kind": "apply_then_status", "status": 503},
    {"kind": "html", "status": 502},
    {"kind": "html", "status": 200},
    {"kind": "redirect"},
    {"kind": "apply_then_delay", "seconds": 0.6},
    {"kind": "delay", "seconds": 0.6},
    {"kind": "drip", "seconds": 5},
    {"kind": "slow_headers", "seconds": 5},
    {"kind": "huge"},
    {"kind": "gzip_bomb"},
]


@pytest.mark.parametrize("operation", ["createTransaction", "completeTransaction"])
@pytest.mark.parametrize("fault", LOST, ids=lambda fault: "-".join(str(part) for part in fault.values()))
def test_a_lost_answer_is_unknown_at_first_and_one_credit_in_the_end(bench, operation, fault):
    bench.remote.fault(path=operation, **fault)
    unknown = bench.advance()
    assert unknown.phase is Phase.CHECKING
    assert bench.settle().state is State.DONE
    assert bench.completed() == [500]
    assert Outcome.UNKNOWN in bench.outcomes()
    assert bench.outcomes()[-1] is Outcome.DONE


@pytest.mark.parametrize("operation", ["createTransaction", "completeTransaction"])
def test_an_answer_with_a_stray_one_behind_it_is_the_right_one(bench, operation):
    bench.remote.fault("stray", path=operation)
    assert bench.settle().state is State.DONE
    assert bench.completed() == [500]


@pytest.mark.parametrize("operation", ["createTransaction", "completeTransaction"])
def test_a_429_is_queued_until_the_reset(bench, operation):
    bench.remote.fault("status", path=operation, status=429)
    queued = bench.advance()
    assert (queued.phase, queued.waiting) == (Phase.QUEUED, Waiting.RATE_LIMITED)
    assert bench.settle().state is State.DONE
    assert bench.completed() == [500]


@pytest.mark.parametrize("status", [401, 403])
def test_a_refused_key_is_queued_until_it_works(bench, status):
    bench.remote.fault("status", path="completeTransaction", status=status)
    queued = bench.advance()
    assert (queued.phase, queued.waiting) == (Phase.QUEUED, Waiting.UNAUTHORISED)
    assert bench.settle().state is State.DONE


def test_a_refused_connection_is_queued_and_sent_when_the_remote_is_back(bench):
    queued = bench.advance(bench.engine(url=f"http://127.0.0.1:{_closed_port()}/v3"))
    assert (queued.phase, queued.waiting) == (Phase.QUEUED, Waiting.NOT_SENT)
    bench.forward(2)
    assert bench.settle().state is State.DONE
    assert bench.completed() == [500]


def test_a_remote_that_goes_away_between_the_two_calls_is_waited_for(bench):
    bench.remote.fault("drop_before", path="completeTransaction")
    bench.advance()
    bench.forward(2)
    assert bench.advance(bench.engine(url=f"http://127.0.0.1:{_closed_port()}/v3")).phase is Phase.CHECKING
    assert bench.settle().state is State.DONE
    assert bench.completed() == [500]


def test_a_refusal_fails_with_the_remotes_words(bench):
    bench.remote.fault("status", path="createTransaction", status=422)
    failed = bench.advance()
    assert (failed.state, failed.failure_code) == (State.FAILED, "refused")
    assert failed.failure_text == "Brevo refused it: ordered status 422. Nothing was given."
    assert bench.outcomes() == [Outcome.PENDING, Outcome.DECLINED]


def test_a_draft_that_lapses_while_the_remote_is_away_fails(bench):
    bench.remote.fault("status", path="completeTransaction", status=401)
    bench.advance()
    bench.forward(700)
    failed = bench.settle()
    assert (failed.state, failed.failure_code) == (State.FAILED, "expired")
    assert bench.completed() == []


def test_reads_that_lag_only_take_longer(bench):
    bench.remote.switch("read_lag", "6")
    bench.remote.fault("apply_then_drop", path="createTransaction")
    bench.remote.fault("apply_then_drop", path="completeTransaction")
    assert bench.settle().state is State.DONE
    assert bench.completed() == [500]


DIALECTS = [
    ("status_words", "old"),
    ("amounts", "text"),
    ("debits", "negative"),
    ("unknown_fields", "yes"),
    ("odd_rows", "yes"),
    ("timestamps", "nanos"),
    ("timestamps", "offset"),
    ("history_offset", "record"),
    ("history_offset", "page1"),
    ("limit_headers", "no"),
]


@pytest.mark.parametrize("amount", ["500", "-300"])
@pytest.mark.parametrize(("switch", "value"), DIALECTS)
def test_every_reading_of_the_contract_ends_in_the_same(bench, switch, value, amount):
    bench.remote.switch(switch, value)
    bench.ask(amount, AMARA.contact_id)
    bench.remote.fault("apply_then_drop", path="createTransaction")
    bench.remote.fault("apply_then_drop", path="completeTransaction")
    assert bench.settle().state is State.DONE
    assert bench.completed() == [Decimal(amount)]


def test_a_remote_that_forgets_our_mark_leaves_the_decision_to_a_person(bench):
    bench.remote.switch("nulls", "yes")
    bench.remote.fault("apply_then_drop", path="createTransaction")
    held = bench.settle()
    assert (held.state, held.failure_code) == (State.HELD, "mark_lost")
    assert bench.remote.operations().count("createTransaction") == 1


@pytest.mark.parametrize("value", ["rejected", "422"])
def test_a_debit_that_became_impossible_fails_in_either_way_of_saying_so(bench, value):
    bench.remote.switch("refusal_at_complete", value)
    bench.advance()
    first = bench.ask("-400")
    bench.remote.fault("status", path="completeTransaction", status=401)
    bench.advance()
    bench.ask("-300")
    assert bench.settle().state is State.DONE
    bench.intent = first
    failed = bench.settle()
    assert failed.state is State.FAILED
    assert "minimum" in (failed.failure_text or "")
    assert bench.completed() == []


def _closed_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port
