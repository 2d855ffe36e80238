"""The one door to the wire: sends a request, gives back the whole answer or one error of our tree.

Knows nothing of what is said. It keeps the absolute deadline and the size cap, follows no redirect,
reads no proxy settings from the environment, verifies TLS, and hands the key to the configured host
only. Reads share warm connections; writes get one of their own, closed afterwards, so that no stray
answer on a kept connection can be taken for theirs.
"""

from __future__ import annotations

import ssl
import zlib
from collections.abc import Iterable, Mapping

import httpcore
import httpx
import msgspec

from dashboard.brevo.deadline import Deadline, DeadlineBackend, NotTrusted, Resolver, resolve
from dashboard.brevo.errors import ForeignAnswer, NoAnswer, NotSecure, NotSent, Timeout, Unreadable
from dashboard.brevo.outbound import CONNECT_SECONDS, IDLE_SECONDS, LARGEST_ANSWER, POOL_SIZE
from dashboard.brevo.pool import LifoPool, PoolExhausted

USER_AGENT = "loyalty-desk"
_NOT_SENT = (httpx.ConnectError, httpx.ConnectTimeout)
"""What proves that no byte of the request left us; a failed TLS handshake is a ConnectError."""
_NO_BODY = httpx.ByteStream(b"")


class Answer(msgspec.Struct, frozen=True):
    """A whole answer, decompressed. Header names are lower-case."""

    status: int
    headers: Mapping[str, str]
    body: bytes

    @property
    def request_id(self) -> str | None:
        """The remote's handle for the request: what its support asks for."""
        return self.headers.get("sib-request-id")


class Wire:
    """Connections to one remote. Safe to share between threads."""

    def __init__(
        self,
        api_url: str,
        api_key: str,
        *,
        authorities: str | None = None,
        resolver: Resolver = resolve,
    ) -> None:
        """``authorities`` are certificates (PEM) to trust instead of the public authorities'."""
        self._base = httpx.URL(api_url.rstrip("/"))
        if not (api_key.isascii() and api_key.isprintable()):
            raise ValueError("The key must be printable ASCII.")
        self._path = self._base.raw_path.rstrip(b"/")
        self._headers = httpx.Headers(
            {
                "host": self._base.netloc.decode("ascii"),
                "accept": "application/json",
                "accept-encoding": "gzip",
                "user-agent": USER_AGENT,
                "api-key": api_key,
            }
        )
        self._ssl = _tls(authorities) if self._base.scheme == "https" else None
        self._resolver = resolver
        self._pool = LifoPool(self._line, size=POOL_SIZE, idle=IDLE_SECONDS)

    def send(
        self, method: str, target: str, body: bytes | None, *, deadline: Deadline, own_connection: bool
    ) -> Answer:
        """Send one request and read its whole answer by ``deadline``.

        ``target`` is an encoded path below the remote's address, and a query.

        :raises NotSent: when the request provably never left.
        :raises NoAnswer: when it may have.
        :raises Unreadable: for an answer too big or wrongly compressed.
        :raises ForeignAnswer: for an answer that was there before the request.
        """
        request = self._request(method, target, body, own_connection=own_connection)
        if own_connection:
            line = self._line()
            try:
                return line.send(request, deadline)
            finally:
                line.close()
        try:
            with self._pool.lent(deadline.remaining()) as line:
                return line.send(request, deadline)
        except PoolExhausted as error:
            raise NotSent("All connections are busy.") from error

    def drop(self) -> None:
        """Give up every kept connection: one of them carried somebody else's answer."""
        self._pool.drop()

    def _request(
        self, method: str, target: str, body: bytes | None, *, own_connection: bool
    ) -> httpx.Request:
        # The address is the same for all, so that nothing in a target can lead the key elsewhere.
        headers = self._headers.copy()
        if body is not None:
            headers["content-type"] = "application/json"
        if own_connection:
            headers["connection"] = "close"
        return httpx.Request(
            method,
            self._base,
            headers=headers,
            content=body,
            # Given a stream, httpx does not look for the headers of a body that a GET does not have.
            stream=_NO_BODY if method == "GET" else None,
            extensions={
                "target": self._path + target.encode("ascii"),
                "timeout": {"connect": CONNECT_SECONDS},
            },
        )

    def _line(self) -> _Line:
        return _Line(self._base, self._ssl, self._resolver)


