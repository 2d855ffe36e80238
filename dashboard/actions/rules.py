"""The rules for a credit or debit that staff may break by typing: each problem says what to do."""

from __future__ import annotations

from collections.abc import Iterator, Set
from decimal import Decimal

import msgspec

from dashboard.actions import amounts
from dashboard.actions.preview import PARTIAL, left_to_take, room
from dashboard.actions.refusals import Problem
from dashboard.brevo.balances import BalanceDefinition
from dashboard.store.intent import Kind
from dashboard.store.reasons import Reason
from dashboard.store.spending import Standing

LONGEST_CASE = 64
LONGEST_NOTE = 500

OWN = "You can't give points to your own membership. Ask a colleague"


class Rulebook(msgspec.Struct, frozen=True):
    """What a form is measured against."""

    kind: Kind
    definition: BalanceDefinition
    reasons: tuple[Reason, ...]
    """Those that are offered; a retired one is none of them."""
    standing: Standing
    """The person's limits and what is used of them, in the definition's unit."""
    hard_cap: Decimal
    """More than this at once nobody may move."""
    own_contacts: frozenset[int]
    """Contacts that are the person themselves."""
    balance: Decimal | None

    @property
    def alone(self) -> Decimal:
        """The most that the person may move now by themselves."""
        left = self.standing.alone
        return self.hard_cap if left is None else min(left, self.hard_cap)

    @property
    def may_ask(self) -> bool:
        """Whether somebody may move more at once than the person may now."""
        return self.alone < self.hard_cap


def is_own(contacts: Set[int], rules: Rulebook) -> bool:
    """Whether it would be the person's own membership that gets something."""
    return rules.kind is Kind.CREDIT and not rules.own_contacts.isdisjoint(contacts)


def amount_problem(amount: Decimal, rules: Rulebook) -> str | None:
    """What is wrong with an amount that is well-formed; None when nothing is.

    Being above what the person may do alone is nothing wrong: see :func:`needs_approval`.
    """
    if above_cap(amount, rules):
        verb = "give" if rules.kind is Kind.CREDIT else "take"
        return f"{amounts.at_most(rules.definition.unit, rules.hard_cap)}: nobody may {verb} more at once"
    return programme_problem(amount, rules.kind, rules.definition, rules.balance)


def programme_problem(
    amount: Decimal, kind: Kind, definition: BalanceDefinition, balance: Decimal | None
) -> str | None:
    """What in the programme's own rules speaks against moving ``amount``; None when nothing does."""
    check = _against_credit if kind is Kind.CREDIT else _against_debit
    return next(check(amount, definition, balance), None)


def above_cap(amount: Decimal, rules: Rulebook) -> bool:
    """Whether nobody may do this: the one amount that goes into the audit record as refused."""
    return amount > rules.hard_cap


def needs_approval(amount: Decimal, rules: Rulebook) -> bool:
    """Whether it is more than the person may move alone."""
    return amount > rules.alone


def reason_problems(code: str, case_reference: str, note: str, rules: Rulebook) -> Iterator[Problem]:
    """What is wrong with the reason and what it asks for, in the order of the form."""
    reason = next((reason for reason in rules.reasons if reason.code == code), None)
    if reason is None:
        yield Problem("reason", "Choose a reason")
    yield from _text_problems("case_reference", "Case or order number", case_reference, LONGEST_CASE)
    if reason is not None and reason.requires_reference and not case_reference:
        yield Problem("case_reference", "Enter the case or order number")
    yield from _text_problems("note", "Note", note, LONGEST_NOTE)
    if reason is not None and reason.requires_note and not note:
        yield Problem("note", "Enter a note that says what happened")


def _against_credit(amount: Decimal, definition: BalanceDefinition, balance: Decimal | None) -> Iterator[str]:
    if definition.max_credit is not None and amount > definition.max_credit:
        most = amounts.at_most(definition.unit, definition.max_credit)
        yield f"{most}: the programme allows no more at once"
    space = room(definition, balance)
    if space is None or amount <= space:
        return
    if space == 0:
        yield "The balance is at its maximum: nothing can be added"
    elif definition.overtaking != PARTIAL:
        yield f"{amounts.at_most(definition.unit, space)}: the balance has room for no more"


def _against_debit(amount: Decimal, definition: BalanceDefinition, balance: Decimal | None) -> Iterator[str]:
    if definition.max_debit is not None and amount > definition.max_debit:
        most = amounts.at_most(definition.unit, definition.max_debit)
        yield f"{most}: the programme allows no more at once"
    left = left_to_take(definition, balance)
    if left is None or amount <= left:
        return
    if left <= 0:
        yield "The balance is at its minimum: nothing can be taken back"
    else:
        yield f"{amounts.at_most(definition.unit, left)}: the balance holds no more"


def _text_problems(field: str, name: str, text: str, longest: int) -> Iterator[Problem]:
    allowed = "\n\t" if field == "note" else ""
    if len(text) > longest:
        yield Problem(field, f"{name} must be {longest} characters or fewer")
    elif any(not c.isprintable() and c not in allowed for c in text):
        yield Problem(field, f"{name} can hold only text that shows. Remove hidden characters")
