"""Counting the balance back."""

from decimal import Decimal

from dashboard.brevo.history import HistoryItem
from dashboard.brevo.status import TransactionStatus
from dashboard.web.members.running import EVER, Running, reliable_since, running
from tests.web.members.samples import NOW, ago, moved


def count_back(items: list[HistoryItem], balance: int, *, whole: bool = True) -> Running:
    reliable = reliable_since(items, balance=Decimal(balance), now=NOW, whole=whole)
    return running(items, balance=Decimal(balance), until=NOW, reliable=reliable, whole=whole)


def test_the_balance_after_each_transaction_is_what_later_ones_leave_of_the_present_one() -> None:
    items = [moved("c", -50, ago(days=1)), moved("b", 30, ago(days=2)), moved("a", 100, ago(days=3))]
    known = count_back(items, 80)
    assert [(move.id, int(move.after)) for move in known.moves] == [("c", 80), ("b", 130), ("a", 100)]


def test_what_was_not_completed_moves_nothing() -> None:
    items = [
        moved("c", 500, ago(days=1), status=TransactionStatus.DRAFT),
        moved("b", 500, ago(days=2), status=TransactionStatus.REJECTED),
        moved("a", 100, ago(days=3)),
    ]
    assert [(move.id, int(move.after)) for move in count_back(items, 100).moves] == [("a", 100)]


def test_transactions_count_from_when_they_were_completed() -> None:
    late = moved("late", 10, ago(days=9))
    late = type(late)(
        **{name: getattr(late, name) for name in late.__struct_fields__} | {"completed_at": ago(hours=1)}
    )
    known = count_back([moved("b", 5, ago(days=1)), late, moved("a", 100, ago(days=10))], 115)
    assert [move.id for move in known.moves] == ["late", "b", "a"]


def test_nothing_is_claimed_of_the_time_before_points_that_may_have_expired_unseen() -> None:
    items = [
        moved("b", 40, ago(days=2)),
        moved("a", 100, ago(days=400), expires_at=ago(days=30)),
    ]
    known = count_back(items, 40)
    assert known.since == ago(days=30)
    assert [move.id for move in known.moves] == ["b"]


def test_all_is_known_when_all_transactions_add_up_to_the_balance() -> None:
    items = [moved("b", -100, ago(days=40)), moved("a", 100, ago(days=400), expires_at=ago(days=30))]
    assert reliable_since(items, balance=Decimal(0), now=NOW, whole=True) == EVER


def test_a_remote_that_books_what_expires_is_taken_at_its_word() -> None:
    items = [
        moved("b", -60, ago(days=30), meta={"type": "expiry"}),
        moved("a", 100, ago(days=60), expires_at=ago(days=30)),
    ]
    assert reliable_since(items, balance=Decimal(1_040), now=NOW, whole=False) == EVER


def test_without_the_whole_history_the_span_begins_at_the_oldest_transaction_read() -> None:
    items = [moved("b", 10, ago(days=1)), moved("a", 10, ago(days=8))]
    assert count_back(items, 5_000, whole=False).since == ago(days=8)


def test_the_balance_at_a_moment_is_that_of_the_last_transaction_before_it() -> None:
    known = count_back([moved("b", 30, ago(days=2)), moved("a", 100, ago(days=5))], 130)
    assert [known.at(ago(days=1)), known.at(ago(days=3)), known.at(ago(days=6))] == [130, 100, 0]
