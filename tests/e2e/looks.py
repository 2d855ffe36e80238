"""One visit of a screen, in which everything that must hold everywhere is looked at."""

from __future__ import annotations

import json
import os
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

from axe_playwright_python.base import AXE_SCRIPT
from playwright.sync_api import Page

from tests.e2e.desk import Desk
from tests.e2e.screens import Screen
from tests.e2e.stack import ROOT

SIZES = {1440: 900, 1024: 768, 390: 844}
THEMES: tuple[Literal["light", "dark"], ...] = ("light", "dark")
WIDTHS = (320, 390, 699, 700, 1024, 1099, 1100, 1440)
PICTURES = Path(os.environ.get("SCREENSHOTS", ROOT / "screenshots"))
TARGET = 24
"""Pixels: WCAG 2.2, 2.5.8."""

_STANDARDS = {
    "type": "tag",
    "values": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"],
}
_COLOURS = {"type": "rule", "values": ["color-contrast", "link-in-text-block"]}
"""All that another theme can change."""
_PROBE = Path(__file__).with_suffix(".js").read_text(encoding="utf-8")


@dataclass
class Look:
    """What was found; empty where all is well."""

    violations: dict[str, list[str]] = field(default_factory=dict)
    """Of WCAG 2.2 AA and best practice, by theme and width."""
    sideways: dict[str, int] = field(default_factory=dict)
    """How many pixels the page is too wide, by width."""
    cut_off: dict[str, list[str]] = field(default_factory=dict)
    """Texts that are cut off when the text is twice as large."""
    small: dict[str, list[str]] = field(default_factory=dict)
    """Targets smaller than :data:`TARGET`, by width."""


def look_at(desk: Desk, screen: Screen) -> Look:
    """Visit the screen once and turn it around."""
    page = screen.open(desk)
    found = Look()
    for theme in THEMES:
        page.emulate_media(color_scheme=theme)
        for width, height in SIZES.items():
            page.set_viewport_size({"width": width, "height": height})
            found.violations[f"{theme} {width}"] = _axe(page, _STANDARDS if theme == "light" else _COLOURS)
            found.small[f"{width}"] = _probe(page)["small"]
            _picture(page, f"{screen.name} {width} {theme}")
    for width in WIDTHS:
        page.set_viewport_size({"width": width, "height": 800})
        found.sideways[f"{width}"] = _probe(page)["sideways"]
    _enlarge(page, found)
    return found


def _enlarge(page: Page, found: Look) -> None:
    """Text of 200 % (WCAG 1.4.4), as a browser's own setting does it."""
    page.set_viewport_size({"width": 1280, "height": 800})
    page.evaluate("document.documentElement.style.fontSize = '32px'")
    told = _probe(page)
    found.sideways["200 %"], found.cut_off["200 %"] = told["sideways"], told["cutOff"]


def _probe(page: Page) -> Any:
    return page.evaluate(_PROBE, TARGET)


def _axe(page: Page, rules: object) -> list[str]:
    if not page.evaluate("'axe' in window"):
        page.evaluate(AXE_SCRIPT)
    options = json.dumps({"runOnly": rules, "resultTypes": ["violations"]})
    results = page.evaluate(f"axe.run({options})")
    return [
        f"{each['id']}: {' '.join(map(str, node['target']))}: {node['failureSummary']}"
        for each in results["violations"]
        for node in each["nodes"]
    ]


def _picture(page: Page, name: str) -> None:
    if " 1024 " not in name:
        PICTURES.mkdir(exist_ok=True)
        page.screenshot(path=PICTURES / f"{name.replace(' ', '-')}.png")
