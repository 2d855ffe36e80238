"""What the form tells before the button is pressed."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal

import pytest

from dashboard.actions.preview import lot_expiry, preview
from dashboard.brevo.balances import BalanceDefinition
from dashboard.store.intent import Kind

NOW = datetime(2026, 11, 20, 9, 14, tzinfo=UTC)


def definition(**rules: object) -> BalanceDefinition:
    return BalanceDefinition(id="d", name="Points", **rules)  # type: ignore[arg-type]


def told(kind=Kind.CREDIT, amount="500", balance="12480", limit="1000", **rules):
    return preview(
        kind,
        definition(**rules),
        None if amount is None else Decimal(amount),
        balance=None if balance is None else Decimal(balance),
        limit=Decimal(limit),
        now=NOW,
    )


def test_a_credit_adds():
    shown = told()
    assert (shown.balance_now, shown.moved, shown.balance_after) == (
        Decimal(12480),
        Decimal(500),
        Decimal(12980),
    )
    assert not shown.needs_approval


def test_a_debit_takes_away_and_makes_no_lot():
    shown = told(Kind.DEBIT, lifetime_value=1, lifetime_unit="year")
    assert (shown.moved, shown.balance_after, shown.expires_at) == (Decimal(-500), Decimal(11980), None)


def test_a_maximum_that_clips_is_shown():
    shown = told(max_amount=Decimal(12500), overtaking="partial")
    assert (shown.moved, shown.balance_after, shown.is_clipped) == (Decimal(20), Decimal(12500), True)


def test_a_strict_maximum_does_not_clip():
    assert not told(max_amount=Decimal(12500), overtaking="strict").is_clipped


def test_above_the_limit_somebody_has_to_approve():
    assert told(amount="1001").needs_approval


def test_without_an_amount_there_is_no_balance_afterwards():
    shown = told(amount=None)
    assert (shown.moved, shown.balance_after) == (None, None)


def test_an_unknown_balance_stays_unknown():
    assert told(balance=None).balance_after is None


@pytest.mark.parametrize(
    ("rules", "expires"),
    [
        ({}, None),
        ({"lifetime_value": 10, "lifetime_unit": "day"}, "2026-11-30T09:14:00+00:00"),
        ({"lifetime_value": 2, "lifetime_unit": "week"}, "2026-12-04T09:14:00+00:00"),
        ({"lifetime_value": 3, "lifetime_unit": "month"}, "2027-02-20T09:14:00+00:00"),
        ({"lifetime_value": 1, "lifetime_unit": "year"}, "2027-11-20T09:14:00+00:00"),
        (
            {"lifetime_value": 1, "lifetime_unit": "day", "lifetime_modifier": "endOfPeriod"},
            "2026-11-21T23:59:59+00:00",
        ),
        (
            {"lifetime_value": 1, "lifetime_unit": "week", "lifetime_modifier": "startOfPeriod"},
            "2026-11-23T00:00:00+00:00",
        ),
        (
            {"lifetime_value": 12, "lifetime_unit": "month", "lifetime_modifier": "endOfPeriod"},
            "2027-11-30T23:59:59+00:00",
        ),
        (
            {"lifetime_value": 1, "lifetime_unit": "year", "lifetime_modifier": "startOfPeriod"},
            "2027-01-01T00:00:00+00:00",
        ),
        ({"lifetime_value": 1, "lifetime_unit": "fortnight"}, None),
        ({"lifetime_value": 9999, "lifetime_unit": "year"}, None),
        ({"lifetime_value": 10**12, "lifetime_unit": "day"}, None),
        ({"yearly_expiry": "31/12"}, "2026-12-31T23:59:59+00:00"),
        ({"yearly_expiry": "20/11"}, "2026-11-20T23:59:59+00:00"),
        ({"yearly_expiry": "19/11"}, "2027-11-19T23:59:59+00:00"),
        ({"yearly_expiry": "29/02"}, "2027-02-28T23:59:59+00:00"),
        ({"yearly_expiry": "31/13"}, None),
        ({"yearly_expiry": "soon"}, None),
    ],
)
def test_a_lot_expires_as_the_definition_says(rules, expires):
    found = lot_expiry(definition(**rules), NOW)
    assert (found and found.isoformat()) == expires


def test_a_month_without_the_day_ends_on_its_last():
    last = datetime(2026, 8, 31, tzinfo=UTC)
    found = lot_expiry(definition(lifetime_value=6, lifetime_unit="month"), last)
    assert found == datetime(2027, 2, 28, tzinfo=UTC)
