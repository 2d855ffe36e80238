"""How a remote in memory acts and answers: its truth, what reads show of it, what faults make of calls."""

from __future__ import annotations

from collections.abc import Callable
from copy import deepcopy
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

import msgspec

from dashboard.brevo.errors import BudgetExhausted, NoAnswer
from dashboard.brevo.fetched import Evidence, Fetched, Verdict, Write
from dashboard.brevo.vouchers import Redemption, Voucher
from tests.actions.fake_remote import Clock, Crash, Fault

MEMBER = 7
LOST = {
    Fault.LOST_AFTER: "server_error",
    Fault.SERVER_ERROR: "server_error",
    Fault.FOREIGN: "foreign",
    Fault.EMPTY: "unreadable",
    Fault.WORDLESS: "unreadable",
}


class Refusal(Exception):  # noqa: N818 - what it is
    """The remote says no."""

    def __init__(self, status: int, message: str) -> None:
        super().__init__(message)
        self.status = status


@dataclass
class Member:
    """A membership."""

    subscription_id: str | None = None
    sharers: list[int] = field(default_factory=list)
    tier_id: str | None = None


@dataclass
class World:
    """The truth."""

    vouchers: dict[str, Voucher] = field(default_factory=dict)
    redemptions: dict[str, Redemption] = field(default_factory=dict)
    members: dict[int, Member] = field(default_factory=lambda: {MEMBER: Member("LM-7")})
    contacts: dict[int, str] = field(default_factory=lambda: {MEMBER: "amara@shop.example"})
    orders: list[str] = field(default_factory=list)


@dataclass
class Acting:
    """``next_fault`` is asked before each call and told its name."""

    clock: Clock
    next_fault: Callable[[str], Fault] = lambda call: Fault.NONE
    lag: timedelta = timedelta(0)
    while_slow: Callable[[], None] = lambda: None
    slow_seconds: float = 60
    late_seconds: float = 90
    world: World = field(default_factory=World)
    calls: list[str] = field(default_factory=list)
    pending: list[tuple[datetime, Callable[[], object]]] = field(default_factory=list)
    _past: list[tuple[datetime, World]] = field(default_factory=list)
    _made: int = 0
    _odd_rows: int = 0

    def catch_up(self) -> None:
        """Do what is due of the calls that act late, each at its own moment."""
        if not self.pending:
            return
        now = self.clock.now
        due = [(moment, act) for moment, act in self.pending if moment <= now]
        self.pending = [(moment, act) for moment, act in self.pending if moment > now]
        for moment, act in due:
            self.clock.now = moment
            self._do(act)
        self.clock.now = now

    def _fault(self, call: str) -> Fault:
        return self.next_fault(call)

    def _new_id(self, kind: str) -> str:
        self._made += 1
        return f"00000000-{kind}-4000-8000-{self._made:012}"

    def _do(self, act: Callable[[], object]) -> object:
        try:
            return act()
        except Refusal as refusal:
            return refusal
        finally:
            self._remember()

    def _remember(self) -> None:
        self._past.append((self.clock.now, deepcopy(self.world)))

    def _read(self, call: str) -> World:
        self.catch_up()
        self.calls.append(call)
        fault = self._fault(call)
        self._odd_rows = 1 if fault is Fault.LOOK_SHIFTS else 0
        if fault is Fault.LOOK_FAILS:
            raise NoAnswer("No answer.")
        if fault is Fault.LOOK_BROKE:
            raise BudgetExhausted("Kept for writes.", retry_after=3)
        if fault is Fault.CRASH_BEFORE:
            raise Crash
        seen_until = self.clock.now - self.lag
        if not self.lag:
            return self.world
        return next((world for at, world in reversed(self._past) if at <= seen_until), self._past[0][1])

    def _fetched(self, value: Any) -> Fetched[Any]:
        return Fetched(value, self.clock.now, None, self._odd_rows)

    def _write(self, call: str, act: Callable[[], Any], *, is_empty: bool = False) -> Write[Any]:  # noqa: C901, PLR0911, PLR0912
        self.catch_up()
        self.calls.append(call)
        fault = self._fault(call)
        if fault is Fault.CRASH_BEFORE:
            raise Crash
        if fault is Fault.CRASH_AFTER:
            self._do(act)
            raise Crash
        if fault is Fault.NOT_SENT:
            return self._not_applied("not_sent", sent=False)
        if fault is Fault.LIMITED:
            return self._not_applied("rate_limited", status=429, retry_after=3)
        if fault is Fault.UNAUTHORISED:
            return self._not_applied("unauthorised", status=401)
        if fault is Fault.REFUSED:
            return self._not_applied("refused", status=422, message="the rules say no")
        if fault is Fault.LOST_BEFORE:
            return self._unknown("no_answer")
        if fault is Fault.HANG:
            self.clock.forward(8)
            return self._unknown("no_answer")
        if fault is Fault.LATE:
            self.pending.append((self.clock.now + timedelta(seconds=self.late_seconds), act))
            return self._unknown("no_answer")
        if fault is Fault.SLOW:
            self.clock.forward(self.slow_seconds)
            self.while_slow()
            self.catch_up()
        told = self._do(act)
        if fault is Fault.TWICE:
            self._do(act)
        if fault is Fault.ECHO:
            told = self._do(act)
        if fault in LOST:
            return self._unknown(LOST[fault])
        if isinstance(told, Refusal):
            return self._not_applied("refused", status=told.status, message=str(told))
        return Write(Verdict.APPLIED, None if is_empty else told, self._evidence("answer"))

    def _unknown(self, kind: str) -> Write[Any]:
        return Write(Verdict.UNKNOWN, None, self._evidence(kind))

    def _not_applied(self, kind: str, **more: Any) -> Write[Any]:
        return Write(Verdict.NOT_APPLIED, None, msgspec.structs.replace(self._evidence(kind), **more))

    def _evidence(self, kind: str) -> Evidence:
        return Evidence(kind=kind, at=self.clock.now, sent=True, request_id="remote-request")
