"""Every undecided point in both readings."""

import json
import re
from datetime import datetime

import pytest

from dashboard.sandbox import SWITCHES, UnknownSwitch, cast, catalogue, reward_catalogue
from tests.sandbox.calling import AMARA, NOBODY, PROGRAMME, VALID, call, credit, usable
from tests.sandbox.contract import Ask, check_reply, operations
from tests.sandbox.test_limits import move
from tests.sandbox.test_transactions import NEWCOMER, history
from tests.sandbox.test_vouchers import give, listed, revoke

SPELLINGS = {
    "status_words", "balances", "account_balances", "amounts", "unknown_fields", "nulls", "odd_rows",
    "unit_case", "rounding_words", "vouchers", "order_field", "publish_reply", "voucher_400", "tier_rules",
    "second_enrolment", "not_enrolled", "limit_headers", "timestamps", "query_names",
}  # fmt: skip
"""Switches that leave the contract's file on purpose, or have a name it does not know."""


@pytest.mark.parametrize("name", sorted(SWITCHES))
def test_a_switch_takes_its_values_and_nothing_else(sandbox, name):
    for value in SWITCHES[name].values or ("0", "1.5"):
        sandbox.switch(name, value)
        assert sandbox.control.switches()[name] == value
    with pytest.raises(UnknownSwitch, match=name):
        sandbox.switch(name, "perhaps")


def test_a_switch_that_does_not_exist_is_refused(sandbox):
    with pytest.raises(UnknownSwitch, match="status_words"):
        sandbox.switch("colour", "red")


@pytest.mark.parametrize(
    ("name", "value"),
    [(one.name, value) for one in SWITCHES.values() for value in one.values[1:] if one.name not in SPELLINGS],
)
def test_the_other_readings_stay_within_the_contract(sandbox, name, value):
    sandbox.switch(name, value)
    for operation in operations():
        reply = call(sandbox, operation, VALID[operation](sandbox)) if name != "loyalty" else None
        if reply:
            check_reply(operation, reply)
        sandbox.control.reset()


def test_old_words_for_statuses(sandbox):
    sandbox.switch("status_words", "old")
    draft = credit(sandbox, 5, NEWCOMER)
    assert draft["status"] == "pending"
    done = call(sandbox, "completeTransaction", Ask({**PROGRAMME, "tid": draft["id"]})).json
    assert done["status"] == "complete"
    assert history(sandbox)["transactionHistory"][0]["status"] == "complete"


@pytest.mark.parametrize("word", ["completed", "complete"])
def test_both_words_filter_the_history(sandbox, word):
    credit(sandbox, 5, NEWCOMER, autoComplete=True)
    credit(sandbox, 5, NEWCOMER)
    assert history(sandbox, status=word)["count"] == 1


def test_balances_as_an_array(sandbox):
    sandbox.switch("balances", "array")
    rows = call(sandbox, "getSubscriptionBalances", Ask({**PROGRAMME, "cid": AMARA})).json
    assert (rows[0]["name"], rows[0]["unit"], rows[0]["value"]) == ("Points", "points", 12_480)


def test_balances_of_account_info_under_the_other_name(sandbox):
    sandbox.switch("account_balances", "balance")
    found = call(sandbox, "getAccountInfo", Ask(PROGRAMME, {"contactId": AMARA})).json
    assert found["balance"]["balance"][0]["value"] == 12_480


@pytest.mark.parametrize(
    ("counts", "offset", "first"), [("page0", 2, 20), ("page1", 2, 10), ("record", 2, 2)]
)
def test_what_the_offset_of_the_history_counts(sandbox, counts, offset, first):
    whole = [one["id"] for one in history(sandbox, AMARA, limit=100)["transactionHistory"]]
    sandbox.switch("history_offset", counts)
    page = [one["id"] for one in history(sandbox, AMARA, limit=10, offset=offset)["transactionHistory"]]
    assert page == whole[first : first + 10]


