"""Deciding a request: approve it, approve less, decline it. Once only, never one's own, only what was shown.

Who approves lends their own limits: the amount is taken out of those, in the transaction of the decision, and
what they may not do themselves they cannot allow. Approved means carried out: the engine goes on from there.
"""

from __future__ import annotations

import json
from datetime import datetime, timedelta
from decimal import Decimal
from hashlib import sha256
from hmac import compare_digest

from msgspec.structs import replace
from sqlalchemy import Connection

from dashboard.actions import lending, records, words
from dashboard.actions.credits import PATIENCE, Actor
from dashboard.actions.deeds import advance
from dashboard.actions.engine import Engine
from dashboard.actions.lending import Look, Verdict
from dashboard.actions.refusals import Denied, NotBegun, NotRecorded, Unacceptable
from dashboard.permissions import Permission
from dashboard.store import approvals, audit, intents, own_contacts, spending
from dashboard.store.approvals import Asked, Decision, Request
from dashboard.store.audit import Entry, Outcome
from dashboard.store.database import Database, DatabaseUnavailable
from dashboard.store.intent import Intent, State

__all__ = ["Changed", "Gone", "Look", "OwnRequest", "Verdict", "approve", "decline", "fingerprint"]

_ACTIONS = {
    Decision.APPROVED: "approval.approve",
    Decision.REDUCED: "approval.reduce",
    Decision.DECLINED: "approval.decline",
}


class Gone(NotBegun):
    """Somebody else decided first, or its time ran out: ``asked`` tells which."""

    def __init__(self, asked: Asked) -> None:
        super().__init__(asked.intent.id)
        self.asked = asked


class Changed(NotBegun):
    """Something is not as it was shown: look again."""


class OwnRequest(Denied):
    """Nobody decides what they asked for, or what goes to themselves. It stands in the audit record."""


def fingerprint(asked: Asked, balance: Decimal | None) -> str:
    """The SHA-256 of the exact values that a decision is about."""
    intent, request = asked.intent, asked.request
    shown = [
        intent.id,
        intent.version,
        intent.kind.value,
        intent.programme_id,
        intent.contact_id,
        intent.staff_id,
        sorted(intent.values.items()),
        format(request.amount, "f"),
        request.unit,
        None if balance is None else format(balance, "f"),
    ]
    return sha256(json.dumps(shown, ensure_ascii=True, separators=(",", ":")).encode()).hexdigest()


def approve(
    database: Database,
    engine: Engine,
    decider: Actor,
    verdict: Verdict,
    look: Look,
    *,
    patience: timedelta = PATIENCE,
) -> Intent:
    """Allow it, or less of it, and let it happen; the intent as it stands after ``patience``.

    :raises Unacceptable: the amount or the reason breaks a rule, or is above the decider's own limits; or a
        time in it has passed.
    :raises Denied: the role may not decide, or :class:`OwnRequest`.
    :raises Changed: something is not as ``verdict.seen`` says.
    :raises Gone: it is decided or over.
    :raises NotRecorded: the console's own database is in trouble; nothing was decided.
    :raises LookupError: there is no such request.
    """
    now = engine.clock()
    try:
        with database.write() as connection:
            intent = _approved(connection, decider, verdict, look, now)
    except Denied as denied:
        _refuse(database, decider, verdict.intent_id, now, denied)
        raise
    except DatabaseUnavailable as error:
        raise NotRecorded(f"The decision could not be written down, so nothing was sent. {error}") from error
    return advance(engine, intent, engine.clock() + patience)


def decline(database: Database, decider: Actor, verdict: Verdict, look: Look, now: datetime) -> Intent:
    """Refuse it, with a reason that is told to whoever asked. Raises as :func:`approve`."""
    try:
        with database.write() as connection:
            return _declined(connection, decider, verdict, look, now)
    except Denied as denied:
        _refuse(database, decider, verdict.intent_id, now, denied)
        raise
    except DatabaseUnavailable as error:
        raise NotRecorded(f"The decision could not be written down. {error}") from error


def _approved(connection: Connection, decider: Actor, verdict: Verdict, look: Look, now: datetime) -> Intent:
    asked = _held(connection, decider, verdict, look, now)
    passed = lending.passed(asked.intent, now)
    if passed:
        raise Unacceptable(passed)
    amount = lending.amount_of(asked, verdict, look)
    lending.lend(connection, decider, asked, amount, look, now)
    decision = Decision.APPROVED if amount == asked.request.amount else Decision.REDUCED
    decided = _decided(asked, decider, verdict, decision, amount, now)
    return _keep(connection, decider, asked, lending.allowed(asked, decider, amount, look, now), decided, now)


