"""A console whose programme configuration is at hand, as it nearly always is, and the sandbox behind it."""

from __future__ import annotations

from dashboard.sandbox import cast
from tests.support.app import Desk
from tests.support.sandbox import Remote


def remote_of(desk: Desk) -> Remote:
    """The sandbox behind a console that has one."""
    assert desk.remote is not None
    return desk.remote


def warm(desk: Desk) -> Desk:
    """Read the configuration, which is kept for an hour, and forget that it was asked for."""
    desk.services.configuration.programmes()
    desk.services.configuration.of(cast.NORTHWIND)
    remote_of(desk).clear_calls()
    return desk
