"""The account itself: whose key it is, and the plan."""

from __future__ import annotations

from typing import Final

from dashboard.sandbox.reading import Answer, Request
from dashboard.sandbox.routing import Operation
from dashboard.sandbox.world import World


def get_account(world: World, _request: Request) -> Answer:
    start = int(world.epoch.timestamp())
    return Answer(
        {
            "organization_id": "4821009",
            "user_id": 48_210,
            "enterprise": False,
            "companyName": "Northwind Trading Ltd",
            "email": "owner@northwind.example",
            "firstName": "Nora",
            "lastName": "Wind",
            "address": {"street": "1 Quay Road", "city": "Leeds", "zipCode": "LS1 4AB", "country": "UK"},
            "plan": [
                {
                    "type": "subscription",
                    "creditsType": "sendLimit",
                    "credits": 250_000,
                    "startDate": str(start),
                    "endDate": str(start + 30 * 86_400),
                }
            ],
            "relay": {
                "enabled": True,
                "data": {"userName": "owner@northwind.example", "relay": "smtp.example.com", "port": 587},
            },
            "marketingAutomation": {"enabled": False},
        }
    )


OPERATIONS: Final = (Operation("getAccount", "GET", "/account", get_account, 400),)
