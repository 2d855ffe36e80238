"""``make`` on machines that lack something, and on one that has everything already. Nothing is installed."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
NEEDED = ("Makefile", "requirements.txt", "requirements-build.txt", "requirements-dev.txt", "pyproject.toml")


@pytest.fixture
def checkout(tmp_path):
    """A checkout in a folder whose name has a space."""
    folder = tmp_path / "loyalty desk"
    folder.mkdir()
    for name in NEEDED:
        shutil.copy(ROOT / name, folder)
    return folder


def make(folder: Path, *arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        ["make", *arguments],
        cwd=folder,
        env={"PATH": os.environ["PATH"], "LC_ALL": "C", **environment},
        capture_output=True,
        text=True,
        timeout=30,
        check=False,
    )


def python_that(folder: Path, script: str) -> str:
    """A stand-in of an interpreter that is not as it should be."""
    path = folder / "some python"
    path.write_text(f"#!/bin/sh\n{script}\n")
    path.chmod(0o755)
    return str(path)


def what_it_says(done: subprocess.CompletedProcess[str]) -> list[str]:
    """Its lines, without make's own closing one."""
    return [line for line in (done.stdout + done.stderr).splitlines() if not line.startswith("make: ***")]


@pytest.mark.parametrize("goal", ["run", "setup", "test", "check"])
def test_a_missing_python_is_one_clear_line(checkout, goal):
    done = make(checkout, goal, PYTHON="python-of-nowhere")

    assert done.returncode != 0
    (line,) = what_it_says(done)
    assert line.startswith("python-of-nowhere was not found. Install Python 3.11 or newer")


def test_an_old_python_is_one_clear_line(checkout):
    old = python_that(checkout, "exit 1")

    done = make(checkout, "run", PYTHON=old)

    assert done.returncode != 0
    assert what_it_says(done) == [
        f"{old} is not Python 3.11 or newer. Name another one: PYTHON=python3.11 make run"
    ]


def test_a_missing_venv_module_is_one_clear_line(checkout):
    bare = python_that(checkout, 'case "$*" in *ensurepip*) exit 1;; esac')

    done = make(checkout, "run", PYTHON=bare)

    assert done.returncode != 0
    assert what_it_says(done) == [
        f"{bare} lacks its venv module. On Debian and Ubuntu: apt install python3-venv"
    ]


def test_the_version_question_is_one_that_python_2_understands(checkout):
    text = (checkout / "Makefile").read_text()

    assert "import sys; sys.exit(sys.version_info < (3, 11))" in text


def installed(folder: Path) -> None:
    """As after a first start."""
    (folder / ".venv" / "bin").mkdir(parents=True)
    for name in ("bin/python", ".installed-runtime", ".installed-development"):
        (folder / ".venv" / name).touch()


def test_a_second_start_installs_nothing(checkout):
    installed(checkout)

    assert make(checkout, "--dry-run", "run").stdout == "exec .venv/bin/python -m dashboard demo\n"


@pytest.mark.parametrize("changed", ["requirements.txt", "requirements-build.txt", "pyproject.toml"])
def test_changed_requirements_are_installed_at_the_next_start(checkout, changed):
    installed(checkout)
    (checkout / changed).unlink()
    shutil.copyfile(ROOT / changed, checkout / changed)
    later = (checkout / ".venv" / ".installed-runtime").stat().st_mtime + 10
    os.utime(checkout / changed, (later, later))

    assert "--require-hashes" in make(checkout, "--dry-run", "run").stdout


def test_a_venv_whose_python_is_gone_is_built_anew(checkout):
    installed(checkout)
    (checkout / ".venv" / "bin" / "python").unlink()

    assert "-m venv" in make(checkout, "--dry-run", "run").stdout


def test_everything_that_is_installed_is_pinned_by_hash(checkout):
    lines = make(checkout, "--dry-run", "test").stdout.splitlines()
    installs = [line for line in lines if " install " in line and "echo" not in line]

    assert len(installs) == 4
    assert all("--require-hashes" in line or "--no-deps" in line for line in installs)


def test_clean_removes_the_state_and_keeps_what_is_installed(checkout):
    installed(checkout)
    (checkout / "var" / "demo-8000").mkdir(parents=True)
    for name in ("dashboard", "tests"):
        (checkout / name / "__pycache__").mkdir(parents=True)

    assert make(checkout, "clean").returncode == 0
    assert not (checkout / "var").exists()
    assert not (checkout / "dashboard" / "__pycache__").exists()
    assert (checkout / ".venv" / ".installed-runtime").exists()


def test_help_lists_every_goal(checkout):
    text = make(checkout).stdout

    assert [line.split()[1] for line in text.splitlines()] == [
        "help",
        "run",
        "setup",
        "test",
        "check",
        "fix",
        "bench",
        "soak",
        "lock",
        "clean",
    ]
