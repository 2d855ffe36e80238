"""Two phases, ttl, autoComplete, orders."""

from datetime import timedelta

import pytest

from dashboard.sandbox import cast, catalogue
from tests.sandbox.calling import AMARA, PID, PROGRAMME, call, credit
from tests.sandbox.contract import Ask

NEWCOMER = cast.NEWCOMER.contact_id


def step(remote, word, transaction):
    return call(remote, f"{word}Transaction", Ask({**PROGRAMME, "tid": transaction["id"]}))


def points(remote, contact_id=NEWCOMER):
    return remote.ledger(PID, contact_id)["balances"][catalogue.POINTS]


def history(remote, contact_id=NEWCOMER, **more):
    query = {"contactId": contact_id, "balanceDefinitionId": catalogue.POINTS, "limit": 100, **more}
    return call(remote, "listTransactions", Ask(PROGRAMME, query)).json


def order(remote, amount=80, due_in=3_600, **more):
    body = {
        "amount": amount,
        "balanceDefinitionId": catalogue.POINTS,
        "contactId": NEWCOMER,
        "dueAt": later(remote, due_in),
        "source": "user",
        "meta": {"intent": "order"},
        **more,
    }
    return call(remote, "createOrder", Ask(PROGRAMME, body=body)).json


def later(remote, seconds):
    return (remote.control.now() + timedelta(seconds=seconds)).isoformat()


def test_a_draft_does_not_change_the_balance(sandbox):
    draft = credit(sandbox, 500, NEWCOMER, meta={"intent": "i-1"})
    assert draft["status"] == "draft"
    assert "balance" not in draft
    assert points(sandbox) == 0


def test_completing_a_draft_changes_the_balance_and_tells_it(sandbox):
    reply = step(sandbox, "complete", credit(sandbox, 500, NEWCOMER))
    assert (reply.json["status"], reply.json["balance"]) == ("completed", 500)
    assert points(sandbox) == 500


def test_a_transaction_is_completed_once(sandbox):
    draft = credit(sandbox, 500, NEWCOMER)
    step(sandbox, "complete", draft)
    assert step(sandbox, "complete", draft).status == 422
    assert points(sandbox) == 500


def test_a_cancelled_draft_cannot_be_completed(sandbox):
    draft = credit(sandbox, 500, NEWCOMER)
    assert step(sandbox, "cancel", draft).json["status"] == "cancelled"
    assert step(sandbox, "complete", draft).status == 422
    assert points(sandbox) == 0


def test_a_completed_transaction_cannot_be_cancelled(sandbox):
    draft = credit(sandbox, 500, NEWCOMER)
    step(sandbox, "complete", draft)
    assert step(sandbox, "cancel", draft).status == 422


def test_a_draft_lapses_when_its_ttl_runs_out(sandbox):
    draft = credit(sandbox, 500, NEWCOMER, ttl=60)
    sandbox.advance(61)
    assert step(sandbox, "complete", draft).status == 422
    assert history(sandbox)["transactionHistory"][0]["status"] == "expired"


def test_a_ttl_under_ten_seconds_is_refused(sandbox):
    body = {"amount": 5, "balanceDefinitionId": catalogue.POINTS, "contactId": NEWCOMER, "ttl": 9}
    assert call(sandbox, "createTransaction", Ask(PROGRAMME, body=body)).status == 422


def test_auto_complete_does_both_phases(sandbox):
    answer = credit(sandbox, 500, NEWCOMER, autoComplete=True)
    assert (answer["status"], answer["balance"]) == ("completed", 500)


def test_a_lifetime_of_its_own_needs_auto_complete(sandbox):
    body = {
        "amount": 5,
        "balanceDefinitionId": catalogue.POINTS,
        "contactId": NEWCOMER,
        "balanceExpiryInMinutes": 60,
    }
    assert call(sandbox, "createTransaction", Ask(PROGRAMME, body=body)).status == 422
    credit(sandbox, 5, NEWCOMER, balanceExpiryInMinutes=60, autoComplete=True)
    sandbox.advance(3_601)
    assert points(sandbox) == 0


def test_the_same_request_twice_is_done_twice(sandbox):
    for _ in range(2):
        credit(sandbox, 500, NEWCOMER, autoComplete=True, meta={"intent": "same"})
    assert points(sandbox) == 1_000


