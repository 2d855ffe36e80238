"""A code as a picture that tills can read."""

from __future__ import annotations

from io import BytesIO

import segno
from markupsafe import Markup

SIZE = 240
"""Pixels of the picture, whatever is in it: enough for a scanner, and no wider than the smallest screen."""


def svg(code: str) -> Markup:
    """A QR code as markup for the page: dark on light in both themes, as scanners want it.

    It is drawn into the page and carries no styles, as the content policy allows neither styles in markup nor
    pictures out of data addresses.
    """
    out = BytesIO()
    segno.make(code, error="m", micro=False).save(
        out,
        kind="svg",
        dark="#000",
        light="#fff",
        xmldecl=False,
        svgns=False,
        nl=False,
        omitsize=True,
        svgclass=None,
        lineclass=None,
    )
    size = f'<svg width="{SIZE}" height="{SIZE}" shape-rendering="crispEdges" '
    drawn = out.getvalue().decode().replace("<svg ", size, 1)
    return Markup(drawn)  # noqa: S704 - paths and colours only: no text of the code is in it
