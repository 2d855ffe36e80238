"""A storm over real HTTP, of 300 credits: see :mod:`tests.faults.storm`.

``FAULTS_SEED`` and ``FAULTS_CHANGES`` choose another storm or a longer one; the figures are printed, and
shown by ``pytest -rP``.
"""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

from dashboard.store.audit import Outcome
from dashboard.store.intents import State
from tests.faults.browser import Claim, claim_of
from tests.faults.stack import AMOUNT
from tests.faults.storm import Storm, stormy
from tests.faults.weather import Weather

pytestmark = pytest.mark.timeout(600)

SEED = int(os.environ.get("FAULTS_SEED", "20261118"))
CHANGES = int(os.environ.get("FAULTS_CHANGES", "300"))
KILLS = max(6, CHANGES // 30)


@pytest.fixture(scope="module")
def storm(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Storm]:
    """One storm, to its end."""
    folder: Path = tmp_path_factory.mktemp("storm")
    with stormy(folder, SEED, CHANGES, KILLS) as storm:
        print(f"\nstorm       seed {SEED}\n{Weather.of(storm)}")
        yield storm


def test_nothing_is_given_twice_and_nothing_is_lost(storm: Storm):
    assert (storm.doubles, storm.losses) == (0, 0), f"seed {SEED}"
    moved = {member: storm.stack.points(member) - change.before for member, change in storm.changes.items()}
    assert {member: points for member, points in moved.items() if points != AMOUNT} == {}, f"seed {SEED}"


def test_nobody_is_told_what_is_not_true(storm: Storm):
    assert storm.wrong == [], f"seed {SEED}"
    last = {claim_of(change.story.told[-1]) for change in storm.changes.values()}
    assert last == {Claim.GIVEN}, f"seed {SEED}"


def test_the_console_knows_of_every_one_that_it_is_done(storm: Storm):
    states = Counter(storm.stack.intent(change.story.intent_id).state for change in storm.changes.values())
    assert states == {State.DONE: CHANGES}, f"seed {SEED}"


def test_the_record_has_every_wish_and_every_outcome_and_is_whole(storm: Storm):
    for change in storm.changes.values():
        outcomes = [each.outcome for each in storm.stack.record(change.story.intent_id)]
        assert (outcomes[0], outcomes[-1]) == (Outcome.PENDING, Outcome.DONE), f"seed {SEED}"
        assert outcomes.count(Outcome.DONE) == 1, f"seed {SEED}"
    assert "is whole" in storm.stack.verify()


def test_it_was_a_storm(storm: Storm):
    assert sum(storm.met.values()) >= CHANGES // 2
    assert len(storm.met) >= 20
    assert storm.kills.total() >= KILLS // 2
