"""Contacts: filter, paging, identifierType, creating."""

import pytest

from dashboard.sandbox import cast
from tests.sandbox.calling import AMARA, call
from tests.sandbox.contract import Ask, check_reply


def listed(remote, **query):
    reply = call(remote, "listContacts", Ask(query=query))
    if reply.status == 200:
        check_reply("listContacts", reply)
    return reply


def ids(remote, **query):
    return [one["id"] for one in listed(remote, **query).json["contacts"]]


def found(remote, identifier, kind=None):
    query = {"identifierType": kind} if kind else {}
    return call(remote, "getContact", Ask({"identifier": identifier}, query))


def create(remote, **body):
    return call(remote, "createContact", Ask(body=body))


def test_an_exact_last_name_finds_all_who_bear_it(sandbox):
    okafors = {cast.AMARA.contact_id, cast.NAMESAKE.contact_id, cast.SECOND_NAMESAKE.contact_id}
    assert set(ids(sandbox, filter='equals(LASTNAME,"Okafor")')) == okafors


@pytest.mark.parametrize("name", ["okafor", "Oka", "Okafor "])
def test_a_last_name_that_differs_finds_nobody(sandbox, name):
    assert ids(sandbox, filter=f'equals(LASTNAME,"{name}")') == []


@pytest.mark.parametrize(
    ("attribute", "value"),
    [
        ("EMAIL", cast.AMARA.email),
        ("SMS", cast.AMARA.phone),
        ("EXT_ID", cast.AMARA.ext_id),
        ("FIRSTNAME", "Amara"),
    ],
)
def test_the_filter_takes_other_attributes(sandbox, attribute, value):
    assert ids(sandbox, filter=f'equals({attribute},"{value}")') == [AMARA]


def test_quotes_in_a_filter_are_escaped(sandbox):
    name = cast.MARKUP.first_name.replace("\\", "\\\\").replace('"', '\\"')
    assert ids(sandbox, filter=f'equals(FIRSTNAME,"{name}")') == [cast.MARKUP.contact_id]


@pytest.mark.parametrize(
    "query",
    [
        {"filter": 'contains(LASTNAME,"Oka")'},
        {"filter": 'equals(SHOE_SIZE,"43")'},
        {"filter": "equals(LASTNAME,Okafor)"},
        {"limit": 1_001},
        {"limit": 0},
        {"offset": -1},
        {"sort": "up"},
        {"modifiedSince": "yesterday"},
        {"ids": "1,x"},
        {"ids": ",".join(str(one) for one in range(1, 22))},
        {"segmentId": 1, "listIds": 2},
    ],
    ids=str,
)
def test_a_query_the_contract_does_not_know_is_malformed(sandbox, query):
    reply = listed(sandbox, **query)
    assert reply.status == 400
    check_reply("listContacts", reply)


def test_several_are_read_by_their_ids(sandbox):
    wanted = [AMARA, 1_001, 999_999_999]
    assert set(ids(sandbox, ids=",".join(map(str, wanted)))) == {AMARA, 1_001}


def test_everybody_is_found_once_by_paging(sandbox):
    count = listed(sandbox, limit=1).json["count"]
    pages = [ids(sandbox, limit=20, offset=offset) for offset in range(0, count, 20)]
    everybody = [one for page in pages for one in page]
    assert len(everybody) == len(set(everybody)) == count
    assert ids(sandbox, limit=1_000, sort="asc") == everybody[::-1]


def test_only_those_changed_since_are_listed(sandbox):
    now = sandbox.control.now().isoformat()
    sandbox.advance(5)
    number = create(sandbox, email="new@example.com").json["id"]
    assert ids(sandbox, modifiedSince=now) == [number] == ids(sandbox, createdSince=now)


def test_a_list_narrows_the_contacts(sandbox):
    assert ids(sandbox, listIds=5) == [cast.STRANGER.contact_id]


