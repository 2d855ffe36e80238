"""What comes too fast is refused in words, keeps what was typed, and goes on when it was waited for."""

from __future__ import annotations

from uuid import uuid4

from dashboard.sandbox.cast import AMARA, NORTHWIND, PENDING
from dashboard.store import pace
from dashboard.store.audit import Outcome
from dashboard.store.pace import HOUR, MINUTE, Pace
from tests.support.app import Desk, add_mia
from tests.support.page import Page
from tests.web.orders.pending import draft, writes

MEMBER = f"/programmes/{NORTHWIND}/members/{AMARA.contact_id}"
FILLED = {"Points": "500", "Reason": "Late delivery", "Case or order number": "ZD-55910", "Note": "Kept"}


def use_up(desk: Desk, what: Pace, staff_id: str = "", times: int | None = None) -> None:
    """Somebody, Sam unless named, did as many as they may within a minute."""
    staff_id = staff_id or desk.staff_id("sam")
    with desk.services.database.write() as connection:
        for _ in range(what.own[MINUTE] if times is None else times):
            pace.admit(connection, what, str(uuid4()), staff_id=staff_id, now=desk.clock())


def given(desk: Desk, status: int, name: str = "sam") -> Page:
    return desk.visitor(name).get(f"{MEMBER}/credit").form("Give points").fill(FILLED).send(status=status)


def test_one_change_too_many_in_a_minute_says_when_and_loses_nothing(open_desk: Desk) -> None:
    use_up(open_desk, pace.CHANGES)
    open_desk.clock.advance(seconds=20)

    page = given(open_desk, status=429)

    assert "You sent 10 changes within a minute, as many as one person may." in page.main
    assert "Nothing was sent now. Send it again in 40 seconds, at 12:01:00" in page.main
    assert page.title.startswith("Error: ")
    assert page.response.headers["Retry-After"] == "40"
    assert writes(open_desk) == []
    open_desk.clock.advance(seconds=40)
    again = page.form("Give 500 points")
    assert again.values["note"] == "Kept"
    assert "500 points given to Amara Okafor." in again.send().main


def test_a_colleague_is_not_slowed(open_desk: Desk) -> None:
    use_up(open_desk, pace.CHANGES)

    assert "500 points given" in given(open_desk, status=200, name="lea").main


def test_the_refusal_stands_in_the_record(open_desk: Desk) -> None:
    use_up(open_desk, pace.CHANGES)

    given(open_desk, status=429)

    row = open_desk.record()[-1]
    assert (row.actor_name, row.action, row.outcome) == ("Sam Rivera", "request.refused", Outcome.DENIED)
    assert row.after == {"because": "Too many changes", "most": 10, "in": "a minute"}


def test_the_drawer_keeps_the_form_too(open_desk: Desk) -> None:
    use_up(open_desk, pace.CHANGES)
    drawer = open_desk.visitor("sam").fragment(f"{MEMBER}/credit/form")

    answer = drawer.form("Give points").fill(FILLED).send_htmx(status=429)

    assert "You sent 10 changes within a minute" in answer.text
    assert answer.form("Give 500 points").values["note"] == "Kept"


def test_the_same_form_sent_twice_or_put_right_is_one_change(open_desk: Desk) -> None:
    use_up(open_desk, pace.CHANGES, times=pace.CHANGES.own[MINUTE] - 1)
    form = (
        open_desk.visitor("sam").get(f"{MEMBER}/credit").form("Give points").fill({**FILLED, "Points": "x"})
    )
    form.send(status=422)

    page = form.fill(FILLED).send()
    form.send()

    assert "500 points given to Amara Okafor." in page.main


def test_all_staff_together_are_slowed_below_what_the_remote_takes(open_desk: Desk) -> None:
    mia = add_mia(open_desk)
    for _ in range(pace.CHANGES.together[HOUR] // pace.CHANGES.together[MINUTE]):
        for staff_id in (open_desk.staff_id("sam"), open_desk.staff_id("lea"), mia):
            use_up(open_desk, pace.CHANGES, staff_id)
        open_desk.clock.advance(minutes=1)

    page = given(open_desk, status=429, name="ana")

    assert "All staff together sent 180 changes within an hour, as many as the console may." in page.main


def test_many_orders_ended_by_one_form_are_one_change(open_desk: Desk) -> None:
    use_up(open_desk, pace.CHANGES, times=pace.CHANGES.own[MINUTE] - 1)
    sam = open_desk.visitor("sam")
    sam.get(f"/programmes/{NORTHWIND}/members/{PENDING.contact_id}")
    rows = "&".join(f"row={draft(open_desk, amount)}" for amount in (240, 120))

    page = sam.get(f"/programmes/{NORTHWIND}/pending/chosen?goal=complete&{rows}")
    done = page.form("Complete 2").send()

    assert "2 of 2 done" in done.main
    assert "You sent 10 changes" in given(open_desk, status=429).main


def test_orders_that_come_too_fast_stay_chosen(open_desk: Desk) -> None:
    use_up(open_desk, pace.CHANGES)
    sam = open_desk.visitor("sam")
    sam.get(f"/programmes/{NORTHWIND}/members/{PENDING.contact_id}")
    query = f"goal=complete&row={draft(open_desk, 240)}&row={draft(open_desk, 120)}"

    page = sam.get(f"/programmes/{NORTHWIND}/pending/chosen?{query}").form("Complete 2").send(status=429)

    assert "You sent 10 changes within a minute" in page.main
    assert writes(open_desk) == []
    open_desk.clock.advance(minutes=1)
    assert "2 of 2 done" in page.form("Complete 2").send().main


def test_searches_are_slowed_and_keep_what_was_searched(open_desk: Desk) -> None:
    use_up(open_desk, pace.SEARCHES)
    sam = open_desk.visitor("sam")
    find = {"query": "okafor", "_token": sam.token()}
    before = list(open_desk.calls)

    page = sam.post(f"/programmes/{NORTHWIND}/find", find, status=429)

    assert page.h1 == "Too many searches"
    assert "You sent 30 searches within a minute" in page.main
    assert page.response.headers["Retry-After"] == "60"
    assert "okafor" in [each.get("value") for each in page.all("input")]
    assert open_desk.calls == before
    open_desk.clock.advance(minutes=1)
    assert "Okafor" in sam.post(f"/programmes/{NORTHWIND}/find", find).main


def test_guessing_voucher_codes_is_slowed_as_searching_is(open_desk: Desk) -> None:
    use_up(open_desk, pace.SEARCHES)
    sam = open_desk.visitor("sam")
    form = sam.get(f"{MEMBER}/vouchers/check").form("Check").fill({"Code": "AB12-CD34-EF56"})
    before = list(open_desk.calls)

    page = form.send(status=429)

    assert "You sent 30 searches within a minute" in page.main
    assert page.form("Check").values["code"] == "AB12-CD34-EF56"
    assert open_desk.calls == before
