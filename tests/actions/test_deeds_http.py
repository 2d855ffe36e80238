"""The product's own client and engine against the sandbox over real HTTP: the main faults on every deed."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from uuid import uuid4

import pytest
from msgspec.structs import replace

from dashboard.actions.engine import Engine
from dashboard.actions.operations import operations
from dashboard.brevo import Brevo
from dashboard.brevo.members import AccountInfo
from dashboard.brevo.vouchers import Voucher
from dashboard.sandbox import catalogue
from dashboard.sandbox.cast import NEWCOMER, STRANGER
from dashboard.sandbox.reward_catalogue import WELCOME_GIFT
from dashboard.store.intent import Goal, Intent, Kind, Phase, State
from tests.actions.conftest import hired
from tests.actions.tale import asked
from tests.actions.test_engine_http import DEADLINE, Bench
from tests.support.sandbox import Remote, sandbox  # noqa: F401 - a fixture


class Desk(Bench):
    """A bench for every kind of change."""

    def engine(self, url: str | None = None, key: str | None = None) -> Engine:
        client = Brevo(
            url or self.remote.url, key or self.remote.key, clock=self.clock, write_deadline=DEADLINE
        )
        self.clients.append(client)
        carried = operations(client, self.clock)
        return Engine(self.journal, client.transactions, self.clock, operations=carried)

    def begin(
        self, kind: Kind, values: dict[str, str | None], contact_id: int = NEWCOMER.contact_id, **more: Any
    ) -> Intent:
        """Write an intent of any kind down."""
        now = self.clock()
        made = replace(
            asked(kind, values),
            id=str(uuid4()),
            staff_id=self.staff_id,
            programme_id=catalogue.NORTHWIND,
            contact_id=contact_id,
            created_at=now,
            updated_at=now,
            next_at=now,
            **more,
        )
        self.intent = self.journal.add(made)
        return self.intent

    def done(self, kind: Kind, values: dict[str, str | None], **more: Any) -> Intent:
        """Something that went well."""
        self.begin(kind, values, **more)
        settled = self.settle()
        assert settled.state is State.DONE, settled.failure_text
        return settled

    def truth(self) -> Brevo:
        """A client to look with."""
        client = Brevo(self.remote.url, self.remote.key)
        self.clients.append(client)
        return client

    def vouchers(self) -> list[Voucher]:
        """The member's vouchers that carry our mark or are the one that was begun with."""
        page = self.truth().vouchers.list(catalogue.NORTHWIND, NEWCOMER.contact_id, limit=100)
        return list(page.value.vouchers)

    def account(self) -> AccountInfo:
        """The whole member."""
        return self.truth().members.account_info(catalogue.NORTHWIND, contact_id=NEWCOMER.contact_id).value


@pytest.fixture
def desk(sandbox: Remote, sqlite_database) -> Iterator[Desk]:  # noqa: F811
    made = Desk(sandbox, sqlite_database, hired(sqlite_database).id)
    yield made
    for client in made.clients:
        client.close()


LOST = [
    {"kind": "apply_then_drop"},
    {"kind": "apply_then_reset"},
    {"kind": "apply_then_status", "status": 503},
    {"kind": "apply_then_delay", "seconds": 0.6},
]
NEVER = [{"kind": "drop_before"}, {"kind": "status", "status": 500}, {"kind": "html", "status": 502}]


def name(fault: dict[str, Any]) -> str:
    return "-".join(str(part) for part in fault.values())


def issued(desk: Desk) -> Intent:
    return desk.done(Kind.VOUCHER_ISSUE, {"reward_id": WELCOME_GIFT, "code": "AB12-CD34-EF56"})


@pytest.mark.parametrize("fault", LOST, ids=name)
def test_a_voucher_whose_answer_was_lost_is_found_and_is_one(desk, fault):
    desk.remote.fault(path="attributeVoucher", **fault)
    desk.begin(Kind.VOUCHER_ISSUE, {"reward_id": WELCOME_GIFT, "code": "AB12-CD34-EF56"})
    assert desk.advance().phase is Phase.CHECKING
    assert desk.settle().state is State.DONE
    assert [one.code for one in desk.vouchers()] == ["AB12-CD34-EF56"]


@pytest.mark.parametrize("fault", NEVER, ids=name)
def test_a_voucher_that_never_arrived_is_left_to_a_person(desk, fault):
    desk.remote.fault(path="attributeVoucher", **fault)
    desk.begin(Kind.VOUCHER_ISSUE, {"reward_id": WELCOME_GIFT, "code": "AB12-CD34-EF56"})
    assert desk.settle().state is State.HELD
    assert desk.remote.operations().count("attributeVoucher") == 1


