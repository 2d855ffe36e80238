"""What the engine needs to know of a kind of change: when to send what, and what the news means.

An operation joins pure decisions (a protocol) with calls of the remote. The engine commits before and after
every call; an operation never touches the database. What came of a call is handed back as a decision still
to be dated, so that the engine dates it when it keeps it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Protocol, TypeVar

import msgspec
import structlog

from dashboard.brevo.errors import InvalidInput
from dashboard.brevo.fetched import Evidence, Verdict, Write
from dashboard.store.intents import Intent, Kind, Pause

_log = structlog.get_logger("actions.engine")

T = TypeVar("T")

SOURCE = "loyalty-desk"
"""Who made something at the remote, in its ``meta``."""

MARKS = frozenset({"intent", "source", "reason", "case"})
"""The names in ``meta`` that are ours: nobody else writes them."""

Decide = Callable[[datetime], Intent]
"""The next intent, given the present moment."""


class Swept(msgspec.Struct, frozen=True):
    """What became of things of ours that nobody chose."""

    ids: tuple[str, ...]
    """Those that were withdrawn."""
    is_clean: bool
    """Whether none is left."""
    belief: Decide | None = None
    """What the intent is after all, where that is not what was told of it."""


class Operation(Protocol):
    """How one kind of change is made to happen."""

    def resume(self, intent: Intent, now: datetime) -> Intent:
        """Whoever had the intent may have died in the middle of a call."""
        ...

    def begin(self, intent: Intent, pause: Pause | None, now: datetime) -> Intent:
        """Before a call that changes something: to CREATING or COMPLETING, or wait."""
        ...

    def send(self, intent: Intent) -> Decide:
        """Make the call that its state, CREATING or COMPLETING, asks for."""
        ...

    def look(self, intent: Intent) -> Decide:
        """Find out what became of a call whose answer was lost: LOOKING_UP or CHECKING."""
        ...

    def sweep(self, intent: Intent) -> Swept:
        """Withdraw what the intent left at the remote and nobody chose, or see what came of it too late."""
        ...


Operations = Mapping[Kind, Operation]
"""Which operation carries which kind of change."""

NOTHING_LEFT = Swept((), is_clean=True)


def sent(call: Callable[[], Write[T]], clock: Callable[[], datetime]) -> Write[T]:
    """Make a call that changes something; whatever breaks, an outcome comes back."""
    try:
        return call()
    except InvalidInput as error:
        evidence = Evidence(kind="refused", at=clock(), sent=False, message=str(error))
        return Write(Verdict.NOT_APPLIED, None, evidence)
    except Exception:
        # Whatever broke, the call may have been sent: its outcome is unknown.
        _log.exception("intent.call_broke")
        return Write(Verdict.UNKNOWN, None, Evidence(kind="no_answer", at=clock(), sent=True))


def mark(intent: Intent) -> dict[str, object]:
    """The ``meta`` by which something of ours is known again: small, flat, and it names nobody."""
    meta: dict[str, object] = {"intent": intent.id, "source": SOURCE}
    if intent.reason:
        meta["reason"] = intent.reason
    if intent.case_reference:
        meta["case"] = intent.case_reference
    return meta
