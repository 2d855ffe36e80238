"""Using a voucher, in two steps: a redemption is begun, its ID kept, and only that one is completed.

Nothing shows a redemption that was begun, so one whose answer was lost is left to lapse; only then is another
one begun. Whether it was completed shows on the voucher: ``consumedAt``.

With the goal to begin only, it rests once it is begun, until a person turns the goal to completing it
(:mod:`dashboard.actions.completing`) or it lapses.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from uuid import UUID

import msgspec
from msgspec.structs import replace

from dashboard.actions import words
from dashboard.actions.ledger import LookFailed, evidence_of
from dashboard.actions.operation import NOTHING_LEFT, Decide, Swept, mark, sent
from dashboard.actions.outcomes import came_late, failed, held, look_again, settled, waited
from dashboard.actions.policy import Policy
from dashboard.actions.voucher_calls import VoucherCalls, evidence_of_voucher, find, voucher_id
from dashboard.brevo.errors import BrevoError
from dashboard.brevo.fetched import Evidence, Verdict, Write
from dashboard.brevo.vouchers import Redemption, Voucher
from dashboard.store.intents import Goal, Intent, Pause, State

_CLOCKS_DIFFER = timedelta(seconds=10)


class VoucherSeen(msgspec.Struct, frozen=True):
    """The voucher as the member's list shows it; None when it is not there."""

    voucher: Voucher | None
    is_whole: bool
    at: datetime


