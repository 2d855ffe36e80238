"""Whose address a request comes from when proxies stand in front: only trusted ones are believed."""

from __future__ import annotations

from collections.abc import Iterable
from ipaddress import ip_address, ip_network
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

ANYBODY = "*"


class BehindProxies:
    """Puts the caller's own address into ``REMOTE_ADDR``, for the throttle, the audit record and the log.

    ``X-Forwarded-For`` is read from its end, which the nearest proxy wrote, back to the first address that is
    no trusted proxy; what stands before it may be made up.

    :param trusted: addresses and networks of proxies; ``*`` trusts whoever connects, and that one alone.
    """

    def __init__(self, app: WSGIApplication, trusted: Iterable[str]) -> None:
        names = tuple(trusted)
        self._app = app
        self._trusts_anybody = ANYBODY in names
        self._networks = tuple(ip_network(name, strict=False) for name in names if name != ANYBODY)

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """A WSGI application."""
        told = environ.get("HTTP_X_FORWARDED_FOR", "")
        if told:
            environ["REMOTE_ADDR"] = self._caller(environ.get("REMOTE_ADDR", ""), told)
        return self._app(environ, start_response)

    def _caller(self, peer: str, told: str) -> str:
        hops = [hop.strip() for hop in told.split(",")]
        if self._trusts_anybody:
            return hops[-1] if _is_address(hops[-1]) else peer
        caller = peer
        while hops and self._is_trusted(caller) and _is_address(hops[-1]):
            caller = hops.pop()
        return caller

    def _is_trusted(self, address: str) -> bool:
        return _is_address(address) and any(ip_address(address) in network for network in self._networks)


def _is_address(text: str) -> bool:
    try:
        ip_address(text)
    except ValueError:
        return False
    return True
