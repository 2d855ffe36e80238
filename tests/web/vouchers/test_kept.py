"""Forms about vouchers that were kept over a sign-in: shown again, filled, and never carried out by us."""

from __future__ import annotations

import pytest

from dashboard.sandbox.reward_catalogue import LOUNGE
from tests.support.app import Desk
from tests.web.vouchers.desk import FIVE, LEILAS, voucher, writes

FORMS = [
    (FIVE, "Issue £5 off"),
    (f"{LEILAS}/vouchers/revoke?voucher={{id}}", "Revoke voucher"),
    (f"{LEILAS}/vouchers/{{id}}/anew", "Issue anew"),
    (f"{LEILAS}/vouchers/{{id}}/redeem", "Redeem Gold lounge pass"),
]


@pytest.mark.parametrize(("path", "button"), FORMS)
def test_a_kept_form_comes_back_filled_and_unsent(open_desk: Desk, path: str, button: str) -> None:
    sam = open_desk.visitor("sam")
    form = sam.get(path.format(id=voucher(open_desk, LOUNGE)["id"])).form(button)
    form.fill({"Note": "Called at noon"})

    page = sam.post(form.action, {**form.values, "_review": "1"}, status=422)

    assert "This page was open too long. Your text is kept below: send again." in page.main
    again = page.form(button).values
    assert (again["note"], again["intent"]) == ("Called at noon", form.values["intent"])
    assert writes(open_desk) == []


def test_a_kept_code_comes_back_unchecked(open_desk: Desk) -> None:
    sam = open_desk.visitor("sam")
    form = sam.get(f"{LEILAS}/vouchers/check").form("Check code").fill({"Code": "AB12"})

    page = sam.post(form.action, {**form.values, "_review": "1"}, status=422)

    assert page.form("Check code").values["code"] == "AB12"
    assert "validateReward" not in open_desk.calls
