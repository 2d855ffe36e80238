"""HTTP/1.1 on raw sockets: a thread per connection, kept alive. Raw, because faults break the protocol."""

from __future__ import annotations

import socket
import struct
from collections.abc import Callable, Mapping
from contextlib import suppress
from http import HTTPStatus
from io import BufferedReader
from threading import Event, Lock, Thread
from typing import Final

from dashboard.sandbox.application import HttpRequest, Reply

_LONGEST_HEAD: Final = 64 * 1024
_LARGEST_BODY: Final = 1024 * 1024
_REASONS: Final = {status.value: status.phrase for status in HTTPStatus}


class BadRequest(Exception):  # noqa: N818 -- named after the status
    """What arrived is no HTTP/1.1 request we read; carries the status to answer."""

    def __init__(self, status: int) -> None:
        super().__init__(status)
        self.status = status


class Connection:
    """One client's socket, as faults see it."""

    def __init__(self, connected: socket.socket, stopped: Event) -> None:
        self._socket = connected
        self._stopped = stopped

    def send(self, content: bytes) -> None:
        self._socket.sendall(content)

    def wait(self, seconds: float) -> None:
        """Sleep, unless the server stops meanwhile."""
        if seconds > 0:
            self._stopped.wait(seconds)

    def drip(self, content: bytes, seconds: float) -> None:
        """Send byte by byte, evenly over ``seconds``."""
        for position in range(len(content)):
            if self._stopped.is_set():
                return
            self._socket.sendall(content[position : position + 1])
            self.wait(seconds / len(content))

    def reset(self) -> None:
        """Make the close that follows a TCP reset."""
        self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))


Answerer = Callable[[HttpRequest, Connection, bool], bool]
"""Answers a request on a connection, given whether the client keeps it; whether it can go on."""


class Server:
    """Listens on ``host``; ``port`` 0 takes a free one. :meth:`start` returns at once."""

    def __init__(self, host: str, port: int, answer: Answerer) -> None:
        family = socket.AF_INET6 if ":" in host else socket.AF_INET
        self._listener = socket.create_server((host, port), family=family, backlog=256)
        self.port: int = self._listener.getsockname()[1]
        self._answer = answer
        self._stopped = Event()
        self._open: set[socket.socket] = set()
        self._lock = Lock()

    def start(self) -> None:
        Thread(target=self._accept, name="sandbox", daemon=True).start()

    def stop(self) -> None:
        """Close everything; connections in the middle of an answer break off."""
        self._stopped.set()
        with suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        with self._lock:
            for connected in self._open:
                with suppress(OSError):
                    connected.shutdown(socket.SHUT_RDWR)

    def _accept(self) -> None:
        while not self._stopped.is_set():
            try:
                connected, _ = self._listener.accept()
            except OSError:
                return
            Thread(target=self._serve, args=(connected,), daemon=True).start()

    def _serve(self, connected: socket.socket) -> None:
        with self._lock:
            self._open.add(connected)
        try:
            # Closed at the end, whatever breaks: a client that waits must see it.
            with suppress(OSError), connected, connected.makefile("rb") as reader:
                connected.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
                connection = Connection(connected, self._stopped)
                while not self._stopped.is_set() and self._turn(reader, connection):
                    pass
        finally:
            with self._lock:
                self._open.discard(connected)

    def _turn(self, reader: BufferedReader, connection: Connection) -> bool:
        """One request and its answer; whether another may follow."""
        try:
            request = read_request(reader, connection)
        except BadRequest as error:
            connection.send(response_bytes(Reply(error.status), {"connection": "close"}))
            return False
        if request is None:
            return False
        keep = request.headers.get("connection", "").lower() != "close"
        return self._answer(request, connection, keep) and keep


def read_request(reader: BufferedReader, connection: Connection) -> HttpRequest | None:
    """The next request, or None at the end of the connection.

    :raises BadRequest: for anything but a plain HTTP/1.1 request with a Content-Length.
    """
    line = reader.readline(_LONGEST_HEAD)
    if not line.strip():
        return None
    parts = line.decode("latin-1").split()
    if len(parts) != 3 or parts[2] not in {"HTTP/1.1", "HTTP/1.0"}:
        raise BadRequest(400)
    headers = _read_headers(reader)
    if parts[2] == "HTTP/1.0":
        headers.setdefault("connection", "close")
    if "transfer-encoding" in headers:
        raise BadRequest(411)
    length = headers.get("content-length", "0")
    if not length.isdecimal():
        raise BadRequest(400)
    if int(length) > _LARGEST_BODY:
        raise BadRequest(413)
    if headers.get("expect", "").lower() == "100-continue":
        connection.send(b"HTTP/1.1 100 Continue\r\n\r\n")
    content = reader.read(int(length))
    if len(content) < int(length):
        return None
    path, _, query = parts[1].partition("?")
    return HttpRequest(parts[0], path, query, headers, content)


def _read_headers(reader: BufferedReader) -> dict[str, str]:
    headers: dict[str, str] = {}
    size = 0
    while (line := reader.readline(_LONGEST_HEAD)) not in {b"\r\n", b"\n"}:
        name, colon, value = line.decode("latin-1").partition(":")
        size += len(line)
        if not colon or size > _LONGEST_HEAD:
            raise BadRequest(431 if size > _LONGEST_HEAD else 400)
        headers[name.strip().lower()] = value.strip()
    return headers


def response_bytes(
    reply: Reply, headers: Mapping[str, str] | None = None, *, length: int | None = None
) -> bytes:
    """The whole answer.

    :param length: announce this many bytes instead of those there are.
    """
    lines = [f"HTTP/1.1 {reply.status} {_REASONS.get(reply.status, 'Unknown')}"]
    lines += [f"{name}: {value}" for name, value in {**reply.headers, **(headers or {})}.items()]
    if reply.status != 204:
        lines.append(f"content-length: {len(reply.content) if length is None else length}")
    return ("\r\n".join(lines) + "\r\n\r\n").encode("latin-1") + reply.content
