"""The objects staff configure in a programme: definitions, limits, tiers, rewards; and how they read."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import datetime
from decimal import ROUND_CEILING, ROUND_FLOOR, ROUND_HALF_UP, Decimal
from typing import Literal

WHOLE_UNITS = frozenset({"POINTS", "JPY", "CLP"})
"""Units without decimal places; the contract leaves the number of places open."""

_ROUNDING = {"lower": ROUND_FLOOR, "upper": ROUND_CEILING, "natural": ROUND_HALF_UP}

PeriodUnit = Literal["hour", "day", "week", "month", "year"]


@dataclass(frozen=True, slots=True)
class Lifetime:
    """How long something lives: 12 months to the end of the last one, say."""

    value: int
    unit: PeriodUnit
    modifier: Literal["noModification", "startOfPeriod", "endOfPeriod"] = "noModification"


@dataclass(frozen=True, slots=True)
class BalanceLimit:
    """At most ``value`` transactions, or an amount of ``value``, per period."""

    id: str
    kind: Literal["credit", "debit"]
    constraint: Literal["transaction", "amount"]
    value: Decimal
    every: int
    unit: PeriodUnit
    sliding: bool = False


@dataclass(frozen=True, slots=True)
class Definition:
    """A balance definition: what is counted, and its rules. An amount of None means no such rule."""

    id: str
    name: str
    description: str
    unit: str
    maximum: Decimal | None = None
    minimum: Decimal | None = None
    largest_credit: Decimal | None = None
    largest_debit: Decimal | None = None
    overtaking: Literal["strict", "partial"] = "strict"
    credit_rounding: str = "natural"
    debit_rounding: str = "natural"
    lifetime: Lifetime | None = None
    yearly_end: str | None = None
    """dd/mm; excludes ``lifetime``."""
    limits: tuple[BalanceLimit, ...] = ()
    internal: bool = False

    @property
    def floor(self) -> Decimal:
        return self.minimum or Decimal(0)

    def rounded(self, amount: Decimal, *, debit: bool) -> Decimal:
        """The magnitude ``amount`` in the definition's places, by its rule for the side."""
        step = Decimal(1) if self.unit in WHOLE_UNITS else Decimal("0.01")
        return amount.quantize(step, _ROUNDING[self.debit_rounding if debit else self.credit_rounding])


@dataclass(frozen=True, slots=True)
class Tier:
    """A tier, with the balance each definition must have reached to enter it."""

    id: str
    name: str
    conditions: tuple[tuple[str, int], ...]
    rewards: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class TierGroup:
    id: str
    name: str
    tiers: tuple[Tier, ...]
    """Lowest first."""
    upgrade: str = "real_time"
    downgrade: str = "real_time"
    downgrade_date: str | None = None

    def place_of(self, tier_id: str | None) -> int:
        """Position of the tier in the order, -1 for none."""
        return next((place for place, tier in enumerate(self.tiers) if tier.id == tier_id), -1)


@dataclass(frozen=True, slots=True)
class Reward:
    """A reward definition, also called offer."""

    id: str
    name: str
    public_name: str
    description: str
    unit: str | None = None
    value: Decimal | None = None
    pool: str | None = None
    shared_code: str | None = None
    costs: int | None = None
    """What attributing it takes from ``charged``."""
    charged: str | None = None
    charged_when: Literal["attribution", "redemption"] = "attribution"
    lifetime: Lifetime | None = None
    starts: datetime | None = None
    ends: datetime | None = None
    disabled: datetime | None = None
    per_member: int | None = None
    redeem_per_member: int | None = None
    total: int | None = None

    def state(self, now: datetime) -> str:
        if self.disabled and self.disabled <= now:
            return "disabled"
        if self.ends and self.ends <= now:
            return "ended"
        return "scheduled" if self.starts and self.starts > now else "active"


@dataclass(frozen=True, slots=True)
class Configuration:
    """All that publishing makes live at once."""

    definitions: tuple[Definition, ...]
    groups: tuple[TierGroup, ...] = ()
    rewards: tuple[Reward, ...] = ()

    def definition(self, identifier: str | None) -> Definition | None:
        return next((one for one in self.definitions if one.id == identifier), None)

    def reward(self, identifier: str | None) -> Reward | None:
        return next((one for one in self.rewards if one.id == identifier), None)

    def group(self, identifier: str) -> TierGroup | None:
        return next((one for one in self.groups if one.id == identifier), None)

    def tier(self, identifier: str | None) -> tuple[TierGroup, Tier] | None:
        pairs = ((group, tier) for group in self.groups for tier in group.tiers)
        return next((pair for pair in pairs if pair[1].id == identifier), None)

    def with_definition_renamed(self, identifier: str, name: str) -> Configuration:
        """The same, but for one definition's name: an edit that waits to be published."""
        definitions = tuple(
            replace(one, name=name) if one.id == identifier else one for one in self.definitions
        )
        return replace(self, definitions=definitions)


@dataclass(slots=True)
class Programme:
    """A loyalty programme and its two versions of configuration."""

    id: str
    name: str
    description: str
    draft: Configuration
    active: Configuration | None
    """None until the first publish."""
    created_at: datetime
    updated_at: datetime
    pattern: str = "LM-####-####-##"
    pools: dict[str, int] = field(default_factory=dict)
    """Codes left by pool ID."""
    attributed: dict[str, int] = field(default_factory=dict)
    """Vouchers given by reward ID since the sandbox started."""

    def publish(self, now: datetime) -> None:
        self.active = self.draft
        self.updated_at = now
