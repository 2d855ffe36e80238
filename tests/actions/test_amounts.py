"""Amounts as people type them."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dashboard.actions.amounts import AmountError, parse


@pytest.mark.parametrize(
    ("text", "unit", "amount"),
    [
        ("500", "POINTS", "500"),
        (" 1,000 ", "POINTS", "1000"),
        ("1 000", "POINTS", "1000"),
        ("1\u00a0000\u202f000", "POINTS", "1000000"),
        ("007", "POINTS", "7"),
        ("12.5", "EUR", "12.50"),
        ("1,234.56", "eur", "1234.56"),
        ("300", "JPY", "300"),
    ],
)
def test_what_people_write_is_understood(text, unit, amount):
    assert format(parse(text, unit), "f") == amount


NO_AMOUNTS = [
    *("", " ", "x", "-5", "+5", "−5", "1e3", "1E3", "NaN", "Infinity", "0x10", "1_000"),
    *("٥٠٠", "５００", "²", "½", "1,00", "1,0000", "10,00,000", "1,000 000,0"),
    *(".5", "5.", "1.000,5", "1\n000", "1\t000", "9" * 21, "5 points"),
]


@pytest.mark.parametrize("text", NO_AMOUNTS)
def test_everything_else_is_asked_for_again(text):
    with pytest.raises(AmountError, match=r"^Enter the number of points$"):
        parse(text, "POINTS")


@pytest.mark.parametrize(
    ("text", "unit", "message"),
    [
        ("0", "POINTS", "Points must be more than 0"),
        ("1.5", "POINTS", "Points must be a whole number"),
        ("1.000", "POINTS", "Points must be a whole number"),
        ("0.00", "EUR", "Amount must be more than 0"),
        ("1.234", "EUR", "Amount must have 2 decimal places or fewer"),
        ("1.5", "CLP", "Amount must be a whole number"),
        ("", "EUR", "Enter the amount in EUR"),
    ],
)
def test_what_is_wrong_is_said(text, unit, message):
    with pytest.raises(AmountError) as refused:
        parse(text, unit)
    assert str(refused.value) == message


@given(st.integers(1, 10**12))
def test_a_number_with_separators_is_the_number(number):
    assert parse(f"{number:,}", "POINTS") == parse(str(number), "POINTS") == Decimal(number)


@given(st.text(max_size=30))
def test_no_text_breaks_it(text):
    try:
        amount = parse(text, "EUR")
    except AmountError:
        return
    assert amount > 0
    assert amount == amount.quantize(Decimal("0.01"))
