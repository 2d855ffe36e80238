"""What an approval allows, and what it takes out of the limits of whoever gives it."""

from __future__ import annotations

from datetime import datetime, tzinfo
from decimal import Decimal

import msgspec
from msgspec.structs import replace
from sqlalchemy import Connection

from dashboard.actions import amounts, rules
from dashboard.actions.credits import Actor
from dashboard.actions.preview import lot_expiry
from dashboard.actions.refusals import Problem, Unacceptable
from dashboard.brevo.balances import BalanceDefinition
from dashboard.brevo.rows import moment
from dashboard.store import limits, spending
from dashboard.store.approvals import Asked
from dashboard.store.intent import Intent, Kind, State
from dashboard.store.spending import Act, Member, OverLimit, Room

LONGEST_REASON = 250
DECLINED_WITHOUT_A_REASON = "Enter a reason: it is told to whoever asked"
LESS_WITHOUT_A_WORD = "Enter a word to whoever asked: why it is less"
_REDUCIBLE = frozenset({Kind.CREDIT, Kind.DEBIT})


class Look(msgspec.Struct, frozen=True, kw_only=True):
    """What whoever decides has before their eyes beside the request."""

    definition: BalanceDefinition | None
    """None where nothing of a balance is moved, or it cannot be read."""
    balance: Decimal | None
    balance_at: datetime | None
    sharers: frozenset[int]
    zone: tzinfo


class Verdict(msgspec.Struct, frozen=True, kw_only=True):
    """A filled form of whoever decides."""

    intent_id: str
    seen: str
    """The :func:`fingerprint` of what the form showed."""
    amount: str = ""
    """What is approved, as typed; empty for all of it."""
    reason: str = ""
    in_place: bool = False
    """Given at the screen of whoever asked."""


def amount_of(asked: Asked, verdict: Verdict, look: Look) -> Decimal:
    """What is approved; less than was asked for only with a reason.

    :raises Unacceptable: more than was asked for, or than the programme allows; or no reason.
    """
    wanted, unit = asked.request.amount, asked.request.unit
    problems: list[Problem] = []
    amount = wanted
    if verdict.amount and asked.intent.kind in _REDUCIBLE:
        try:
            amount = amounts.parse(verdict.amount, unit)
        except amounts.AmountError as error:
            problems.append(Problem("amount", str(error)))
        if amount > wanted:
            problems.append(Problem("amount", f"{amounts.at_most(unit, wanted)}: no more was asked for"))
    problems += reason_problems(verdict.reason, missing=LESS_WITHOUT_A_WORD if amount < wanted else None)
    if look.definition is not None and asked.intent.kind in _REDUCIBLE and not problems:
        problem = rules.programme_problem(amount, asked.intent.kind, look.definition, look.balance)
        problems += [] if problem is None else [Problem("amount", problem)]
    if problems:
        raise Unacceptable(tuple(problems))
    return amount


_TIMES = {
    Kind.ORDER_CREATE: {
        "due_at": "time at which the order was to be due",
        "expires_at": "time at which the order was to lapse",
    },
    Kind.VOUCHER_ISSUE: {"expires_at": "day at which the voucher was to expire"},
}


def passed(intent: Intent, now: datetime) -> tuple[Problem, ...]:
    """Why a request can only be declined by now: times of it that lay ahead when it was asked have passed."""
    named = (
        (told, moment(intent.values.get(name) or "")) for name, told in _TIMES.get(intent.kind, {}).items()
    )
    over = (told for told, at in named if at is not None and intent.created_at < at <= now)
    again = "Decline it, and say so: then it can be asked for again with another time"
    return tuple(Problem("", f"The {told} has passed. {again}") for told in over)


def _is_due_at_once(intent: Intent) -> bool:
    """Whether an order names no time of its own: its due time is then that at which it was asked for."""
    due_at = moment(intent.values.get("due_at") or "")
    return intent.kind is Kind.ORDER_CREATE and due_at is not None and due_at <= intent.created_at


def reason_problems(reason: str, *, missing: str | None) -> tuple[Problem, ...]:
    """What is wrong with the words for whoever asked.

    :param missing: what to say when there are none; None where none are needed.
    """
    text = reason.strip()
    if missing is not None and not text:
        return (Problem("reason", missing),)
    if len(text) > LONGEST_REASON:
        return (Problem("reason", f"Reason must be {LONGEST_REASON} characters or fewer"),)
    if any(not c.isprintable() and c not in "\n\t" for c in text):
        return (Problem("reason", "Reason can hold only text that shows. Remove hidden characters"),)
    return ()


def lend(
    connection: Connection, decider: Actor, asked: Asked, amount: Decimal, look: Look, now: datetime
) -> None:
    """Take it out of the decider's limits. Taking back uses up nothing; the limit for one act holds for it.

    :raises Unacceptable: it is above them.
    """
    act = Act(
        intent_id=asked.intent.id,
        staff_id=decider.staff_id,
        member=Member(asked.intent.programme_id, asked.intent.contact_id),
        amount=amount,
        unit=asked.request.unit,
        now=now,
        zone=look.zone,
    )
    try:
        if asked.intent.kind is Kind.DEBIT:
            spending.allow_once(connection, act)
        else:
            spending.reserve(connection, act)
    except OverLimit as over:
        raise Unacceptable((Problem("amount", _beyond(connection, act, over.exceeded)),)) from over


def _beyond(connection: Connection, act: Act, exceeded: tuple[Room, ...]) -> str:
    left = min(room.left for room in exceeded if room.left is not None)
    in_unit = limits.in_unit(left, limits.rate(connection, act.unit))
    if in_unit == 0:
        return "Your own limits are used up. Somebody else must decide"
    return f"{amounts.at_most(act.unit, in_unit)}: your own limits allow no more"


def allowed(asked: Asked, decider: Actor, amount: Decimal, look: Look, now: datetime) -> Intent:
    """The intent, ready to be sent, with the figures of the decision."""
    intent = asked.intent
    values = {
        **intent.values,
        "approved_by": decider.name,
        "approved_by_id": decider.staff_id,
        "approved_at": now.isoformat(),
    }
    if amount != asked.request.amount:
        values["asked_amount"] = intent.values["amount"]
        values["amount"] = format(amount if intent.kind is Kind.CREDIT else -amount, "f")
    if _is_due_at_once(intent):
        values["due_at"] = now.isoformat()
    expires_at = intent.expires_at
    if intent.kind is Kind.CREDIT and look.definition is not None:
        expires_at = lot_expiry(look.definition, now)
    return replace(
        intent,
        state=State.RESERVED,
        values=values,
        balance_before=look.balance,
        balance_before_at=look.balance_at,
        expires_at=expires_at,
        updated_at=now,
        next_at=now,
    )
