"""The rewards of the world: with pools and shared codes, free and for points, running, ended and to come."""

from __future__ import annotations

from datetime import datetime, timedelta
from decimal import Decimal
from typing import Final

from dashboard.sandbox.configuration import Lifetime, Reward
from dashboard.sandbox.ids import fixed_id

TEN_OFF_POOL: Final = fixed_id("pool:ten-off")
EMPTY_POOL: Final = fixed_id("pool:tote-bag")
COFFEE_POOL: Final = fixed_id("pool:free-cup")

TEN_OFF: Final = fixed_id("reward:ten-off")
FIVE_OFF: Final = fixed_id("reward:five-off")
FREE_COFFEE: Final = fixed_id("reward:free-coffee")
TWENTY_PERCENT: Final = fixed_id("reward:twenty-percent")
FREE_DELIVERY: Final = fixed_id("reward:free-delivery")
BIRTHDAY: Final = fixed_id("reward:birthday")
WELCOME_GIFT: Final = fixed_id("reward:welcome-gift")
LOUNGE: Final = fixed_id("reward:lounge")
CONCIERGE: Final = fixed_id("reward:concierge")
BEACH_TOWEL: Final = fixed_id("reward:beach-towel")
GIFT_WRAP: Final = fixed_id("reward:gift-wrap")
ADVENT: Final = fixed_id("reward:advent")
TOTE_BAG: Final = fixed_id("reward:tote-bag")
WITHDRAWN: Final = fixed_id("reward:withdrawn")
"""A reward that no longer exists; one voucher of the cast still refers to it."""
FREE_CUP: Final = fixed_id("reward:free-cup")


def northwind_rewards(now: datetime, points: str) -> tuple[Reward, ...]:
    """The main programme's rewards; ``points`` is the definition they charge."""
    sixty_days = Lifetime(60, "day")
    return (
        Reward(
            TEN_OFF, "ten-pounds", "£10 off", "£10 off any order over £40", "GBP", Decimal(10),
            pool=TEN_OFF_POOL, costs=2_000, charged=points, lifetime=sixty_days,
        ),
        Reward(
            FIVE_OFF, "five-pounds", "£5 off", "£5 off any order over £20", "GBP", Decimal(5),
            costs=1_000, charged=points, lifetime=sixty_days,
        ),
        Reward(
            FREE_COFFEE, "coffee", "Free coffee", "Any coffee in our cafés",
            costs=350, charged=points, lifetime=Lifetime(1, "month", "endOfPeriod"),
        ),
        Reward(
            TWENTY_PERCENT, "twenty-percent", "20 % off", "20 % off one order", "PERCENT", Decimal(20),
            lifetime=Lifetime(30, "day"), per_member=2, redeem_per_member=1,
        ),
        Reward(
            FREE_DELIVERY, "delivery", "Free delivery", "Free delivery on one order",
            shared_code="SHIPFREE", lifetime=Lifetime(1, "year"),
        ),
        Reward(
            BIRTHDAY, "birthday", "Birthday treat", "A cake on the house",
            lifetime=Lifetime(1, "month", "endOfPeriod"), per_member=1,
        ),
        Reward(WELCOME_GIFT, "silver-gift", "Silver welcome gift", "A small parcel", lifetime=sixty_days),
        Reward(LOUNGE, "gold-lounge", "Gold lounge pass", "Coffee and a seat", lifetime=Lifetime(1, "year")),
        Reward(
            CONCIERGE, "platinum-credit", "£50 platinum credit", "£50 off one order", "GBP", Decimal(50),
            lifetime=Lifetime(1, "year"),
        ),
        Reward(
            BEACH_TOWEL, "towel", "Beach towel", "Summer only",
            starts=now - timedelta(days=160), ends=now - timedelta(days=70),
        ),
        Reward(
            GIFT_WRAP, "gift-wrap", "Free gift wrap", "Switched off by marketing",
            disabled=now - timedelta(days=30),
        ),
        Reward(
            ADVENT, "advent", "Advent calendar", "From December on",
            starts=now + timedelta(days=9), ends=now + timedelta(days=35),
        ),
        Reward(TOTE_BAG, "tote-bag", "Tote bag", "While stocks last", pool=EMPTY_POOL, total=500),
    )  # fmt: skip


def coffee_rewards(beans: str) -> tuple[Reward, ...]:
    """The second programme's rewards; ``beans`` is the definition they charge."""
    return (
        Reward(
            FREE_CUP, "free-cup", "Free cup", "Any cup",
            pool=COFFEE_POOL, costs=100, charged=beans, charged_when="redemption",
            lifetime=Lifetime(14, "day"),
        ),
    )  # fmt: skip
