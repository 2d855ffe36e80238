"""The explorer on every kind of change but credits, and wrong ways to make them that it must catch."""

from __future__ import annotations

import pytest

from tests.actions.desk_deeds import DEEDS
from tests.actions.desk_schedules import DeskSchedule, first_wrong
from tests.actions.wrong_operations import WRONG

SCHEDULES = 2_500
"""Of each kind, in every test run; ``make soak`` plays more."""
PATIENCE = 4_000


@pytest.mark.parametrize("name", DEEDS)
def test_no_schedule_doubles_loses_or_lies(name):
    found = first_wrong(name, range(SCHEDULES))
    assert found is None, f"seed {found.seed}: {found.wrong}"


@pytest.mark.parametrize("name", DEEDS)
def test_without_trouble_a_change_takes_the_calls_it_needs_and_ends_done(name):
    calm = next(one for one in (DeskSchedule(seed, name) for seed in range(500)) if is_calm(one))
    calm.run()
    assert calm.row.state.value == "done"
    assert len(calm.desk.calls) == len(DEEDS[name].writes) + DEEDS[name].leaves_strays


def is_calm(schedule: DeskSchedule) -> bool:
    return not (schedule.fault_rate or schedule.crash_rate or schedule.meddles)


@pytest.mark.parametrize("mistake", WRONG)
def test_a_wrong_way_is_caught(mistake):
    name, make_operations = WRONG[mistake]
    assert first_wrong(name, range(PATIENCE), make_operations) is not None
