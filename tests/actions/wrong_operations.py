"""Wrong ways to make every other kind of change: mistakes that somebody could make. All must be caught."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta

from msgspec.structs import replace

from dashboard.actions.ledger import LookFailed
from dashboard.actions.movements import Movement
from dashboard.actions.one_phase import Doubt, OnePhase, Seen, Sight
from dashboard.actions.operation import Operation, Operations
from dashboard.actions.operations import operations
from dashboard.actions.order_calls import MakeOrder
from dashboard.actions.outcomes import failed
from dashboard.actions.policy import Policy
from dashboard.actions.redeeming import Redeeming, RedeemProtocol, VoucherSeen
from dashboard.actions.single_call import LeavingCall, SingleCall, Step
from dashboard.actions.two_phase import TwoPhase
from dashboard.actions.voucher_calls import Issue, Revoke
from dashboard.brevo.fetched import Evidence, Verdict, Write
from dashboard.brevo.vouchers import Redemption
from dashboard.store.intent import Intent, Kind, State
from tests.actions.fake_desk import FakeDesk
from tests.actions.fake_remote import Clock

Make = Callable[[FakeDesk, Clock], Operations]


class _Wrong(SingleCall):
    """A right step under a wrong protocol."""

    def __init__(self, step: Step, clock: Clock, protocol: OnePhase) -> None:
        super().__init__(step, clock)
        self._protocol = protocol


def _with(kind: Kind, make: Callable[[FakeDesk, Clock], Operation]) -> Make:
    """All operations, one of them another."""

    def made(desk: FakeDesk, clock: Clock) -> Operations:
        return {**operations(desk, clock), kind: make(desk, clock)}

    return made


def _step(right: Operation) -> Step:
    assert isinstance(right, SingleCall)
    return right._step


def _under(kind: Kind, protocol: type[OnePhase]) -> Make:
    """The right step of a kind under a wrong protocol."""

    def made(desk: FakeDesk, clock: Clock) -> Operation:
        step = _step(operations(desk, clock)[kind])
        return _Wrong(step, clock, protocol(resends=step.resends, leaves_strays=kind is Kind.VOUCHER_ISSUE))

    return _with(kind, made)


# -- protocols ---------------------------------------------------------------------------------------


class RefusedMeansNeverAgain(OnePhase):
    """Once a repetition is refused, nobody looks whether the lost call arrives after all."""

    def _refused(self, intent: Intent, now: datetime) -> Intent:
        return replace(super()._refused(intent, now), sweep_at=None)


class LostMeansAgain(OnePhase):
    """No answer: it is sent once more, without a look."""

    def _lost(self, intent: Intent, now: datetime, *, first_look: datetime) -> Intent:
        return replace(super()._lost(intent, now, first_look=first_look), state=State.RESERVED, next_at=now)


class LostMeansFailed(OnePhase):
    """No answer is reported as a failure."""

    def _lost(self, intent: Intent, now: datetime, *, first_look: datetime) -> Intent:
        return failed(intent, now, "lost", "No answer.")


class LostMeansDone(OnePhase):
    """No answer is reported as done."""

    def _lost(self, intent: Intent, now: datetime, *, first_look: datetime) -> Intent:
        return replace(intent, state=State.DONE, settled_at=now, unknown_since=None)


class HeldMeansFailed(OnePhase):
    """What was not found in time has failed, instead of being left to a person."""

    def looked(self, intent: Intent, sight: Sight | LookFailed, now: datetime) -> Intent:
        after = super().looked(intent, sight, now)
        return replace(after, state=State.FAILED) if after.state is State.HELD else after


class NotFoundMeansFailedAtOnce(OnePhase):
    """One look that does not show it, and it has failed."""

    def _open(self, intent: Intent, now: datetime) -> Intent:
        return failed(intent, now, "not_found", "Not found.")


class RefusedMeansFailed(OnePhase):
    """Every refusal is final, even "is so already" after a lost answer."""

    def answered(
        self, intent: Intent, write: Write[object], told: Sight, doubt: Doubt, now: datetime
    ) -> Intent:
        if write.verdict is Verdict.NOT_APPLIED and write.evidence.kind == "refused":
            return failed(intent, now, "refused", "Refused.")
        return super().answered(intent, write, told, doubt, now)


class RefusedMeansDone(OnePhase):
    """A refusal surely means that it is so already."""

    def answered(
        self, intent: Intent, write: Write[object], told: Sight, doubt: Doubt, now: datetime
    ) -> Intent:
        doubt = Doubt.SO if write.evidence.kind == "refused" else doubt
        return super().answered(intent, write, told, doubt, now)


class RefusedMeansRefusedOnceRead(OnePhase):
    """A stale read confirms the refusal that a doubled delivery caused."""

    def _refused(self, intent: Intent, now: datetime) -> Intent:
        return failed(intent, now, "refused", intent.failure_text or "")


class AnsweredMeansDone(OnePhase):
    """What a read shows to be decided otherwise is taken for done."""

    def looked(self, intent: Intent, sight: Sight | LookFailed, now: datetime) -> Intent:
        if isinstance(sight, Sight) and sight.seen is Seen.ELSE:
            sight = Sight(seen=Seen.DONE)
        return super().looked(intent, sight, now)


class ForgetsACallAfterACrash(OnePhase):
    """A restart in the middle of a call sends it again."""

    def resume(self, intent: Intent, now: datetime) -> Intent:
        return replace(intent, state=State.RESERVED) if intent.state is State.CREATING else intent


# -- steps -------------------------------------------------------------------------------------------


class AnotherCode(Issue):
    """Issues again with another code, so that the remote cannot know it for the same."""

    resends = True

    def send(self, intent: Intent) -> Write[object]:
        values = {**intent.values, "code": f"{intent.values['code']}-{intent.creates}"}
        return super().send(replace(intent, values=values))


class BelievesAHalfList(Revoke):
    """A voucher that a list read in part does not show is gone."""

    def look(self, intent: Intent) -> Sight:
        sight = super().look(intent)
        return replaced(sight, Seen.DONE) if sight.seen is Seen.UNSURE else sight


class GoneMeansFailed(Revoke):
    """404 to a revocation means that nothing was revoked."""

    def doubt(self, intent: Intent, evidence: Evidence) -> Doubt:
        return Doubt.NONE if evidence.status == 404 else super().doubt(intent, evidence)

    def look(self, intent: Intent) -> Sight:
        sight = super().look(intent)
        return replaced(sight, Seen.OPEN) if sight.seen is Seen.DONE else sight


class SweepsTheChosenOne(Issue):
    """Every voucher of ours is a stray."""

    def strays(self, intent: Intent) -> tuple[str, ...] | None:
        return super().strays(replace(intent, remote_id=None))


class SweepsNone(Issue):
    """Doubled vouchers are left to whoever finds them."""

    def strays(self, intent: Intent) -> tuple[str, ...] | None:
        return ()


class OrdersAgain(MakeOrder):
    """An order that is not found is made again."""

    resends = True


def replaced(sight: Sight, seen: Seen) -> Sight:
    """The same evidence, another conclusion."""
    return Sight(seen=seen, fields=sight.fields, evidence=sight.evidence, code=sight.code, text=sight.text)


# -- redemptions and drafts --------------------------------------------------------------------------


class LostUseMeansAnother(RedeemProtocol):
    """No answer to the completion begins another redemption."""

    def _end_lost(self, intent: Intent, now: datetime, *, first_look: datetime) -> Intent:
        return replace(intent, state=State.RESERVED, transaction_id=None, next_at=now)


class UsedMeansByOthers(RedeemProtocol):
    """A voucher that is used was surely used by somebody else."""

    def checked(self, intent: Intent, look: VoucherSeen | LookFailed, now: datetime) -> Intent:
        if (
            isinstance(look, VoucherSeen)
            and look.voucher is not None
            and look.voucher.consumed_at is not None
        ):
            return failed(intent, now, "used", "Used.")
        return super().checked(intent, look, now)


class UsedMeansByUs(RedeemProtocol):
    """A voucher that is used was surely used by us."""

    def looked_up(self, intent: Intent, look: VoucherSeen | LookFailed, now: datetime) -> Intent:
        if (
            isinstance(look, VoucherSeen)
            and look.voucher is not None
            and look.voucher.consumed_at is not None
        ):
            return replace(intent, state=State.DONE, settled_at=now, unknown_since=None)
        return super().looked_up(intent, look, now)


class DoesNotWaitForTheLapse(RedeemProtocol):
    """A lost redemption is followed by another one at once."""

    def begun(self, intent: Intent, write: Write[Redemption], now: datetime) -> Intent:
        after = super().begun(intent, write, now)
        is_lost = after.state is State.LOOKING_UP and write.verdict is Verdict.UNKNOWN
        return replace(after, state=State.RESERVED, next_at=now) if is_lost else after


class RefusedUseMeansNeverAgain(RedeemProtocol):
    """Once a completion is refused, nobody looks whether the lost one arrives before the lapse."""

    def _still_open(self, intent: Intent, now: datetime) -> Intent:
        return replace(super()._still_open(intent, now), sweep_at=None)


class EndsItAsItsOwn(TwoPhase):
    """Treats somebody's draft like one of its own: after refusals it cancels it."""


