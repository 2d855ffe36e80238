"""What no template may contain: code in markup, unescaped data, what undoes the strict policy, bad words."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from pathlib import Path

import pytest

from tests.front.sources import ALL_TEMPLATES, COMPONENTS, SCRIPTS, name, without_comments


def offenders(paths: Iterable[Path], faults: Callable[[str], list[str]]) -> dict[str, list[str]]:
    """The files in which something is found, and what."""
    found = {name(path): faults(path.read_text()) for path in paths}
    return {file: what for file, what in found.items() if what}


FORBIDDEN = {
    "an inline script": r"<script(?![^>]*\bsrc=)",
    "a style element": r"<style\b",
    "a style attribute": r"[\s\"']style\s*=|[\"']style[\"']\s*:",
    "an inline handler": r"[\s\"']on(?:click|change|input|submit|load|error|focus|blur|key\w+|mouse\w+)\s*=",
    "hx-on": r"hx-on\b",
    "a value computed by htmx": r"\bjs:|javascript:",
    "a trigger filter": r"hx-trigger[\"']?\s*[=:]\s*[\"'][^\"']*\[",
    "hx-boost": r"hx-boost\b",
    "hx-disable, which takes the focus away": r"hx-disable\b",
    "the browser's own confirm()": r"hx-confirm\b",
    "htmx's preload": r"hx-preload\b",
    "unescaped data": r"\|\s*safe\b|autoescape\s+false|\bMarkup\(",
    "something from elsewhere": r"(?:src|href|action)=[\"'](?:https?:)?//",
}


@pytest.mark.parametrize("pattern", FORBIDDEN.values(), ids=FORBIDDEN)
def test_no_template_contains(pattern: str):
    assert offenders(ALL_TEMPLATES, lambda text: re.findall(pattern, without_comments(text))) == {}


BAD_WORDS = re.compile(r"\b(please|sorry|oops|invalid|submit|are you sure)\b", re.IGNORECASE)
CODE = re.compile(r"""aria-invalid|amount_submit|type=["']submit["']|["']submit["']""")
"""Where markup itself has one of the words."""


def test_no_bad_word_reaches_a_reader():
    def bad_words(text: str) -> list[str]:
        return BAD_WORDS.findall(CODE.sub("", without_comments(text)))

    assert offenders([*ALL_TEMPLATES, *SCRIPTS], bad_words) == {}


def test_each_posting_form_carries_a_token():
    def without_token(text: str) -> list[str]:
        forms = re.findall(r"<form\b[^>]*method=\"post\".*?</form>", text, re.DOTALL)
        return [form for form in forms if "csrf_token()" not in form]

    # Before signing in there is no session that a token could be bound to.
    signed_in = [path for path in ALL_TEMPLATES if path.parent.name != "sign_in"]
    assert offenders(signed_in, without_token) == {}


def test_each_component_says_what_it_takes():
    assert [path.name for path in COMPONENTS if not path.read_text().startswith("{#- ")] == []


def test_each_component_uses_nothing_but_its_arguments():
    ambient = r"\b(?:shell|request|session|current_user|g)\."
    assert offenders(COMPONENTS, lambda text: re.findall(ambient, without_comments(text))) == {}
