"""The image's recipe, read: what it copies exists, what it installs is pinned, what it runs is ours."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from click.testing import CliRunner

from dashboard.cli import main
from dashboard.cli.server import GRACE_SECONDS

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def instructions() -> list[tuple[str, str]]:
    text = (ROOT / "Dockerfile").read_text(encoding="utf-8").replace("\\\n", " ")
    lines = [line for line in text.splitlines() if line.strip() and not line.startswith("#")]
    return [(word, rest.strip()) for word, _, rest in (line.partition(" ") for line in lines)]


def of(instructions: list[tuple[str, str]], word: str) -> list[str]:
    return [rest for name, rest in instructions if name == word]


def test_it_builds_in_one_stage_and_runs_in_another(instructions):
    assert of(instructions, "FROM") == ["python:${PYTHON}-slim AS build", "python:${PYTHON}-slim"]


def test_it_copies_only_what_is_there_and_what_the_builder_may_see(instructions):
    allowed = {
        line[1:].rstrip("/")
        for line in (ROOT / ".dockerignore").read_text(encoding="utf-8").splitlines()
        if line.startswith("!")
    }
    sources = {
        name for rest in of(instructions, "COPY") if "--from" not in rest for name in rest.split()[:-1]
    }

    assert sources == allowed
    assert all((ROOT / name).exists() for name in sources)


def test_it_installs_by_hash_or_from_what_it_built(instructions):
    installs = [
        part for rest in of(instructions, "RUN") for part in rest.split("&&") if "pip install" in part
    ]

    assert len(installs) == 3
    assert all("--require-hashes" in part or "--no-index" in part for part in installs)


def test_it_runs_as_a_user_of_its_own(instructions):
    (user,) = of(instructions, "USER")

    assert user.isdigit()
    assert int(user) > 0


def test_it_tells_whether_it_is_healthy(instructions):
    (check,) = of(instructions, "HEALTHCHECK")

    assert "/healthz" in check
    port = re.search(r"127\.0\.0\.1:(\d+)/", check)
    assert port is not None
    assert of(instructions, "EXPOSE") == [port[1]]
    assert f'"--port", "{port[1]}"' in of(instructions, "CMD")[-1]


def test_what_it_runs_is_a_command_of_ours(instructions):
    (entry,) = (json.loads(rest) for rest in of(instructions, "ENTRYPOINT"))
    arguments = json.loads(of(instructions, "CMD")[-1])

    assert entry == ["loyalty-desk"]
    assert CliRunner().invoke(main, [*arguments, "--help"]).exit_code == 0


def test_its_head_gives_the_console_the_time_it_may_need_to_stop():
    command = re.search(r"--stop-timeout (\d+)", (ROOT / "Dockerfile").read_text(encoding="utf-8"))

    assert command is not None, "docker kills after 10 s"
    assert int(command[1]) > GRACE_SECONDS


def test_no_secret_is_baked_in(instructions):
    baked = " ".join(of(instructions, "ENV") + of(instructions, "ARG"))

    assert not re.search(r"KEY|SECRET|PASSWORD|TOKEN", baked)
