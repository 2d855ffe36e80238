"""What decides about taking something back, read from the remote at that moment."""

from __future__ import annotations

from decimal import Decimal
from uuid import UUID

import msgspec
from msgspec.structs import replace

from dashboard.actions.paying import paid_for
from dashboard.actions.undoable import Facts
from dashboard.brevo.errors import BrevoError
from dashboard.brevo.rewards import Reward
from dashboard.brevo.status import TransactionStatus
from dashboard.brevo.vouchers import Voucher
from dashboard.store import orders
from dashboard.store.intents import Intent, Kind
from dashboard.web.access import services
from dashboard.web.changes import subject
from dashboard.web.changes.asking import programme
from dashboard.web.changes.subject import Subject
from dashboard.web.errors import remote_trouble
from dashboard.web.members.gather import snapshots
from dashboard.web.members.reads import Deadline

SECONDS = 2.5
"""What the page waits for the vouchers or the history, beside the member."""


class Reading(msgspec.Struct, frozen=True):
    """The member as read now, and what of it decides."""

    subject: Subject
    facts: Facts


def read(original: Intent) -> Reading:
    """Read the member again: a balance of a minute ago may be the one before the change itself.

    :raises ErrorPage: the remote knows no such member.
    """
    programme_id = UUID(original.programme_id)
    snapshots().open(programme_id, original.contact_id, after=services().clock())
    whose = subject.read(programme_id, original.contact_id)
    # A figure from before is no ground for a refusal.
    balance = None if whose.notice else whose.balances.get(original.definition_id)
    if original.kind is Kind.VOUCHER_ISSUE:
        return _with_voucher(original, whose)
    if original.kind is Kind.ORDER_CREATE:
        return _with_order(original, whose, Facts(balance=balance))
    definition = programme(programme_id).definition(original.definition_id)
    floor = definition.min_amount if definition else None
    return Reading(whose, Facts(balance=balance, floor=floor or Decimal(0)))


def _with_voucher(original: Intent, whose: Subject) -> Reading:
    snapshot = snapshots().open(whose.programme_id, original.contact_id)
    listed = snapshot.vouchers.wait(Deadline(SECONDS))
    if listed.error is not None or listed.value is None or listed.is_late:
        return Reading(whose, Facts(trouble=_trouble(listed.error)))
    voucher = next((each for each in listed.value.vouchers if each.id == original.remote_id), None)
    try:
        paid = paid_for(*_paying(original, voucher))
    except BrevoError as error:
        return Reading(whose, Facts(trouble=_trouble(error)))
    return Reading(whose, Facts(voucher=voucher, paid=paid))


def _paying(original: Intent, voucher: Voucher | None) -> tuple[Intent | None, Reward | None]:
    """What tells who paid: our own record, or for one issued anew the reward as it stands now."""
    if voucher is None or original.values.get("paid_with"):
        return original, None
    reward_id = voucher.reward_id or original.values.get("reward_id") or ""
    return None, services().brevo.rewards.get(original.programme_id, reward_id).value


def _with_order(original: Intent, whose: Subject, facts: Facts) -> Reading:
    with services().database.read() as connection:
        row = orders.get(connection, original.id)
    named = original.transaction_id or (row.transaction_id if row else None)
    ledger = snapshots().open(whose.programme_id, original.contact_id).ledger(original.definition_id)
    history = ledger.newest.wait(Deadline(SECONDS))
    if history.error is not None or history.is_late:
        return Reading(whose, replace(facts, trouble=_trouble(history.error)))
    item = next(
        (each for each in ledger.items if each.is_of(intent_id=original.id, transaction_id=named)), None
    )
    if item is None:
        return Reading(whose, replace(facts, transaction_id=named))
    ended = None if item.status in _OPEN else item.status
    return Reading(whose, replace(facts, transaction_id=item.id, ended=ended))


def _trouble(error: BrevoError | None) -> str:
    told = "Brevo is slow" if error is None else remote_trouble(error)[0]
    return f"{told}: nobody can tell now whether this can still be taken back. Try again in a minute."


_OPEN = frozenset({TransactionStatus.DRAFT, TransactionStatus.UNKNOWN})
