"""The whole state of a sandbox."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from threading import RLock
from typing import Final

from dashboard.sandbox import catalogue
from dashboard.sandbox.builder import Builder
from dashboard.sandbox.cast import CAST, NORTHWIND
from dashboard.sandbox.clock import Clock
from dashboard.sandbox.configuration import Configuration, Programme
from dashboard.sandbox.contactbook import ContactBook
from dashboard.sandbox.errors import missing_dependency, not_found, unprocessable
from dashboard.sandbox.ids import Codes, Ids
from dashboard.sandbox.memberbook import MemberBook
from dashboard.sandbox.membership import Membership, Voucher
from dashboard.sandbox.ordering import process_due
from dashboard.sandbox.people import People
from dashboard.sandbox.switches import Switchboard

_CAST_MEMBERS: Final = sum(NORTHWIND in one.programmes for one in CAST)


class World:
    """Programmes, members, contacts. Every use happens under :attr:`lock`.

    :param members: members of the main programme, the cast included (whole even when that is more).
    """

    def __init__(self, seed: int, members: int, clock: Clock, switches: Mapping[str, str]) -> None:
        self.lock = RLock()
        self.clock = clock
        self.switches = Switchboard(switches)
        self.seed = seed
        self.member_count = members
        self.reset(seed)

    def reset(self, seed: int) -> None:
        """Begin anew: the state of ``seed`` at the present time. Switches stay."""
        self.seed = seed
        self.epoch = self.clock.now().replace(microsecond=0)
        self.ids = Ids(seed)
        self.codes = Codes(seed)
        people = People(seed, max(self.member_count - _CAST_MEMBERS, 0))
        self.contacts = ContactBook(people, self.epoch)
        self.programmes: dict[str, Programme] = {one.id: one for one in catalogue.programmes(self.epoch)}
        builder = Builder(people, self.ids, self.codes, self.epoch)
        self._books = {
            one.id: MemberBook(one, builder, self._settle, self.clock.now, lambda: self.switches.lag)
            for one in self.programmes.values()
        }
        self._new_codes: dict[tuple[str, str], int] = {}

    def now(self) -> datetime:
        return self.clock.now()

    def programme(self, identifier: str | None, status: int = 404) -> Programme:
        """:raises Refusal: when there is no such programme."""
        programme = self.programmes.get(identifier or "")
        if programme is None:
            raise (
                not_found("loyalty program") if status == 404 else unprocessable("loyalty program not found")
            )
        return programme

    def live(self, programme: Programme) -> Configuration:
        """The published configuration.

        :raises Refusal: 422 when there is none.
        """
        if programme.active is None:
            raise unprocessable("loyalty program is not published")
        return programme.active

    def dependable(self, programme: Programme) -> Configuration:
        """The published configuration, where the contract answers 424 for a missing one."""
        if programme.active is None:
            raise missing_dependency("the active version of the loyalty program is missing")
        return programme.active

    def members(self, programme: Programme) -> MemberBook:
        return self._books[programme.id]

    def remember_code(self, programme_id: str, code: str, owner: int) -> None:
        """Note a code given at run time, so that it is found again."""
        self._new_codes[programme_id, code] = owner

    def voucher_by_code(self, programme: Programme, code: str) -> tuple[Membership, Voucher] | None:
        """A voucher that was not revoked."""
        owner = self._new_codes.get((programme.id, code)) or self.codes.owner_of(code)
        membership = self.members(programme).get(owner) if owner else None
        found = (one for one in (membership.vouchers if membership else ()) if one.code == code)
        voucher = next((one for one in found if not one.revoked_at), None)
        return (membership, voucher) if membership and voucher else None

    def voucher_by_id(self, programme: Programme, identifier: str) -> tuple[Membership, Voucher] | None:
        """Any voucher, a revoked one too."""
        membership = self.members(programme).get(self.ids.owner_of(identifier))
        voucher = membership.find_voucher(identifier) if membership else None
        return (membership, voucher) if membership and voucher else None

    def _settle(self, membership: Membership, now: datetime) -> None:
        membership.settle(now)
        process_due(membership, now, self.switches)
