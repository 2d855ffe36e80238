"""A remote on a real socket that does exactly what a test tells it, the impossible included.

::

    remote.then(answer(200, {"items": []}), hang())      # the first two requests
    remote.always(lambda request: answer(200, page(request)))

A step gets the open connection and returns whether the connection stays open.
"""

from __future__ import annotations

import gzip
import json
import socket
import struct
import threading
from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import BinaryIO
from urllib.parse import parse_qsl, unquote, urlsplit


@dataclass(frozen=True)
class Request:
    """What came in. ``line`` is the number of its connection, the first being 0."""

    method: str
    target: str
    headers: Mapping[str, str]
    body: bytes
    line: int

    @property
    def path(self) -> str:
        return unquote(urlsplit(self.target).path)

    @property
    def query(self) -> dict[str, str]:
        return dict(parse_qsl(urlsplit(self.target).query))

    @property
    def json(self) -> dict[str, object]:
        found: dict[str, object] = json.loads(self.body)
        return found


@dataclass(frozen=True)
class Link:
    """An open connection, and the event that ends every step at the end of the test."""

    socket: socket.socket
    over: threading.Event


Step = Callable[[Link], bool]


def raw(data: bytes, *, keep: bool = False) -> Step:
    """Send ``data`` as it is."""

    def step(link: Link) -> bool:
        link.socket.sendall(data)
        return keep

    return step


def answer(
    status: int, body: object = None, headers: Mapping[str, str] | None = None, *, keep: bool = True
) -> Step:
    """A well-formed answer; ``body`` is JSON unless it is bytes."""
    return raw(answer_bytes(status, body, headers), keep=keep)


def answer_bytes(status: int, body: object = None, headers: Mapping[str, str] | None = None) -> bytes:
    data = body if isinstance(body, bytes) else b"" if body is None else json.dumps(body).encode()
    said = {"content-type": "application/json", "content-length": str(len(data)), **(headers or {})}
    if status == 204:
        del said["content-length"]
    head = "".join(f"{name}: {value}\r\n" for name, value in said.items())
    return f"HTTP/1.1 {status} Whatever\r\n{head}\r\n".encode() + data


def hang() -> Step:
    """Never answer."""

    def step(link: Link) -> bool:
        link.over.wait()
        return False

    return step


def drip(data: bytes, *, every: float = 0.02) -> Step:
    """Send a byte at a time, for ever if need be."""

    def step(link: Link) -> bool:
        position = 0
        while not link.over.wait(every):
            link.socket.sendall(data[position : position + 1] or b" ")
            position += 1
        return False

    return step


def close() -> Step:
    """Read the request, say nothing, close."""
    return raw(b"")


def reset() -> Step:
    """Read the request, then reset the connection."""

    def step(link: Link) -> bool:
        link.socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        return False

    return step


def bomb(size: int) -> Step:
    """An honest gzip answer that unfolds to ``size`` bytes."""
    return answer(200, gzip.compress(b" " * size), {"content-encoding": "gzip"})


class ScriptedRemote:
    """The server.

    ``requests`` is everything that came in, ``lines`` counts connections. ``is_older`` marks one that
    speaks an older contract than the current one.
    """

    def __init__(self) -> None:
        self.is_older = False
        self.requests: list[Request] = []
        self.lines = 0
        self._script: deque[Step] = deque()
        self._fallback: Callable[[Request], Step] = lambda _: answer(500, {"message": "not scripted"})
        self._over = threading.Event()
        self._lock = threading.Lock()
        self._threads: list[threading.Thread] = []
        self._open: list[socket.socket] = []
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self._listener.getsockname()[1]}/v3"
        self._spawn(self._accept)

    def then(self, *steps: Step) -> ScriptedRemote:
        """What happens to the next requests, in order."""
        self._script.extend(steps)
        return self

    def always(self, respond: Callable[[Request], Step]) -> ScriptedRemote:
        """What happens to every request beyond the script."""
        self._fallback = respond
        return self

    def shut(self) -> None:
        """End everything and wait for it."""
        if self._over.is_set():
            return
        self._over.set()
        self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        with self._lock:
            for connection in self._open:
                _end(connection)
        for thread in self._threads:
            thread.join(5)

    def _spawn(self, target: Callable[..., None], *arguments: object) -> None:
        thread = threading.Thread(target=target, args=arguments, daemon=True)
        self._threads.append(thread)
        thread.start()

    def _accept(self) -> None:
        while not self._over.is_set():
            try:
                connection, _ = self._listener.accept()
            except OSError:
                return
            with self._lock:
                self._open.append(connection)
                number = self.lines
                self.lines += 1
            self._spawn(self._serve, connection, number)

    def _serve(self, connection: socket.socket, number: int) -> None:
        with connection:
            incoming = connection.makefile("rb")
            try:
                while request := _read_request(incoming, number):
                    with self._lock:
                        self.requests.append(request)
                        step = self._script.popleft() if self._script else self._fallback(request)
                    if not step(Link(connection, self._over)):
                        return
            except (OSError, ValueError):
                # The client is gone, or does not speak HTTP.
                return
            finally:
                # A half-read file object would keep the socket open after its close.
                incoming.close()


def _end(connection: socket.socket) -> None:
    try:
        connection.shutdown(socket.SHUT_RDWR)
    except OSError:
        return


def _read_request(incoming: BinaryIO, number: int) -> Request | None:
    line = incoming.readline()
    if not line:
        return None
    method, target, _ = line.decode().split()
    headers: dict[str, str] = {}
    while (header := incoming.readline().strip()) != b"":
        name, value = header.decode().split(":", 1)
        headers[name.lower()] = value.strip()
    body = incoming.read(int(headers.get("content-length", 0)))
    return Request(method, target, headers, body, number)
