"""Completing a redemption that was only begun: the same intent goes on, so it is completed at most once."""

from __future__ import annotations

from datetime import datetime, timedelta

from msgspec.structs import replace

from dashboard.actions import records
from dashboard.actions.deeds import PATIENCE, Actor, advance
from dashboard.actions.engine import Engine
from dashboard.actions.journal import Superseded
from dashboard.actions.refusals import Denied, NotRecorded, Problem, Unacceptable
from dashboard.permissions import Permission
from dashboard.store import audit
from dashboard.store.audit import Entry, Outcome
from dashboard.store.database import Database, DatabaseUnavailable
from dashboard.store.intent import Goal, Intent, Kind, State


def is_open(intent: Intent, now: datetime) -> bool:
    """Whether this is a redemption that was begun and can still be completed by a person."""
    return (
        intent.kind is Kind.VOUCHER_REDEEM
        and intent.goal is Goal.BEGIN
        and intent.state is State.DRAFT
        and (intent.expires_at is None or intent.expires_at > now)
    )


def complete(
    database: Database, engine: Engine, actor: Actor, intent: Intent, *, patience: timedelta = PATIENCE
) -> Intent:
    """Complete a redemption; asked for twice, by whomever, it is completed once.

    :param intent: as it stands now.
    :raises Unacceptable: it lapsed.
    :raises Denied: the role may not change vouchers.
    :raises NotRecorded: the console's own database is in trouble; nothing was sent.
    """
    try:
        return _complete(database, engine, actor, intent, patience)
    except DatabaseUnavailable as error:
        raise NotRecorded(f"The console could not write this down, so nothing was sent. {error}") from error


def _complete(
    database: Database, engine: Engine, actor: Actor, intent: Intent, patience: timedelta
) -> Intent:
    now = engine.clock()
    if not actor.role.may(Permission.VOUCHERS_WRITE):
        with database.write() as connection:
            audit.append(connection, _entry(intent, actor, Outcome.DENIED, now))
        raise Denied(Permission.VOUCHERS_WRITE)
    if intent.goal is Goal.BEGIN:
        if not is_open(intent, now):
            raise Unacceptable((Problem("", "It lapsed before it was completed. Redeem the voucher anew"),))
        chosen = replace(intent, goal=Goal.COMPLETE, next_at=now, updated_at=now)
        try:
            engine.journal.decided(chosen, _entry(chosen, actor, Outcome.PENDING, now), now)
        except Superseded:
            # Somebody else asked for it at the same moment, or it has just lapsed: it is told as it stands.
            return engine.journal.get(intent.id)
    return advance(engine, engine.journal.get(intent.id), now + patience)


def _entry(intent: Intent, actor: Actor, outcome: Outcome, now: datetime) -> Entry:
    """Who completed it: not always who began it."""
    return Entry(
        at=now,
        actor_id=actor.staff_id,
        actor_name=actor.name,
        actor_role=actor.role.value,
        action=records.ACTIONS[intent.kind],
        outcome=outcome,
        programme_id=intent.programme_id,
        contact_id=intent.contact_id or None,
        intent_id=intent.id,
        case_reference=intent.case_reference,
        after=records.told(intent),
        remote_ids=records.remote_ids(intent),
        request_id=actor.request_id,
        ip=actor.ip,
    )
