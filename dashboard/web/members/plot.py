"""The lines of the chart: figures as steps on a grid of even, round distances. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from math import ceil, floor

import msgspec

HEIGHT = 100
MOST_TICKS = 3
"""Even distances that the figures are spread over; a fourth is added where they cross zero unevenly."""
MAGNITUDE = 40
"""More digits than any figure has."""


class Plot(msgspec.Struct, frozen=True):
    """Paths of an SVG, ``width`` wide and :data:`HEIGHT` high, its origin at the top left."""

    width: int
    ticks: tuple[int, ...]
    """The figures along the axis, the highest first."""
    grid: str
    line: str
    area: str
    """From the line down to zero."""
    dot: str
    """The present figure."""


def plot(values: Sequence[Decimal]) -> Plot:
    """Draw at least two ``values``, evenly spaced. The axis begins at zero, or below it where they do."""
    top, bottom = max(*values, Decimal(0)), min(*values, Decimal(0))
    distance = _distance(top - bottom)
    low = floor(bottom / distance)
    high = max(ceil(top / distance), low + 1)
    span = (high - low) * distance
    width = len(values) - 1

    def y(value: Decimal) -> str:
        return f"{float((high * distance - value) * HEIGHT / span):.4g}"

    heights = [y(value) for value in values]
    line = f"M0 {heights[0]}" + "".join(f"H{at}V{heights[at]}" for at in range(1, width + 1))
    ticks = tuple(tick * distance for tick in range(high, low - 1, -1))
    return Plot(
        width=width,
        ticks=ticks,
        grid="".join(f"M0 {y(Decimal(tick))}H{width}" for tick in ticks),
        line=line,
        area=f"{line}V{y(Decimal(0))}H0Z",
        dot=f"M{width} {heights[-1]}h0",
    )


def _distance(span: Decimal) -> int:
    """1, 2 or 5 times a power of ten: the smallest of which :data:`MOST_TICKS` cover ``span``."""
    powers = (int(10**magnitude) for magnitude in range(MAGNITUDE))
    steps = (step * power for power in powers for step in (1, 2, 5))
    return next(step for step in steps if step * MOST_TICKS >= span)
