"""Vouchers: issue, revoke, issue a lost one anew, and use."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta, tzinfo
from decimal import Decimal
from enum import StrEnum

from dashboard.actions import amounts, follow
from dashboard.actions.deeds import (
    PATIENCE,
    Accepted,
    Actor,
    Ask,
    Form,
    Gift,
    part_id,
    perform,
    perform_all,
    text_problems,
    tidy,
)
from dashboard.actions.engine import Engine
from dashboard.actions.follow import Then
from dashboard.actions.refusals import Problem, Unacceptable
from dashboard.brevo.rewards import Reward
from dashboard.brevo.vouchers import LARGEST_VALUE, LONGEST_CODE, SMALLEST_VALUE, Voucher, VoucherState
from dashboard.permissions import Permission
from dashboard.store.database import Database
from dashboard.store.intent import Intent, Kind, Link

ALPHABET = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"
"""Without what is misread or misheard: 0 and O, 1, I and L."""
AT_REDEMPTION = "redemption"


class Pays(StrEnum):
    """Who pays for a voucher that costs points."""

    POINTS = "points"
    """The member."""
    GOODWILL = "goodwill"
    """The shop: what the remote charges is given back."""


@dataclass(frozen=True, slots=True)
class Paid:
    """What a voucher cost its member, to be given back when it is revoked."""

    definition_id: str
    amount: Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class IssueForm(Form):
    """A voucher to give."""

    reward: Reward
    """What it is one of, as the programme is configured now."""
    pays: str = Pays.GOODWILL
    value: str = ""
    """As typed; empty for what the reward says."""
    valid_from: datetime | None = None
    expires_at: datetime | None = None
    """None for what the reward says."""
    code: str = ""
    """Empty for one of ours."""
    balance: Decimal | None = None
    """The member's balance of what the reward costs, if it is known."""
    sharers: frozenset[int] = frozenset()
    """Other contacts who may use what the member has."""
    zone: tzinfo = UTC
    """The programme's."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RevokeForm(Form):
    """Vouchers to withdraw."""

    voucher_ids: tuple[str, ...]
    vouchers: tuple[Voucher, ...]
    """All that the member has, as read now: an ID that is none of them is refused."""
    paid: Mapping[str, Paid] = field(default_factory=dict)
    """What is to be given back, by voucher ID; see :func:`paid_for`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ReissueForm(Form):
    """A lost voucher: revoked, and one like it issued."""

    voucher: Voucher
    """As the member's list shows it now."""
    paid: Paid | None = None
    """What the remote will charge for the new one; it is given back before."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RedeemForm(Form):
    """A voucher to use. The till's or order's number stands in ``case_reference`` and is required."""

    voucher: Voucher
    """As the member's list shows it now."""


def issue_voucher(
    database: Database, engine: Engine, actor: Actor, form: IssueForm, *, patience: timedelta = PATIENCE
) -> Intent:
    """Give a member a voucher, with a code of ours. Raises as :func:`dashboard.actions.deeds.perform`."""
    typed = (form.reward.id, form.pays, tidy(form.value), form.valid_from, form.expires_at, tidy(form.code))
    ask = Ask(
        kind=Kind.VOUCHER_ISSUE,
        permission=Permission.VOUCHERS_WRITE,
        form=form,
        typed=typed,
        accept=lambda now: _issue(form, now),
    )
    return perform(database, engine, actor, ask, patience=patience)


def revoke_vouchers(
    database: Database, engine: Engine, actor: Actor, form: RevokeForm, *, patience: timedelta = PATIENCE
) -> tuple[Intent, ...]:
    """Withdraw vouchers of one member: an intent for each, in the order asked for, tied by ``batch_id``.

    Points that one was paid with come back as a credit that belongs to its intent. The same form sent again,
    or after an interruption, goes on where it was. Raises as :func:`dashboard.actions.deeds.perform`; when a
    voucher cannot be revoked nothing is sent for any.
    """
    asks = [_revocation(form, one) for one in dict.fromkeys(form.voucher_ids)]
    return perform_all(database, engine, actor, asks, batch=form, patience=patience)


def reissue(
    database: Database, engine: Engine, actor: Actor, form: ReissueForm, *, patience: timedelta = PATIENCE
) -> Intent:
    """Revoke a lost voucher and issue one like it; the intent of the revocation.

    The new one follows once the old one is surely gone: its intent has :func:`reissued_as` as its ID. Raises
    as :func:`dashboard.actions.deeds.perform`.
    """
    ask = Ask(
        kind=Kind.VOUCHER_REVOKE,
        permission=Permission.VOUCHERS_WRITE,
        form=form,
        typed=("reissue", form.voucher.id),
        accept=lambda now: _reissue(form, now),
    )
    return perform(database, engine, actor, ask, patience=patience)


def reissued_as(revocation: Intent) -> str | None:
    """The ID of the intent that issues the new voucher; None when that is no reissue."""
    return follow.ids(revocation).get(Link.REISSUE)


