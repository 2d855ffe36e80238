"""The protocol of a change in one call, as pure decisions: an intent and some news give the next intent.

There is no draft whose repetition is harmless, so a call whose answer was lost is never just sent again. It
is looked for first. What is found is adopted. What is not found is sent again only where the same call twice
comes to the same (a revocation, an enrolment); where it does not (a voucher, an order), a person decides
after the settle window. A refusal may be the echo of a delivery that worked: then it is believed only after
a look. Where a call was lost before the refused one, it may arrive even after that: then one more look, when
the slowest would have come, calls a person if it did.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from enum import StrEnum

import msgspec
from msgspec.structs import replace

from dashboard.actions import words
from dashboard.actions.ledger import LookFailed, evidence_of
from dashboard.actions.outcomes import failed, held, look_again, settled, waited
from dashboard.actions.policy import Policy
from dashboard.brevo.fetched import Evidence, Verdict, Write
from dashboard.store.intents import Intent, Pause, State

ALREADY = "already"
"""Adopted: it was so before our call."""

_ECHO = "echo"
"""Code of a refusal that is not believed yet."""


class Seen(StrEnum):
    """What an answer or a look proves."""

    DONE = "done"
    """It is as was asked for."""
    OPEN = "open"
    """It is as it was before."""
    ELSE = "else"
    """It can never become what was asked for: something or somebody else decided."""
    UNSURE = "unsure"
    """The answer tells neither."""


class Doubt(StrEnum):
    """What a refusal is worth."""

    NONE = "none"
    """It is final."""
    LOOK = "look"
    """It may come from what is so already: one look tells."""
    SO = "so"
    """It says that it is so already: there is nothing left to do."""
    ECHO = "echo"
    """It may be so already since a delivery of ours: believed once reads have caught up."""
    OURS = "ours"
    """It most likely echoes a delivery of ours: looked for until reads have surely caught up."""


class Sight(msgspec.Struct, frozen=True, kw_only=True):
    """What was seen. ``fields`` are what the intent learns from DONE and from OPEN."""

    seen: Seen
    fields: Mapping[str, object] = msgspec.field(default_factory=dict)
    evidence: Mapping[str, object] = msgspec.field(default_factory=dict)
    code: str = "not_shown"
    """For ELSE and UNSURE: why, for machines and in words."""
    text: str = words.NOT_SHOWN_AT_ALL


class OnePhase:
    """The decisions. Every method is pure.

    :param resends: whether the same call twice comes to the same.
    :param leaves_strays: whether a late or doubled delivery leaves something that has to be withdrawn.
    """

    def __init__(self, policy: Policy | None = None, *, resends: bool, leaves_strays: bool = False) -> None:
        self.policy = policy or Policy()
        self._resends = resends
        self._leaves_strays = leaves_strays

    def resume(self, intent: Intent, now: datetime) -> Intent:
        """The answer of a call that was on its way counts as lost."""
        return self._lost(intent, now, first_look=now) if intent.state is State.CREATING else intent

    def begin(self, intent: Intent, pause: Pause | None, now: datetime) -> Intent:
        """Before the call is sent: from RESERVED to CREATING, or wait."""
        if intent.unknown_since is None and now - intent.ready_at > self.policy.give_up:
            return failed(intent, now, "not_sent", words.never_reached(intent))
        if pause is not None:
            return replace(intent, waiting=pause.waiting, next_at=pause.until)
        return replace(
            intent,
            state=State.CREATING,
            waiting=None,
            creates=intent.creates + 1,
            sent_at=intent.sent_at or now,
            called_at=now,
            sweep_at=now + self.policy.stray_after if self._leaves_strays else None,
            failure_code=None,
            failure_text=None,
        )

    def answered(
        self, intent: Intent, write: Write[object], told: Sight, doubt: Doubt, now: datetime
    ) -> Intent:
        """After the call. ``told`` is what its 2xx proves, or UNSURE; ``doubt`` what its refusal is worth."""
        intent = replace(intent, evidence=evidence_of(write.evidence))
        if write.verdict is Verdict.NOT_APPLIED:
            return self._not_applied(intent, write.evidence, doubt, now)
        if told.seen is Seen.DONE:
            return _done(intent, told, now)
        return self._lost(intent, now, first_look=now + self.policy.backoff(intent.creates - 1))

    def looked(self, intent: Intent, sight: Sight | LookFailed, now: datetime) -> Intent:
        """After a look for what a call did."""
        if isinstance(sight, LookFailed):
            return look_again(intent, sight.retry_after, self.policy, now)
        intent = replace(intent, evidence=dict(sight.evidence))
        if sight.seen is Seen.DONE:
            adopted = None if intent.unknown_since is not None else ALREADY
            return replace(_done(intent, sight, now), adopted=adopted)
        if sight.seen is Seen.ELSE:
            return replace(failed(intent, now, sight.code, sight.text), adopted=sight.code)
        if sight.seen is Seen.UNSURE:
            return self._unsure(intent, sight, now)
        intent = replace(intent, **sight.fields)
        return self._refused(intent, now) if intent.failure_text is not None else self._open(intent, now)

    # -- what the remote did not do ----------------------------------------------------------------

    def _not_applied(self, intent: Intent, evidence: Evidence, doubt: Doubt, now: datetime) -> Intent:
        waits = waited(intent, State.RESERVED, evidence, self.policy, now)
        if waits is not None:
            return waits
        if doubt is Doubt.SO:
            adopted = None if intent.unknown_since is not None else ALREADY
            return replace(_done(intent, Sight(seen=Seen.DONE), now), adopted=adopted)
        refused = replace(
            intent,
            failure_code=_ECHO if doubt is Doubt.ECHO else "refused",
            failure_text=words.refused(intent, evidence.message),
        )
        if doubt is Doubt.NONE and intent.unknown_since is None:
            return failed(refused, now, "refused", refused.failure_text or "")
        unknown_since = now if doubt is Doubt.OURS else None
        return replace(
            refused,
            state=State.LOOKING_UP,
            unknown_since=intent.unknown_since or unknown_since,
            attempts=0,
            next_at=now,
        )

    def _refused(self, intent: Intent, now: datetime) -> Intent:
        """The look agrees. Where a call of ours may have worked, or may yet, it counts only after a while."""
        waits = timedelta(0) if intent.failure_code != _ECHO else self.policy.read_lag
        if intent.unknown_since is not None:
            waits = self.policy.settle_window
        called_at = intent.called_at or intent.created_at
        if now < called_at + waits:
            return look_again(intent, None, self.policy, now)
        if intent.unknown_since is not None:
            intent = replace(intent, sweep_at=called_at + self.policy.stray_after)
        return failed(intent, now, "refused", intent.failure_text or "")

    def _open(self, intent: Intent, now: datetime) -> Intent:
        """Nothing of the call is to be seen."""
        if self._resends:
            if intent.creates >= self.policy.most_looks:
                return held(intent, now, "not_shown", words.not_shown(intent))
            return replace(intent, state=State.RESERVED, next_at=now)
        if now < (intent.called_at or intent.created_at) + self.policy.settle_window:
            return look_again(intent, None, self.policy, now)
        return held(intent, now, "not_found", words.not_found(intent))

    # -- what is not known -------------------------------------------------------------------------

    def _lost(self, intent: Intent, now: datetime, *, first_look: datetime) -> Intent:
        return replace(
            intent,
            state=State.LOOKING_UP,
            unknown_since=intent.unknown_since or now,
            attempts=0,
            partial_looks=0,
            next_at=first_look,
        )

    def _unsure(self, intent: Intent, sight: Sight, now: datetime) -> Intent:
        looks = intent.partial_looks + 1
        if looks >= self.policy.most_looks:
            return held(intent, now, sight.code, sight.text)
        return replace(look_again(intent, None, self.policy, now), partial_looks=looks)


def _done(intent: Intent, sight: Sight, now: datetime) -> Intent:
    done = replace(settled(intent, State.DONE, now), failure_code=None, failure_text=None)
    return replace(done, **sight.fields)
