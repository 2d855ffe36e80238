"""Thousands of seeded schedules of faults, crashes and other people; and engines that must fail them."""

from __future__ import annotations

import pytest

from tests.actions.schedules import Schedule, first_wrong
from tests.actions.wrong_engines import WRONG_ENGINES, WRONG_PROTOCOLS

SCHEDULES = 8000
PATIENCE = 3000
"""Schedules in which a wrong engine must have shown itself."""


@pytest.mark.parametrize("part", range(4))
def test_no_schedule_doubles_loses_or_lies(part):
    share = SCHEDULES // 4
    found = first_wrong(range(part * share, (part + 1) * share))
    assert found is None, f"seed {found.seed}: {found.wrong}"


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
