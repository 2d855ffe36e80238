"""Many clients who ask for pages while nobody answers, in a process of their own.

``python -m tests.bench.crowd SECONDS COOKIE URL...``: each URL is a client. All ask at once; who has an
answer, be it a refusal, asks again after a while, as people do.
"""

from __future__ import annotations

import sys
from random import uniform
from threading import Thread
from time import monotonic, sleep

from tests.bench.load import Browser

THINKS = (3.0, 7.0)
"""Seconds between an answer and the next click, by chance between the two: people are not in step."""


def main() -> None:
    """Run until the time is up."""
    seconds, cookie, *urls = sys.argv[1:]
    end = monotonic() + float(seconds)
    clients = [Thread(target=_ask, args=(url, cookie, end), daemon=True) for url in urls]
    for client in clients:
        client.start()
    sleep(max(0.0, end - monotonic()))


def _ask(url: str, cookie: str, end: float) -> None:
    while monotonic() < end:
        try:
            Browser(url, {"Cookie": cookie}).get(url)
        except OSError:
            return
        sleep(uniform(*THINKS))


if __name__ == "__main__":
    main()
