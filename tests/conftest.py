"""What tests of pages and deeds share: a console on its own database."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
import structlog

from tests.support import app as support
from tests.support.app import Desk
from tests.support.browser import browser
from tests.support.certificates import authority
from tests.support.sandbox import sandbox

__all__ = ["authority", "browser", "sandbox"]


@pytest.fixture(scope="session", autouse=True)
def plain_log() -> None:
    """Lines with plain tracebacks: the coloured ones, with every local variable, take seconds each."""
    plain = structlog.dev.ConsoleRenderer(colors=False, exception_formatter=structlog.dev.plain_traceback)
    structlog.configure(processors=[structlog.contextvars.merge_contextvars, plain])


@pytest.fixture(scope="session")
def desk_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A database with the demo's people."""
    return support.make_template(tmp_path_factory.mktemp("template"))


@pytest.fixture
def desk(desk_template: Path, tmp_path: Path) -> Iterator[Desk]:
    """A console whose remote does not answer: for all that must work without it."""
    with support.running(desk_template, tmp_path) as running:
        yield running


@pytest.fixture
def open_desk(desk_template: Path, tmp_path: Path) -> Iterator[Desk]:
    """A console on a sandbox with its cast and 40 members; ``open_desk.calls`` tells what it asked for."""
    with support.on_sandbox(desk_template, tmp_path) as running:
        yield running


@pytest.fixture
def real_desk(desk_template: Path, tmp_path: Path) -> Iterator[Desk]:
    """The same outside the demo, over https, with Mia, an agent who is no demo account."""
    with support.running(desk_template, tmp_path, demo=False) as running:
        support.add_mia(running)
        yield running
