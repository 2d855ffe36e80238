"""The built wheel, installed in an empty place outside the checkout, serves styled pages."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import sysconfig
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.cli.conftest import fetch

ROOT = Path(__file__).parents[2]


def run(*command: object, **environment: str) -> str:
    done = subprocess.run(
        [str(part) for part in command],
        cwd="/",
        env={"PATH": os.environ["PATH"], **environment},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("wheel")
    run(sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", folder, ROOT)
    (path,) = folder.glob("*.whl")
    return path


@pytest.fixture(scope="module")
def installed(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of programs of an environment that holds the wheel, and reaches its dependencies in ours.

    What lies in our environment's own ``.pth`` files, the checkout among them, it does not see.
    """
    place = tmp_path_factory.mktemp("empty place")
    run(sys.executable, "-m", "venv", "--without-pip", place)
    programs = place / "bin"
    run(
        sys.executable,
        "-m",
        "pip",
        "--python",
        programs / "python",
        "install",
        "--no-deps",
        "--no-index",
        wheel,
    )
    (packages,) = place.glob("lib/python*/site-packages")
    (packages / "dependencies.pth").write_text(sysconfig.get_path("purelib"))
    return programs


def test_it_holds_the_package_with_its_templates_and_static_files_and_nothing_else(wheel):
    names = zipfile.ZipFile(wheel).namelist()

    def checkout(folder: str) -> set[str]:
        files = (path for path in (ROOT / folder).rglob("*") if path.is_file() and path.suffix != ".pyc")
        return {str(path.relative_to(ROOT)) for path in files}

    expected = checkout("dashboard") | {
        f"dashboard/{name}" for name in checkout("templates") | checkout("static")
    }
    assert {name for name in names if ".dist-info/" not in name} == expected


def test_it_is_imported_from_where_it_was_installed(installed):
    where = run(installed / "python", "-c", "import dashboard; print(dashboard.__file__)")

    assert where.startswith(str(installed.parent))


@pytest.fixture
def demo(installed: Path, tmp_path: Path) -> Iterator[str]:
    """Where the installed console answers, on the installed sandbox, started from an empty folder."""
    process = subprocess.Popen(
        [installed / "loyalty-desk", "demo", "--port", "0", "--members", "60"],
        cwd=tmp_path,
        env={"PATH": os.environ["PATH"]},
        stdout=subprocess.PIPE,
        text=True,
    )
    with process:
        assert process.stdout is not None
        yield process.stdout.readline().split()[-1]
        process.terminate()
        process.wait(40)


def test_the_installed_console_serves_a_styled_page(demo):
    page = fetch(f"{demo}/sign-in")
    (style,) = re.findall(r'<link rel="stylesheet" href="([^"]+)"', page.body)
    sheet = fetch(f"{demo}{style}")

    assert page.status == 200
    assert sheet.status == 200
    assert sheet.headers["Content-Type"].startswith("text/css")
    assert sheet.body == (ROOT / "static" / style.partition("?")[0].removeprefix("/static/")).read_text(
        encoding="utf-8"
    )
