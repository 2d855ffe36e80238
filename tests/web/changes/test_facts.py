"""What was asked for and what is known, name by name, for every kind of change."""

from __future__ import annotations

from decimal import Decimal

import pytest

from dashboard.store.intents import Intent, Kind, Phase
from dashboard.web.changes import facts
from tests.web.changes.samples import FORMATS, VALUES, change


def asked(intent: Intent, reason: str | None = "Late delivery") -> dict[str, str]:
    return {each.label: str(each.value) for each in facts.asked(intent, "POINTS", reason, FORMATS)}


def known(intent: Intent) -> dict[str, str]:
    return {each.label: str(each.value) for each in facts.known(intent, "POINTS", FORMATS)}


@pytest.mark.parametrize("kind", Kind)
def test_every_kind_names_who_asked_when_and_why(kind: Kind) -> None:
    told = asked(change(kind))

    assert told["By"] == "Sam Rivera, agent"
    assert told["Reason"] == "Late delivery"
    assert told["Case or order number"] == "–"
    assert "18 Nov 12:00" in told["Asked"]
    assert "None" not in told.values()


@pytest.mark.parametrize("kind", Kind)
@pytest.mark.parametrize("phase", Phase)
def test_what_is_known_leaves_out_what_is_not(kind: Kind, phase: Phase) -> None:
    told = known(change(kind, phase))

    assert list(told) == ["State", "As of"]
    assert "_" not in told["State"]


@pytest.mark.parametrize(
    ("kind", "label", "value"),
    [
        (Kind.CREDIT, "Amount", "+500 points"),
        (Kind.DEBIT, "Amount", "−500 points"),
        (Kind.ORDER_CREATE, "Amount", "+500 points"),
        (Kind.VOUCHER_ISSUE, "Voucher", "£10 off"),
        (Kind.VOUCHER_ISSUE, "Code", "AB12-CD34-EF56"),
        (Kind.MEMBER_ENROL, "Member number", "LM-1"),
        (Kind.SHARERS_ADD, "Contacts", "112, 113"),
        (Kind.TIER_ASSIGN, "Tier", "Gold"),
    ],
)
def test_each_kind_names_what_belongs_to_it(kind: Kind, label: str, value: str) -> None:
    assert asked(change(kind))[label] == value


@pytest.mark.parametrize("kind", [Kind.VOUCHER_ISSUE, Kind.MEMBER_END, Kind.TIER_ASSIGN])
def test_what_moves_no_balance_names_no_amount(kind: Kind) -> None:
    assert "Amount" not in asked(change(kind))


def test_times_that_were_asked_for_are_told_in_the_programmes_zone() -> None:
    values = {
        **VALUES[Kind.VOUCHER_ISSUE],
        "expires_at": "2026-07-01T11:00:00+00:00",
        "paid_with": "goodwill",
    }

    told = asked(change(Kind.VOUCHER_ISSUE, values=values))

    assert "1 Jul 12:00" in told["Expires"]
    assert told["Paid with"] == "Goodwill"


def test_what_brevo_said_is_told_once_it_is_there() -> None:
    told = known(
        change(
            Kind.CREDIT,
            transaction_id="t1",
            applied_amount=Decimal(300),
            balance_before=Decimal(100),
            balance_after=Decimal(400),
        )
    )

    assert told["Transaction at Brevo"] == "t1"
    assert told["Amount moved"] == "+300"
    assert told["Balance shown before"] == "100 points"
    assert told["Balance after, as Brevo reported"] == "400 points"
