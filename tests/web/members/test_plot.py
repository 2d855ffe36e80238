"""The lines of the chart."""

from decimal import Decimal

import pytest

from dashboard.web.members.plot import plot


def drawn(*values: int) -> list[Decimal]:
    return [Decimal(value) for value in values]


def test_steps_go_along_and_then_up_or_down() -> None:
    found = plot(drawn(0, 300, 150))
    assert found.line == "M0 100H1V0H2V50"
    assert found.area == "M0 100H1V0H2V50V100H0Z"
    assert found.dot == "M2 50h0"


def test_the_axis_begins_at_zero_and_has_round_even_steps() -> None:
    assert plot(drawn(6_200, 12_480)).ticks == (15_000, 10_000, 5_000, 0)


def test_a_grid_line_stands_at_each_figure_of_the_axis() -> None:
    assert plot(drawn(0, 2)).grid == "M0 0H1M0 50H1M0 100H1"


def test_what_is_below_zero_widens_the_axis_downwards() -> None:
    found = plot(drawn(-50, 100))
    assert found.ticks == (100, 50, 0, -50)
    assert found.area.endswith("V66.67H0Z")


@pytest.mark.parametrize("values", [(0, 0), (0, 0, 0)])
def test_nothing_but_zeros_is_a_line_at_the_bottom(values: tuple[int, ...]) -> None:
    assert plot(drawn(*values)).line.startswith("M0 100")


def test_parts_of_a_point_are_drawn_where_they_are() -> None:
    assert plot([Decimal("0.5"), Decimal(1)]).line == "M0 50H1V0"
