"""What Brevo shows now that could be the change: for a person to compare, never to decide by itself."""

from __future__ import annotations

from datetime import datetime, timedelta
from uuid import UUID

import msgspec

from dashboard.brevo.errors import BrevoError
from dashboard.brevo.status import TransactionStatus
from dashboard.store.intents import Intent, Kind, State
from dashboard.web.access import services
from dashboard.web.errors import remote_trouble
from dashboard.web.filters import Formats
from dashboard.web.members.gather import snapshots
from dashboard.web.members.reads import Deadline

SECONDS = 2.5
MOST = 10
SLACK = timedelta(minutes=5)
"""By how much the remote's clock may differ from ours."""


_COMPLETED = frozenset({TransactionStatus.COMPLETED, TransactionStatus.UNKNOWN})
_ENDS = {
    Kind.DRAFT_CANCEL: frozenset({TransactionStatus.CANCELLED, TransactionStatus.UNKNOWN}),
    Kind.ORDER_CREATE: frozenset(TransactionStatus),
}
"""The statuses that prove a kind of change, where it is not that something was completed."""


class Candidate(msgspec.Struct, frozen=True):
    """One thing at Brevo."""

    id: str
    what: str
    status: str
    at: datetime | None
    is_marked: bool
    """Whether it carries the change's own mark."""
    has_happened: bool
    """Whether it took effect: a draft did not."""


class Found(msgspec.Struct, frozen=True):
    """What there is; ``trouble`` says why nobody can tell now."""

    candidates: tuple[Candidate, ...] = ()
    trouble: str | None = None


def look(intent: Intent, unit: str, formats: Formats) -> Found | None:
    """Transactions of the same amount, or vouchers of the same reward, since it was sent.

    None for what is not held, and for kinds that leave nothing to compare.
    """
    if intent.state is not State.HELD or not intent.contact_id:
        return None
    if intent.kind is Kind.VOUCHER_ISSUE:
        return _vouchers(intent)
    return _transactions(intent, unit, formats) if intent.definition_id else None


def why_no_proof(intent: Intent, evidence: str, unit: str, formats: Formats) -> str | None:
    """What speaks against counting it as done on this evidence; None when nothing does.

    An ID that is not among what was read now is believed: people see more of Brevo than we do.
    """
    found = look(intent, unit, formats)
    named = evidence.strip().casefold()
    alike = next((each for each in found.candidates if each.id.casefold() == named), None) if found else None
    if alike is None or alike.has_happened:
        return None
    return f"Brevo shows this one as {alike.status}: nothing has moved. Have it looked at again instead"


def _transactions(intent: Intent, unit: str, formats: Formats) -> Found:
    snapshot = snapshots().open(UUID(intent.programme_id), intent.contact_id, after=services().clock())
    ledger = snapshot.ledger(intent.definition_id)
    read = ledger.newest.wait(Deadline(SECONDS))
    if read.error is not None or read.is_late:
        return Found(trouble=_trouble(read.error))
    since = _since(intent)
    alike = [
        Candidate(
            id=item.id,
            what=f"{formats.signed(item.signed_amount, unit)}",
            status=item.status_text or item.status.value,
            at=item.created_at,
            is_marked=item.is_of(intent_id=intent.id),
            has_happened=item.status in _ENDS.get(intent.kind, _COMPLETED),
        )
        for item in ledger.items
        if item.is_of(intent_id=intent.id)
        or item.is_of(transaction_id=intent.transaction_id)
        or (item.signed_amount == intent.amount and (item.created_at is None or item.created_at >= since))
    ]
    return Found(tuple(alike[:MOST]))


def _vouchers(intent: Intent) -> Found:
    snapshot = snapshots().open(UUID(intent.programme_id), intent.contact_id, after=services().clock())
    read = snapshot.vouchers.wait(Deadline(SECONDS))
    if read.error is not None or read.is_late or read.value is None:
        return Found(trouble=_trouble(read.error))
    now, since = services().clock(), _since(intent)
    alike = [
        Candidate(
            id=each.id,
            what=each.code or "no code",
            status=each.state(now).value.replace("_", " "),
            at=each.created_at,
            is_marked=each.meta.get("intent") == intent.id or each.code == intent.values.get("code"),
            has_happened=True,
        )
        for each in read.value.vouchers
        if each.code == intent.values.get("code")
        or (each.reward_id == intent.values.get("reward_id") and (each.created_at or now) >= since)
    ]
    return Found(tuple(alike[:MOST]))


def _since(intent: Intent) -> datetime:
    return (intent.sent_at or intent.created_at) - SLACK


def _trouble(error: BrevoError | None) -> str:
    return "Brevo is slow" if error is None else remote_trouble(error)[0]