def _declined(connection: Connection, decider: Actor, verdict: Verdict, look: Look, now: datetime) -> Intent:
    asked = _held(connection, decider, verdict, look, now)
    problems = lending.reason_problems(verdict.reason, missing=lending.DECLINED_WITHOUT_A_REASON)
    if problems:
        raise Unacceptable(problems)
    refused = replace(
        asked.intent,
        state=State.FAILED,
        settled_at=now,
        updated_at=now,
        failure_code="declined",
        failure_text=_why_declined(asked.intent, decider, verdict),
    )
    decided = _decided(asked, decider, verdict, Decision.DECLINED, None, now)
    return _keep(connection, decider, asked, refused, decided, now)


def _held(connection: Connection, decider: Actor, verdict: Verdict, look: Look, now: datetime) -> Asked:
    """The request, with nobody else deciding until the transaction ends; as it was shown and still open."""
    role = spending.lock(connection, decider.staff_id)
    if role is None or not role.may(Permission.APPROVALS_DECIDE):
        raise Denied(Permission.APPROVALS_DECIDE)
    asked = approvals.get(connection, verdict.intent_id, lock=True)
    if asked is None:
        raise LookupError(verdict.intent_id)
    theirs = own_contacts.of(connection, decider.staff_id)
    gets = {asked.intent.contact_id, *look.sharers}
    if asked.request.staff_id == decider.staff_id or not theirs.isdisjoint(gets):
        raise OwnRequest(verdict.intent_id)
    if not asked.is_open or asked.request.expires_at <= now:
        raise Gone(asked)
    if not compare_digest(fingerprint(asked, look.balance).encode(), verdict.seen.encode()):
        raise Changed(verdict.intent_id)
    return asked


def _keep(
    connection: Connection, decider: Actor, asked: Asked, after: Intent, decided: Request, now: datetime
) -> Intent:
    """Intent, decision and both audit rows; all of it or none."""
    saved = intents.save(connection, after)
    if saved is None or not approvals.decide(connection, decided):
        raise Gone(asked)
    audit.append(connection, _entry(decider, asked, decided, now))
    audit.append(connection, _consequence(saved, now))
    return saved


def _decided(
    asked: Asked, decider: Actor, verdict: Verdict, decision: Decision, amount: Decimal | None, now: datetime
) -> Request:
    return replace(
        asked.request,
        decision=decision,
        decided_by=decider.staff_id,
        decided_name=decider.name,
        decided_at=now,
        decided_amount=amount,
        reason=verdict.reason.strip() or None,
        in_place=verdict.in_place,
    )


def _why_declined(intent: Intent, decider: Actor, verdict: Verdict) -> str:
    reason = " ".join(verdict.reason.split()).rstrip(".")
    return f"{decider.name} declined it: {reason}. {words.nothing_moved(intent)}"


def _entry(decider: Actor, asked: Asked, decided: Request, now: datetime) -> Entry:
    """The decision. Its reason is a text about somebody: it stays out of what can never be erased."""
    after = {
        "decision": decided.decision,
        "amount": None if decided.decided_amount is None else format(decided.decided_amount, "f"),
        "asked_by": asked.intent.staff_name,
        "at_their_screen": True if decided.in_place else None,
    }
    return Entry(
        at=now,
        actor_id=decider.staff_id,
        actor_name=decider.name,
        actor_role=decider.role.value,
        action=_ACTIONS[decided.decision or Decision.DECLINED],
        outcome=Outcome.DONE,
        programme_id=asked.intent.programme_id,
        contact_id=asked.intent.contact_id,
        intent_id=asked.intent.id,
        reason=asked.intent.reason,
        case_reference=asked.intent.case_reference,
        before={"amount": format(asked.request.amount, "f")},
        after={name: value for name, value in after.items() if value is not None},
        request_id=decider.request_id,
        ip=decider.ip,
    )


def _consequence(after: Intent, now: datetime) -> Entry:
    """What it means for the change itself: it is begun, or it is refused."""
    outcome = Outcome.DENIED if after.state is State.FAILED else Outcome.PENDING
    told = replace(records.of_new(after), outcome=outcome, at=now)
    by = after.values.get("approved_by")
    return told if by is None else replace(told, after={**told.after, "approved_by": by})


def _refuse(database: Database, decider: Actor, intent_id: str, now: datetime, denied: Denied) -> None:
    """Keep in the audit record that somebody tried to decide what they may not."""
    with database.read() as connection:
        asked = approvals.get(connection, intent_id)
    entry = Entry(
        at=now,
        actor_id=decider.staff_id,
        actor_name=decider.name,
        actor_role=decider.role.value,
        action="approval.decide",
        outcome=Outcome.DENIED,
        programme_id=asked.intent.programme_id if asked else None,
        contact_id=asked.intent.contact_id if asked else None,
        intent_id=asked.intent.id if asked else None,
        after={"because": "own request" if isinstance(denied, OwnRequest) else "role"},
        request_id=decider.request_id,
        ip=decider.ip,
    )
    with database.write() as connection:
        audit.append(connection, entry)
