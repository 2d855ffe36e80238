"""The programmes of the world, with fixed IDs: the same for every seed.

Two active programmes (:data:`NORTHWIND`, :data:`COFFEE`) and one that was never published
(:data:`KIDS`). Northwind's draft differs from what is live, so that a client that forgets
``version=active`` shows it.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from decimal import Decimal
from typing import Final

from dashboard.sandbox.configuration import (
    BalanceLimit,
    Configuration,
    Definition,
    Lifetime,
    Programme,
    Tier,
    TierGroup,
)
from dashboard.sandbox.ids import fixed_id
from dashboard.sandbox.reward_catalogue import (
    COFFEE_POOL,
    EMPTY_POOL,
    TEN_OFF_POOL,
    coffee_rewards,
    northwind_rewards,
)

ORGANISATION_ID: Final = 4_821_009

NORTHWIND: Final = fixed_id("programme:northwind")
COFFEE: Final = fixed_id("programme:coffee")
KIDS: Final = fixed_id("programme:kids")

POINTS: Final = fixed_id("definition:northwind:points")
STATUS: Final = fixed_id("definition:northwind:status")
CASHBACK: Final = fixed_id("definition:northwind:cashback")
RISK: Final = fixed_id("definition:northwind:risk")
BEANS: Final = fixed_id("definition:coffee:beans")
KIDS_STARS: Final = fixed_id("definition:kids:stars")

POINTS_PER_DAY: Final = fixed_id("limit:northwind:points:credits")
CASHBACK_PER_MONTH: Final = fixed_id("limit:northwind:cashback:amount")
BEANS_PER_DAY: Final = fixed_id("limit:coffee:beans:credits")
BEANS_SPENT_PER_WEEK: Final = fixed_id("limit:coffee:beans:debits")

STATUS_GROUP: Final = fixed_id("group:northwind:status")
BASE: Final = fixed_id("tier:northwind:base")
SILVER: Final = fixed_id("tier:northwind:silver")
GOLD: Final = fixed_id("tier:northwind:gold")
PLATINUM: Final = fixed_id("tier:northwind:platinum")
COFFEE_GROUP: Final = fixed_id("group:coffee:levels")
REGULAR: Final = fixed_id("tier:coffee:regular")
BARISTA: Final = fixed_id("tier:coffee:barista")


def programmes(now: datetime) -> tuple[Programme, ...]:
    """The world's programmes as they stand at ``now``, fresh and unshared."""
    live = Configuration(_northwind_definitions(), (_northwind_tiers(),), northwind_rewards(now, POINTS))
    coffee = Configuration((_beans(),), (_coffee_tiers(),), coffee_rewards(BEANS))
    return (
        Programme(
            NORTHWIND,
            "Northwind Rewards",
            "Points on every purchase, a tier for every year.",
            draft=live.with_definition_renamed(POINTS, "Points (2027)"),
            active=live,
            created_at=now - timedelta(days=1_900),
            updated_at=now - timedelta(days=12),
            pools={TEN_OFF_POOL: 8_214, EMPTY_POOL: 0},
        ),
        Programme(
            COFFEE,
            "Northwind Coffee Club",
            "A bean for every cup.",
            draft=coffee,
            active=coffee,
            created_at=now - timedelta(days=700),
            updated_at=now - timedelta(days=90),
            pools={COFFEE_POOL: 320},
        ),
        Programme(
            KIDS,
            "Northwind Kids",
            "Planned for next spring; never published.",
            draft=Configuration((Definition(KIDS_STARS, "Stars", "For small customers", "POINTS"),)),
            active=None,
            created_at=now - timedelta(days=20),
            updated_at=now - timedelta(days=3),
        ),
    )


def _northwind_definitions() -> tuple[Definition, ...]:
    return (
        Definition(
            POINTS,
            "Points",
            "Two points for every pound; they live for twelve months.",
            "POINTS",
            maximum=Decimal(100_000),
            minimum=Decimal(0),
            largest_credit=Decimal(50_000),
            largest_debit=Decimal(50_000),
            credit_rounding="lower",
            debit_rounding="upper",
            lifetime=Lifetime(12, "month", "endOfPeriod"),
            limits=(BalanceLimit(POINTS_PER_DAY, "credit", "transaction", Decimal(1_000), 1, "day"),),
        ),
        Definition(
            STATUS,
            "Status points",
            "One for every pound of a status year; they decide the tier.",
            "POINTS",
            yearly_end="31/03",
        ),
        Definition(
            CASHBACK,
            "Cashback",
            "Money back on selected brands.",
            "GBP",
            maximum=Decimal(500),
            minimum=Decimal(0),
            largest_credit=Decimal(250),
            overtaking="partial",
            limits=(
                BalanceLimit(CASHBACK_PER_MONTH, "credit", "amount", Decimal(300), 1, "month", sliding=True),
            ),
        ),
        Definition(RISK, "Risk score", "For the fraud rules, not for members.", "POINTS", internal=True),
    )


def _northwind_tiers() -> TierGroup:
    tiers = (
        Tier(BASE, "Base", ((STATUS, 0),)),
        Tier(SILVER, "Silver", ((STATUS, 1_000),), (fixed_id("reward:welcome-gift"),)),
        Tier(GOLD, "Gold", ((STATUS, 2_500),), (fixed_id("reward:lounge"),)),
        Tier(PLATINUM, "Platinum", ((STATUS, 5_000),), (fixed_id("reward:concierge"),)),
    )
    return TierGroup(
        STATUS_GROUP, "Status", tiers, downgrade="membership_anniversary", downgrade_date="31/03"
    )


def _beans() -> Definition:
    return Definition(
        BEANS,
        "Beans",
        "One for every cup; ten always stay.",
        "POINTS",
        maximum=Decimal(5_000),
        minimum=Decimal(10),
        largest_credit=Decimal(500),
        largest_debit=Decimal(300),
        lifetime=Lifetime(90, "day"),
        limits=(
            BalanceLimit(BEANS_PER_DAY, "credit", "transaction", Decimal(3), 1, "day"),
            BalanceLimit(BEANS_SPENT_PER_WEEK, "debit", "amount", Decimal(400), 1, "week", sliding=True),
        ),
    )


def _coffee_tiers() -> TierGroup:
    tiers = (Tier(REGULAR, "Regular", ((BEANS, 0),)), Tier(BARISTA, "Barista", ((BEANS, 1_000),)))
    return TierGroup(COFFEE_GROUP, "Levels", tiers)