class _Line(httpx.HTTPTransport):
    """One connection, opened by the first call. A bare transport: no redirects, cookies or environment."""

    def __init__(self, base: httpx.URL, ssl_context: ssl.SSLContext | None, resolver: Resolver) -> None:
        # The base class offers no way to hand in a network backend, and would make a TLS context of
        # its own (16 ms) for every line. A pool inside a line that is pooled itself costs 40 us a call.
        self._backend = DeadlineBackend(resolver)
        self._connection = httpcore.HTTPConnection(
            httpcore.URL(scheme=base.raw_scheme, host=base.raw_host, port=base.port, target=b"/").origin,
            ssl_context=ssl_context,
            keepalive_expiry=IDLE_SECONDS,
            network_backend=self._backend,
        )
        self._pool = self._connection  # type: ignore[assignment] # both handle requests, and close

    @property
    def is_usable(self) -> bool:
        """Whether another call can be made: the remote has not closed it, nor said what nobody asked."""
        return not (self._connection.is_closed() or self._connection.has_expired())

    def send(self, request: httpx.Request, deadline: Deadline) -> Answer:
        self._backend.deadline = deadline
        try:
            response = self.handle_request(request)
            try:
                if self._backend.reads_since_write == 0:
                    raise ForeignAnswer("An answer was there before the request.")
                return _read(response)
            finally:
                response.close()
        except _NOT_SENT as error:
            kind = NotSecure if isinstance(error.__cause__, NotTrusted) else NotSent
            raise kind(str(error)) from error
        except httpx.TimeoutException as error:
            raise Timeout(str(error)) from error
        except httpx.TransportError as error:
            raise NoAnswer(str(error)) from error


def _tls(authorities: str | None) -> ssl.SSLContext:
    """What verifies certificate and host name, and speaks TLS 1.2 or newer."""
    if authorities is None:
        return httpx.create_ssl_context(trust_env=False)
    return ssl.create_default_context(cadata=authorities)


def _read(response: httpx.Response) -> Answer:
    headers = {name.lower(): value for name, value in response.headers.items()}
    stream: Iterable[bytes] = response.stream  # type: ignore[assignment] # a sync transport gives a sync stream
    encoding = headers.get("content-encoding", "identity").strip().lower()
    if encoding in {"gzip", "x-gzip"}:
        body = _inflated(stream)
    elif encoding in {"identity", ""}:
        body = _capped(stream)
    else:
        raise Unreadable("The answer is compressed in a way nobody asked for.", status=response.status_code)
    return Answer(response.status_code, headers, body)


def _capped(chunks: Iterable[bytes]) -> bytes:
    body = bytearray()
    for chunk in chunks:
        body += chunk
        if len(body) > LARGEST_ANSWER:
            raise Unreadable("The answer is too big.")
    return bytes(body)


def _inflated(chunks: Iterable[bytes]) -> bytes:
    """Decompress, never holding more than the cap: a few KB can unfold to gigabytes."""
    body = bytearray()
    decompressor = zlib.decompressobj(zlib.MAX_WBITS | 16)
    received = False
    try:
        for chunk in chunks:
            received = received or bool(chunk)
            body += decompressor.decompress(chunk, LARGEST_ANSWER + 1 - len(body))
            if len(body) > LARGEST_ANSWER:
                raise Unreadable("The answer is too big.")
    except zlib.error as error:
        raise Unreadable("The answer is not compressed as it says.") from error
    if received and not decompressor.eof:
        raise Unreadable("The answer is cut off.")
    return bytes(body)
