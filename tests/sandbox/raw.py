"""A client on a bare socket: it sees what the wire carries, whatever a fault made of it."""

from __future__ import annotations

import json
import socket
from types import TracebackType
from urllib.parse import urlsplit

from tests.support.sandbox import Remote


class Wire:
    """One connection, kept open. Also a context manager."""

    def __init__(self, remote: Remote) -> None:
        parts = urlsplit(remote.url)
        self._key = remote.key
        self._socket = socket.create_connection((parts.hostname or "", parts.port or 0), timeout=10)

    def __enter__(self) -> Wire:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._socket.close()

    def send(self, content: bytes) -> None:
        self._socket.sendall(content)

    def ask(self, method: str, path: str, body: object = None) -> None:
        """Send a request below ``/v3``; read nothing yet."""
        content = b"" if body is None else json.dumps(body).encode()
        head = (
            f"{method} /v3{path} HTTP/1.1\r\nhost: sandbox\r\napi-key: {self._key}\r\n"
            f"content-length: {len(content)}\r\n\r\n"
        )
        self.send(head.encode() + content)

    def chunk(self) -> bytes:
        """What arrives next; empty at the end.

        :raises ConnectionResetError: on a TCP reset.
        """
        return self._socket.recv(1 << 20)

    def rest(self) -> bytes:
        """Everything to the end of the connection."""
        found = b""
        while chunk := self.chunk():
            found += chunk
        return found

    def answer(self) -> tuple[int, bytes]:
        """One whole answer: its status and body."""
        found = b""
        while b"\r\n\r\n" not in found:
            found += self._more()
        head, _, body = found.partition(b"\r\n\r\n")
        length = next(
            int(line.split(b":")[1]) for line in head.split(b"\r\n") if line.startswith(b"content-length")
        )
        while len(body) < length:
            body += self._more()
        return int(head.split()[1]), body

    def _more(self) -> bytes:
        chunk = self.chunk()
        if not chunk:
            raise EOFError("the connection ended in the middle of an answer")
        return chunk
