"""Issuing a voucher: what may be typed, and what it gives away."""

from __future__ import annotations

import re
import secrets
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from decimal import Decimal

import msgspec

from dashboard.actions import amounts, follow
from dashboard.actions.deeds import PATIENCE, Accepted, Actor, Ask, Form, Gift, perform, text_problems, tidy
from dashboard.actions.engine import Engine
from dashboard.actions.paying import AT_REDEMPTION, Pays, charged_at_once, giving_back, recorded
from dashboard.actions.preview import end_of_life
from dashboard.actions.refusals import Problem, Unacceptable
from dashboard.brevo.rewards import Reward
from dashboard.brevo.vouchers import LARGEST_VALUE, LONGEST_CODE, SMALLEST_VALUE
from dashboard.permissions import Permission
from dashboard.store.database import Database
from dashboard.store.intent import Intent, Kind

ALPHABET = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"
"""Without what is misread or misheard: 0 and O, 1, I and L."""
PERCENT = "PERCENT"
_WHOLE = Decimal(100)
_DAY = re.compile(r"2[0-9]{3}-[0-9]{2}-[0-9]{2}")
_LAST_SECOND = time(23, 59, 59)


class IssueForm(Form, frozen=True, kw_only=True):
    """A voucher to give."""

    reward: Reward
    """What it is one of, as the programme is configured now."""
    pays: str = Pays.GOODWILL
    value: str = ""
    """As typed; empty for what the reward says."""
    valid_from: str = ""
    expires_at: str = ""
    """First and last day of validity as typed, ``2026-12-24``; empty for what the reward says."""
    code: str = ""
    """Empty for one of ours."""
    balance: Decimal | None = None
    """The member's balance of what the reward costs, if it is known."""
    sharers: frozenset[int] = frozenset()
    """Other contacts who may use what the member has."""
    again: str = ""
    """The ID of the earlier gift that the person was warned of and means to add to."""
    zone: tzinfo = UTC
    """The programme's."""


class Validity(msgspec.Struct, frozen=True):
    """When a voucher can be used; None for at once, and for what the reward says."""

    begins: datetime | None = None
    ends: datetime | None = None


def issue_voucher(
    database: Database, engine: Engine, actor: Actor, form: IssueForm, *, patience: timedelta = PATIENCE
) -> Intent:
    """Give a member a voucher, with a code of ours. Raises as :func:`dashboard.actions.deeds.perform`.

    Goodwill above what the person may give alone waits for somebody's approval.
    """
    typed = (
        form.reward.id,
        form.pays,
        tidy(form.value),
        tidy(form.valid_from),
        tidy(form.expires_at),
        tidy(form.code),
    )
    ask = Ask(
        kind=Kind.VOUCHER_ISSUE,
        permission=Permission.VOUCHERS_WRITE,
        form=form,
        typed=typed,
        accept=lambda now: _issue(form, now),
        again=form.again,
    )
    return perform(database, engine, actor, ask, patience=patience)


def new_code() -> str:
    """A code that nobody guesses and nobody misreads: 12 signs, 59 bits."""
    signs = "".join(secrets.choice(ALPHABET) for _ in range(12))
    return f"{signs[:4]}-{signs[4:8]}-{signs[8:]}"


def worth(reward: Reward, value: Decimal | None) -> tuple[Decimal, str] | None:
    """What the shop gives away with a voucher: its value, else what its points would have paid for.

    Amount and unit; None for what is worth nothing that could be counted.

    :param value: the voucher's own, where one was typed.
    """
    amount, unit = value or reward.value, reward.unit
    if not amount or not unit:
        amount, unit = reward.cost, amounts.POINTS
    return (amount, unit) if amount else None


def name(reward: Reward) -> str:
    """What members know it as."""
    return reward.public_name or reward.name


def expiry(reward: Reward, now: datetime) -> datetime | None:
    """When a voucher issued at ``now`` ends, as its reward says; None for never."""
    lasts = end_of_life(reward, now) if reward.lifetime_value and reward.lifetime_unit else None
    return min(filter(None, (lasts, reward.expires_at)), default=None)


def read_value(text: str, reward: Reward) -> tuple[Decimal | None, Problem | None]:
    """The value that was typed, None for what the reward says; and what is wrong with it."""
    if not tidy(text):
        return None, None
    if reward.unit is None:
        return None, Problem("value", "This reward has no value. Leave it empty")
    try:
        value = amounts.parse(text, reward.unit)
    except amounts.AmountError as error:
        told = "Enter the percentage, such as 20" if reward.unit == PERCENT else str(error)
        return None, Problem("value", told)
    if reward.unit == PERCENT and value > _WHOLE:
        return None, Problem("value", "Percentage must be 100 or less")
    if not SMALLEST_VALUE <= value <= LARGEST_VALUE:
        return None, Problem("value", f"Value must be {SMALLEST_VALUE} to {LARGEST_VALUE:,}")
    return value, None


