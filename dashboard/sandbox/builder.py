"""Makes memberships out of the seed: the cast's by their script, everybody else's from a timeline."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Final, NamedTuple

from dashboard.sandbox import casting, catalogue, timelines
from dashboard.sandbox import reward_catalogue as rewards
from dashboard.sandbox.calendar import later, next_yearly, start_of
from dashboard.sandbox.cast import CAST, COFFEE, NORTHWIND
from dashboard.sandbox.configuration import Definition, Programme
from dashboard.sandbox.ids import Codes, Ids
from dashboard.sandbox.ledger import Ledger
from dashboard.sandbox.membership import Membership, Voucher
from dashboard.sandbox.people import People
from dashboard.sandbox.stage import Stage
from dashboard.sandbox.stories import story
from dashboard.sandbox.tiering import evaluate
from dashboard.sandbox.timelines import Timeline

_COFFEE_EVERY: Final = 4
"""One derived member in four is in the coffee club too."""
_NO_STEPS: Final = Timeline()
_VOUCHER_REWARDS: Final = {"voucher": rewards.TEN_OFF, "coffee": rewards.FREE_COFFEE, "cup": rewards.FREE_CUP}


class Total(NamedTuple):
    """A member's balance in one definition."""

    value: Decimal
    updated_at: datetime


