"""A storm over real HTTP, of 300 changes: see :mod:`tests.faults.storm`.

``FAULTS_SEED`` and ``FAULTS_CHANGES`` choose another storm or a longer one; the figures are printed, and
shown by ``pytest -rP``.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from dashboard.store.audit import Outcome
from dashboard.store.intents import Kind, State
from tests.faults.browser import Claim, claim_of
from tests.faults.errands import KINDS
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
    wrong = {
        change.errand.contact_id: (change.kind, moved)
        for change in storm.changes
        if (moved := storm.stack.points_of_any(change.errand.contact_id) - change.before)
        != change.errand.moves
    }
    assert wrong == {}, f"seed {SEED}"


def test_nobody_is_told_what_is_not_true(storm: Storm):
    assert storm.wrong == [], f"seed {SEED}"
    last = {
        (claim_of(change.story.told[-1]), storm.state_of(change) is State.DONE) for change in storm.changes
    }
    assert last <= {(Claim.DONE, True), (Claim.NOTHING, False)}, f"seed {SEED}"


def test_the_console_knows_that_it_is_done_but_where_one_lost_answer_leaves_it_to_a_person(storm: Storm):
    states = {(change.kind, storm.state_of(change)) for change in storm.changes}
    may_be_held = {(name, State.HELD) for name, kind in KINDS.items() if kind.may_be_held}
    assert states <= may_be_held | {(name, State.DONE) for name in KINDS}, f"seed {SEED}"


def test_the_record_has_every_wish_and_every_outcome_and_is_whole(storm: Storm):
    for change in storm.changes:
        outcomes = [each.outcome for each in storm.stack.record(change.story.intent_id)]
        is_done = storm.state_of(change) is State.DONE
        last = Outcome.DONE if is_done else Outcome.UNKNOWN
        assert (outcomes[0], outcomes[-1]) == (Outcome.PENDING, last), f"seed {SEED}"
        assert outcomes.count(Outcome.DONE) == is_done, f"seed {SEED}"
    assert "is whole" in storm.stack.verify()


def test_it_was_a_storm(storm: Storm):
    assert {storm.stack.intent(each.story.intent_id).kind for each in storm.changes} == set(Kind)
    assert sum(storm.met.values()) >= CHANGES // 2
    assert len(storm.met) >= 20
    assert storm.kills.total() >= KILLS // 2
