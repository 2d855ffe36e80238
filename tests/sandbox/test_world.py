"""The people and their numbers: they agree with one another, and follow from the seed."""

import subprocess
import sys
from datetime import UTC, datetime
from decimal import Decimal

import pytest

from dashboard.sandbox import SandboxOptions, cast, catalogue
from dashboard.sandbox.people import FIRST_DERIVED_ID, People
from tests.sandbox.calling import PID, PROGRAMME, call
from tests.sandbox.contract import Ask, check_reply
from tests.support.sandbox import start

NOW = datetime(2026, 11, 20, 9, 14, tzinfo=UTC)
DERIVED = FIRST_DERIVED_ID


@pytest.fixture(scope="module")
def world():
    """200 members at a fixed time; tests here only read."""
    remote = start(SandboxOptions(members=200, plan="off", now=NOW))
    yield remote
    remote.server.stop()


def everybody(people):
    return [person for one in people.contacts if (person := people.person(one))]


def sums(ledger, definition):
    completed = [
        one["amount"]
        for one in ledger["transactions"]
        if one["status"] == "completed" and one["definitionId"] == definition
    ]
    return sum(completed, Decimal(0)), sum(
        (one["amount"] for one in ledger["entries"][definition]), Decimal(0)
    )


@pytest.mark.parametrize("programme", [cast.NORTHWIND, cast.COFFEE])
def test_balance_history_and_entries_of_everybody_agree(world, programme):
    members = [one for one in range(1, DERIVED + 200) if world.control.ledger(programme, one)]
    assert len(members) > 30
    for contact_id in members:
        ledger = world.ledger(programme, contact_id)
        for definition, balance in ledger["balances"].items():
            assert sums(ledger, definition) == (balance, balance), contact_id


def test_totals_without_ledgers_are_those_with(world):
    def rows(remote):
        query = {"balanceDefinitionId": catalogue.POINTS, "limit": 500}
        return call(remote, "listContactBalances", Ask(PROGRAMME, query)).json

    fresh = start(SandboxOptions(members=200, plan="off", now=NOW))
    before = rows(fresh)
    for row in before["balances"]:
        fresh.control.ledger(PID, row["contactId"])
    assert rows(fresh) == before
    fresh.server.stop()


def test_everybody_is_found_once_by_paging_over_the_totals(world):
    found = []
    for offset in range(0, 200, 30):
        query = {"balanceDefinitionId": catalogue.POINTS, "limit": 30, "offset": offset}
        page = call(world, "listContactBalances", Ask(PROGRAMME, query)).json
        found += [row["contactId"] for row in page["balances"]]
    assert page["count"] == 200 == len(set(found))


def test_amara_is_the_busy_gold_member(world):
    reply = call(world, "getAccountInfo", Ask(PROGRAMME, {"contactId": cast.AMARA.contact_id}))
    check_reply("getAccountInfo", reply)
    assert reply.json["membership"]["loyaltySubscriptionId"] == "LM-4821-0093-77"
    assert reply.json["membership"]["createdAt"].startswith("2022-03-14")
    assert [one["tierName"] for one in reply.json["tier"]] == ["Gold"]
    assert reply.json["balance"]["balances"][0]["value"] == 12_480


@pytest.mark.parametrize(
    "day", ["2026-11-20", "2027-01-01", "2027-02-28", "2027-03-31", "2028-02-29", "2026-08-31"]
)
def test_amara_has_500_transactions_and_12480_points_on_any_day(day):
    remote = start(SandboxOptions(members=0, plan="off", now=datetime.fromisoformat(f"{day}T12:00:00+00:00")))
    points = [
        one
        for one in remote.ledger(PID, cast.AMARA.contact_id)["transactions"]
        if one["definitionId"] == catalogue.POINTS
    ]
    assert len(points) == 500
    assert sum(one["amount"] for one in points if one["status"] == "draft") == 350
    assert remote.ledger(PID, cast.AMARA.contact_id)["balances"][catalogue.POINTS] == 12_480
    remote.server.stop()


