"""Balance definitions, totals, the entries that make up a total, and the history of transactions."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal

import msgspec

from dashboard.brevo.calls import Call, Id, contact, path, uuid_text, within
from dashboard.brevo.exchange import Exchange
from dashboard.brevo.fetched import Fetched
from dashboard.brevo.history import History, HistoryPage
from dashboard.brevo.members import MemberBalance, member_balance
from dashboard.brevo.rows import Document, Row
from dashboard.brevo.status import TransactionStatus

LARGEST_PAGE = 500


class BalanceDefinition(msgspec.Struct, frozen=True, kw_only=True):
    """What a balance is made of and its rules (contract, section 4).

    ``unit`` is ``POINTS`` or a currency's code. A credit lives ``lifetime_value`` x ``lifetime_unit``
    (day, week, month, year), snapped as ``lifetime_modifier`` says, or until ``yearly_expiry`` (dd/mm).
    ``overtaking`` is what happens to a credit that would pass ``max_amount``: strict or partial.
    """

    id: str
    name: str
    description: str | None = None
    unit: str = "POINTS"
    is_internal: bool = False
    min_amount: Decimal | None = None
    max_amount: Decimal | None = None
    max_credit: Decimal | None = None
    max_debit: Decimal | None = None
    overtaking: str | None = None
    credit_rounding: str | None = None
    debit_rounding: str | None = None
    lifetime_value: int | None = None
    lifetime_unit: str | None = None
    lifetime_modifier: str | None = None
    yearly_expiry: str | None = None
    created_at: datetime | None = None
    updated_at: datetime | None = None
    deleted_at: datetime | None = None


class Entry(msgspec.Struct, frozen=True, kw_only=True):
    """What is left of one credit, and when that expires, if it does."""

    id: str
    amount: Decimal
    created_at: datetime | None = None
    expires_at: datetime | None = None


class EntryPage(msgspec.Struct, frozen=True, kw_only=True):
    """Live entries in the order sent, and how many there are, if the remote said."""

    count: int | None
    entries: tuple[Entry, ...]


class Balances:
    """Calls about balances."""

    def __init__(self, exchange: Exchange, history: History) -> None:
        self._exchange = exchange
        self._history = history

    def definitions(self, programme_id: Id) -> Fetched[tuple[BalanceDefinition, ...]]:
        """All live definitions of a programme, as members have them, deleted ones left out."""
        pid = uuid_text(programme_id, "programme_id")
        query = {"limit": LARGEST_PAGE, "version": "active"}
        call = Call("listBalanceDefinitions", "GET", _programme(pid, "balance-definitions"), query)

        def decode(document: Document) -> tuple[BalanceDefinition, ...]:
            found = document.rows(document.listed("items"), _definition)
            return tuple(definition for definition in found if definition.deleted_at is None)

        return self._exchange.read(call, decode)

    def totals(
        self, programme_id: Id, contact_id: int, *, priority: bool = False
    ) -> Fetched[tuple[MemberBalance, ...]]:
        """A member's total for every definition.

        :raises NotFound: without a membership.
        """
        pid, cid = uuid_text(programme_id, "programme_id"), contact(contact_id)

        def decode(document: Document) -> tuple[MemberBalance, ...]:
            if not isinstance(document.value, list):
                document.row.expect(contactId=cid, loyaltyProgramId=pid)
            return document.rows(document.listed("balance", "balances"), member_balance)

        call = Call("getSubscriptionBalances", "GET", _programme(pid, "subscriptions", str(cid), "balances"))
        return self._exchange.read(call, decode, priority=priority)

    def entries(
        self, programme_id: Id, contact_id: int, definition_id: Id, *, limit: int = 100
    ) -> Fetched[EntryPage]:
        """The live entries of one total, oldest credit first. ``limit`` is 1 to 500.

        :raises NotFound: without a membership.
        """
        pid, cid = uuid_text(programme_id, "programme_id"), contact(contact_id)
        bdid = uuid_text(definition_id, "definition_id")
        query = {
            "contactId": cid,
            "balanceDefinitionId": bdid,
            "limit": within(limit, 1, LARGEST_PAGE),
            "sort": "asc",
        }

        def decode(document: Document) -> EntryPage:
            entries = document.rows(document.listed("activeBalances", "items"), _entry)
            if isinstance(document.value, list):
                return EntryPage(count=None, entries=entries)
            row = document.row
            row.expect(contactId=cid, loyaltyProgramId=pid, balanceDefinitionId=bdid)
            return EntryPage(count=row.integer("count"), entries=entries)

        call = Call("listActiveBalances", "GET", _programme(pid, "active-balance"), query)
        return self._exchange.read(call, decode, snake_case_names=True)

    def history(
        self,
        programme_id: Id,
        contact_id: int,
        definition_id: Id,
        *,
        limit: int = 50,
        status: TransactionStatus | None = None,
        type: str | None = None,  # noqa: A002 - the field's word
        after: str | None = None,
    ) -> Fetched[HistoryPage]:
        """A member's transactions in one definition, newest first.

        ``limit`` is 2 to 100; ``type`` is ``credit`` or ``debit``; ``after`` is the ``older`` of the page
        before.

        :raises NotFound: without a membership.
        :raises InvalidInput: also for a cursor that is not one of ours.
        """
        return self._history.page(
            uuid_text(programme_id, "programme_id"),
            contact(contact_id),
            uuid_text(definition_id, "definition_id"),
            limit=limit,
            status=status,
            type=type,
            after=after,
        )


def _programme(programme_id: str, *rest: str) -> str:
    return path("loyalty", "balance", "programs", programme_id, *rest)


def _definition(row: Row) -> BalanceDefinition:
    meta = row.row("meta")
    return BalanceDefinition(
        id=row.need_uuid("id"),
        name=row.text("name") or "Unnamed balance",
        description=row.text("description"),
        unit=(row.text("unit") or "POINTS").upper(),
        is_internal=meta is not None and meta.flag("isInternal"),
        min_amount=row.number("minAmount"),
        max_amount=row.number("maxAmount"),
        max_credit=row.number("maxCreditAmountLimit"),
        max_debit=row.number("maxDebitAmountLimit"),
        overtaking=row.text("balanceOptionAmountOvertakingStrategy"),
        credit_rounding=row.text("balanceOptionCreditRounding"),
        debit_rounding=row.text("balanceOptionDebitRounding"),
        lifetime_value=row.integer("balanceAvailabilityDurationValue"),
        lifetime_unit=row.text("balanceAvailabilityDurationUnit"),
        lifetime_modifier=row.text("balanceAvailabilityDurationModifier"),
        yearly_expiry=row.text("balanceExpirationDate"),
        created_at=row.moment("createdAt"),
        updated_at=row.moment("updatedAt"),
        deleted_at=row.moment("deletedAt"),
    )


def _entry(row: Row) -> Entry:
    return Entry(
        id=row.need_text("id"),
        amount=row.need_number("amount"),
        created_at=row.moment("createdAt"),
        expires_at=row.sure_moment("expiresAt"),
    )
