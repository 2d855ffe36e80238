"""Many thousands of seeded schedules of faults, crashes and other people; and engines that must fail them.

``pytest -rP`` shows the figures. ``make soak`` plays millions.
"""

from __future__ import annotations

from functools import cache

import pytest

from tests.actions.figures import Figures, played
from tests.actions.schedules import Schedule, first_wrong
from tests.actions.wrong_engines import WRONG_ENGINES, WRONG_PROTOCOLS

pytestmark = pytest.mark.timeout(600)

SCHEDULES = 200_000
PARTS = 20
PATIENCE = 10_000
"""Schedules in which a wrong engine must have shown itself."""


@cache
def part(number: int) -> Figures:
    """One share of the schedules, played once however many tests look at it."""
    share = SCHEDULES // PARTS
    return played(range(number * share, (number + 1) * share))


@pytest.fixture(scope="module")
def figures() -> Figures:
    """All of them."""
    total = Figures()
    for number in range(PARTS):
        total.add(part(number))
    print(f"\n{total}")
    return total


@pytest.mark.parametrize("number", range(PARTS))
def test_no_schedule_doubles_loses_or_lies(number):
    assert part(number).wrong == [], "play it again: Schedule(seed).run()"


def test_the_figures_keep_to_their_bars(figures):
    assert figures.schedules == SCHEDULES
    assert (figures.doubles, figures.losses, figures.lies) == (0, 0, 0)
    assert figures.missed == []


def test_a_seed_plays_the_same_story_again():
    first, second = Schedule(34).run(), Schedule(34).run()
    assert first.remote.calls == second.remote.calls
    assert first.row == second.row


@pytest.mark.parametrize("wrong", WRONG_PROTOCOLS, ids=lambda wrong: wrong.__name__)
def test_a_wrong_decision_is_caught(wrong):
    assert first_wrong(range(PATIENCE), make_protocol=wrong) is not None


@pytest.mark.parametrize("wrong", WRONG_ENGINES, ids=lambda wrong: wrong.__name__)
def test_a_wrong_engine_is_caught(wrong):
    assert first_wrong(range(PATIENCE), make_engine=wrong) is not None
