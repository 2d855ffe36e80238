"""The engine: moves an intent along its protocol, one step and one transaction at a time.

It has no thread, no sleep and no clock of its own. Deciding and calling is the operation's that carries the
kind of change, keeping is the journal's. What is about to be sent is always committed first, no transaction
spans a call, and the answer is committed before anything else is done with it. So the engine may die between
any two lines: another one, on the same journal, goes on from there.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from uuid import uuid4

import structlog
from msgspec.structs import replace

from dashboard.actions.asking import lapsed
from dashboard.actions.follow import followers
from dashboard.actions.journal import Journal, Superseded
from dashboard.actions.ledger import Ledger
from dashboard.actions.movements import Movement
from dashboard.actions.operation import SOURCE, Operation, Operations
from dashboard.actions.two_phase import TwoPhase
from dashboard.store.intents import Intent, Kind, Pause, State

__all__ = ["SOURCE", "Engine", "new_id"]

_log = structlog.get_logger("actions.engine")

_LOOKS = frozenset({State.LOOKING_UP, State.CHECKING})
_SENDS = frozenset({State.CREATING, State.COMPLETING})


def new_id() -> str:
    """A random UUID as text."""
    return str(uuid4())


class Engine:
    """Makes intents happen exactly once. One object serves all threads of a process.

    :param ledger: where credits and debits are made.
    :param clock: gives the present moment, aware.
    :param owner: names the process, as the owner of its leases.
    :param operations: how every other kind of change is made.
    """

    def __init__(
        self,
        journal: Journal,
        ledger: Ledger,
        clock: Callable[[], datetime],
        *,
        protocol: TwoPhase | None = None,
        owner: Callable[[], str] = new_id,
        operations: Operations | None = None,
    ) -> None:
        self.journal = journal
        self.clock = clock
        self._protocol = protocol or TwoPhase()
        self._policy = self._protocol.policy
        self._movement = Movement(ledger, self._protocol, clock)
        self._operations: dict[Kind, Operation] = {
            Kind.CREDIT: self._movement,
            Kind.DEBIT: self._movement,
            **(operations or {}),
        }
        self._owner = owner

    def advance(self, intent_id: str, *, until: datetime) -> Intent:
        """Move an intent on until it is settled, has to wait, or ``until`` is reached; as it then stands.

        Does nothing while somebody else moves it. A call that was begun before ``until`` is waited for.

        :raises LookupError: there is no such intent.
        :raises DatabaseUnavailable: nothing can be kept; what was sent is found out later.
        """
        now = self.clock()
        intent = self.journal.claim(intent_id, self._owner(), now, now + self._policy.lease)
        if intent is None:
            return self.journal.get(intent_id)
        try:
            return self._run(intent, until)
        except Superseded:
            return self.journal.get(intent_id)

    def pause(self) -> Pause | None:
        """What keeps every change from being sent at present, for the one banner that says so."""
        return self.journal.pause(self.clock())

    def take_over(self, owner: str) -> int:
        """Let others go on with what a process did that is gone; gives how many intents that are.

        Should it live after all: the version of an intent keeps the slower of two from changing it, and
        neither can double it.
        """
        freed = self.journal.free_leases(owner)
        if freed:
            _log.warning("intent.taken_over", owner=owner, intents=freed)
        return freed

    def _run(self, intent: Intent, until: datetime) -> Intent:
        if intent.state is State.AWAITING_APPROVAL:
            # Only handed out when its time is up.
            return self._keep(intent, lapsed(intent, self.clock()))
        operation = self._operations[intent.kind]
        intent = self._keep(intent, operation.resume(intent, self.clock()))
        # What rests has given its lease back: should its time have come by now, somebody may have it already.
        while intent.lease_owner is not None and self.clock() < until:
            intent = self._step(intent)
        if intent.lease_owner is None:
            return intent
        return self.journal.save(intent, replace(intent, lease_owner=None, lease_until=None), self.clock())

    def _step(self, intent: Intent) -> Intent:
        operation = self._operations[intent.kind]
        if intent.state in _LOOKS:
            seen = operation.look(intent)
            return self._keep(intent, seen(self.clock()))
        begun = self._keep(intent, operation.begin(intent, self.pause(), self.clock()))
        if begun.state not in _SENDS:
            return begun
        answered = operation.send(begun)
        return self._keep(begun, answered(self.clock()))

    def _keep(self, before: Intent, after: Intent) -> Intent:
        """Commit a decision; with nothing more to do now, the lease is given back in the same transaction."""
        if after is before:
            return before
        now = self.clock()
        is_resting = after.is_settled or after.next_at > now
        kept = replace(
            after,
            updated_at=now,
            lease_owner=None if is_resting else before.lease_owner,
            lease_until=None if is_resting else now + self._policy.lease,
        )
        then = followers(kept, now) if kept.state is State.DONE else ()
        saved = self.journal.save(before, kept, now, then)
        _report(before, saved)
        return saved

    def sweep(self, intent_id: str) -> None:
        """Withdraw what an intent left at the remote and nobody chose; does nothing before one is chosen.

        What was told of it is corrected where the remote shows it otherwise by now.

        :raises DatabaseUnavailable: as :meth:`advance`.
        """
        intent, now = self.journal.get(intent_id), self.clock()
        is_decided = intent.transaction_id is not None or (
            intent.is_settled and intent.state is not State.HELD
        )
        if intent.sweep_at is None or intent.sweep_at > now or not is_decided:
            return
        swept = self._operations[intent.kind].sweep(intent)
        now = self.clock()
        try:
            if swept.belief is not None:
                after = replace(swept.belief(now), updated_at=now)
                _report(intent, self.journal.save(intent, after, now))
                return
            after = replace(intent, sweep_at=None if swept.is_clean else now + self._policy.longest_wait)
            self.journal.swept(intent, after, swept.ids, now)
        except Superseded:
            _log.info("intent.sweep_again", intent=intent.id)


def _report(before: Intent, after: Intent) -> None:
    """One line of the log a change of state; HELD is the alarm that calls a person."""
    if after.state is before.state and after.waiting is before.waiting:
        return
    tell = _log.error if after.state is State.HELD else _log.info
    tell(
        "intent.moved",
        intent=after.id,
        state=after.state.value,
        was=before.state.value,
        waiting=after.waiting,
        code=after.failure_code,
        evidence=dict(after.evidence),
    )