@pytest.mark.parametrize("fault", LOST + NEVER, ids=name)
def test_a_revocation_under_a_fault_is_one(desk, fault):
    voucher_id = issued(desk).remote_id
    desk.remote.fault(path="revokeVouchers", **fault)
    desk.begin(Kind.VOUCHER_REVOKE, {"voucher_id": voucher_id})
    assert desk.settle().state is State.DONE
    assert desk.vouchers() == []


@pytest.mark.parametrize("call", ["createRedemption", "completeRedemption"])
@pytest.mark.parametrize("fault", LOST + NEVER, ids=name)
def test_a_redemption_under_a_fault_uses_the_voucher_once(desk, call, fault):
    voucher_id = issued(desk).remote_id
    desk.remote.fault(path=call, **fault)
    desk.begin(Kind.VOUCHER_REDEEM, {"voucher_id": voucher_id})
    assert desk.settle().state is State.DONE
    assert desk.vouchers()[0].consumed_at is not None


@pytest.mark.parametrize("fault", LOST + NEVER, ids=name)
def test_an_order_under_a_fault_is_never_two(desk, fault):
    desk.remote.fault(path="createOrder", **fault)
    due = desk.clock().isoformat()
    desk.begin(Kind.ORDER_CREATE, {"definition_id": catalogue.POINTS, "amount": "200", "due_at": due})
    settled = desk.settle()
    assert settled.state is (State.DONE if fault in LOST else State.HELD)
    assert desk.remote.operations().count("createOrder") == 1
    assert (settled.transaction_id is not None) is (fault in LOST)


@pytest.mark.parametrize("call", ["completeTransaction", "cancelTransaction"])
@pytest.mark.parametrize("fault", LOST + NEVER, ids=name)
def test_ending_an_orders_draft_under_a_fault_ends_it_once(desk, call, fault):
    values = {"definition_id": catalogue.POINTS, "amount": "200"}
    order = desk.done(Kind.ORDER_CREATE, {**values, "due_at": desk.clock().isoformat()})
    desk.remote.fault(path=call, **fault)
    is_completion = call == "completeTransaction"
    desk.begin(
        Kind.DRAFT_COMPLETE if is_completion else Kind.DRAFT_CANCEL,
        values,
        state=State.DRAFT,
        goal=Goal.COMPLETE if is_completion else Goal.CANCEL,
        transaction_id=order.transaction_id,
        sent_at=order.sent_at,
    )
    assert desk.settle().state is State.DONE
    balance = desk.account().balance(catalogue.POINTS)
    assert balance == (200 if is_completion else 0)


@pytest.mark.parametrize("fault", LOST + NEVER, ids=name)
@pytest.mark.parametrize("non_member", ["404", "422", "200"])
def test_enrolling_and_ending_under_a_fault_is_read_back(desk, fault, non_member):
    desk.remote.switch("non_member", non_member)
    desk.remote.fault(path="createSubscription", **fault)
    desk.remote.fault(path="deleteSubscription", **fault)
    stranger = {"contact_id": STRANGER.contact_id}
    assert desk.done(Kind.MEMBER_ENROL, {"subscription_id": "LM-NEW-1"}, **stranger).remote_id == "LM-NEW-1"
    desk.done(Kind.MEMBER_END, {}, **stranger)
    assert desk.remote.control.ledger(catalogue.NORTHWIND, STRANGER.contact_id) is None


@pytest.mark.parametrize("fault", LOST + NEVER, ids=name)
def test_sharers_and_tiers_under_a_fault_are_read_back(desk, fault):
    for call in ("addSubscriptionMembers", "deleteSubscriptionMembers", "assignTier"):
        desk.remote.fault(path=call, **fault)
    sharer = {"sharer_ids": str(STRANGER.contact_id)}
    desk.done(Kind.SHARERS_ADD, sharer)
    assert [one.contact_id for one in desk.account().sharers] == [STRANGER.contact_id]
    desk.done(Kind.SHARERS_REMOVE, sharer)
    desk.done(Kind.TIER_ASSIGN, {"tier_id": catalogue.GOLD})
    assert desk.account().sharers == ()
    assert catalogue.GOLD in {one.tier_id for one in desk.account().tiers}


@pytest.mark.parametrize("fault", LOST + NEVER, ids=name)
def test_a_contact_under_a_fault_is_created_once(desk, fault):
    desk.remote.fault(path="createContact", **fault)
    values = {"email": "new@example.com", "attributes": '{"FIRSTNAME": "Nia"}'}
    done = desk.done(Kind.CONTACT_CREATE, values, contact_id=0)
    assert done.contact_id > 0
    assert "email" not in done.values
