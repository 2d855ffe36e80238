"""Processes that live and die together.

A child's standard input is a pipe that its parent holds and never writes to. Should the parent vanish,
even by ``kill -9``, the system closes the pipe and the child, which waits at its other end, ends itself.
That works wherever there are pipes, and nothing has to be polled.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from types import FrameType, TracebackType

import click

import dashboard
from dashboard.cli.common import Problem

GRACE = 25.0
"""Seconds for a child to finish what it is doing; the console's workers take at most 20."""

_GLANCE = 0.05
_ENDING = (signal.SIGTERM, signal.SIGINT, signal.SIGHUP)

supervised = click.option("--supervised", is_flag=True, hidden=True, help="End when standard input closes.")


def end_with_parent(pid: int) -> None:
    """Send SIGTERM to ``pid`` as soon as the process that started us is gone."""

    def wait() -> None:
        while os.read(sys.stdin.fileno(), 1):
            pass
        os.kill(pid, signal.SIGTERM)

    threading.Thread(target=wait, name="end-with-parent", daemon=True).start()


class AskedToEnd(BaseException):
    """Ctrl-C, SIGTERM or a closed terminal; raised wherever the main thread is."""


@contextmanager
def until_asked_to_end() -> Iterator[None]:
    """Inside, the first signal that asks us to end raises :class:`AskedToEnd` and later ones do nothing."""

    def ask(_number: int, _frame: FrameType | None) -> None:
        for number in _ENDING:
            signal.signal(number, signal.SIG_IGN)
        raise AskedToEnd

    before = {number: signal.signal(number, ask) for number in _ENDING}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


class Processes:
    """Commands of ours, each in a process. Leaving the context ends them all, the last started first."""

    def __init__(self) -> None:
        self._children: list[tuple[str, subprocess.Popen[bytes]]] = []

    def __enter__(self) -> Processes:
        return self

    def __exit__(
        self, _type: type[BaseException] | None, _error: BaseException | None, _trace: TracebackType | None
    ) -> None:
        for _name, child in reversed(self._children):
            _end(child)

    def start(
        self,
        name: str,
        arguments: Sequence[str],
        *,
        environment: Mapping[str, str],
        hand_over: Sequence[int] = (),
    ) -> None:
        """Start ``loyalty-desk`` with these arguments; ``hand_over`` are files that it keeps open."""
        beside = os.pathsep.join(
            filter(None, (str(Path(dashboard.__file__).parent.parent), environment.get("PYTHONPATH")))
        )
        child = subprocess.Popen(  # noqa: S603 - our own interpreter and our own arguments
            # -P: the working directory may hold a folder named as one of our modules.
            [sys.executable, "-P", "-m", "dashboard", *arguments, "--supervised"],
            env={**environment, "PYTHONPATH": beside},
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            pass_fds=tuple(hand_over),
            start_new_session=True,  # Ctrl-C reaches us alone, and we end them in order
        )
        self._children.append((name, child))

    def wait_until(self, condition: Callable[[], bool], seconds: float, what: str) -> None:
        """Wait for ``condition``.

        :raises Problem: a process ended first, or time ran out.
        """
        deadline = time.monotonic() + seconds
        while not condition():
            self._require_all()
            if time.monotonic() > deadline:
                raise Problem(f"{what} did not answer within {seconds:.0f} s.")
            time.sleep(_GLANCE)

    def watch(self) -> None:
        """Stay until a process ends by itself.

        :raises Problem: naming it.
        """
        while True:
            self._require_all()
            time.sleep(_GLANCE)

    def _require_all(self) -> None:
        for name, child in self._children:
            status = child.poll()
            if status is not None:
                raise Problem(f"The {name} ended by itself ({_how(status)}); everything is stopped.")


def _end(child: subprocess.Popen[bytes]) -> None:
    child.terminate()
    with suppress(subprocess.TimeoutExpired):
        child.wait(GRACE)
    # Whatever is left of its group: a child that would not end, or the workers of one that was killed.
    with suppress(ProcessLookupError, PermissionError):
        os.killpg(child.pid, signal.SIGKILL)
    child.wait()
    if child.stdin is not None:
        child.stdin.close()


def _how(status: int) -> str:
    return f"signal {-status}" if status < 0 else f"exit code {status}"