class DecidedMeansDone(TwoPhase):
    """Whatever a draft has become, it is done."""

    def _end(self, intent: Intent, *args: object, **more: object) -> Intent:
        now = args[-1]
        assert isinstance(now, datetime)
        return replace(
            intent, state=State.DONE, settled_at=now, unknown_since=None, applied_amount=intent.amount
        )


def _issuing(step: type[Issue]) -> Make:
    return _with(Kind.VOUCHER_ISSUE, lambda desk, clock: LeavingCall(step(desk.vouchers), clock))


def _revoking(step: type[Revoke]) -> Make:
    return _with(Kind.VOUCHER_REVOKE, lambda desk, clock: SingleCall(step(desk.vouchers), clock))


def _redeeming(protocol: type[RedeemProtocol]) -> Make:
    return _with(Kind.VOUCHER_REDEEM, lambda desk, clock: Redeeming(desk.vouchers, clock, protocol()))


def _ending(kind: Kind, protocol: type[TwoPhase]) -> Make:
    return _with(kind, lambda desk, clock: Movement(desk.ledger, protocol(), clock))


def _impatient(kind: Kind) -> Make:
    hasty = Policy(settle_window=timedelta(0), read_lag=timedelta(0))
    return _with(kind, lambda desk, clock: operations(desk, clock, hasty)[kind])


