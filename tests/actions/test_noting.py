"""What the register learns when a member is read."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import Any
from uuid import uuid4

from dashboard.actions.credits import give_credit
from dashboard.actions.noting import Reading, note_transactions
from dashboard.actions.orders import OrderForm, create_order
from dashboard.brevo.balances import BalanceDefinition
from dashboard.brevo.history import HistoryItem
from dashboard.brevo.status import TransactionStatus as Status
from dashboard.store import orders
from dashboard.store.orders import SeenDraft
from tests.actions.counter import Counter
from tests.actions.fake_acting import MEMBER
from tests.actions.fake_remote import DEFINITION, PROGRAMME, START
from tests.actions.test_credits import filled

POINTS = BalanceDefinition(id=DEFINITION, name="Points")


def item(number: int, status: Status = Status.DRAFT, **more: Any) -> HistoryItem:
    """The transaction that was made ``number`` days ago."""
    return HistoryItem(
        **{
            "id": f"dddddddd-0000-4000-8000-{number:012}",
            "amount": Decimal(100),
            "is_debit": False,
            "status": status,
            "created_at": START - timedelta(days=number),
            "meta": {"source": "shop"},
            **more,
        }
    )


def note(counter: Counter, *items: HistoryItem, is_whole: bool = True, minutes: int = 0) -> int:
    reading = Reading(
        programme_id=PROGRAMME,
        contact_id=MEMBER,
        definition_id=DEFINITION,
        items=items,
        is_whole=is_whole,
        at=START + timedelta(minutes=minutes),
    )
    with counter.database.write() as connection:
        return note_transactions(connection, reading)


def seen(counter: Counter) -> tuple[SeenDraft, ...]:
    with counter.database.read() as connection:
        return orders.seen_drafts(connection, PROGRAMME)


def order(counter: Counter) -> Any:
    form = OrderForm(
        intent_id=str(uuid4()),
        programme_id=PROGRAMME,
        contact_id=MEMBER,
        reason="late_delivery",
        case_reference="ZD-1",
        definition=POINTS,
        amount="200",
    )
    return counter.do(create_order, form)


def nameless(counter: Counter) -> str:
    """An order of which the remote names no transaction, neither in its answer nor by our mark."""
    counter.desk.orders_name_transaction = False
    counter.desk.order_meta = False
    made: str = order(counter).id
    return made


def looked_at(counter: Counter, intent_id: str) -> Any:
    with counter.database.read() as connection:
        found = orders.get(connection, intent_id)
    assert found is not None
    return found.looked_at


def test_an_order_that_was_read_for_in_vain_remembers_when(counter):
    made = nameless(counter)
    assert looked_at(counter, made) is None

    note(counter, item(1), minutes=7)

    assert looked_at(counter, made) == START + timedelta(minutes=7)


def test_a_list_that_does_not_go_back_to_an_order_says_nothing_of_it(counter):
    made = nameless(counter)

    note(counter, item(-1), is_whole=False, minutes=7)

    assert looked_at(counter, made) is None


def test_an_order_that_is_found_was_not_looked_for_in_vain(counter):
    made = nameless(counter)
    note(counter, item(1), minutes=7)

    note(counter, item(0, meta={"intent": made}), minutes=8)

    assert looked_at(counter, made) is None


def test_drafts_that_were_read_are_kept_oldest_first_with_where_they_came_from(counter):
    note(counter, item(1), item(2), item(3, Status.COMPLETED))

    assert [(one.transaction_id[-1], one.source, one.seen_at) for one in seen(counter)] == [
        ("2", "shop", START),
        ("1", "shop", START),
    ]


def test_a_draft_that_is_not_listed_any_more_is_forgotten(counter):
    note(counter, item(1), item(2))
    note(counter, item(1), item(2, Status.CANCELLED), minutes=1)

    assert [one.transaction_id[-1] for one in seen(counter)] == ["1"]


def test_a_draft_older_than_what_was_read_stays_known(counter):
    note(counter, item(1), item(9))
    note(counter, item(1), item(2, Status.COMPLETED), is_whole=False, minutes=1)

    assert [one.transaction_id[-1] for one in seen(counter)] == ["9", "1"]


def test_an_older_reading_that_comes_late_removes_nothing(counter):
    note(counter, item(1), minutes=1)
    note(counter)

    assert len(seen(counter)) == 1


def test_an_order_whose_transaction_comes_later_is_found_by_our_mark(counter):
    counter.desk.orders_name_transaction = False
    done = order(counter)
    ours = item(4, meta={"intent": done.id})

    assert [note(counter, ours), note(counter, ours)] == [1, 0]
    with counter.database.read() as connection:
        assert orders.of_member(connection, PROGRAMME, MEMBER)[0].transaction_id == ours.id


def test_an_order_that_somebody_ended_elsewhere_waits_no_more(counter):
    done = order(counter)
    note(counter, item(4, Status.COMPLETED, id=done.transaction_id.upper()))

    with counter.database.read() as connection:
        assert orders.open_orders(connection, PROGRAMME) == ()


def test_the_draft_of_a_credit_of_ours_is_nobodys_to_complete(counter):
    given = counter.do(give_credit, filled())
    note(counter, item(1, meta={"intent": given.id}))

    assert seen(counter) == ()


def test_what_bears_an_id_that_no_call_can_name_is_not_kept(counter):
    note(counter, item(1, id="17"))

    assert seen(counter) == ()
