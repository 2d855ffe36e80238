"""A browser on the real stack. Whatever it complains about fails the test that it happened in."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page

from tests.e2e.desk import Desk
from tests.e2e.stack import Stack, running

OPENED = Callable[..., Page]


@pytest.fixture(scope="session")
def whole_stack(browser: Browser, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    """One demo for all tests: sandbox and console. Without a browser there is no need for it."""
    with running(tmp_path_factory.mktemp("demo")) as stack:
        yield stack


@pytest.fixture
def stack(whole_stack: Stack) -> Iterator[Stack]:
    """The demo, without faults of the test before."""
    whole_stack.calm()
    yield whole_stack
    whole_stack.calm()


@pytest.fixture
def desk(browser: Browser, stack: Stack) -> Iterator[Desk]:
    """Browsers on that demo, and what they complain about."""
    with Desk(browser, stack) as desk:
        yield desk
        desk.check()


@pytest.fixture
def page(desk: Desk) -> Page:
    """Sam, an agent, at a large screen."""
    return desk.open("sam")


@pytest.fixture
def member(stack: Stack) -> int:
    """The contact ID of a member of the test's own."""
    return stack.new_member()


@pytest.fixture
def own_stack(browser: Browser, tmp_path: Path) -> Iterator[Stack]:
    """A demo for this test alone: for tests that leave the remote in a bad state."""
    with running(tmp_path) as stack:
        yield stack


@pytest.fixture
def own_desk(browser: Browser, own_stack: Stack) -> Iterator[Desk]:
    """Browsers on the demo of this test alone."""
    with Desk(browser, own_stack) as desk:
        yield desk
        desk.check()