@pytest.mark.parametrize(
    ("identifier", "kind"),
    [
        (cast.AMARA.email, None),
        (cast.AMARA.email.upper(), "email_id"),
        (str(AMARA), None),
        (str(AMARA), "contact_id"),
        (cast.AMARA.phone, None),
        (cast.AMARA.phone.removeprefix("+"), "phone_id"),
        (cast.AMARA.ext_id, "ext_id"),
    ],
)
def test_a_contact_is_found_by(sandbox, identifier, kind):
    assert found(sandbox, identifier, kind).json["id"] == AMARA


def test_an_external_id_of_digits_is_no_contact_id(sandbox):
    assert found(sandbox, "142", "ext_id").json["id"] == cast.DIGITS.contact_id
    assert found(sandbox, "142").json["id"] == AMARA


def test_an_external_id_that_breaks_paths_is_found_encoded(sandbox):
    assert found(sandbox, cast.SLASHED.ext_id, "ext_id").json["id"] == cast.SLASHED.contact_id


@pytest.mark.parametrize(
    ("identifier", "query"),
    [
        ("amara", {}),
        ("CUST-0000142", {}),
        ("amara", {"identifierType": "email_id"}),
        ("amara", {"identifierType": "contact_id"}),
        ("0770", {"identifierType": "phone_id"}),
        (cast.AMARA.email, {"startDate": "2026-01-01"}),
        (cast.AMARA.email, {"startDate": "2026-01-01", "endDate": "soon"}),
    ],
)
def test_an_identifier_that_cannot_be_one_is_malformed(sandbox, identifier, query):
    assert call(sandbox, "getContact", Ask({"identifier": identifier}, query)).status == 400


def test_a_contact_may_lack_every_attribute(sandbox):
    contact = found(sandbox, cast.NO_ATTRIBUTES.email)
    check_reply("getContact", contact)
    assert contact.json["attributes"] == {}


def test_a_new_contact_is_found_by_all_its_keys(sandbox):
    attributes = {"SMS": "+447700900999", "LASTNAME": "New"}
    number = create(sandbox, email="New@example.com", ext_id="N-1", attributes=attributes).json["id"]
    for identifier, kind in (
        ("new@example.com", "email_id"),
        ("N-1", "ext_id"),
        ("+447700900999", "phone_id"),
    ):
        assert found(sandbox, identifier, kind).json["id"] == number
    assert ids(sandbox, filter='equals(LASTNAME,"New")') == [number]


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ({}, "missing_parameter"),
        ({"email": "nobody"}, "invalid_parameter"),
        ({"attributes": {"SMS": "call me"}}, "invalid_parameter"),
        ({"email": cast.AMARA.email}, "duplicate_parameter"),
        ({"ext_id": cast.AMARA.ext_id}, "duplicate_parameter"),
        ({"email": "a@example.com", "listIds": "2"}, "invalid_parameter"),
    ],
)
def test_a_contact_that_cannot_be_made_is_refused(sandbox, body, code):
    reply = create(sandbox, **body)
    check_reply("createContact", reply)
    assert (reply.status, reply.json["code"]) == (400, code)


def test_an_existing_contact_is_changed_when_that_is_allowed(sandbox):
    body = {"email": "c1@example.com", "attributes": {"CITY": "Bath"}, "updateEnabled": True}
    derived = ids(sandbox, ids="1001")[0]
    email = found(sandbox, "1001").json["email"]
    assert create(sandbox, **{**body, "email": email}).status == 204
    after = found(sandbox, str(derived)).json["attributes"]
    assert (after["CITY"], "LASTNAME" in after) == ("Bath", True)


def test_an_existing_contact_may_be_answered_with_its_id(sandbox):
    sandbox.switch("existing_contact", "201")
    reply = create(sandbox, email=cast.AMARA.email, updateEnabled=True)
    assert (reply.status, reply.json["id"]) == (201, AMARA)
