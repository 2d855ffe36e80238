"""``loyalty-desk serve`` as a process: what it answers, what it logs, how it ends."""

from __future__ import annotations

import json
import re
import signal
import socket
import subprocess
import threading
from dataclasses import dataclass, field

import pytest

from tests.cli.conftest import Answer, CommandLine, fetch, is_alive, until


@dataclass
class Serving:
    process: subprocess.Popen[str]
    lines: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    def _read(self) -> None:
        assert self.process.stderr is not None
        self.lines.extend(iter(self.process.stderr.readline, ""))

    @property
    def port(self) -> int:
        until(lambda: any("Listening at" in line for line in self.lines))
        return int(re.findall(r"Listening at: http://127\.0\.0\.1:(\d+)", "".join(self.lines))[0])

    @property
    def workers(self) -> list[int]:
        found = re.findall(r"Booting worker with pid: (\d+)", "".join(self.lines))
        return [int(pid) for pid in found]

    def get(self, path: str) -> Answer:
        return fetch(f"http://127.0.0.1:{self.port}{path}")

    def ended(self) -> int:
        status = self.process.wait(30)
        self._reader.join(10)
        return status


@pytest.fixture
def ready(cli: CommandLine) -> CommandLine:
    cli.does("db", "upgrade")
    return cli


@pytest.fixture
def serving(ready: CommandLine) -> Serving:
    return Serving(ready.start("serve", "--port", "0"))


def test_it_answers_without_naming_the_software_behind_it(serving):
    answer = serving.get("/healthz")

    assert (answer.status, answer.body) == (200, "ok\n")
    assert answer.headers["Server"] == "loyalty-desk"


def test_every_line_it_logs_is_json(serving):
    serving.get("/sign-in")
    serving.process.terminate()

    assert serving.ended() == 0
    events = [json.loads(line)["event"] for line in serving.lines]
    assert "request" in events
    assert "Shutting down: Master" in events


def test_sigterm_lets_a_request_finish_and_leaves_nobody_behind(serving):
    with socket.create_connection(("127.0.0.1", serving.port), timeout=20) as connection:
        connection.sendall(b"GET /healthz HTTP/1.1\r\nHost: desk\r\n")
        until(lambda: bool(serving.workers))
        serving.get("/healthz")
        serving.process.terminate()
        until(lambda: any("Handling signal: term" in line for line in serving.lines))
        connection.sendall(b"Connection: close\r\n\r\n")
        answer = connection.makefile("rb").read()

    assert answer.startswith(b"HTTP/1.1 200 OK")
    assert serving.ended() == 0
    assert [pid for pid in serving.workers if is_alive(pid)] == []


def test_workers_end_when_their_arbiter_is_killed(serving):
    serving.get("/healthz")

    serving.process.kill()

    until(lambda: not any(is_alive(pid) for pid in serving.workers))


def test_as_many_processes_as_asked_for(ready):
    serving = Serving(ready.start("serve", "--port", "0", WEB_CONCURRENCY="2"))

    until(lambda: len(serving.workers) == 2)


def test_a_taken_port_is_one_line(serving, ready):
    done = ready.run("serve", "--port", str(serving.port))

    assert done.returncode == 1
    assert done.stderr.startswith(
        f"Error: Port {serving.port} on 127.0.0.1 cannot be used: address already in use."
    )
    assert len(done.stderr.splitlines()) == 1


def test_the_demo_s_way_is_refused_on_anything_but_a_sandbox(ready):
    folder = ready.folder / "var" / "demo-8000"
    folder.mkdir()
    (folder / "sandbox-url").write_text("https://api.brevo.com/v3")
    (folder / "programme-id").write_text("94efa66d-9169-4cc3-a89b-d2badc36aed9")
    (folder / "secret-key").write_text("s" * 40)

    done = ready.run("serve", "--demo", "--port", "0")

    assert done.returncode == 1
    assert (
        done.stderr == "Error: A demo needs a sandbox, and https://api.brevo.com/v3 does not answer as one.\n"
    )


def test_sighup_takes_up_what_was_changed_in_a_file(ready):
    remote = ready.folder / "remote"
    remote.write_text("http://127.0.0.1:1/v3")
    serving = Serving(ready.start("serve", "--port", "0", BREVO_API_URL="", BREVO_API_URL_FILE=str(remote)))
    assert "Sandbox" in serving.get("/sign-in").body

    remote.write_text("https://api.brevo.com/v3")
    serving.process.send_signal(signal.SIGHUP)
    until(lambda: len(serving.workers) == 2 and not is_alive(serving.workers[0]))

    assert "Sandbox" not in serving.get("/sign-in").body


def test_sighup_with_a_wrong_setting_keeps_the_former_ones(ready):
    zone = ready.folder / "zone"
    zone.write_text("Europe/Paris")
    serving = Serving(ready.start("serve", "--port", "0", TIMEZONE_FILE=str(zone)))
    serving.get("/healthz")

    zone.write_text("Mars/Olympus")
    serving.process.send_signal(signal.SIGHUP)
    until(lambda: len(serving.workers) == 2 and not is_alive(serving.workers[0]))

    assert serving.get("/healthz").status == 200
    assert any("Kept the former settings. TIMEZONE 'Mars/Olympus'" in line for line in serving.lines)


def test_a_supervised_console_ends_when_its_supervisor_is_gone(ready):
    serving = Serving(ready.start("serve", "--port", "0", "--supervised"))
    serving.get("/healthz")
    assert serving.process.stdin is not None

    serving.process.stdin.close()

    assert serving.ended() == 0