def redeem(
    database: Database, engine: Engine, actor: Actor, form: RedeemForm, *, patience: timedelta = PATIENCE
) -> Intent:
    """Use a voucher; ``expires_at`` of the intent is when a redemption that was begun lapses.

    Raises as :func:`dashboard.actions.deeds.perform`.
    """
    ask = Ask(
        kind=Kind.VOUCHER_REDEEM,
        permission=Permission.VOUCHERS_WRITE,
        form=form,
        typed=(form.voucher.id,),
        accept=lambda now: _redeem(form, now),
        needs_reason=False,
    )
    return perform(database, engine, actor, ask, patience=patience)


def paid_for(issued: Intent | None, reward: Reward | None) -> Paid | None:
    """What a voucher cost its member: by our own record of its issue, else by what its reward costs now.

    :param issued: the intent that issued it, if that was ours.
    """
    if issued is not None:
        amount, definition = issued.values.get("cost"), issued.values.get("cost_definition_id")
        is_paid = issued.values.get("paid_with") == Pays.POINTS and amount and definition
        return Paid(definition or "", Decimal(amount or 0)) if is_paid else None
    return None if reward is None else charged_at_once(reward)


def charged_at_once(reward: Reward) -> Paid | None:
    """What the remote takes when a voucher of this reward is issued; None when nothing, or only later."""
    if not reward.cost or not reward.cost_definition_id or reward.charged_when == AT_REDEMPTION:
        return None
    return Paid(reward.cost_definition_id, reward.cost)


def new_code() -> str:
    """A code that nobody guesses and nobody misreads: 12 signs, 59 bits."""
    signs = "".join(secrets.choice(ALPHABET) for _ in range(12))
    return f"{signs[:4]}-{signs[4:8]}-{signs[8:]}"


# -- issuing ---------------------------------------------------------------------------------------


def _issue(form: IssueForm, now: datetime) -> Accepted:
    value, problems = _value(form)
    problems = [*_reward_problems(form, now), *problems, *_time_problems(form, now), *_code_problems(form)]
    if problems:
        raise Unacceptable(tuple(problems))
    cost = charged_at_once(form.reward)
    gives_back = form.pays == Pays.GOODWILL and cost is not None
    return Accepted(
        values={
            "reward_id": form.reward.id,
            "reward_name": form.reward.name,
            "code": tidy(form.code) or new_code(),
            "value": None if value is None else format(value, "f"),
            "valid_from": _text(form.valid_from),
            "expires_at": _text(form.expires_at),
            "paid_with": form.pays,
            "cost": None if form.reward.cost is None else format(form.reward.cost, "f"),
            "cost_definition_id": form.reward.cost_definition_id,
            follow.THEN: follow.written((_giving_back(cost, form),) if gives_back and cost else ()),
        },
        fields={"balance_before": form.balance},
        gift=_gift(form, value),
    )


def _gift(form: IssueForm, value: Decimal | None) -> Gift | None:
    """What the shop gives away: the voucher's value, or what its points would have paid for."""
    if form.pays != Pays.GOODWILL:
        return None
    worth, unit = value or form.reward.value, form.reward.unit
    if not worth or not unit:
        worth, unit = form.reward.cost, amounts.POINTS
    if not worth:
        return None
    return Gift(amount=worth, unit=unit, field="value", sharers=form.sharers, zone=form.zone)


def _reward_problems(form: IssueForm, now: datetime) -> list[Problem]:
    reward = form.reward
    if reward.disabled_at is not None and reward.disabled_at <= now:
        return [Problem("reward", "This reward was switched off. Choose another one")]
    if (reward.starts_at is not None and reward.starts_at > now) or (
        reward.ends_at is not None and reward.ends_at <= now
    ):
        return [Problem("reward", "This reward is not given at present. Choose another one")]
    return _paying_problems(form)


def _paying_problems(form: IssueForm) -> list[Problem]:
    reward = form.reward
    if form.pays not in set(Pays):
        return [Problem("pays", "Choose who pays")]
    if form.pays == Pays.POINTS and not reward.cost and not reward.costs_whole_balance:
        return [Problem("pays", "This reward costs no points. Choose goodwill")]
    is_charged_later = bool(reward.cost) and reward.charged_when == AT_REDEMPTION
    if form.pays == Pays.GOODWILL and (reward.costs_whole_balance or is_charged_later):
        return [Problem("pays", "Brevo takes the points for this one by itself. Choose points")]
    cost = charged_at_once(reward)
    if cost is not None and form.balance is not None and form.balance < cost.amount:
        return [Problem("pays", f"This reward costs {cost.amount:,f}. The balance holds {form.balance:,f}")]
    return []


