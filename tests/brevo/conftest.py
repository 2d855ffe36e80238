"""A scripted remote, and clients that speak to it with little patience."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from dashboard.brevo import Brevo
from tests.brevo.contract import check_request
from tests.brevo.remote import ScriptedRemote
from tests.brevo.values import KEY
from tests.support.sandbox import sandbox  # noqa: F401 - a fixture

PATIENCE = 0.6
"""Seconds that these tests give a call."""


@pytest.fixture
def remote() -> Iterator[ScriptedRemote]:
    """A scripted remote that also sees to it that everything it was asked is in the contract."""
    server = ScriptedRemote()
    yield server
    server.shut()
    for request in server.requests:
        if not server.is_older:
            check_request(request)


@pytest.fixture
def client() -> Iterator[Callable[..., Brevo]]:
    """Makes clients and closes them at the end: ``client(url, deadline=3)``."""
    made: list[Brevo] = []

    def make(url: str, **options: Any) -> Brevo:
        made.append(Brevo(url, KEY, **options))
        return made[-1]

    yield make
    for one in made:
        one.close()


@pytest.fixture
def brevo(remote: ScriptedRemote, client: Callable[..., Brevo]) -> Brevo:
    return client(remote.url, deadline=PATIENCE, write_deadline=PATIENCE)
