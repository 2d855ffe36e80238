"""Who pays for a voucher, what the remote takes for it, and what is given back."""

from __future__ import annotations

from decimal import Decimal
from enum import StrEnum

import msgspec

from dashboard.actions import follow
from dashboard.actions.deeds import Form, tidy
from dashboard.actions.follow import Then
from dashboard.brevo.rewards import Reward
from dashboard.store.intent import Intent, Kind, Link

AT_REDEMPTION = "redemption"


class Pays(StrEnum):
    """Who pays for a voucher that costs points."""

    POINTS = "points"
    """The member."""
    GOODWILL = "goodwill"
    """The shop: what the remote charges is given back."""


class Paid(msgspec.Struct, frozen=True):
    """What a voucher cost its member, to be given back when it is revoked."""

    definition_id: str
    amount: Decimal


def charged_at_once(reward: Reward) -> Paid | None:
    """What the remote takes when a voucher of this reward is issued; None when nothing, or only later."""
    if not reward.cost or not reward.cost_definition_id or reward.charged_when == AT_REDEMPTION:
        return None
    return Paid(reward.cost_definition_id, reward.cost)


def paid_for(issued: Intent | None, reward: Reward | None) -> Paid | None:
    """What a voucher cost its member: by our own record of its issue, else by what its reward costs now.

    :param issued: the intent that issued it, if that was ours.
    """
    if issued is not None and is_recorded(issued):
        amount, definition = issued.values.get("cost"), issued.values.get("cost_definition_id")
        is_paid = issued.values.get("paid_with") == Pays.POINTS and amount and definition
        return Paid(definition or "", Decimal(amount or 0)) if is_paid else None
    return None if reward is None else charged_at_once(reward)


def recorded(paid: Paid | None, pays: str) -> dict[str, str | None]:
    """What an issue keeps of its price, for :func:`paid_for`."""
    return {
        "paid_with": pays,
        "cost": None if paid is None else format(paid.amount, "f"),
        "cost_definition_id": None if paid is None else paid.definition_id,
    }


def carried(issued: Intent | None) -> dict[str, str | None]:
    """The same of the voucher that a new one stands for; nothing where that was not issued here."""
    if issued is None:
        return {}
    return {name: issued.values.get(name) for name in ("paid_with", "cost", "cost_definition_id")}


def is_recorded(issued: Intent | None) -> bool:
    """Whether our own record says who paid."""
    return issued is not None and bool(issued.values.get("paid_with"))


def giving_back(paid: Paid, form: Form, *, then: tuple[Then, ...] = ()) -> Then:
    """The credit that gives it back, and what follows from that."""
    values = {
        "definition_id": paid.definition_id,
        "amount": format(paid.amount, "f"),
        follow.THEN: follow.written(then),
        **said(form),
    }
    return Then(Kind.CREDIT, Link.RETURN, values)


def said(form: Form) -> dict[str, str | None]:
    """Why, as it was said on the form."""
    return {
        "reason": form.reason or None,
        "case_reference": tidy(form.case_reference) or None,
        "note": tidy(form.note) or None,
    }
