"""``loyalty-desk demo``: two processes that start together, tell who may sign in, and end together."""

from __future__ import annotations

import re
import signal
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.cli.conftest import CommandLine, command_line, fetch, is_alive, until


class Demo:
    """A demo that has said it is ready."""

    def __init__(self, cli: CommandLine, *options: str, **environment: str) -> None:
        self.cli = cli
        self.process = cli.start("demo", "--port", "0", "--members", "60", *options, **environment)
        assert self.process.stdout is not None
        self.said = ""
        for line in self.process.stdout:
            self.said += line
            if "Ctrl-C" in line:
                break

    @property
    def url(self) -> str:
        (url,) = re.findall(r"http://127\.0\.0\.1:\d+$", self.said, re.MULTILINE)
        return str(url)

    @property
    def port(self) -> str:
        return self.url.rpartition(":")[2]

    @property
    def children(self) -> list[int]:
        """Every process that was started, theirs included."""
        return _descendants(self.process.pid)

    def ended(self) -> tuple[int, str]:
        assert self.process.stderr is not None
        return self.process.wait(40), self.process.stderr.read()


def _descendants(pid: int) -> list[int]:
    text = Path(f"/proc/{pid}/task/{pid}/children").read_text()
    children = [int(child) for child in text.split()]
    return children + [one for child in children for one in _descendants(child)]


@pytest.fixture
def demo(cli: CommandLine) -> Demo:
    """A demo to be ended by the test."""
    return Demo(cli)


@pytest.fixture(scope="module")
def standing(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Demo]:
    """A demo for tests that only look at it."""
    with command_line(tmp_path_factory.mktemp("demo")) as place:
        yield Demo(place)


def test_it_says_where_and_as_whom_to_sign_in(standing):
    accounts = re.findall(r"^ +(\S+@demo\.example) +(\w+)$", standing.said, re.MULTILINE)

    assert accounts == [
        ("sam@demo.example", "agent"),
        ("lea@demo.example", "supervisor"),
        ("ana@demo.example", "admin"),
        ("ike@demo.example", "auditor"),
    ]
    assert "loyalty-desk-demo" in standing.said
    assert "Sandbox" in fetch(f"{standing.url}/sign-in").body


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT, signal.SIGHUP])
def test_asked_to_end_it_ends_everything_it_started(demo, number):
    started = demo.children
    assert len(started) >= 3

    demo.process.send_signal(number)

    assert demo.ended() == (0, "")
    assert [pid for pid in started if is_alive(pid)] == []


def test_killed_it_leaves_nobody_behind(demo):
    started = demo.children

    demo.process.kill()

    until(lambda: not any(is_alive(pid) for pid in started))


@pytest.mark.parametrize(("which", "name"), [(0, "sandbox"), (1, "console")])
def test_when_one_process_dies_the_other_is_ended_and_it_says_which(demo, which, name):
    started = demo.children

    subprocess.run(["kill", "-KILL", str(started[which])], check=True)

    status, said = demo.ended()
    assert status == 1
    assert said == f"Error: The {name} ended by itself (signal 9); everything is stopped.\n"
    until(lambda: not any(is_alive(pid) for pid in started))


def test_a_taken_port_is_one_line_and_nothing_is_started(standing):
    done = standing.cli.run("demo", PORT=standing.port)

    assert done.returncode == 1
    assert done.stderr.startswith(
        f"Error: Port {standing.port} on 127.0.0.1 cannot be used: address already in use."
    )
    assert len(done.stderr.splitlines()) == 1
    assert done.stdout == ""


def test_its_state_stays_and_is_readable_by_its_owner_alone(demo):
    folder = demo.cli.folder / "var" / f"demo-{demo.port}"
    key = (folder / "secret-key").read_text()
    before = demo.cli.does("staff", "list", "--demo", PORT=demo.port)
    demo.process.terminate()
    demo.ended()

    again = demo.cli.start("demo", "--members", "60", PORT=demo.port)
    assert again.stdout is not None
    assert demo.url in again.stdout.readline()

    assert (folder / "secret-key").read_text() == key
    assert demo.cli.does("staff", "list", "--demo", PORT=demo.port) == before
    assert folder.stat().st_mode & 0o077 == 0
    assert [path.name for path in folder.iterdir() if path.stat().st_mode & 0o077] == []


def test_a_real_key_and_a_real_database_in_the_environment_are_left_alone(cli):
    demo = Demo(
        cli,
        DATABASE_URL="sqlite:///real.db",
        AUDIT_ANCHORS="real-anchors.jsonl",
        BREVO_API_KEY="xkeysib-real",
        BREVO_API_URL="https://api.brevo.com/v3",
    )

    assert fetch(f"{demo.url}/healthz").status == 200
    assert not (cli.folder / "real.db").exists()
    assert not (cli.folder / "real-anchors.jsonl").exists()
    assert all(
        b"xkeysib-real" not in path.read_bytes() for path in (cli.folder / "var").rglob("*") if path.is_file()
    )


def test_its_other_commands_work_on_it(standing):
    check = standing.cli.does("check", "--demo", PORT=standing.port)

    assert [line.split()[0] for line in check.splitlines()] == ["ok"] * 5
    assert "4 of 4 can sign in" in check
    assert standing.cli.does("audit", "verify", "--demo", PORT=standing.port).startswith(
        "The audit record is whole"
    )


def test_it_listens_on_this_machine_alone(standing):
    listening = subprocess.run(["cat", "/proc/net/tcp"], capture_output=True, text=True, check=True).stdout
    port = f"{int(standing.port):04X}"

    assert re.findall(rf"^ *\d+: (\w+):{port} 00000000:0000 0A", listening, re.MULTILINE) == ["0100007F"]
