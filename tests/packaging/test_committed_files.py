"""What may not stand in any file of the checkout."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
NOT_OURS = {
    ".git",
    ".venv",
    "var",
    "dist",
    "build",
    "screenshots",
    "__pycache__",
    ".mypy_cache",
    ".ruff_cache",
    ".pytest_cache",
    ".hypothesis",
    ".import_linter_cache",
}
# Spelled so that this file does not hold what it looks for.
REGISTRIES = re.compile(
    "|".join(("pypi" + r"\.org", "python" + "hosted", "registry" + r"\.npm", "debian" + r"\.org"))
)
MACHINE_PATHS = re.compile(
    r"(?<![\w.~-])/(?:" + "|".join(("wor" + "k", "far" + "m", "roo" + "t", "hom" + "e")) + ")/"
)


def ours() -> Iterator[Path]:
    for folder, folders, files in os.walk(ROOT):
        folders[:] = [name for name in folders if name not in NOT_OURS and not name.endswith(".egg-info")]
        yield from (Path(folder, name) for name in files if name != ".env")


def lines_with(pattern: re.Pattern[str]) -> list[str]:
    found = []
    for path in ours():
        text = path.read_bytes().decode("utf-8", "ignore")
        if pattern.search(text):
            found += [
                f"{path.relative_to(ROOT)}: {line[:80]}" for line in text.splitlines() if pattern.search(line)
            ]
    return found


@pytest.mark.parametrize("pattern", [REGISTRIES, MACHINE_PATHS], ids=["registries", "machine paths"])
def test_no_file_names_a_registry_or_a_place_on_one_machine(pattern):
    assert lines_with(pattern) == []


@pytest.mark.parametrize("name", ["requirements.txt", "requirements-build.txt", "requirements-dev.txt"])
def test_every_requirement_is_pinned_with_hashes(name):
    text = (ROOT / name).read_text(encoding="ascii")
    requirements = re.findall(r"^[^\s#].*(?:\n[ \t]+--hash.*)*", text, re.MULTILINE)

    assert requirements
    assert [one for one in requirements if "==" not in one or "--hash=sha256:" not in one] == []


def test_what_runs_is_pinned_to_the_same_version_where_it_is_tested():
    def pins(name: str) -> set[str]:
        return set(re.findall(r"^([\w.-]+==[\w.]+)", (ROOT / name).read_text(encoding="ascii"), re.MULTILINE))

    assert pins("requirements.txt") | pins("requirements-build.txt") <= pins("requirements-dev.txt")