@pytest.mark.parametrize(
    ("amount", "kind", "balance"), [(-100, None, 12_380), (100, "debit", 12_380), (-100, "credit", 12_580)]
)
def test_the_type_goes_before_the_sign(sandbox, amount, kind, balance):
    more = {"transactionType": kind} if kind else {}
    assert credit(sandbox, amount, autoComplete=True, **more)["balance"] == balance


def test_a_member_can_be_named_by_either_spelling_of_the_subscription(sandbox):
    for name in ("LoyaltySubscriptionId", "loyaltySubscriptionId"):
        body = {
            "amount": 5,
            "balanceDefinitionId": catalogue.POINTS,
            name: cast.NEWCOMER.subscription_id,
            "autoComplete": True,
        }
        assert call(sandbox, "createTransaction", Ask(PROGRAMME, body=body)).json["contactId"] == NEWCOMER
    assert points(sandbox) == 10


def test_meta_comes_back_in_the_history(sandbox):
    draft = credit(sandbox, 5, NEWCOMER, meta={"intent": "i-7", "nested": {"a": [1, "ü"]}})
    row = history(sandbox)["transactionHistory"][0]
    assert (row["id"], row["meta"]) == (draft["id"], {"intent": "i-7", "nested": {"a": [1, "ü"]}})


def test_history_is_filtered_by_status_and_side(sandbox):
    busy = history(sandbox, AMARA, status="draft")
    assert busy["count"] == 2
    debits = history(sandbox, AMARA, transactionType="debit")
    assert {one["transactionType"] for one in debits["transactionHistory"]} == {"debit"}


def test_newest_comes_first_unless_asked_otherwise(sandbox):
    newest = [one["createdAt"] for one in history(sandbox, AMARA)["transactionHistory"]]
    oldest = [one["createdAt"] for one in history(sandbox, AMARA, sort="asc")["transactionHistory"]]
    assert newest == sorted(newest, reverse=True)
    assert oldest == sorted(oldest)
    assert oldest[0] < newest[-1]


def test_an_order_waits_as_a_draft_in_the_history(sandbox):
    answer = order(sandbox)
    row = history(sandbox)["transactionHistory"][0]
    assert (row["id"], row["status"], row["meta"]) == (answer["transactionid"], "draft", {"intent": "order"})
    assert answer["processedAt"] is None


def test_an_order_s_transaction_can_be_completed(sandbox):
    reply = step(sandbox, "complete", {"id": order(sandbox)["transactionid"]})
    assert reply.json["balance"] == 80


def test_an_order_s_transaction_can_be_cancelled(sandbox):
    reply = step(sandbox, "cancel", {"id": order(sandbox)["transactionid"]})
    assert reply.json["status"] == "cancelled"


def test_an_order_that_is_due_stays_a_draft(sandbox):
    answer = order(sandbox)
    sandbox.advance(3_601)
    assert history(sandbox)["transactionHistory"][0]["status"] == "draft"
    assert step(sandbox, "complete", {"id": answer["transactionid"]}).status == 200


def test_an_order_that_lapsed_takes_its_draft_along(sandbox):
    answer = order(sandbox, expiresAt=later(sandbox, 7_200))
    sandbox.advance(7_201)
    assert step(sandbox, "complete", {"id": answer["transactionid"]}).status == 422


def test_an_order_may_get_its_transaction_when_due(sandbox):
    sandbox.switch("order_transaction", "due")
    assert order(sandbox)["transactionid"] is None
    assert history(sandbox)["count"] == 0
    sandbox.advance(3_601)
    assert history(sandbox)["transactionHistory"][0]["status"] == "draft"


def test_an_order_may_be_completed_when_due(sandbox):
    sandbox.switch("order_at_due", "completed")
    order(sandbox)
    sandbox.advance(3_601)
    assert points(sandbox) == 80


def test_an_order_s_transaction_may_lack_its_meta(sandbox):
    sandbox.switch("order_meta", "no")
    order(sandbox)
    assert history(sandbox)["transactionHistory"][0]["meta"] == {}


def test_the_order_s_transaction_may_be_spelled_with_a_capital(sandbox):
    sandbox.switch("order_field", "transactionId")
    assert order(sandbox)["transactionId"]