def read_validity(form: IssueForm, now: datetime) -> tuple[Validity, list[Problem]]:
    """The days that were typed, from the first second to the last one; and what is wrong with them."""
    problems: list[Problem] = []
    first, last = _day("valid_from", form.valid_from, problems), _day("expires_at", form.expires_at, problems)
    today = now.astimezone(form.zone).date()
    if first is not None and first < today:
        problems.append(Problem("valid_from", "Choose a first day that is today or later"))
    if last is not None and last < today:
        problems.append(Problem("expires_at", "Choose a day of expiry that is still to come"))
    elif last is not None and first is not None and last < first:
        problems.append(Problem("expires_at", "Choose a day of expiry after the first day of validity"))
    begins = None if first in {None, today} else _moment(first, time(), form.zone)
    return Validity(begins, _moment(last, _LAST_SECOND, form.zone)), problems


def _issue(form: IssueForm, now: datetime) -> Accepted:
    value, wrong_value = read_value(form.value, form.reward)
    validity, wrong_days = read_validity(form, now)
    problems = [
        *reward_problems(form.reward, now),
        *([] if wrong_value is None else [wrong_value]),
        *wrong_days,
        *text_problems("code", "Code", tidy(form.code), LONGEST_CODE),
        *_paying_problems(form, value),
    ]
    if problems:
        raise Unacceptable(tuple(problems))
    cost = charged_at_once(form.reward)
    back = () if cost is None or form.pays != Pays.GOODWILL else (giving_back(cost, form),)
    return Accepted(
        values={
            "reward_id": form.reward.id,
            "reward_name": name(form.reward),
            "code": tidy(form.code) or new_code(),
            "value": None if value is None else format(value, "f"),
            "valid_from": None if validity.begins is None else validity.begins.isoformat(),
            "expires_at": None if validity.ends is None else validity.ends.isoformat(),
            **recorded(cost, form.pays),
            follow.THEN: follow.written(back),
        },
        fields={"balance_before": form.balance},
        gift=_gift(form, value),
    )


def _gift(form: IssueForm, value: Decimal | None) -> Gift | None:
    given = worth(form.reward, value) if form.pays == Pays.GOODWILL else None
    if given is None:
        return None
    amount, unit = given
    return Gift(amount=amount, unit=unit, field="value", sharers=form.sharers, zone=form.zone, may_ask=True)


def reward_problems(reward: Reward, now: datetime) -> list[Problem]:
    """Why no voucher of this reward is given at present."""
    if reward.disabled_at is not None and reward.disabled_at <= now:
        return [Problem("reward", "This reward was switched off. Choose another one")]
    if (reward.starts_at is not None and reward.starts_at > now) or (
        reward.ends_at is not None and reward.ends_at <= now
    ):
        return [Problem("reward", "This reward is not given at present. Choose another one")]
    return []


def _own_value(reward: Reward) -> str:
    if reward.value is None:
        return "Points pay for what the reward says. Leave it empty, or choose goodwill"
    places = amounts.decimal_places(reward.unit or "")
    return f"Points pay for {reward.value:,.{places}f} {reward.unit}. Leave it empty, or choose goodwill"


def _paying_problems(form: IssueForm, value: Decimal | None) -> list[Problem]:
    reward = form.reward
    if form.pays not in set(Pays):
        return [Problem("pays", "Choose who pays")]
    if form.pays not in ways_to_pay(reward):
        if form.pays == Pays.POINTS:
            return [Problem("pays", "This reward costs no points. Choose goodwill")]
        return [Problem("pays", "Brevo takes the points for this one by itself. Choose points")]
    if form.pays == Pays.POINTS and value is not None and value != reward.value:
        # What points do not pay for would be given away, past every limit.
        return [Problem("value", _own_value(reward))]
    cost = charged_at_once(reward)
    if cost is not None and form.balance is not None and form.balance < cost.amount:
        short = f"This reward costs {cost.amount:,f}, and the balance holds {form.balance:,f}"
        return [
            Problem("pays", f"{short}. Choose another one, or give {cost.amount - form.balance:,f} first")
        ]
    return []


def ways_to_pay(reward: Reward) -> tuple[Pays, ...]:
    """Who can pay for a voucher of this reward."""
    if not reward.cost and not reward.costs_whole_balance:
        return (Pays.GOODWILL,)
    if reward.costs_whole_balance or reward.charged_when == AT_REDEMPTION:
        return (Pays.POINTS,)
    return (Pays.POINTS, Pays.GOODWILL)


def _day(field: str, text: str, problems: list[Problem]) -> date | None:
    if not tidy(text):
        return None
    try:
        if _DAY.fullmatch(tidy(text)):
            return date.fromisoformat(tidy(text))
    except ValueError:
        pass
    problems.append(Problem(field, "Enter a day such as 2026-12-24"))
    return None


def _moment(day: date | None, at: time, zone: tzinfo) -> datetime | None:
    return None if day is None else datetime.combine(day, at, zone).astimezone(UTC)
