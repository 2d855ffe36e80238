"""The member page from what was read: every part of it, in the page's own terms. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, tzinfo
from decimal import Decimal
from functools import cached_property

import msgspec
from babel import Locale

from dashboard.brevo.balances import BalanceDefinition, EntryPage
from dashboard.brevo.configuration import ProgrammeConfiguration
from dashboard.brevo.contacts import Contact
from dashboard.brevo.history import HistoryItem, HistoryPage
from dashboard.brevo.members import AccountInfo
from dashboard.brevo.vouchers import VoucherPage
from dashboard.web.members.activity import Activity, Deed, Filter, Pending, Row, activity, pending, row
from dashboard.web.members.chart import Chart, chart
from dashboard.web.members.expiry import Schedule, schedule
from dashboard.web.members.people import Person, person
from dashboard.web.members.reads import Part
from dashboard.web.members.running import Running, is_expiry, reliable_since, running
from dashboard.web.members.strip import POINTS, BalanceFigure, TierFigure, balances, tier_figures, tier_names
from dashboard.web.members.vouchers import VoucherList, reward_names, voucher_list


class Sources(msgspec.Struct, frozen=True):
    """All that the page is made of. ``items`` are the transactions read so far, newest first."""

    contact_id: int
    configuration: ProgrammeConfiguration
    definition: BalanceDefinition
    contact: Part[Contact]
    account: Part[AccountInfo]
    history: Part[HistoryPage]
    items: tuple[HistoryItem, ...]
    count: int | None
    is_whole: bool
    entries: Part[EntryPage]
    vouchers: Part[VoucherPage]
    deeds: Mapping[str, Deed]
    now: datetime
    zone: tzinfo
    locale: Locale


class MemberPage:
    """Each part is worked out when something asks for it, and once."""

    def __init__(self, sources: Sources, account: AccountInfo) -> None:
        self._sources = sources
        self.account = account
        self.definition = sources.definition

    @cached_property
    def person(self) -> Person:
        """Who it is; no more than the contact ID when the contact is gone."""
        return person_of(self._sources.contact, self._sources.contact_id)

    @property
    def is_contact_gone(self) -> bool:
        """Whether the remote has a membership but no contact any more."""
        return self._sources.contact.value is None

    @property
    def is_sharer(self) -> bool:
        """Whether the membership belongs to another contact."""
        return self.account.contact_id != self._sources.contact_id

    @property
    def number(self) -> str | None:
        """The member number: the loyalty subscription ID."""
        return self.account.subscription_id

    @property
    def as_of(self) -> datetime | None:
        """When the balances and tiers were read."""
        return self._sources.account.at

    @property
    def oldest(self) -> datetime | None:
        """When the oldest figure of the page was read."""
        parts = (self._sources.account, self._sources.history, self._sources.entries, self._sources.vouchers)
        return min((part.at for part in parts if part.at), default=None)

    @property
    def core_error(self) -> Exception | None:
        """Why identity, balances or activity are not newer."""
        core = (self._sources.account.error, self._sources.history.error, self._sources.contact.error)
        return next((error for error in core if error is not None and not self.is_contact_gone), None)

    @property
    def is_incomplete(self) -> bool:
        """Whether figures of the strip are still on their way."""
        return self._sources.entries.is_late or self._sources.vouchers.is_late

    @cached_property
    def tiers(self) -> tuple[TierFigure, ...]:
        """One figure a tier group."""
        known = self._sources.configuration
        return tier_figures(known.tier_groups, known.tiers, known.definitions, self.account)

    @cached_property
    def tier_names(self) -> tuple[str, ...]:
        """The tiers held."""
        return tier_names(self.account, self._sources.configuration.tiers)

    @cached_property
    def balances(self) -> tuple[BalanceFigure, ...]:
        """All totals."""
        return balances(self._sources.configuration.definitions, self.account)

    @property
    def balance(self) -> BalanceFigure:
        """The total that activity, lots and chart are about."""
        chosen = self.definition
        found = next((each for each in self.balances if each.definition_id == chosen.id), None)
        return found or BalanceFigure(chosen.id, chosen.name, chosen.unit, None)

    @property
    def unit_label(self) -> str:
        """What a column of figures is headed with."""
        return "Points" if self.definition.unit == POINTS else self.definition.unit

    @property
    def other_balances(self) -> tuple[BalanceFigure, ...]:
        """The other totals."""
        return tuple(each for each in self.balances if each.definition_id != self.definition.id)

    @cached_property
    def expiry(self) -> Part[Schedule]:
        """The lots by day of expiry."""
        now, zone = self._sources.now, self._sources.zone
        return self._sources.entries.map(lambda entries: schedule(entries, now, zone))

    @cached_property
    def vouchers(self) -> Part[VoucherList]:
        """The vouchers, usable ones first."""
        rewards = {each.id: each.name for each in self._sources.configuration.rewards}
        names = reward_names(self.account.vouchers, rewards)
        return self._sources.vouchers.map(lambda page: voucher_list(page, names, self._sources.now))

    @cached_property
    def pending(self) -> Pending:
        """The drafts among the transactions that were read."""
        return pending(self._sources.items, is_whole=self._sources.is_whole)

    @cached_property
    def pending_rows(self) -> tuple[Row, ...]:
        """The drafts as the list of transactions tells them, oldest first."""
        return tuple(self._row(each) for each in reversed(self.pending.items))

    @property
    def history(self) -> Part[HistoryPage]:
        """The newest page of transactions, for its age."""
        return self._sources.history

    @property
    def filters(self) -> tuple[Filter, ...]:
        """The chips. "Expired" stands there only where the remote books what expired."""
        books_expiry = any(is_expiry(item) for item in self._sources.items)
        return tuple(each for each in Filter if books_expiry or each is not Filter.EXPIRED)

    def activity(self, chosen: Filter, after: str | None) -> Activity | None:
        """A page of transactions; None when the one to go on after was not read."""
        sources = self._sources
        return activity(
            sources.items,
            chosen,
            after,
            make_row=self._row,
            count=sources.count,
            is_whole=sources.is_whole,
        )

    def transaction(self, transaction_id: str) -> tuple[HistoryItem, Row] | None:
        """One transaction, as it came and as the list tells it; None when it was not read."""
        found = next(
            (each for each in self._sources.items if each.is_of(transaction_id=transaction_id)), None
        )
        return None if found is None else (found, self._row(found))

    def _row(self, item: HistoryItem) -> Row:
        return row(item, self._sources.deeds, self._balances_after)

    @cached_property
    def chart(self) -> Chart | None:
        """The balance over time, as far back as it can be counted."""
        sources = self._sources
        return chart(self._running, sources.zone, sources.locale) if self._running else None

    @property
    def counted(self) -> int:
        """Over how many transactions the balance is counted back."""
        return len(self._running.moves) if self._running else 0

    @cached_property
    def _balances_after(self) -> dict[str, Decimal]:
        return {move.id: move.after for move in self._running.moves} if self._running else {}

    @cached_property
    def _running(self) -> Running | None:
        """None when balance and history were not read together: counting back would mix two moments."""
        balance, read = self.balance.value, self._sources.account.at
        if balance is None or read is None or self._sources.history.error is not None:
            return None
        items, whole = self._sources.items, self._sources.is_whole
        reliable = reliable_since(items, balance=balance, now=self._sources.now, whole=whole)
        return running(items, balance=balance, until=read, reliable=reliable, whole=whole)


def person_of(contact: Part[Contact], contact_id: int) -> Person:
    """Who a contact is, as far as it could be read."""
    value = contact.value
    return person(contact_id, value.email if value else None, value.attributes if value else {})
