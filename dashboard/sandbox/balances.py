"""What members have: totals, entries that expire, transaction history."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from dashboard.sandbox.catalogue import ORGANISATION_ID
from dashboard.sandbox.configuration import Definition, Programme
from dashboard.sandbox.errors import Refusal, not_found
from dashboard.sandbox.ledger import Transaction
from dashboard.sandbox.membership import Membership
from dashboard.sandbox.programmes import page_of, programme_named
from dashboard.sandbox.reading import Answer, Fields, Request
from dashboard.sandbox.routing import Operation
from dashboard.sandbox.world import World

OLD_WORDS: Final = {"draft": "pending", "completed": "complete"}
_STATUSES: Final = ("draft", "completed", "rejected", "cancelled", "expired")
_DIRECTIONS: Final = ("asc", "desc")


def status_word(world: World, status: str) -> str:
    """The status as the switch ``status_words`` spells it."""
    return OLD_WORDS.get(status, status) if world.switches["status_words"] == "old" else status


def totals(world: World, request: Request) -> Answer:
    programme = programme_named(world, request)
    membership = _seen_member(world, programme, request.path.whole("cid", least=1))
    internal = request.query.flag("includeInternal")
    configuration = programme.active or programme.draft
    visible = [one for one in configuration.definitions if internal or not one.internal]
    if world.switches["balances"] == "array":
        return Answer([_guide_row(membership, one) for one in visible])
    return Answer(
        {
            "loyaltyProgramId": programme.id,
            "contactId": membership.contact_id,
            "balance": [
                {"balanceDefinitionId": one.id, "value": membership.balance(one.id)} for one in visible
            ],
        }
    )


def _guide_row(membership: Membership, definition: Definition) -> dict[str, object]:
    """A total as the guides show it."""
    ledger = membership.ledgers.get(definition.id)
    first = ledger.entries[0].expires_at if ledger and ledger.entries else None
    return {
        "balanceDefinitionId": definition.id,
        "name": definition.name,
        "unit": definition.unit.lower(),
        "value": membership.balance(definition.id),
        "expiresAt": first,
    }


def open_balance(world: World, request: Request) -> Answer:
    programme = programme_named(world, request)
    configuration = world.live(programme)
    body = request.body()
    body.require("balanceDefinitionId")
    definition = configuration.definition(body.uuid("balanceDefinitionId"))
    contact_id = request.path.whole("cid", least=1) or 0
    book = world.members(programme)
    membership = book.get(contact_id)
    if membership is None:
        raise not_found("subscription")
    if definition is None:
        raise not_found("balance definition")
    book.changing(contact_id)
    ledger = book.ledger(membership, definition)
    return Answer(
        {
            "id": world.ids.make(contact_id, f"balance:{definition.id}"),
            "amount": ledger.balance,
            "loyaltyProgramId": programme.id,
            "organizationId": ORGANISATION_ID,
            "contactId": contact_id,
            "balanceDefinitionId": definition.id,
            "createdAt": ledger.opened_at,
            "expiresAt": ledger.entries[0].expires_at if ledger.entries else None,
            "consumedAt": None,
        }
    )


def contact_balances(world: World, request: Request) -> Answer:
    programme = programme_named(world, request)
    query = request.query
    query.require("balanceDefinitionId")
    field = query.choice("sortField", ("updatedAt", "value"))
    down = query.choice("sort", _DIRECTIONS, "asc") == "desc"
    definition = (programme.active or programme.draft).definition(query.uuid("balanceDefinitionId"))
    if definition is None or (definition.internal and not query.flag("includeInternal")):
        raise not_found("balance definition")
    book = world.members(programme)
    contact_ids = book.contact_ids()
    if field:
        rows = sorted(book.totals(definition), key=lambda row: row[1][field == "updatedAt"], reverse=down)
        contact_ids = [contact_id for contact_id, _ in rows]
    elif down:
        contact_ids.reverse()
    page = page_of(contact_ids, query, default=50, most=500)
    return Answer(
        {
            "loyaltyProgramId": programme.id,
            "balanceDefinitionId": definition.id,
            "count": len(contact_ids),
            "balances": [_contact_row(world, programme, definition, one) for one in page],
        }
    )


def _contact_row(
    world: World, programme: Programme, definition: Definition, contact_id: int
) -> dict[str, object]:
    book = world.members(programme)
    total = book.total(contact_id, definition)
    return {
        "contactId": contact_id,
        "loyaltySubscriptionId": book.subscription_id(contact_id),
        "updatedAt": total.updated_at,
        "value": total.value,
    }


def active_balance(world: World, request: Request) -> Answer:
    programme = programme_named(world, request)
    query, name = _named_as_switched(world, request)
    query.choice(name["sortField"], ("createdAt", "created_at"))
    down = query.choice("sort", _DIRECTIONS, "desc") == "desc"
    membership, definition = _member_and_definition(world, programme, query, name)
    ledger = membership.ledgers.get(definition.id)
    entries = ledger.entries_by_age() if ledger else []
    if down:
        entries.reverse()
    page = page_of(entries, query, default=50, most=500)
    return Answer(
        {
            **_page_head(programme, membership, definition, len(entries)),
            "activeBalances": [
                {"id": one.id, "amount": one.amount, "createdAt": one.created_at, "expiresAt": one.expires_at}
                for one in page
            ],
        }
    )


def history(world: World, request: Request) -> Answer:
    programme = programme_named(world, request)
    query, name = _named_as_switched(world, request)
    query.choice(name["sortField"], ("createdAt", "created_at"))
    down = query.choice("sort", _DIRECTIONS, "desc") == "desc"
    status = query.choice("status", (*_STATUSES, *OLD_WORDS.values()))
    kind = query.choice("transactionType", ("credit", "debit"))
    membership, definition = _member_and_definition(world, programme, query, name)
    number = query.text("loyaltySubscriptionId")
    wanted = _filter(world, status, kind, mine=number in {None, membership.subscription_id})
    ledger = membership.ledgers.get(definition.id)
    rows = [one for one in (ledger.transactions if ledger else ()) if wanted(one)]
    rows.sort(key=lambda one: one.created_at)
    if down:
        rows.reverse()
    page = _history_page(world, rows, query)
    return Answer(
        {
            **_page_head(programme, membership, definition, len(rows)),
            "transactionHistory": [_history_json(world, one) for one in page],
        }
    )


def _filter(world: World, status: str, kind: str, *, mine: bool) -> Callable[[Transaction], bool]:
    new_words = {old: new for new, old in OLD_WORDS.items()}
    status = new_words.get(status, status)
    silent = world.switches["expiry_in_history"] == "no"

    def wanted(one: Transaction) -> bool:
        if not mine or (silent and one.system) or (status and one.status != status):
            return False
        return not kind or one.debit == (kind == "debit")

    return wanted


def _history_page(world: World, rows: list[Transaction], query: Fields) -> list[Transaction]:
    limit = query.whole("limit", least=1, most=500) or 20
    offset = query.whole("offset") or 0
    counts = world.switches["history_offset"]
    if counts == "page1":
        offset = max(offset - 1, 0)
    start = offset if counts == "record" else offset * limit
    return rows[start : start + limit]


def _history_json(world: World, one: Transaction) -> dict[str, object]:
    return {
        "id": one.id,
        "amount": amount_json(world, one),
        "transactionType": "debit" if one.debit else "credit",
        "status": status_word(world, one.status),
        "meta": one.meta,
        "createdAt": one.created_at,
        "completedAt": one.completed_at,
        "cancelledAt": one.cancelled_at,
        "rejectedAt": one.rejected_at,
        "rejectReason": one.reject_reason,
        "balanceExpirationDate": one.entry_expires_at,
    }


def amount_json(world: World, one: Transaction) -> object:
    """The amount; the sign of a debit is a switch."""
    return -one.amount if one.debit and world.switches["debits"] == "negative" else one.amount


def _page_head(
    programme: Programme, membership: Membership, definition: Definition, count: int
) -> dict[str, object]:
    return {
        "loyaltyProgramId": programme.id,
        "contactId": membership.contact_id,
        "balanceDefinitionId": definition.id,
        "count": count,
    }


def _named_as_switched(world: World, request: Request) -> tuple[Fields, dict[str, str]]:
    """The query, and how its names are spelled today."""
    camel = world.switches["query_names"] == "camel"
    spelled = {
        "contactId": "contact_id",
        "balanceDefinitionId": "balance_definition_id",
        "sortField": "sort_field",
    }
    return request.query, {name: name if camel else snake for name, snake in spelled.items()}


def _member_and_definition(
    world: World, programme: Programme, query: Fields, name: dict[str, str]
) -> tuple[Membership, Definition]:
    query.require(name["contactId"])
    query.require(name["balanceDefinitionId"])
    contact_id = query.contact_id(name["contactId"])
    definition = (programme.active or programme.draft).definition(query.uuid(name["balanceDefinitionId"]))
    if definition is None or (definition.internal and not query.flag("includeInternal")):
        raise not_found("balance definition")
    return _seen_member(world, programme, contact_id), definition


def _seen_member(world: World, programme: Programme, contact_id: int | None) -> Membership:
    membership = world.members(programme).seen(contact_id) if contact_id else None
    if membership is None:
        raise Refusal(404, "document_not_found", "subscription not found")
    return membership


_PROGRAMME: Final = "/loyalty/balance/programs/{pid}"

OPERATIONS: Final = (
    Operation("getSubscriptionBalances", "GET", f"{_PROGRAMME}/subscriptions/{{cid}}/balances", totals),
    Operation(
        "createSubscriptionBalance", "POST", f"{_PROGRAMME}/subscriptions/{{cid}}/balances", open_balance
    ),
    Operation("listContactBalances", "GET", f"{_PROGRAMME}/contact-balances", contact_balances),
    Operation("listActiveBalances", "GET", f"{_PROGRAMME}/active-balance", active_balance),
    Operation("listTransactions", "GET", f"{_PROGRAMME}/transaction-history", history),
)
