"""Orders, and drafts that wait for somebody: make an order; complete or cancel what is pending."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, tzinfo
from decimal import Decimal

import msgspec
from msgspec.structs import replace

from dashboard.actions import amounts, order_meta
from dashboard.actions.deeds import (
    PATIENCE,
    Accepted,
    Actor,
    Ask,
    Form,
    Gift,
    is_uuid,
    part_id,
    perform,
    perform_all,
    refuse,
    tidy,
)
from dashboard.actions.engine import Engine
from dashboard.actions.moments import FARTHEST, typed_time
from dashboard.actions.refusals import Problem, Unacceptable
from dashboard.actions.rules import OWN
from dashboard.brevo.balances import BalanceDefinition
from dashboard.brevo.orders import OrderSource
from dashboard.brevo.rows import moment
from dashboard.permissions import Permission
from dashboard.store import intents, own_contacts
from dashboard.store.database import Database
from dashboard.store.intent import Goal, Intent, Kind, State


class OrderForm(Form, frozen=True, kw_only=True):
    """An order to make."""

    definition: BalanceDefinition
    amount: str
    """As typed, without a sign."""
    takes: bool | None = False
    """Whether it takes away; None while nobody has chosen."""
    due_at: datetime | str | None = None
    """When it is to be processed; text is as it was typed, in ``zone``. None and empty text are now."""
    expires_at: datetime | str | None = None
    """When it lapses unless it was completed; as ``due_at``, None is never."""
    source: str = OrderSource.USER
    meta: str = ""
    """Further fields as they were typed; see :mod:`dashboard.actions.order_meta`."""
    balance: Decimal | None = None
    sharers: frozenset[int] = frozenset()
    zone: tzinfo = UTC


class Draft(msgspec.Struct, frozen=True, kw_only=True):
    """A pending transaction, as a page showed it."""

    transaction_id: str
    contact_id: int
    definition_id: str
    amount: Decimal
    """Signed."""
    made_at: datetime
    """How far back the history is read for it."""
    expires_at: datetime | None = None
    balance: Decimal | None = None
    """The member's total, if it is known."""
    sharers: frozenset[int] = frozenset()
    """Other contacts that the balance belongs to, as far as they are known."""


class DraftForm(Form, frozen=True, kw_only=True):
    """One draft to end."""

    draft: Draft
    goal: Goal


class BulkForm(Form, frozen=True, kw_only=True):
    """Several drafts to end in one way. Each has its own contact; that of the form counts for nothing."""

    drafts: tuple[Draft, ...]
    goal: Goal


class Decider(msgspec.Struct, frozen=True):
    """Who ended a transaction, as far as can be told."""

    name: str | None
    """One of our staff; None for somebody in Brevo or another system."""
    at: datetime | None


def create_order(
    database: Database, engine: Engine, actor: Actor, form: OrderForm, *, patience: timedelta = PATIENCE
) -> Intent:
    """Order a credit or debit. What becomes of it is kept in our own register of orders.

    Raises as :func:`dashboard.actions.deeds.perform`.
    """
    ask = Ask(
        kind=Kind.ORDER_CREATE,
        permission=Permission.ORDERS_WRITE,
        form=form,
        typed=(
            form.definition.id,
            tidy(form.amount),
            form.takes,
            form.due_at,
            form.expires_at,
            form.source,
            tidy(form.meta),
        ),
        accept=lambda now: _order(form, now),
    )
    return perform(database, engine, actor, ask, patience=patience)


def decide_draft(
    database: Database, engine: Engine, actor: Actor, form: DraftForm, *, patience: timedelta = PATIENCE
) -> Intent:
    """Complete or cancel one draft. When somebody else was faster the intent says how it ended.

    See :func:`decided_by` for who that was. Raises as :func:`dashboard.actions.deeds.perform`.
    """
    ask = _ending(form, form.draft, form.goal)
    _refuse_own(database, engine, actor, ask, form.draft, form.goal)
    return perform(database, engine, actor, ask, patience=patience)


def decide_drafts(
    database: Database, engine: Engine, actor: Actor, form: BulkForm, *, patience: timedelta = PATIENCE
) -> tuple[Intent, ...]:
    """Complete or cancel several drafts: an intent for each, in their order, tied by ``batch_id``.

    The same form sent again goes on where it was. Raises as :func:`dashboard.actions.deeds.perform`; when one
    draft cannot be accepted, none is touched.
    """
    asks = [_row(form, draft) for draft in form.drafts]
    for ask, draft in zip(asks, form.drafts, strict=True):
        _refuse_own(database, engine, actor, ask, draft, form.goal)
    return perform_all(database, engine, actor, asks, batch=form, patience=patience)


def decided_by(database: Database, intent: Intent) -> Decider:
    """Who ended the transaction that an intent of ours came too late for, and when."""
    told = intent.evidence.get("decided_at")
    at = moment(told) if isinstance(told, str) else None
    with database.read() as connection:
        others = intents.about_transaction(connection, intent.programme_id, intent.transaction_id or "")
    winner = next((one for one in others if one.id != intent.id and has_ended(one)), None)
    return Decider(None, at) if winner is None else Decider(winner.staff_name, at or winner.settled_at)