def test_pages_may_count_from_one(sandbox):
    sandbox.switch("history_offset", "page1")
    pages = [history(sandbox, AMARA, limit=10, **more) for more in ({}, {"offset": 0}, {"offset": 1})]
    assert pages[0] == pages[1] == pages[2]


def test_names_in_snake_case(sandbox):
    sandbox.switch("query_names", "snake")
    camel = {"contactId": AMARA, "balanceDefinitionId": catalogue.POINTS}
    snake = {"contact_id": AMARA, "balance_definition_id": catalogue.POINTS}
    for name in ("listTransactions", "listActiveBalances"):
        refused = call(sandbox, name, Ask(PROGRAMME, camel))
        assert (refused.status, refused.json["message"]) == (422, "contact_id is missing")
        assert call(sandbox, name, Ask(PROGRAMME, snake)).status == 200


def test_amounts_as_text(sandbox):
    sandbox.switch("amounts", "text")
    found = call(sandbox, "getAccountInfo", Ask(PROGRAMME, {"contactId": AMARA})).json
    assert found["balance"]["balances"][0]["value"] == "12480"
    assert history(sandbox, AMARA)["transactionHistory"][0]["amount"] == "184"
    assert isinstance(history(sandbox, AMARA)["count"], int)


def test_debits_as_negative_amounts(sandbox):
    assert credit(sandbox, -5)["amount"] == 5
    sandbox.switch("debits", "negative")
    assert credit(sandbox, -5)["amount"] == -5
    rows = history(sandbox, AMARA, transactionType="debit")["transactionHistory"]
    assert all(one["amount"] < 0 for one in rows)


def test_unknown_fields_stand_in_every_object(sandbox):
    sandbox.switch("unknown_fields", "yes")
    reply = call(sandbox, "listTransactions", VALID["listTransactions"](sandbox))
    check_reply("listTransactions", reply)
    assert "addedLater" in reply.json
    assert "addedLater" in reply.json["transactionHistory"][0]
    assert "addedLater" not in reply.json["transactionHistory"][0]["meta"]


def test_fields_nobody_requires_come_as_null(sandbox):
    sandbox.switch("nulls", "yes")
    found = call(sandbox, "getAccountInfo", Ask(PROGRAMME, {"contactId": AMARA})).json
    assert found["loyaltyProgramName"] is None
    assert found["tier"][0]["tierName"] is None
    assert found["balance"]["balances"][0]["value"] == 12_480


def test_null_spares_what_contacts_require(sandbox):
    sandbox.switch("nulls", "yes")
    check_reply("getContact", call(sandbox, "getContact", Ask({"identifier": str(AMARA)})))


def test_lists_may_end_with_an_odd_row(sandbox):
    sandbox.switch("odd_rows", "yes")
    rows = history(sandbox, AMARA)["transactionHistory"]
    assert (rows[-1]["status"], rows[-1]["createdAt"]) == ("frozen", "yesterday")
    assert rows[0]["status"] == "completed"


@pytest.mark.parametrize(("spelling", "pattern"), [("nanos", r"\.\d{9}Z$"), ("offset", r"\+02:00$")])
def test_times_in_other_spellings_mean_the_same(sandbox, spelling, pattern):
    plain = history(sandbox, AMARA)["transactionHistory"][5]["createdAt"]
    sandbox.switch("timestamps", spelling)
    other = history(sandbox, AMARA)["transactionHistory"][5]["createdAt"]
    assert re.search(pattern, other)
    short = re.sub(r"\.\d+Z$", "Z", other)
    assert datetime.fromisoformat(short) == datetime.fromisoformat(plain)


def test_units_in_small_letters(sandbox):
    sandbox.switch("unit_case", "lower")
    items = call(sandbox, "listBalanceDefinitions", Ask(PROGRAMME)).json["items"]
    assert {one["unit"] for one in items} == {"points", "gbp"}


