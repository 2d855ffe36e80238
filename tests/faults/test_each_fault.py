"""Every fault, met by each of the two calls: pages tell the truth meanwhile, and one credit is the end of it.

All changes run at the same time, each on a member of its own, so that the whole table takes as long as its
slowest line.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path
from statistics import median
from typing import Any

import pytest

from dashboard.store.audit import Outcome
from dashboard.store.intents import State
from tests.faults.browser import Claim, claim_of
from tests.faults.stack import AMOUNT, COMPLETE, CREATE, NEVER, ONE_CREDIT, Stack, running
from tests.faults.witness import Story, Witness

pytestmark = pytest.mark.timeout(300)


@dataclass(frozen=True)
class Fault:
    """What a call meets, and what must come of it."""

    kind: str
    more: Mapping[str, Any] = field(default_factory=dict)
    sent: int = 1
    """How often the call reaches the remote in all: again only where it was not carried out."""

    def __str__(self) -> str:
        return "-".join(
            [self.kind, *(str(each) for each in self.more.values() if not isinstance(each, dict))]
        )


SOON = {"x-sib-ratelimit-reset": "1"}

LOST_BEFORE = [
    Fault("drop_before", sent=2),
    Fault("reset_before", sent=2),
    Fault("status", {"status": 500}, sent=2),
    Fault("html", {"status": 502}, sent=2),
    Fault("html", {"status": 200}, sent=2),
    Fault("redirect", sent=2),
    Fault("status", {"status": 429, "headers": SOON}, sent=2),
]
"""Not carried out."""
LOST_AFTER = [
    Fault("apply_then_drop"),
    Fault("apply_then_reset"),
    Fault("apply_then_status", {"status": 500}),
    Fault("truncate"),
    Fault("garbage"),
    Fault("not_json"),
    Fault("empty"),
    Fault("foreign"),
    Fault("huge"),
    Fault("gzip_bomb"),
    Fault("stray"),
]
"""Carried out, and the answer is lost; after the last one it is there, with another behind it."""
HANGS = [
    Fault("apply_then_delay", {"seconds": NEVER}),
    Fault("drip", {"seconds": 20}),
    Fault("slow_headers", {"seconds": 20}),
]
"""Carried out, and no answer within the deadline."""

CELLS = {
    **{f"{CREATE} {fault}": (CREATE, fault) for fault in [*LOST_BEFORE, *LOST_AFTER, *HANGS]},
    **{f"{COMPLETE} {fault}": (COMPLETE, fault) for fault in [*LOST_BEFORE, *LOST_AFTER, *HANGS]},
    # Not carried out at all within this test: it is not in the record of calls, only the second one is.
    f"{CREATE} hangs": (CREATE, Fault("delay", {"seconds": NEVER})),
    f"{COMPLETE} hangs": (COMPLETE, Fault("delay", {"seconds": NEVER})),
}
PRESSING = 12
"""Buttons pressed at once; eight of them wait for a call that hangs."""
REFUSALS = [400, 404, 422]
NOT_HEARD = {str(fault) for fault in [*LOST_AFTER[:-1], *HANGS]}
"""Faults after which nobody told the console the new balance, when it is completing that meets them."""


@dataclass(frozen=True)
class Played:
    """One line of the table, to its end."""

    stack: Stack
    member: int
    points_before: Decimal
    story: Story

    @property
    def points_given(self) -> Decimal:
        return self.stack.points(self.member) - self.points_before

    @property
    def ours(self) -> list[tuple[Decimal, str]]:
        return self.stack.ours(self.member, self.story.intent_id)

    @property
    def claims(self) -> list[Claim]:
        return [claim_of(text) for text in self.story.told]

    def sent(self, operation: str) -> int:
        return self.stack.calls(self.member).count(operation)


@pytest.fixture(scope="module")
def played(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, Played]]:
    """The whole table."""
    folder: Path = tmp_path_factory.mktemp("table")
    with running(folder, threads=32) as stack:
        table = _play_all(stack)
        _print_figures(table)
        yield table


def _play_all(stack: Stack) -> dict[str, Played]:
    refusals = {f"refused {each}": (CREATE, Fault("status", {"status": each})) for each in REFUSALS}
    orders: dict[str, tuple[str, Fault]] = {**CELLS, **refusals}
    # The slow ones first: they only wait.
    names = sorted(orders, key=lambda name: "seconds" not in orders[name][1].more)
    browser = stack.browser()

    with ThreadPoolExecutor(len(orders)) as watching, ThreadPoolExecutor(PRESSING) as pressing:

        def play(member: int, operation: str, fault: Fault) -> Future[Played]:
            before, form = stack.points(member), browser.open_form(member)
            stack.fault(fault.kind, operation, member, **fault.more)
            witness = Witness(stack, browser, form)
            witness.press()
            return watching.submit(lambda: Played(stack, member, before, witness.watch()))

        futures = {name: pressing.submit(play, stack.new_member(), *orders[name]) for name in names}
        return {name: future.result().result() for name, future in futures.items()}


def _print_figures(table: Mapping[str, Played]) -> None:
    times = {name: each.story.settled_after or 0.0 for name, each in table.items()}
    slowest = max(times, key=lambda name: times[name])
    pages = sum(len(each.story.told) for each in table.values())
    print(
        f"\n{len(table)} changes, one fault each: settled after {median(times.values()):.1f} s (median), "
        f"{times[slowest]:.1f} s ({slowest}); {pages} pages read"
    )


@pytest.mark.parametrize("cell", CELLS)
def test_one_credit_is_given_and_every_page_told_the_truth(played: dict[str, Played], cell: str):
    one, (operation, fault) = played[cell], CELLS[cell]

    assert one.story.wrong == []
    assert Claim.NOT_DONE not in one.claims
    assert one.claims[-1] is Claim.DONE
    assert one.ours == ONE_CREDIT
    assert one.points_given == AMOUNT
    assert one.sent(operation) == fault.sent


@pytest.mark.parametrize("cell", CELLS)
def test_the_console_knows_what_the_remote_told_it_and_no_more(played: dict[str, Played], cell: str):
    one, (operation, fault) = played[cell], CELLS[cell]
    intent = one.stack.intent(one.story.intent_id)
    is_told = operation == CREATE or str(fault) not in NOT_HEARD

    assert (intent.state, intent.applied_amount) == (State.DONE, AMOUNT)
    assert intent.balance_after == (one.stack.points(one.member) if is_told else None)
    assert ("Balance is now" in one.story.told[-1]) == is_told


@pytest.mark.parametrize("cell", CELLS)
def test_the_record_has_the_wish_and_its_outcome(played: dict[str, Played], cell: str):
    one = played[cell]
    rows = one.stack.record(one.story.intent_id)

    assert (rows[0].outcome, rows[-1].outcome) == (Outcome.PENDING, Outcome.DONE)
    assert [each.outcome for each in rows].count(Outcome.DONE) == 1
    assert rows[-1].remote_ids["transaction"] == one.stack.intent(one.story.intent_id).transaction_id


@pytest.mark.parametrize("status", REFUSALS)
def test_a_refusal_is_told_at_once_and_nothing_is_given(played: dict[str, Played], status: int):
    one = played[f"refused {status}"]
    rows = one.stack.record(one.story.intent_id)

    assert one.story.wrong == []
    assert one.claims[0] is Claim.NOT_DONE
    assert f"ordered status {status}" in one.story.told[0]
    assert one.ours == []
    assert one.points_given == 0
    assert [each.outcome for each in rows] == [Outcome.PENDING, Outcome.DECLINED]


def test_the_record_of_all_of_them_is_whole(played: dict[str, Played]):
    assert "is whole" in next(iter(played.values())).stack.verify()
