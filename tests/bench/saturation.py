"""What the console and its peers can do at most, on a remote that answers at once."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from tests.bench.load import Times, ask
from tests.bench.measures import CROWD, ROUNDS, USERS, Row, fresh, look_at, peer_url, warm_up
from tests.bench.stack import Process, Stack, over_tls


@dataclass(frozen=True)
class Load:
    """Pages a second, and milliseconds of CPU a page."""

    rate: float
    cpu: float


def saturation(stack: Stack) -> Iterator[Row]:
    """Ours, naive and the SDK's."""
    stack.control("PUT", "/latency", seconds=0)
    warm_up(stack)
    ours, naive, sdk = _taking_turns(stack, {stack.console: CROWD, stack.naive: CROWD, stack.sdk: CROWD})
    yield _load("console page, remote at 0 ms", ours, "6 ms CPU", ours.cpu <= 6)
    yield _load("naive page, remote at 0 ms", naive)
    yield _load("SDK page, remote at 0 ms", sdk)
    yield _compared("pages/s against naive", ours, naive, 2.3)
    yield _compared("pages/s against SDK", ours, sdk, 2.5)


def tls(stack: Stack) -> Iterator[Row]:
    """The same over TLS, where naive is who makes a client for every request."""
    stack.control("PUT", "/latency", seconds=0)
    with TemporaryDirectory() as folder, over_tls(stack, Path(folder)) as (secure, wasteful):
        warm_up(secure)
        crowds = {secure.console: CROWD, wasteful: USERS, secure.naive: CROWD}  # pages of 200 ms CPU are few
        ours, naive, kept = _taking_turns(secure, crowds)
    yield _load("console page over TLS", ours)
    yield _load("naive page over TLS, a client for every request", naive)
    yield _load("page over TLS on one kept session", kept)
    yield _compared("pages/s over TLS against naive", ours, naive, 40)
    yield _compared("pages/s over TLS against one kept session", ours, kept, 1.8)


def _taking_turns(stack: Stack, crowds: Mapping[Process, int]) -> list[Load]:
    """Round by round each answers so many pages, for as many users at once."""
    times = {process: Times([], 0) for process in crowds}
    spent = dict.fromkeys(crowds, 0.0)
    for _ in range(ROUNDS):
        for process, crowd in crowds.items():
            members = fresh(stack, crowd)
            before = process.cpu_seconds
            if process == stack.console:
                times[process] += look_at(stack, members, USERS)
            else:
                times[process] += ask([peer_url(process, each) for each in members], users=USERS)
            spent[process] += process.cpu_seconds - before
    return [Load(each.rate, spent[process] * 1000 / len(each.each)) for process, each in times.items()]


def _load(what: str, load: Load, bar: str = "", holds: bool | None = None) -> Row:
    figure = f"{load.rate:.{0 if load.rate >= 10 else 1}f} pages/s, {load.cpu:.1f} ms CPU a page"
    return Row(f"{what}, {USERS} users", figure, bar, holds)


def _compared(what: str, ours: Load, theirs: Load, limit: float) -> Row:
    ratio, share = ours.rate / theirs.rate, ours.cpu / theirs.cpu
    return Row(what, f"{ratio:.1f} x, at {share:.2f} x its CPU", f"{limit} x", ratio >= limit)
