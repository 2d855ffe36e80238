"""A sandbox for tests: fresh, in a thread, on a free port, steered through :class:`Remote`.

Use the fixture ``sandbox`` (a new world for every test; it starts in a few milliseconds) by importing it
into a ``conftest.py``::

    from tests.support.sandbox import sandbox  # noqa: F401
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from http.client import HTTPConnection, HTTPResponse
from typing import Any
from urllib.parse import urlencode

import pytest

from dashboard.sandbox import Control, Sandbox, SandboxOptions
from dashboard.sandbox.calls import Call
from dashboard.sandbox.faults import Fault


class Remote:
    """A running sandbox and what tests do with it.

    ``url`` (ends in ``/v3``) and ``key`` are what the product is configured with; everything in
    :class:`dashboard.sandbox.Control` is within reach as ``remote.control``, the common things directly.
    """

    def __init__(self, server: Sandbox) -> None:
        self.server = server
        self.url = server.url
        self.key = server.key
        self.control: Control = server.control

    def fault(self, kind: str, method: str = "*", path: str = "*", **more: Any) -> int:
        """Order a fault for the next matching call(s): see :class:`dashboard.sandbox.faults.Fault`.

        :param path: pattern over the path below ``/v3``, or an operation's name (``completeTransaction``).
        :param more: ``times`` (0 for ever), ``skip``, ``seconds``, ``status``, ``megabytes``, ``headers``.
        """
        return self.control.fault(Fault(kind, method, path, **more))

    def clear_faults(self) -> None:
        self.control.clear_faults()

    def switch(self, name: str, value: str) -> None:
        self.control.switch(name, value)

    def advance(self, seconds: float) -> None:
        self.control.advance(seconds)

    def latency(self, seconds: float) -> None:
        self.control.latency(seconds)

    def calls(self, operation: str | None = None) -> list[Call]:
        """The calls made so far, oldest first; only those of ``operation`` when it is given."""
        return [one for one in self.control.calls() if operation in {None, one.operation}]

    def operations(self) -> list[str]:
        """The names of the operations called so far, in order."""
        return [one.operation for one in self.control.calls()]

    def clear_calls(self) -> None:
        self.control.clear_calls()

    def ledger(self, programme_id: str, contact_id: int) -> dict[str, Any]:
        """All that a member holds, read behind the API's back."""
        ledger = self.control.ledger(programme_id, contact_id)
        assert ledger is not None, f"{contact_id} is no member"
        return ledger

    def ask(
        self, method: str, path: str, body: object = None, *, key: str | None = None, **query: object
    ) -> Reply:
        """One call below ``/v3`` over a connection of its own, without the product's client.

        :param body: sent as JSON; bytes go as they are.
        :param key: another key than the right one; empty for none.
        """
        return ask(self.server, method, path, body, key=key, **query)


class Reply:
    """An answer: ``status``, ``headers`` (names in lower case), ``content`` and its ``json``."""

    def __init__(self, response: HTTPResponse) -> None:
        self.status = response.status
        self.headers = {name.lower(): value for name, value in response.getheaders()}
        self.content = response.read()

    @property
    def json(self) -> Any:
        return json.loads(self.content) if self.content else None


def ask(
    server: Sandbox, method: str, path: str, body: object = None, *, key: str | None = None, **query: object
) -> Reply:
    """See :meth:`Remote.ask`."""
    connection = HTTPConnection(server.address.removeprefix("http://"), timeout=10)
    key = server.key if key is None else key
    headers = {"api-key": key} if key else {}
    content = body if isinstance(body, bytes) or body is None else json.dumps(body).encode()
    if content is not None:
        headers["content-type"] = "application/json"
    target = f"/v3{path}" + (f"?{urlencode(query)}" if query else "")
    try:
        connection.request(method, target, content, headers)
        return Reply(connection.getresponse())
    finally:
        connection.close()


def start(options: SandboxOptions | None = None) -> Remote:
    """A running sandbox with 40 members and no rate limit, unless ``options`` say otherwise."""
    return Remote(Sandbox(options or SandboxOptions(members=40, plan="off")).start())


@pytest.fixture
def sandbox() -> Iterator[Remote]:
    """A fresh world for one test."""
    remote = start()
    yield remote
    remote.server.stop()
