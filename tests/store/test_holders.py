"""Processes that hold leases: who is gone is known, however it died; who lives is left alone."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from dashboard.store.database import Database
from dashboard.store.holders import Holders

LIVES = """
import sys
from pathlib import Path
from dashboard.store.holders import Holders
print(Holders(Path(sys.argv[1])).me(), flush=True)
sys.stdin.read()
"""


class Names(list[str]):
    """Takes what is buried."""

    def free(self, name: str) -> int:
        self.append(name)
        return 1


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "desk.db-holders"


def test_a_process_that_is_killed_is_buried_once(folder: Path):
    process = subprocess.Popen(
        [sys.executable, "-c", LIVES, str(folder)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    with process:
        assert process.stdout is not None
        name = process.stdout.readline().strip()
        here, buried = Holders(folder), Names()
        here.me()
        alive = here.bury(buried.free)
        process.kill()
        process.wait(10)
        assert (alive, here.bury(buried.free), here.bury(buried.free)) == (0, 1, 0)
    assert buried == [name]


def test_of_two_in_one_folder_neither_takes_the_other_for_gone(folder: Path):
    one, other, buried = Holders(folder), Holders(folder), Names()
    assert one.me() != other.me()
    assert (one.bury(buried.free), other.bury(buried.free)) == (0, 0)


def test_who_leaves_is_buried_by_the_next(folder: Path):
    one, other, buried = Holders(folder), Holders(folder), Names()
    name = one.me()
    one.leave()
    other.bury(buried.free)
    assert buried == [name]


def test_what_could_not_be_freed_is_left_for_the_next_time(folder: Path):
    one, other, buried = Holders(folder), Holders(folder), Names()
    one.me()
    one.leave()

    def away(name: str) -> int:
        raise RuntimeError(name)

    with pytest.raises(RuntimeError):
        other.bury(away)
    assert other.bury(buried.free) == 1


def test_before_anybody_came_nobody_is_gone(folder: Path):
    assert Holders(folder).bury(Names().free) == 0


def test_nobody_else_can_read_or_enter_the_folder(folder: Path):
    Holders(folder).me()
    assert [each.stat().st_mode & 0o077 for each in (folder, *folder.iterdir())] == [0, 0]


@pytest.mark.parametrize("url", ["sqlite:////tmp/{}.db", "postgresql+psycopg://desk@127.0.0.1/{}"])
def test_each_database_has_a_folder_of_its_own(url: str):
    one, same, other = (Database(url.format(name), ("a secret",)).holders for name in ("one", "one", "other"))
    assert one == same
    assert one != other


@pytest.mark.parametrize("is_in_the_way", ["a file", "somebody else's folder"])
def test_where_no_file_can_be_kept_leases_still_have_an_owner(folder: Path, is_in_the_way: str):
    if is_in_the_way == "a file":
        folder.write_text("")
    else:
        folder.mkdir()
        if os.geteuid() != 0:
            folder.chmod(0)
        else:
            os.chown(folder, 12_345, -1)
    holders = Holders(folder)
    assert holders.me() == holders.me()
    assert holders.bury(Names().free) == 0
