"""What stays quick while the remote hangs."""

from __future__ import annotations

from collections.abc import Callable
from itertools import count
from threading import Thread

from dashboard.sandbox import cast
from dashboard.web.bulkhead import Bulkhead
from tests.support.app import Desk

MEMBER = f"/programmes/{cast.NORTHWIND}/members/{cast.AMARA.contact_id}"
HOME = f"/programmes/{cast.NORTHWIND}/"


def silent() -> None:
    """A remote that answers nobody."""


def bulkhead_of(places: int, patience: float, answered: Callable[[], object] = silent) -> Bulkhead:
    return Bulkhead(answered, places, patience)


def test_when_nothing_moves_the_next_one_is_told_at_once() -> None:
    bulkhead = bulkhead_of(1, 0)
    assert bulkhead.enter()
    assert not bulkhead.enter()


def test_a_place_that_was_given_back_is_taken_again() -> None:
    bulkhead = bulkhead_of(1, 0)
    bulkhead.enter()
    bulkhead.leave()
    assert bulkhead.enter()


def test_the_next_one_waits_while_the_line_moves() -> None:
    bulkhead = bulkhead_of(1, 30)
    bulkhead.enter()
    came_in: list[bool] = []
    next_one = Thread(target=lambda: came_in.append(bulkhead.enter()))
    next_one.start()
    bulkhead.leave()
    next_one.join()
    assert came_in == [True]


def test_the_line_moves_as_long_as_the_remote_answers_somebody() -> None:
    answers = count()
    bulkhead = bulkhead_of(1, 0.001, lambda: min(next(answers), 50))
    bulkhead.enter()
    assert not bulkhead.enter()
    assert next(answers) > 50


def test_with_all_places_taken_member_pages_say_so_and_the_search_form_comes(open_desk: Desk) -> None:
    open_desk.app.extensions["loyalty-desk-bulkhead"] = bulkhead_of(0, 0)
    visitor = open_desk.visitor("sam")
    refused = visitor.get(MEMBER, status=503)
    assert "Brevo does not answer" in refused.text
    assert refused.response.headers["Retry-After"] == "3"
    assert visitor.get(HOME).h1


def test_pages_give_their_places_back(open_desk: Desk) -> None:
    open_desk.app.extensions["loyalty-desk-bulkhead"] = bulkhead_of(1, 0)
    visitor = open_desk.visitor("sam")
    visitor.get(f"/programmes/{cast.NORTHWIND}/members/999999", status=404)
    assert visitor.get(MEMBER).h1 == "Amara Okafor"
