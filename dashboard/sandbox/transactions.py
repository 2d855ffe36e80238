"""Moving points: transactions in two phases, and orders."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import Final

from dashboard.sandbox.balances import amount_json, status_word
from dashboard.sandbox.configuration import Definition, Programme
from dashboard.sandbox.errors import Refusal, not_found, unprocessable
from dashboard.sandbox.ledger import Ledger, Transaction
from dashboard.sandbox.limits import granted, refusal
from dashboard.sandbox.members import named_contact
from dashboard.sandbox.membership import Membership, Order
from dashboard.sandbox.ordering import open_transaction
from dashboard.sandbox.programmes import programme_named
from dashboard.sandbox.reading import Answer, Fields, Request
from dashboard.sandbox.routing import Operation
from dashboard.sandbox.vouchergiving import enter_tiers
from dashboard.sandbox.world import World

_LONGEST_TTL: Final = 10 * 365 * 86_400


def create(world: World, request: Request) -> Answer:
    programme = programme_named(world, request)
    configuration = world.live(programme)
    body = request.body()
    body.require("amount")
    body.require("balanceDefinitionId")
    definition = configuration.definition(body.uuid("balanceDefinitionId"))
    if definition is None:
        raise not_found("balance definition")
    amount, debit = _side(body, definition)
    meta = body.mapping("meta")
    at_once = body.flag("autoComplete")
    ttl = body.whole("ttl", least=int(world.switches["shortest_ttl"]), most=_LONGEST_TTL)
    event_time = body.moment("eventTime")
    minutes = body.whole("balanceExpiryInMinutes", least=1, most=_LONGEST_TTL)
    if minutes and not at_once:
        body.refuse("balanceExpiryInMinutes", "needs autoComplete")
    membership = _member(world, programme, body)
    now = world.now()
    book = world.members(programme)
    ledger = book.ledger(membership, definition)
    reason = refusal(ledger, amount, now, debit=debit, reserved=_reserved(world, ledger))
    if reason and world.switches["refusal_at_create"] == "422":
        raise unprocessable(reason)
    book.changing(membership.contact_id)
    transaction = ledger.draft(amount, now, meta, debit=debit)
    transaction.event_time = event_time
    transaction.lapses_at = now + timedelta(seconds=ttl) if ttl else None
    transaction.lifetime = timedelta(minutes=minutes) if minutes else None
    if reason:
        transaction.reject(reason, now)
    elif at_once:
        return _apply(world, programme, membership, ledger, transaction)
    return Answer(transaction_json(world, programme, transaction))


def _side(body: Fields, definition: Definition) -> tuple[Decimal, bool]:
    """Rounded magnitude, and whether it is a debit; ``transactionType`` goes before the sign."""
    amount = body.amount("amount") or Decimal(0)
    kind = body.choice("transactionType", ("credit", "debit"))
    debit = kind == "debit" if kind else amount < 0
    if not amount:
        raise unprocessable("amount must not be zero")
    return definition.rounded(abs(amount), debit=debit), debit


def _member(world: World, programme: Programme, body: Fields) -> Membership:
    subscription = "LoyaltySubscriptionId" if "LoyaltySubscriptionId" in body else "loyaltySubscriptionId"
    if "contactId" not in body:
        body.require(subscription)
    book = world.members(programme)
    contact_id = named_contact(book, body, subscription=subscription)
    membership = book.get(contact_id) if contact_id else None
    if membership is None:
        status = int(world.switches["not_enrolled"])
        code = "document_not_found" if status == 404 else "unprocessable_entity"
        raise Refusal(status, code, "contact is not enrolled in the loyalty program")
    return membership


def _reserved(world: World, ledger: Ledger, own: Decimal = Decimal(0)) -> Decimal:
    """What other draft debits hold back; nothing unless the switch says they do."""
    return ledger.reserved() - own if world.switches["reserve_drafts"] == "yes" else Decimal(0)


def complete(world: World, request: Request) -> Answer:
    programme = programme_named(world, request)
    membership, ledger, transaction = _draft(world, programme, request)
    return _apply(world, programme, membership, ledger, transaction)


def cancel(world: World, request: Request) -> Answer:
    programme = programme_named(world, request)
    membership, _, transaction = _draft(world, programme, request)
    world.members(programme).changing(membership.contact_id)
    transaction.cancel(world.now())
    return Answer(transaction_json(world, programme, transaction))


def _draft(world: World, programme: Programme, request: Request) -> tuple[Membership, Ledger, Transaction]:
    identifier = request.path.uuid("tid") or ""
    membership = world.members(programme).get(world.ids.owner_of(identifier))
    found = membership.find_transaction(identifier) if membership else None
    if membership is None or found is None:
        raise not_found("transaction")
    ledger, transaction = found
    if transaction.status != "draft":
        raise unprocessable(f"transaction is already {status_word(world, transaction.status)}")
    return membership, ledger, transaction


def _apply(
    world: World, programme: Programme, membership: Membership, ledger: Ledger, transaction: Transaction
) -> Answer:
    now = world.now()
    debit = transaction.debit
    held = _reserved(world, ledger, transaction.amount) if debit else Decimal(0)
    reason = refusal(ledger, transaction.amount, now, debit=debit, reserved=held)
    if reason and world.switches["refusal_at_complete"] == "422":
        raise unprocessable(reason)
    world.members(programme).changing(membership.contact_id)
    if reason:
        transaction.reject(reason, now)
        return Answer(transaction_json(world, programme, transaction))
    ledger.complete(transaction, now, transaction.amount if debit else granted(ledger, transaction.amount))
    membership.updated_at = now
    enter_tiers(world, programme, membership)
    return Answer({**transaction_json(world, programme, transaction), "balance": ledger.balance})


def transaction_json(world: World, programme: Programme, one: Transaction) -> dict[str, object]:
    event = {"eventTime": one.event_time} if one.event_time else {}
    return {
        "id": one.id,
        "amount": amount_json(world, one),
        "transactionType": "debit" if one.debit else "credit",
        "meta": one.meta,
        "status": status_word(world, one.status),
        "loyaltyProgramId": programme.id,
        "balanceDefinitionId": one.definition_id,
        "contactId": one.contact_id,
        **event,
        "rejectReason": one.reject_reason,
        "rejectedAt": one.rejected_at,
        "expirationDate": one.lapses_at,
        "completedAt": one.completed_at,
        "cancelledAt": one.cancelled_at,
        "createdAt": one.created_at,
        "updatedAt": one.updated_at,
    }


def create_order(world: World, request: Request) -> Answer:
    programme = programme_named(world, request, missing=422)
    configuration = world.live(programme)
    body = request.body()
    for name in ("amount", "balanceDefinitionId", "contactId", "dueAt", "source"):
        body.require(name)
    definition = configuration.definition(body.uuid("balanceDefinitionId"))
    if definition is None:
        raise unprocessable("balance definition does not exist")
    amount, debit = _side(body, definition)
    source = body.choice("source", ("engine", "user"))
    meta = body.mapping("meta")
    now = world.now()
    due_at = body.moment("dueAt") or now
    expires_at = body.moment("expiresAt")
    if expires_at and expires_at <= due_at:
        body.refuse("expiresAt", "must be after dueAt")
    contact_id = body.contact_id() or 0
    book = world.members(programme)
    membership = book.get(contact_id)
    if membership is None:
        raise unprocessable("contact is not enrolled in the loyalty program")
    book.changing(contact_id)
    signed = -amount if debit else amount
    order = Order(world.ids.new(contact_id), definition.id, signed, now, due_at, expires_at, source, meta)
    ledger = book.ledger(membership, definition)
    if world.switches["order_transaction"] == "now":
        open_transaction(ledger, order, now, world.switches)
    membership.orders.append(order)
    return Answer(_order_json(world, programme, contact_id, order))


def _order_json(world: World, programme: Programme, contact_id: int, order: Order) -> dict[str, object]:
    return {
        "id": order.id,
        "amount": order.amount,
        "balanceDefinitionId": order.definition_id,
        "contactId": contact_id,
        "createdAt": order.created_at,
        "dueAt": order.due_at,
        "expiresAt": order.expires_at,
        "loyaltyProgramId": programme.id,
        "meta": order.meta,
        "processedAt": order.processed_at,
        world.switches["order_field"]: order.transaction_id,
        "updatedAt": order.created_at,
    }


_PROGRAMME: Final = "/loyalty/balance/programs/{pid}"

OPERATIONS: Final = (
    Operation("createTransaction", "POST", f"{_PROGRAMME}/transactions", create),
    Operation("completeTransaction", "POST", f"{_PROGRAMME}/transactions/{{tid}}/complete", complete),
    Operation("cancelTransaction", "POST", f"{_PROGRAMME}/transactions/{{tid}}/cancel", cancel),
    Operation("createOrder", "POST", f"{_PROGRAMME}/create-order", create_order),
)
