"""What the browser loads: pinned, small, and complete."""

from __future__ import annotations

import gzip
import hashlib
import json
import re
from pathlib import Path

from dashboard.web import shell
from tests.front.sources import ALL_TEMPLATES, HTMX, SCRIPTS, STATIC, STYLESHEET, TEMPLATES, without_comments

KB = 1024
HTMX_SHA256 = "a0abb04f2f45a1f89d1d4844023245537e5e6014c87b144553e0607b4cc32130"


def gzipped(*paths: Path) -> int:
    return sum(len(gzip.compress(path.read_bytes(), 9)) for path in paths)


def test_htmx_is_the_published_file():
    assert hashlib.sha256(HTMX.read_bytes()).hexdigest() == HTMX_SHA256


def test_the_scripts_weigh_at_most_20_kb():
    assert gzipped(HTMX, *SCRIPTS) <= 20 * KB


def test_the_stylesheet_weighs_at_most_8_kb():
    assert gzipped(STYLESHEET) <= 8 * KB


def test_every_script_is_loaded_by_the_layout():
    layout = (TEMPLATES / "layouts" / "base.html").read_text()
    loaded = re.findall(r"<script src=\"{{ static_url\('([^']+)'\) }}\" defer>", layout)
    assert sorted(loaded) == sorted(str(path.relative_to(STATIC)) for path in [HTMX, *SCRIPTS])


def htmx_settings() -> dict[str, object]:
    layout = (TEMPLATES / "layouts" / "base.html").read_text()
    (content,) = re.findall(r"name=\"htmx-config\" content='([^']+)'", layout)
    settings: dict[str, object] = json.loads(content)
    return settings


def test_htmx_knows_every_setting_we_give_it():
    settings = htmx_settings()
    source = HTMX.read_text()
    assert [key for key in settings if not re.search(rf"\b{key}:", source)] == []


def test_htmx_keeps_no_page_in_the_browser_and_swaps_in_no_server_error():
    settings = htmx_settings()
    assert settings["history"] == "reload"
    assert settings["noSwap"] == [204, 304, "5xx"]
    assert settings["includeIndicatorCSS"] is False


def test_the_scripts_store_nothing_and_evaluate_nothing():
    storing = r"localStorage|sessionStorage|indexedDB|document\.cookie"
    evaluating = r"\beval\(|new Function|innerHTML|insertAdjacentHTML"
    assert [path.name for path in SCRIPTS if re.search(f"{storing}|{evaluating}", path.read_text())] == []


def sprite_icons() -> set[str]:
    return set(re.findall(r'<symbol id="([\w-]+)"', (STATIC / "icons.svg").read_text()))


def icons_in_templates() -> set[str]:
    found: set[str] = set()
    for path in ALL_TEMPLATES:
        text = without_comments(path.read_text())
        for call in re.findall(r"\bicon\((.*?)\) ?}}", text):
            found.update(re.findall(r'"([a-z][a-z-]*)"(?!:)', call))
        found.update(re.findall(r'\bicon="([a-z-]+)"', text))
        found.update(re.findall(r'\bfact\([^()]*, "([a-z-]+)",', text))
    return found


def icons_in_the_navigation() -> set[str]:
    return {icon for _, _, icon, _, _ in shell._NAV}


def test_every_icon_used_is_in_the_sprite():
    assert (icons_in_templates() | icons_in_the_navigation()) - sprite_icons() == set()


def test_the_sprite_names_its_licence():
    licences = (STATIC / "vendor" / "LICENCES.txt").read_text()
    assert "ISC License" in licences
    assert "Zero-Clause BSD" in licences