class Builder:
    """Everything follows from the seed (in ``people``, ``ids``, ``codes``) and the moment ``epoch``."""

    def __init__(self, people: People, ids: Ids, codes: Codes, epoch: datetime) -> None:
        self.people = people
        self.ids = ids
        self.codes = codes
        self._epoch = epoch
        self._year_start = next_yearly("31/03", later(epoch, -1, "year")) + timedelta(seconds=1)
        self.totals_hold_until = later(start_of(epoch, "month"), 1, "month") - timedelta(seconds=1)
        """Until then no derived point expires, so totals of timelines need no ledger."""
        self._cast = {one.contact_id: one for one in CAST}

    def cast_subscriptions(self, programme_id: str) -> Iterable[tuple[str, int]]:
        for one in CAST:
            if programme_id in one.programmes:
                yield self.subscription_id(one.contact_id, programme_id), one.contact_id

    def cast_owners(self, programme_id: str) -> tuple[int, ...]:
        """Cast members whose memberships start with sharers."""
        return casting.OWNERS if programme_id == NORTHWIND else ()

    def subscription_id(self, contact_id: int, programme_id: str) -> str:
        """The ID made for a member who brings none."""
        cast = self._cast.get(contact_id)
        number = cast.subscription_id if cast else self.people.subscription_id(contact_id)
        number = number or self.people.subscription_id(contact_id)
        return number if programme_id == NORTHWIND else f"CC-{number.removeprefix('LM-').removeprefix('CC-')}"

    def contact_ids(self, programme_id: str) -> list[int]:
        """Everybody who is a member from the start, in ascending order."""
        cast = [one.contact_id for one in CAST if programme_id in one.programmes]
        return sorted(cast) + [one for one in self.people.members if self._is_member(one, programme_id)]

    def empty(
        self, programme: Programme, contact_id: int, subscription_id: str, since: datetime, now: datetime
    ) -> Membership:
        """A new membership with every balance at zero and the entry tiers."""
        configuration = programme.active or programme.draft
        membership = Membership(programme.id, contact_id, subscription_id, since, now)
        for definition in configuration.definitions:
            membership.ledgers[definition.id] = Ledger(definition, contact_id, self.ids, since)
        evaluate(membership, configuration, self.ids, since)
        return membership

    def build(self, programme: Programme, contact_id: int) -> Membership | None:
        """The membership as it is at the epoch; None for who is not a member."""
        if programme.active is None:
            return None
        cast = self._cast.get(contact_id)
        if cast:
            if programme.id not in cast.programmes:
                return None
            joined = casting.joined(contact_id, self._epoch)
        elif self._is_member(contact_id, programme.id):
            joined = self._joined(contact_id)
        else:
            return None
        subscription = self.subscription_id(contact_id, programme.id)
        membership = self.empty(programme, contact_id, subscription, joined, self._epoch)
        self._key_ledgers(membership, programme.id)
        if cast:
            casting.play(membership, Stage(self.ids, self.codes, self._epoch))
        else:
            self._live(membership, joined)
        self._key_ledgers(membership, "")
        membership.settle(self._epoch)
        moved = max(ledger.updated_at for ledger in membership.ledgers.values())
        evaluate(membership, programme.active, self.ids, moved, settle_in=True)
        return membership

    def total(self, programme: Programme, contact_id: int, definition: Definition) -> Total | None:
        """A derived member's balance from the timeline alone; None for the cast."""
        if contact_id in self._cast:
            return None
        joined = self._joined(contact_id)
        line = self._timelines(contact_id, programme.id, joined).get(definition.id, lambda: _NO_STEPS)()
        return Total(_units(line.balance, definition), line.updated_at or joined)

    def _is_member(self, contact_id: int, programme_id: str) -> bool:
        if contact_id not in self.people.members:
            return False
        return programme_id == NORTHWIND or (programme_id == COFFEE and contact_id % _COFFEE_EVERY == 0)

    def _joined(self, contact_id: int) -> datetime:
        minutes = 30 * 1_440 + self.people.draw(contact_id, "joined") % (1_470 * 1_440)
        return (self._epoch - timedelta(minutes=minutes)).replace(second=0, microsecond=0)

    def _timelines(
        self, contact_id: int, programme_id: str, joined: datetime
    ) -> Mapping[str, Callable[[], Timeline]]:
        draw, until = self.people.draw, self._epoch
        if programme_id == COFFEE:
            return {catalogue.BEANS: lambda: timelines.beans_timeline(draw(contact_id, "beans"), until)}

        def points() -> Timeline:
            return timelines.points_timeline(draw(contact_id, "points"), joined, until)

        return {
            catalogue.POINTS: points,
            catalogue.STATUS: lambda: timelines.status_timeline(points(), self._year_start),
            catalogue.CASHBACK: lambda: timelines.cashback_timeline(
                draw(contact_id, "cashback"), joined, until
            ),
        }

    def _live(self, membership: Membership, joined: datetime) -> None:
        contact_id = membership.contact_id
        for definition_id, line in self._timelines(contact_id, membership.programme_id, joined).items():
            ledger = membership.ledgers[definition_id]
            for number, step in enumerate(line().steps):
                meta = story(step.kind, step.amount, contact_id * 31 + number * 7)
                ledger.post(_units(step.amount, ledger.definition), step.at, meta)
                if step.kind in _VOUCHER_REWARDS and definition_id != catalogue.STATUS:
                    self._give_voucher(membership, step.kind, step.at)
        if contact_id % 11 == 0 and membership.programme_id == NORTHWIND:
            at = self._epoch - timedelta(hours=contact_id % 60)
            ledger = membership.ledgers[catalogue.POINTS]
            draft = ledger.draft(Decimal(50 + contact_id % 400), at, story("online", 200, contact_id))
            draft.lapses_at = at + timedelta(days=14)

    def _give_voucher(self, membership: Membership, kind: str, at: datetime) -> None:
        number = len(membership.vouchers)
        voucher = Voucher(
            self.ids.make(membership.contact_id, f"{membership.programme_id}:voucher:{number}"),
            _VOUCHER_REWARDS[kind],
            self.codes.make(membership.contact_id, number),
            at,
            at,
            expires_at=at + timedelta(days=60),
        )
        if kind == "voucher":
            voucher.value, voucher.unit = Decimal(10), "GBP"
        at_once = kind == "cup"
        used = at if at_once else at + timedelta(days=1 + number % 20, minutes=number)
        if (at_once or number % 3) and used < self._epoch:
            voucher.consumed_at = voucher.updated_at = used
        membership.vouchers.append(voucher)

    def _key_ledgers(self, membership: Membership, programme_id: str) -> None:
        for definition_id, ledger in membership.ledgers.items():
            ledger.key = f"{programme_id}:{definition_id}" if programme_id else ""


def _units(amount: int, definition: Definition) -> Decimal:
    return Decimal(amount) if definition.unit == "POINTS" else Decimal(amount) / 100
