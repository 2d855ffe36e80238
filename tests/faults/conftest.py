"""One stack for the tests of a module."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.faults.stack import Stack, running


@pytest.fixture(scope="module")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    """A console of two processes; its tests use members of their own and leave no fault behind."""
    folder: Path = tmp_path_factory.mktemp("stack")
    with running(folder, workers=2) as stack:
        yield stack
