"""The protocol of a change in two phases, as pure decisions: an intent and some news give the next intent.

The remote has no idempotency key. A draft moves nothing, so any number of drafts is harmless; of them one is
chosen, its ID is kept, and only that ID is ever completed. Hence the two rules everything here follows:

* before an ID is chosen, a lost answer means *look*, and several empty looks mean *another draft*;
* once an ID is chosen it stays the one, whatever happens: read it back, send it again, adopt what it became.

An outcome is claimed only on evidence: an answer bound to the request, or a line of the history.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

from msgspec.structs import replace

from dashboard.actions import words
from dashboard.actions.ledger import (
    LookFailed,
    Shown,
    evidence_of,
    evidence_of_look,
    has_usable_id,
    status_of,
)
from dashboard.actions.policy import Policy
from dashboard.brevo.fetched import Evidence, Verdict, Write
from dashboard.brevo.history import HistoryItem, Lookup
from dashboard.brevo.status import TransactionStatus as Status
from dashboard.brevo.transactions import Transaction
from dashboard.store.intents import Goal, Intent, Pause, State, Waiting

_WAITING = {
    "not_sent": Waiting.NOT_SENT,
    "rate_limited": Waiting.RATE_LIMITED,
    "unauthorised": Waiting.UNAUTHORISED,
}
"""Kinds of evidence after which the same step is simply due again later."""

_BEST_FIRST = (
    Status.COMPLETED,
    Status.DRAFT,
    Status.UNKNOWN,
    Status.REJECTED,
    Status.CANCELLED,
    Status.EXPIRED,
)
"""Which of several drafts of one intent counts: what moved points, then what still can."""

_CLOCKS_DIFFER = timedelta(minutes=1)


class TwoPhase:
    """The decisions. Every method is pure: same intent, same news, same time, same answer."""

    def __init__(self, policy: Policy | None = None) -> None:
        self.policy = policy or Policy()

    def resume(self, intent: Intent, now: datetime) -> Intent:
        """Whoever had it may have died in the middle of a call: then its answer counts as lost."""
        if intent.state is State.CREATING:
            return self._draft_lost(intent, now, first_look=now)
        if intent.state is State.COMPLETING:
            return self._end_lost(intent, now, first_look=now)
        return intent

    def begin(self, intent: Intent, pause: Pause | None, now: datetime) -> Intent:
        """Before a write is sent: from RESERVED to CREATING, from DRAFT to COMPLETING, or wait."""
        if intent.state is State.RESERVED and now - intent.ready_at > self.policy.give_up:
            return _fail(intent, now, "not_sent", words.never_reached(intent))
        if pause is not None:
            return replace(intent, waiting=pause.waiting, next_at=pause.until)
        if intent.state is State.RESERVED:
            return replace(
                intent,
                state=State.CREATING,
                waiting=None,
                creates=intent.creates + 1,
                sent_at=intent.sent_at or now,
            )
        return replace(intent, state=State.COMPLETING, waiting=None, called_at=now)

    # -- the draft ---------------------------------------------------------------------------------

    def created(self, intent: Intent, write: Write[Transaction], now: datetime) -> Intent:
        """After the call that makes a draft."""
        intent = replace(intent, evidence=evidence_of(write.evidence))
        if write.verdict is Verdict.APPLIED and write.value is not None:
            return self._draft_shown(intent, write.value, now)
        if write.verdict is Verdict.NOT_APPLIED:
            return self._not_created(intent, write.evidence, now)
        return self._draft_lost(intent, now, first_look=now + self.policy.looks[0])

    def _draft_shown(self, intent: Intent, shown: Transaction, now: datetime) -> Intent:
        status = status_of(shown)
        if status is Status.UNKNOWN or not has_usable_id(shown):
            return self._draft_lost(intent, now, first_look=now + self.policy.looks[0])
        return self._choose(intent, shown, status, now)

    def _not_created(self, intent: Intent, evidence: Evidence, now: datetime) -> Intent:
        if evidence.kind in _WAITING:
            return self._wait(intent, State.RESERVED, evidence, now)
        return _fail(intent, now, "refused", words.refused(intent, evidence.message))

    def _draft_lost(self, intent: Intent, now: datetime, *, first_look: datetime) -> Intent:
        return replace(
            intent,
            state=State.LOOKING_UP,
            unknown_since=intent.unknown_since or now,
            sweep_at=now + self.policy.stray_after,
            empty_looks=0,
            next_at=first_look,
        )

    def looked_up(self, intent: Intent, look: Lookup | LookFailed, now: datetime) -> Intent:
        """After a look for a draft whose answer was lost."""
        if isinstance(look, LookFailed):
            return self._look_again(intent, look, now)
        ours = self.ours(intent, look)
        if ours is None:
            return self._draft_not_seen(intent, look, now)
        intent = replace(intent, evidence=evidence_of_look(ours, look.at))
        status = status_of(ours)
        if status is Status.UNKNOWN or not has_usable_id(ours):
            return _hold(intent, now, "unknown_status", words.UNKNOWN_STATUS)
        return self._choose(intent, ours, status, now)

    def ours(self, intent: Intent, look: Lookup) -> HistoryItem | None:
        """The line of the history that carries our mark; of several, the one that counts."""
        shown = look.recent if look.found is None else (look.found, *look.recent)
        marked = [item for item in shown if item.is_of(intent_id=intent.id)]
        return min(marked, key=lambda item: _BEST_FIRST.index(status_of(item)), default=None)

    def _draft_not_seen(self, intent: Intent, look: Lookup, now: datetime) -> Intent:
        if not look.complete:
            return self._partly_seen(intent, now)
        intent = replace(intent, attempts=0, empty_looks=intent.empty_looks + 1, partial_looks=0)
        if intent.empty_looks < len(self.policy.looks):
            return replace(intent, next_at=now + self.policy.looks[intent.empty_looks])
        if any(_is_like(item, intent) for item in look.recent):
            return _hold(intent, now, "mark_lost", words.MARK_LOST)
        if intent.creates >= self.policy.most_creates:
            return _fail(intent, now, "not_created", words.never_taken(intent))
        return replace(intent, state=State.RESERVED, empty_looks=0, next_at=now)

    def _partly_seen(self, intent: Intent, now: datetime) -> Intent:
        """Ours may be among what was not seen. If that does not pass by itself, a person has to look."""
        looks = intent.partial_looks + 1
        if looks >= self.policy.most_looks:
            return _hold(intent, now, "not_shown", words.NOT_SHOWN)
        return replace(self._look_again(intent, None, now), partial_looks=looks)

    def _choose(self, intent: Intent, shown: Shown, status: Status, now: datetime) -> Intent:
        chosen = replace(intent, transaction_id=shown.id, attempts=0, empty_looks=0, waiting=None)
        if status is Status.DRAFT:
            return replace(chosen, state=State.DRAFT, unknown_since=None, next_at=now)
        return self._end(chosen, shown, status, now, by_us=False)

    def is_stray(self, intent: Intent, item: HistoryItem) -> bool:
        """Whether this is an open draft of ours that nobody chose."""
        is_chosen = intent.transaction_id is not None and item.is_of(transaction_id=intent.transaction_id)
        return item.is_of(intent_id=intent.id) and status_of(item) is Status.DRAFT and not is_chosen

    # -- its end -----------------------------------------------------------------------------------

    def finished(self, intent: Intent, write: Write[Transaction], now: datetime) -> Intent:
        """After the call that completes (or cancels) the chosen draft."""
        intent = replace(intent, evidence=evidence_of(write.evidence))
        soon = now + self.policy.backoff(intent.attempts)
        if (
            write.verdict is Verdict.APPLIED
            and write.value is not None
            and write.value.id == intent.transaction_id
        ):
            status = status_of(write.value)
            if status not in {Status.DRAFT, Status.UNKNOWN}:
                return self._end(intent, write.value, status, now, by_us=True)
            return self._end_lost(intent, now, first_look=soon)
        if write.verdict is Verdict.NOT_APPLIED:
            return self._not_finished(intent, write.evidence, now)
        return self._end_lost(intent, now, first_look=soon)

    def _not_finished(self, intent: Intent, evidence: Evidence, now: datetime) -> Intent:
        if evidence.kind in _WAITING:
            return self._wait(intent, State.DRAFT, evidence, now)
        # It may be a draft no more because an earlier call of ours worked. Only reading back tells.
        refused = replace(intent, refusals=intent.refusals + 1)
        if intent.goal is Goal.COMPLETE:
            text = words.refused(intent, evidence.message)
            refused = replace(refused, failure_code="refused", failure_text=text)
        return replace(refused, state=State.CHECKING, next_at=now)

    def _end_lost(self, intent: Intent, now: datetime, *, first_look: datetime) -> Intent:
        return replace(
            intent,
            state=State.CHECKING,
            unknown_since=intent.unknown_since or now,
            attempts=intent.attempts + 1,
            next_at=first_look,
        )

    def checked(self, intent: Intent, look: Lookup | LookFailed, now: datetime) -> Intent:
        """After the chosen draft was read back."""
        if isinstance(look, LookFailed):
            return self._look_again(intent, look, now)
        chosen = look.found
        if chosen is None:
            return self._inconclusive(intent, now, "not_shown", words.NOT_SHOWN)
        intent = replace(intent, evidence=evidence_of_look(chosen, look.at))
        status = status_of(chosen)
        if status is Status.UNKNOWN:
            return self._inconclusive(intent, now, "unknown_status", words.UNKNOWN_STATUS)
        if status is Status.DRAFT:
            return self._still_open(intent, now)
        if status is Status.EXPIRED and now < self._believable_from(intent):
            return self._inconclusive(intent, now, "not_shown", words.NOT_SHOWN)
        return self._end(intent, chosen, status, now, by_us=intent.unknown_since is not None)

    def _still_open(self, intent: Intent, now: datetime) -> Intent:
        if intent.empty_looks + 1 >= self.policy.most_looks:
            return _hold(intent, now, "not_shown", words.NOT_SHOWN)
        again = replace(intent, state=State.DRAFT, empty_looks=intent.empty_looks + 1, next_at=now)
        if intent.refusals == 0:
            return again
        if now < self._believable_from(intent):
            # The refusal may mean "already completed" and this line be older than that.
            return self._inconclusive(intent, now, "not_shown", words.NOT_SHOWN)
        if intent.refusals >= self.policy.refusals:
            return replace(again, goal=Goal.CANCEL)
        return again

    def _believable_from(self, intent: Intent) -> datetime:
        """When a line of the history surely shows what our last call did."""
        return (intent.called_at or intent.created_at) + self.policy.read_lag

    def _end(self, intent: Intent, shown: Shown, status: Status, now: datetime, *, by_us: bool) -> Intent:
        if status is Status.COMPLETED:
            return self._done(intent, shown, now, adopted=None if by_us else status)
        if status is Status.REJECTED:
            return _fail(intent, now, "rejected", words.rejected(intent, shown.reject_reason))
        if intent.goal is Goal.CANCEL and intent.failure_text is not None:
            return _fail(intent, now, intent.failure_code or "refused", intent.failure_text)
        if status is Status.EXPIRED:
            return _fail(intent, now, "expired", words.lapsed(intent))
        text = words.cancelled_by_somebody(intent)
        return replace(_fail(intent, now, "cancelled", text), state=State.CANCELLED, adopted=status)

    def _done(self, intent: Intent, shown: Shown, now: datetime, *, adopted: str | None) -> Intent:
        # The remote may round or clip: what counts is what it says it moved. A balance only if it says one.
        moved = shown.signed_amount
        return replace(
            _settle(intent, State.DONE, now),
            applied_amount=intent.amount if moved is None else moved,
            balance_after=getattr(shown, "balance", None),
            failure_code=None,
            failure_text=None,
            adopted=adopted,
        )

    # -- waiting -----------------------------------------------------------------------------------

    def _wait(self, intent: Intent, state: State, evidence: Evidence, now: datetime) -> Intent:
        """The same step again, later: the remote provably did nothing."""
        waiting = _WAITING[evidence.kind]
        waits: dict[Waiting, Callable[[], timedelta]] = {
            Waiting.NOT_SENT: lambda: self.policy.backoff(intent.attempts),
            Waiting.RATE_LIMITED: lambda: self.policy.pause(evidence.retry_after),
            Waiting.UNAUTHORISED: lambda: self.policy.key_wait,
        }
        return replace(
            intent, state=state, waiting=waiting, attempts=intent.attempts + 1, next_at=now + waits[waiting]()
        )

    def _look_again(self, intent: Intent, failed: LookFailed | None, now: datetime) -> Intent:
        """A look that could not see: nothing is known that was not known before."""
        wait = self.policy.backoff(intent.attempts)
        if failed is not None and failed.retry_after is not None:
            wait = max(wait, self.policy.pause(failed.retry_after))
        return replace(intent, attempts=intent.attempts + 1, next_at=now + wait)

    def _inconclusive(self, intent: Intent, now: datetime, code: str, text: str) -> Intent:
        """A look that saw, and settled nothing: lag, most likely. After many of them a person has to look."""
        looks = intent.empty_looks + 1
        if looks >= self.policy.most_looks:
            return _hold(intent, now, code, text)
        return replace(self._look_again(intent, None, now), empty_looks=looks)


def _settle(intent: Intent, state: State, now: datetime) -> Intent:
    return replace(intent, state=state, waiting=None, unknown_since=None, settled_at=now)


def _fail(intent: Intent, now: datetime, code: str, text: str) -> Intent:
    return replace(_settle(intent, State.FAILED, now), failure_code=code, failure_text=text)


def _hold(intent: Intent, now: datetime, code: str, text: str) -> Intent:
    return replace(_settle(intent, State.HELD, now), failure_code=code, failure_text=text)


def _is_like(item: HistoryItem, intent: Intent) -> bool:
    """Whether this may be our draft without its mark: open, the same amount, made since we asked."""
    asked = (intent.sent_at or intent.created_at) - _CLOCKS_DIFFER
    return (
        status_of(item) in {Status.DRAFT, Status.UNKNOWN}
        and item.signed_amount == intent.amount
        and (item.created_at is None or item.created_at >= asked)
        and "intent" not in item.meta
    )
