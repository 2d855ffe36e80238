"""The way to a server, with a door in it: shut, every new connection is refused as if nobody listened."""

from __future__ import annotations

import socket
import struct
from contextlib import suppress
from threading import Lock, Thread

_ABORT = struct.pack("ii", 1, 0)
"""SO_LINGER: close by a TCP reset."""


class Door:
    """Passes bytes on, both ways and unseen. What is connected stays connected when the door is shut."""

    def __init__(self, target: tuple[str, int]) -> None:
        self._target = target
        # Bound and never listening: it keeps the port ours while the door is shut.
        self._keeper = socket.socket()
        self._keeper.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        self._keeper.bind(("127.0.0.1", 0))
        self.port: int = self._keeper.getsockname()[1]
        self._listener: socket.socket | None = None
        self._lock = Lock()
        self._passing: set[socket.socket] = set()
        self.open()

    def open(self) -> None:
        """Let connections in from now on."""
        listener = socket.create_server(("127.0.0.1", self.port), backlog=256)
        self._listener = listener
        Thread(target=self._accept, args=(listener,), daemon=True).start()

    def shut(self) -> None:
        """Refuse connections from now on."""
        listener, self._listener = self._listener, None
        if listener is not None:
            with suppress(OSError):
                listener.shutdown(socket.SHUT_RDWR)
            listener.close()

    def close(self) -> None:
        """Shut it for good and end what is connected."""
        self.shut()
        self._keeper.close()
        with self._lock:
            for end in self._passing:
                with suppress(OSError):
                    end.shutdown(socket.SHUT_RDWR)

    def _accept(self, listener: socket.socket) -> None:
        while True:
            try:
                near, _ = listener.accept()
            except OSError:
                return
            Thread(target=self._pass, args=(near,), daemon=True).start()

    def _pass(self, near: socket.socket) -> None:
        with near, socket.socket() as far:
            with self._lock:
                self._passing |= {near, far}
            try:
                far.connect(self._target)
                back = Thread(target=_pump, args=(far, near), daemon=True)
                back.start()
                _pump(near, far)
                back.join()
            except OSError:
                _abort(near)
            finally:
                with self._lock:
                    self._passing -= {near, far}


def _pump(source: socket.socket, sink: socket.socket) -> None:
    """Pass on what comes until it ends; an end by reset is passed on as one."""
    try:
        while chunk := source.recv(65_536):
            sink.sendall(chunk)
        sink.shutdown(socket.SHUT_WR)
    except OSError:
        for end in (source, sink):
            _abort(end)


def _abort(end: socket.socket) -> None:
    with suppress(OSError):
        end.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _ABORT)
        end.shutdown(socket.SHUT_RD)
