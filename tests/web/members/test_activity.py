"""Rows, chips and pages of the activity list."""

from collections.abc import Sequence
from decimal import Decimal

import pytest

from dashboard.brevo.history import HistoryItem
from dashboard.brevo.status import TransactionStatus
from dashboard.web.members.activity import PAGE, Activity, Deed, Filter, Row, activity, pending, row
from tests.web.members.samples import ago, moved

DRAFT, REJECTED, EXPIRED, UNKNOWN = (
    TransactionStatus.DRAFT,
    TransactionStatus.REJECTED,
    TransactionStatus.EXPIRED,
    TransactionStatus.UNKNOWN,
)
OURS: dict[str, object] = {"intent": "i-1"}


def rows(*items: HistoryItem) -> list[Row]:
    return [plain(item) for item in items]


def plain(item: HistoryItem) -> Row:
    return row(item, {}, {})


def test_a_change_of_ours_is_told_with_our_reason_case_and_colleague() -> None:
    deeds = {"i-1": Deed("J. Patel", "Late delivery", "ZD-55102")}
    told = row(moved("t", 500, ago(days=1), meta=OURS), deeds, {})
    assert (told.what, told.detail, told.by) == ("Goodwill: late delivery", "Ref ZD-55102", "J. Patel")


def test_points_that_were_taken_back_are_no_goodwill() -> None:
    deeds = {"i-1": Deed("J. Patel", "Billing error", None)}
    assert row(moved("t", -500, ago(days=1), meta=OURS), deeds, {}).what == "Taken back: billing error"


def test_without_any_word_about_it_a_transaction_is_a_credit_or_a_debit() -> None:
    assert [each.what for each in rows(moved("a", 5, ago(days=1)), moved("b", -5, ago(days=1)))] == [
        "Credit",
        "Debit",
    ]


def test_a_refusal_is_told_with_the_remotes_reason() -> None:
    refused = row(moved("t", -5, ago(days=1), status=REJECTED, reject_reason="too little"), {}, {})
    assert (refused.status_label, refused.detail, refused.is_void) == (
        "Rejected",
        "Because: too little",
        True,
    )


def test_a_status_nobody_has_seen_before_is_shown_as_it_came() -> None:
    item = moved("t", 5, ago(days=1), status=UNKNOWN)
    assert row(item, {}, {}).status_label == "unknown"


@pytest.mark.parametrize(
    ("chosen", "ids"),
    [
        (Filter.ALL, "abcdefg"),
        (Filter.EARNED, "a"),
        (Filter.SPENT, "b"),
        (Filter.GOODWILL, "c"),
        (Filter.EXPIRED, "d"),
        (Filter.PENDING, "e"),
        (Filter.FAILED, "fg"),
    ],
)
def test_each_chip_shows_its_own(chosen: Filter, ids: str) -> None:
    listed = (
        moved("a", 5, ago(days=1)),
        moved("b", -5, ago(days=2)),
        moved("c", 5, ago(days=3), meta=OURS),
        moved("d", -5, ago(days=4), meta={"type": "expiry"}),
        moved("e", 5, ago(days=5), status=DRAFT),
        moved("f", 5, ago(days=6), status=REJECTED),
        moved("g", 5, ago(days=7), status=EXPIRED),
    )
    assert "".join(each.id for each in shown(listed, chosen, None, count=7, is_whole=True).rows) == ids


def shown(
    items: Sequence[HistoryItem], chosen: Filter, after: str | None, *, count: int, is_whole: bool
) -> Activity:
    """A page that is there."""
    found = activity(items, chosen, after, make_row=plain, count=count, is_whole=is_whole)
    assert found is not None
    return found


def many(number: int) -> list[HistoryItem]:
    return [moved(f"t{each}", 5 if each % 2 else -5, ago(days=each)) for each in range(number)]


def test_twelve_rows_are_shown_and_the_cursor_goes_on_after_the_last() -> None:
    first = shown(many(30), Filter.ALL, None, count=30, is_whole=True)
    second = shown(many(30), Filter.ALL, first.older, count=30, is_whole=True)
    assert [first.shown, second.shown, first.total] == [12, 24, 30]
    assert [each.id for each in second.rows] == [f"t{each}" for each in range(12, 24)]


def test_the_last_page_leads_nowhere() -> None:
    assert shown(many(PAGE), Filter.ALL, None, count=PAGE, is_whole=True).older is None


def test_a_list_that_was_not_read_to_its_end_goes_on() -> None:
    page = shown(many(PAGE), Filter.ALL, None, count=500, is_whole=False)
    assert (page.older, page.total) == (f"t{PAGE - 1}", 500)


def test_a_chip_over_a_part_of_the_history_says_how_much_it_looked_through() -> None:
    page = shown(many(30), Filter.EARNED, None, count=500, is_whole=False)
    assert (page.total, page.searched) == (None, 30)


def test_a_chip_with_no_row_yet_goes_on_after_all_that_was_read() -> None:
    page = shown(many(30), Filter.PENDING, None, count=500, is_whole=False)
    assert (page.rows, page.older) == ((), "t29")


def test_a_cursor_that_is_not_in_the_list_gives_no_page() -> None:
    assert activity(many(3), Filter.ALL, "elsewhere", make_row=plain, count=3, is_whole=True) is None


def test_pending_is_the_sum_of_the_drafts_and_says_over_what() -> None:
    items = [
        moved("a", 120, ago(days=1), status=DRAFT),
        moved("b", -20, ago(days=2), status=DRAFT),
        moved("c", 5, ago(days=3)),
    ]
    whole, part = pending(items, is_whole=True), pending(items, is_whole=False)
    assert (whole.amount, whole.drafts, whole.over, part.over) == (Decimal(100), 2, None, 3)


def test_what_the_reader_did_just_now_stands_out() -> None:
    deeds = {"i-1": Deed("You", "Late delivery", None, is_new=True)}
    fresh, other = moved("a", 5, ago(minutes=0), meta=OURS), moved("b", 5, ago(days=1))
    assert [row(each, deeds, {}).is_new for each in (fresh, other)] == [True, False]
