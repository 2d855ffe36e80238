"""From a call to an answer: key, budget, operation, record. Knows HTTP's words but no socket."""

from __future__ import annotations

import hmac
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final
from urllib.parse import parse_qsl

import msgspec

from dashboard.sandbox import (
    account,
    balances,
    contacts,
    members,
    programmes,
    redemptions,
    rewards,
    tiers,
    transactions,
)
from dashboard.sandbox.calls import Call, CallLog
from dashboard.sandbox.errors import Refusal
from dashboard.sandbox.faults import Asked, Fault, FaultBook
from dashboard.sandbox.ratelimits import Budget
from dashboard.sandbox.reading import Answer, Fields, Request
from dashboard.sandbox.rendering import render
from dashboard.sandbox.routing import Match, Operation, Router
from dashboard.sandbox.world import World

PREFIX: Final = "/v3"
OPERATIONS: Final = (
    *programmes.OPERATIONS,
    *members.OPERATIONS,
    *balances.OPERATIONS,
    *transactions.OPERATIONS,
    *rewards.OPERATIONS,
    *redemptions.OPERATIONS,
    *tiers.OPERATIONS,
    *contacts.OPERATIONS,
    *account.OPERATIONS,
)
_JSON: Final = {"content-type": "application/json"}


@dataclass(frozen=True, slots=True)
class HttpRequest:
    """What the server read from the socket. ``path`` is percent-encoded, header names are lower case."""

    method: str
    path: str
    query: str
    headers: Mapping[str, str]
    content: bytes


@dataclass(frozen=True, slots=True)
class Reply:
    """What the server is to write."""

    status: int
    content: bytes = b""
    headers: Mapping[str, str] = field(default_factory=dict)


class Application:
    """The API of one world behind one key."""

    def __init__(self, world: World, key: str, plan: str) -> None:
        self.world = world
        self.budget = Budget(plan)
        self.faults = FaultBook()
        self.calls = CallLog()
        self.latency = 0.0
        """Seconds every call waits before it is looked at."""
        self._key = key.encode()
        self._router = Router(OPERATIONS)

    def fault_for(self, request: HttpRequest) -> Fault | None:
        """The fault ordered for this call, used up by one."""
        if self.faults.is_empty:
            return None
        path, operation = _below_prefix(request.path), self._operation_name(request)
        return self.faults.take(Asked(request.method, path, operation, self._contact_of(request)))

    def _contact_of(self, request: HttpRequest) -> int:
        """Whom the call is about; 0 when that cannot be told."""
        values, body = self._match(request).values, _readable(request.content)
        named = {**_query(request.query), **values, **(body if isinstance(body, dict) else {})}
        given = str(named.get("cid", named.get("contactId", "")))
        if given.isdecimal():
            return int(given)
        try:
            return self.world.ids.owner_of(values["tid"])
        except (KeyError, ValueError):
            return 0

    def answer(self, request: HttpRequest, fault: Fault | None = None) -> Reply:
        """Run the operation, unless ``fault`` says it is not applied, and put the call on record."""
        if fault and not fault.applied:
            self._record(request, fault.answered(fault.status), fault, applied=False)
            return Reply(fault.status)
        reply = self._answer(request)
        status = fault.answered(reply.status) if fault else reply.status
        self._record(request, status, fault, applied=reply.status < 300)
        return reply

    def _answer(self, request: HttpRequest) -> Reply:
        given = request.headers.get("api-key", "").encode("latin-1", "replace")
        if not given:
            return _refused(Refusal(401, "unauthorized", "authentication not found in headers"), {})
        if not hmac.compare_digest(given, self._key):
            return _refused(Refusal(401, "unauthorized", "Key not found"), {})
        match = self._match(request)
        if match.operation is None:
            return _unknown_place(match)
        world = self.world
        extended = int(world.switches["extended_rate"])
        allowed, headers = self.budget.take(match.operation.family, world.now(), extended)
        if world.switches["limit_headers"] == "no":
            headers = {}
        if not allowed:
            return _refused(Refusal(429, "too_many_requests", "rate limit used up"), headers)
        return self._run(match.operation, match.values, request, headers)

    def _run(
        self, operation: Operation, values: Mapping[str, str], request: HttpRequest, headers: dict[str, str]
    ) -> Reply:
        world = self.world
        malformed = operation.malformed
        query = _query(request.query)
        ask = Request(
            Fields(values, malformed, spelled=True),
            Fields(query, malformed, spelled=True),
            request.content,
            malformed,
        )
        if operation.family == "loyalty" and world.switches["loyalty"] == "off":
            return _refused(Refusal(403, "permission_denied", "Loyalty is not activated"), headers)
        with world.lock:
            try:
                answer = operation.handler(world, ask)
            except Refusal as refusal:
                return self._refuse(operation, refusal, headers)
            return self._render(answer, headers)

    def _refuse(self, operation: Operation, refusal: Refusal, headers: dict[str, str]) -> Reply:
        as_text = self.world.switches["voucher_400"] == "string"
        if refusal.status == 400 and operation.name == "attributeVoucher" and as_text:
            return Reply(400, msgspec.json.encode(refusal.message), {**_JSON, **headers})
        return _refused(refusal, headers)

    def _render(self, answer: Answer, headers: dict[str, str]) -> Reply:
        if answer.body is None:
            return Reply(answer.status, b"", headers)
        return Reply(answer.status, render(answer.body, self.world.switches), {**_JSON, **headers})

    def _match(self, request: HttpRequest) -> Match:
        if not request.path.startswith(f"{PREFIX}/"):
            return Match(None, {}, frozenset())
        return self._router.match(request.method, _below_prefix(request.path))

    def _operation_name(self, request: HttpRequest) -> str:
        operation = self._match(request).operation
        return operation.name if operation else ""

    def _record(
        self, request: HttpRequest, status: int | None, fault: Fault | None, *, applied: bool
    ) -> None:
        self.calls.add(
            Call(
                number=self.calls.next_number(),
                at=self.world.now(),
                method=request.method,
                path=_below_prefix(request.path),
                query=request.query,
                body=_readable(request.content),
                operation=self._operation_name(request),
                contact=self._contact_of(request),
                status=status,
                applied=applied,
                fault=fault.kind if fault else None,
                headers={name: one for name, one in request.headers.items() if name != "api-key"},
            )
        )


def _below_prefix(path: str) -> str:
    return path.removeprefix(PREFIX)


def _readable(content: bytes) -> object:
    if not content:
        return None
    try:
        value: object = msgspec.json.decode(content)
    except (msgspec.DecodeError, RecursionError):
        return content.decode("utf-8", "replace")
    return value


def _query(text: str) -> dict[str, str]:
    """Names and values; a name that is repeated, as the SDK sends lists, reads as a comma list."""
    found: dict[str, str] = {}
    for name, value in parse_qsl(text, keep_blank_values=True):
        found[name] = f"{found[name]},{value}" if name in found else value
    return found


def _refused(refusal: Refusal, headers: dict[str, str]) -> Reply:
    return Reply(refusal.status, msgspec.json.encode(refusal.body), {**_JSON, **headers})


def _unknown_place(match: Match) -> Reply:
    if match.methods:
        allow = {"allow": ", ".join(sorted(match.methods))}
        return _refused(Refusal(405, "method_not_allowed", "method not allowed here"), allow)
    return _refused(Refusal(404, "document_not_found", "no such path"), {})
