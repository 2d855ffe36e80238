"""What a worker has compiled when it begins to answer."""

from __future__ import annotations

from dashboard.app import warm_up, warm_up_rest
from dashboard.sandbox import cast
from tests.support.app import Desk

NORTHWIND = f"/programmes/{cast.NORTHWIND}"
AMARA = f"{NORTHWIND}/members/{cast.AMARA.contact_id}"


def compiled(desk: Desk) -> set[str]:
    cache = desk.app.jinja_env.cache
    assert isinstance(cache, dict)
    return {name for _loader, name in cache}


def test_the_pages_people_come_in_by_wait_for_no_template(open_desk: Desk) -> None:
    warm_up(open_desk.app)
    before = compiled(open_desk)
    open_desk.visitor().get("/sign-in")
    sam = open_desk.visitor("sam")
    sam.get(f"{NORTHWIND}/").form("Find").fill({"query": "okafor"}).send()
    sam.get(AMARA)
    assert compiled(open_desk) - before == set()


def test_all_others_follow_one_by_one(open_desk: Desk) -> None:
    warm_up(open_desk.app)
    warm_up_rest(open_desk.app, pause=0)
    assert compiled(open_desk) == set(open_desk.app.jinja_env.list_templates(extensions=["html"]))
