"""The record of what was asked, for tests that count calls."""

from __future__ import annotations

from collections import deque
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import datetime
from itertools import count
from threading import Lock
from typing import Final

_KEPT: Final = 10_000


@dataclass(frozen=True, slots=True)
class Call:
    """One call below ``/v3``. ``status`` is what was to be answered, None when the connection was dropped."""

    number: int
    at: datetime
    method: str
    path: str
    """Below ``/v3``, still percent-encoded."""
    query: str
    body: object
    """Parsed JSON, else text."""
    operation: str
    contact: int
    """Whom it is about; 0 when it names nobody."""
    status: int | None
    applied: bool
    """Whether the operation ran and was not refused."""
    fault: str | None
    headers: Mapping[str, str]

    def as_dict(self) -> dict[str, object]:
        return asdict(self)


class CallLog:
    """The last ten thousand calls, oldest first. Thread-safe."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._calls: deque[Call] = deque(maxlen=_KEPT)
        self._numbers = count(1)

    def next_number(self) -> int:
        return next(self._numbers)

    def add(self, call: Call) -> None:
        with self._lock:
            self._calls.append(call)

    def all(self) -> list[Call]:
        with self._lock:
            return list(self._calls)

    def clear(self) -> None:
        with self._lock:
            self._calls.clear()
