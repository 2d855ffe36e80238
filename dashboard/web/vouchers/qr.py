"""A code as a picture that tills can read."""

from __future__ import annotations

from io import BytesIO

import segno
from markupsafe import Markup

SCALE = 5
"""Pixels of one square: large enough for a scanner held to a screen."""


def svg(code: str) -> Markup:
    """A QR code as markup for the page: dark on light in both themes, as scanners want it."""
    out = BytesIO()
    drawn = segno.make(code, error="m", micro=False)
    drawn.save(
        out, kind="svg", scale=SCALE, dark="#000", light="#fff", xmldecl=False, svgns=False, nl=False,
        svgclass=None, lineclass=None,
    )  # fmt: skip
    return Markup(out.getvalue().decode())  # noqa: S704 - of a library of ours: paths and colours, no text
