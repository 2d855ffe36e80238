"""The account behind the key."""

from __future__ import annotations

import msgspec

from dashboard.brevo.calls import Call, path
from dashboard.brevo.exchange import Exchange
from dashboard.brevo.fetched import Fetched
from dashboard.brevo.rows import Document


class Account(msgspec.Struct, frozen=True, kw_only=True):
    """Whose key it is. ``plans`` are the remote's own words."""

    company: str | None
    organisation_id: str | None
    is_enterprise: bool
    plans: tuple[str, ...]


class Accounts:
    """Calls about the account. Small plans allow 100 an hour of these: never a health check."""

    def __init__(self, exchange: Exchange) -> None:
        self._exchange = exchange

    def get(self) -> Fetched[Account]:
        """The account; works whenever the key does."""

        def decode(document: Document) -> Account:
            row = document.row
            return Account(
                company=row.text("companyName"),
                organisation_id=row.text("organization_id"),
                is_enterprise=row.flag("enterprise"),
                plans=document.rows(row.values("plan"), lambda plan: plan.need_text("type")),
            )

        return self._exchange.read(Call("getAccount", "GET", path("account")), decode)
