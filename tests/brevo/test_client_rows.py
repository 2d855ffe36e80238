"""Numbers, times and names, in all the forms the remote may use."""

from __future__ import annotations

import time
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dashboard.brevo.errors import ForeignAnswer, Unreadable
from dashboard.brevo.rows import Document, OddRow, Row, moment

INSTANT = datetime(2026, 11, 18, 17, 2, 5, tzinfo=UTC)


@pytest.mark.parametrize(
    "text",
    [
        "2026-11-18T17:02:05Z",
        "2026-11-18T17:02:05z",
        "2026-11-18t17:02:05Z",
        "2026-11-18 17:02:05Z",
        " 2026-11-18T17:02:05Z ",
        "2026-11-18T17:02:05",
        "2026-11-18T17:02:05+00:00",
        "2026-11-18T19:02:05+02:00",
        "2026-11-18T19:02:05+0200",
        "2026-11-18T12:32:05-04:30",
        "2026-11-18 19:02:05 +02:00",
        " 2026-11-18T19:02:05+02:00 ",
        "2026-11-18T12:32:05.0 -0430",
        "2026-11-18T17:02:05.0Z",
        "2026-11-18T17:02:05.000000000Z",
    ],
)
def test_one_instant_has_many_spellings(text):
    assert moment(text) == INSTANT


@pytest.mark.parametrize("digits", range(1, 10))
def test_a_fraction_has_one_to_nine_digits(digits):
    fraction = "123456789"[:digits]

    found = moment(f"2026-11-18T17:02:05.{fraction}Z")

    assert found == INSTANT + timedelta(microseconds=int(fraction[:6].ljust(6, "0")))


def test_a_time_without_an_offset_is_utc_wherever_the_machine_stands(monkeypatch):
    with monkeypatch.context() as away:
        away.setenv("TZ", "America/New_York")
        time.tzset()
        found = moment("2026-11-18T17:02:05")
    time.tzset()

    assert found == INSTANT


def test_a_time_that_has_to_be_known_may_be_none_or_gos_zero_and_nothing_else():
    assert Row({"at": None}).sure_moment("at") is None
    assert Row({"at": "0001-01-01T00:00:00Z"}).sure_moment("at") is None
    with pytest.raises(OddRow, match="no readable at"):
        Row({"at": "soon"}).sure_moment("at")


def test_a_bare_date_is_its_midnight():
    assert moment("2026-11-18") == datetime(2026, 11, 18, tzinfo=UTC)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "soon",
        "31/12",
        "2026-13-01T00:00:00Z",
        "0001-01-01T00:00:00Z",
        "0001-01-01T00:00:00+05:00",
        "9999-12-31T23:59:59-05:00",
        "1763485325",
    ],
)
def test_what_is_no_time_is_none(text):
    assert moment(text) is None


@given(st.datetimes(timezones=st.timezones()))
def test_any_time_survives_the_trip(when):
    if 2 < when.year < 9998:
        assert moment(when.isoformat()) == when.astimezone(UTC)


@given(st.text(max_size=40))
def test_no_text_breaks_the_reader_of_times(text):
    found = moment(text)

    assert found is None or found.tzinfo is UTC


@pytest.mark.parametrize(
    ("value", "number"),
    [
        (7, "7"),
        (Decimal("0.10"), "0.10"),
        ("12.50", "12.50"),
        ("-3", "-3"),
        ("1e2", "100"),
        ("1e30", "1e30"),
        (0, "0"),
    ],
)
def test_a_number_may_be_text(value, number):
    assert Row({"amount": value}).number("amount") == Decimal(number)


@pytest.mark.parametrize(
    "value", [None, "", "lots", True, [], {}, "NaN", "Infinity", "1e31", "1e999", "1e-999", Decimal("1e400")]
)
def test_what_is_no_sensible_number_is_none(value):
    assert Row({"amount": value}).number("amount") is None


@pytest.mark.parametrize(("value", "whole"), [(7, 7), ("7", 7), ("7.0", 7), ("7.5", None), ("x", None)])
def test_a_whole_number_has_no_fraction(value, whole):
    assert Row({"count": value}).integer("count") == whole


@pytest.mark.parametrize("name", ["transactionid", "transactionId", "transaction_id", "TransactionId"])
def test_a_name_is_known_in_every_casing(name):
    assert Row({name: "t-1"}).text("transactionid") == "t-1"


def test_the_first_name_that_says_something_wins():
    row = Row({"offerId": "o-1", "rewardId": None})

    assert row.text("rewardId", "offerId") == "o-1"


def test_a_null_in_one_casing_does_not_hide_the_value_in_another():
    assert Row({"expires_at": None, "expiresAt": "x"}).text("expiresAt") == "x"
    assert Row({"expiresAt": "x", "expires_at": None}).text("expiresAt") == "x"


def test_blank_text_is_none():
    assert Row({"name": "  "}).text("name") is None


@pytest.mark.parametrize(
    ("value", "yes"), [(True, True), ("true", True), (False, False), ("no", False), (1, False)]
)
def test_a_flag_says_yes_or_no(value, yes):
    assert Row({"authorize": value}).flag("authorize") is yes


def test_what_a_row_is_useless_without_makes_it_odd():
    with pytest.raises(OddRow, match="no id"):
        Row({}).need_text("id")


def test_an_absent_name_binds_nothing_and_a_different_one_is_foreign():
    row = Row({"contactId": "77"})
    row.expect(contactId=77, loyaltyProgramId="p")

    with pytest.raises(ForeignAnswer):
        row.expect(contactId=78)


def test_a_list_may_be_null_but_not_absent():
    assert Document({"items": None}).listed("items") == ()
    with pytest.raises(Unreadable):
        Document({}).listed("items")
    with pytest.raises(Unreadable):
        Document({"items": "many"}).listed("items")
    with pytest.raises(Unreadable):
        Document("items").listed("items")


ID = "fa77e8c5-0d1b-4a53-9d3e-b0c2a1f0e6ad"


@pytest.mark.parametrize(
    "text", [ID, ID.upper(), ID.capitalize(), ID.replace("-", ""), f"{{{ID}}}", f"urn:uuid:{ID}"]
)
def test_an_id_is_compared_in_one_form_however_it_is_written(text):
    assert Row({"id": text}).key("id") == ID
