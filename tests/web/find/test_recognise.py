"""What the search box makes of a text."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dashboard.web.find.recognise import REQUESTS, Hints, Kind, Lookup, plan

PLAIN = Hints(region="GB")
NUMBERED = Hints(region="GB", member_numbers=("LM-4821-0093-77",))

EMAIL, PHONE, CONTACT, EXTERNAL, NUMBER, NAME = (
    Kind.EMAIL,
    Kind.PHONE,
    Kind.CONTACT_ID,
    Kind.EXTERNAL_ID,
    Kind.SUBSCRIPTION_ID,
    Kind.LAST_NAME,
)


@pytest.mark.parametrize(
    ("typed", "asked"),
    [
        ("amara.okafor@example.com", [(EMAIL, "amara.okafor@example.com")]),
        (" Amara.Okafor@Example.com ", [(EMAIL, "amara.okafor@example.com")]),
        ("amara@", [(EXTERNAL, "amara@")]),
        ("+44 7700 900 142", [(PHONE, "+447700900142")]),
        ("+44 (0)7700 900142", [(PHONE, "+447700900142")]),
        ("0044 7700 900142", [(PHONE, "+447700900142")]),
        ("07700 900142", [(PHONE, "+447700900142"), (NUMBER, "07700900142")]),
        ("447700900142", [(PHONE, "+447700900142"), (NUMBER, "447700900142")]),
        ("+33 6 12 34 56 78", [(PHONE, "+33612345678")]),
        ("33612345678", [(PHONE, "+33612345678"), (NUMBER, "33612345678")]),
        ("4821", [(CONTACT, "4821"), (EXTERNAL, "4821")]),
        ("48 21", [(CONTACT, "4821"), (EXTERNAL, "48 21")]),
        ("4821009377", [(NUMBER, "4821009377"), (EXTERNAL, "4821009377")]),
        ("000123", [(NUMBER, "000123"), (EXTERNAL, "000123")]),
        ("LM-4821-0093-77", [(NUMBER, "LM-4821-0093-77"), (EXTERNAL, "LM-4821-0093-77")]),
        ("cust_abc123", [(NUMBER, "cust_abc123"), (EXTERNAL, "cust_abc123")]),
        ("CRM/12?x#4", [(NUMBER, "CRM/12?x#4"), (EXTERNAL, "CRM/12?x#4")]),
        ("Okafor", [(NAME, "Okafor")]),
        ("okafor", [(NAME, "Okafor"), (NAME, "okafor")]),
        ("O'NEIL", [(NAME, "O'Neil"), (NAME, "O'NEIL")]),
        ("amara okafor", [(NAME, "Amara Okafor"), (NAME, "Okafor")]),
        ("van der Berg", [(NAME, "van der Berg"), (NAME, "Berg")]),
        ("陳大文", [(NAME, "陳大文")]),
        ("\u202bעמנואל\u202c", [(NAME, "עמנואל")]),
    ],
)
def test_each_text_is_searched_as_what_it_looks_like(typed: str, asked: list[tuple[Kind, str]]) -> None:
    assert [(each.kind, each.value) for each in plan(typed, PLAIN).lookups] == asked


@pytest.mark.parametrize("typed", ["lm4821009377", "LM 4821 0093 77", "lm-4821-0093-77", "LM482100-9377"])
def test_a_member_number_gets_the_dashes_and_capitals_of_the_ones_seen_before(typed: str) -> None:
    assert plan(typed, NUMBERED).lookups[0] == Lookup(NUMBER, "LM-4821-0093-77")


def test_digits_that_look_like_known_member_numbers_are_searched_as_one_first() -> None:
    asked = plan("48210093", Hints("GB", ("4821-0042",))).lookups
    assert asked == (Lookup(NUMBER, "4821-0093"), Lookup(CONTACT, "48210093"))


def test_a_number_of_another_shape_stays_as_typed() -> None:
    assert plan("AB12345", NUMBERED).lookups[0] == Lookup(NUMBER, "AB12345")


def test_a_member_number_read_out_with_pauses_is_tried_with_dashes_and_without() -> None:
    asked = plan("LM 4821 0093", PLAIN, Kind.SUBSCRIPTION_ID).lookups
    assert asked == (Lookup(NUMBER, "LM-4821-0093"), Lookup(NUMBER, "LM48210093"))


@pytest.mark.parametrize(
    ("typed", "problem"),
    [
        ("", "Enter an e-mail, a phone number, a member number or a last name"),
        ("   \u200b ", "Enter an e-mail, a phone number, a member number or a last name"),
        ("ab", "Enter 3 or more characters"),
        ("---", "Enter letters or digits"),
        ("x" * 201, "Enter 200 characters or fewer"),
    ],
)
def test_a_text_that_cannot_be_searched_is_answered_without_a_request(typed: str, problem: str) -> None:
    answer = plan(typed, PLAIN)
    assert answer.problem == problem
    assert answer.lookups == ()


def test_a_short_last_name_can_be_searched_by_saying_that_it_is_one() -> None:
    assert NAME in plan("Wu", PLAIN).others
    assert plan("Wu", PLAIN, NAME).lookups == (Lookup(NAME, "Wu"),)


def test_the_kinds_that_were_not_asked_are_offered() -> None:
    assert plan("4821", PLAIN).others == (PHONE, NUMBER)


def test_a_text_that_cannot_be_of_the_chosen_kind_says_so() -> None:
    assert plan("Okafor", PLAIN, PHONE).problem == "“Okafor” cannot be read as a phone number"
    assert plan("Okafor", PLAIN, EMAIL).problem == "“Okafor” cannot be read as an e-mail"


@given(st.text(max_size=60), st.sampled_from([None, *Kind]))
def test_no_text_costs_more_than_two_requests(typed: str, kind: Kind | None) -> None:
    answer = plan(typed, NUMBERED, kind)
    assert len(answer.lookups) <= REQUESTS
    assert bool(answer.lookups) != bool(answer.problem)
    assert all(each.value for each in answer.lookups)
