"""Ending a draft that is there already, wherever it came from: the second phase of the protocol alone.

The draft is not ours: a refusal never makes us cancel it, and what somebody else decided is adopted and told.
"""

from __future__ import annotations

from datetime import datetime

from msgspec.structs import replace

from dashboard.actions import words
from dashboard.actions.ledger import Shown
from dashboard.actions.outcomes import failed, settled
from dashboard.actions.two_phase import TwoPhase
from dashboard.brevo.status import TransactionStatus as Status
from dashboard.store.intents import Goal, Intent, Pause, State


class EndDraft(TwoPhase):
    """The decisions, where they differ from those about a draft of one's own."""

    def begin(self, intent: Intent, pause: Pause | None, now: datetime) -> Intent:
        """From DRAFT to COMPLETING, or wait; not for ever."""
        was_never_sent = intent.unknown_since is None and intent.refusals == 0
        if was_never_sent and now - intent.created_at > self.policy.give_up:
            return failed(intent, now, "not_sent", words.never_reached(intent))
        return super().begin(intent, pause, now)

    def _still_open(self, intent: Intent, now: datetime) -> Intent:
        is_final = intent.refusals >= self.policy.refusals and now >= self._believable_from(intent)
        if is_final and intent.unknown_since is None:
            return failed(intent, now, "refused", intent.failure_text or words.refused(intent, None))
        again = super()._still_open(intent, now)
        return again if again.goal is intent.goal else replace(again, goal=intent.goal)

    def _end(self, intent: Intent, shown: Shown, status: Status, now: datetime, *, by_us: bool) -> Intent:
        wanted = Status.COMPLETED if intent.goal is Goal.COMPLETE else Status.CANCELLED
        if status is wanted:
            return self._as_wanted(intent, shown, status, now, by_us=by_us)
        if status is Status.REJECTED:
            text = words.rejected(intent, shown.reject_reason)
            return replace(failed(intent, now, "rejected", text), adopted=None if by_us else status)
        text = words.decided_before(intent, status)
        is_cancelled = status is Status.CANCELLED
        ended = replace(failed(intent, now, status.value, text), adopted=status)
        return replace(ended, state=State.CANCELLED) if is_cancelled else ended

    def _as_wanted(
        self, intent: Intent, shown: Shown, status: Status, now: datetime, *, by_us: bool
    ) -> Intent:
        moved = shown.signed_amount
        return replace(
            settled(intent, State.DONE, now),
            applied_amount=(intent.amount if moved is None else moved)
            if status is Status.COMPLETED
            else None,
            balance_after=getattr(shown, "balance", None),
            failure_code=None,
            failure_text=None,
            adopted=None if by_us else status,
        )
