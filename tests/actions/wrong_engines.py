"""Engines that are wrong in one place each, as tired programmers write them. The explorer must catch all."""

from __future__ import annotations

from datetime import datetime, timedelta

from msgspec.structs import replace

from dashboard.actions.engine import Engine
from dashboard.actions.ledger import LookFailed
from dashboard.actions.policy import Policy
from dashboard.actions.two_phase import TwoPhase
from dashboard.brevo.fetched import Verdict, Write
from dashboard.brevo.history import HistoryItem, Lookup
from dashboard.brevo.status import TransactionStatus as Status
from dashboard.brevo.transactions import Transaction
from dashboard.store.intent import Intent, Pause, State


class StartsAnewAfterACrash(TwoPhase):
    """A restart in CREATING creates again without looking."""

    def resume(self, intent: Intent, now: datetime) -> Intent:
        if intent.state is State.CREATING:
            return replace(intent, state=State.RESERVED)
        return super().resume(intent, now)


class ForgetsTheDraftAfterACrash(TwoPhase):
    """A restart in COMPLETING begins from the start."""

    def resume(self, intent: Intent, now: datetime) -> Intent:
        if intent.state is State.COMPLETING:
            return replace(intent, state=State.RESERVED, transaction_id=None)
        return super().resume(intent, now)


class CreatesAgainAtOnce(TwoPhase):
    """A lost answer to the create is answered with another create."""

    def created(self, intent: Intent, write: Write[Transaction], now: datetime) -> Intent:
        after = super().created(intent, write, now)
        return replace(after, state=State.RESERVED, next_at=now) if after.state is State.LOOKING_UP else after


class LooksOnce(TwoPhase):
    """One empty look is enough."""

    def __init__(self) -> None:
        super().__init__(Policy(looks=(timedelta(seconds=1),)))


class BelievesAHalfLook(TwoPhase):
    """A look that did not see everything counts as empty."""

    def looked_up(self, intent: Intent, look: Lookup | LookFailed, now: datetime) -> Intent:
        if isinstance(look, LookFailed):
            look = Lookup(found=None, complete=True, at=now, request_id=None, recent=())
        whole = Lookup(found=look.found, complete=True, at=now, request_id=None, recent=look.recent)
        return super().looked_up(intent, whole, now)


class TakesAnyDraftOfTheAmount(TwoPhase):
    """Looks for the amount instead of the mark."""

    def ours(self, intent: Intent, look: Lookup) -> HistoryItem | None:
        same = (item for item in look.recent if item.signed_amount == intent.amount)
        return next(same, None)


class LostMeansFailed(TwoPhase):
    """No answer to the complete is reported as a failure."""

    def finished(self, intent: Intent, write: Write[Transaction], now: datetime) -> Intent:
        if write.verdict is Verdict.UNKNOWN:
            return replace(intent, state=State.FAILED, settled_at=now, unknown_since=None)
        return super().finished(intent, write, now)


class LostMeansDone(TwoPhase):
    """No answer to the complete is reported as done."""

    def finished(self, intent: Intent, write: Write[Transaction], now: datetime) -> Intent:
        if write.verdict is Verdict.UNKNOWN:
            return replace(intent, state=State.DONE, settled_at=now, applied_amount=intent.amount)
        return super().finished(intent, write, now)


class LostMeansAnotherDraft(TwoPhase):
    """No answer to the complete begins from the start."""

    def finished(self, intent: Intent, write: Write[Transaction], now: datetime) -> Intent:
        if write.verdict is Verdict.UNKNOWN:
            return replace(intent, state=State.RESERVED, transaction_id=None)
        return super().finished(intent, write, now)


class RefusedMeansDone(TwoPhase):
    """A 422 to the complete surely means that the first one worked."""

    def finished(self, intent: Intent, write: Write[Transaction], now: datetime) -> Intent:
        if write.verdict is Verdict.NOT_APPLIED and write.evidence.kind == "refused":
            return replace(intent, state=State.DONE, settled_at=now, applied_amount=intent.amount)
        return super().finished(intent, write, now)


class RefusedMeansFailed(TwoPhase):
    """A 422 to the complete is final."""

    def finished(self, intent: Intent, write: Write[Transaction], now: datetime) -> Intent:
        if write.verdict is Verdict.NOT_APPLIED and write.evidence.kind == "refused":
            return replace(intent, state=State.FAILED, settled_at=now, unknown_since=None)
        return super().finished(intent, write, now)


class AnsweredMeansDone(TwoPhase):
    """A 200 to the complete is done, whatever its status says."""

    def finished(self, intent: Intent, write: Write[Transaction], now: datetime) -> Intent:
        if write.verdict is Verdict.APPLIED:
            return replace(intent, state=State.DONE, settled_at=now, applied_amount=intent.amount)
        return super().finished(intent, write, now)


