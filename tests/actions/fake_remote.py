"""A remote ledger in memory with a clock that only moves when told, and with every fault a network can bring.

It keeps the contract's rules for transactions (two phases, ``ttl``, 422 for what is no draft any more) and
the truth: how often each mark was really completed. What it answers, and when it acts, is up to the fault.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from enum import StrEnum

import msgspec

from dashboard.brevo.errors import BudgetExhausted, NoAnswer
from dashboard.brevo.fetched import Evidence, Verdict, Write
from dashboard.brevo.history import HistoryItem, Lookup
from dashboard.brevo.status import TransactionStatus as Status
from dashboard.brevo.status import transaction_status
from dashboard.brevo.transactions import Transaction

START = datetime(2026, 11, 20, 9, 0, tzinfo=UTC)
PROGRAMME = "0b6c1f0e-6a3e-4c55-9b1d-5f0a4d6f2a10"
DEFINITION = "5d1a7a52-7f0c-4f0e-8a53-3c4d1b2e9f77"


class Clock:
    """A clock that stands until it is moved."""

    def __init__(self) -> None:
        self.now = START

    def __call__(self) -> datetime:
        return self.now

    def forward(self, seconds: float) -> None:
        self.now += timedelta(seconds=seconds)


class Crash(BaseException):
    """The process dies here: nothing after it runs, nothing catches it."""


class Fault(StrEnum):
    """What becomes of one call."""

    NONE = "none"
    NOT_SENT = "not sent"
    LOST_BEFORE = "lost before it acted"
    LOST_AFTER = "acted, answer lost"
    HANG = "hangs, does not act"
    LATE = "answer lost, acts later"
    TWICE = "delivered twice"
    ECHO = "delivered twice, the second answer comes"
    SLOW = "acts and answers after a while"
    FOREIGN = "acted, answered with another one's answer"
    EMPTY = "acted, 200 without anything"
    SERVER_ERROR = "acted, 500"
    LIMITED = "429"
    UNAUTHORISED = "401"
    REFUSED = "422"
    REJECTED = "200, rejected"
    WORDLESS = "acted, 200 with a status nobody knows"
    MARK_LOST = "acted without keeping meta, answer lost"
    CRASH_BEFORE = "we die before it is sent"
    CRASH_AFTER = "we die after it acted"
    LOOK_FAILS = "the history does not answer"
    LOOK_BROKE = "no requests left for a look"
    LOOK_SHIFTS = "the history shifts while it is read"


@dataclass
class Entry:
    """A transaction as the remote has it."""

    id: str
    amount: Decimal
    meta: Mapping[str, object]
    created_at: datetime
    lapses_at: datetime | None
    status: Status = Status.DRAFT
    status_text: str | None = None
    decided_at: datetime | None = None
    decided_by: str = ""

    def at(self, moment: datetime, now: datetime) -> Entry:
        """As a read that lags shows it: the state of ``moment``, its lapse computed ``now``."""
        seen = self
        if self.decided_at is not None and self.decided_at > moment:
            seen = replace(self, status=Status.DRAFT, decided_at=None, status_text=None)
        if seen.status is Status.DRAFT and seen.lapses_at is not None and now >= seen.lapses_at:
            return replace(seen, status=Status.EXPIRED)
        return seen


@dataclass
class FakeRemote:
    """The ledger. ``next_fault`` is asked before each call and told its name."""

    clock: Clock
    next_fault: Callable[[str], Fault] = lambda call: Fault.NONE
    while_slow: Callable[[], None] = lambda: None
    lag: timedelta = timedelta(0)
    keeps_ttl: bool = True
    reports_balance: bool = True
    retry_after: float | None = 3.0
    balance: Decimal = Decimal(12480)
    slow_seconds: float = 60
    refusal: str = "amount exceeds the credit limit of 100"
    entries: list[Entry] = field(default_factory=list)
    calls: list[tuple[str, str]] = field(default_factory=list)
    """Every call that was made: its name and what it was about (mark or ID)."""
    pending: list[tuple[datetime, Callable[[], object]]] = field(default_factory=list)
    blind: int = 0
    """Drafts asked for again while the last one's fate was unknown and hardly looked for."""
    _looks_needed: int = 0

    # -- what the engine calls -----------------------------------------------------------------------

    def create(
        self,
        programme_id: str,
        *,
        contact_id: int,
        definition_id: str,
        amount: Decimal,
        meta: Mapping[str, object],
        ttl: int,
    ) -> Write[Transaction]:
        """Open a draft."""
        assert (programme_id, definition_id) == (PROGRAMME, DEFINITION)
        assert contact_id > 0
        self._count_blind()
        lapse = self.clock.now + timedelta(seconds=ttl) if self.keeps_ttl else None
        fault = self._called("create", str(meta["intent"]))

        def act(kept: Mapping[str, object] = meta) -> Entry:
            made = Entry(
                f"00000000-0000-4000-8000-{len(self.entries):012}", amount, kept, self.clock.now, lapse
            )
            self.entries.append(made)
            return made

        if fault is Fault.MARK_LOST:
            act({})
            return self._unknown("no_answer")
        write = self._answer(fault, act)
        if write.verdict is Verdict.UNKNOWN:
            self._looks_needed = 3
        return write

    def complete(self, programme_id: str, transaction_id: str, *, contact_id: int) -> Write[Transaction]:
        """Apply a draft."""
        assert programme_id == PROGRAMME
        assert contact_id > 0
        return self._end("complete", transaction_id, Status.COMPLETED)

    def cancel(self, programme_id: str, transaction_id: str, *, contact_id: int) -> Write[Transaction]:
        """Void a draft."""
        assert programme_id == PROGRAMME
        assert contact_id > 0
        return self._end("cancel", transaction_id, Status.CANCELLED)

    def find(
        self,
        programme_id: str,
        *,
        contact_id: int,
        definition_id: str,
        intent_id: str | None = None,
        transaction_id: str | None = None,
        since: datetime,
    ) -> Lookup:
        """The history, as it was ``lag`` ago."""
        assert (programme_id, definition_id) == (PROGRAMME, DEFINITION)
        assert contact_id > 0
        fault = self._called("find", intent_id or transaction_id or "")
        if fault is Fault.LOOK_FAILS:
            raise NoAnswer("No answer.")
        if fault is Fault.LOOK_BROKE:
            raise BudgetExhausted("Kept for writes.", retry_after=self.retry_after or 0)
        if fault is Fault.CRASH_BEFORE:
            raise Crash
        seen_until = self.clock.now - self.lag
        shown = [
            _item(entry.at(seen_until, self.clock.now))
            for entry in self.entries
            if entry.created_at <= seen_until
        ]
        recent = tuple(
            item for item in reversed(shown) if (item.created_at or since) >= since - timedelta(minutes=5)
        )
        found = next((i for i in recent if i.is_of(intent_id=intent_id, transaction_id=transaction_id)), None)
        is_whole = fault is not Fault.LOOK_SHIFTS
        if intent_id is not None and found is None and is_whole:
            self._looks_needed = max(0, self._looks_needed - 1)
        if found is not None and intent_id is not None:
            self._looks_needed = 0
        return Lookup(
            found=found if is_whole else None,
            complete=is_whole,
            at=self.clock.now,
            request_id=None,
            recent=recent if is_whole else (),
        )

    # -- what others do, and the truth ---------------------------------------------------------------

    def somebody(self, transaction_id: str, status: Status) -> None:
        """Another person decides about a draft in the remote's own pages."""
        entry = self._entry(transaction_id)
        if entry is not None and self._is_open(entry):
            self._decide(entry, status, "somebody")

    def catch_up(self) -> None:
        """Do what is due of the calls that act late, each at its own moment."""
        if not self.pending:
            return
        now = self.clock.now
        due = [(moment, act) for moment, act in self.pending if moment <= now]
        self.pending = [(moment, act) for moment, act in self.pending if moment > now]
        for moment, act in due:
            self.clock.now = moment
            act()
        self.clock.now = now

    def applied(self, intent_id: str) -> list[Entry]:
        """What was really completed under this mark."""
        return [
            entry
            for entry in self.entries
            if entry.meta.get("intent") == intent_id and entry.status is Status.COMPLETED
        ]

    def open_drafts(self) -> list[Entry]:
        """Drafts that could still be completed."""
        return [entry for entry in self.entries if self._is_open(entry)]

    def count(self, call: str) -> int:
        """How often something was called."""
        return sum(name == call for name, _ in self.calls)

    # -- how it acts and answers ---------------------------------------------------------------------

    def _called(self, call: str, about: str) -> Fault:
        self.catch_up()
        self.calls.append((call, about))
        return self.next_fault(call)

    def _count_blind(self) -> None:
        if self._looks_needed > 0:
            self.blind += 1
        self._looks_needed = 0

    def _end(self, call: str, transaction_id: str, status: Status) -> Write[Transaction]:
        fault = self._called(call, transaction_id)

        def act() -> Entry | None:
            entry = self._entry(transaction_id)
            if entry is None or not self._is_open(entry):
                return None
            self._decide(entry, status, "us")
            return entry

        if fault is Fault.REJECTED:
            entry = self._entry(transaction_id)
            if entry is not None and self._is_open(entry):
                self._decide(entry, Status.REJECTED, "rules")
                return self._applied(_transaction(entry, None))
        return self._answer(fault, act)

    def _answer(self, fault: Fault, act: Callable[[], Entry | None]) -> Write[Transaction]:  # noqa: C901, PLR0911, PLR0912
        if fault is Fault.CRASH_BEFORE:
            raise Crash
        if fault is Fault.CRASH_AFTER:
            act()
            raise Crash
        if fault is Fault.NOT_SENT:
            return self._not_applied("not_sent", sent=False)
        if fault is Fault.LIMITED:
            return self._not_applied("rate_limited", retry_after=self.retry_after)
        if fault is Fault.UNAUTHORISED:
            return self._not_applied("unauthorised")
        if fault is Fault.REFUSED:
            return self._not_applied("refused", message=self.refusal)
        if fault is Fault.LOST_BEFORE:
            return self._unknown("no_answer")
        if fault is Fault.HANG:
            self.clock.forward(8)
            return self._unknown("no_answer")
        if fault is Fault.LATE:
            self.pending.append((self.clock.now + timedelta(seconds=40), act))
            return self._unknown("no_answer")
        if fault is Fault.SLOW:
            self.clock.forward(self.slow_seconds)
            self.while_slow()
            self.catch_up()
        entry = act()
        if fault is Fault.TWICE:
            act()
        if fault in {Fault.LOST_AFTER, Fault.FOREIGN, Fault.SERVER_ERROR}:
            return self._unknown("foreign" if fault is Fault.FOREIGN else "server_error")
        if fault is Fault.EMPTY:
            return Write(Verdict.APPLIED, None, self._evidence("answer"))
        if entry is None:
            return self._not_applied("refused", message="transaction is not in draft")
        balance = self.balance if self.reports_balance and entry.status is Status.COMPLETED else None
        shown = _transaction(entry, balance)
        if fault is Fault.WORDLESS:
            shown = msgspec.structs.replace(
                shown, status=Status.UNKNOWN, status_text="settling", completed_at=None
            )
        return self._applied(shown)

    def _decide(self, entry: Entry, status: Status, by: str) -> None:
        entry.status, entry.decided_at, entry.decided_by = status, self.clock.now, by
        if status is Status.COMPLETED:
            self.balance += entry.amount

    def _is_open(self, entry: Entry) -> bool:
        return entry.at(self.clock.now, self.clock.now).status is Status.DRAFT

    def _entry(self, transaction_id: str) -> Entry | None:
        return next((entry for entry in self.entries if entry.id == transaction_id), None)

    def _applied(self, shown: Transaction) -> Write[Transaction]:
        return Write(Verdict.APPLIED, shown, self._evidence("answer"))

    def _unknown(self, kind: str) -> Write[Transaction]:
        return Write(Verdict.UNKNOWN, None, self._evidence(kind))

    def _not_applied(
        self, kind: str, *, sent: bool = True, message: str | None = None, retry_after: float | None = None
    ) -> Write[Transaction]:
        evidence = msgspec.structs.replace(
            self._evidence(kind), sent=sent, message=message, retry_after=retry_after
        )
        return Write(Verdict.NOT_APPLIED, None, evidence)

    def _evidence(self, kind: str) -> Evidence:
        return Evidence(kind=kind, at=self.clock.now, sent=True, request_id="remote-request")


def _transaction(entry: Entry, balance: Decimal | None) -> Transaction:
    at = entry.decided_at
    return Transaction(
        id=entry.id,
        amount=abs(entry.amount),
        is_debit=entry.amount < 0,
        status=entry.status,
        status_text=entry.status.value,
        balance=balance,
        reject_reason="limit reached" if entry.status is Status.REJECTED else None,
        created_at=entry.created_at,
        completed_at=at if entry.status is Status.COMPLETED else None,
        cancelled_at=at if entry.status is Status.CANCELLED else None,
        rejected_at=at if entry.status is Status.REJECTED else None,
        meta=entry.meta,
    )


def _item(entry: Entry) -> HistoryItem:
    text = entry.status_text or entry.status.value
    at = entry.decided_at
    return HistoryItem(
        id=entry.id,
        amount=abs(entry.amount),
        is_debit=entry.amount < 0,
        status=transaction_status(text),
        status_text=text,
        created_at=entry.created_at,
        completed_at=at if entry.status is Status.COMPLETED else None,
        cancelled_at=at if entry.status is Status.CANCELLED else None,
        rejected_at=at if entry.status is Status.REJECTED else None,
        reject_reason="limit reached" if entry.status is Status.REJECTED else None,
        meta=entry.meta,
    )
