"""The plugin by which a machine that must run every test fails when one was skipped."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent

SKIPS = {
    "nothing": "def test_a(): pass",
    "a test": "import pytest\n@pytest.mark.skip(reason='no')\ndef test_a(): pass\ndef test_b(): pass",
    "in a test": "import pytest\ndef test_a(): pytest.skip('no')",
    "a module": "import pytest\npytest.skip('no', allow_module_level=True)",
    "an expected failure": "import pytest\n@pytest.mark.xfail\ndef test_a(): assert False",
}


def run(folder: Path, source: str, *options: str) -> int:
    (folder / "test_it.py").write_text(source)
    (folder / "test_another.py").write_text("def test_c(): pass")
    command = [sys.executable, "-m", "pytest", "-q", "-p", "tests.support.no_skips", "-p", "no:cacheprovider"]
    return subprocess.run(
        [*command, "--rootdir", str(folder), "-c", "/dev/null", *options, str(folder)],
        cwd=ROOT,
        capture_output=True,
        timeout=60,
        check=False,
    ).returncode


@pytest.mark.parametrize("options", [(), ("-n", "1")], ids=["alone", "in workers"])
@pytest.mark.parametrize("skip", ["a test", "in a test", "a module"])
def test_a_skipped_test_fails_the_run(tmp_path, skip, options):
    assert run(tmp_path, SKIPS[skip], *options) == pytest.ExitCode.TESTS_FAILED


@pytest.mark.parametrize("skip", ["nothing", "an expected failure"])
def test_a_run_without_skips_passes(tmp_path, skip):
    assert run(tmp_path, SKIPS[skip]) == pytest.ExitCode.OK
