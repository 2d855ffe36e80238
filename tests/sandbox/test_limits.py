"""Limits, rounding, maximum and minimum, limits per period, entries and their expiry."""

import pytest

from dashboard.sandbox import cast, catalogue
from tests.sandbox.calling import AMARA, PID, PROGRAMME, call, credit
from tests.sandbox.contract import Ask

DAY = 86_400
NEWCOMER = cast.NEWCOMER.contact_id
COFFEE = {"pid": cast.COFFEE}


def move(remote, amount, definition, contact_id, programme=PID, **more):
    body = {"amount": amount, "balanceDefinitionId": definition, "contactId": contact_id, **more}
    body.setdefault("autoComplete", True)
    return call(remote, "createTransaction", Ask({"pid": programme}, body=body))


def beans(remote, amount, **more):
    return move(remote, amount, catalogue.BEANS, cast.COFFEE_ONLY.contact_id, cast.COFFEE, **more)


def entries(remote, contact_id, definition=catalogue.POINTS):
    query = {"contactId": contact_id, "balanceDefinitionId": definition, "limit": 500, "sort": "asc"}
    return call(remote, "listActiveBalances", Ask(PROGRAMME, query)).json["activeBalances"]


@pytest.mark.parametrize(("sent", "moved"), [(10.9, 10), (-10.1, -11)])
def test_points_round_by_the_rule_of_their_side(sandbox, sent, moved):
    answer = move(sandbox, sent, catalogue.POINTS, AMARA).json
    assert answer["balance"] == 12_480 + moved
    assert answer["amount"] == abs(moved)


def test_money_rounds_to_pence(sandbox):
    answer = move(sandbox, 1.005, catalogue.CASHBACK, NEWCOMER)
    assert b'"balance":1.01' in answer.content


@pytest.mark.parametrize("amount", [0, 0.4, "12", True, None, 1e13])
def test_what_is_no_amount_is_refused(sandbox, amount):
    assert move(sandbox, amount, catalogue.POINTS, AMARA).status == 422


@pytest.mark.parametrize("amount", [50_001, -50_001])
def test_one_transaction_has_a_largest_amount(sandbox, amount):
    reply = move(sandbox, amount, catalogue.POINTS, cast.AT_MAXIMUM.contact_id)
    assert reply.status == 422
    assert "limit of 50000" in reply.json["message"]


def test_a_credit_beyond_the_maximum_is_refused_where_that_is_strict(sandbox):
    assert move(sandbox, 1, catalogue.POINTS, cast.AT_MAXIMUM.contact_id).status == 422


def test_a_credit_beyond_the_maximum_is_cut_where_that_is_partial(sandbox):
    answer = move(sandbox, 20, catalogue.CASHBACK, cast.NEARLY_FULL.contact_id).json
    assert (answer["amount"], answer["balance"]) == (5, 500)


def test_a_full_balance_takes_no_part_of_a_credit(sandbox):
    move(sandbox, 20, catalogue.CASHBACK, cast.NEARLY_FULL.contact_id)
    assert move(sandbox, 20, catalogue.CASHBACK, cast.NEARLY_FULL.contact_id).status == 422


def test_a_debit_below_zero_is_refused(sandbox):
    assert move(sandbox, -12_481, catalogue.POINTS, AMARA).status == 422
    assert move(sandbox, -12_480, catalogue.POINTS, AMARA).json["balance"] == 0


def test_a_debit_below_the_minimum_is_refused(sandbox):
    assert beans(sandbox, -111).status == 422
    assert beans(sandbox, -110).json["balance"] == 10


def test_a_refusal_after_the_draft_shows_as_rejected(sandbox):
    draft = credit(sandbox, -12_000)
    move(sandbox, -1_000, catalogue.POINTS, AMARA)
    reply = call(sandbox, "completeTransaction", Ask({**PROGRAMME, "tid": draft["id"]}))
    assert (reply.status, reply.json["status"]) == (200, "rejected")
    assert "minimum" in reply.json["rejectReason"]
    assert "balance" not in reply.json


def test_drafts_reserve_nothing(sandbox):
    credit(sandbox, -12_000)
    assert credit(sandbox, -12_000)["status"] == "draft"


def test_drafts_may_reserve(sandbox):
    sandbox.switch("reserve_drafts", "yes")
    draft = credit(sandbox, -12_000)
    assert move(sandbox, -500, catalogue.POINTS, AMARA, autoComplete=False).status == 422
    assert call(sandbox, "completeTransaction", Ask({**PROGRAMME, "tid": draft["id"]})).json["balance"] == 480


def test_a_day_takes_three_credits_of_beans(sandbox):
    assert [beans(sandbox, 1).status for _ in range(4)] == [200, 200, 200, 422]
    sandbox.advance(DAY)
    assert beans(sandbox, 1).status == 200


def test_a_sliding_week_takes_an_amount_of_debits(sandbox):
    beans(sandbox, 400)
    assert beans(sandbox, -300).status == 200
    assert beans(sandbox, -101).status == 422
    sandbox.advance(8 * DAY)
    assert beans(sandbox, -101).status == 200


def test_drafts_count_for_a_limit_once_they_are_completed(sandbox):
    drafts = [beans(sandbox, 1, autoComplete=False).json for _ in range(4)]
    replies = [call(sandbox, "completeTransaction", Ask({**COFFEE, "tid": one["id"]})) for one in drafts]
    assert [one.json["status"] for one in replies] == ["completed"] * 3 + ["rejected"]


def test_a_debit_eats_what_expires_first(sandbox):
    move(sandbox, 100, catalogue.POINTS, NEWCOMER)
    move(sandbox, 50, catalogue.POINTS, NEWCOMER, balanceExpiryInMinutes=60)
    move(sandbox, -60, catalogue.POINTS, NEWCOMER)
    assert [one["amount"] for one in entries(sandbox, NEWCOMER)] == [90]


def test_what_expires_leaves_the_balance_and_shows_in_the_history(sandbox):
    before = sandbox.ledger(PID, cast.EXPIRING.contact_id)["balances"][catalogue.POINTS]
    sandbox.advance(6 * DAY)
    ledger = sandbox.ledger(PID, cast.EXPIRING.contact_id)
    assert ledger["balances"][catalogue.POINTS] == before - 150
    expiries = [one for one in ledger["transactions"] if one["meta"]["type"] == "expiry"]
    assert [one["amount"] for one in expiries] == [-150]


def test_points_live_to_the_end_of_the_twelfth_month(sandbox):
    move(sandbox, 100, catalogue.POINTS, NEWCOMER)
    expires = entries(sandbox, NEWCOMER)[0]["expiresAt"]
    now = sandbox.control.now()
    assert expires.startswith(f"{now.year + 1}-{now.month:02d}-")
    assert expires.endswith("T23:59:59Z")


def test_entries_are_paged_by_record(sandbox):
    query = {"contactId": AMARA, "balanceDefinitionId": catalogue.POINTS, "limit": 10}
    first = call(sandbox, "listActiveBalances", Ask(PROGRAMME, query)).json
    second = call(sandbox, "listActiveBalances", Ask(PROGRAMME, {**query, "offset": 9})).json
    assert first["activeBalances"][9] == second["activeBalances"][0]
    assert first["count"] == second["count"] > 10


def test_an_internal_definition_shows_on_request_only(sandbox):
    def names(**query):
        reply = call(sandbox, "getAccountInfo", Ask(PROGRAMME, {"contactId": AMARA, **query}))
        return [one["balanceDefinitionName"] for one in reply.json["balance"]["balances"]]

    assert "Risk score" not in names()
    assert "Risk score" in names(includeInternal="true")
