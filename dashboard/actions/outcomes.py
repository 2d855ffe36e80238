"""Ends and waits that the protocols of several kinds of change share, as pure functions."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta

from msgspec.structs import replace

from dashboard.actions import words
from dashboard.actions.policy import Policy
from dashboard.brevo.fetched import Evidence
from dashboard.store.intents import Intent, State, Waiting

TOO_EARLY = 425
"""Somebody changes the same contact at this moment; nothing was done (contract, section 2)."""

_WAITING = {
    "not_sent": Waiting.NOT_SENT,
    "rate_limited": Waiting.RATE_LIMITED,
    "unauthorised": Waiting.UNAUTHORISED,
}


def settled(intent: Intent, state: State, now: datetime) -> Intent:
    """Nothing more happens by itself."""
    return replace(intent, state=state, waiting=None, unknown_since=None, settled_at=now)


def failed(intent: Intent, now: datetime, code: str, text: str) -> Intent:
    """It did not happen, and why."""
    return replace(settled(intent, State.FAILED, now), failure_code=code, failure_text=text)


def held(intent: Intent, now: datetime, code: str, text: str) -> Intent:
    """A person has to look."""
    return replace(settled(intent, State.HELD, now), failure_code=code, failure_text=text)


def came_late(intent: Intent, evidence: Mapping[str, object], now: datetime) -> Intent:
    """It was told as not done, and is so now: by a call of ours or by somebody else, which nothing shows."""
    late = held(intent, now, "late", words.came_late(intent))
    return replace(late, evidence=dict(evidence), sweep_at=None)


def look_again(intent: Intent, retry_after: float | None, policy: Policy, now: datetime) -> Intent:
    """A look that settled nothing: another one, later."""
    wait = policy.backoff(intent.attempts)
    if retry_after is not None:
        wait = max(wait, policy.pause(retry_after))
    return replace(intent, attempts=intent.attempts + 1, next_at=now + wait)


def waited(intent: Intent, state: State, evidence: Evidence, policy: Policy, now: datetime) -> Intent | None:
    """The same call again from ``state``, later, when the remote provably did nothing; None for a refusal."""
    is_early = evidence.kind == "refused" and evidence.status == TOO_EARLY
    waiting = Waiting.NOT_SENT if is_early else _WAITING.get(evidence.kind)
    if waiting is None:
        return None
    waits: dict[Waiting, Callable[[], timedelta]] = {
        Waiting.NOT_SENT: lambda: policy.backoff(intent.attempts),
        Waiting.RATE_LIMITED: lambda: policy.pause(evidence.retry_after),
        Waiting.UNAUTHORISED: lambda: policy.key_wait,
    }
    return replace(
        intent, state=state, waiting=waiting, attempts=intent.attempts + 1, next_at=now + waits[waiting]()
    )
