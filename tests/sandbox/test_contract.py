"""Every operation, every documented status: request and answer against the contract's file."""

import pytest

from dashboard.sandbox.application import OPERATIONS
from tests.sandbox.calling import VALID, call
from tests.sandbox.contract import check_reply, check_request, operations
from tests.sandbox.refusals import EVERYWHERE, ORDERED, REFUSED

DOCUMENTED = {(name, status) for name, one in operations().items() for status in one.responses}
SUCCESSES = {pair for pair in DOCUMENTED if pair[1].startswith("2")}
BY_CAUSE = {
    status: sorted(name for name, one in DOCUMENTED if one == status and (name, one) not in REFUSED)
    for status in EVERYWHERE
}


def test_the_sandbox_has_exactly_the_operations_of_the_contract():
    ours = {(one.name, one.method, one.template, one.family) for one in OPERATIONS}
    theirs = {(one.name, one.method, one.template, one.family) for one in operations().values()}
    assert ours == theirs
    assert len(ours) == 38


def test_every_documented_status_has_a_case():
    shared = {(name, status) for status, names in BY_CAUSE.items() for name in names}
    assert SUCCESSES | shared | REFUSED.keys() | ORDERED == DOCUMENTED


@pytest.mark.parametrize(("name", "status"), sorted(SUCCESSES))
def test_the_call_succeeds_by_the_contract(sandbox, name, status):
    ask = VALID[name](sandbox)
    check_request(name, ask)
    reply = call(sandbox, name, ask)
    assert reply.status == int(status), reply.content
    check_reply(name, reply)


@pytest.mark.parametrize(("name", "status"), sorted(REFUSED))
def test_the_call_is_refused_by_the_contract(sandbox, name, status):
    reply = call(sandbox, name, REFUSED[name, status](sandbox))
    assert reply.status == int(status), reply.content
    check_reply(name, reply)


@pytest.mark.parametrize(("name", "status"), sorted(ORDERED))
def test_an_ordered_status_is_answered_by_the_contract(sandbox, name, status):
    sandbox.fault("status", path=name, status=int(status))
    reply = call(sandbox, name, VALID[name](sandbox))
    assert reply.status == int(status)
    check_reply(name, reply)


@pytest.mark.parametrize("name", BY_CAUSE["401"])
@pytest.mark.parametrize("key", ["", "wrong"])
def test_without_the_key_nothing_is_answered(sandbox, name, key):
    reply = call(sandbox, name, VALID[name](sandbox), key=key)
    assert reply.status == 401
    check_reply(name, reply)


@pytest.mark.parametrize("name", BY_CAUSE["403"])
def test_without_the_module_loyalty_is_forbidden(sandbox, name):
    ask = VALID[name](sandbox)
    sandbox.switch("loyalty", "off")
    reply = call(sandbox, name, ask)
    assert reply.status == 403
    check_reply(name, reply)


@pytest.mark.parametrize("name", BY_CAUSE["429"])
def test_a_used_up_budget_is_told(sandbox, name):
    ask = VALID[name](sandbox)
    sandbox.control.plan("general")
    sandbox.control.leave_budget(operations()[name].family, 0)
    reply = call(sandbox, name, ask)
    assert reply.status == 429
    check_reply(name, reply)


@pytest.mark.parametrize("name", BY_CAUSE["500"])
def test_a_failure_of_the_remote_is_told(sandbox, name):
    ask = VALID[name](sandbox)
    sandbox.fault("status", path=name)
    reply = call(sandbox, name, ask)
    assert reply.status == 500
    check_reply(name, reply)
