"""The files a browser gets or that make what it gets."""

from __future__ import annotations

import re
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
TEMPLATES = ROOT / "templates"
STATIC = ROOT / "static"
COMPONENTS = sorted((TEMPLATES / "components").glob("*.html"))
ALL_TEMPLATES = sorted(TEMPLATES.rglob("*.html"))
SCRIPTS = sorted((STATIC / "js").glob("*.js"))
STYLESHEET = STATIC / "css" / "console.css"
HTMX = STATIC / "vendor" / "htmx-4.0.1.min.js"


def name(path: Path) -> str:
    """How a test's ID shows a file."""
    return str(path.relative_to(ROOT))


def without_comments(template: str) -> str:
    """What Jinja compiles."""
    return re.sub(r"{#.*?#}", "", template, flags=re.DOTALL)
