"""Forms about memberships that were kept over a sign-in: shown again, filled, and never carried out by us."""

from __future__ import annotations

import pytest

from dashboard.sandbox.cast import AMARA, NORTHWIND, OWNER, STRANGER
from tests.support.app import Desk

HOME = f"/programmes/{NORTHWIND}/"
MEMBER = f"{HOME}members/{OWNER.contact_id}"
FORMS = [
    (f"{HOME}contacts/new", "Create contact", "createContact"),
    (f"{HOME}members/{STRANGER.contact_id}/enrol", "Enrol Callum Reid", "createSubscription"),
    (f"{HOME}members/{AMARA.contact_id}/tier/change", "Change tier", "assignTier"),
    (f"{MEMBER}/end", "End membership", "deleteSubscription"),
    (f"{MEMBER}/sharers/add?sharer_ids={STRANGER.contact_id}", "Add Callum Reid", "addSubscriptionMembers"),
    (f"{MEMBER}/sharers/112/remove", "Take out Daniel Adeyemi", "deleteSubscriptionMembers"),
]


@pytest.mark.parametrize(("path", "button", "operation"), FORMS)
def test_a_kept_form_comes_back_filled_and_unsent(
    open_desk: Desk, path: str, button: str, operation: str
) -> None:
    lea = open_desk.visitor("lea")
    form = lea.get(path).form(button).fill({"Note": "Called at noon"})

    page = lea.post(form.action, {**form.values, "_review": "1"}, status=422)

    assert "This page was open too long. Your text is kept below: send again." in page.main
    again = page.form(button).values
    assert (again["note"], again["intent"]) == ("Called at noon", form.values["intent"])
    assert operation not in open_desk.calls
