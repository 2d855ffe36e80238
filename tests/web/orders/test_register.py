"""What is pending lands in the desk's register when somebody looks at a member, and at no other time."""

from __future__ import annotations

from dashboard.sandbox.cast import NORTHWIND, PENDING
from dashboard.store import orders
from dashboard.store.orders import SeenDraft
from tests.support.app import Desk
from tests.web.orders.pending import MEMBER, draft


def seen(desk: Desk) -> tuple[SeenDraft, ...]:
    with desk.services.database.read() as connection:
        return orders.seen_drafts(connection, NORTHWIND)


def test_opening_a_member_notes_their_drafts_with_where_they_came_from(open_desk: Desk) -> None:
    open_desk.visitor("sam").get(MEMBER)

    assert [(int(each.amount), each.source, each.contact_id) for each in seen(open_desk)] == [
        (240, "web", PENDING.contact_id),
        (120, "web", PENDING.contact_id),
        (-400, "web", PENDING.contact_id),
        (90, "web", PENDING.contact_id),
        (75, "web", PENDING.contact_id),
    ]


def test_a_panel_alone_notes_nothing(open_desk: Desk) -> None:
    open_desk.visitor("sam").fragment(f"{MEMBER}/pending")

    assert seen(open_desk) == ()


def test_what_somebody_ended_elsewhere_is_forgotten_with_the_next_look(open_desk: Desk) -> None:
    assert open_desk.remote is not None
    sam = open_desk.visitor("sam")
    sam.get(MEMBER)
    path = f"/loyalty/balance/programs/{NORTHWIND}/transactions/{draft(open_desk, 120)}/cancel"
    open_desk.remote.ask("POST", path)

    open_desk.clock.advance(minutes=6)
    sam.get(MEMBER)

    assert 120 not in [int(each.amount) for each in seen(open_desk)]


def test_what_we_completed_is_forgotten_at_once(open_desk: Desk) -> None:
    sam = open_desk.visitor("sam")
    sam.get(MEMBER)

    sam.get(f"{MEMBER}/pending/{draft(open_desk, 120)}/complete").form("Complete +120 points").send()

    assert 120 not in [int(each.amount) for each in seen(open_desk)]
