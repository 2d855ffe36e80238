"""The register of orders and drafts: what waits, what ran out, and how many that makes."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import Any

from dashboard.store import orders
from dashboard.store.orders import OrderRow, SeenDraft

PROGRAMME, OTHER = "7f1c9a52-3a7e-4a57-9d0e-5a2b0c1d2e3f", "8f1c9a52-3a7e-4a57-9d0e-5a2b0c1d2e3f"
POINTS = "3d0c9a52-3a7e-4a57-9d0e-5a2b0c1d2e3f"


def key(number: int) -> str:
    return f"dddddddd-0000-4000-8000-{number:012}"


def order(now, number: int = 1, **more: Any) -> OrderRow:
    return OrderRow(
        **{
            "intent_id": key(number),
            "programme_id": PROGRAMME,
            "contact_id": 7,
            "definition_id": POINTS,
            "amount": Decimal(200),
            "due_at": now,
            "expires_at": None,
            "order_id": None,
            "transaction_id": None,
            "made_at": now,
            **more,
        }
    )


def draft(now, number: int = 1, **more: Any) -> SeenDraft:
    return SeenDraft(
        **{
            "programme_id": PROGRAMME,
            "transaction_id": key(number),
            "contact_id": 7,
            "definition_id": POINTS,
            "amount": Decimal(100),
            "made_at": now,
            "expires_at": None,
            "source": None,
            "seen_at": now,
            **more,
        }
    )


def keep(database, now, *rows: OrderRow | SeenDraft) -> None:
    with database.write() as connection:
        for row in rows:
            if isinstance(row, OrderRow):
                orders.register(connection, row)
            else:
                orders.saw_drafts(connection, row.programme_id, 7, row.transaction_id, [row], now)


def waiting(database, now, programme_id: str = PROGRAMME) -> int:
    with database.read() as connection:
        return orders.waiting(connection, programme_id, now).count


def test_orders_and_drafts_count_together(database, now):
    keep(database, now, order(now), draft(now, 2))

    assert (waiting(database, now), waiting(database, now, OTHER)) == (2, 0)


def test_since_when_the_oldest_of_both_waits_is_told(database, now):
    then = now - timedelta(days=2)
    keep(database, now, order(now), draft(now, 2, made_at=then))

    with database.read() as connection:
        assert orders.waiting(connection, PROGRAMME, now).oldest == then
        assert orders.waiting(connection, OTHER, now).oldest is None


def test_an_order_that_was_seen_as_a_draft_counts_once(database, now):
    keep(database, now, order(now, transaction_id=key(2)), draft(now, 2))

    assert waiting(database, now) == 1


def test_an_order_that_ran_out_does_not_count(database, now):
    keep(database, now, order(now, expires_at=now))

    assert waiting(database, now) == 0
    with database.read() as connection:
        assert [each.intent_id for each in orders.lapsed(connection, PROGRAMME, now)] == [key(1)]


def test_what_was_ended_does_not_count(database, now):
    keep(database, now, order(now, transaction_id=key(2)), draft(now, 2))
    with database.write() as connection:
        orders.close(connection, PROGRAMME, key(2), now)

    assert waiting(database, now) == 0


def test_a_draft_is_found_by_its_transaction_in_its_programme_only(database, now):
    keep(database, now, order(now, transaction_id=key(2)), draft(now, 2))

    with database.read() as connection:
        assert orders.find_draft(connection, PROGRAMME, key(2)) == draft(now, 2)
        assert orders.find_draft(connection, OTHER, key(2)) is None
        assert orders.by_transaction(connection, PROGRAMME, key(2)) == order(now, transaction_id=key(2))
        assert orders.by_transaction(connection, OTHER, key(2)) is None


def test_a_shorter_list_replaces_only_as_far_back_as_it_goes(database, now):
    old, new = draft(now, 1, made_at=now - timedelta(days=9)), draft(now, 2)
    with database.write() as connection:
        orders.saw_drafts(connection, PROGRAMME, 7, POINTS, [old, new], now)
        orders.saw_drafts(connection, PROGRAMME, 7, POINTS, [], now, since=now - timedelta(days=1))

        assert orders.seen_drafts(connection, PROGRAMME) == (old,)
        assert orders.has_drafts(connection, PROGRAMME, 7, POINTS)
