"""Further fields of an order, as staff type them."""

from __future__ import annotations

import pytest

from dashboard.actions import order_meta
from dashboard.actions.operation import MARKS, mark
from dashboard.store.intent import Kind
from tests.actions.tale import asked


def told(text: str) -> list[str]:
    return [each.message for each in order_meta.parse(text)[1]]


def test_a_line_is_a_name_a_colon_and_a_value():
    assert order_meta.parse(" channel : phone \n\ntill:7:left") == (
        {"channel": "phone", "till": "7:left"},
        [],
    )


def test_no_line_is_no_field():
    assert order_meta.parse(" \n ") == ({}, [])


@pytest.mark.parametrize("name", sorted(MARKS))
def test_our_own_marks_are_reserved_in_any_case(name):
    assert told(f"{name.upper()}: x") == [f"Further fields, line 1: the console writes “{name}” itself"]


def test_every_mark_that_we_write_is_reserved():
    intent = asked(Kind.CREDIT, {"reason": "late", "case_reference": "ZD-1"})

    assert mark(intent).keys() == MARKS


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("phone", "write a name, a colon and a value"),
        (": phone", "write a name, a colon and a value"),
        ("channel:", "write a name, a colon and a value"),
        (
            "höhe: 3",
            "begin the name with a letter, and go on with letters, digits, dots, dashes and underscores",
        ),
        ("a" * 41 + ": 3", "the name must be 40 characters or fewer"),
        ("a: " + "x" * 101, "the value must be 100 characters or fewer"),
        ("a: x\u202ey", "remove the hidden characters from the value"),
    ],
)
def test_each_line_that_breaks_a_rule_is_named(line, message):
    assert told(f"till: 7\n{line}") == [f"Further fields, line 2: {message}"]


@pytest.mark.parametrize("line", ["a" * 40 + ": 3", "a: " + "x" * 100, "a.B-c_1: ü"])
def test_what_just_fits_is_taken(line):
    assert told(line) == []


def test_a_name_stands_once():
    assert told("till: 7\nTill: 8") == ["Further fields, line 2: “till” stands in another line already"]


def test_five_are_taken_and_a_sixth_is_not():
    lines = [f"f{number}: x" for number in range(6)]

    assert told("\n".join(lines[:5])) == []
    assert told("\n".join(lines)) == ["Enter 5 or fewer further fields"]