class MissingMeansAnotherDraft(TwoPhase):
    """The chosen draft is not in the list, so it does not exist."""

    def checked(self, intent: Intent, look: Lookup | LookFailed, now: datetime) -> Intent:
        if not isinstance(look, LookFailed) and look.found is None:
            return replace(intent, state=State.RESERVED, transaction_id=None, next_at=now)
        return super().checked(intent, look, now)


class LapsedMeansAnotherDraft(TwoPhase):
    """A lapsed draft is replaced, though the line may be older than the complete."""

    def __init__(self) -> None:
        super().__init__(Policy(draft_ttl=20))

    def checked(self, intent: Intent, look: Lookup | LookFailed, now: datetime) -> Intent:
        after = super().checked(intent, look, now)
        if not isinstance(look, LookFailed) and look.found and look.found.status is Status.EXPIRED:
            return replace(intent, state=State.RESERVED, transaction_id=None, next_at=now)
        return after


class BelievesALateLapse(TwoPhase):
    """A lapse is believed at once, though the line may be older than the complete."""

    def __init__(self) -> None:
        super().__init__(Policy(read_lag=timedelta(0), draft_ttl=10))


class GivesUpOnLookFailures(TwoPhase):
    """Cannot read, therefore failed."""

    def checked(self, intent: Intent, look: Lookup | LookFailed, now: datetime) -> Intent:
        if isinstance(look, LookFailed):
            return replace(intent, state=State.FAILED, settled_at=now, unknown_since=None)
        return super().checked(intent, look, now)


class ForgetsTheDraftAfterAWait(TwoPhase):
    """After a 429 or a refused connection it begins from the start."""

    def begin(self, intent: Intent, pause: Pause | None, now: datetime) -> Intent:
        if intent.state is State.DRAFT and intent.attempts:
            return replace(intent, state=State.RESERVED, next_at=now)
        return super().begin(intent, pause, now)


class NeverSweeps(Engine):
    """Leaves its drafts lying about."""

    def sweep(self, intent_id: str) -> None:
        intent = self.journal.get(intent_id)
        self.journal.swept(intent, replace(intent, sweep_at=None), (), self.clock())


class SweepsTheChosenOne(TwoPhase):
    """Every open draft of ours is a stray."""

    def is_stray(self, intent: Intent, item: HistoryItem) -> bool:
        return item.is_of(intent_id=intent.id) and item.status is Status.DRAFT


class SweepsWhatIsNotOurs(TwoPhase):
    """Every open draft is a stray."""

    def is_stray(self, intent: Intent, item: HistoryItem) -> bool:
        return item.status is Status.DRAFT and item.id != intent.transaction_id


class KeepsTheIdTooLate(Engine):
    """Completes first and writes the ID down afterwards."""

    def _keep(self, before: Intent, after: Intent) -> Intent:
        if before.state is State.CREATING and after.state is State.DRAFT:
            done = self._protocol.finished(after, self._movement.finish(after), self.clock())
            return super()._keep(before, done)
        return super()._keep(before, after)


class SendsBeforeItIsKept(Engine):
    """Calls first and commits afterwards."""

    def _step(self, intent: Intent) -> Intent:
        if intent.state is not State.RESERVED:
            return super()._step(intent)
        begun = self._protocol.begin(intent, self.pause(), self.clock())
        if begun.state is not State.CREATING:
            return self._keep(intent, begun)
        return self._keep(intent, self._protocol.created(begun, self._movement.create(begun), self.clock()))


class IgnoresTheFence(Engine):
    """Writes what it learnt although somebody else was faster."""

    def _keep(self, before: Intent, after: Intent) -> Intent:
        newest = self.journal.get(before.id)
        return super()._keep(newest, replace(after, version=newest.version))


WRONG_PROTOCOLS: tuple[type[TwoPhase], ...] = (
    StartsAnewAfterACrash,
    ForgetsTheDraftAfterACrash,
    CreatesAgainAtOnce,
    LooksOnce,
    BelievesAHalfLook,
    TakesAnyDraftOfTheAmount,
    LostMeansFailed,
    LostMeansDone,
    LostMeansAnotherDraft,
    RefusedMeansDone,
    RefusedMeansFailed,
    AnsweredMeansDone,
    MissingMeansAnotherDraft,
    LapsedMeansAnotherDraft,
    BelievesALateLapse,
    GivesUpOnLookFailures,
    ForgetsTheDraftAfterAWait,
    SweepsTheChosenOne,
    SweepsWhatIsNotOurs,
)
WRONG_ENGINES: tuple[type[Engine], ...] = (
    NeverSweeps,
    KeepsTheIdTooLate,
    SendsBeforeItIsKept,
    IgnoresTheFence,
)
