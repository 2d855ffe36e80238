"""Tier evaluation and assignment."""

from dashboard.sandbox import cast, catalogue, reward_catalogue
from tests.sandbox.calling import AMARA, PID, PROGRAMME, call
from tests.sandbox.contract import Ask
from tests.sandbox.test_limits import move

ALMOST = cast.ALMOST.contact_id


def tier(remote, contact_id, programme=PID):
    (held,) = remote.ledger(programme, contact_id)["tiers"].values()
    return held


def test_one_point_more_enters_the_next_tier_and_brings_its_reward(sandbox):
    assert tier(sandbox, ALMOST) == catalogue.BASE
    move(sandbox, 1, catalogue.STATUS, ALMOST)
    assert tier(sandbox, ALMOST) == catalogue.SILVER
    (gift,) = sandbox.ledger(PID, ALMOST)["vouchers"]
    assert gift["rewardId"] == reward_catalogue.WELCOME_GIFT


def test_other_points_do_not_count_for_the_tier(sandbox):
    move(sandbox, 5_000, catalogue.POINTS, ALMOST)
    assert tier(sandbox, ALMOST) == catalogue.BASE


def test_a_tier_that_falls_at_the_anniversary_stays_for_now(sandbox):
    move(sandbox, -3_000, catalogue.STATUS, AMARA)
    assert tier(sandbox, AMARA) == catalogue.GOLD


def test_a_tier_that_falls_at_once_falls(sandbox):
    move(sandbox, 1, catalogue.BEANS, ALMOST, cast.COFFEE)
    assert tier(sandbox, ALMOST, cast.COFFEE) == catalogue.BARISTA
    move(sandbox, -1, catalogue.BEANS, ALMOST, cast.COFFEE)
    assert tier(sandbox, ALMOST, cast.COFFEE) == catalogue.REGULAR


def test_a_tier_given_by_hand_is_undone_by_the_next_evaluation(sandbox):
    call(sandbox, "assignTier", Ask({"pid": cast.COFFEE, "cid": ALMOST, "tid": catalogue.BARISTA}))
    assert tier(sandbox, ALMOST, cast.COFFEE) == catalogue.BARISTA
    move(sandbox, -1, catalogue.BEANS, ALMOST, cast.COFFEE)
    assert tier(sandbox, ALMOST, cast.COFFEE) == catalogue.REGULAR


def test_account_info_names_the_tier(sandbox):
    call(sandbox, "assignTier", Ask({**PROGRAMME, "cid": AMARA, "tid": catalogue.PLATINUM}))
    (held,) = call(sandbox, "getAccountInfo", Ask(PROGRAMME, {"contactId": AMARA})).json["tier"]
    assert (held["groupName"], held["tierName"]) == ("Status", "Platinum")


def test_the_held_tier_may_be_assigned_again(sandbox):
    sandbox.switch("held_tier", "200")
    assert call(sandbox, "assignTier", Ask({**PROGRAMME, "cid": AMARA, "tid": catalogue.GOLD})).status == 200


def test_thresholds_are_ordered_lowest_first(sandbox):
    group = call(sandbox, "listTierGroups", Ask(PROGRAMME, {"version": "active"})).json["items"][0]
    tiers = call(sandbox, "listTiers", Ask(PROGRAMME, {"version": "active"})).json["items"]
    least = {one["tierId"]: one["accessConditions"][0]["minimumValue"] for one in tiers}
    assert [least[one] for one in group["tierOrder"]] == [0, 1_000, 2_500, 5_000]