class RedeemProtocol:
    """The decisions. Every method is pure."""

    def __init__(self, policy: Policy | None = None) -> None:
        self.policy = policy or Policy()

    def resume(self, intent: Intent, now: datetime) -> Intent:
        """The answer of a call that was on its way counts as lost."""
        if intent.state is State.CREATING:
            return self._begun_lost(intent, now)
        if intent.state is State.COMPLETING:
            return self._end_lost(intent, now, first_look=now)
        return intent

    def begin(self, intent: Intent, pause: Pause | None, now: datetime) -> Intent:
        """From RESERVED to CREATING, from DRAFT to COMPLETING, or wait."""
        is_late = now - intent.created_at > self.policy.redeem_within
        if intent.state is State.RESERVED and is_late:
            return failed(intent, now, "not_sent", words.too_late(intent))
        if intent.state is State.DRAFT and intent.goal is Goal.BEGIN:
            return self._rest(intent, now)
        if pause is not None:
            return replace(intent, waiting=pause.waiting, next_at=pause.until)
        if intent.state is State.RESERVED:
            return replace(
                intent,
                state=State.CREATING,
                waiting=None,
                creates=intent.creates + 1,
                sent_at=intent.sent_at or now,
                failure_code=None,
                failure_text=None,
            )
        return replace(intent, state=State.COMPLETING, waiting=None, called_at=now)

    # -- the redemption ----------------------------------------------------------------------------

    def begun(self, intent: Intent, write: Write[Redemption], now: datetime) -> Intent:
        """After the call that begins a redemption."""
        intent = replace(intent, evidence=evidence_of(write.evidence))
        if write.verdict is Verdict.NOT_APPLIED:
            return self._not_begun(intent, write.evidence, now)
        shown = write.value
        if shown is None or not _is_uuid(shown.id):
            return self._begun_lost(intent, now)
        chosen = replace(intent, transaction_id=shown.id, attempts=0, unknown_since=None)
        if shown.rejected_at is not None:
            return failed(chosen, now, "rejected", words.rejected(intent, shown.reject_reason))
        lapses_at = shown.expires_at or now + timedelta(seconds=self.ttl(intent))
        begun = replace(chosen, state=State.DRAFT, expires_at=lapses_at, next_at=now)
        return self._rest(begun, now) if intent.goal is Goal.BEGIN else begun

    def ttl(self, intent: Intent) -> int:
        """Seconds until the remote lets the redemption lapse."""
        return self.policy.begun_ttl if intent.goal is Goal.BEGIN else self.policy.redemption_ttl

    def _rest(self, intent: Intent, now: datetime) -> Intent:
        """It waits for a person, until it lapses."""
        if intent.expires_at is not None and intent.expires_at > now:
            return replace(intent, waiting=None, next_at=intent.expires_at)
        return failed(intent, now, "lapsed", words.not_completed(intent))

    def _not_begun(self, intent: Intent, evidence: Evidence, now: datetime) -> Intent:
        waits = waited(intent, State.RESERVED, evidence, self.policy, now)
        if waits is not None:
            return waits
        text = words.refused(intent, evidence.message)
        if not evidence.sent:
            return failed(intent, now, "refused", text)
        # A look tells whether somebody used it, and when; or an earlier one of ours has not lapsed yet.
        refused = replace(intent, failure_code="refused", failure_text=text)
        return replace(refused, state=State.LOOKING_UP, attempts=0, next_at=now)

    def _begun_lost(self, intent: Intent, now: datetime) -> Intent:
        lapse = timedelta(seconds=self.ttl(intent)) + _CLOCKS_DIFFER
        return replace(
            intent,
            state=State.LOOKING_UP,
            unknown_since=intent.unknown_since or now,
            attempts=0,
            next_at=now + lapse,
        )

    def looked_up(self, intent: Intent, look: VoucherSeen | LookFailed, now: datetime) -> Intent:
        """After a look at the voucher, once a lost redemption has lapsed, or to explain a refusal."""
        if isinstance(look, LookFailed):
            return look_again(intent, look.retry_after, self.policy, now)
        intent = replace(intent, evidence=evidence_of_voucher(look.voucher, look.at))
        decided = self._decided_by_others(intent, look, now)
        if decided is not None:
            return decided
        if intent.unknown_since is None:
            return failed(intent, now, "refused", intent.failure_text or "")
        if intent.creates >= self.policy.most_redemptions:
            text = intent.failure_text or words.never_taken(intent)
            return failed(intent, now, intent.failure_code or "not_created", text)
        if intent.failure_text is not None:
            # What blocks it may be one of ours that came late. It lapses too.
            return self._begun_lost(replace(intent, failure_code=None, failure_text=None), now)
        return replace(intent, state=State.RESERVED, next_at=now)

    # -- its end -----------------------------------------------------------------------------------

    def finished(self, intent: Intent, write: Write[Redemption], now: datetime) -> Intent:
        """After the call that completes the chosen redemption."""
        intent = replace(intent, evidence=evidence_of(write.evidence))
        if write.verdict is Verdict.NOT_APPLIED:
            return self._not_finished(intent, write.evidence, now)
        shown = write.value
        if shown is not None and shown.rejected_at is not None:
            return failed(intent, now, "rejected", words.rejected(intent, shown.reject_reason))
        if shown is not None and shown.completed_at is not None:
            return _done(intent, shown.completed_at, now, debit=shown.debit_transaction_id)
        return self._end_lost(intent, now, first_look=now + self.policy.backoff(intent.attempts))

    def _not_finished(self, intent: Intent, evidence: Evidence, now: datetime) -> Intent:
        waits = waited(intent, State.DRAFT, evidence, self.policy, now)
        if waits is not None:
            return waits
        return replace(
            intent,
            state=State.CHECKING,
            failure_code="refused",
            failure_text=words.refused(intent, evidence.message),
            next_at=now,
        )

    def _end_lost(self, intent: Intent, now: datetime, *, first_look: datetime) -> Intent:
        return replace(
            intent,
            state=State.CHECKING,
            unknown_since=intent.unknown_since or now,
            attempts=intent.attempts + 1,
            next_at=first_look,
        )

    def checked(self, intent: Intent, look: VoucherSeen | LookFailed, now: datetime) -> Intent:
        """After the voucher was read back."""
        if isinstance(look, LookFailed):
            return look_again(intent, look.retry_after, self.policy, now)
        intent = replace(intent, evidence=evidence_of_voucher(look.voucher, look.at))
        used_at = None if look.voucher is None else look.voucher.consumed_at
        if used_at is not None and _may_be_ours(intent, used_at):
            return _done(intent, used_at, now)
        if intent.unknown_since is None or used_at is not None:
            decided = self._decided_by_others(intent, look, now)
            if decided is not None:
                return decided
        if look.voucher is None:
            return self._inconclusive(intent, now)
        return self._still_open(intent, now)

    def _still_open(self, intent: Intent, now: datetime) -> Intent:
        text = intent.failure_text
        if text is None:
            if intent.empty_looks + 1 >= self.policy.most_looks:
                return held(intent, now, "not_shown", words.not_shown(intent))
            return replace(intent, state=State.DRAFT, empty_looks=intent.empty_looks + 1, next_at=now)
        waits = self.policy.read_lag if intent.unknown_since is None else self.policy.settle_window
        if now < (intent.called_at or intent.created_at) + waits:
            # The refusal may mean "already completed" and this line be older than that; or an earlier one is
            # still on its way.
            return self._inconclusive(intent, now)
        if intent.unknown_since is not None and intent.expires_at is not None:
            # Until it lapses, an earlier call that was lost may still complete it.
            intent = replace(intent, sweep_at=max(now, intent.expires_at) + self.policy.read_lag)
        return failed(intent, now, "refused", text)

    def _decided_by_others(self, intent: Intent, look: VoucherSeen, now: datetime) -> Intent | None:
        if look.voucher is not None and look.voucher.consumed_at is not None:
            return replace(failed(intent, now, "used", words.used_meanwhile(intent)), adopted="used")
        if look.voucher is None and look.is_whole:
            return replace(failed(intent, now, "gone", words.gone_meanwhile(intent)), adopted="gone")
        return None

    def _inconclusive(self, intent: Intent, now: datetime) -> Intent:
        looks = intent.empty_looks + 1
        if looks >= self.policy.most_looks:
            return held(intent, now, "not_shown", words.not_shown(intent))
        return replace(look_again(intent, None, self.policy, now), empty_looks=looks)


