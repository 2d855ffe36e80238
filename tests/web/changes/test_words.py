"""What every kind of change is called in every phase: in lists, and on its receipt."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

import pytest

from dashboard.store.intents import Kind, Phase
from dashboard.web.changes import words
from tests.web.changes.samples import FORMATS, MEMBER, NOON, VALUES, change

EVERY = [(kind, phase) for kind in Kind for phase in Phase]


def receipt(kind: Kind, phase: Phase = Phase.DONE, **more: object) -> words.Receipt:
    return words.of_receipt(change(kind, phase, **more), "POINTS", MEMBER, FORMATS)


def said(kind: Kind, phase: Phase = Phase.DONE, *, of_reader: bool = False, **more: object) -> str:
    return words.said(change(kind, phase, **more), "POINTS", FORMATS, of_reader=of_reader)


@pytest.mark.parametrize(("kind", "phase"), EVERY)
def test_every_kind_has_whole_sentences_in_every_phase(kind: Kind, phase: Phase) -> None:
    told = receipt(kind, phase)

    for sentence in filter(None, (told.headline, told.text)):
        assert sentence[0].isupper() or sentence[0].isdigit()
        assert sentence.endswith(".")
        assert not {"None", "  ", "_", "{"} & {part for part in ("None", "  ", "_", "{") if part in sentence}


@pytest.mark.parametrize(("kind", "phase"), EVERY)
def test_every_kind_is_said_after_a_name_in_every_phase(kind: Kind, phase: Phase) -> None:
    told = said(kind, phase)

    assert told[0].islower()
    assert "None" not in told
    assert "_" not in told


@pytest.mark.parametrize(
    ("kind", "done", "failed"),
    [
        (Kind.CREDIT, "500 points given to", "500 points not given to"),
        (Kind.DEBIT, "500 points taken back from", "500 points not taken back from"),
        (Kind.VOUCHER_ISSUE, "Voucher £10 off issued to", "Voucher £10 off not issued to"),
        (Kind.VOUCHER_REVOKE, "Voucher AB12-CD34-EF56 of", "Voucher AB12-CD34-EF56 of"),
        (Kind.VOUCHER_REDEEM, "Voucher AB12-CD34-EF56 of", "Voucher AB12-CD34-EF56 of"),
        (Kind.ORDER_CREATE, "500 points ordered for", "500 points not ordered for"),
        (Kind.DRAFT_COMPLETE, "Pending 500 points of", "Pending 500 points of"),
        (Kind.DRAFT_CANCEL, "Pending 500 points of", "Pending 500 points of"),
        (Kind.CONTACT_CREATE, "The contact was created.", "The contact was not created."),
        (Kind.MEMBER_ENROL, "Amara Okafor enrolled.", "Amara Okafor not enrolled."),
        (Kind.MEMBER_END, "The membership of Amara Okafor was", "The membership of Amara Okafor was not"),
        (Kind.SHARERS_ADD, "Contacts 112, 113 added to", "Contacts 112, 113 not added to"),
        (Kind.SHARERS_REMOVE, "Contact 112 taken out of", "Contact 112 not taken out of"),
        (
            Kind.TIER_ASSIGN,
            "The tier of Amara Okafor was changed",
            "The tier of Amara Okafor was not changed",
        ),
    ],
)
def test_the_headline_says_what_became_of_it(kind: Kind, done: str, failed: str) -> None:
    assert receipt(kind).headline.startswith(done)
    assert receipt(kind, Phase.FAILED).headline.startswith(failed)
    assert " not " not in receipt(kind).headline
    assert " not " in receipt(kind, Phase.FAILED).headline


@pytest.mark.parametrize(
    ("phase", "told"),
    [
        (Phase.DONE, "gave 500 points"),
        (Phase.AWAITING, "asks to give 500 points"),
        (Phase.FAILED, "asked to give 500 points"),
        (Phase.HELD, "wanted to give 500 points"),
        (Phase.SENDING, "is giving 500 points"),
        (Phase.CHECKING, "is giving 500 points"),
        (Phase.QUEUED, "is giving 500 points"),
    ],
)
def test_how_far_it_is_shows_in_the_verb(phase: Phase, told: str) -> None:
    assert said(Kind.CREDIT, phase) == told


@pytest.mark.parametrize(
    ("phase", "told"),
    [
        (Phase.DONE, "gave 500 points"),
        (Phase.AWAITING, "ask to give 500 points"),
        (Phase.SENDING, "are giving 500 points"),
    ],
)
def test_the_verb_follows_you_where_the_reader_did_it(phase: Phase, told: str) -> None:
    assert said(Kind.CREDIT, phase, of_reader=True) == told


def test_what_may_have_happened_is_never_said_to_have_failed() -> None:
    for kind in Kind:
        for phase in (Phase.CHECKING, Phase.HELD, Phase.SENDING, Phase.QUEUED):
            told = receipt(kind, phase)
            assert told.state not in {"done", "failed"}
            assert " not given" not in told.headline


def test_one_point_and_several_take_their_own_verbs() -> None:
    point = {**VALUES[Kind.CREDIT], "amount": "1"}
    expires = NOON + timedelta(days=30)

    assert receipt(Kind.CREDIT, Phase.QUEUED).headline == "500 points wait to be sent."
    assert receipt(Kind.CREDIT, Phase.QUEUED, values=point).headline == "1 point waits to be sent."
    assert receipt(Kind.CREDIT, Phase.SENDING).headline == "500 points are on the way."
    assert receipt(Kind.VOUCHER_REVOKE, Phase.SENDING).headline.endswith(" is on the way.")
    assert receipt(Kind.CREDIT, values=point, expires_at=expires).text == "It expires on 18 Dec."


def test_a_debit_that_waits_is_from_the_member() -> None:
    told = receipt(Kind.DEBIT, Phase.AWAITING)

    assert told.headline == "500 points from Amara Okafor wait for a supervisor."


def test_what_brevo_reported_stands_on_the_receipt() -> None:
    told = receipt(Kind.CREDIT, applied_amount=Decimal(300), balance_after=Decimal(12780))

    assert told.headline == "300 points given to Amara Okafor."
    assert told.text == (
        "500 points were asked for; Brevo's rules allowed this much. Balance is now 12,780 points."
    )


def test_an_approval_is_named_with_what_was_asked_for() -> None:
    values = {**VALUES[Kind.CREDIT], "approved_by": "Lea Moreau", "asked_amount": "800"}

    told = receipt(Kind.CREDIT, values=values)

    assert told.text == "Approved instead of 800 points by Lea Moreau."


def test_a_tier_whose_name_is_not_known_is_another_one() -> None:
    values = {"tier_id": "t0"}

    assert said(Kind.TIER_ASSIGN, values=values) == "changed the tier to another one"
    assert "another one" in receipt(Kind.TIER_ASSIGN, values=values).headline


def test_every_phase_has_a_label_of_its_own() -> None:
    assert len({words.STANDINGS[phase][0] for phase in Phase}) == len(Phase)
