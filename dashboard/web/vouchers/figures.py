"""How what belongs to a voucher is written: its value, its price, its name. Pure."""

from __future__ import annotations

from decimal import Decimal

from dashboard.actions.issuing import PERCENT
from dashboard.brevo.vouchers import Voucher
from dashboard.web.filters import Formats


def amount(value: Decimal | None, unit: str | None, formats: Formats) -> str:
    """A figure in its unit, a percentage among them: ``£10.00``, ``20 %``, ``350 points``."""
    if value is not None and unit is not None and unit.upper() == PERCENT:
        return f"{formats.points(value)} %"
    return formats.amount(value, unit) if unit else formats.points(value)


def name(voucher: Voucher) -> str:
    """What a voucher is called: its reward's name."""
    return voucher.reward_name or "Voucher"


def named(voucher: Voucher) -> str:
    """The same with its code: ``£10 off (AB12-CD34)``."""
    return f"{name(voucher)} ({voucher.code})" if voucher.code else name(voucher)
