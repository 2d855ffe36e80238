"""Answers that go wrong on the wire, as a fault orders."""

from __future__ import annotations

import gzip
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Final

import msgspec

from dashboard.sandbox.application import Application, HttpRequest, Reply
from dashboard.sandbox.faults import Fault
from dashboard.sandbox.ids import fixed_id
from dashboard.sandbox.server import Connection, response_bytes

_PAGE: Final = (
    b"<!doctype html><html><head><title>Gateway</title></head><body><h1>Bad gateway</h1></body></html>"
)
_CLOSE: Final = {"connection": "close"}
_IDENTIFIERS: Final = frozenset(
    {
        "id",
        "contactId",
        "loyaltyProgramId",
        "balanceDefinitionId",
        "memberContactId",
        "tierId",
        "loyaltySubscriptionId",
    }
)


def answer_broken(
    application: Application, request: HttpRequest, fault: Fault, connection: Connection
) -> bool:
    """Answer as ``fault`` orders; whether the connection can go on."""
    if fault.kind == "delay":
        connection.wait(fault.seconds)
    reply = application.answer(request, fault)
    return _BREAKS[fault.kind](reply, fault, connection)


def _delayed(reply: Reply, _fault: Fault, connection: Connection) -> bool:
    connection.send(response_bytes(reply))
    return True


def _delayed_answer(reply: Reply, fault: Fault, connection: Connection) -> bool:
    connection.wait(fault.seconds)
    return _delayed(reply, fault, connection)


def _status(reply: Reply, fault: Fault, connection: Connection) -> bool:
    body = msgspec.json.encode({"code": "internal_error", "message": f"ordered status {fault.status}"})
    connection.send(response_bytes(Reply(fault.status, body, {**_as_json(reply), **fault.headers})))
    return True


def _drop(_reply: Reply, _fault: Fault, _connection: Connection) -> bool:
    return False


def _reset(_reply: Reply, _fault: Fault, connection: Connection) -> bool:
    connection.reset()
    return False


def _truncate(reply: Reply, _fault: Fault, connection: Connection) -> bool:
    half = replace(reply, content=reply.content[: len(reply.content) // 2])
    connection.send(response_bytes(half, length=max(len(reply.content), 1)))
    return False


def _garbage(_reply: Reply, _fault: Fault, connection: Connection) -> bool:
    connection.send(b"\x00\xffnot http at all\r\n\r\n\x16\x03\x01")
    return False


def _not_json(reply: Reply, _fault: Fault, connection: Connection) -> bool:
    connection.send(response_bytes(replace(reply, content=b'{"id": tru', headers=_as_json(reply))))
    return True


def _empty(reply: Reply, _fault: Fault, connection: Connection) -> bool:
    connection.send(response_bytes(replace(reply, content=b"")))
    return True


def _foreign(reply: Reply, _fault: Fault, connection: Connection) -> bool:
    tree: object = msgspec.json.decode(reply.content) if reply.content else {}
    connection.send(response_bytes(replace(reply, content=msgspec.json.encode(_of_another(tree)))))
    return True


def _of_another(tree: object, name: str = "") -> object:
    """The same answer about other objects."""
    if isinstance(tree, dict):
        return {key: _of_another(value, key) for key, value in tree.items()}
    if isinstance(tree, list):
        return [_of_another(one) for one in tree]
    if name not in _IDENTIFIERS:
        return tree
    return tree + 1 if isinstance(tree, int) else fixed_id(f"foreign:{tree}")


def _stray(reply: Reply, _fault: Fault, connection: Connection) -> bool:
    stray = Reply(200, b'{"id":"00000000-0000-4000-8000-000000000000","status":"completed"}', _as_json(reply))
    connection.send(response_bytes(reply) + response_bytes(stray))
    return True


def _drip(reply: Reply, fault: Fault, connection: Connection) -> bool:
    whole = response_bytes(reply, _CLOSE)
    head = len(whole) - len(reply.content)
    connection.send(whole[:head])
    connection.drip(whole[head:], fault.seconds)
    return False


def _slow_headers(reply: Reply, fault: Fault, connection: Connection) -> bool:
    whole = response_bytes(reply, _CLOSE)
    head = len(whole) - len(reply.content)
    connection.drip(whole[:head], fault.seconds)
    connection.send(whole[head:])
    return False


def _html(_reply: Reply, fault: Fault, connection: Connection) -> bool:
    connection.send(
        response_bytes(Reply(fault.status, _PAGE, {"content-type": "text/html", **fault.headers}))
    )
    return True


def _redirect(_reply: Reply, _fault: Fault, connection: Connection) -> bool:
    connection.send(response_bytes(Reply(302, b"", {"location": "http://127.0.0.1:9/v3/elsewhere"})))
    return True


def _huge(reply: Reply, fault: Fault, connection: Connection) -> bool:
    connection.send(response_bytes(replace(reply, content=_padding(fault), headers=_as_json(reply))))
    return True


def _gzip_bomb(reply: Reply, fault: Fault, connection: Connection) -> bool:
    headers = {**_as_json(reply), "content-encoding": "gzip"}
    connection.send(response_bytes(replace(reply, content=gzip.compress(_padding(fault)), headers=headers)))
    return True


def _padding(fault: Fault) -> bytes:
    return b'{"padding":"' + b"x" * (fault.megabytes * 1_000_000) + b'"}'


def _as_json(reply: Reply) -> dict[str, str]:
    return {**reply.headers, "content-type": "application/json"}


_BREAKS: Final[Mapping[str, Callable[[Reply, Fault, Connection], bool]]] = {
    "delay": _delayed,
    "apply_then_delay": _delayed_answer,
    "status": _status,
    "apply_then_status": _status,
    "drop_before": _drop,
    "apply_then_drop": _drop,
    "reset_before": _reset,
    "apply_then_reset": _reset,
    "truncate": _truncate,
    "garbage": _garbage,
    "not_json": _not_json,
    "empty": _empty,
    "foreign": _foreign,
    "stray": _stray,
    "drip": _drip,
    "slow_headers": _slow_headers,
    "html": _html,
    "redirect": _redirect,
    "huge": _huge,
    "gzip_bomb": _gzip_bomb,
}
