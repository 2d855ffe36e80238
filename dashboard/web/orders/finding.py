"""Which draft an address means: looked for in the member's own history, else in our register."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

import msgspec
from flask import request

from dashboard.actions.noting import can_be_ended
from dashboard.actions.orders import Decider, Draft, has_ended
from dashboard.brevo.balances import BalanceDefinition
from dashboard.brevo.errors import BrevoError
from dashboard.brevo.history import HistoryItem
from dashboard.brevo.status import TransactionStatus
from dashboard.store import intents, orders
from dashboard.store.intents import Goal, Intent
from dashboard.web.access import services
from dashboard.web.changes.asking import balance, programme
from dashboard.web.changes.subject import SECONDS, Subject
from dashboard.web.errors import ErrorPage, Link, remote_trouble
from dashboard.web.filters import formats
from dashboard.web.members.gather import PAGES_AT_ONCE, member_url, snapshots
from dashboard.web.members.reads import Deadline
from dashboard.web.orders.hands import is_ending
from dashboard.web.security import SAFE_METHODS

_ENDED = {
    TransactionStatus.COMPLETED: "It was completed before",
    TransactionStatus.CANCELLED: "It was cancelled before",
    TransactionStatus.REJECTED: "Brevo rejected it before",
    TransactionStatus.EXPIRED: "It lapsed before",
}


class Over(ErrorPage):
    """Nothing is left to do with this draft by hand. Only whoever sent a form tried something."""

    def __init__(self, whose: Subject, title: str, text: str) -> None:
        link = Link(member_url(whose.programme_id, whose.contact_id), f"Open member {whose.contact_id}")
        super().__init__(409, title, text, link=link, recorded=request.method in SAFE_METHODS)


class Found(msgspec.Struct, frozen=True, kw_only=True):
    """A draft that waits."""

    draft: Draft
    definition: BalanceDefinition
    item: HistoryItem | None = None
    """The transaction, when the history shows it."""
    notice: str | None = None
    """What is wrong with what is shown, or who is at it too."""


def find(whose: Subject, definition_id: str | None, transaction_id: UUID) -> Found:
    """The draft, at the cost of no request when the member was read within the last minute.

    :raises ErrorPage: it is none of this member's.
    :raises Over: it belongs to a change of ours, or was ended already: the page says by whom and when.
    """
    name = str(transaction_id)
    definition = balance(programme(whose.programme_id), definition_id)
    with services().database.read() as connection:
        changes = intents.about_transaction(connection, str(whose.programme_id), name)
    _refuse_ended(whose, changes)
    item, trouble = _listed(whose, definition, name)
    if item is not None:
        _check(whose, item)
    draft = _of_item(whose, definition, item) if item else _of_register(whose, definition, name)
    if draft is None:
        raise _unknown(whose, trouble)
    busy = next((each for each in changes if is_ending(each)), None)
    return Found(
        draft=draft,
        definition=definition,
        item=item,
        notice=_notice(trouble, busy) or whose.notice,
    )


def of_intent(whose: Subject, intent: Intent) -> Found:
    """The draft as it was when the form was first sent.

    :raises ErrorPage: the programme's balances cannot be read.
    """
    definition = balance(programme(whose.programme_id), intent.definition_id)
    return Found(draft=draft_of(intent), definition=definition)


def draft_of(intent: Intent) -> Draft:
    """What an intent was asked to end."""
    return Draft(
        transaction_id=intent.transaction_id or "",
        contact_id=intent.contact_id,
        definition_id=intent.definition_id,
        amount=intent.amount,
        made_at=intent.sent_at or intent.created_at,
        balance=intent.balance_before,
    )


def winner(decider: Decider, verb: str) -> str:
    """Who was faster, and when: ``Lea Moreau completed it on 18 Nov 12:00.``"""
    who = decider.name or "Somebody in Brevo or another system"
    when = "" if decider.at is None else f" on {formats().when(decider.at)}"
    return f"{who} {verb} it{when}."


def _listed(
    whose: Subject, definition: BalanceDefinition, name: str
) -> tuple[HistoryItem | None, BrevoError | None]:
    ledger = snapshots().open(whose.programme_id, whose.contact_id).ledger(definition.id)
    deadline = Deadline(SECONDS)
    ledger.newest.retry()
    error = ledger.newest.wait(deadline).error
    for _ in range(PAGES_AT_ONCE):
        found = next((each for each in ledger.items if each.is_of(transaction_id=name)), None)
        if found is not None or error is not None or ledger.is_whole or ledger.is_full:
            return found, error
        error = ledger.older(deadline).error
    return next((each for each in ledger.items if each.is_of(transaction_id=name)), None), error


def _of_item(whose: Subject, definition: BalanceDefinition, item: HistoryItem) -> Draft:
    with services().database.read() as connection:
        order = orders.by_transaction(connection, str(whose.programme_id), item.id.lower())
    return Draft(
        transaction_id=item.id.lower(),
        contact_id=whose.contact_id,
        definition_id=definition.id,
        amount=item.signed_amount,
        made_at=item.created_at or services().clock(),
        expires_at=None if order is None else order.expires_at,
        balance=whose.balances.get(definition.id),
        sharers=whose.sharers,
    )


def _of_register(whose: Subject, definition: BalanceDefinition, name: str) -> Draft | None:
    """For a history that is long, or cannot be read now."""
    with services().database.read() as connection:
        seen = orders.find_draft(connection, str(whose.programme_id), name)
        order = orders.by_transaction(connection, str(whose.programme_id), name)
    known = seen or (order if order is not None and order.closed_at is None else None)
    if known is None or known.contact_id != whose.contact_id or known.definition_id != definition.id:
        return None
    return Draft(
        transaction_id=name,
        contact_id=whose.contact_id,
        definition_id=definition.id,
        amount=known.amount,
        made_at=known.made_at,
        expires_at=None if order is None else order.expires_at,
        balance=whose.balances.get(definition.id),
        sharers=whose.sharers,
    )


def _check(whose: Subject, item: HistoryItem) -> None:
    if item.status is not TransactionStatus.DRAFT:
        title = _ENDED.get(item.status, "It was ended before")
        at: datetime | None = item.completed_at or item.cancelled_at or item.rejected_at
        who = "" if at is None else f"That was on {formats().when(at)}, in Brevo or another system. "
        raise Over(whose, title, f"{who}Nothing is left to do with it.")
    mark = item.meta.get("intent")
    with services().database.read() as connection:
        carrier = intents.get(connection, mark) if isinstance(mark, str) else None
    if not can_be_ended(item.id, carrier):
        raise Over(
            whose,
            "This is part of another change",
            "It is ended by the change that made it; completing it by hand could move the amount twice. "
            "The staff actions of the member tell how that change stands.",
        )


def _refuse_ended(whose: Subject, changes: tuple[Intent, ...]) -> None:
    """Say who was faster when it was one of us, whatever an older reading shows."""
    done = next((each for each in changes if has_ended(each)), None)
    if done is None:
        return
    word = "cancelled" if done.goal is Goal.CANCEL else "completed"
    told = winner(Decider(done.staff_name, done.settled_at), word)
    raise Over(whose, f"It was {word} before", f"{told} Nothing is left to do with it.")


def _unknown(whose: Subject, trouble: BrevoError | None) -> ErrorPage:
    link = Link(member_url(whose.programme_id, whose.contact_id), f"Open member {whose.contact_id}")
    if trouble is not None:
        title, text = remote_trouble(trouble)
        return ErrorPage(503, title, text, link=link)
    return ErrorPage(
        404, "No such pending order", "This member has none with this number in this balance.", link=link
    )


def _notice(trouble: BrevoError | None, busy: Intent | None) -> str | None:
    if busy is not None:
        verb = "cancelling" if busy.goal is Goal.CANCEL else "completing"
        return f"{busy.staff_name} is {verb} it since {formats().when(busy.created_at)}."
    if trouble is not None:
        return f"{remote_trouble(trouble)[0]}. This is from the console's own register."
    return None
