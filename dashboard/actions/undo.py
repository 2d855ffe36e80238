"""Taking back what was done: by an opposite entry, by cancelling what is still open, by revoking.

Nothing at the remote is ever edited. What takes something back is an intent of its own that points at the
original (``linked_id``); the original finds it by :func:`links_of`. There is at most one that counts.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

from dashboard.actions import follow
from dashboard.actions.deeds import PATIENCE, Accepted, Actor, Ask, Form, perform, refuse
from dashboard.actions.engine import Engine
from dashboard.actions.orders import Draft, ending
from dashboard.actions.paying import giving_back
from dashboard.actions.refusals import Denied, Problem, Unacceptable
from dashboard.actions.undoable import KINDS, Facts, How, Links, Offer, links_of, may, may_offer, moved, offer
from dashboard.permissions import Permission
from dashboard.store import intents
from dashboard.store.database import Database
from dashboard.store.intent import Goal, Intent, Kind, Link

__all__ = ["Facts", "How", "Links", "Offer", "UndoForm", "links_of", "may_offer", "offer", "undo"]


class UndoForm(Form, frozen=True, kw_only=True):
    """Something to take back. Programme and contact are those of the original."""

    original_id: str
    facts: Facts


def undo(
    database: Database, engine: Engine, actor: Actor, form: UndoForm, *, patience: timedelta = PATIENCE
) -> Intent:
    """Take something back; the intent that does it, which points at the original.

    :raises Unacceptable: it cannot be taken back; the problem says why.
    :raises Denied: only a supervisor can.

    Otherwise raises as :func:`dashboard.actions.deeds.perform`.
    """
    original = engine.journal.get(form.original_id)
    if (original.programme_id, original.contact_id) != (form.programme_id, form.contact_id):
        raise Unacceptable((Problem("", "Open the member again: this is not a change of theirs"),))
    how, permission = KINDS.get(original.kind, (None, Permission.CHANGES_UNDO))
    if how is None:
        raise Unacceptable((Problem("", "This cannot be taken back"),))

    def accept(now: datetime) -> Accepted:
        offered = offer(actor, original, links_of(database, original), form.facts, now)
        if offered.how is None:
            raise Unacceptable((Problem("", offered.why_not or "This cannot be taken back"),))
        return _ACCEPT[how](form, original, now)

    ask = Ask(
        kind=_kind_of(original),
        permission=permission,
        form=form,
        typed=("undo", form.original_id),
        accept=accept,
    )
    now = engine.clock()
    if not may(actor, original, now) and _is_new(database, form):
        refuse(database, actor, ask, now)
        raise Denied(Permission.CHANGES_UNDO)
    return perform(database, engine, actor, ask, patience=patience)


def _is_new(database: Database, form: Form) -> bool:
    with database.read() as connection:
        return intents.get(connection, form.intent_id) is None


# -- how -------------------------------------------------------------------------------------------


def _kind_of(original: Intent) -> Kind:
    """Which kind of change takes it back."""
    if original.kind is Kind.VOUCHER_ISSUE:
        return Kind.VOUCHER_REVOKE
    if original.kind is Kind.ORDER_CREATE:
        return Kind.DRAFT_CANCEL
    return Kind.DEBIT if moved(original) > 0 else Kind.CREDIT


def _opposite(form: UndoForm, original: Intent, now: datetime) -> Accepted:
    values = {"definition_id": original.definition_id, "amount": format(-moved(original), "f")}
    return Accepted(values=values, fields={**_points_at(original), "balance_before": form.facts.balance})


def _revocation(form: UndoForm, original: Intent, now: datetime) -> Accepted:
    paid, voucher = form.facts.paid, form.facts.voucher
    return Accepted(
        values={
            "voucher_id": original.remote_id,
            "reward_id": original.values.get("reward_id"),
            "reward_name": original.values.get("reward_name"),
            "code": None if voucher is None else voucher.code,
            follow.THEN: follow.written(() if paid is None else (giving_back(paid, form),)),
        },
        fields={**_points_at(original), "remote_id": original.remote_id},
    )


def _cancellation(form: UndoForm, original: Intent, now: datetime) -> Accepted:
    draft = Draft(
        transaction_id=original.transaction_id or form.facts.transaction_id or "",
        contact_id=original.contact_id,
        definition_id=original.definition_id,
        amount=original.amount,
        made_at=original.sent_at or original.created_at,
        balance=form.facts.balance,
    )
    accepted = ending(form, draft, Goal.CANCEL, now)
    return Accepted(values=accepted.values, fields={**accepted.fields, **_points_at(original)})


def _points_at(original: Intent) -> dict[str, object]:
    return {"linked_id": original.id, "link": Link.REVERSAL}


_ACCEPT: dict[How, Callable[[UndoForm, Intent, datetime], Accepted]] = {
    How.OPPOSITE: _opposite,
    How.REVOKE: _revocation,
    How.CANCEL: _cancellation,
}
