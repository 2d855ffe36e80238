"""Asking for pages as browsers do, and measuring how long they take.

Plain ``http.client``: what asks must take little of the processor that it shares with what it measures.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from http.client import HTTPConnection
from statistics import quantiles
from threading import local
from time import perf_counter, sleep
from urllib.parse import urlsplit

_LONGEST = 60


@dataclass(frozen=True)
class Times:
    """How long each answer took, in milliseconds, and how long all of them together, in seconds."""

    each: Sequence[float]
    whole: float

    @property
    def p50(self) -> float:
        return self.at(50)

    @property
    def p95(self) -> float:
        return self.at(95)

    @property
    def rate(self) -> float:
        """Answers a second."""
        return len(self.each) / self.whole

    def at(self, percent: int) -> float:
        return quantiles(self.each, n=100, method="inclusive")[percent - 1]

    def __add__(self, other: Times) -> Times:
        return Times([*self.each, *other.each], self.whole + other.whole)


class Browser:
    """One kept connection to one server."""

    def __init__(self, url: str, headers: Mapping[str, str]) -> None:
        parts = urlsplit(url)
        self._connection = HTTPConnection(parts.hostname or "", parts.port, timeout=_LONGEST)
        self._headers = {"Accept-Encoding": "gzip", **headers}

    def get(self, url: str) -> int:
        """Ask, read all of the answer, and give its status.

        :raises OSError: no answer.
        """
        parts = urlsplit(url)
        self._connection.request("GET", f"{parts.path}?{parts.query}".rstrip("?"), headers=self._headers)
        answer = self._connection.getresponse()
        answer.read()
        return answer.status


def ask(urls: Sequence[str], *, users: int = 1, headers: Mapping[str, str] | None = None) -> Times:
    """Ask for all of ``urls``, which one server has, by so many users at once; each waits for its answer.

    :raises RuntimeError: an answer is no 200.
    """
    own = local()

    def one(url: str) -> float:
        if not hasattr(own, "browser"):
            own.browser = Browser(url, headers or {})
        began = perf_counter()
        status = own.browser.get(url)
        took = (perf_counter() - began) * 1000
        if status != 200:
            raise RuntimeError(f"{url}: {status}")
        return took

    with ThreadPoolExecutor(users) as pool:
        return timed(lambda: pool.map(one, urls))


def ask_steadily(urls: Sequence[str], *, every: float, headers: Mapping[str, str]) -> Times:
    """Ask for one of ``urls`` every so many seconds, whether or not the one before has been answered.

    Time counts from the moment at which it was due: what waits behind something slow is slow itself.

    :raises RuntimeError: an answer is no 200.
    """
    began = perf_counter()

    def one(number: int) -> float:
        due = began + number * every
        sleep(max(0.0, due - perf_counter()))
        status = Browser(urls[number], headers).get(urls[number])
        if status != 200:
            raise RuntimeError(f"{urls[number]}: {status}")
        return (perf_counter() - due) * 1000

    with ThreadPoolExecutor(len(urls)) as pool:
        return timed(lambda: pool.map(one, range(len(urls))))


def repeated(call: Callable[[], object], count: int) -> Times:
    """Make the same call so often, one after the other."""

    def one() -> float:
        began = perf_counter()
        call()
        return (perf_counter() - began) * 1000

    return timed(lambda: (one() for _ in range(count)))


def timed(run: Callable[[], Iterator[float]]) -> Times:
    """Collect single times, and take the time of all."""
    began = perf_counter()
    each = list(run())
    return Times(each, perf_counter() - began)
