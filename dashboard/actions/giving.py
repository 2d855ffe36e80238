"""What a change gives away, measured against the limits of who gives it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, tzinfo
from decimal import Decimal

import msgspec
from msgspec.structs import replace
from sqlalchemy import Connection

from dashboard.actions import amounts, asking
from dashboard.actions.credits import Actor
from dashboard.actions.refusals import Problem
from dashboard.permissions import Permission, Role
from dashboard.store import limits, own_contacts, spending
from dashboard.store.database import Database
from dashboard.store.intent import Intent
from dashboard.store.limits import Span
from dashboard.store.spending import Act, Member, OverLimit, Standing

USED_UP = "Your limit is used up"
_COUNTED_IN_POINTS = frozenset({"PERCENT"})


class Gift(msgspec.Struct, frozen=True, kw_only=True):
    """What a change gives away: it counts against the limits of who gives it, and is never for oneself."""

    amount: Decimal
    """More than 0."""
    unit: str
    field: str
    """The form's field that a limit would be told at."""
    sharers: frozenset[int] = frozenset()
    """Other contacts that get it too."""
    zone: tzinfo = UTC
    """The programme's: its days are those of the limits."""
    may_ask: bool = False
    """Above the person's limits it waits for somebody's approval, instead of being refused."""


def act(intent_id: str, actor: Actor, member: Member, gift: Gift, now: datetime) -> Act:
    """The gift as it uses up the limits of ``actor``."""
    return Act(
        intent_id=intent_id,
        staff_id=actor.staff_id,
        member=member,
        amount=gift.amount,
        unit=gift.unit,
        now=now,
        zone=gift.zone,
    )


def is_own(database: Database, actor: Actor, member: Member, gift: Gift) -> bool:
    """Whether it would go to a membership of the person's own."""
    with database.read() as connection:
        own = own_contacts.of(connection, actor.staff_id)
    return not own.isdisjoint({member.contact_id, *gift.sharers})


def hard_cap(connection: Connection, standing: Standing) -> Decimal:
    """More than this nobody may give at once, in points: whoever decides is bound by their own limit too.

    :param standing: the asking person's own limits, in points.
    """
    deciders = [role for role in Role if role.may(Permission.APPROVALS_DECIDE)]
    own = standing.at_once().alone or Decimal(0)
    return max(limits.most_at_once(connection, deciders), own)


def may_be_asked_for(database: Database, actor: Actor, gift: Gift, now: datetime) -> bool:
    """Whether somebody could approve what is above the person's own limits."""
    with database.read() as connection:
        stands = spending.standing(connection, actor.staff_id, actor.role, now, gift.zone)
        points = limits.in_points(gift.amount, limits.rate(connection, gift.unit))
        return gift.may_ask and points <= hard_cap(connection, stands)


def ask(database: Database, intent: Intent, given: Act, over: OverLimit) -> Intent:
    """The intent as a request, in the unit of the gift; what is no amount of anything is told in points."""
    with database.read() as connection:
        rate = limits.rate(connection, given.unit)
    if given.unit in _COUNTED_IN_POINTS:
        told = replace(given, amount=limits.in_points(given.amount, rate), unit=limits.POINTS)
        return asking.ask(database, intent, told, over.exceeded)
    return asking.ask(database, intent, given, Standing(over.exceeded).told_in(rate).rooms)


def fits(database: Database, actor: Actor, member: Member, gifts: Sequence[Gift], now: datetime) -> bool:
    """Whether the gifts of one form, one or more, fit into the person's limits together.

    What others use up meanwhile is found when each is written down.
    """
    with database.read() as connection:
        points = [limits.in_points(gift.amount, limits.rate(connection, gift.unit)) for gift in gifts]
        stands = spending.standing(connection, actor.staff_id, actor.role, now, gifts[0].zone, member)
    others = Standing(tuple(room for room in stands.rooms if room.span is not Span.ACT))
    return not stands.at_once().exceeded(max(points)) and not others.exceeded(sum(points, Decimal(0)))


def too_much(database: Database, actor: Actor, member: Member, gift: Gift, now: datetime) -> Problem:
    """What to say about a gift that the person's limits do not hold."""
    with database.read() as connection:
        rate = limits.rate(connection, gift.unit)
        stands = spending.standing(connection, actor.staff_id, actor.role, now, gift.zone, member)
        most = limits.in_unit(hard_cap(connection, stands), rate)
    if gift.may_ask:
        return Problem(gift.field, f"{amounts.at_most(gift.unit, most)}: nobody may give more at once")
    left = stands.told_in(rate).alone
    if not left:
        return Problem(gift.field, USED_UP)
    shown = f"{left:,.{amounts.decimal_places(gift.unit)}f}"
    return Problem(gift.field, f"Your limit leaves {shown}. A supervisor can give more")
