"""Transactions: the two phases in which a balance changes, and the look for one whose answer was lost."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal

import msgspec

from dashboard.brevo.calls import Call, Id, at_least, body, contact, nonzero, path, uuid_text
from dashboard.brevo.errors import ForeignAnswer, InvalidInput
from dashboard.brevo.exchange import Exchange
from dashboard.brevo.fetched import Write
from dashboard.brevo.history import History, Lookup
from dashboard.brevo.rows import Document, Row
from dashboard.brevo.status import TransactionStatus, is_debit, transaction_status

SHORTEST_TTL = 10


class Transaction(msgspec.Struct, frozen=True, kw_only=True):
    """A transaction as a write answers it.

    ``amount`` is absolute, ``is_debit`` its direction. ``balance`` is the member's new total and there
    only when the call changed it. ``expires_at`` is when the transaction lapses, not the points.
    """

    id: str
    amount: Decimal | None
    is_debit: bool
    status: TransactionStatus
    status_text: str | None = None
    balance: Decimal | None = None
    reject_reason: str | None = None
    definition_id: str | None = None
    contact_id: int | None = None
    created_at: datetime | None = None
    completed_at: datetime | None = None
    cancelled_at: datetime | None = None
    rejected_at: datetime | None = None
    expires_at: datetime | None = None
    meta: Mapping[str, object] = {}

    @property
    def signed_amount(self) -> Decimal | None:
        """Negative for a debit."""
        return -self.amount if self.is_debit and self.amount is not None else self.amount


class Transactions:
    """Calls about transactions.

    A repeated ``create`` is a second transaction; ``complete`` and ``cancel`` can be repeated safely.
    """

    def __init__(self, exchange: Exchange, history: History) -> None:
        self._exchange = exchange
        self._history = history

    def create(
        self,
        programme_id: Id,
        *,
        contact_id: int,
        definition_id: Id,
        amount: Decimal,
        meta: Mapping[str, object],
        ttl: int,
    ) -> Write[Transaction]:
        """Open a draft: a credit when ``amount`` is positive, a debit when negative.

        Nothing moves until :meth:`complete`; the draft lapses after ``ttl`` seconds (10 or more).
        ``meta`` must carry the intent's ID under ``intent``: it is how a lost answer is found again.
        """
        pid, cid = uuid_text(programme_id, "programme_id"), contact(contact_id)
        bdid = uuid_text(definition_id, "definition_id")
        sent = body(
            amount=nonzero(amount),
            balanceDefinitionId=bdid,
            contactId=cid,
            meta=meta,
            ttl=at_least(ttl, SHORTEST_TTL, "ttl"),
            autoComplete=False,
        )

        def decode(document: Document) -> Transaction:
            row = document.row
            row.expect(loyaltyProgramId=pid, contactId=cid, balanceDefinitionId=bdid)
            echoed, ours = row.mapping("meta").get("intent"), meta.get("intent")
            if ours is not None and echoed is not None and echoed != ours:
                raise ForeignAnswer("The answer is about another intent.")
            return _transaction(row)

        call = Call("createTransaction", "POST", _transactions(pid), body=sent)
        return self._exchange.write(call, decode)

    def complete(self, programme_id: Id, transaction_id: Id, *, contact_id: int) -> Write[Transaction]:
        """Apply a draft. Read ``status``: a 200 may say ``rejected``."""
        return self._settle("completeTransaction", "complete", programme_id, transaction_id, contact_id)

    def cancel(self, programme_id: Id, transaction_id: Id, *, contact_id: int) -> Write[Transaction]:
        """Void a draft."""
        return self._settle("cancelTransaction", "cancel", programme_id, transaction_id, contact_id)

    def find(
        self,
        programme_id: Id,
        *,
        contact_id: int,
        definition_id: Id,
        intent_id: str | None = None,
        transaction_id: str | None = None,
        since: datetime,
    ) -> Lookup:
        """Look for a transaction in the history, by our intent's ID in ``meta`` or by its own ID.

        Reads back to ``since`` (when it was sent) less a margin for clocks that differ. Uses the reserve
        of requests. ``complete`` in the answer says whether an empty look saw everything it had to.

        :raises BrevoError: when the history cannot be read.
        """
        if (intent_id is None) == (transaction_id is None):
            raise InvalidInput("intent_id", "Give either an intent's ID or a transaction's.")
        if since.tzinfo is None:
            raise InvalidInput("since", "since must carry its time zone.")
        return self._history.find(
            uuid_text(programme_id, "programme_id"),
            contact(contact_id),
            uuid_text(definition_id, "definition_id"),
            wanted=lambda item: item.is_of(intent_id=intent_id, transaction_id=transaction_id),
            since=since,
        )

    def _settle(
        self, operation: str, verb: str, programme_id: Id, transaction_id: Id, contact_id: int
    ) -> Write[Transaction]:
        pid, cid = uuid_text(programme_id, "programme_id"), contact(contact_id)
        tid = uuid_text(transaction_id, "transaction_id")

        def decode(document: Document) -> Transaction:
            document.row.expect(id=tid, loyaltyProgramId=pid, contactId=cid)
            return _transaction(document.row)

        return self._exchange.write(Call(operation, "POST", _transactions(pid, tid, verb)), decode)


def _transactions(programme_id: str, *rest: str) -> str:
    return path("loyalty", "balance", "programs", programme_id, "transactions", *rest)


def _transaction(row: Row) -> Transaction:
    amount = row.number("amount")
    status_text = row.text("status")
    return Transaction(
        id=row.need_text("id", "transactionId"),
        amount=None if amount is None else abs(amount),
        is_debit=is_debit(row, amount),
        status=transaction_status(status_text),
        status_text=status_text,
        balance=row.number("balance"),
        reject_reason=row.text("rejectReason"),
        definition_id=row.text("balanceDefinitionId"),
        contact_id=row.integer("contactId"),
        created_at=row.moment("createdAt"),
        completed_at=row.moment("completedAt"),
        cancelled_at=row.moment("cancelledAt"),
        rejected_at=row.moment("rejectedAt"),
        expires_at=row.moment("expirationDate"),
        meta=row.mapping("meta"),
    )
