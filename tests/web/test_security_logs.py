"""What a console writes to its log while it is used and abused (security lines 29, 31, 33, 34).

A process of its own serves the requests with the log of production; its stderr is read afterwards.
"""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.support.log_visit import BIDI, CANARIES

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def visited(tmp_path_factory: pytest.TempPathFactory) -> tuple[list[str], str]:
    """The random secrets of the visit, and what was logged."""
    command = [sys.executable, "-m", "tests.support.log_visit"]
    done = subprocess.run(command, capture_output=True, encoding="utf-8", timeout=100, cwd=ROOT, check=False)
    assert done.returncode == 0, done.stderr[-3000:]
    return done.stdout.split(), done.stderr


@pytest.fixture
def records(visited):
    return [json.loads(line) for line in visited[1].splitlines()]


def test_every_line_is_one_record(visited):
    for line in visited[1].splitlines():
        assert isinstance(json.loads(line), dict), line


@pytest.mark.parametrize("what", CANARIES)
def test_what_is_secret_or_personal_is_in_no_line(visited, what):
    assert CANARIES[what] not in visited[1]


def test_neither_session_nor_form_tokens_are_in_any_line(visited):
    secrets, log = visited

    assert len(secrets) == 2
    assert not any(secret in log for secret in secrets)


def test_nothing_from_outside_starts_a_record_or_paints_the_terminal(visited, records):
    assert all(record.get("event") != "forged" for record in records)
    assert "\x1b" not in visited[1]
    assert BIDI not in visited[1]


def test_each_request_has_one_line_with_its_number_route_status_and_reader(records):
    requests = [record for record in records if record["event"] == "request"]
    account = next(record for record in requests if record["route"] == "/account/" and record["staff"])

    assert len({record["request_id"] for record in requests}) == len(requests)
    assert "forged-number" not in {record["request_id"] for record in requests}
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z", account["timestamp"])
    assert (account["method"], account["status"], account["ip"]) == ("GET", 200, "127.0.0.1")
    assert {record["route"] for record in requests} <= {
        "/account/",
        "/account/password",
        "/account/preferences",
        "/csp-report",
        "/healthz",
        "/set-password/<token>",
        "/sign-in",
        "/sign-out",
        "-",
    }


def test_attempts_to_pass_by_the_rules_are_logged(records):
    events = {record["event"] for record in records}

    assert {
        "request.foreign",
        "request.stale",
        "request.unknown_field",
        "csp.report",
        "request.broken",
    } <= events


def test_the_lines_of_a_broken_request_carry_its_number(records):
    broken = next(record for record in records if record["event"] == "request.broken")

    assert any(
        record["event"] == "request" and record["request_id"] == broken["request_id"] for record in records
    )
    assert "RuntimeError" in broken["exception"]
