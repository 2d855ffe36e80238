"""Who a contact is."""

import pytest

from dashboard.web.members.people import person


@pytest.mark.parametrize(
    ("attributes", "email", "name"),
    [
        ({"FIRSTNAME": "Amara", "LASTNAME": "Okafor"}, "a@example.com", "Amara Okafor"),
        ({"PRENOM": "Léa", "NOM": "Blanc"}, None, "Léa Blanc"),
        ({"LASTNAME": "  Okafor "}, None, "Okafor"),
        ({"FIRSTNAME": None, "LASTNAME": ["x"]}, "a@example.com", "a@example.com"),
        ({}, None, "Contact 7"),
    ],
)
def test_a_contact_has_a_name_whatever_the_account_calls_its_fields(
    attributes: dict[str, object], email: str | None, name: str
) -> None:
    assert person(7, email, attributes).name == name


@pytest.mark.parametrize(
    ("kept", "shown"),
    [
        ("447700900142", "+44 7700 900142"),
        ("+33612345678", "+33 6 12 34 56 78"),
        (447700900142, "+44 7700 900142"),
        ("ext. 12", "ext. 12"),
        ("", None),
    ],
)
def test_a_phone_number_is_grouped_as_people_read_it_out(kept: object, shown: str | None) -> None:
    assert person(7, None, {"SMS": kept}).phone == shown
