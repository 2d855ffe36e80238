"""Looking for a transaction whose answer was lost."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from dashboard.brevo import Brevo, Lookup
from dashboard.brevo.errors import InvalidInput, RemoteFailure
from tests.brevo.ledger import READINGS, Ledger
from tests.brevo.remote import answer, close
from tests.brevo.values import INTENT, MEMBER, POINTS, PROGRAMME, history, item

SENT = datetime.fromisoformat("2026-11-18T20:00:00Z")
"""When row 0 was created."""


def look(brevo: Brevo, *, minutes_ago: int = 0, transaction_id: str | None = None) -> Lookup:
    return brevo.transactions.find(
        PROGRAMME,
        contact_id=MEMBER,
        definition_id=POINTS,
        intent_id=None if transaction_id else INTENT,
        transaction_id=transaction_id,
        since=SENT - timedelta(minutes=minutes_ago),
    )


def ours(number: int, **changes: object) -> dict[str, object]:
    return item(number, meta={"intent": INTENT}, **changes)


def test_a_transaction_is_found_by_our_intent(remote, brevo):
    remote.then(answer(200, history([item(1), ours(2, status="draft"), item(3)])))

    lookup = look(brevo)

    assert lookup.found is not None
    assert (lookup.found.id, lookup.found.status, lookup.complete) == (item(2)["id"], "draft", True)


def test_a_transaction_is_found_by_its_own_id_in_any_case(remote, brevo):
    number = 0xABC
    row = item(1, id=f"00000000-0000-4000-8000-{number:012x}")
    remote.then(answer(200, history([row])))

    found = look(brevo, transaction_id=str(row["id"]).upper()).found

    assert found is not None
    assert found.id == row["id"]


def test_the_look_asks_for_every_status_newest_first(remote, brevo):
    remote.then(answer(200, history([])))

    look(brevo)

    assert remote.requests[0].query == {
        "contactId": str(MEMBER),
        "balanceDefinitionId": POINTS,
        "limit": "50",
        "sort": "desc",
    }


def test_an_empty_look_at_a_short_list_is_complete(remote, brevo):
    remote.then(answer(200, history([item(1), item(2)])))

    lookup = look(brevo)

    assert (lookup.found, lookup.complete) == (None, True)


def test_the_look_ends_where_the_list_is_older_than_the_sending(remote, brevo):
    remote.always(Ledger([item(number) for number in range(500)], "pages from 0"))

    lookup = look(brevo)

    assert (lookup.found, lookup.complete) == (None, True)
    assert len(remote.requests) == 1


def test_an_empty_look_at_several_pages_is_complete(remote, brevo):
    remote.always(Ledger([item(number) for number in range(120)], "pages from 0"))

    lookup = look(brevo, minutes_ago=300)

    assert (lookup.found, lookup.complete, len(lookup.recent)) == (None, True, 120)


def test_one_row_older_than_the_sending_ends_the_look_even_after_rows_of_one_time(remote, brevo):
    rows = [item(number, createdAt="2026-11-18T20:00:00Z") for number in range(49)]
    remote.always(Ledger([*rows, *(item(number) for number in range(49, 200))], "pages from 0"))

    assert look(brevo).complete
    assert len(remote.requests) == 1


def test_a_row_as_old_as_the_look_goes_back_does_not_end_it(remote, brevo):
    rows = [item(number, createdAt="2026-11-18T19:55:00Z") for number in range(50)]
    remote.always(Ledger([*rows, ours(50, createdAt="2026-11-18T19:55:00Z")], "records"))

    assert look(brevo).found is not None


def test_a_look_gives_up_after_twenty_pages_and_may_have_missed_it(remote, brevo):
    rows = [item(number) for number in range(1100)]
    ledger = Ledger(rows, "records")
    remote.always(ledger)

    lookup = look(brevo, minutes_ago=1200)

    assert (lookup.found, lookup.complete) == (None, False)
    assert [one.id for one in lookup.recent] == [row["id"] for row in rows[:1000]]
    assert lookup.at.tzinfo is not None


def test_a_look_says_when_it_was_answered_and_under_which_number(remote, brevo):
    remote.then(answer(200, history([ours(0)]), {"sib-request-id": "r-6"}))

    lookup = look(brevo)

    assert lookup.request_id == "r-6"
    assert lookup.at.tzinfo is not None


def test_a_clock_five_minutes_ahead_of_the_remote_finds_it_all_the_same(remote, brevo):
    rows = [item(number) for number in range(4)] + [ours(4)] + [item(number) for number in range(5, 90)]
    remote.always(Ledger(rows, "pages from 0"))

    assert look(brevo).found is not None


@pytest.mark.parametrize("reading", READINGS)
@pytest.mark.parametrize("place", [49, 50, 51, 99, 149])
def test_a_busy_members_transaction_is_found_pages_away(remote, brevo, reading, place):
    rows = [ours(number) if number == place else item(number) for number in range(150)]
    remote.always(Ledger(rows, reading))

    found = look(brevo, minutes_ago=300).found

    assert found is not None
    assert found.id == item(place)["id"]


@pytest.mark.parametrize("reading", READINGS)
def test_a_list_that_shifts_between_pages_hides_nothing(remote, brevo, reading):
    rows = [ours(number) if number == 160 else item(number) for number in range(100, 200)]
    ledger = Ledger(rows, reading)
    remote.always(ledger)
    # Learn what the offset means first, so that arrivals fall between the pages of the look.
    older = brevo.balances.history(PROGRAMME, MEMBER, POINTS, limit=10).value.older
    brevo.balances.history(PROGRAMME, MEMBER, POINTS, after=older)
    ledger.arriving = [item(3), item(2), item(1)]

    assert look(brevo, minutes_ago=300).found is not None


def test_a_list_that_shrinks_between_pages_may_have_hidden_it(remote, brevo):
    ledger = Ledger([item(number) for number in range(150)], "pages from 0")
    remote.always(ledger)
    older = brevo.balances.history(PROGRAMME, MEMBER, POINTS, limit=10).value.older
    brevo.balances.history(PROGRAMME, MEMBER, POINTS, after=older)
    remote.then(answer(200, history([item(number) for number in range(50)], count=151)))

    lookup = look(brevo, minutes_ago=300)

    assert (lookup.found, lookup.complete) == (None, False)


def test_an_odd_row_may_be_the_one(remote, brevo):
    remote.then(answer(200, history([item(1), {"status": "draft"}])))

    lookup = look(brevo)

    assert (lookup.found, lookup.complete) == (None, False)


def test_a_list_in_the_wrong_order_is_read_to_its_end(remote, brevo):
    rows = [item(number) for number in reversed(range(1, 120))] + [ours(0)]
    remote.always(Ledger(rows, "records"))

    assert look(brevo).found is not None


def test_rows_without_dates_do_not_end_the_look(remote, brevo):
    rows = [item(number, createdAt=None) for number in range(60)] + [ours(60)]
    remote.always(Ledger(rows, "records"))

    assert look(brevo).found is not None


def test_an_empty_page_of_a_list_that_says_it_has_rows_is_not_complete(remote, brevo):
    remote.then(answer(200, history([], count=7)))

    assert look(brevo).complete is False


def test_what_else_happened_since_is_told(remote, brevo):
    rows = [item(0, meta={}), item(3, meta={}), item(5), item(6), item(400)]
    remote.then(answer(200, history(rows)))

    assert [one.id for one in look(brevo).recent] == [row["id"] for row in rows[:3]]


def test_a_look_that_fails_says_so(remote, brevo):
    remote.always(lambda _: answer(500, {"message": "sorry"}))

    with pytest.raises(RemoteFailure):
        look(brevo)


def test_a_look_may_use_the_reserve(remote, brevo):
    low = {"x-sib-ratelimit-limit": "600", "x-sib-ratelimit-remaining": "3", "x-sib-ratelimit-reset": "900"}
    remote.always(lambda _: answer(200, history([]), low))
    look(brevo)

    assert look(brevo).complete


def test_a_look_is_tried_again_when_the_connection_drops(remote, brevo):
    remote.then(close(), answer(200, history([ours(0)])))

    assert look(brevo).found is not None


def test_a_look_names_one_thing_and_a_time_with_a_zone(brevo):
    with pytest.raises(InvalidInput):
        brevo.transactions.find(PROGRAMME, contact_id=MEMBER, definition_id=POINTS, since=SENT)
    with pytest.raises(InvalidInput):
        brevo.transactions.find(
            PROGRAMME,
            contact_id=MEMBER,
            definition_id=POINTS,
            intent_id=INTENT,
            since=SENT.replace(tzinfo=None),
        )
