"""Reads and writes: what is tried again, what is refused here, and what an outcome proves.

A read returns its value or raises; a write returns a verdict and never raises once it was sent.

| What came back from a write | Verdict |
| --- | --- |
| a 2xx bound to the request; its status may say ``rejected``, which the caller reads | APPLIED |
| no connection: DNS, refused, connect time-out, TLS | NOT_APPLIED, not sent |
| 401, 403, 429; any other 4xx but 408 that is not a web page | NOT_APPLIED |
| 408: a proxy may have passed the request on before it gave up | UNKNOWN |
| anything else: reset, time-out, 5xx, 3xx, an empty, cut-off, foreign or HTML answer | UNKNOWN |
"""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import datetime
from itertools import count
from typing import TypeVar, overload

import msgspec
import structlog

from dashboard.brevo.answers import decoded, error_of
from dashboard.brevo.breaker import Breaker
from dashboard.brevo.budget import Budget
from dashboard.brevo.calls import Call
from dashboard.brevo.deadline import Deadline
from dashboard.brevo.errors import (
    BrevoError,
    BudgetExhausted,
    ForeignAnswer,
    NoAnswer,
    NotSecure,
    NotSent,
    RateLimited,
    Refused,
    RemoteFailure,
    Timeout,
    Unreachable,
)
from dashboard.brevo.fetched import Fetched, Write
from dashboard.brevo.health import Health
from dashboard.brevo.names import NameStyle
from dashboard.brevo.outbound import Kind
from dashboard.brevo.rows import Document
from dashboard.brevo.verdicts import judged
from dashboard.brevo.wire import Answer, Wire

T = TypeVar("T")

RETRIED_STATUSES = frozenset({502, 503, 504})
PAUSES = (0.0, 0.1)
"""Seconds before the second and the third try."""
SHORTEST_TRY = 0.2
"""A try with less time than this left is not worth the wait for it."""

_encoder = msgspec.json.Encoder(decimal_format="number")
_log = structlog.get_logger("dashboard.brevo")


class Kinds(msgspec.Struct, frozen=True):
    """The limits that an exchange keeps; see :mod:`dashboard.brevo.outbound`."""

    page_read: Kind
    look_up: Kind
    write: Kind


