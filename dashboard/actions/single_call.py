"""A change that takes one call: the one-phase protocol joined with its call and its look."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Protocol

from dashboard.actions.ledger import LookFailed
from dashboard.actions.one_phase import Doubt, OnePhase, Seen, Sight
from dashboard.actions.operation import NOTHING_LEFT, Decide, Swept, sent
from dashboard.actions.outcomes import came_late
from dashboard.actions.policy import Policy
from dashboard.brevo.errors import BrevoError
from dashboard.brevo.fetched import Evidence, Verdict, Write
from dashboard.store.intents import Intent, Pause

_UNSEEN = Sight(seen=Seen.UNSURE)


class Step(Protocol):
    """One kind of call, and where its effect shows."""

    @property
    def resends(self) -> bool:
        """Whether the same call twice comes to the same."""
        ...

    def send(self, intent: Intent) -> Write[object]:
        """Make the call."""
        ...

    def told(self, intent: Intent, value: object) -> Sight:
        """What the value of its 2xx proves."""
        ...

    def doubt(self, intent: Intent, evidence: Evidence) -> Doubt:
        """What a refusal is worth."""
        ...

    def look(self, intent: Intent) -> Sight:
        """Read its effect back.

        :raises BrevoError: it cannot be read.
        """
        ...


class Leaving(Step, Protocol):
    """A step of which a late or doubled delivery leaves something behind."""

    def strays(self, intent: Intent) -> tuple[str, ...] | None:
        """IDs of what it left and nobody chose; None when not all can be seen.

        :raises BrevoError: it cannot be read.
        """
        ...

    def withdraw(self, intent: Intent, stray: str) -> Write[None]:
        """Take one of them back."""
        ...


class SingleCall:
    """Carries what takes one call."""

    def __init__(self, step: Step, clock: Callable[[], datetime], policy: Policy | None = None) -> None:
        self._step = step
        self._clock = clock
        self._protocol = OnePhase(policy, resends=step.resends)

    def resume(self, intent: Intent, now: datetime) -> Intent:
        """The answer of a call that was on its way counts as lost."""
        return self._protocol.resume(intent, now)

    def begin(self, intent: Intent, pause: Pause | None, now: datetime) -> Intent:
        """To CREATING, or wait."""
        return self._protocol.begin(intent, pause, now)

    def send(self, intent: Intent) -> Decide:
        """Make the one call."""
        write = sent(lambda: self._step.send(intent), self._clock)
        is_applied = write.verdict is Verdict.APPLIED
        told = self._step.told(intent, write.value) if is_applied else _UNSEEN
        is_said = not is_applied and write.evidence.sent
        doubt = self._step.doubt(intent, write.evidence) if is_said else Doubt.NONE
        return lambda now: self._protocol.answered(intent, write, told, doubt, now)

    def look(self, intent: Intent) -> Decide:
        """Read its effect back."""
        seen = self._looked(intent)
        return lambda now: self._protocol.looked(intent, seen, now)

    def sweep(self, intent: Intent) -> Swept:
        """Nothing is ever left behind; but a lost call may have worked after the next one was refused."""
        seen = self._looked(intent)
        if isinstance(seen, LookFailed) or seen.seen is Seen.UNSURE:
            return Swept((), is_clean=False)
        if seen.seen is not Seen.DONE:
            return NOTHING_LEFT
        evidence = seen.evidence
        return Swept((), is_clean=True, belief=lambda now: came_late(intent, evidence, now))

    def _looked(self, intent: Intent) -> Sight | LookFailed:
        try:
            return self._step.look(intent)
        except BrevoError as error:
            return LookFailed.of(error)


class LeavingCall(SingleCall):
    """Carries what takes one call and may leave something behind."""

    def __init__(self, step: Leaving, clock: Callable[[], datetime], policy: Policy | None = None) -> None:
        super().__init__(step, clock, policy)
        self._leaving = step
        self._protocol = OnePhase(policy, resends=step.resends, leaves_strays=True)

    def sweep(self, intent: Intent) -> Swept:
        """Withdraw what nobody chose."""
        try:
            strays = self._leaving.strays(intent)
        except BrevoError:
            strays = None
        gone = tuple(one for one in strays or () if self._is_withdrawn(intent, one))
        return Swept(gone, is_clean=strays is not None and len(gone) == len(strays))

    def _is_withdrawn(self, intent: Intent, stray: str) -> bool:
        write = sent(lambda: self._leaving.withdraw(intent, stray), self._clock)
        return write.verdict is Verdict.APPLIED
