"""What was asked for with a change, name by name, for the page about it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime

import msgspec
from markupsafe import Markup

from dashboard.actions import order_meta
from dashboard.brevo.rows import moment
from dashboard.store.intents import Intent
from dashboard.web.changes import words
from dashboard.web.filters import Formats


class Fact(msgspec.Struct, frozen=True):
    """One line."""

    label: str
    value: str | Markup


def asked(intent: Intent, unit: str, reason: str | None, formats: Formats) -> tuple[Fact, ...]:
    """What was asked for; what does not belong to its kind, or was left out, has no line."""
    return tuple(_asked(intent, unit, reason, formats))


def known(intent: Intent, unit: str, formats: Formats) -> tuple[Fact, ...]:
    """What is known of it, from the remote where that said something."""
    return tuple(_known(intent, unit, formats))


def _asked(intent: Intent, unit: str, reason: str | None, formats: Formats) -> Iterator[Fact]:
    values = intent.values
    if intent.kind in words.MOVES:
        amount = f"{formats.signed(intent.amount, unit)} {'points' if unit == 'POINTS' else unit}"
        yield Fact("Amount", amount)
    for name, (label, told) in _VALUES.items():
        text = values.get(name)
        if text:
            yield Fact(label, told(text, formats))
    yield Fact("Reason", reason or "–")
    yield Fact("Case or order number", intent.case_reference or "–")
    yield Fact("Note (staff only)", values.get("note") or "–")
    yield Fact("By", f"{intent.staff_name}, {intent.staff_role}")
    yield Fact("Asked", formats.time_tag(intent.created_at))


def _known(intent: Intent, unit: str, formats: Formats) -> Iterator[Fact]:
    yield Fact("State", intent.state.replace("_", " ").capitalize())
    if intent.transaction_id:
        yield Fact("Transaction at Brevo", intent.transaction_id)
    if intent.remote_id:
        yield Fact("ID at Brevo", intent.remote_id)
    if intent.applied_amount is not None:
        yield Fact("Amount moved", formats.signed(intent.applied_amount, unit))
    if intent.balance_before is not None:
        yield Fact("Balance shown before", formats.amount(intent.balance_before, unit))
    if intent.balance_after is not None:
        yield Fact("Balance after, as Brevo reported", formats.amount(intent.balance_after, unit))
    yield Fact("As of", formats.time_tag(intent.updated_at))


def _as_is(text: str, formats: Formats) -> str:
    return text


def _moment(text: str, formats: Formats) -> str | Markup:
    at: datetime | None = moment(text)
    return text if at is None else formats.time_tag(at)


_VALUES: dict[str, tuple[str, Callable[[str, Formats], str | Markup]]] = {
    "reward_name": ("Voucher", _as_is),
    "code": ("Code", _as_is),
    "value": ("Value", _as_is),
    "paid_with": ("Paid with", lambda text, _: {"points": "Points", "goodwill": "Goodwill"}.get(text, text)),
    "valid_from": ("Valid from", _moment),
    "expires_at": ("Expires", _moment),
    "due_at": ("Due", _moment),
    "source": ("Source", _as_is),
    "meta": ("Further fields", lambda text, _: order_meta.said(text)),
    "email": ("E-mail", _as_is),
    "external_id": ("External ID", _as_is),
    "subscription_id": ("Member number", _as_is),
    "member_since": ("Member since", _moment),
    "sharer_ids": ("Contacts", lambda text, _: text.replace(",", ", ")),
    "tier_name": ("Tier", _as_is),
}