class Exchange:
    """All traffic with one remote. Safe to share between threads."""

    def __init__(self, wire: Wire, kinds: Kinds, clock: Callable[[], datetime]) -> None:
        self.budget = Budget(clock)
        self.health = Health(clock)
        self._wire = wire
        self._kinds = kinds
        self._clock = clock
        self._breaker = Breaker()
        self._names = NameStyle()

    def read(
        self,
        call: Call,
        decode: Callable[[Document], T],
        *,
        priority: bool = False,
        snake_case_names: bool = False,
    ) -> Fetched[T]:
        """Ask, and ask again where that can help and time allows.

        ``priority`` reads settle a write: they may use the reserve and get more time.
        ``snake_case_names``: older remotes may know this call's parameters by other names.

        :raises BrevoError: one of the tree.
        """
        kind = self._kinds.look_up if priority else self._kinds.page_read
        deadline = Deadline(kind.total)
        if not snake_case_names:
            return self._read(call, decode, kind, deadline)
        try:
            return self._read(self._names.styled(call), decode, kind, deadline)
        except Refused as error:
            respelled = self._names.other(call, error)
            if respelled is None:
                raise
            fetched = self._read(respelled, decode, kind, deadline)
            self._names.learned()
            return fetched

    @overload
    def write(self, call: Call) -> Write[None]: ...

    @overload
    def write(
        self, call: Call, decode: Callable[[Document], T], *, empty_is_fine: bool = False
    ) -> Write[T]: ...

    def write(
        self, call: Call, decode: Callable[[Document], T] | None = None, *, empty_is_fine: bool = False
    ) -> Write[T] | Write[None]:
        """Send once, and say what is known about it afterwards.

        An empty 2xx is an answer only without ``decode``, or where ``empty_is_fine``.
        """
        body = _body(call)
        kind = self._kinds.write
        answer: Answer | None = None
        error: BrevoError | None
        value: T | None = None
        try:
            answer = self._send(call, body, kind, Deadline(kind.total), attempt=1)
            error = error_of(answer)
            if error is None and (answer.body or not (decode is None or empty_is_fine)):
                value, _ = decoded(answer, decode or _nothing)
        except BrevoError as caught:
            error = caught
            self._alarm(call, caught)
        except Exception as caught:  # whatever broke here, the write may have been applied
            _log.exception("brevo.defect", operation=call.operation)
            error = NoAnswer(f"The answer could not be handled ({type(caught).__name__}).")
        verdict, evidence = judged(error, answer, self._clock())
        return Write(verdict, value if error is None else None, evidence)

    def drop_connections(self) -> None:
        """Close every kept connection."""
        self._wire.drop()

    def _read(
        self, call: Call, decode: Callable[[Document], T], kind: Kind, deadline: Deadline
    ) -> Fetched[T]:
        tries = kind.tries if call.method == "GET" else 1
        body = _body(call)
        if not kind.has_precedence:
            self._admit(call, deadline)
        for attempt in count(1):
            try:
                return self._fetch(call, body, decode, kind, deadline, attempt)
            except BrevoError as error:
                error.operation = call.operation
                self._alarm(call, error)
                pause = _pause(error, attempt) if attempt < tries else None
                if pause is None or pause + SHORTEST_TRY > deadline.remaining():
                    raise
            time.sleep(pause)
        raise AssertionError("unreachable")

    def _fetch(
        self,
        call: Call,
        body: bytes | None,
        decode: Callable[[Document], T],
        kind: Kind,
        deadline: Deadline,
        attempt: int,
    ) -> Fetched[T]:
        answer = self._send(call, body, kind, deadline, attempt)
        error = error_of(answer)
        if error is not None:
            raise error
        try:
            value, odd_rows = decoded(answer, decode)
        except BrevoError as caught:
            caught.request_id = answer.request_id
            raise
        return Fetched(value, self._clock(), answer.request_id, odd_rows)

    def _send(self, call: Call, body: bytes | None, kind: Kind, deadline: Deadline, attempt: int) -> Answer:
        started = time.monotonic()
        try:
            answer = self._wire.send(
                call.method, call.target, body, deadline=deadline, own_connection=kind.own_connection
            )
        except BrevoError as error:
            if isinstance(error, Unreachable):
                self._breaker.failed()
            self.health.met(error)
            self._note(call, attempt, started, outcome=type(error).__name__)
            raise
        self._breaker.answered()
        self.health.met(error_of(answer))
        self.budget.heard(call.family, answer.headers, used_up=answer.status == 429)
        self._note(call, attempt, started, status=answer.status, request_id=answer.request_id)
        return answer

    def _admit(self, call: Call, deadline: Deadline) -> None:
        """Let a page read pass, wait until it may, or refuse it here."""
        if not self._breaker.lets_through():
            raise NotSent("The remote has not answered for a while; it is tried again in a few seconds.")
        wait = self.budget.wait(call.family)
        if wait + SHORTEST_TRY > deadline.remaining():
            raise BudgetExhausted(
                "The remaining requests of this hour are kept for changes.",
                retry_after=wait,
                operation=call.operation,
            )
        if wait:
            time.sleep(wait)

    def _alarm(self, call: Call, error: BrevoError) -> None:
        if isinstance(error, ForeignAnswer):
            self._wire.drop()
            _log.error("brevo.foreign_answer", operation=call.operation, request_id=error.request_id)
        elif isinstance(error, NotSecure):
            _log.error("brevo.not_secure", operation=call.operation, reason=error.message)

    def _note(
        self,
        call: Call,
        attempt: int,
        started: float,
        *,
        outcome: str = "answer",
        status: int | None = None,
        request_id: str | None = None,
    ) -> None:
        """The log line of a call: nothing of what was asked or answered, which may be personal."""
        _log.info(
            "brevo.call",
            operation=call.operation,
            outcome=outcome,
            status=status,
            ms=round((time.monotonic() - started) * 1000, 1),
            attempt=attempt,
            request_id=request_id,
            budget_remaining=self.budget.remaining(call.family),
        )


def _pause(error: BrevoError, attempt: int) -> float | None:
    """Seconds to wait before another try, or None when another try would not help."""
    if isinstance(error, RateLimited):
        return error.retry_after
    if isinstance(error, RemoteFailure):
        return PAUSES[attempt - 1] if error.status in RETRIED_STATUSES else None
    if isinstance(error, Unreachable) and not isinstance(error, Timeout | NotSecure):
        return PAUSES[attempt - 1]
    return None


def _body(call: Call) -> bytes | None:
    return _encoder.encode(call.body) if call.body is not None else None


def _nothing(_: Document) -> None:
    return None