def _order(form: OrderForm, now: datetime) -> Accepted:
    problems: list[Problem] = []
    amount = Decimal(0)
    if form.takes is None:
        problems.append(Problem("direction", "Choose whether it adds or takes"))
    try:
        amount = amounts.parse(form.amount, form.definition.unit)
    except amounts.AmountError as error:
        problems.append(Problem("amount", str(error)))
    due_at = typed_time("due_at", form.due_at, form.zone, problems)
    expires_at = typed_time("expires_at", form.expires_at, form.zone, problems)
    problems += _order_problems(form, amount, due_at, expires_at, now)
    if form.source not in set(OrderSource):
        problems.append(Problem("source", "Choose what Brevo files the order under"))
    meta, wrong_meta = order_meta.parse(tidy(form.meta))
    problems += wrong_meta
    if problems:
        raise Unacceptable(tuple(problems))
    gift = Gift(
        amount=amount,
        unit=form.definition.unit,
        field="amount",
        sharers=form.sharers,
        zone=form.zone,
        may_ask=True,
    )
    return Accepted(
        values={
            "definition_id": form.definition.id,
            "amount": format(-amount if form.takes else amount, "f"),
            "due_at": (due_at or now).isoformat(),
            "expires_at": None if expires_at is None else expires_at.isoformat(),
            "source": form.source,
            order_meta.FIELD: order_meta.kept(meta),
        },
        fields={"balance_before": form.balance},
        gift=None if form.takes else gift,
    )


def _order_problems(
    form: OrderForm, amount: Decimal, due_at: datetime | None, expires_at: datetime | None, now: datetime
) -> list[Problem]:
    problems = []
    cap = form.definition.max_debit if form.takes else form.definition.max_credit
    if cap is not None and amount > cap:
        text = f"{amounts.at_most(form.definition.unit, cap)}: the programme allows no more at once"
        problems.append(Problem("amount", text))
    if due_at is not None and due_at < now:
        problems.append(Problem("due_at", "Choose a time for the order that is still to come"))
    if expires_at is not None and expires_at <= (due_at or now):
        problems.append(Problem("expires_at", "Choose an end after the time the order is due"))
    for name, at in (("due_at", due_at), ("expires_at", expires_at)):
        if at is not None and at > now + FARTHEST:
            problems.append(Problem(name, "Choose a time within ten years"))
    return problems


def _row(form: BulkForm, draft: Draft) -> Ask:
    own = replace(form, intent_id=part_id(form.intent_id, draft.transaction_id), contact_id=draft.contact_id)
    return _ending(own, draft, form.goal, batch_id=form.intent_id)


def _ending(form: Form, draft: Draft, goal: Goal, batch_id: str | None = None) -> Ask:
    return Ask(
        kind=Kind.DRAFT_COMPLETE if goal is Goal.COMPLETE else Kind.DRAFT_CANCEL,
        permission=Permission.ORDERS_WRITE,
        form=form,
        typed=(draft.transaction_id,),
        accept=lambda now: ending(form, draft, goal, now, batch_id=batch_id),
        needs_reason=goal is Goal.CANCEL,
    )


def _refuse_own(database: Database, engine: Engine, actor: Actor, ask: Ask, draft: Draft, goal: Goal) -> None:
    """Nobody lets anything come to their own membership: neither points posted nor a debit waved away.

    :raises Unacceptable: they would.
    """
    gains = draft.amount > 0 if goal is Goal.COMPLETE else draft.amount < 0
    if not gains or not actor.role.may(ask.permission):
        return
    with database.read() as connection:
        own = own_contacts.of(connection, actor.staff_id)
    if not own.isdisjoint({draft.contact_id, *draft.sharers}):
        refuse(database, actor, ask, engine.clock())
        raise Unacceptable((Problem("", OWN),))


def ending(form: Form, draft: Draft, goal: Goal, now: datetime, *, batch_id: str | None = None) -> Accepted:
    """An intent that begins with its draft chosen.

    :raises Unacceptable: it is another member's, or has lapsed.
    """
    if draft.contact_id != form.contact_id or not is_uuid(draft.transaction_id):
        raise Unacceptable((Problem("draft", "Open the list again: this is not a draft of this member"),))
    if draft.expires_at is not None and draft.expires_at <= now:
        raise Unacceptable((Problem("draft", lapsed(draft)),))
    return Accepted(
        values={"definition_id": draft.definition_id, "amount": format(draft.amount, "f")},
        fields={
            "state": State.DRAFT,
            "goal": goal,
            "transaction_id": draft.transaction_id,
            "sent_at": draft.made_at,
            "balance_before": draft.balance,
            "batch_id": batch_id,
        },
    )


def lapsed(draft: Draft) -> str:
    """Why a draft whose time ran out cannot be ended."""
    return f"It lapsed on {draft.expires_at:%d %b %Y %H:%M} UTC" if draft.expires_at else "It lapsed"


def has_ended(intent: Intent) -> bool:
    """Whether this change of ours is what ended its transaction: an order only made its own."""
    return intent.state is State.DONE and intent.adopted is None and intent.kind is not Kind.ORDER_CREATE
