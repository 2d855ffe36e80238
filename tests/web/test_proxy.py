"""Whose address counts when proxies stand in front (security line 33)."""

from __future__ import annotations

import pytest
from werkzeug.test import Client

from dashboard.web.proxy import BehindProxies


def caller(peer, told, trusted=("127.0.0.1", "10.0.0.0/8", "::1")):
    """The address that the application sees."""
    headers = {} if told is None else {"X-Forwarded-For": told}

    def app(environ, start_response):
        start_response("200 OK", [])
        return [environ["REMOTE_ADDR"].encode()]

    client = Client(BehindProxies(app, trusted))
    return client.get("/", headers=headers, environ_base={"REMOTE_ADDR": peer}).text


@pytest.mark.parametrize(
    ("peer", "told", "address"),
    [
        ("127.0.0.1", "203.0.113.9", "203.0.113.9"),
        ("127.0.0.1", "203.0.113.9, 10.1.2.3", "203.0.113.9"),
        ("::1", "2001:db8::7", "2001:db8::7"),
        ("127.0.0.1", None, "127.0.0.1"),
        ("", "203.0.113.9", ""),
    ],
)
def test_a_trusted_proxy_tells_who_called(peer, told, address):
    assert caller(peer, told) == address


@pytest.mark.parametrize(
    ("peer", "told", "address"),
    [
        ("203.0.113.9", "198.51.100.1", "203.0.113.9"),
        ("127.0.0.1", "198.51.100.1, 203.0.113.9", "203.0.113.9"),
        ("127.0.0.1", "198.51.100.1, 203.0.113.9, 10.1.2.3", "203.0.113.9"),
        ("127.0.0.1", "198.51.100.1, junk, 10.1.2.3", "10.1.2.3"),
        ("127.0.0.1", "junk", "127.0.0.1"),
    ],
)
def test_what_a_stranger_tells_is_not_believed(peer, told, address):
    assert caller(peer, told) == address


def test_trust_in_anybody_is_trust_in_the_nearest_alone():
    assert caller("192.0.2.1", "198.51.100.1, 203.0.113.9", trusted=["*"]) == "203.0.113.9"
