"""The voucher list."""

from datetime import datetime

from dashboard.brevo.vouchers import Voucher, VoucherPage
from dashboard.web.members.vouchers import reward_names, voucher_list
from tests.web.members.samples import NOW, ago, ahead


def voucher(
    id_: str, *, ends: datetime | None = None, used: datetime | None = None, begins: datetime | None = None
) -> Voucher:
    return Voucher(id=id_, reward_id="r", expires_at=ends, consumed_at=used, valid_from=begins)


def listed(*vouchers: Voucher, count: int | None = None):
    return voucher_list(VoucherPage(vouchers=vouchers, count=count), {"r": "Free coffee"}, NOW)


def test_usable_ones_lead_and_the_one_that_ends_first_leads_them() -> None:
    rows = listed(
        voucher("used", used=ago(days=2)),
        voucher("later", ends=ahead(days=30)),
        voucher("over", ends=ago(days=9)),
        voucher("soon", ends=ahead(days=3)),
        voucher("endless"),
        voucher("future", begins=ahead(days=5)),
    ).rows
    assert [row.id for row in rows] == ["soon", "later", "endless", "future", "used", "over"]


def test_each_state_is_shown_with_the_date_that_matters() -> None:
    rows = listed(
        voucher("a", ends=ahead(days=3)), voucher("b", begins=ahead(days=5)), voucher("c", used=ago(days=2))
    ).rows
    assert [(row.label, row.preposition, row.at) for row in rows] == [
        ("Active", "to", ahead(days=3)),
        ("Not yet valid", "from", ahead(days=5)),
        ("Redeemed", "", ago(days=2)),
    ]


def test_a_voucher_is_called_by_its_reward() -> None:
    told = Voucher(id="x", reward_id="r", reward_name="Free coffee, large")
    assert listed(voucher("a")).rows[0].name == "Free coffee"
    assert reward_names([told], {"r": "Free coffee"}) == {"r": "Free coffee, large"}


def test_a_voucher_of_an_unknown_reward_is_a_voucher() -> None:
    page = VoucherPage(vouchers=(Voucher(id="a"),), count=1)
    assert voucher_list(page, {}, NOW).rows[0].name == "Voucher"


def test_a_list_that_was_cut_says_so() -> None:
    assert not listed(voucher("a"), count=140).is_whole
