"""Limits as admins change them: reviewed, on record, and in force for whatever is asked for next."""

from __future__ import annotations

from decimal import Decimal

import pytest

from dashboard.sandbox.cast import AMARA, NORTHWIND
from dashboard.store import limits
from dashboard.store.limits import Limit, Span
from tests.support.app import Desk
from tests.support.page import Page

LIMITS = "/settings/limits/"
CREDIT = f"/programmes/{NORTHWIND}/members/{AMARA.contact_id}/credit"
FILLED = {"Points": "500", "Reason": "Late delivery", "Case or order number": "ZD-55910"}


def form_page(desk: Desk, subject: str = "agent") -> Page:
    return desk.visitor("ana").get(LIMITS + subject)


def review(desk: Desk, typed: dict[str, str], subject: str = "agent", *, status: int = 200) -> Page:
    return form_page(desk, subject).form("Show what changes").fill(typed).send(status=status)


def save(desk: Desk, typed: dict[str, str], subject: str = "agent") -> Page:
    return review(desk, typed, subject).form("Save").send()


def own(desk: Desk, subject: str) -> dict[Span, Limit]:
    with desk.services.database.read() as connection:
        return dict(limits.own(connection, subject))


def test_the_settings_name_the_limits_and_lead_to_them(desk: Desk) -> None:
    page = desk.visitor("ana").get("/settings/")

    assert "Agents: 1,000 points at once" in page.main
    assert page.by_id("change-limits").get("href") == LIMITS


def test_the_list_holds_every_role_and_everybody_who_can_give(desk: Desk) -> None:
    page = desk.visitor("ana").get(LIMITS)

    assert {"Agents", "Supervisors", "Admins", "Sam Rivera", "Lea Moreau"} <= set(page.links())
    assert "Auditors" not in page.main
    assert "as agents" in page.main


def test_a_limit_is_shown_before_it_is_saved(desk: Desk) -> None:
    page = review(desk, {"Points a day": "5,000", "Times a day": "10"})

    assert "A day no limit 5,000 points, 10 times" in page.main
    assert Span.DAY not in own(desk, "agent")


def test_a_limit_that_was_looked_at_is_saved_and_on_record(desk: Desk) -> None:
    page = save(desk, {"Points a day": "5,000", "Times a day": "10"})

    assert "The limits of Agents are saved." in page.main
    assert own(desk, "agent")[Span.DAY] == Limit(Decimal(5000), 10)
    entry = desk.record()[-1]
    assert (entry.action, entry.actor_name) == ("settings.limits", "Ana Castro")
    assert (entry.before["a_day"], entry.after["a_day"]) == ("no limit", "5,000 points, 10 times")


@pytest.mark.parametrize(
    ("typed", "span", "limit"),
    [
        ({"Points at once": "250"}, Span.ACT, Limit(Decimal(250))),
        ({"Points at once": "0"}, Span.ACT, Limit(Decimal(0))),
        ({"Points a week": "9,000"}, Span.WEEK, Limit(Decimal(9000))),
        ({"Times a month": "40"}, Span.MONTH, Limit(None, 40)),
        ({"Points for one member a day": "700"}, Span.MEMBER_DAY, Limit(Decimal(700))),
        ({"Times for one member a day": "2"}, Span.MEMBER_DAY, Limit(None, 2)),
    ],
)
def test_every_span_takes_points_and_times(
    desk: Desk, typed: dict[str, str], span: Span, limit: Limit
) -> None:
    save(desk, typed)

    assert own(desk, "agent")[span] == limit


def test_what_is_emptied_is_no_limit_any_more(desk: Desk) -> None:
    save(desk, {"Points a day": "5,000"})

    save(desk, {"Points a day": ""})

    assert Span.DAY not in own(desk, "agent")


def test_another_difference_than_the_one_shown_is_looked_at_again(desk: Desk) -> None:
    late = review(desk, {"Points a day": "5,000"}).form("Save")
    save(desk, {"Points a day": "200"})

    page = late.send()

    assert "This is another difference than the one before. Look at it again." in page.main
    assert own(desk, "agent")[Span.DAY] == Limit(Decimal(200))


