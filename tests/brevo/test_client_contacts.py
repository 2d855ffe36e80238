"""Contacts: found by what staff were told, and created."""

from __future__ import annotations

import pytest

from dashboard.brevo import IdentifierType, Verdict
from dashboard.brevo.errors import ForeignAnswer, InvalidInput, NotFound
from tests.brevo.contract import check_answer
from tests.brevo.remote import answer

ZOE = {
    "id": 7,
    "email": "zoe@example.org",
    "attributes": {"FIRSTNAME": "Zoë", "LASTNAME": "Ng", "SMS": "447700900123", "EXT_ID": "0042", "AGE": 41},
    "createdAt": "2024-05-02T16:40:31.000+02:00",
    "modifiedAt": "2026-05-02T16:40:31Z",
    "emailBlacklisted": False,
    "smsBlacklisted": True,
    "whatsappBlacklisted": False,
    "listIds": [3, 4],
    "statistics": {},
}


def test_the_example_answer_is_one_of_the_contract():
    check_answer("ContactDetails", ZOE)


@pytest.mark.parametrize("kind", IdentifierType)
def test_the_kind_of_identifier_is_always_said(remote, brevo, kind):
    identifier = {IdentifierType.EMAIL: "zoe@example.org", IdentifierType.EXTERNAL: "0042"}.get(kind, "7")
    remote.then(answer(200, ZOE))

    contact = brevo.contacts.get(identifier, kind).value

    assert remote.requests[0].query == {"identifierType": kind.value}
    assert (contact.id, contact.phone, contact.external_id, contact.list_ids) == (
        7,
        "447700900123",
        "0042",
        (3, 4),
    )
    assert (contact.text("FIRSTNAME"), contact.text("AGE"), contact.text("CITY")) == ("Zoë", "41", None)


@pytest.mark.parametrize(
    ("identifier", "kind"),
    [
        ("8", IdentifierType.CONTACT),
        ("ann@example.org", IdentifierType.EMAIL),
        ("0043", IdentifierType.EXTERNAL),
    ],
)
def test_another_contact_than_asked_for_is_foreign(remote, brevo, identifier, kind):
    remote.then(answer(200, ZOE))

    with pytest.raises(ForeignAnswer):
        brevo.contacts.get(identifier, kind)


def test_an_address_is_the_same_in_any_case(remote, brevo):
    remote.then(answer(200, ZOE))

    assert brevo.contacts.get("Zoe@Example.org", IdentifierType.EMAIL).value.id == 7


def test_nobody_is_not_found(remote, brevo):
    remote.then(answer(404, {"code": "document_not_found", "message": "Contact does not exist"}))

    with pytest.raises(NotFound):
        brevo.contacts.get("0042", IdentifierType.EXTERNAL)


def test_a_contact_without_anything_but_an_id_is_a_contact(remote, brevo):
    remote.then(answer(200, {"id": "7", "attributes": None, "listIds": None}))

    contact = brevo.contacts.get(7, IdentifierType.CONTACT).value

    assert (contact.email, contact.attributes, contact.phone) == (None, {}, None)


def test_several_contacts_come_in_the_order_asked_for(remote, brevo):
    remote.then(answer(200, {"contacts": [{**ZOE, "id": 9}, ZOE, {"email": "odd"}], "count": 2}))

    fetched = brevo.contacts.by_ids([7, 8, 9, 7])

    assert [contact.id for contact in fetched.value] == [7, 9]
    assert fetched.odd_rows == 1
    assert remote.requests[0].target.endswith("/contacts?ids=7&ids=8&ids=9&limit=20")


def test_contacts_nobody_asked_for_are_foreign(remote, brevo):
    remote.then(answer(200, {"contacts": [ZOE], "count": 1}))

    with pytest.raises(ForeignAnswer):
        brevo.contacts.by_ids([8])


@pytest.mark.parametrize("ids", [[], list(range(1, 22)), [0]])
def test_between_one_and_twenty_contacts_are_asked_for(remote, brevo, ids):
    with pytest.raises(InvalidInput):
        brevo.contacts.by_ids(ids)

    assert remote.requests == []


@pytest.mark.parametrize("name", ["O'Brien", "Ng & Sons", "Müller-Lüdenscheidt", "محمد", "Smith, Jr."])
def test_a_last_name_reaches_the_filter_as_it_is(remote, brevo, name):
    remote.then(answer(200, {"contacts": [ZOE], "count": 61}))

    page = brevo.contacts.by_last_name(f" {name} ").value

    assert remote.requests[0].query == {"filter": f'equals(LASTNAME,"{name}")', "limit": "50"}
    assert ([contact.id for contact in page.contacts], page.count) == ([7], 61)


def test_the_attribute_of_a_name_depends_on_the_account(remote, brevo):
    remote.then(answer(200, {"contacts": [], "count": 0}))

    brevo.contacts.by_last_name("Ng", "NACHNAME")

    assert remote.requests[0].query["filter"] == 'equals(NACHNAME,"Ng")'


@pytest.mark.parametrize("name", ["", "  ", 'Ng") or equals(SMS,"1', "Ng\\", "Ng\n", "Ng\u202e"])
def test_a_name_the_filter_cannot_carry_is_not_sent(remote, brevo, name):
    with pytest.raises(InvalidInput):
        brevo.contacts.by_last_name(name)

    assert remote.requests == []


def test_an_attribute_that_is_no_name_is_not_sent(brevo):
    with pytest.raises(InvalidInput):
        brevo.contacts.by_last_name("Ng", 'X,"1")')


def test_a_contact_is_created_without_touching_an_existing_one(remote, brevo):
    remote.then(answer(201, {"id": 7}))

    written = brevo.contacts.create(email="zoe@example.org", attributes={"LASTNAME": "Ng"})

    assert (written.verdict, written.value) == (Verdict.APPLIED, 7)
    assert remote.requests[0].json == {
        "email": "zoe@example.org",
        "attributes": {"LASTNAME": "Ng"},
        "updateEnabled": False,
    }


def test_a_contact_created_without_an_id_is_read(remote, brevo):
    remote.then(answer(204), answer(200, ZOE))

    assert brevo.contacts.create(external_id="0042").value == 7


def test_a_contact_created_and_then_not_readable_is_created_all_the_same(remote, brevo):
    remote.then(answer(204), answer(500))

    written = brevo.contacts.create(email="zoe@example.org")

    assert (written.verdict, written.value) == (Verdict.APPLIED, None)


def test_a_contact_that_exists_is_a_refusal(remote, brevo):
    remote.then(answer(400, {"code": "duplicate_parameter", "message": "Contact already exist"}))

    written = brevo.contacts.create(email="zoe@example.org")

    assert (written.verdict, written.evidence.code) == (Verdict.NOT_APPLIED, "duplicate_parameter")


def test_a_contact_without_any_identifier_is_not_sent(remote, brevo):
    with pytest.raises(InvalidInput):
        brevo.contacts.create(attributes={"LASTNAME": "Ng"})

    assert remote.requests == []


def test_attributes_are_listed(remote, brevo):
    rows = [
        {"name": "LASTNAME", "category": "normal", "type": "text"},
        {"name": "NEW", "category": "quantum"},
        {},
    ]
    remote.then(answer(200, {"attributes": rows}))

    fetched = brevo.contacts.attributes()

    assert [(one.name, one.type) for one in fetched.value] == [("LASTNAME", "text"), ("NEW", None)]
    assert fetched.odd_rows == 1
