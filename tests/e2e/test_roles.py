"""Who may only read sees no act, and is refused when they try."""

from __future__ import annotations

from decimal import Decimal

import pytest
from playwright.sync_api import expect

from tests.e2e import acts, paths
from tests.e2e.desk import Desk
from tests.e2e.stack import Stack

pytestmark = pytest.mark.browser

SEND = """async ([path, fields]) => {
  const token = document.querySelector("[name=_token]").value;
  const body = new URLSearchParams({ ...fields, _token: token });
  return (await fetch(path, { method: "POST", body })).status;
}"""
FORM = {
    "intent": "8b1f4a52-6f0f-4c34-9a83-3d0b5d3d9a11",
    "definition": "",
    "amount": "500",
    "reason": "late_delivery",
    "case_reference": "",
    "note": "",
}
FORMS = {
    "credit": FORM,
    "credit/form": FORM,
    "debit": FORM,
    "debit/form": FORM,
    "notes": {"note": "Prefers calls in the morning"},
}


def test_an_auditor_sees_a_member_without_any_act(desk: Desk, member: int):
    page = desk.open("ike", paths.member(member))
    expect(page.locator("#activity-rows tr").first).to_be_visible()
    expect(page.get_by_role("link", name="Give credit")).to_have_count(0)
    expect(page.locator(".page-actions")).to_have_count(0)
    expect(page.locator("main form")).to_have_count(0)


@pytest.mark.parametrize("path", [paths.credit, paths.debit])
def test_an_auditor_is_refused_the_forms_and_told_who_can(desk: Desk, member: int, path):
    page = desk.open("ike", path(member))
    expect(page.get_by_role("heading", level=1)).to_contain_text("You can't")
    expect(page.locator("form#credit-form")).to_have_count(0)


@pytest.mark.parametrize("tail", FORMS)
def test_an_auditor_is_refused_what_is_sent_by_hand(desk: Desk, stack: Stack, member: int, tail: str):
    page = desk.open("ike", paths.member(member))
    assert page.evaluate(SEND, [f"{paths.member(member)}/{tail}", FORMS[tail]]) == 403
    assert stack.ours(member) == []


def test_an_agent_is_refused_the_audit_log(desk: Desk):
    page = desk.open("sam", paths.AUDIT)
    expect(page.get_by_role("heading", level=1)).to_contain_text("You can't")
    expect(page.locator("#nav").get_by_role("link", name="Audit log")).to_have_count(0)


def test_above_the_limit_nothing_is_given_before_somebody_else_approves(
    desk: Desk, stack: Stack, member: int
):
    page = desk.open("sam", paths.credit(member))
    acts.fill(page, "1,500")
    acts.send(page, "Ask for approval: 1,500 points")
    expect(acts.receipt(page)).to_be_visible()
    assert stack.ours(member) == []
    supervisor = desk.open("lea", paths.APPROVALS)
    supervisor.locator("#waiting tr", has_text=str(member)).get_by_role("link").first.click()
    supervisor.get_by_role("button", name="Approve 1,500 points").click()
    expect(acts.receipt(supervisor)).to_contain_text("1,500 points given")
    expect(acts.receipt(page)).to_contain_text("1,500 points given")
    assert stack.ours(member) == [(Decimal(1500), "completed")]


def test_a_form_without_its_token_is_refused(desk: Desk, stack: Stack, member: int):
    page = desk.open("sam", paths.credit(member))
    status = page.evaluate(
        "async (path) => (await fetch(path, { method: 'POST', body: new URLSearchParams() })).status",
        paths.credit(member),
    )
    assert status in {400, 403, 419}
    assert stack.ours(member) == []
