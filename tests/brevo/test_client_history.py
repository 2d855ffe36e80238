"""Going back through a member's history, whatever ``offset`` means."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest

from dashboard.brevo import Brevo, HistoryItem, TransactionStatus
from dashboard.brevo.errors import BudgetExhausted, InvalidInput, NotFound, Refused, Unreadable
from dashboard.brevo.paging import OffsetMeaning, meaning_of
from tests.brevo.contract import check_answer
from tests.brevo.ledger import READINGS, Ledger
from tests.brevo.remote import answer
from tests.brevo.values import MEMBER, POINTS, PROGRAMME, history, item


def pages(brevo: Brevo, *, limit: int = 10, after: str | None = None) -> Iterator[tuple[HistoryItem, ...]]:
    while True:
        page = brevo.balances.history(PROGRAMME, MEMBER, POINTS, limit=limit, after=after).value
        yield page.items
        after = page.older
        if after is None:
            return


def ids(rows: list[dict[str, Any]]) -> list[str]:
    return [row["id"] for row in rows]


def test_the_example_answer_is_one_of_the_contract():
    check_answer("TransactionHistoryPage", history([item(1), item(2, balanceExpirationDate=None)]))


@pytest.mark.parametrize("reading", READINGS)
@pytest.mark.parametrize("size", [0, 1, 9, 10, 11, 20, 21, 95])
def test_every_transaction_comes_once_and_in_order(remote, brevo, reading, size):
    rows = [item(number) for number in range(size)]
    remote.always(Ledger(rows, reading))

    found = [one.id for page in pages(brevo) for one in page]

    assert found == ids(rows)


@pytest.mark.parametrize("reading", READINGS)
def test_rows_that_spell_their_id_in_full_are_paged_too(remote, brevo, reading):
    rows = [item(number) for number in range(25)]
    spelled = [{**row, "id": None, "transactionId": row["id"]} for row in rows]
    remote.always(Ledger(spelled, reading))

    assert [one.id for page in pages(brevo) for one in page] == ids(rows)


@pytest.mark.parametrize("reading", READINGS)
@pytest.mark.parametrize("limit", [2, 3])
def test_the_smallest_pages_work_too(remote, brevo, reading, limit):
    rows = [item(number) for number in range(7)]
    remote.always(Ledger(rows, reading))

    assert [one.id for page in pages(brevo, limit=limit) for one in page] == ids(rows)


@pytest.mark.parametrize("reading", READINGS)
def test_a_remote_without_a_total_is_read_to_its_end(remote, brevo, reading):
    rows = [item(number) for number in range(25)]
    remote.always(Ledger(rows, reading, counts=False))

    assert [one.id for page in pages(brevo) for one in page] == ids(rows)


@pytest.mark.parametrize("reading", READINGS)
def test_a_remote_that_gives_less_than_asked_for_loses_nothing(remote, brevo, reading):
    rows = [item(number) for number in range(25)]
    remote.always(Ledger(rows, reading, most=7))

    assert [one.id for page in pages(brevo) for one in page] == ids(rows)


@pytest.mark.parametrize("reading", READINGS)
def test_one_page_costs_one_request_and_the_meaning_is_found_out_once(remote, brevo, reading):
    remote.always(Ledger([item(number) for number in range(40)], reading))

    first = brevo.balances.history(PROGRAMME, MEMBER, POINTS, limit=10).value
    after_first = len(remote.requests)
    second = brevo.balances.history(PROGRAMME, MEMBER, POINTS, limit=10, after=first.older).value
    after_second = len(remote.requests)
    brevo.balances.history(PROGRAMME, MEMBER, POINTS, limit=10, after=second.older)

    assert (after_first, after_second, len(remote.requests)) == (1, 4, 5)


@pytest.mark.parametrize("reading", READINGS)
def test_a_link_to_older_ones_works_after_a_restart(remote, brevo, client, reading):
    rows = [item(number) for number in range(40)]
    remote.always(Ledger(rows, reading))
    second = brevo.balances.history(
        PROGRAMME,
        MEMBER,
        POINTS,
        after=brevo.balances.history(PROGRAMME, MEMBER, POINTS, limit=10).value.older,
    ).value

    third = client(remote.url).balances.history(PROGRAMME, MEMBER, POINTS, after=second.older).value

    assert [one.id for one in third.items] == ids(rows[20:30])


@pytest.mark.parametrize("reading", READINGS)
@pytest.mark.parametrize("new", [1, 3, 10, 25])
def test_transactions_that_arrive_meanwhile_repeat_nothing_and_hide_nothing(remote, brevo, reading, new):
    rows = [item(number) for number in range(100, 140)]
    ledger = Ledger(list(rows), reading)
    remote.always(ledger)
    going_back = pages(brevo)
    shown = [one.id for one in next(going_back)]
    ledger.rows[:0] = [item(number) for number in range(new)]

    for page in going_back:
        shown += [one.id for one in page]

    assert shown == ids(rows)


@pytest.mark.parametrize("reading", READINGS)
def test_an_arrival_in_the_middle_of_finding_out_is_noticed(remote, brevo, reading):
    rows = [item(number) for number in range(100, 130)]
    ledger = Ledger(list(rows), reading)
    remote.always(ledger)
    going_back = pages(brevo)
    shown = [one.id for one in next(going_back)]
    # Both questions of the first try see a list that has just moved.
    ledger.arriving = [item(2), item(1)]

    for page in going_back:
        shown += [one.id for one in page]

    assert shown == ids(rows)


def test_a_history_that_never_stands_still_is_not_guessed_at(remote, brevo):
    ledger = Ledger([item(number) for number in range(100, 130)], "records")
    remote.always(ledger)
    older = brevo.balances.history(PROGRAMME, MEMBER, POINTS, limit=10).value.older
    ledger.arriving = [item(number) for number in range(50)]

    with pytest.raises(Unreadable, match="changes while"):
        brevo.balances.history(PROGRAMME, MEMBER, POINTS, after=older)


@pytest.mark.parametrize(
    ("top", "probe", "meaning"),
    [
        ("ab", "ab", OffsetMeaning.PAGES_FROM_1),
        ("ab", "bc", OffsetMeaning.RECORDS),
        ("ab", "cd", OffsetMeaning.PAGES_FROM_0),
        ("ab", "ca", None),
        ("abc", "dab", None),
        ("abcde", "fghab", OffsetMeaning.PAGES_FROM_0),
        ("a.b.c", "defgh", OffsetMeaning.PAGES_FROM_0),
        ("..", "cd", None),
        ("ab", "..", None),
    ],
)
def test_what_an_offset_means_is_told_by_which_rows_come_again(top, probe, meaning):
    ids_of_top, ids_of_probe = ([None if one == "." else one for one in text] for text in (top, probe))

    assert meaning_of(ids_of_top, ids_of_probe) is meaning


@pytest.mark.parametrize("reading", READINGS)
def test_odd_rows_on_top_do_not_confuse_the_finding(remote, brevo, reading):
    rows = [item(0), {"status": "completed"}, *(item(number) for number in range(1, 40))]
    remote.always(Ledger(rows, reading))

    found = [one.id for page in pages(brevo) for one in page]

    assert found == ids([row for row in rows if "id" in row])


def test_filters_go_to_the_remote_and_the_limit_is_always_said(remote, brevo):
    remote.always(lambda _: answer(200, history([])))

    brevo.balances.history(PROGRAMME, MEMBER, POINTS, status=TransactionStatus.DRAFT, type="debit", limit=20)

    assert remote.requests[0].query == {
        "contactId": str(MEMBER),
        "balanceDefinitionId": POINTS,
        "limit": "20",
        "sort": "desc",
        "status": "draft",
        "transactionType": "debit",
    }


@pytest.mark.parametrize(
    "wrong",
    [
        {"limit": 1},
        {"limit": 101},
        {"status": TransactionStatus.UNKNOWN},
        {"type": "gift"},
        {"after": "x"},
        {"after": "é"},
        {"after": "W10"},
        {"after": "WzEwLDAsMF0"},
        {"after": "A" * 5000},
    ],
    ids=str,
)
def test_a_question_that_makes_no_sense_is_not_sent(remote, brevo, wrong):
    with pytest.raises(InvalidInput):
        brevo.balances.history(PROGRAMME, MEMBER, POINTS, **wrong)

    assert remote.requests == []


def test_a_link_to_older_ones_is_safe_in_an_address(remote, brevo):
    remote.always(Ledger([item(number) for number in range(40)], "records"))

    older = brevo.balances.history(PROGRAMME, MEMBER, POINTS, limit=10).value.older

    assert older is not None
    assert older.replace("-", "").replace("_", "").isalnum()


@pytest.mark.parametrize(
    ("word", "status"),
    [
        ("draft", TransactionStatus.DRAFT),
        ("pending", TransactionStatus.DRAFT),
        ("Pending", TransactionStatus.DRAFT),
        ("completed", TransactionStatus.COMPLETED),
        ("complete", TransactionStatus.COMPLETED),
        ("rejected", TransactionStatus.REJECTED),
        ("cancelled", TransactionStatus.CANCELLED),
        ("canceled", TransactionStatus.CANCELLED),
        ("expired", TransactionStatus.EXPIRED),
        ("frozen", TransactionStatus.UNKNOWN),
        (None, TransactionStatus.UNKNOWN),
    ],
)
def test_both_vocabularies_and_words_to_come_are_understood(remote, brevo, word, status):
    remote.then(answer(200, history([item(1, status=word)])))

    (found,) = brevo.balances.history(PROGRAMME, MEMBER, POINTS).value.items

    assert (found.status, found.status_text) == (status, word)


@pytest.mark.parametrize(
    ("amount", "type_", "signed"),
    [
        (5, "credit", "5"),
        (5, "debit", "-5"),
        (-5, "debit", "-5"),
        ("-5.50", "debit", "-5.50"),
        (-5, None, "-5"),
        (5, None, "5"),
        (5, "DEBIT", "-5"),
        (-5, "credit", "5"),
        (-5, "something", "-5"),
    ],
)
def test_a_debit_is_a_debit_in_either_sign(remote, brevo, amount, type_, signed):
    remote.then(answer(200, history([item(1, amount=amount, transactionType=type_)])))

    (found,) = brevo.balances.history(PROGRAMME, MEMBER, POINTS).value.items

    assert found.signed_amount == Decimal(signed)
    assert found.amount == abs(Decimal(signed))


def test_one_odd_row_never_loses_the_list(remote, brevo):
    rows: list[Any] = [
        item(1),
        None,
        "row",
        {"id": "x"},
        item(2, amount="many"),
        item(3, meta="text", createdAt=5),
    ]
    remote.then(answer(200, history(rows)))

    fetched = brevo.balances.history(PROGRAMME, MEMBER, POINTS)

    assert [one.id for one in fetched.value.items] == [item(1)["id"], item(3)["id"]]
    assert fetched.odd_rows == 4
    assert fetched.value.items[1].meta == {}


def test_a_transaction_is_told_with_its_dates_and_why_it_was_rejected(remote, brevo):
    dates = {
        "createdAt": "2026-11-18T09:00:00Z",
        "completedAt": "2026-11-18T09:01:00Z",
        "cancelledAt": "2026-11-18T09:02:00Z",
        "rejectedAt": "2026-11-18T09:03:00Z",
        "balanceExpirationDate": "2027-11-18T09:00:00Z",
    }
    meta = {"intent": "1"}
    remote.then(answer(200, history([item(1, **dates, rejectReason="limit reached", meta=meta)], count=7)))

    page = brevo.balances.history(PROGRAMME, MEMBER, POINTS).value

    assert page.count == 7
    assert page.items == (
        HistoryItem(
            id=item(1)["id"],
            amount=Decimal(11),
            is_debit=False,
            status=TransactionStatus.COMPLETED,
            status_text="completed",
            created_at=datetime(2026, 11, 18, 9, 0, tzinfo=UTC),
            completed_at=datetime(2026, 11, 18, 9, 1, tzinfo=UTC),
            cancelled_at=datetime(2026, 11, 18, 9, 2, tzinfo=UTC),
            rejected_at=datetime(2026, 11, 18, 9, 3, tzinfo=UTC),
            reject_reason="limit reached",
            expires_at=datetime(2027, 11, 18, 9, 0, tzinfo=UTC),
            meta=meta,
        ),
    )


def test_where_the_last_one_shown_is_gone_its_date_tells_what_was_shown(remote, brevo):
    ledger = Ledger([item(number) for number in range(100, 140)], "records")
    ledger.rows[10] = item(110, createdAt=item(109)["createdAt"])
    remote.always(ledger)
    going_back = pages(brevo)
    shown = [one.id for one in next(going_back)]
    del ledger.rows[9]
    ledger.rows[:0] = [item(1), item(2)]

    for page in going_back:
        shown += [one.id for one in page]

    assert shown == ids([item(number) for number in range(100, 140)])


def test_a_page_of_history_leaves_the_reserve_alone(remote, brevo):
    low = {"x-sib-ratelimit-limit": "600", "x-sib-ratelimit-remaining": "3", "x-sib-ratelimit-reset": "900"}
    remote.always(lambda _: answer(200, history([]), low))
    brevo.balances.history(PROGRAMME, MEMBER, POINTS)

    with pytest.raises(BudgetExhausted):
        brevo.balances.history(PROGRAMME, MEMBER, POINTS)


def test_a_transaction_that_comes_twice_counts_once(remote, brevo):
    remote.then(answer(200, history([item(1), item(1), item(2)])))

    assert len(brevo.balances.history(PROGRAMME, MEMBER, POINTS).value.items) == 2


def test_someone_without_a_membership_is_not_found(remote, brevo):
    remote.then(answer(404, {"message": "no subscription"}))

    with pytest.raises(NotFound) as caught:
        brevo.balances.history(PROGRAMME, MEMBER, POINTS)

    assert caught.value.operation == "listTransactions"


def test_an_older_remote_is_asked_again_in_its_own_spelling_once(remote, brevo):
    remote.is_older = True

    def older(request):
        if "contact_id" not in request.query:
            return answer(400, {"code": "missing_parameter", "message": "contact_id is missing"})
        return answer(200, history([item(1)]))

    remote.always(older)

    for _ in range(2):
        assert len(brevo.balances.history(PROGRAMME, MEMBER, POINTS, type="credit").value.items) == 1

    assert len(remote.requests) == 3
    assert remote.requests[1].query == {
        "contact_id": str(MEMBER),
        "balance_definition_id": POINTS,
        "limit": "50",
        "sort": "desc",
        "transaction_type": "credit",
    }


@pytest.mark.parametrize(
    "words",
    ["a parameter is missing", "a parameter is required", "no contact_id", "no balance_definition_id"],
)
def test_a_refusal_in_any_of_these_words_asks_for_the_older_spelling(remote, brevo, words):
    remote.is_older = True
    remote.then(answer(400, {"message": words}), answer(200, history([item(1)])))

    assert len(brevo.balances.history(PROGRAMME, MEMBER, POINTS).value.items) == 1


def test_another_refusal_is_not_asked_again(remote, brevo):
    remote.always(lambda _: answer(422, {"message": "limit too high"}))

    with pytest.raises(Refused):
        brevo.balances.history(PROGRAMME, MEMBER, POINTS)

    assert len(remote.requests) == 1