def _value(form: IssueForm) -> tuple[Decimal | None, list[Problem]]:
    if not tidy(form.value):
        return None, []
    try:
        value = amounts.parse(form.value, form.reward.unit or "EUR")
    except amounts.AmountError as error:
        return None, [Problem("value", str(error))]
    if not SMALLEST_VALUE <= value <= LARGEST_VALUE:
        return None, [Problem("value", f"Value must be {SMALLEST_VALUE} to {LARGEST_VALUE:,}")]
    return value, []


def _time_problems(form: IssueForm, now: datetime) -> list[Problem]:
    if form.expires_at is not None and form.expires_at <= now:
        return [Problem("expires_at", "Choose a day of expiry that is still to come")]
    if form.expires_at is not None and form.valid_from is not None and form.expires_at <= form.valid_from:
        return [Problem("expires_at", "Choose a day of expiry after the first day of validity")]
    return []


def _code_problems(form: IssueForm) -> list[Problem]:
    return text_problems("code", "Code", tidy(form.code), LONGEST_CODE)


# -- revoking --------------------------------------------------------------------------------------


def _revocation(form: RevokeForm, voucher_id: str) -> Ask:
    own = replace(form, intent_id=part_id(form.intent_id, voucher_id))
    return Ask(
        kind=Kind.VOUCHER_REVOKE,
        permission=Permission.VOUCHERS_WRITE,
        form=own,
        typed=(voucher_id, _paid_text(form.paid.get(voucher_id))),
        accept=lambda now: _revoke(form, voucher_id),
    )


def _revoke(form: RevokeForm, voucher_id: str) -> Accepted:
    found = next((one for one in form.vouchers if one.id == voucher_id), None)
    if found is None:
        raise Unacceptable(
            (Problem("voucher_ids", "Open the vouchers again: the member has this one no more"),)
        )
    if found.consumed_at is not None:
        raise Unacceptable((Problem("voucher_ids", f"{_name(found)} was used: it cannot be revoked"),))
    paid = form.paid.get(voucher_id)
    then = () if paid is None else (_giving_back(paid, form),)
    return Accepted(
        values={"voucher_id": found.id, "reward_id": found.reward_id, follow.THEN: follow.written(then)},
        fields={"batch_id": form.intent_id, "remote_id": found.id},
    )


def _reissue(form: ReissueForm, now: datetime) -> Accepted:
    old = form.voucher
    if old.state(now) in {VoucherState.CONSUMED, VoucherState.EXPIRED}:
        text = f"{_name(old)} was used or has expired: issue another voucher"
        raise Unacceptable((Problem("voucher", text),))
    if old.reward_id is None:
        raise Unacceptable((Problem("voucher", "Brevo does not say which reward this voucher is of"),))
    like_it = Then(
        Kind.VOUCHER_ISSUE,
        Link.REISSUE,
        {
            "reward_id": old.reward_id,
            "reward_name": old.reward_name,
            "code": new_code(),
            "value": None if old.value is None else format(old.value, "f"),
            "valid_from": _text(old.valid_from),
            "expires_at": _text(old.expires_at),
            **_said(form),
        },
    )
    # What the new one costs is given back first: without it the balance may not pay for it.
    then = like_it if form.paid is None else _giving_back(form.paid, form, then=(like_it,))
    return Accepted(
        values={"voucher_id": old.id, "reward_id": old.reward_id, follow.THEN: follow.written((then,))},
        fields={"remote_id": old.id},
    )


def _giving_back(paid: Paid, form: Form, *, then: tuple[Then, ...] = ()) -> Then:
    values = {
        "definition_id": paid.definition_id,
        "amount": format(paid.amount, "f"),
        follow.THEN: follow.written(then),
        **_said(form),
    }
    return Then(Kind.CREDIT, Link.RETURN, values)


def _said(form: Form) -> dict[str, str | None]:
    return {
        "reason": form.reason or None,
        "case_reference": tidy(form.case_reference) or None,
        "note": tidy(form.note) or None,
    }


def _redeem(form: RedeemForm, now: datetime) -> Accepted:
    problem = {
        VoucherState.CONSUMED: "This voucher was used before",
        VoucherState.EXPIRED: "This voucher has expired",
        VoucherState.NOT_YET_VALID: "This voucher is not valid yet",
    }.get(form.voucher.state(now))
    problems = [] if problem is None else [Problem("voucher", problem)]
    if not tidy(form.case_reference):
        problems.append(Problem("case_reference", "Enter the number of the order or the till"))
    if problems:
        raise Unacceptable(tuple(problems))
    values = {"voucher_id": form.voucher.id, "reward_id": form.voucher.reward_id}
    return Accepted(values=values, fields={"remote_id": form.voucher.id})


def _name(voucher: Voucher) -> str:
    return voucher.code or "The voucher"


def _paid_text(paid: Paid | None) -> str | None:
    return None if paid is None else f"{paid.amount:f} {paid.definition_id}"


def _text(at: datetime | None) -> str | None:
    return None if at is None else at.isoformat()
