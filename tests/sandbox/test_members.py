"""Enrolment, its end, sharers, unpublished programmes."""

import pytest

from dashboard.sandbox import cast, catalogue
from tests.sandbox.calling import AMARA, PID, PROGRAMME, call
from tests.sandbox.contract import Ask
from tests.sandbox.test_limits import move

STRANGER = cast.STRANGER.contact_id
KIDS = {"pid": cast.KIDS}


def enrol(remote, contact_id=STRANGER, pid=PID, **more):
    return call(remote, "createSubscription", Ask({"pid": pid}, body={"contactId": contact_id, **more}))


def info(remote, contact_id=STRANGER, pid=PID):
    return call(remote, "getAccountInfo", Ask({"pid": pid}, {"contactId": contact_id}))


def end(remote, contact_id=AMARA):
    return call(remote, "deleteSubscription", Ask({**PROGRAMME, "cid": contact_id}))


def test_enrolment_starts_at_zero_in_the_entry_tier(sandbox):
    number = enrol(sandbox).json["loyaltySubscriptionId"]
    found = info(sandbox).json
    assert found["membership"]["loyaltySubscriptionId"] == number
    assert {one["value"] for one in found["balance"]["balances"]} == {0}
    assert [one["tierName"] for one in found["tier"]] == ["Base"]


def test_an_own_number_is_kept_and_found(sandbox):
    enrol(sandbox, loyaltySubscriptionId="MY-1", creationDate="2024-02-29T10:00:00+02:00")
    ask = Ask(PROGRAMME, {"loyaltySubscriptionId": "MY-1"})
    found = call(sandbox, "getAccountInfo", ask).json
    assert found["balance"]["contactId"] == STRANGER
    assert found["membership"]["createdAt"] == "2024-02-29T08:00:00Z"


@pytest.mark.parametrize(
    "more",
    [
        {"loyaltySubscriptionId": "x" * 65},
        {"creationDate": "2099-01-01T00:00:00Z"},
        {"creationDate": "yesterday"},
        {"meta": []},
        {"contactId": "108"},
    ],
    ids=str,
)
def test_a_malformed_enrolment_is_refused(sandbox, more):
    assert enrol(sandbox, **more).status == 400
    assert info(sandbox).status == 404


@pytest.mark.parametrize(("status", "expected"), [("422", 422), ("400", 400), ("409", 409)])
def test_a_second_enrolment_is_refused_as_switched(sandbox, status, expected):
    sandbox.switch("second_enrolment", status)
    assert enrol(sandbox, AMARA).status == expected


def test_an_ended_membership_is_gone_and_can_begin_anew(sandbox):
    assert end(sandbox).status == 204
    assert info(sandbox, AMARA).status == 404
    assert end(sandbox).status == 404
    enrol(sandbox, AMARA)
    assert info(sandbox, AMARA).json["balance"]["balances"][0]["value"] == 0


def test_a_new_beginning_may_find_the_old_balances(sandbox):
    sandbox.switch("end_membership", "keep")
    end(sandbox)
    enrol(sandbox, AMARA)
    assert info(sandbox, AMARA).json["balance"]["balances"][0]["value"] == 12_480


def test_the_end_of_a_membership_shows_in_the_list_of_everybody(sandbox):
    def count():
        ask = Ask(PROGRAMME, {"balanceDefinitionId": catalogue.POINTS})
        return call(sandbox, "listContactBalances", ask).json["count"]

    before = count()
    end(sandbox)
    enrol(sandbox)
    enrol(sandbox, cast.FORMER.contact_id)
    assert count() == before + 1


def test_sharers_are_listed_and_removed_by_themselves(sandbox):
    sharers = {one["memberContactId"] for one in info(sandbox, cast.OWNER.contact_id).json["members"]}
    assert sharers == {cast.SHARER.contact_id, cast.SECOND_SHARER.contact_id}
    ask = Ask(PROGRAMME, {"memberContactIds": f"{cast.SHARER.contact_id}"})
    assert call(sandbox, "deleteSubscriptionMembers", ask).status == 204
    left = [one["memberContactId"] for one in info(sandbox, cast.OWNER.contact_id).json["members"]]
    assert left == [cast.SECOND_SHARER.contact_id]


def test_a_sharer_added_twice_is_there_once(sandbox):
    body = {"loyaltySubscriptionId": cast.AMARA.subscription_id, "memberContactIds": [STRANGER, STRANGER]}
    for _ in range(2):
        answer = call(sandbox, "addSubscriptionMembers", Ask(PROGRAMME, body=body)).json
    assert (answer["ownerContactId"], answer["memberContactIds"]) == (AMARA, [STRANGER])


def test_nothing_can_be_done_in_an_unpublished_programme(sandbox):
    assert enrol(sandbox, pid=cast.KIDS).status == 422
    assert move(sandbox, 5, catalogue.KIDS_STARS, AMARA, cast.KIDS).status == 422
    state = call(sandbox, "getProgram", Ask(KIDS)).json["state"]
    assert state == "inactive"


def test_publishing_opens_a_programme(sandbox):
    assert call(sandbox, "publishProgram", Ask(KIDS)).status == 200
    assert call(sandbox, "getProgram", Ask(KIDS)).json["state"] == "active"
    assert enrol(sandbox, pid=cast.KIDS).status == 200
    assert move(sandbox, 5, catalogue.KIDS_STARS, STRANGER, cast.KIDS).json["balance"] == 5


def test_the_draft_shows_unless_the_active_version_is_asked_for(sandbox):
    def name(**query):
        ask = Ask({**PROGRAMME, "bdid": catalogue.POINTS}, query)
        return call(sandbox, "getBalanceDefinition", ask).json["name"]

    assert (name(), name(version="draft"), name(version="active")) == ("Points (2027)",) * 2 + ("Points",)
    call(sandbox, "publishProgram", Ask(PROGRAMME))
    assert name(version="active") == "Points (2027)"


def test_the_published_name_reaches_account_info(sandbox):
    call(sandbox, "publishProgram", Ask(PROGRAMME))
    assert info(sandbox, AMARA).json["balance"]["balances"][0]["balanceDefinitionName"] == "Points (2027)"


def test_a_programme_knows_only_its_own_members(sandbox):
    assert info(sandbox, AMARA, cast.COFFEE).status == 404
    assert info(sandbox, cast.COFFEE_ONLY.contact_id, cast.COFFEE).status == 200


def test_a_transaction_belongs_to_its_programme(sandbox):
    draft = move(sandbox, 5, catalogue.POINTS, cast.ALMOST.contact_id, autoComplete=False).json
    ask = Ask({"pid": cast.COFFEE, "tid": draft["id"]})
    assert call(sandbox, "completeTransaction", ask).status == 404


def test_programmes_are_sorted_and_paged(sandbox):
    def names(**query):
        return [one["name"] for one in call(sandbox, "listPrograms", Ask(query=query)).json["items"]]

    everything = names(sort_field="name", sort="asc")
    assert everything == ["Northwind Coffee Club", "Northwind Kids", "Northwind Rewards"]
    assert names(sort_field="name", sort="desc", limit=1, offset=1) == ["Northwind Kids"]
