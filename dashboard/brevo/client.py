"""The client: one object with a resource for each noun of the remote."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from msgspec.structs import replace

from dashboard.brevo.account import Accounts
from dashboard.brevo.balances import Balances
from dashboard.brevo.budget import Budget
from dashboard.brevo.contacts import Contacts
from dashboard.brevo.deadline import Resolver, resolve
from dashboard.brevo.exchange import Exchange, Kinds
from dashboard.brevo.fetched import utc_now
from dashboard.brevo.health import Health
from dashboard.brevo.history import History
from dashboard.brevo.members import Members
from dashboard.brevo.orders import Orders
from dashboard.brevo.outbound import LOOK_UP, PAGE_READ, WRITE
from dashboard.brevo.programmes import Programmes
from dashboard.brevo.rewards import Rewards
from dashboard.brevo.tiers import Tiers
from dashboard.brevo.transactions import Transactions
from dashboard.brevo.vouchers import Vouchers
from dashboard.brevo.wire import Wire


class Brevo:
    """The remote API. Make one per process and share it between threads.

    Reads return :class:`~dashboard.brevo.fetched.Fetched` or raise one of
    :mod:`dashboard.brevo.errors`; writes return :class:`~dashboard.brevo.fetched.Write`. Both raise
    :class:`~dashboard.brevo.errors.InvalidInput` for what the contract forbids, before anything is sent.
    """

    def __init__(
        self,
        api_url: str,
        api_key: str,
        *,
        clock: Callable[[], datetime] = utc_now,
        deadline: float = PAGE_READ.total,
        write_deadline: float = WRITE.total,
        authorities: str | None = None,
        resolver: Resolver = resolve,
    ) -> None:
        """``api_url`` includes the version (``/v3``). Deadlines are seconds for a whole call.

        ``write_deadline`` is also that of the look-ups that settle a write. ``authorities`` are certificates
        (PEM) to trust instead of the public authorities'.
        """
        kinds = Kinds(
            page_read=replace(PAGE_READ, total=deadline),
            look_up=replace(LOOK_UP, total=write_deadline),
            write=replace(WRITE, total=write_deadline),
        )
        exchange = Exchange(Wire(api_url, api_key, authorities=authorities, resolver=resolver), kinds, clock)
        history = History(exchange)
        self._exchange = exchange
        self.programmes = Programmes(exchange)
        self.members = Members(exchange)
        self.balances = Balances(exchange, history)
        self.transactions = Transactions(exchange, history)
        self.orders = Orders(exchange)
        self.rewards = Rewards(exchange)
        self.vouchers = Vouchers(exchange)
        self.tiers = Tiers(exchange)
        self.contacts = Contacts(exchange)
        self.account = Accounts(exchange)

    @property
    def budget(self) -> Budget:
        """How many requests are left, by family."""
        return self._exchange.budget

    @property
    def health(self) -> Health:
        """What the latest calls met."""
        return self._exchange.health

    def close(self) -> None:
        """Close all kept connections. The client still works afterwards, with new ones."""
        self._exchange.drop_connections()
