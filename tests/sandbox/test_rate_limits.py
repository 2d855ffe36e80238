"""Budgets per family and plan, told in three headers."""

import pytest

from dashboard.sandbox import BadOption, SandboxOptions, cast
from tests.support.sandbox import start

INFO = f"/loyalty/config/programs/{cast.NORTHWIND}/account-info?contactId=142"
NAMES = ("x-sib-ratelimit-limit", "x-sib-ratelimit-remaining", "x-sib-ratelimit-reset")


def told(reply):
    return tuple(int(reply.headers[name]) for name in NAMES if name in reply.headers)


@pytest.mark.parametrize(
    ("plan", "loyalty", "contacts", "other"),
    [("general", 600, 10, 100), ("advanced", 1_200, 20, 200), ("extended", 100_000, 60, 600)],
)
def test_every_family_has_its_own_budget(sandbox, plan, loyalty, contacts, other):
    sandbox.control.plan(plan)
    assert told(sandbox.ask("GET", INFO))[:2] == (loyalty, loyalty - 1)
    assert told(sandbox.ask("GET", "/contacts/142"))[:2] == (contacts, contacts - 1)
    assert told(sandbox.ask("GET", "/account"))[:2] == (other, other - 1)


def test_reset_is_the_time_left_in_seconds(sandbox):
    sandbox.control.set_clock(sandbox.control.now())
    sandbox.control.plan("general")
    assert told(sandbox.ask("GET", INFO))[2] == 3_600
    sandbox.advance(600)
    assert told(sandbox.ask("GET", INFO))[2] == 3_000


def test_a_used_up_budget_answers_429_until_its_window_ends(sandbox):
    sandbox.control.plan("general")
    sandbox.control.leave_budget("loyalty", 1)
    replies = [sandbox.ask("GET", INFO) for _ in range(2)]
    assert [one.status for one in replies] == [200, 429]
    assert told(replies[1])[:2] == (600, 0)
    assert "retry-after" not in replies[1].headers
    sandbox.advance(3_601)
    assert sandbox.ask("GET", INFO).status == 200


def test_a_refused_call_changes_nothing(sandbox):
    sandbox.control.plan("general")
    sandbox.control.leave_budget("loyalty", 0)
    assert sandbox.ask("DELETE", f"/loyalty/config/programs/{cast.NORTHWIND}/contact/142").status == 429
    assert sandbox.ledger(cast.NORTHWIND, 142)


def test_ten_contacts_a_second_are_the_most(sandbox):
    sandbox.control.set_clock(sandbox.control.now())
    sandbox.control.plan("general")
    assert [sandbox.ask("GET", "/contacts/142").status for _ in range(11)] == [200] * 10 + [429]
    sandbox.advance(1)
    assert sandbox.ask("GET", "/contacts/142").status == 200


def test_errors_count_but_a_wrong_key_does_not(sandbox):
    sandbox.control.plan("general")
    assert told(sandbox.ask("GET", INFO, key="wrong")) == ()
    sandbox.ask("GET", INFO + "0000")
    assert told(sandbox.ask("GET", INFO))[1] == 598


def test_the_sources_disagree_about_the_extended_plan(sandbox):
    sandbox.control.plan("extended")
    sandbox.switch("extended_rate", "3600")
    assert told(sandbox.ask("GET", INFO))[0] == 3_600


def test_headers_may_be_missing(sandbox):
    sandbox.control.plan("general")
    sandbox.switch("limit_headers", "no")
    assert told(sandbox.ask("GET", INFO)) == ()


def test_without_a_plan_nothing_is_limited(sandbox):
    assert told(sandbox.ask("GET", INFO)) == ()


def test_a_plan_can_be_chosen_at_the_start():
    remote = start(SandboxOptions(members=0, plan="advanced"))
    assert told(remote.ask("GET", INFO))[0] == 1_200
    remote.server.stop()


@pytest.mark.parametrize(
    "options",
    [{"plan": "free"}, {"members": -1}, {"host": "0.0.0.0"}, {"port": 70_000}, {"key": ""}],
    ids=str,
)
def test_options_out_of_range_are_refused(options):
    with pytest.raises(BadOption):
        SandboxOptions(**options)
