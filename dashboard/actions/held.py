"""What the console could not settle by itself: what each choice does, and a person's decision about it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from enum import StrEnum

import msgspec
from msgspec.structs import replace

from dashboard.actions import records
from dashboard.actions.deeds import PATIENCE, Actor, advance, is_uuid, text_problems, tidy
from dashboard.actions.engine import Engine
from dashboard.actions.follow import followers
from dashboard.actions.journal import Superseded
from dashboard.actions.member_calls import PERSONAL
from dashboard.actions.members import is_contact
from dashboard.actions.outcomes import failed, settled
from dashboard.actions.refusals import Conflict, Denied, NotRecorded, Problem, Unacceptable
from dashboard.actions.rules import LONGEST_NOTE
from dashboard.permissions import Permission
from dashboard.store import audit, intents, own_contacts, staff
from dashboard.store.audit import Entry, Outcome
from dashboard.store.database import Database, DatabaseUnavailable
from dashboard.store.intent import Goal, Intent, Kind, State
from dashboard.store.staff import StaffMember

BY_HAND = "by_hand"
"""Adopted: a person said how it ended."""
LONGEST_ID = 100
_MOST = 500
"""Rows looked through for a list."""


class OwnChange(Denied):
    """Nobody settles what they asked for, or what goes to themselves. It stands in the audit record."""


class Choice(StrEnum):
    """What a person may decide about an intent."""

    DONE = "done"
    """It did happen."""
    NOT_DONE = "not_done"
    """It did not."""
    LOOK = "look"
    """The console is to look again."""
    WITHDRAW = "withdraw"
    """It is not to be sent any more."""


_EFFECTS = {
    Choice.DONE: "It counts as done. Nothing is sent; what was to follow from it is begun.",
    Choice.NOT_DONE: "It counts as not done. Nothing is sent; it can be asked for again, "
    "and what comes of it late is withdrawn.",
    Choice.LOOK: "Brevo is read again. What it shows decides; nothing is sent before that.",
    Choice.WITHDRAW: "It is not sent any more.",
}
_FOR_OWN = frozenset({Choice.LOOK, Choice.WITHDRAW})
"""What whoever asked may decide without being a supervisor."""
ACTIONS = {choice: f"intent.{choice.value}" for choice in Choice}
_OUTCOMES = {
    Choice.DONE: Outcome.DONE,
    Choice.NOT_DONE: Outcome.FAILED,
    Choice.LOOK: Outcome.PENDING,
    Choice.WITHDRAW: Outcome.FAILED,
}
_TWO_PHASE = frozenset({Kind.CREDIT, Kind.DEBIT, Kind.DRAFT_COMPLETE, Kind.DRAFT_CANCEL, Kind.VOUCHER_REDEEM})


class Case(msgspec.Struct, frozen=True):
    """One intent that is not settled, and what can be done about it."""

    intent: Intent
    choices: Mapping[Choice, str]
    """What each one does, in words."""


class Decision(msgspec.Struct, frozen=True, kw_only=True):
    """A filled form."""

    intent_id: str
    version: int
    """Of the intent that the person saw: what changed since is looked at again first."""
    choice: Choice
    note: str = ""
    """Why. Required for what nobody can check afterwards: done and not done."""
    evidence: str = ""
    """The ID of what was found in Brevo; required for done."""
    doubt: str | None = None
    """What speaks against that evidence, from what the page could read; None for nothing."""


def unsettled(database: Database, *, staff_id: str | None = None, limit: int = 50) -> tuple[Case, ...]:
    """What is not ended, HELD in front, each oldest first; that of one person, or everybody's.

    What waits for an approval is not here: it is decided elsewhere.

    :raises DatabaseUnavailable: it cannot be read.
    """
    with database.read() as connection:
        found = intents.unsettled(connection, _MOST, staff_id)
    open_ones = (one for one in found if one.state is not State.AWAITING_APPROVAL)
    held_first = sorted(open_ones, key=lambda one: one.state is not State.HELD)
    return tuple(Case(one, choices(one)) for one in held_first[:limit])


def deciders(database: Database, intent: Intent) -> tuple[StaffMember, ...]:
    """Who can settle an intent by hand, by name: neither whoever asked for it nor whoever it goes to.

    :raises DatabaseUnavailable: they cannot be read.
    """
    with database.read() as connection:
        return tuple(
            one
            for one in staff.list_all(connection)
            if one.disabled_at is None
            and one.role.may(Permission.INTENTS_DECIDE)
            and one.id != intent.staff_id
            and intent.contact_id not in own_contacts.of(connection, one.id)
        )


def choices_of(database: Database, actor: Actor, intent: Intent) -> dict[Choice, str]:
    """What ``actor`` can decide about an intent as it stands."""
    return {
        choice: effect for choice, effect in choices(intent).items() if _may(database, actor, intent, choice)
    }


def _may(database: Database, actor: Actor, intent: Intent, choice: Choice) -> bool:
    if choice in _FOR_OWN and intent.staff_id == actor.staff_id:
        return True
    if choice in _FOR_OWN:
        return actor.role.may(Permission.INTENTS_DECIDE)
    return actor.staff_id in {one.id for one in deciders(database, intent)}


def choices(intent: Intent) -> dict[Choice, str]:
    """What can be decided about an intent as it stands."""
    if intent.state is State.HELD:
        allowed = [Choice.DONE, Choice.NOT_DONE, Choice.LOOK]
    elif intent.state in {State.LOOKING_UP, State.CHECKING}:
        allowed = [Choice.LOOK]
    else:
        allowed = [Choice.WITHDRAW] if can_withdraw(intent) else []
    return {choice: _EFFECTS[choice] for choice in allowed}


def can_withdraw(intent: Intent) -> bool:
    """Whether nothing of it is on its way: it was never sent, or only its draft was made."""
    if intent.unknown_since is not None or intent.state not in {State.RESERVED, State.DRAFT}:
        return False
    return intent.waiting is not None


def decide(
    database: Database,
    engine: Engine,
    actor: Actor,
    decision: Decision,
    *,
    patience: timedelta = PATIENCE,
) -> Intent:
    """Settle an intent by hand, have it looked at again, or withdraw it; the intent as it then stands.

    :raises LookupError: there is no such intent.
    :raises Unacceptable: something is missing, or the choice does not fit the intent.
    :raises Denied: only supervisors decide, and never their own: :class:`OwnChange`. Whoever asked may
        withdraw it and have it looked at.
    :raises Conflict: it changed since the person saw it.
    :raises NotRecorded: the console's own database is in trouble; nothing was decided.
    """
    try:
        return _decide(database, engine, actor, decision, patience)
    except DatabaseUnavailable as error:
        raise NotRecorded(f"The console could not write this down. {error}") from error


def _decide(
    database: Database, engine: Engine, actor: Actor, decision: Decision, patience: timedelta
) -> Intent:
    intent, now = engine.journal.get(decision.intent_id), engine.clock()
    if not _may(database, actor, intent, decision.choice):
        with database.write() as connection:
            audit.append(connection, _entry(actor, intent, decision, Outcome.DENIED, now))
        is_decider = actor.role.may(Permission.INTENTS_DECIDE)
        raise (OwnChange if is_decider else Denied)(Permission.INTENTS_DECIDE)
    if intent.version != decision.version:
        raise Conflict(intent.id)
    _check(intent, decision)
    after = replace(_after(intent, actor, decision, now), updated_at=now, lease_owner=None, lease_until=None)
    entry = _entry(actor, after, decision, _OUTCOMES[decision.choice], now)
    then = followers(after, now) if after.state is State.DONE else ()
    try:
        saved = engine.journal.decided(after, entry, now, then)
    except Superseded as error:
        raise Conflict(intent.id) from error
    return saved if saved.is_settled and not then else advance(engine, saved, now + patience)


def _check(intent: Intent, decision: Decision) -> None:
    problems: list[Problem] = []
    if decision.choice not in choices(intent):
        raise Unacceptable((Problem("choice", "Open it again: this cannot be decided any more"),))
    if decision.choice in {Choice.DONE, Choice.NOT_DONE} and not tidy(decision.note):
        problems.append(Problem("note", "Enter a note that says what you saw in Brevo"))
    problems += text_problems("note", "Note", tidy(decision.note), LONGEST_NOTE)
    evidence = tidy(decision.evidence)
    if decision.choice is Choice.DONE and not evidence:
        problems.append(Problem("evidence", "Enter the ID of what Brevo shows"))
    elif decision.choice is Choice.DONE and intent.kind in _TWO_PHASE and not is_uuid(evidence.lower()):
        problems.append(Problem("evidence", "Enter the transaction's ID as Brevo shows it"))
    elif decision.choice is Choice.DONE and intent.kind is Kind.CONTACT_CREATE and not is_contact(evidence):
        problems.append(Problem("evidence", "Enter the contact's ID as Brevo shows it, a number"))
    elif decision.choice is Choice.DONE and decision.doubt is not None:
        problems.append(Problem("evidence", decision.doubt))
    problems += text_problems("evidence", "ID", evidence, LONGEST_ID)
    if problems:
        raise Unacceptable(tuple(problems))


def _after(intent: Intent, actor: Actor, decision: Decision, now: datetime) -> Intent:
    if decision.choice is Choice.LOOK:
        return _looked_at_again(intent, now)
    if decision.choice is Choice.WITHDRAW:
        return _withdrawn(intent, actor, now)
    said = {
        **intent.result,
        "decision": {"by": actor.name, "note": tidy(decision.note), "at": now.isoformat()},
    }
    if decision.choice is Choice.NOT_DONE:
        text = f"{actor.name} looked in Brevo: it did not happen."
        return replace(failed(intent, now, "by_hand", text), adopted=BY_HAND, result=said)
    return replace(_done(intent, tidy(decision.evidence), now), result=said)


def _done(intent: Intent, evidence: str, now: datetime) -> Intent:
    done = replace(settled(intent, State.DONE, now), adopted=BY_HAND, failure_code=None, failure_text=None)
    if intent.kind in _TWO_PHASE:
        moved = intent.amount if intent.definition_id and intent.kind is not Kind.DRAFT_CANCEL else None
        return replace(done, transaction_id=intent.transaction_id or evidence.lower(), applied_amount=moved)
    if intent.kind is Kind.CONTACT_CREATE:
        kept = {name: value for name, value in intent.values.items() if name not in PERSONAL}
        return replace(done, contact_id=int(evidence), remote_id=evidence, values=kept)
    return replace(done, remote_id=intent.remote_id or evidence)


def _looked_at_again(intent: Intent, now: datetime) -> Intent:
    was_chosen = intent.transaction_id is not None and intent.kind in _TWO_PHASE
    return replace(
        intent,
        state=State.CHECKING if was_chosen else State.LOOKING_UP,
        unknown_since=intent.unknown_since or now,
        settled_at=None,
        attempts=0,
        empty_looks=0,
        partial_looks=0,
        failure_code=None,
        failure_text=None,
        next_at=now,
    )


def _withdrawn(intent: Intent, actor: Actor, now: datetime) -> Intent:
    text = f"{actor.name} withdrew it before it was sent."
    if intent.state is State.RESERVED or intent.kind in {Kind.DRAFT_COMPLETE, Kind.DRAFT_CANCEL}:
        return failed(intent, now, "withdrawn", text)
    if intent.kind is Kind.VOUCHER_REDEEM:
        return failed(intent, now, "withdrawn", text)  # What was begun lapses by itself.
    return replace(intent, goal=Goal.CANCEL, failure_code="withdrawn", failure_text=text)


def _entry(actor: Actor, intent: Intent, decision: Decision, outcome: Outcome, now: datetime) -> Entry:
    """Who decided what. The note stays with the intent: it may be about the member."""
    told = records.told(intent)
    found = {"found": tidy(decision.evidence)[:LONGEST_ID]} if tidy(decision.evidence) else {}
    return Entry(
        at=now,
        actor_id=actor.staff_id,
        actor_name=actor.name,
        actor_role=actor.role.value,
        action=ACTIONS[decision.choice],
        outcome=outcome,
        programme_id=intent.programme_id,
        contact_id=intent.contact_id or None,
        intent_id=intent.id,
        reason=intent.reason,
        case_reference=intent.case_reference,
        after=told,
        remote_ids={**records.remote_ids(intent), **found},
        request_id=actor.request_id,
        ip=actor.ip,
    )
