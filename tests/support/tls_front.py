"""TLS before a server of plain HTTP on this machine: takes connections, and passes on what comes over them.

In a process of its own: ``python -m tests.support.tls_front SERVER_PORT CERTIFICATE KEY --port PORT``.
"""

from __future__ import annotations

import select
import socket
import ssl
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from threading import Event, Lock, Thread
from urllib.parse import urlsplit

from tests.support.certificates import Certificate

_CHUNK = 64 * 1024


class TlsFront:
    """Listens at ``port`` (0 takes a free one) from the start, in threads of its own."""

    def __init__(self, server_port: int, context: ssl.SSLContext, *, port: int = 0) -> None:
        self._server_port = server_port
        self._context = context
        self._listener = socket.create_server(("127.0.0.1", port), backlog=256)
        self.port: int = self._listener.getsockname()[1]
        self.connections = 0
        """How many got through the handshake so far."""
        self._over = Event()
        self._lock = Lock()
        self._open: set[socket.socket] = set()
        self._acceptor = Thread(target=self._accept, daemon=True)
        self._acceptor.start()

    @property
    def url(self) -> str:
        """Where the Brevo API answers over TLS, with its version."""
        return f"https://127.0.0.1:{self.port}/v3"

    def stop(self) -> None:
        """Close the listener and every connection."""
        self._over.set()
        with suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        self._acceptor.join()
        with self._lock:
            for each in self._open:
                with suppress(OSError):
                    each.shutdown(socket.SHUT_RDWR)

    def _accept(self) -> None:
        while not self._over.is_set():
            try:
                client, _ = self._listener.accept()
            except OSError:
                return
            Thread(target=self._serve, args=(client,), daemon=True).start()

    def _serve(self, client: socket.socket) -> None:
        with client, suppress(OSError):  # whoever refuses our certificate hangs up
            client.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            with self._context.wrap_socket(client, server_side=True) as secure:
                self._pass_on(secure)

    def _pass_on(self, secure: ssl.SSLSocket) -> None:
        with socket.create_connection(("127.0.0.1", self._server_port)) as server:
            server.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            with self._lock:
                self.connections += 1
                self._open |= {secure, server}
            try:
                while _relayed(secure, server):
                    pass
            finally:
                with self._lock:
                    self._open -= {secure, server}


@contextmanager
def tls_before(url: str, context: ssl.SSLContext) -> Iterator[TlsFront]:
    """A front before the server at ``url``, for a test."""
    front = TlsFront(urlsplit(url).port or 0, context)
    try:
        yield front
    finally:
        front.stop()


def _relayed(secure: ssl.SSLSocket, server: socket.socket) -> bool:
    """Wait for either end and hand what it said to the other; whether both are still there."""
    readable, _, _ = select.select([secure, server], [], [])
    for source, sink in ((secure, server), (server, secure)):
        # A read takes a whole record of TLS: nothing decrypted is left where select() cannot see it.
        if source in readable:
            data = source.recv(_CHUNK)
            if not data:
                return False
            sink.sendall(data)
    return True


def main() -> None:
    """Run until the process is ended."""
    server_port, certificate, key, _, port = sys.argv[1:]
    context = Certificate(Path(certificate), Path(key)).context()
    TlsFront(int(server_port), context, port=int(port))
    Event().wait()


if __name__ == "__main__":
    main()
