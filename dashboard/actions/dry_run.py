"""What ending drafts would come to, worked out from what is known; nothing is sent."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal

import msgspec
from msgspec.structs import replace

from dashboard.actions.orders import Draft, lapsed
from dashboard.actions.preview import PARTIAL, left_to_take, room
from dashboard.brevo.balances import BalanceDefinition
from dashboard.store.intent import Goal


class Plan(msgspec.Struct, frozen=True):
    """What ending a draft would come to; part of the dry run."""

    draft: Draft
    why_not: str | None
    """None when nothing speaks against it."""
    balance_after: Decimal | None


def dry_run(
    drafts: tuple[Draft, ...], goal: Goal, definitions: Mapping[str, BalanceDefinition], now: datetime
) -> tuple[Plan, ...]:
    """What ending these drafts in this order would come to, where several are of one member one after the
    other; nothing is sent. The remote has the last word.
    """
    plans: list[Plan] = []
    reached: dict[tuple[int, str], Decimal | None] = {}
    for draft in drafts:
        whose = (draft.contact_id, draft.definition_id)
        then = replace(draft, balance=reached.get(whose, draft.balance))
        plan = _plan(then, goal, definitions.get(draft.definition_id), now)
        if plan.why_not is None:
            reached[whose] = plan.balance_after
        plans.append(plan)
    return tuple(plans)


def _plan(draft: Draft, goal: Goal, definition: BalanceDefinition | None, now: datetime) -> Plan:
    if draft.expires_at is not None and draft.expires_at <= now:
        return Plan(draft, lapsed(draft), None)
    if goal is Goal.CANCEL:
        return Plan(draft, None, draft.balance)
    why_not = None if definition is None else _too_much(draft, definition)
    if draft.balance is None or why_not is not None:
        return Plan(draft, why_not, None)
    space = None if definition is None else room(definition, draft.balance)
    return Plan(draft, None, draft.balance + (draft.amount if space is None else min(draft.amount, space)))


def _too_much(draft: Draft, definition: BalanceDefinition) -> str | None:
    left = left_to_take(definition, draft.balance)
    if draft.amount < 0 and left is not None and -draft.amount > left:
        return "The balance does not hold that much any more"
    space = room(definition, draft.balance)
    if draft.amount < 0 or space is None or draft.amount <= space:
        return None
    if space == 0:
        return "The balance is at its maximum"
    return None if definition.overtaking == PARTIAL else f"The balance has room for {space:,f} only"