WRONG: Mapping[str, tuple[str, Make]] = {
    "a voucher is issued again under another code": ("issue", _issuing(AnotherCode)),
    "a voucher is issued again at once": ("issue", _under(Kind.VOUCHER_ISSUE, LostMeansAgain)),
    "HELD is treated as failed": ("issue", _under(Kind.VOUCHER_ISSUE, HeldMeansFailed)),
    "not found at once is failed": ("issue", _under(Kind.VOUCHER_ISSUE, NotFoundMeansFailedAtOnce)),
    "a code that is taken is failed": ("issue", _under(Kind.VOUCHER_ISSUE, RefusedMeansFailed)),
    "a lost voucher is done": ("issue", _under(Kind.VOUCHER_ISSUE, LostMeansDone)),
    "a voucher is issued again after a crash": (
        "issue",
        _under(Kind.VOUCHER_ISSUE, ForgetsACallAfterACrash),
    ),
    "doubled vouchers are not swept": ("issue", _issuing(SweepsNone)),
    "the chosen voucher is swept": ("issue", _issuing(SweepsTheChosenOne)),
    "404 to a revocation is failed": ("revoke", _revoking(GoneMeansFailed)),
    "half a list shows that it is revoked": ("revoke", _revoking(BelievesAHalfList)),
    "a refused revocation is done": ("revoke", _under(Kind.VOUCHER_REVOKE, RefusedMeansDone)),
    "a used voucher counts as revoked": ("revoke", _under(Kind.VOUCHER_REVOKE, AnsweredMeansDone)),
    "a revocation is sent again without a look": ("revoke", _under(Kind.VOUCHER_REVOKE, LostMeansAgain)),
    "a lost revocation is failed": ("revoke", _under(Kind.VOUCHER_REVOKE, LostMeansFailed)),
    "a lost use begins another": ("redeem", _redeeming(LostUseMeansAnother)),
    "used means by others": ("redeem", _redeeming(UsedMeansByOthers)),
    "used means by us": ("redeem", _redeeming(UsedMeansByUs)),
    "a lost use is not looked for after a refusal": ("redeem", _redeeming(RefusedUseMeansNeverAgain)),
    "a lost redemption is not left to lapse": ("redeem", _redeeming(DoesNotWaitForTheLapse)),
    "an order is made again": (
        "order",
        _with(
            Kind.ORDER_CREATE,
            lambda desk, clock: SingleCall(OrdersAgain(desk.orders, desk.transactions), clock),
        ),
    ),
    "an order not found is failed": ("order", _under(Kind.ORDER_CREATE, HeldMeansFailed)),
    "somebody's draft is cancelled after refusals": (
        "complete",
        _ending(Kind.DRAFT_COMPLETE, EndsItAsItsOwn),
    ),
    "a draft that somebody cancelled is completed": (
        "complete",
        _ending(Kind.DRAFT_COMPLETE, DecidedMeansDone),
    ),
    "a draft that somebody completed is cancelled": ("cancel", _ending(Kind.DRAFT_CANCEL, DecidedMeansDone)),
    "already a member is failed": ("enrol", _under(Kind.MEMBER_ENROL, RefusedMeansFailed)),
    "a stale read confirms an echo": ("enrol", _under(Kind.MEMBER_ENROL, RefusedMeansRefusedOnceRead)),
    "a member with another number is ours": ("enrol", _under(Kind.MEMBER_ENROL, AnsweredMeansDone)),
    "a lost end of a membership is done": ("end", _under(Kind.MEMBER_END, LostMeansDone)),
    "sharers are added again without a look": ("add sharers", _under(Kind.SHARERS_ADD, LostMeansAgain)),
    "a lost removal of sharers is failed": (
        "remove sharers",
        _under(Kind.SHARERS_REMOVE, LostMeansFailed),
    ),
    "a lost tier is not looked for after a refusal": (
        "tier",
        _under(Kind.TIER_ASSIGN, RefusedMeansNeverAgain),
    ),
    "a refused tier is done": ("tier", _under(Kind.TIER_ASSIGN, RefusedMeansDone)),
    "reads are believed at once": ("tier", _impatient(Kind.TIER_ASSIGN)),
    "a contact that exists is failed": ("contact", _under(Kind.CONTACT_CREATE, RefusedMeansFailed)),
}
"""What goes wrong, in which kind of change, and how."""
