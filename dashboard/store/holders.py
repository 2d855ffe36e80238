"""Who holds leases: the processes of this machine, and which of them are gone.

A process that is killed cannot give back what it holds. So each keeps a file locked for as long as it lives.
The system lets go of such a lock when, and only when, the process is gone, however it died: whoever can lock
the file has proof. What another machine's processes hold is never judged, for their files are not here.
"""

from __future__ import annotations

import fcntl
import os
from collections.abc import Callable
from pathlib import Path
from threading import Lock
from uuid import uuid4

import structlog

_log = structlog.get_logger("store.holders")


class Holders:
    """The processes that share a folder, this one among them from its first :meth:`me` on.

    :param folder: on this machine; made when it is missing.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._name = str(uuid4())
        self._descriptor: int | None = None
        self._is_known = False
        self._lock = Lock()

    def me(self) -> str:
        """This process, as the owner of leases. Ask only after a fork.

        Where no file can be kept, nobody can ever tell that it is gone: its leases run out instead.
        """
        with self._lock:
            if not self._is_known:
                self._is_known = True
                try:
                    self._descriptor = self._enter()
                except OSError as error:
                    _log.warning("holders.no_file", folder=str(self._folder), reason=error.strerror)
        return self._name

    def bury(self, free: Callable[[str], int]) -> int:
        """Let ``free`` end what each process held that is gone; gives the sum of what it gives.

        Two that bury at once share the work. When ``free`` raises, the rest is left for the next time.
        """
        return sum(self._bury(path, free) for path in self._others())

    def leave(self) -> None:
        """Be gone: for a process that lives on without holding anything."""
        with self._lock:
            if self._descriptor is not None:
                os.close(self._descriptor)
            self._descriptor, self._is_known = None, False

    def _enter(self) -> int:
        self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        if self._folder.stat().st_uid != os.geteuid():
            raise PermissionError(0, "The folder is somebody else's")
        # Nobody sees the file before it is locked: a file without a lock is a process that is gone.
        hidden = self._folder / f".{self._name}"
        descriptor = os.open(hidden, os.O_RDWR | os.O_CREAT, 0o600)
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        hidden.rename(self._folder / self._name)
        return descriptor

    def _others(self) -> list[Path]:
        hidden_or_me = (".", self._name)
        try:
            return [each for each in self._folder.iterdir() if not each.name.startswith(hidden_or_me)]
        except OSError:
            return []

    def _bury(self, path: Path, free: Callable[[str], int]) -> int:
        try:
            descriptor = os.open(path, os.O_RDWR)
        except OSError:  # buried meanwhile
            return 0
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            freed = free(path.name)
            path.unlink(missing_ok=True)
        except BlockingIOError:  # it lives
            return 0
        finally:
            os.close(descriptor)
        return freed
