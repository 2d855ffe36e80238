"""Text reaches 4.5:1 and parts 3:1 (WCAG 1.4.3, 1.4.11) in both themes, computed from the tokens."""

from __future__ import annotations

import re

import pytest

from tests.front.sources import STYLESHEET

TEXT = [
    ("text", "surface"), ("text", "page"), ("text", "sunken"), ("text", "accent-tint"), ("text", "good-tint"),
    ("text", "gold-tint"),
    ("muted", "surface"), ("muted", "page"), ("muted", "sunken"), ("muted", "good-tint"),
    ("accent", "surface"), ("accent", "page"), ("accent", "accent-tint"),
    ("good", "surface"), ("good", "good-tint"),
    ("warn", "surface"), ("warn", "sunken"), ("warn", "warn-tint"),
    ("bad", "surface"), ("bad", "page"), ("bad", "bad-tint"),
    ("gold", "gold-tint"),
    ("on-primary", "primary"), ("on-primary", "primary-hover"),
    ("on-primary", "danger"), ("on-primary", "danger-hover"),
]  # fmt: skip
PARTS = [
    ("field-line", "surface"), ("bad", "surface"), ("primary", "surface"), ("primary", "sunken"),
    ("focus", "surface"), ("focus", "page"), ("focus", "good-tint"), ("accent", "surface"),
]  # fmt: skip
THEMES = {"light": 0, "dark": 1}


def tokens(theme: int) -> dict[str, str]:
    css = STYLESHEET.read_text()
    pairs = re.findall(r"--([\w-]+): light-dark\((#\w+), (#\w+)\);", css)
    plain = re.findall(r"--([\w-]+): (#\w+);", css)
    return {key: values[theme] for key, *values in pairs} | dict(plain)


def luminance(colour: str) -> float:
    digits = colour[1:] if len(colour) == 7 else "".join(each * 2 for each in colour[1:])
    channels = (int(digits[at : at + 2], 16) / 255 for at in (0, 2, 4))
    red, green, blue = (c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    high, low = sorted((luminance(one), luminance(other)), reverse=True)
    return (high + 0.05) / (low + 0.05)


@pytest.mark.parametrize("theme", THEMES)
@pytest.mark.parametrize(("front", "back"), TEXT)
def test_text_is_readable(theme: str, front: str, back: str):
    colours = tokens(THEMES[theme])
    assert contrast(colours[front], colours[back]) >= 4.5


@pytest.mark.parametrize("theme", THEMES)
@pytest.mark.parametrize(("front", "back"), PARTS)
def test_parts_can_be_told_apart(theme: str, front: str, back: str):
    colours = tokens(THEMES[theme])
    assert contrast(colours[front], colours[back]) >= 3


def test_every_colour_is_a_token():
    rules = STYLESHEET.read_text().partition("@layer base {")[2]
    assert re.findall(r"#[0-9a-f]{3,8}\b(?![\w-]* \{)", rules) == []
