"""Stories of one credit told by hypothesis; and wrong engines whose mistakes it tells in a few words."""

from __future__ import annotations

import pytest
from hypothesis.stateful import run_state_machine_as_test

from tests.actions.machine import machine, patience
from tests.actions.wrong_engines import (
    CreatesAgainAtOnce,
    ForgetsTheDraftAfterACrash,
    LostMeansDone,
    LostMeansFailed,
    NeverSweeps,
    RefusedMeansFailed,
)

STORIES = 250
"""In every test run; ``make soak`` tells more, and others each time."""


def test_no_story_doubles_loses_or_lies():
    run_state_machine_as_test(machine(), settings=patience(STORIES))


@pytest.mark.parametrize(
    "wrong",
    [LostMeansFailed, LostMeansDone, CreatesAgainAtOnce, RefusedMeansFailed, ForgetsTheDraftAfterACrash],
    ids=lambda wrong: wrong.__name__,
)
def test_a_wrong_decision_is_told_in_a_short_story(wrong):
    with pytest.raises(AssertionError) as told:
        run_state_machine_as_test(machine(make_protocol=wrong), settings=patience(STORIES))
    assert rules_in(told.value) <= 5


def test_a_wrong_engine_is_told_in_a_short_story():
    with pytest.raises(AssertionError) as told:
        run_state_machine_as_test(machine(make_engine=NeverSweeps), settings=patience(STORIES))
    assert rules_in(told.value) <= 6


def rules_in(told: BaseException) -> int:
    """How many rules the shortest failing story takes, as hypothesis notes it on the failure."""
    notes = "\n".join(getattr(told, "__notes__", ()))
    return sum(line.strip().startswith("state.") for line in notes.splitlines())
