"""What an action refuses is one row of the record: the action's own, which names the change."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from dashboard.store.audit import Entry, Outcome
from tests.support.app import Desk
from tests.web.orders.pending import MEMBER, PROGRAMME, draft
from tests.web.unsettled.acting import held_voucher, now

FILLED = {"Points": "500", "Reason": "Late delivery"}


def other_values(desk: Desk) -> str:
    """A credit sent again with another amount."""
    form = desk.visitor("sam").get(f"{MEMBER}/credit").form("Give points").fill(FILLED)
    form.send()
    form.fill({"Points": "600"}).send(status=409)
    return form.values["intent"]


def other_person(desk: Desk) -> str:
    """A credit sent again by somebody else."""
    form = desk.visitor("sam").get(f"{MEMBER}/credit").form("Give points").fill(FILLED)
    form.send()
    lea = desk.visitor("lea")
    lea.post(form.action, {**form.values, "_token": lea.token()}, status=409)
    return form.values["intent"]


def other_values_of_many(desk: Desk) -> str:
    """Several orders completed, and the form sent again by somebody else."""
    sam, lea = desk.visitor("sam"), desk.visitor("lea")
    sam.get(MEMBER)
    form = sam.get(f"{PROGRAMME}/pending/chosen?goal=complete&row={draft(desk, 120)}").form(
        "Complete 1 order"
    )
    form.send()
    lea.post(form.action, {**form.values, "_token": lea.token()}, status=409)
    return ""


def no_supervisor(desk: Desk) -> str:
    """An agent who decides a change that is held."""
    held = held_voucher(desk)
    sam = desk.visitor("sam")
    fields = {"version": str(now(desk, held).version), "seen": "", "note": "There", "evidence": "v-1"}
    sam.post(f"/unsettled/{held.id}/done", {"_token": sam.token(), **fields}, status=403)
    return held.id


@pytest.mark.parametrize("refused", [other_values, other_person, other_values_of_many, no_supervisor])
def test_what_an_action_refuses_is_one_row(open_desk: Desk, refused: Callable[[Desk], str]) -> None:
    intent_id = refused(open_desk)

    (row,) = denied(open_desk)

    assert row.action != "request.refused"
    assert intent_id in {"", row.intent_id}


def denied(desk: Desk) -> list[Entry]:
    return [each for each in desk.record() if each.outcome is Outcome.DENIED]


def test_what_only_the_page_refuses_still_is_a_row_of_its_own(open_desk: Desk) -> None:
    open_desk.visitor("sam").get("/approvals/", status=403)

    (row,) = denied(open_desk)

    assert row.action == "request.refused"