class Redeeming:
    """Carries redemptions."""

    def __init__(self, calls: VoucherCalls, clock: Callable[[], datetime], protocol: RedeemProtocol) -> None:
        self._calls = calls
        self._clock = clock
        self._protocol = protocol

    def resume(self, intent: Intent, now: datetime) -> Intent:
        """The answer of a call that was on its way counts as lost."""
        return self._protocol.resume(intent, now)

    def begin(self, intent: Intent, pause: Pause | None, now: datetime) -> Intent:
        """To CREATING or COMPLETING, or wait."""
        return self._protocol.begin(intent, pause, now)

    def send(self, intent: Intent) -> Decide:
        """Begin a redemption, or complete the chosen one."""
        if intent.state is State.CREATING:
            begun = sent(lambda: self._begin(intent), self._clock)
            return lambda now: self._protocol.begun(intent, begun, now)
        ended = sent(lambda: self._complete(intent), self._clock)
        return lambda now: self._protocol.finished(intent, ended, now)

    def look(self, intent: Intent) -> Decide:
        """At the voucher: nothing shows a redemption."""
        seen = self._seen(intent)
        decide = self._protocol.looked_up if intent.state is State.LOOKING_UP else self._protocol.checked
        return lambda now: decide(intent, seen, now)

    def sweep(self, intent: Intent) -> Swept:
        """Redemptions nobody chose lapse by themselves; the chosen one may have been completed late."""
        seen = self._seen(intent)
        if isinstance(seen, LookFailed) or (seen.voucher is None and not seen.is_whole):
            return Swept((), is_clean=False)
        used_at = None if seen.voucher is None else seen.voucher.consumed_at
        if used_at is None or not _may_be_ours(intent, used_at):
            return NOTHING_LEFT
        evidence = evidence_of_voucher(seen.voucher, seen.at)
        return Swept((), is_clean=True, belief=lambda now: came_late(intent, evidence, now))

    def _begin(self, intent: Intent) -> Write[Redemption]:
        return self._calls.redeem(
            intent.programme_id,
            voucher_id=voucher_id(intent),
            contact_id=intent.contact_id,
            ttl=self._protocol.ttl(intent),
            meta=mark(intent),
        )

    def _complete(self, intent: Intent) -> Write[Redemption]:
        return self._calls.complete_redemption(
            intent.programme_id, intent.transaction_id or "", contact_id=intent.contact_id
        )

    def _seen(self, intent: Intent) -> VoucherSeen | LookFailed:
        try:
            return VoucherSeen(*find(self._calls, intent))
        except BrevoError as error:
            return LookFailed.of(error)


def _done(intent: Intent, used_at: datetime, now: datetime, *, debit: str | None = None) -> Intent:
    told = {"used_at": used_at.isoformat(), **({"debit": debit} if debit else {})}
    return replace(settled(intent, State.DONE, now), failure_code=None, failure_text=None, result=told)


def _may_be_ours(intent: Intent, used_at: datetime) -> bool:
    """Whether a voucher may have been used by the redemption of ours that is to be completed.

    A refusal may be the echo of a delivery that worked, so it does not rule that out. Not before the call
    that was refused, though, and never after the redemption had lapsed.
    """
    has_lapsed = intent.expires_at is not None and used_at >= intent.expires_at
    was_before = used_at < (intent.called_at or intent.created_at) - _CLOCKS_DIFFER
    return not has_lapsed and (intent.unknown_since is not None or not was_before)


def _is_uuid(text: str) -> bool:
    try:
        UUID(text)
    except ValueError:
        return False
    return True
