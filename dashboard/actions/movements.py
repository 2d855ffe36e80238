"""Moving a balance: the two-phase protocol on the remote's ledger of transactions."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from dashboard.actions.ledger import Ledger, LookFailed
from dashboard.actions.operation import Decide, Swept, mark, sent
from dashboard.actions.two_phase import TwoPhase
from dashboard.brevo.errors import BrevoError
from dashboard.brevo.fetched import Verdict, Write
from dashboard.brevo.history import Lookup
from dashboard.brevo.transactions import Transaction
from dashboard.store.intents import Goal, Intent, Pause, State


class Movement:
    """Carries credits and debits, and what else ends one transaction."""

    def __init__(self, ledger: Ledger, protocol: TwoPhase, clock: Callable[[], datetime]) -> None:
        self._ledger = ledger
        self._protocol = protocol
        self._clock = clock

    def resume(self, intent: Intent, now: datetime) -> Intent:
        """The answer of a call that was on its way counts as lost."""
        return self._protocol.resume(intent, now)

    def begin(self, intent: Intent, pause: Pause | None, now: datetime) -> Intent:
        """From RESERVED to CREATING, from DRAFT to COMPLETING, or wait."""
        return self._protocol.begin(intent, pause, now)

    def send(self, intent: Intent) -> Decide:
        """Make a draft, or end the chosen one."""
        if intent.state is State.CREATING:
            made = self.create(intent)
            return lambda now: self._protocol.created(intent, made, now)
        ended = self.finish(intent)
        return lambda now: self._protocol.finished(intent, ended, now)

    def look(self, intent: Intent) -> Decide:
        """By the mark while no draft is chosen, by its ID afterwards."""
        if intent.state is State.LOOKING_UP:
            seen = self._find(intent)
            return lambda now: self._protocol.looked_up(intent, seen, now)
        shown = self._find(intent, transaction_id=intent.transaction_id)
        return lambda now: self._protocol.checked(intent, shown, now)

    def sweep(self, intent: Intent) -> Swept:
        """Cancel the drafts of an intent that nobody chose. Never the chosen one."""
        strays = self._strays(intent)
        cancelled = tuple(tid for tid in strays or () if self._is_cancelled(intent, tid))
        return Swept(cancelled, is_clean=strays is not None and len(cancelled) == len(strays))

    def create(self, intent: Intent) -> Write[Transaction]:
        """Ask for a draft."""
        return sent(
            lambda: self._ledger.create(
                intent.programme_id,
                contact_id=intent.contact_id,
                definition_id=intent.definition_id,
                amount=intent.amount,
                meta=mark(intent),
                ttl=self._protocol.policy.draft_ttl,
            ),
            self._clock,
        )

    def finish(self, intent: Intent) -> Write[Transaction]:
        """End the chosen draft as its goal says."""
        call = self._ledger.complete if intent.goal is Goal.COMPLETE else self._ledger.cancel
        return sent(
            lambda: call(intent.programme_id, intent.transaction_id or "", contact_id=intent.contact_id),
            self._clock,
        )

    def _find(self, intent: Intent, *, transaction_id: str | None = None) -> Lookup | LookFailed:
        try:
            return self._ledger.find(
                intent.programme_id,
                contact_id=intent.contact_id,
                definition_id=intent.definition_id,
                intent_id=intent.id if transaction_id is None else None,
                transaction_id=transaction_id,
                since=intent.sent_at or intent.created_at,
            )
        except BrevoError as error:
            return LookFailed.of(error)

    def _strays(self, intent: Intent) -> tuple[str, ...] | None:
        """IDs of open drafts of ours that are not the chosen one; None when not all can be seen."""
        look = self._find(intent)
        if isinstance(look, LookFailed) or not look.complete:
            return None
        seen = {item.id: item for item in (look.found, *look.recent) if item is not None}
        return tuple(item.id for item in seen.values() if self._protocol.is_stray(intent, item))

    def _is_cancelled(self, intent: Intent, transaction_id: str) -> bool:
        write = sent(
            lambda: self._ledger.cancel(intent.programme_id, transaction_id, contact_id=intent.contact_id),
            self._clock,
        )
        return write.verdict is Verdict.APPLIED
