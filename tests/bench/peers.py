"""What the member page is measured against: the same eight reads one after the other, rendered plainly.

Each is a small Flask application, served by the same server with as many threads as the console.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from typing import Any

import httpx
from flask import Flask, render_template_string

Get = Callable[..., httpx.Response]
Reads = Callable[[int], Mapping[str, Any]]

PAGE = """<!doctype html><title>Member {{ contact_id }}</title><h1>{{ contact.email }}</h1>
<dl>{% for each in info.balance.balances %}
<dt>{{ each.balanceDefinitionName }}<dd>{{ each.value }}{% endfor %}</dl>
<p>{% for each in info.tier %}{{ each.tierName }} {% endfor %}of {{ tiers|length }} in {{ groups|length }}</p>
<table>{% for each in history.transactionHistory %}<tr>
<td>{{ each.createdAt }}<td>{{ each.transactionType }}<td>{{ each.amount }}<td>{{ each.status }}{% endfor %}
</table>
<table>{% for each in lots.activeBalances or [] %}<tr>
<td>{{ each.expiresAt }}<td>{{ each.amount }}{% endfor %}</table>
<table>{% for each in vouchers.contactRewards or [] %}<tr>
<td>{{ each.code }}<td>{{ each.value }}{% endfor %}</table>
"""


def naive() -> Flask:
    """One kept session, one request after the other, no cache."""
    return _one_after_the_other(httpx.Client().get)


def wasteful() -> Flask:
    """The same with a client, and over TLS a context of all authorities, made for every request."""
    return _one_after_the_other(httpx.get)


def _one_after_the_other(ask: Get) -> Flask:
    api, key = os.environ["BENCH_API_URL"], {"api-key": os.environ["BENCH_API_KEY"]}
    programme = os.environ["BENCH_PROGRAMME"]
    definition = os.environ["BENCH_DEFINITION"]

    def get(path: str, **query: object) -> Any:
        answer = ask(f"{api}{path}", params=query, headers=key, timeout=30)
        answer.raise_for_status()
        return answer.json()

    def reads(contact_id: int) -> Mapping[str, Any]:
        balance = f"/loyalty/balance/programs/{programme}"
        member = {"contactId": contact_id, "balanceDefinitionId": definition}
        return {
            "contact": get(f"/contacts/{contact_id}", identifierType="contact_id"),
            "info": get(f"/loyalty/config/programs/{programme}/account-info", contactId=contact_id),
            "definitions": get(f"{balance}/balance-definitions", version="active"),
            "groups": get(f"/loyalty/tier/programs/{programme}/tier-groups", version="active"),
            "tiers": get(f"/loyalty/tier/programs/{programme}/tiers", version="active"),
            "history": get(f"{balance}/transaction-history", limit=100, **member),
            "lots": get(f"{balance}/active-balance", limit=500, **member),
            "vouchers": get(f"/loyalty/offer/programs/{programme}/vouchers", contactId=contact_id),
        }

    return _serving(reads)


def sdk() -> Flask:
    """The official SDK with one kept client, one call after the other."""
    from brevo import Brevo  # noqa: PLC0415 - it takes seconds to import, and only this peer needs it

    client = Brevo(api_key=os.environ["BENCH_API_KEY"], base_url=os.environ["BENCH_API_URL"])
    programme = os.environ["BENCH_PROGRAMME"]
    definition = os.environ["BENCH_DEFINITION"]

    def reads(contact_id: int) -> Mapping[str, Any]:
        member: dict[str, Any] = {"contact_id": contact_id, "balance_definition_id": definition}
        answers = {
            "contact": client.contacts.get_contact_info(str(contact_id), identifier_type="contact_id"),
            "info": client.program.get_parameter_subscription_info(programme, contact_id=str(contact_id)),
            "definitions": client.balance.get_balance_definition_list(programme, version="active"),
            "groups": client.tier.get_list_of_tier_groups(programme, version="active"),
            "tiers": client.tier.get_loyalty_program_tier(programme, version="active"),
            "history": client.balance.get_transaction_history_api(programme, limit=100, **member),
            "lots": client.balance.get_active_balances_api(programme, limit=500, **member),
            "vouchers": client.reward.get_voucher_for_a_contact(programme, contact_id=contact_id),
        }
        return {name: answer.model_dump(by_alias=True) for name, answer in answers.items()}

    return _serving(reads)


def _serving(reads: Reads) -> Flask:
    app = Flask(__name__)

    @app.get("/members/<int:contact_id>")
    def member(contact_id: int) -> str:
        return render_template_string(PAGE, contact_id=contact_id, **reads(contact_id))

    return app
