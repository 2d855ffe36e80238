"""The members of one programme: made when somebody looks, changed and then kept."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal

from dashboard.sandbox.builder import Builder, Total
from dashboard.sandbox.configuration import Definition, Programme
from dashboard.sandbox.ledger import Ledger
from dashboard.sandbox.membership import Membership

Settle = Callable[[Membership, datetime], None]
"""Brings a membership up to a time: lapses, expiries, orders that fell due."""


@dataclass(slots=True)
class _Change:
    at: datetime
    before: Membership | None


class MemberBook:
    """Who is in ``programme``.

    :param lag: seconds by which reads are behind writes, asked at every use.
    """

    def __init__(
        self,
        programme: Programme,
        builder: Builder,
        settle: Settle,
        now: Callable[[], datetime],
        lag: Callable[[], float],
    ) -> None:
        self._programme = programme
        self._builder = builder
        self._settle = settle
        self._now = now
        self._lag = lag
        self._first = dict.fromkeys(builder.contact_ids(programme.id))
        self._made: dict[int, Membership] = {}
        self._ended: dict[int, Membership] = {}
        self._subscriptions = dict(builder.cast_subscriptions(programme.id))
        self._changes: dict[int, list[_Change]] = {}
        self._totals: dict[tuple[int, str], Total] = {}

    def get(self, contact_id: int) -> Membership | None:
        """The membership as it is, for a change."""
        if contact_id in self._ended:
            return None
        membership = self._made.get(contact_id) or self._make(contact_id)
        if membership:
            self._settle(membership, self._now())
        return membership

    def seen(self, contact_id: int) -> Membership | None:
        """The membership as reads show it: late when the switch ``read_lag`` says so."""
        lag = self._lag()
        if lag:
            edge = self._now() - timedelta(seconds=lag)
            for change in self._changes.get(contact_id, ()):
                if change.at > edge:
                    return change.before
        return self.get(contact_id)

    def changing(self, contact_id: int) -> None:
        """Call before a change, so that late reads still see what was."""
        if self._lag():
            before = self.get(contact_id)
            change = _Change(self._now(), before.snapshot() if before else None)
            self._changes.setdefault(contact_id, []).append(change)

    def owner_of(self, subscription_id: str) -> int | None:
        """The contact the subscription belongs to."""
        contact_id = self._subscriptions.get(subscription_id)
        if contact_id is None:
            contact_id = self._builder.people.by_subscription(subscription_id)
        membership = self.get(contact_id) if contact_id else None
        return contact_id if membership and membership.subscription_id == subscription_id else None

    def owner_of_sharer(self, contact_id: int) -> Membership | None:
        """The membership this contact shares without owning it."""
        candidates = [self.get(one) for one in (*self._made, *self._builder.cast_owners(self._programme.id))]
        for membership in candidates:
            if membership and any(one.contact_id == contact_id for one in membership.sharers):
                return membership
        return None

    def enrol(
        self, contact_id: int, subscription_id: str | None, since: datetime, *, keep: bool
    ) -> Membership:
        """Make the contact a member.

        :param keep: give back what an ended membership held.
        """
        now = self._now()
        old = self._ended.pop(contact_id, None)
        subscription_id = subscription_id or self._builder.subscription_id(contact_id, self._programme.id)
        fresh = self._builder.empty(self._programme, contact_id, subscription_id, since, now)
        if keep and old:
            fresh.ledgers, fresh.vouchers, fresh.tiers = old.ledgers, old.vouchers, old.tiers
        self._made[contact_id] = fresh
        self._subscriptions[subscription_id] = contact_id
        return fresh

    def end(self, contact_id: int) -> None:
        membership = self.get(contact_id)
        if membership:
            self._ended[contact_id] = membership
            self._made.pop(contact_id, None)

    def ledger(self, membership: Membership, definition: Definition) -> Ledger:
        """The member's account in ``definition``; opened now if there is none yet."""
        ledger = membership.ledgers.get(definition.id)
        if ledger is None:
            ledger = Ledger(definition, membership.contact_id, self._builder.ids, self._now())
            membership.ledgers[definition.id] = ledger
        ledger.definition = definition
        return ledger

    def subscription_id(self, contact_id: int) -> str:
        """The member's subscription ID, without making the membership."""
        known = self._made.get(contact_id)
        return (
            known.subscription_id if known else self._builder.subscription_id(contact_id, self._programme.id)
        )

    def contact_ids(self) -> list[int]:
        """Everybody enrolled, in ascending order."""
        if self._ended or not self._made.keys() <= self._first.keys():
            return sorted({*self._first, *self._made} - self._ended.keys())
        return list(self._first)

    def totals(self, definition: Definition) -> Iterator[tuple[int, Total]]:
        """Contact ID and balance of everybody, without making ledgers for those nobody looked at."""
        for contact_id in self.contact_ids():
            yield contact_id, self.total(contact_id, definition)

    def total(self, contact_id: int, definition: Definition) -> Total:
        """One member's balance in ``definition``."""
        if contact_id not in self._made and (total := self._cheap_total(contact_id, definition)):
            return total
        membership = self.seen(contact_id)
        ledger = membership.ledgers.get(definition.id) if membership else None
        return Total(ledger.balance, ledger.updated_at) if ledger else Total(Decimal(0), self._now())

    def _cheap_total(self, contact_id: int, definition: Definition) -> Total | None:
        if self._now() >= self._builder.totals_hold_until:
            return None
        key = (contact_id, definition.id)
        if key not in self._totals:
            total = self._builder.total(self._programme, contact_id, definition)
            if total is None:
                return None
            self._totals[key] = total
        return self._totals[key]

    def _make(self, contact_id: int) -> Membership | None:
        membership = self._builder.build(self._programme, contact_id)
        if membership:
            self._made[contact_id] = membership
        return membership
