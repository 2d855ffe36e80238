"""Why a voucher is good or not: derived where the remote gives no reason."""

from __future__ import annotations

from datetime import timedelta

import pytest

from dashboard.actions.validation import Reason, validate
from dashboard.brevo.errors import NotFound, Refused
from dashboard.brevo.fetched import Fetched
from dashboard.brevo.vouchers import Voucher
from tests.actions.fake_remote import PROGRAMME, START

DAY = timedelta(days=1)


class Answers:
    """A remote that knows one code, somebody else's."""

    def __init__(self, *, says: bool = True) -> None:
        self.says = says
        self.asked: list[tuple[str | None, int | None]] = []

    def validate(
        self,
        programme_id: str,
        *,
        voucher_id: str | None = None,
        code: str | None = None,
        contact_id: int | None = None,
    ) -> Fetched[bool]:
        self.asked.append((voucher_id or code, contact_id))
        if code is not None and code != "THEIRS":
            raise NotFound("voucher not found")
        return Fetched(self.says, START)


def voucher(**more: object) -> Voucher:
    return Voucher(**{"id": "v1", "code": "AB12-CD34", **more})  # type: ignore[arg-type]


@pytest.mark.parametrize("typed", ["AB12-CD34", "ab12cd34", " ab12 cd34 ", "v1"])
def test_a_good_voucher_is_good_however_it_is_typed(typed):
    remote = Answers()
    assert validate(remote, PROGRAMME, 7, typed, [voucher()], START).is_good
    assert remote.asked == [("v1", 7)]


@pytest.mark.parametrize(
    ("dates", "reason"),
    [
        ({"consumed_at": START - DAY}, Reason.USED),
        ({"expires_at": START - DAY}, Reason.EXPIRED),
        ({"valid_from": START + DAY}, Reason.NOT_YET_VALID),
    ],
)
def test_what_its_own_dates_rule_out_is_told_without_asking(dates, reason):
    remote = Answers()
    assert validate(remote, PROGRAMME, 7, "AB12-CD34", [voucher(**dates)], START).reason is reason
    assert remote.asked == []


def test_a_no_that_nothing_explains_is_told_as_one():
    found = validate(Answers(says=False), PROGRAMME, 7, "AB12-CD34", [voucher()], START)
    assert (found.reason, found.is_good) == (Reason.REFUSED, False)


def test_somebody_elses_voucher_is_told_as_theirs():
    assert validate(Answers(), PROGRAMME, 7, "THEIRS", [voucher()], START).reason is Reason.NOT_THIS_MEMBERS


@pytest.mark.parametrize("typed", ["NOBODYS", "", "X" * 129])
def test_a_code_that_nobody_has_is_unknown(typed):
    assert validate(Answers(), PROGRAMME, 7, typed, [], START).reason is Reason.UNKNOWN


def test_nothing_typed_finds_no_voucher_that_has_no_code():
    remote = Answers()
    found = validate(remote, PROGRAMME, 7, " - ", [voucher(code=None)], START)
    assert (found.reason, found.voucher) == (Reason.UNKNOWN, None)


def test_a_voucher_that_the_remote_refuses_to_look_at_is_no_good():
    class Refusing(Answers):
        def validate(self, programme_id: str, **named: object) -> Fetched[bool]:
            raise Refused("the reward of the voucher no longer exists", status=424)

    found = validate(Refusing(), PROGRAMME, 7, "AB12-CD34", [voucher()], START)
    assert (found.reason, found.is_good) == (Reason.REFUSED, False)
