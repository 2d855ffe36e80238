"""Two people serve one member at the same time: both are told the truth, and nothing is given twice."""

from __future__ import annotations

from decimal import Decimal

import pytest
from playwright.sync_api import Page, expect

from dashboard.store.audit import Outcome
from tests.e2e import acts, paths
from tests.e2e.desk import Desk
from tests.e2e.stack import Stack

pytestmark = pytest.mark.browser

SETTLED_MS = 40_000
"""The longest a change takes to settle while the remote answers."""


@pytest.fixture
def sam(desk: Desk, member: int) -> Page:
    """An agent with the member's drawer open."""
    page = desk.open("sam")
    acts.open_drawer(page, member)
    return page


@pytest.fixture
def lea(desk: Desk, member: int) -> Page:
    """A supervisor in a browser of her own, with the same drawer open."""
    page = desk.open("lea")
    acts.open_drawer(page, member)
    return page


def press_at_once(stack: Stack, sam: Page, lea: Page, amounts: tuple[str, str]) -> None:
    """Both fill in, and press while the other one's calls are on their way."""
    stack.control("PUT", "/latency", {"seconds": 0.6})
    for page, amount in zip((sam, lea), amounts, strict=True):
        acts.fill(page, amount)
    for page, amount in zip((sam, lea), amounts, strict=True):
        acts.send(page, f"Give {amount} points")


def told_balance(page: Page, amount: str) -> Decimal:
    """What a receipt says of the balance, once it says that the points were given."""
    expect(acts.receipt(page)).to_contain_text(f"{amount} points given", timeout=SETTLED_MS)
    said = acts.receipt(page).inner_text().split("Balance is now ")[1].split(" points")[0]
    return Decimal(said.replace(",", ""))


def recorded(stack: Stack, member: int) -> set[tuple[str, Outcome]]:
    """Who gave a credit to the member, with what outcome, as the record has it."""
    rows = [row.entry for row in stack.record("credit.give")]
    return {(each.actor_name.split()[0], each.outcome) for each in rows if each.contact_id == member}


@pytest.mark.parametrize("amounts", [("500", "500"), ("500", "300")], ids=["the same", "different"])
def test_two_people_who_give_at_once_are_each_told_what_became_of_theirs(
    stack: Stack, member: int, sam: Page, lea: Page, amounts: tuple[str, str]
):
    before = stack.points(member)
    given = [Decimal(each) for each in amounts]

    press_at_once(stack, sam, lea, amounts)

    told = {told_balance(sam, amounts[0]), told_balance(lea, amounts[1])}
    assert sorted(stack.ours(member)) == sorted((each, "completed") for each in given)
    # Whoever came first is told the balance of that moment, the other one that with both.
    assert before + sum(given) in told
    assert told - {before + sum(given)} <= {before + each for each in given}


def test_after_a_refresh_both_pages_show_both_credits(stack: Stack, member: int, sam: Page, lea: Page):
    before = stack.points(member)

    press_at_once(stack, sam, lea, ("500", "300"))
    told_balance(sam, "500")
    told_balance(lea, "300")

    for page in (sam, lea):
        page.goto(paths.member(member))
        expect(page.locator(".strip")).to_contain_text(f"{before + 800:,}")
        rows = page.get_by_role("table").first
        expect(rows).to_contain_text("+500")
        expect(rows).to_contain_text("+300")


def test_both_stand_in_the_record_with_a_wish_and_an_outcome_each(
    desk: Desk, stack: Stack, member: int, sam: Page, lea: Page
):
    press_at_once(stack, sam, lea, ("500", "500"))
    told_balance(sam, "500")
    told_balance(lea, "500")

    outcomes = (Outcome.PENDING, Outcome.DONE)
    assert recorded(stack, member) == {(name, outcome) for name in ("Sam", "Lea") for outcome in outcomes}
    page = desk.open("ike", f"{paths.AUDIT}?member={member}")
    expect(page.get_by_role("table")).to_contain_text("Sam")
    expect(page.get_by_role("table")).to_contain_text("Lea")


def test_one_loses_the_answer_and_the_other_ones_credit_is_not_taken_for_it(
    stack: Stack, member: int, sam: Page, lea: Page
):
    before = stack.points(member)
    acts.fill(sam)
    acts.fill(lea)
    stack.fault("drop_before", "createTransaction")
    acts.send(sam)
    expect(acts.receipt(sam)).to_contain_text("No answer yet, checking.")
    acts.send(lea)
    told_balance(lea, "500")
    told_balance(sam, "500")
    assert [each for each in stack.ours(member) if each[1] == "completed"] == [
        (Decimal(500), "completed")
    ] * 2
    assert stack.points(member) == before + 1000


def test_a_form_of_somebody_else_is_refused_and_the_attempt_recorded(
    stack: Stack, member: int, sam: Page, lea: Page
):
    intent = sam.locator("[name=intent]").input_value()
    acts.fill(sam)
    acts.send(sam)
    told_balance(sam, "500")
    lea.goto(paths.credit(member))
    lea.locator("[name=intent]").evaluate("(field, value) => field.value = value", intent)
    acts.fill(lea)
    acts.send(lea)
    expect(lea.get_by_role("heading", level=1)).to_be_visible()
    expect(acts.receipt(lea)).to_have_count(0)
    assert stack.ours(member) == [(Decimal(500), "completed")]
    assert {outcome for name, outcome in recorded(stack, member) if name == "Lea"} == {Outcome.DENIED}
