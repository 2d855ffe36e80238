"""Every kind of call that leaves this machine, and its limits.

| Call | Connect s | Total s | Tries | Connection | Out of budget | Breaker open |
| --- | --- | --- | --- | --- | --- | --- |
| page read | 2 | 2.5 | 3 | kept | refused | refused |
| look-up | 2 | 8 | 3 | kept | sent | sent |
| write | 2 | 8 | 1 | own | sent | sent |

| Limit | Value |
| --- | --- |
| calls at once on kept connections | 64 |
| a kept connection stays open when idle, s | 240 |
| largest answer, decompressed, bytes | 1000000 |
| part of a loyalty budget kept for writes and look-ups | 0.1 |
| longest wait that a rate limit can ask for, s | 3600 |
| wait when it does not say how long, s | 60 |
| calls without an answer, in a row, that open the breaker | 5 |
| the breaker lets one page read through every, s | 5 |

A page read serves a person who waits; a look-up (a read with ``priority``) settles a write whose
answer was lost; tries beyond the first happen only for a GET, only after a failure that a second try
can mend (connection refused or dropped, 502, 503, 504, a 429 that ends in time), and only inside the
total. When all 64 connections are busy, a call waits for one until its total is up and then counts as
not sent. Everything goes to ``BREVO_API_URL``; nothing else is ever called.
"""

from __future__ import annotations

import msgspec

CONNECT_SECONDS = 2.0
POOL_SIZE = 64
IDLE_SECONDS = 240.0
LARGEST_ANSWER = 1_000_000
RESERVE = 0.1
LONGEST_WAIT = 3600.0
UNTOLD_WAIT = 60.0
BREAKER_FAILURES = 5
BREAKER_SECONDS = 5.0


class Kind(msgspec.Struct, frozen=True):
    """The limits of one kind of call: seconds in all, tries, and whose connection it uses.

    ``has_precedence`` calls are sent whatever the budget and the breaker say.
    """

    total: float
    tries: int
    own_connection: bool
    has_precedence: bool


PAGE_READ = Kind(total=2.5, tries=3, own_connection=False, has_precedence=False)
LOOK_UP = Kind(total=8.0, tries=3, own_connection=False, has_precedence=True)
WRITE = Kind(total=8.0, tries=1, own_connection=True, has_precedence=True)
