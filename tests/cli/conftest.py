"""A place to run ``loyalty-desk`` in: real processes in an empty folder, with an environment of their own."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email.message import Message
from http.client import HTTPConnection
from pathlib import Path
from urllib.parse import urlsplit

import pytest

ROOT = Path(__file__).parents[2]


@dataclass
class CommandLine:
    """``loyalty-desk`` as an operator meets it."""

    folder: Path
    environment: dict[str, str]
    started: list[subprocess.Popen[str]] = field(default_factory=list)

    @property
    def command(self) -> list[str]:
        """How it is called."""
        return [sys.executable, "-m", "dashboard"]

    def run(self, *arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
        """Run a command to its end; ``environment`` is set on top."""
        return subprocess.run(
            [*self.command, *arguments],
            cwd=self.folder,
            env={**self.environment, **environment},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )

    def does(self, *arguments: str, **environment: str) -> str:
        """What a command prints that must succeed."""
        done = self.run(*arguments, **environment)
        assert done.returncode == 0, done.stderr
        return done.stdout

    def start(self, *arguments: str, **environment: str) -> subprocess.Popen[str]:
        """Start a command that stays; it is ended with the test."""
        process = subprocess.Popen(
            [*self.command, *arguments],
            cwd=self.folder,
            env={**self.environment, **environment},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        self.started.append(process)
        return process


@contextmanager
def command_line(folder: Path) -> Iterator[CommandLine]:
    """A folder and just enough settings; the remote is a port where nothing answers."""
    place = CommandLine(
        folder,
        {
            "PATH": os.environ["PATH"],
            "PYTHONPATH": str(ROOT),
            "BREVO_API_KEY": "xkeysib-of-nobody",
            "BREVO_API_URL": "http://127.0.0.1:1/v3",
            "SECRET_KEY": "s" * 40,
        },
    )
    yield place
    for process in place.started:
        with process:
            process.terminate()
            process.wait(40)


@pytest.fixture
def cli(tmp_path: Path) -> Iterator[CommandLine]:
    """``loyalty-desk`` in an empty folder."""
    with command_line(tmp_path) as place:
        yield place


def until(condition: Callable[[], bool], seconds: float = 20) -> None:
    """Wait for something another process does."""
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "it did not happen in time"
        time.sleep(0.02)


def is_alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


@dataclass(frozen=True)
class Answer:
    status: int
    headers: Message
    body: str


def fetch(url: str) -> Answer:
    """GET a page of something that runs on this machine."""
    parts = urlsplit(url)
    connection = HTTPConnection(parts.hostname or "", parts.port, timeout=10)
    try:
        connection.request("GET", f"{parts.path}?{parts.query}")
        response = connection.getresponse()
        return Answer(response.status, response.headers, response.read().decode())
    finally:
        connection.close()