@pytest.mark.parametrize("member", [one for one in cast.CAST if one.email], ids=lambda one: one.name)
def test_the_cast_is_found_by_e_mail(world, member):
    ask = Ask({"identifier": member.email}, {"identifierType": "email_id"})
    assert call(world, "getContact", ask).json["id"] == member.contact_id


@pytest.mark.parametrize("member", [one for one in cast.CAST if one.ext_id], ids=lambda one: one.name)
def test_the_cast_is_found_by_external_id(world, member):
    ask = Ask({"identifier": member.ext_id}, {"identifierType": "ext_id"})
    assert call(world, "getContact", ask).json["id"] == member.contact_id


@pytest.mark.parametrize("member", [one for one in cast.CAST if one.phone], ids=lambda one: one.name)
def test_the_cast_is_found_by_phone(world, member):
    ask = Ask({"identifier": member.phone}, {"identifierType": "phone_id"})
    assert call(world, "getContact", ask).json["id"] == member.contact_id


@pytest.mark.parametrize("member", [one for one in cast.CAST if one.programmes], ids=lambda one: one.role)
def test_the_cast_is_enrolled_where_it_says(world, member):
    for programme in member.programmes:
        number = world.ledger(programme, member.contact_id)["loyaltySubscriptionId"]
        ask = Ask({"pid": programme}, {"loyaltySubscriptionId": number})
        found = call(world, "getAccountInfo", ask).json
        assert found["balance"]["contactId"] == member.contact_id


def test_derived_people_are_found_by_every_key(world):
    people = People(seed=1, members=2_000)
    for contact_id in range(DERIVED, DERIVED + 2_000):
        person = people.person(contact_id)
        assert person
        assert people.by_email(person.email) == person
        assert people.by_phone(person.phone) == person
        assert people.by_ext_id(person.ext_id) == person
        assert people.by_subscription(person.subscription_id) == contact_id
        assert not person.landline or people.by_landline(person.landline) == person


def test_a_last_name_finds_all_who_bear_it():
    people = People(seed=3, members=1_000)
    bearers = [one.contact_id for one in everybody(people) if one.last_name == "王"]
    assert list(people.with_last_name("王")) == bearers != []


def test_names_come_in_several_scripts():
    people = People(seed=1, members=300)
    text = "".join(one.last_name for one in everybody(people))
    for letter in ("王", "藤", "م", "ל", "श", "к", "ά", "김", "Ö", "Ł"):
        assert letter in text


def dump(seed):
    """Some answers of a world of its own, from a process of its own."""
    script = f"from tests.sandbox.test_world import answers\nimport sys; sys.stdout.write(answers({seed}))"
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", script], capture_output=True, text=True, check=True, timeout=60
    )
    return done.stdout


def answers(seed):
    remote = start(SandboxOptions(members=60, plan="off", seed=seed, now=NOW))
    asked = [
        ("listPrograms", Ask()),
        ("listContacts", Ask(query={"limit": 100})),
        ("listRewards", Ask(PROGRAMME)),
        *(("getAccountInfo", Ask(PROGRAMME, {"contactId": one})) for one in range(DERIVED, DERIVED + 30)),
        ("createTransaction", Ask(PROGRAMME, body={**_POINTS, "amount": 5})),
        ("listTransactions", Ask(PROGRAMME, {**_POINTS, "limit": 100})),
    ]
    found = "\n".join(call(remote, name, ask).content.decode() for name, ask in asked)
    remote.server.stop()
    return found


_POINTS = {"contactId": DERIVED + 3, "balanceDefinitionId": catalogue.POINTS}


def test_the_same_seed_gives_the_same_answers_in_two_processes():
    assert dump(7) == dump(7)


def test_another_seed_is_another_world():
    assert answers(7) != answers(8)
