"""A sandbox that serves: in a thread of a test, or as a process of its own."""

from __future__ import annotations

import signal
from collections.abc import Callable
from threading import Event
from time import monotonic
from types import FrameType

from dashboard.sandbox.application import Application, HttpRequest
from dashboard.sandbox.breaking import answer_broken
from dashboard.sandbox.clock import Clock
from dashboard.sandbox.control import Control
from dashboard.sandbox.controlpath import CONTROL_PREFIX, ControlPath
from dashboard.sandbox.options import SandboxOptions
from dashboard.sandbox.server import Connection, Server, response_bytes
from dashboard.sandbox.world import World


class Sandbox:
    """One stand-in of the remote API.

    ``url`` ends in ``/v3``; ``control`` steers it from within the process. Also a context manager.

    :raises OSError: when the port is taken.
    """

    def __init__(self, options: SandboxOptions | None = None) -> None:
        self.options = options or SandboxOptions()
        self.key = self.options.key
        world = World(self.options.seed, self.options.members, Clock(self.options.now), self.options.switches)
        self._application = Application(world, self.key, self.options.plan)
        self.control = Control(self._application)
        self._control_path = ControlPath(self.control)
        self._server = Server(self.options.host, self.options.port, self._answer)
        host = f"[{self.options.host}]" if ":" in self.options.host else self.options.host
        self.address = f"http://{host}:{self._server.port}"
        self.url = f"{self.address}/v3"

    def start(self) -> Sandbox:
        """Serve from now on; returns at once."""
        self._server.start()
        return self

    def stop(self) -> None:
        self._server.stop()

    def __enter__(self) -> Sandbox:
        return self.start()

    def __exit__(self, *_: object) -> None:
        self.stop()

    def _answer(self, request: HttpRequest, connection: Connection, keep: bool) -> bool:
        headers = {} if keep else {"connection": "close"}
        if request.path.startswith(CONTROL_PREFIX):
            connection.send(response_bytes(self._control_path.answer(request), headers))
            return True
        due = monotonic() + self._application.latency
        fault = self._application.fault_for(request)
        if fault:
            connection.wait(due - monotonic())
            return answer_broken(self._application, request, fault, connection)
        # Several requests at once wait beside one another, as at the remote: none for the work of the others.
        response = response_bytes(self._application.answer(request), headers)
        connection.wait(due - monotonic())
        connection.send(response)
        return True


def serve(options: SandboxOptions, tell: Callable[[str], None] = print) -> None:
    """Serve until SIGINT or SIGTERM. Address and key are told at the start.

    :raises OSError: when the port is taken.
    """
    over = Event()

    def end(_signal: int, _frame: FrameType | None) -> None:
        over.set()

    for name in (signal.SIGINT, signal.SIGTERM):
        signal.signal(name, end)
    with Sandbox(options) as sandbox:
        tell(f"Sandbox at {sandbox.url} with the key {sandbox.key}")
        tell(f"Control at {sandbox.address}{CONTROL_PREFIX}")
        over.wait()