def test_rounding_in_the_guides_words(sandbox):
    sandbox.switch("rounding_words", "guide")
    ask = Ask({**PROGRAMME, "bdid": catalogue.POINTS})
    found = call(sandbox, "getBalanceDefinition", ask).json
    assert (found["balanceOptionCreditRounding"], found["balanceOptionDebitRounding"]) == ("floor", "ceiling")


def test_a_daily_limit_in_hours(sandbox):
    sandbox.switch("limit_unit", "hour")
    limit = call(sandbox, "getBalanceLimit", VALID["getBalanceLimit"](sandbox)).json
    assert (limit["durationValue"], limit["durationUnit"]) == (24, "hour")


def test_tier_rules_in_the_guides_words(sandbox):
    sandbox.switch("tier_rules", "guide")
    group = call(sandbox, "listTierGroups", Ask(PROGRAMME)).json["items"][0]
    assert group["upgradeEvaluationTrigger"] == "real_time"
    assert "upgradeStrategy" not in group


def test_vouchers_as_the_guides_array(sandbox):
    sandbox.switch("vouchers", "array")
    assert "£10 off" in {one["offerName"] for one in listed(sandbox, cast.VOUCHERS.contact_id)}


@pytest.mark.parametrize(("most", "status"), [("100", 422), ("500", 200)])
def test_the_largest_page_of_vouchers(sandbox, most, status):
    sandbox.switch("voucher_page_limit", most)
    ask = Ask(PROGRAMME, {"contactId": AMARA, "limit": 101})
    assert call(sandbox, "listVouchers", ask).status == status


def test_a_malformed_attribution_may_be_answered_with_a_bare_text(sandbox):
    sandbox.switch("voucher_400", "string")
    reply = give(sandbox, value=-1)
    assert isinstance(reply.json, str)
    check_reply("attributeVoucher", reply)


def test_revoked_vouchers_may_stay_in_the_lists(sandbox):
    sandbox.switch("revoked_vouchers", "stay")
    before = listed(sandbox, cast.VOUCHERS.contact_id)["count"]
    revoke(sandbox, usable(sandbox)["id"])
    assert listed(sandbox, cast.VOUCHERS.contact_id)["count"] == before


def test_account_info_may_leave_out_used_vouchers(sandbox):
    def rewards():
        found = call(sandbox, "getAccountInfo", Ask(PROGRAMME, {"contactId": AMARA})).json
        return {one["rewardId"] for one in found["reward"]}

    assert reward_catalogue.FREE_COFFEE in rewards()
    sandbox.switch("account_vouchers", "unused")
    assert reward_catalogue.FREE_COFFEE not in rewards()


def test_account_info_may_carry_the_newest_25_vouchers_only(sandbox):
    sandbox.switch("account_vouchers", "newest25")
    given = [give(sandbox).json["id"] for _ in range(26)]
    found = call(sandbox, "getAccountInfo", Ask(PROGRAMME, {"contactId": AMARA})).json
    assert [one["id"] for one in found["reward"]] == given[1:]


def test_a_programme_never_published_may_be_a_draft(sandbox):
    sandbox.switch("unpublished_state", "draft")
    assert call(sandbox, "getProgram", Ask({"pid": cast.KIDS})).json["state"] == "draft"


def test_a_ttl_may_be_as_short_as_a_second(sandbox):
    sandbox.switch("shortest_ttl", "1")
    assert credit(sandbox, 5, ttl=1)["status"] == "draft"


@pytest.mark.parametrize("status", ["404", "422", "200"])
def test_what_somebody_who_is_no_member_gets(sandbox, status):
    sandbox.switch("non_member", status)
    reply = call(sandbox, "getAccountInfo", Ask(PROGRAMME, {"contactId": cast.STRANGER.contact_id}))
    assert reply.status == int(status)
    assert "membership" not in reply.json


@pytest.mark.parametrize("status", ["422", "404"])
def test_a_transaction_for_somebody_not_enrolled(sandbox, status):
    sandbox.switch("not_enrolled", status)
    assert move(sandbox, 5, catalogue.POINTS, cast.STRANGER.contact_id).status == int(status)


