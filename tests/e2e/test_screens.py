"""What must hold on every screen, in both themes, on large, middle and small displays.

Each screen is visited once; its pictures land in ``screenshots/``, to be looked at by people.
"""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser

from tests.e2e.desk import Desk
from tests.e2e.looks import Look, look_at
from tests.e2e.screens import SCREENS
from tests.e2e.stack import Stack

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module", params=SCREENS, ids=lambda screen: screen.name)
def look(request: pytest.FixtureRequest, browser: Browser, whole_stack: Stack) -> Iterator[Look]:
    """What one visit of the screen found."""
    whole_stack.calm()
    with Desk(browser, whole_stack) as desk:
        yield look_at(desk, request.param)
        desk.check()
    whole_stack.calm()


def found_in(places: dict[str, object]) -> dict[str, object]:
    """The places where something was found."""
    return {place: found for place, found in places.items() if found}


def test_axe_finds_nothing(look: Look):
    assert found_in({**look.violations}) == {}


def test_no_page_scrolls_sideways(look: Look):
    assert found_in({**look.sideways}) == {}


def test_no_target_is_too_small(look: Look):
    assert found_in({**look.small}) == {}


def test_text_of_double_size_is_not_cut_off(look: Look):
    assert found_in({**look.cut_off}) == {}
