"""Amounts as people type them, and how fine each unit is."""

from __future__ import annotations

import re
from decimal import Decimal

POINTS = "POINTS"
_WHOLE = frozenset({POINTS, "JPY", "CLP"})
"""Units without parts. The contract names no decimal places; these are the currencies' own (ISO 4217)."""

# Written out, because \d takes the digits of every script and \s all kinds of blanks.
_SPACES = " \u00a0\u202f"
_GROUPED = re.compile(rf"[0-9]{{1,3}}(?:[,{_SPACES}][0-9]{{3}})+(?:\.[0-9]+)?")
_PLAIN = re.compile(r"[0-9]+(?:\.[0-9]+)?")
_LONGEST = 20


class AmountError(ValueError):
    """The text is not an amount; the message says what to type."""


def decimal_places(unit: str) -> int:
    """How many decimal places an amount of ``unit`` may have."""
    return 0 if unit.upper() in _WHOLE else 2


def parse(text: str, unit: str) -> Decimal:
    """The amount that was typed: more than nothing, no finer than ``unit`` allows.

    Commas or spaces may part the thousands; signs, exponents and digits of other scripts are refused.

    :raises AmountError: for anything else.
    """
    tidy = text.strip(_SPACES)
    if len(tidy) > _LONGEST or not (_PLAIN.fullmatch(tidy) or _GROUPED.fullmatch(tidy)):
        raise AmountError(_what_to_enter(unit))
    amount = Decimal(re.sub(rf"[,{_SPACES}]", "", tidy))
    places = decimal_places(unit)
    _, _, fraction = tidy.partition(".")
    if len(fraction) > places:
        raise AmountError(_how_fine(unit, places))
    if amount == 0:
        raise AmountError(f"{name(unit)} must be more than 0")
    return amount.quantize(Decimal(1).scaleb(-places))


def name(unit: str) -> str:
    """What the field is called."""
    return "Points" if unit.upper() == POINTS else "Amount"


def at_most(unit: str, limit: Decimal) -> str:
    """What to say about an amount above ``limit``."""
    shown = f"{limit:,.{decimal_places(unit)}f}"
    return f"{name(unit)} must be {shown} or {'fewer' if unit.upper() == POINTS else 'less'}"


def _what_to_enter(unit: str) -> str:
    return "Enter the number of points" if unit.upper() == POINTS else f"Enter the amount in {unit.upper()}"


def _how_fine(unit: str, places: int) -> str:
    if places == 0:
        return f"{name(unit)} must be a whole number"
    return f"{name(unit)} must have {places} decimal places or fewer"
