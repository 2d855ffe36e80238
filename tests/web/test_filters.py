"""How figures and times are written."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest
from babel import Locale

from dashboard.web.filters import Formats

NOW = datetime(2026, 11, 18, 17, 2, 9, tzinfo=UTC)


def formats(locale="en_GB", zone="Europe/London"):
    return Formats(Locale.parse(locale), ZoneInfo(zone), lambda: NOW)


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (0, "0"),
        (1200, "1,200"),
        (Decimal("1200.50"), "1,200.5"),
        (Decimal("1200.00"), "1,200"),
        (Decimal(-1200), "−1,200"),
        (Decimal("-0"), "0"),
        (Decimal("0.005"), "0"),
        (Decimal("123456789012345678.25"), "123,456,789,012,345,678.25"),
        (None, "–"),
    ],
)
def test_points(value, text):
    assert formats().points(value) == text


@pytest.mark.parametrize(
    ("unit", "text"),
    [("GBP", "1,234.50"), ("JPY", "1,234"), ("POINTS", "1,234.5")],
)
def test_a_column_of_money_has_the_decimals_of_its_currency(unit, text):
    assert formats().points(Decimal("1234.5"), unit) == text
    assert formats().signed(Decimal("1234.5"), unit) == f"+{text}"


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (5, "+5"),
        (Decimal("0.001"), "0"),
        (Decimal(-5), "−5"),
        (0, "0"),
        (Decimal("0.00"), "0"),
        (None, "–"),
    ],
)
def test_a_change_always_shows_its_sign(value, text):
    assert formats().signed(value) == text


@pytest.mark.parametrize(
    ("value", "unit", "text"),
    [
        (1, "POINTS", "1 point"),
        (Decimal(-1), "points", "−1 point"),
        (1200, None, "1,200 points"),
        (Decimal("12.5"), "GBP", "£12.50"),
        (Decimal("-12.5"), "eur", "−€12.50"),
        (1200, "JPY", "JP¥1,200"),
        (None, "GBP", "–"),
    ],
)
def test_an_amount_carries_its_unit(value, unit, text):
    assert formats().amount(value, unit) == text


def test_other_languages_group_their_own_way():
    assert formats("de_DE").points(Decimal("1234567.5")) == "1.234.567,5"


@pytest.mark.parametrize(
    ("moment", "text"),
    [
        (datetime(2026, 11, 18, 17, 2, tzinfo=UTC), "18 Nov 17:02"),
        (datetime(2026, 7, 1, 23, 30, tzinfo=UTC), "2 Jul 00:30"),
        (datetime(2025, 1, 9, 8, 5, tzinfo=UTC), "9 Jan 2025 08:05"),
        (None, "–"),
    ],
)
def test_a_moment_is_short_and_in_the_zone(moment, text):
    assert formats().when(moment) == text


def test_a_day_without_a_time_is_that_day_everywhere():
    assert formats(zone="Pacific/Auckland").day(date(2026, 11, 18)) == "18 Nov"


def test_the_element_tells_machine_and_reader_the_whole():
    tag = formats(zone="America/New_York").time_tag(NOW)

    assert tag == (
        '<time datetime="2026-11-18T17:02:09Z" title="Wednesday, 18 November 2026, 12:02:09 EST '
        '(America/New_York)">18 Nov 12:02</time>'
    )


@pytest.mark.parametrize(
    ("style", "text"),
    [("when", "18 Nov 17:02"), ("day", "18 Nov"), ("clock", "17:02:09"), ("age", "just now")],
)
def test_the_element_has_four_styles(style, text):
    assert formats().time_tag(NOW, style).endswith(f">{text}</time>")


def test_no_moment_is_a_dash():
    assert formats().time_tag(None) == "–"


@pytest.mark.parametrize(
    ("passed", "text"),
    [
        (timedelta(seconds=59), "just now"),
        (timedelta(minutes=5), "5 minutes ago"),
        (timedelta(hours=3), "3 hours ago"),
        (timedelta(days=2), "2 days ago"),
        (timedelta(seconds=-40), "in 40 seconds"),
    ],
)
def test_an_age_is_in_words(passed, text):
    assert formats().age(NOW - passed) == text


def test_a_new_year_changes_what_is_short():
    now = [NOW]
    clocked = Formats(Locale.parse("en_GB"), ZoneInfo("UTC"), lambda: now[0])
    assert clocked.when(NOW) == "18 Nov 17:02"

    now[0] = NOW + timedelta(days=60)

    assert clocked.when(NOW) == "18 Nov 2026 17:02"
    assert ">18 Nov 2026 17:02<" in clocked.time_tag(NOW)
