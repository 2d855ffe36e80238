"""The console as its own processes: an arbiter and its workers, killed and started again at will."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from time import monotonic, sleep

import httpx

ROOT = Path(__file__).parents[2]
PATIENCE = 60.0
"""Seconds that anything may take on a busy machine before a test gives up."""


def until(condition: Callable[[], bool], what: str, seconds: float = PATIENCE) -> float:
    """Wait for something that others do; gives the seconds it took."""
    began = monotonic()
    while not condition():
        assert monotonic() - began < seconds, f"{what}: not within {seconds:.0f} s"
        sleep(0.02)
    return monotonic() - began


class Console:
    """``loyalty-desk serve`` on a socket that outlives it, as under a supervisor that restarts it."""

    def __init__(
        self, folder: Path, environment: Mapping[str, str], *, workers: int = 1, threads: int = 16
    ) -> None:
        self._environment = {"PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT), **environment}
        self._folder = folder
        self._options = ["--workers", str(workers), "--threads", str(threads)]
        self._socket = socket.create_server(("127.0.0.1", 0), backlog=256)
        self.url = f"http://127.0.0.1:{self._socket.getsockname()[1]}"
        self.log = folder / "console.log"
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Start it; :meth:`serves` tells when it answers."""
        descriptor = self._socket.fileno()
        with self.log.open("ab") as log:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "dashboard", "serve", "--fd", str(descriptor), *self._options],
                cwd=self._folder,
                env=self._environment,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                pass_fds=(descriptor,),
                start_new_session=True,
            )

    def serves(self) -> None:
        """Wait for an answer."""
        until(self._answers, f"the console does not serve; see {self.log}")

    def _answers(self) -> bool:
        assert self.process.poll() is None, self.log.read_text(encoding="utf-8")[-2_000:]
        try:
            return httpx.get(f"{self.url}/healthz", trust_env=False, timeout=5).status_code == 200
        except httpx.TransportError:
            return False

    @property
    def process(self) -> subprocess.Popen[bytes]:
        """The arbiter."""
        assert self._process is not None, "not started"
        return self._process

    @property
    def workers(self) -> list[int]:
        """The processes that serve."""
        arbiter = self.process.pid
        children = Path(f"/proc/{arbiter}/task/{arbiter}/children")
        return [int(pid) for pid in children.read_text(encoding="ascii").split()]

    def kill_worker(self, number: int = 0) -> None:
        """``kill -9`` of a worker; the arbiter starts another by itself."""
        os.kill(self.workers[number], signal.SIGKILL)

    def kill_all(self) -> None:
        """``kill -9`` of the arbiter and all its workers."""
        os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait(PATIENCE)

    def ask_to_end(self) -> tuple[int, float]:
        """SIGTERM, as at a deploy; gives the exit code and the seconds it took."""
        began = monotonic()
        self.process.terminate()
        return self.process.wait(PATIENCE), monotonic() - began

    def close(self) -> None:
        """End whatever runs."""
        if self._process is not None and self._process.poll() is None:
            self.ask_to_end()
        self._socket.close()