@pytest.mark.parametrize("status", ["404", "422"])
def test_enrolling_an_unknown_contact(sandbox, status):
    sandbox.switch("unknown_contact", status)
    ask = Ask(PROGRAMME, body={"contactId": 999_999_999})
    assert call(sandbox, "createSubscription", ask).status == int(status)


def test_a_refusal_at_create_may_come_as_rejected(sandbox):
    sandbox.switch("refusal_at_create", "rejected")
    reply = move(sandbox, -99_999, catalogue.POINTS, AMARA)
    assert (reply.status, reply.json["status"]) == (200, "rejected")


def test_a_refusal_at_complete_may_come_as_422(sandbox):
    sandbox.switch("refusal_at_complete", "422")
    draft = credit(sandbox, -12_000)
    move(sandbox, -1_000, catalogue.POINTS, AMARA)
    assert call(sandbox, "completeTransaction", Ask({**PROGRAMME, "tid": draft["id"]})).status == 422


def test_expiries_may_stay_out_of_the_history(sandbox):
    shown = history(sandbox, AMARA)["count"]
    sandbox.switch("expiry_in_history", "no")
    assert history(sandbox, AMARA)["count"] == shown - 1


@pytest.mark.parametrize(("reply", "content"), [("object", b"{}"), ("empty", b"")])
def test_publish_answers_nothing_in_two_ways(sandbox, reply, content):
    sandbox.switch("publish_reply", reply)
    assert call(sandbox, "publishProgram", Ask(PROGRAMME)).content == content


def test_publish_may_answer_the_programme(sandbox):
    sandbox.switch("publish_reply", "programme")
    assert call(sandbox, "publishProgram", Ask(PROGRAMME)).json["state"] == "active"


def test_reads_may_lag_behind_writes(sandbox):
    sandbox.switch("read_lag", "30")
    done = credit(sandbox, 500, autoComplete=True, meta={"intent": "late"})
    assert done["balance"] == 12_980
    assert json.dumps("late") not in json.dumps(history(sandbox, AMARA))
    assert call(sandbox, "getAccountInfo", Ask(PROGRAMME, {"contactId": AMARA})).json["balance"]["balances"][
        0
    ]["value"] == (12_480)
    sandbox.advance(31)
    assert history(sandbox, AMARA)["transactionHistory"][0]["id"] == done["id"]


def test_every_write_lags_by_itself(sandbox):
    sandbox.switch("read_lag", "30")
    for _ in range(3):
        credit(sandbox, 100, NEWCOMER, autoComplete=True)
        sandbox.advance(20)
    assert history(sandbox)["count"] == 2


def test_the_totals_of_everybody_lag_too(sandbox):
    sandbox.switch("read_lag", "30")
    credit(sandbox, 500, autoComplete=True)

    def total():
        ask = Ask(PROGRAMME, {"balanceDefinitionId": catalogue.POINTS, "limit": 100})
        rows = call(sandbox, "listContactBalances", ask).json["balances"]
        return next(one["value"] for one in rows if one["contactId"] == AMARA)

    assert total() == 12_480
    sandbox.advance(31)
    assert total() == 12_980


def test_an_enrolment_lags_too(sandbox):
    sandbox.switch("read_lag", "30")
    stranger = cast.STRANGER.contact_id
    call(sandbox, "createSubscription", Ask(PROGRAMME, body={"contactId": stranger}))
    ask = Ask(PROGRAMME, {"contactId": stranger})
    assert call(sandbox, "getAccountInfo", ask).status == 404
    sandbox.advance(31)
    assert call(sandbox, "getAccountInfo", ask).status == 200


def test_the_paths_of_the_guides_do_not_exist(sandbox):
    base = f"/loyalty/balance/programs/{cast.NORTHWIND}/subscriptions/{AMARA}"
    for path in ("tier", "vouchers", "transactions"):
        assert sandbox.ask("GET", f"{base}/{path}").status == 404
    assert sandbox.ask("GET", f"/loyalty/config/programs/{NOBODY}/members").status == 404