@pytest.mark.parametrize(
    ("typed", "message"),
    [
        ({"Points at once": ""}, "Enter the points at once, 0 for none"),
        ({"Points at once": "-5"}, "Points at once: Enter the number of points"),
        ({"Points a day": "1e3"}, "Points a day: Enter the number of points"),
        ({"Points a week": "10.5"}, "Points a week: Points must be a whole number"),
        ({"Times a day": "٣"}, "Times a day: enter a whole number up to 9,999"),
        ({"Times a month": "10000"}, "Times a month: enter a whole number up to 9,999"),
        ({}, "Nothing is different yet."),
    ],
)
def test_what_is_no_limit_is_told_at_its_field(desk: Desk, typed: dict[str, str], message: str) -> None:
    page = review(desk, {**typed, "Points for one member a day": ""}, status=422)

    assert message in page.main
    assert page.title.startswith("Error: ")
    assert own(desk, "agent") == {Span.ACT: Limit(Decimal(1000))}


def test_a_person_has_limits_of_their_own_or_those_of_the_role(desk: Desk) -> None:
    sam = desk.staff_id("sam")
    assert "The role says: 1,000 points" in form_page(desk, sam).main

    page = save(desk, {"Points at once": "2,000"}, sam)

    assert "The limits of Sam Rivera are saved." in page.main
    assert own(desk, sam) == {Span.ACT: Limit(Decimal(2000))}
    save(desk, {"Points at once": ""}, sam)
    assert own(desk, sam) == {}


def test_the_page_of_a_colleague_leads_to_their_limits(desk: Desk) -> None:
    sam = desk.staff_id("sam")

    assert f"{LIMITS}{sam}" in desk.visitor("ana").get(f"/staff/{sam}").links().values()
    assert "Limits" not in desk.visitor("ana").get(f"/staff/{desk.staff_id('ike')}").links()


def test_nobody_changes_their_own_limits(desk: Desk) -> None:
    ana = desk.visitor("ana")
    address = LIMITS + desk.staff_id("ana")

    assert ana.get(address, status=403).h1 == "You can't change your own limits"
    token = ana.token()
    ana.post(address, {"_token": token, "act_value": "9"}, status=403)
    assert own(desk, desk.staff_id("ana")) == {}


def test_who_can_give_nothing_has_no_limits(desk: Desk) -> None:
    for subject in ("auditor", "nobody", desk.staff_id("ike"), "00000000-0000-4000-8000-000000000000"):
        desk.visitor("ana").get(LIMITS + subject, status=404)


def test_only_admins_see_or_change_limits(desk: Desk) -> None:
    for name in ("sam", "lea", "ike"):
        desk.visitor(name).get(LIMITS, status=403)


def test_a_lowered_limit_holds_for_a_form_that_is_open_already(open_desk: Desk) -> None:
    form = open_desk.visitor("sam").get(CREDIT).form("Give points").fill(FILLED)
    save(open_desk, {"Points at once": "400"})

    page = form.send()

    assert "500 points for Amara Okafor wait for a supervisor." in page.main
    assert "createTransaction" not in open_desk.calls


def test_a_limit_of_ones_own_is_told_before_anything_is_typed(open_desk: Desk) -> None:
    save(open_desk, {"Points at once": "2,000", "Points a day": "2,500"}, open_desk.staff_id("sam"))

    page = open_desk.visitor("sam").get(CREDIT)

    assert "Your limit: 2,000 a credit, 2,500 left today." in page.main


def test_the_times_of_a_member_and_day_hold_across_staff(open_desk: Desk) -> None:
    for role in ("agent", "supervisor"):
        save(open_desk, {"Times for one member a day": "1"}, role)
    open_desk.visitor("lea").get(CREDIT).form("Give points").fill(FILLED).send()

    form = open_desk.visitor("sam").get(CREDIT).form("Give points")
    page = form.fill({**FILLED, "Case or order number": "ZD-2"}).send()

    assert "wait for a supervisor." in page.main


def test_rates_are_reviewed_saved_and_on_record(desk: Desk) -> None:
    page = desk.visitor("ana").get("/settings/limit-rates/")
    page = page.form("Show what changes").fill({"Rates": "gbp 100\nEUR 85.5"}).send()
    assert "1 EUR is 85.5 points; 1 GBP is 100 points" in page.main

    page = page.form("Save").send()

    assert "What other units count as is saved." in page.main
    with desk.services.database.read() as connection:
        assert limits.rate(connection, "GBP") == Decimal(100)
    assert desk.record()[-1].action == "settings.rates"


@pytest.mark.parametrize("text", ["GBP", "GBP 0", "GBP -1", "£ 100", "POINTS 2", "GBP 1\nGBP 2", "GBP 1e3"])
def test_a_line_that_is_no_rate_is_told_with_its_number(desk: Desk, text: str) -> None:
    page = desk.visitor("ana").get("/settings/limit-rates/")

    page = page.form("Show what changes").fill({"Rates": text}).send(status=422)

    assert "Line " in page.main
    with desk.services.database.read() as connection:
        assert limits.all_rates(connection) == {}
