"""``loyalty-desk sandbox`` as a process; what it answers is tested where it lives."""

from __future__ import annotations

import json
import re
import subprocess

import pytest

from tests.cli.conftest import CommandLine, fetch


class Running:
    def __init__(self, cli: CommandLine, *options: str) -> None:
        self.process: subprocess.Popen[str] = cli.start("sandbox", "--port", "0", "--members", "60", *options)
        assert self.process.stdout is not None
        self.said = self.process.stdout.readline()
        self.address = re.findall(r"(http://127\.0\.0\.1:\d+)/v3", self.said)[0]

    def identity(self) -> dict[str, object]:
        body = json.loads(fetch(f"{self.address}/_sandbox").body)
        assert isinstance(body, dict)
        return body


def test_it_says_where_it_answers_and_by_which_key(cli):
    assert "with the key s3cret" in Running(cli, "--key", "s3cret").said


def test_it_is_the_world_that_was_asked_for(cli):
    identity = Running(cli, "--seed", "7", "--plan", "advanced").identity()

    assert (identity["seed"], identity["members"], identity["plan"]) == (7, 60, "advanced")


def test_switches_are_set(cli):
    sandbox = Running(cli, "--switch", "amounts=text", "--switch", "read_lag=2")
    switches = json.loads(fetch(f"{sandbox.address}/_sandbox/switches").body)

    assert (switches["amounts"], switches["read_lag"]) == ("text", "2")


@pytest.mark.parametrize(
    "wrong",
    [
        ("--switch", "amounts=roman"),
        ("--switch", "nonsense=1"),
        ("--switch", "amounts"),
        ("--plan", "free"),
        ("--members", "-1"),
        ("--members", "999999999"),
        ("--key", ""),
    ],
)
def test_a_wrong_option_is_wrong_usage_and_says_what_would_do(cli, wrong):
    done = cli.run("sandbox", *wrong)

    assert done.returncode == 2
    assert done.stderr.splitlines()[-1].startswith("Error: ")


def test_a_taken_port_is_one_line(cli):
    port = Running(cli).address.rpartition(":")[2]

    done = cli.run("sandbox", "--members", "60", "--port", port)

    assert done.returncode == 1
    assert done.stderr.startswith(f"Error: Port {port} on 127.0.0.1 cannot be used: address already in use.")
    assert len(done.stderr.splitlines()) == 1


def test_help_lists_every_switch(cli):
    text = cli.does("sandbox", "--help")

    switches = json.loads(fetch(f"{Running(cli).address}/_sandbox/switches").body)
    assert [name for name in switches if not re.search(rf"^ +{name} +\S", text, re.MULTILINE)] == []


def test_it_ends_with_sigterm(cli):
    sandbox = Running(cli)

    sandbox.process.terminate()

    assert sandbox.process.wait(10) == 0


def test_supervised_it_ends_when_its_supervisor_is_gone(cli):
    sandbox = Running(cli, "--supervised")
    assert sandbox.process.stdin is not None

    sandbox.process.stdin.close()

    assert sandbox.process.wait(10) == 0
