"""The client against the stand-in, under both readings of everything the contract leaves open."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest

from dashboard.brevo import (
    Brevo,
    IdentifierType,
    Transaction,
    TransactionStatus,
    Verdict,
    VoucherState,
    Write,
)
from dashboard.brevo.errors import Forbidden, ForeignAnswer, NotAMember, NotFound, Unauthorised
from dashboard.brevo.orders import NewOrder
from dashboard.brevo.tiers import progress
from dashboard.sandbox import cast, catalogue
from tests.support.sandbox import Remote

PROGRAMME = catalogue.NORTHWIND
POINTS = catalogue.POINTS
AMARA = cast.AMARA.contact_id
VARIATIONS = [
    ("status_words", "old"),
    ("balances", "array"),
    ("account_balances", "balance"),
    ("history_offset", "record"),
    ("history_offset", "page1"),
    ("query_names", "snake"),
    ("amounts", "text"),
    ("debits", "negative"),
    ("unknown_fields", "yes"),
    ("odd_rows", "yes"),
    ("timestamps", "nanos"),
    ("timestamps", "offset"),
    ("unit_case", "lower"),
    ("tier_rules", "guide"),
    ("limit_unit", "hour"),
    ("limit_headers", "no"),
]


@pytest.fixture
def brevo(sandbox: Remote, client: Callable[..., Brevo]) -> Brevo:
    return client(sandbox.url)


def whole_history(brevo: Brevo) -> list[tuple[str, Decimal, TransactionStatus, datetime | None]]:
    found, after = [], None
    while True:
        page = brevo.balances.history(PROGRAMME, AMARA, POINTS, after=after).value
        found += [(item.id, item.signed_amount, item.status, item.created_at) for item in page.items]
        after = page.older
        if after is None:
            return found


def everything(brevo: Brevo) -> dict[str, Any]:
    """What the console shows of a busy member and of the programme."""
    account = brevo.members.account_info(PROGRAMME, contact_id=AMARA).value
    groups, tiers = brevo.tiers.groups(PROGRAMME).value, brevo.tiers.tiers(PROGRAMME).value
    definitions = brevo.balances.definitions(PROGRAMME).value
    entries = brevo.balances.entries(PROGRAMME, AMARA, POINTS, limit=500).value
    return {
        "programmes": [(one.id, one.name, one.is_active) for one in brevo.programmes.list().value],
        "account": (account.contact_id, account.subscription_id, account.member_since, account.balances),
        "totals": [(one.definition_id, one.value) for one in brevo.balances.totals(PROGRAMME, AMARA).value],
        "definitions": [(one.id, one.unit, one.max_amount, one.max_credit) for one in definitions],
        "entries": (entries.count, [(one.id, one.amount, one.expires_at) for one in entries.entries]),
        "history": whole_history(brevo),
        "groups": [(one.name, one.order, one.upgrade_strategy) for one in groups],
        "standing": [(one.next, one.to_go, one.percent) for one in progress(groups, tiers, account)],
        "rewards": [one.name for one in brevo.rewards.list(PROGRAMME).value],
        "contact": brevo.contacts.get(AMARA, IdentifierType.CONTACT).value.email,
    }


@pytest.mark.parametrize(("switch", "value"), VARIATIONS)
def test_every_reading_shows_the_same_member(sandbox, client, switch, value):
    usual = everything(client(sandbox.url))
    sandbox.switch(switch, value)

    assert everything(client(sandbox.url)) == usual


def test_the_worst_of_all_readings_together_changes_nothing_either(sandbox, client):
    usual = everything(client(sandbox.url))
    for switch, value in VARIATIONS:
        sandbox.switch(switch, value)

    assert everything(client(sandbox.url)) == usual


def test_nulls_everywhere_lose_no_figure(sandbox, brevo):
    sandbox.switch("nulls", "yes")

    account = brevo.members.account_info(PROGRAMME, contact_id=AMARA).value

    assert account.balance(POINTS) == Decimal(12480)
    assert len(whole_history(brevo)) == 500


def test_rows_that_make_no_sense_are_counted(sandbox, brevo):
    sandbox.switch("odd_rows", "yes")

    assert brevo.balances.history(PROGRAMME, AMARA, POINTS).odd_rows == 1
    assert brevo.balances.definitions(PROGRAMME).odd_rows == 1


@pytest.mark.parametrize("answer", ["404", "422", "200"])
def test_a_contact_who_is_no_member_is_told_apart_under_every_reading(sandbox, brevo, answer):
    sandbox.switch("non_member", answer)

    with pytest.raises(NotAMember):
        brevo.members.account_info(PROGRAMME, contact_id=cast.STRANGER.contact_id)


def test_a_member_is_found_by_every_identifier(sandbox, brevo):
    person = cast.AMARA
    by = brevo.contacts.get
    found = {
        by(person.email, IdentifierType.EMAIL).value.id,
        by(person.phone, IdentifierType.PHONE).value.id,
        by(person.ext_id, IdentifierType.EXTERNAL).value.id,
        by(person.contact_id, IdentifierType.CONTACT).value.id,
        brevo.members.account_info(PROGRAMME, subscription_id=person.subscription_id).value.contact_id,
    }

    assert found == {AMARA}
    assert AMARA in {one.id for one in brevo.contacts.by_last_name(person.last_name).value.contacts}


def test_nobody_is_not_found(brevo):
    with pytest.raises(NotFound):
        brevo.contacts.get("nobody@example.com", IdentifierType.EMAIL)


def test_contacts_come_in_the_order_asked_for(brevo):
    wanted = [cast.SETBACKS.contact_id, AMARA, cast.ALMOST.contact_id]

    assert [one.id for one in brevo.contacts.by_ids([*wanted, 99_999_999]).value] == wanted


def test_a_name_with_markup_and_both_directions_arrives_as_it_is(brevo):
    contact = brevo.contacts.get(cast.MARKUP.contact_id, IdentifierType.CONTACT).value

    assert contact.text("FIRSTNAME") == cast.MARKUP.first_name


def test_one_point_is_missing_to_the_next_tier(brevo):
    account = brevo.members.account_info(PROGRAMME, contact_id=cast.ALMOST.contact_id).value

    (standing,) = progress(brevo.tiers.groups(PROGRAMME).value, brevo.tiers.tiers(PROGRAMME).value, account)

    assert standing.next is not None
    assert (standing.next.name, standing.to_go, standing.percent) == ("Silver", Decimal(1), 99)


def test_vouchers_are_seen_in_every_state(brevo):
    vouchers = brevo.vouchers.list(PROGRAMME, cast.VOUCHERS.contact_id).value.vouchers

    assert {one.state(datetime.now(UTC)) for one in vouchers} == set(VoucherState)


def create(brevo: Brevo, intent: str = "i-1", amount: str = "500") -> Write[Transaction]:
    return brevo.transactions.create(
        PROGRAMME,
        contact_id=AMARA,
        definition_id=POINTS,
        amount=Decimal(amount),
        meta={"intent": intent},
        ttl=600,
    )


@pytest.mark.parametrize("words", ["new", "old"])
@pytest.mark.parametrize(("amount", "balance"), [("500", "12980"), ("-480", "12000")])
def test_two_phases_move_points_once(sandbox, brevo, words, amount, balance):
    sandbox.switch("status_words", words)
    draft = create(brevo, amount=amount).value
    assert draft is not None
    assert (draft.status, draft.balance, draft.signed_amount) == (
        TransactionStatus.DRAFT,
        None,
        Decimal(amount),
    )

    done = brevo.transactions.complete(PROGRAMME, draft.id, contact_id=AMARA).value
    again = brevo.transactions.complete(PROGRAMME, draft.id, contact_id=AMARA)

    assert done is not None
    assert (done.status, done.balance) == (TransactionStatus.COMPLETED, Decimal(balance))
    assert (again.verdict, again.evidence.status) == (Verdict.NOT_APPLIED, 422)


def test_a_cancelled_draft_moves_nothing(brevo):
    draft = create(brevo).value
    assert draft is not None

    cancelled = brevo.transactions.cancel(PROGRAMME, draft.id, contact_id=AMARA).value

    assert cancelled is not None
    assert (cancelled.status, cancelled.balance) == (TransactionStatus.CANCELLED, None)


@pytest.mark.parametrize(
    "kind",
    [
        "apply_then_drop",
        "apply_then_reset",
        "apply_then_status",
        "apply_then_delay",
        "truncate",
        "garbage",
        "not_json",
        "empty",
        "huge",
        "gzip_bomb",
        "foreign",
        "drip",
        "slow_headers",
    ],
)
def test_a_lost_answer_is_unknown_and_the_draft_is_found(sandbox, client, kind):
    brevo = client(sandbox.url, write_deadline=0.5)
    sandbox.fault(kind, path="createTransaction", seconds=2)
    sent = datetime.now(UTC)

    lost = create(brevo, "i-7")
    lookup = brevo.transactions.find(
        PROGRAMME, contact_id=AMARA, definition_id=POINTS, intent_id="i-7", since=sent
    )

    assert lost.verdict is Verdict.UNKNOWN
    assert lookup.found is not None
    assert (lookup.found.status, lookup.found.signed_amount) == (TransactionStatus.DRAFT, Decimal(500))


@pytest.mark.parametrize("kind", ["drop_before", "reset_before", "html", "redirect"])
def test_a_write_that_never_happened_is_unknown_and_not_found(sandbox, brevo, kind):
    sandbox.fault(kind, path="createTransaction", status=502)
    sent = datetime.now(UTC)

    lost = create(brevo, "i-8")
    lookup = brevo.transactions.find(
        PROGRAMME, contact_id=AMARA, definition_id=POINTS, intent_id="i-8", since=sent
    )

    assert lost.verdict is Verdict.UNKNOWN
    assert (lookup.found, lookup.complete) == (None, True)


def test_a_lagging_read_does_not_show_the_draft_yet(sandbox, brevo):
    sandbox.switch("read_lag", "30")
    sent = datetime.now(UTC)
    create(brevo, "i-9")

    def look():
        return brevo.transactions.find(
            PROGRAMME, contact_id=AMARA, definition_id=POINTS, intent_id="i-9", since=sent
        )

    assert look().found is None
    sandbox.advance(31)
    assert look().found is not None


def test_an_old_transaction_of_a_busy_member_is_found_under_every_reading(sandbox, client):
    for reading in ("page0", "page1", "record"):
        sandbox.switch("history_offset", reading)
        brevo = client(sandbox.url)
        oldest = whole_history(brevo)[-1]
        assert oldest[3] is not None

        lookup = brevo.transactions.find(
            PROGRAMME, contact_id=AMARA, definition_id=POINTS, transaction_id=oldest[0], since=oldest[3]
        )

        assert lookup.found is not None


def test_a_stray_answer_is_never_taken_for_the_next_one(sandbox, brevo):
    brevo.members.account_info(PROGRAMME, contact_id=AMARA)
    sandbox.fault("stray", path="getAccountInfo")
    brevo.members.account_info(PROGRAMME, contact_id=AMARA)

    try:
        found = brevo.members.account_info(PROGRAMME, contact_id=cast.ALMOST.contact_id).value.contact_id
    except ForeignAnswer:
        found = brevo.members.account_info(PROGRAMME, contact_id=cast.ALMOST.contact_id).value.contact_id

    assert found == cast.ALMOST.contact_id


def test_a_foreign_answer_is_refused(sandbox, brevo):
    sandbox.fault("foreign", path="getAccountInfo")

    with pytest.raises(ForeignAnswer):
        brevo.members.account_info(PROGRAMME, contact_id=AMARA)


def test_the_wrong_key_is_told_apart_from_a_module_that_is_off(sandbox, brevo):
    stranger = Brevo(sandbox.url, "wrong")
    with pytest.raises(Unauthorised):
        stranger.programmes.list()
    stranger.close()
    sandbox.switch("loyalty", "off")

    with pytest.raises(Forbidden):
        brevo.programmes.list()


def test_a_membership_begins_and_ends(brevo):
    stranger = cast.STRANGER.contact_id
    enrolled = brevo.members.enrol(PROGRAMME, stranger, subscription_id="LS-NEW")
    assert enrolled.value is not None
    assert enrolled.value.subscription_id == "LS-NEW"
    assert brevo.members.account_info(PROGRAMME, subscription_id="LS-NEW").value.contact_id == stranger

    ended = brevo.members.end(PROGRAMME, stranger)

    assert ended.verdict is Verdict.APPLIED
    with pytest.raises(NotAMember):
        brevo.members.account_info(PROGRAMME, contact_id=stranger)


def test_a_membership_is_shared_for_a_while(brevo):
    stranger = cast.STRANGER.contact_id

    def sharers() -> set[int]:
        account = brevo.members.account_info(PROGRAMME, contact_id=AMARA).value
        return {one.contact_id for one in account.sharers}

    shared = brevo.members.add_sharers(PROGRAMME, AMARA, [stranger])
    assert (shared.verdict, sharers()) == (Verdict.APPLIED, {stranger})

    removed = brevo.members.remove_sharers(PROGRAMME, [stranger])
    assert (removed.verdict, sharers()) == (Verdict.APPLIED, set())


def test_a_voucher_is_given_redeemed_and_another_revoked(brevo):
    reward = brevo.rewards.list(PROGRAMME).value[0].id
    given = [
        brevo.vouchers.attribute(
            PROGRAMME, contact_id=AMARA, reward_id=reward, code=code, meta={"intent": code}
        ).value
        for code in ("OURS-1", "OURS-2")
    ]
    first, second = given
    assert first is not None
    assert second is not None
    assert brevo.vouchers.validate(PROGRAMME, voucher_id=first.id, contact_id=AMARA).value

    started = brevo.vouchers.redeem(PROGRAMME, voucher_id=first.id, contact_id=AMARA, ttl=60, meta={}).value
    assert started is not None
    finished = brevo.vouchers.complete_redemption(PROGRAMME, started.id, contact_id=AMARA)
    revoked = brevo.vouchers.revoke(PROGRAMME, [second.id])

    assert (finished.verdict, revoked.verdict) == (Verdict.APPLIED, Verdict.APPLIED)
    listed = {one.id: one for one in brevo.vouchers.list(PROGRAMME, AMARA).value.vouchers}
    assert listed[first.id].consumed_at is not None
    assert second.id not in listed


def test_a_tier_is_assigned(brevo):
    written = brevo.tiers.assign(PROGRAMME, AMARA, catalogue.PLATINUM)

    assert written.verdict is Verdict.APPLIED
    tiers = brevo.members.account_info(PROGRAMME, contact_id=AMARA).value.tiers
    assert catalogue.PLATINUM in {one.tier_id for one in tiers}


def test_an_order_is_placed(brevo):
    written = brevo.orders.create(
        PROGRAMME,
        AMARA,
        NewOrder(
            definition_id=POINTS,
            amount=Decimal(50),
            due_at=datetime.now(UTC) + timedelta(days=1),
            meta={"intent": "o-1"},
        ),
    )

    assert written.verdict is Verdict.APPLIED
    assert written.value is not None
    assert written.value.amount == 50


@pytest.mark.parametrize("email", ["new.person@example.com", cast.AMARA.email])
def test_a_contact_is_created_once(sandbox, brevo, email):
    written = brevo.contacts.create(email=email, attributes={"LASTNAME": "Person"})

    expected = Verdict.NOT_APPLIED if email == cast.AMARA.email else Verdict.APPLIED
    assert written.verdict is expected


def test_the_budget_of_a_small_plan_is_heard(sandbox, brevo):
    sandbox.control.plan("general")

    brevo.members.account_info(PROGRAMME, contact_id=AMARA)

    loyalty = brevo.budget.families["loyalty"]
    assert (loyalty.limit, loyalty.remaining) == (600, 599)
