"""The ``meta`` realistic integrations leave on transactions, by kind of step."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

_SHOPS: Final = (
    ("Leeds Briggate", "POS 114"),
    ("York Coney St", "POS 087"),
    ("London Soho", "POS 021"),
    ("Cardiff Queen St", "POS 140"),
    ("Köln Ehrenstraße", "POS 203"),
)
_CAMPAIGNS: Final = ("DPW26 double points week", "SPRING26", "APP-INSTALL", "REFER-A-FRIEND")
_REASONS: Final = ("late_delivery", "wrong_item", "damaged_item", "goodwill")
_AGENTS: Final = ("J. Patel", "M. Lindqvist", "S. Moreau")


def story(kind: str, amount: int, number: int) -> Mapping[str, object]:
    """The meta of one step.

    :param amount: signed, in the definition's units.
    :param number: varies shops, orders and reasons; the same number tells the same story.
    """
    shop, till = _SHOPS[number % len(_SHOPS)]
    order = f"{80_000 + number % 20_000}"
    spend = f"{abs(amount) // 2}.{number % 100:02d}"
    stories: dict[str, dict[str, object]] = {
        "purchase": {
            "type": "purchase",
            "source": "pos",
            "shop": shop,
            "till": till,
            "order": order,
            "spend": spend,
        },
        "online": {"type": "purchase", "source": "web", "channel": "online", "order": order, "spend": spend},
        "return": {"type": "return", "source": "pos", "shop": shop, "till": till, "order": order},
        "voucher": {"type": "reward", "source": "app", "reward": "£10 off"},
        "coffee": {"type": "reward", "source": "app", "reward": "Free coffee"},
        "cup": {"type": "reward", "source": "pos", "shop": shop, "reward": "Free cup"},
        "checkout": {"type": "spend", "source": "web", "channel": "online", "order": order},
        "goodwill": {
            "type": "goodwill",
            "source": "support",
            "reason": _REASONS[number % len(_REASONS)],
            "reference": f"ZD-{50_000 + number % 9_999}",
            "agent": _AGENTS[number % len(_AGENTS)],
        },
        "bonus": {"type": "bonus", "source": "rules", "campaign": _CAMPAIGNS[number % len(_CAMPAIGNS)]},
        "cashback": {"type": "cashback", "source": "partner", "order": order},
        "opening": {"type": "transfer", "source": "import", "note": "Carried over from the old card"},
    }
    return stories[kind]
