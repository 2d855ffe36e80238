"""An absolute end for a call, kept at the socket.

httpx limits each single read, so an answer that drips a byte a second lasts for ever (``a dripping
body held a call with a 1 s time-out for 40 s``). Here every operation on the socket gets what is
left of the call, resolving the host's name included.
"""

from __future__ import annotations

import ipaddress
import select
import socket
import ssl
import threading
import time
from collections.abc import Callable, Iterable
from typing import Any

import httpcore

Address = tuple[Any, ...]
"""One row of ``socket.getaddrinfo``."""
Resolver = Callable[[str, int], list[Address]]

_MOST_READ = 16 * 1024
"""Bytes at once; no TLS record holds more. httpcore asks for 64 KB, and every answer, mostly of a few, would
leave a hole of that size in the memory."""


class Deadline:
    """A point on the monotonic clock."""

    __slots__ = ("_at",)

    def __init__(self, seconds: float) -> None:
        self._at = time.monotonic() + seconds

    def remaining(self) -> float:
        """Seconds left; negative when it has passed."""
        return self._at - time.monotonic()


def resolve(host: str, port: int) -> list[Address]:
    """The system's resolver, for TCP."""
    return list(socket.getaddrinfo(host, port, type=socket.SOCK_STREAM))


class NotTrusted(httpcore.ConnectError):
    """The other end speaks no TLS that we accept, or cannot prove who it is."""


class DeadlineBackend(httpcore.NetworkBackend):
    """Opens connections whose every operation ends by ``deadline``, which each call sets anew.

    Belongs to one borrowed line, so that one call at a time uses it.
    """

    def __init__(self, resolver: Resolver) -> None:
        self.deadline = Deadline(0)
        self.opened = 0
        self.reads_since_write = 0
        self._resolver = resolver

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[httpcore.SOCKET_OPTION] | None = None,
    ) -> httpcore.NetworkStream:
        """Connect to the first of the host's addresses that answers, all of them within ``timeout``."""
        limit = Deadline(min(self.deadline.remaining(), timeout if timeout is not None else float("inf")))
        addresses = self._addresses(host, port, limit)
        failure: Exception = httpcore.ConnectError(f"{host} has no address")
        for tried, address in enumerate(addresses):
            share = limit.remaining() / (len(addresses) - tried)
            if share <= 0:
                raise httpcore.ConnectTimeout("no connection in time")
            try:
                opened = _connect(address, share)
            except TimeoutError:
                failure = httpcore.ConnectTimeout("no connection in time")
            except OSError as error:
                failure = httpcore.ConnectError(str(error))
            else:
                self.opened += 1
                return _DeadlineStream(opened, self)
        raise failure

    def _addresses(self, host: str, port: int, limit: Deadline) -> list[Address]:
        """Resolve in a thread of its own: the system's resolver knows no time limit."""
        if _is_literal(host):
            return self._resolver(host, port)
        found: list[list[Address] | OSError] = []

        def look() -> None:
            try:
                found.append(self._resolver(host, port))
            except (OSError, UnicodeError) as error:
                found.append(OSError(str(error)))

        thread = threading.Thread(target=look, name="resolve", daemon=True)
        thread.start()
        thread.join(max(limit.remaining(), 0))
        if not found:
            raise httpcore.ConnectTimeout(f"the name {host} was not resolved in time")
        if isinstance(found[0], OSError):
            raise httpcore.ConnectError(str(found[0]))
        return found[0]


class _DeadlineStream(httpcore.NetworkStream):
    def __init__(self, sock: socket.socket, backend: DeadlineBackend) -> None:
        self._socket = sock
        self._backend = backend

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        self._arm(httpcore.ReadTimeout)
        try:
            data = self._socket.recv(min(max_bytes, _MOST_READ))
        except TimeoutError as error:
            raise httpcore.ReadTimeout("no answer in time") from error
        except OSError as error:
            raise httpcore.ReadError(str(error)) from error
        self._backend.reads_since_write += 1
        return data

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        self._backend.reads_since_write = 0
        while buffer:
            self._arm(httpcore.WriteTimeout)
            try:
                sent = self._socket.send(buffer)
            except TimeoutError as error:
                raise httpcore.WriteTimeout("not sent in time") from error
            except OSError as error:
                raise httpcore.WriteError(str(error)) from error
            buffer = buffer[sent:]

    def start_tls(
        self, ssl_context: ssl.SSLContext, server_hostname: str | None = None, timeout: float | None = None
    ) -> httpcore.NetworkStream:
        try:
            self._arm(httpcore.ConnectTimeout, timeout)
            wrapped = ssl_context.wrap_socket(self._socket, server_hostname=server_hostname)
        except TimeoutError as error:
            self.close()
            raise httpcore.ConnectTimeout("no TLS handshake in time") from error
        except OSError as error:
            self.close()
            if isinstance(error, ssl.SSLError) and not isinstance(error, ssl.SSLEOFError):
                raise NotTrusted(_why_not(error)) from error
            raise httpcore.ConnectError(str(error)) from error
        except httpcore.ConnectTimeout:
            self.close()
            raise
        return _DeadlineStream(wrapped, self._backend)

    def close(self) -> None:
        self._socket.close()

    def get_extra_info(self, info: str) -> Any:
        if info == "is_readable":
            return _is_readable(self._socket)
        if info == "ssl_object" and isinstance(self._socket, ssl.SSLSocket):
            return self._socket
        return None

    def _arm(self, error: type[Exception], timeout: float | None = None) -> None:
        left = self._backend.deadline.remaining()
        if left <= 0:
            raise error("the deadline has passed")
        self._socket.settimeout(left if timeout is None else min(left, timeout))


def _connect(address: Address, seconds: float) -> socket.socket:
    family, kind, protocol, _, name = address
    sock = socket.socket(family, kind, protocol)
    try:
        sock.settimeout(seconds)
        sock.connect(name)
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    except BaseException:
        sock.close()
        raise
    return sock


def _why_not(error: ssl.SSLError) -> str:
    """What was wrong, without the library's error numbers and line of source."""
    if isinstance(error, ssl.SSLCertVerificationError):
        return f"The certificate is refused: {error.verify_message.rstrip('.')}."
    return f"TLS failed: {(error.reason or str(error)).replace('_', ' ').lower()}."


def _is_literal(host: str) -> bool:
    try:
        ipaddress.ip_address(host.strip("[]"))
    except ValueError:
        return False
    return True


def _is_readable(sock: socket.socket) -> bool:
    """An idle connection with something to read was closed, or carries what nobody asked for."""
    if sock.fileno() < 0:
        return True
    poll = select.poll()
    poll.register(sock, select.POLLIN)
    return bool(poll.poll(0))
